"""The graph that autograd recorded, walked and drawn; "Tensors and automatic differentiation" explains it.

Every operation on the way to a result left a node, the result's `grad_fn`, that points to the nodes of its
inputs, `next_functions`. The way ends at the leaves, which collect gradients.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from statistics import mean

import networkx as nx
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.text import OffsetFrom, Text
from torch import Tensor

LEAF = "leaf"


def backward_graph(result: Tensor, names: Mapping[str, Tensor] | None = None) -> nx.MultiDiGraph:
    """The graph through which `result.backward()` will go, with an edge for each use of a tensor.

    result: a tensor of any shape that was computed from one with requires_grad.
    names: tensors on the way, leaves or not, under the names that their nodes shall have.
    Returns a graph of autograd's own nodes, the result's first. Each has the attributes `operation`, which is
    PyTorch's name without "Backward0", or "leaf", and `name`, which is empty where none was given. Inputs
    that need no gradient have no node.
    Raises ValueError if nothing was recorded, or if a named tensor is not on the way.
    """
    if result.grad_fn is None:
        raise ValueError("The result has no graph: it was not computed from a tensor that requires grad.")
    graph, found = nx.MultiDiGraph(), [result.grad_fn]
    for node in found:  # which grows on the way
        is_leaf = node.name().endswith("AccumulateGrad")
        graph.add_node(node, operation=LEAF if is_leaf else re.sub(r"Backward\d*$", "", node.name()), name="")
        for following, _ in node.next_functions:
            if following is not None:
                if following not in graph:
                    found.append(following)
                graph.add_edge(node, following)

    leaves = {id(node.variable): node for node in found if graph.nodes[node]["operation"] == LEAF}
    for name, tensor in (names or {}).items():
        node = tensor.grad_fn or leaves.get(id(tensor))
        if node not in graph:
            raise ValueError(f"{name} is not in the graph: the result was not computed from it.")
        graph.nodes[node]["name"] = name
    return graph


def draw(
    ax: Axes,
    result: Tensor,
    names: Mapping[str, Tensor] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Axes:
    """Draw the graph of `backward_graph`: the result above, leaves in square boxes, arrows as backward goes.

    result, names: as for `backward_graph`. A leaf without a name shows its shape.
    texts: further lines for some of the `names`, such as a value or a gradient.
    Raises ValueError as `backward_graph` does, and if a text belongs to none of the names.
    """
    texts = texts or {}
    if strangers := texts.keys() - (names or {}).keys():
        raise ValueError(f"There is a text for {min(strangers)}, and no tensor of that name.")
    graph = backward_graph(result, names)
    place, paths = layout(graph)

    boxes = {node: _box(ax, place[node], node, data, texts) for node, data in graph.nodes.items()}
    for path, bend in paths:
        for start, end in pairwise(path):
            _arrow(ax, boxes.get(start, place[start]), boxes.get(end, place[end]), bend)
    xs, ys = zip(*place.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.5, max(xs) + 0.5), ylim=(min(ys) - 0.5, max(ys) + 0.5))
    ax.set_axis_off()
    return ax


def _box(ax: Axes, place: tuple, node, data: Mapping, texts: Mapping) -> Text:
    """Write one node's name, operation and text in a box, square for a leaf; returns the text drawn."""
    name, operation = data["name"], data["operation"]
    if operation == LEAF:
        label = name or f"{LEAF} {tuple(node.variable.shape)}"
        frame = {"boxstyle": "square,pad=0.4", "edgecolor": "C1", "linewidth": 1.8}
    else:
        label = f"{name}: {operation}" if name else operation
        frame = {"boxstyle": "round,pad=0.4", "edgecolor": "C0", "linewidth": 1.2}
    lines = [label, texts[name]] if name in texts else [label]
    return ax.text(*place, "\n".join(lines), ha="center", va="center", bbox={"facecolor": "none", **frame})


def _arrow(ax: Axes, start: Text | tuple, end: Text | tuple, bend: float) -> None:
    """Draw a line from one box or point down to another, with a head if it ends at a box."""
    from_box, to_box = isinstance(start, Text), isinstance(end, Text)
    ax.annotate(
        "",
        # The frame of a box is this many points below and above its text.
        xy=(0, 6) if to_box else end,
        xycoords=OffsetFrom(end, (0.5, 1)) if to_box else "data",
        xytext=(0, -5) if from_box else start,
        textcoords=OffsetFrom(start, (0.5, 0)) if from_box else "data",
        arrowprops={
            "arrowstyle": "-|>" if to_box else "-",
            "color": rcParams["text.color"],
            "connectionstyle": f"arc3,rad={bend}",
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def layout(graph: nx.MultiDiGraph) -> tuple[dict, list[tuple[list, float]]]:
    """Places for a graph without cycles, in rows, so that every edge goes down.

    An edge that goes down several rows has a place in each row between, so that no box is in its way.
    Returns the place (x, y) of each node and of each such point, and for every edge the list of the points
    through which it goes, with the bend that keeps two equal edges apart.
    """
    row = {node: k for k, nodes in enumerate(nx.topological_generations(graph)) for node in nodes}
    points, paths = nx.DiGraph(), []
    points.add_nodes_from(graph)
    for start, end, key in graph.edges(keys=True):
        path = [start, *((start, end, key, k) for k in range(row[start] + 1, row[end])), end]
        nx.add_path(points, path)
        is_double = graph.number_of_edges(start, end) > 1 and len(path) == 2
        paths.append((path, 0.3 * (-1) ** key if is_double else 0))

    place = {}
    for k, nodes in enumerate(nx.topological_generations(points)):
        # In the order of what they come from; equals keep the order in which they were found.
        above = {node: [place[p][0] for p in points.predecessors(node)] for node in nodes}
        ordered = sorted(nodes, key=lambda node: mean(above[node] or [0]))
        place |= {node: (i - (len(nodes) - 1) / 2, -k) for i, node in enumerate(ordered)}
    return place, paths
