"""Drawings of what networks are made of, in one visual language: every function takes an axes and returns it.

Circles are units, blocks are matrices with their sides labelled, arrows lead from what is used to what is
made of it. Colours mean what they mean in the whole book: data, weight, gradient, loss (`nnbook.plot`).
"""

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from nnbook.plot import DATA, GRADIENT, LOSS, MUTED, TEXT, WEIGHT

CENTER = {"ha": "center", "va": "center"}
ARROW = {
    "arrowstyle": "-|>",
    "mutation_scale": 10,
    "linewidth": 1.1,
    "color": MUTED,
    "shrinkA": 0,
    "shrinkB": 0,
}
RADIUS = 0.28  # of a unit
MOST = 7  # units of a layer that are drawn; of more, the first and the last with dots between them


def canvas(ax: Axes, width: float, height: float) -> Axes:
    """An empty sheet from (0, 0) to (width, height) without axes, on which a circle is round."""
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    return ax


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], **style) -> Axes:
    """An arrow from one point to another."""
    ax.annotate("", end, start, arrowprops={**ARROW, **style})
    return ax


def circle(ax: Axes, place: tuple[float, float], text: str = "", *, color=MUTED, radius=RADIUS) -> Axes:
    """One unit: a circle with a text in it."""
    ax.add_patch(Circle(place, radius, facecolor="none", edgecolor=color, linewidth=1.4, zorder=3))
    ax.text(*place, text, zorder=4, **CENTER)
    return ax


def unit(
    ax: Axes,
    inputs: Sequence[str],
    weights: Sequence[str],
    *,
    bias: str = "$b$",
    phi: str = "$\\varphi$",
    out: str = "$a$",
) -> Axes:
    """A single unit: inputs, each with its weight on the arrow, their sum with the bias, the activation.

    inputs, weights: one text for each input. Raises ValueError if their numbers differ.
    """
    if len(inputs) != len(weights):
        raise ValueError(f"{len(inputs)} inputs need as many weights, not {len(weights)}.")
    height = max(len(inputs), 2) + 1
    canvas(ax, 6.4, height)
    middle = (height - 1) / 2
    for k, (name, weight) in enumerate(zip(inputs, weights, strict=True)):
        y = height - 1.5 - k + (0.5 if len(inputs) == 1 else 0)
        circle(ax, (0.5, y), name, color=DATA)
        direction = np.array([2.6 - 0.5, middle - y])
        direction /= np.hypot(*direction)
        start, end = (0.5, y) + RADIUS * direction, (2.6, middle) - 0.42 * direction
        arrow(ax, start, end)
        beside = start + 0.4 * (end - start) + 0.2 * np.array([-direction[1], direction[0]])
        ax.text(*beside, weight, color=WEIGHT, **CENTER)
    circle(ax, (2.6, middle), "$\\Sigma$", radius=0.42)
    ax.text(2.6, middle + 1.05, bias, color=WEIGHT, **CENTER)
    arrow(ax, (2.6, middle + 0.85), (2.6, middle + 0.42))
    arrow(ax, (3.02, middle), (3.98, middle))
    ax.text(3.5, middle + 0.22, "$z$", **CENTER)
    ax.add_patch(
        Rectangle((3.98, middle - 0.36), 0.72, 0.72, facecolor="none", edgecolor=MUTED, linewidth=1.4)
    )
    ax.text(4.34, middle, phi, **CENTER)
    arrow(ax, (4.7, middle), (5.6, middle))
    ax.text(5.85, middle, out, **CENTER)
    return ax


def network(ax: Axes, sizes: Sequence[int], names: Sequence[str] = (), titles: Sequence[str] = ()) -> Axes:
    """Layers of units, each joined to all of the next.

    sizes: the number of units in each layer, the inputs included; of a wide layer a few are drawn, and dots.
    names: a letter for the units of each layer. titles: a text under each layer, such as its width.
    Raises ValueError for fewer than two layers, and for one without units.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"A network has two layers or more, with a unit at least in each, not {list(sizes)}."
        )
    drawn = [min(size, MOST) for size in sizes]
    height = max(drawn) * 0.75 + (0.7 if titles else 0.2)
    canvas(ax, 2 * len(sizes) - 1, height)
    places = []
    for layer, (size, count) in enumerate(zip(sizes, drawn, strict=True)):
        x, top = 0.5 + 2 * layer, height - 0.1 - (max(drawn) - count) * 0.375 - 0.375
        spots = [(x, top - 0.75 * k) for k in range(count)]
        dots = spots.pop(count // 2) if size > MOST else None
        if dots:
            for step in (-0.16, 0, 0.16):  # the text's face has no such dots
                ax.add_patch(Circle((dots[0], dots[1] + step), 0.035, color=MUTED))
        color = DATA if layer == 0 else MUTED
        for k, spot in enumerate(spots):
            number = k + 1 if not dots or k < count // 2 else size - (len(spots) - 1 - k)
            circle(ax, spot, f"${names[layer]}_{{{number}}}$" if names else "", color=color)
        places.append(spots)
        if titles:
            ax.text(x, 0.15, titles[layer], color=MUTED, **CENTER)
    for before, after in pairwise(places):
        for (x0, y0), (x1, y1) in product(before, after):
            ax.plot(
                [x0 + RADIUS, x1 - RADIUS], [y0, y1], color=WEIGHT, linewidth=0.7, linestyle="-", alpha=0.7
            )
    return ax


def block(
    ax: Axes,
    corner: tuple[float, float],
    shape: tuple[float, float],
    name: str,
    *,
    sides: tuple[str, str] = ("", ""),
    color: str = MUTED,
) -> Axes:
    """A matrix as a block with its name in it.

    corner: the lower left one. shape: height and width, in the units of the axes.
    sides: what stands beside the height and above the width, such as the numbers of rows and of columns.
    """
    (x, y), (rows, columns) = corner, shape
    round_corners = "round,pad=0,rounding_size=0.06"
    ax.add_patch(
        FancyBboxPatch(
            corner, columns, rows, boxstyle=round_corners, facecolor="none", edgecolor=color, linewidth=1.4
        )
    )
    ax.text(x + columns / 2, y + rows / 2, name, **CENTER)
    ax.text(x - 0.12, y + rows / 2, sides[0], color=MUTED, ha="right", va="center")
    ax.text(x + columns / 2, y + rows + 0.12, sides[1], color=MUTED, ha="center", va="bottom")
    return ax


def matrix_product(ax: Axes, factors: Sequence[tuple], result: tuple, scale: float = 0.32) -> Axes:
    """A product of matrices, each as a block with its sides: `result` = `factors` side by side.

    A matrix is (name, rows, columns, label of the rows, label of the columns, colour); its sides are drawn
    as long as the numbers say, times `scale`. Raises ValueError where the sides of two neighbours differ.
    """
    for left, right in pairwise(factors):
        if left[2] != right[1]:
            raise ValueError(
                f"{left[0]} has {left[2]} columns and {right[0]} has {right[1]} rows: no product."
            )
    x, tallest = 0.7, scale * max(matrix[1] for matrix in [result, *factors])
    signs = ["=", *["·"] * (len(factors) - 1), ""]
    for (name, rows, columns, down, across, color), sign in zip([result, *factors], signs, strict=True):
        width, height = scale * columns, scale * rows
        corner = x, 0.2 + (tallest - height) / 2
        block(ax, corner, (height, width), name, sides=(down, across), color=color)
        ax.text(x + width + 0.25, 0.2 + tallest / 2, sign, **CENTER)
        x += width + 1.0
    return canvas(ax, x - 0.6, tallest + 0.8)


def graph(ax: Axes, nodes: dict, edges: Sequence[tuple], size: tuple[float, float] = (0.84, 0.56)) -> Axes:
    """A computational graph: boxes with a value and its gradient, arrows with their slopes.

    nodes: by name the place of the middle of the box, the upper line and the lower line, which is a gradient.
    edges: two names and the text on the arrow from the first to the second. size: width and height of a box.
    """
    boxes = {}
    for name, ((x, y), value, gradient) in nodes.items():
        corner = x - size[0] / 2, y - size[1] / 2
        boxes[name] = ax.add_patch(Rectangle(corner, *size, facecolor="none", edgecolor=MUTED))
        ax.text(x, y + (0.13 if gradient else 0), value, **CENTER)
        ax.text(x, y - 0.13, gradient, color=GRADIENT, **CENTER)
    for start, end, text in edges:
        (x0, y0), (x1, y1) = nodes[start][0], nodes[end][0]
        arrow(ax, (x0, y0), (x1, y1), patchA=boxes[start], patchB=boxes[end])
        level = abs(y1 - y0) < abs(x1 - x0) / 4  # then the text stands above the arrow, else beside it
        place = {"ha": "center", "va": "bottom"} if level else {"ha": "left", "va": "center"}
        beside = (0, 0.06) if level else (0.13, 0)
        ax.text(
            (x0 + x1) / 2 + beside[0],
            (y0 + y1) / 2 + beside[1],
            text,
            color=GRADIENT,
            style="italic",
            **place,
        )
    xs, ys = zip(*(place for place, _, _ in nodes.values()), strict=True)
    ax.set(xlim=(min(xs) - size[0], max(xs) + size[0]), ylim=(min(ys) - size[1], max(ys) + size[1]))
    ax.set_axis_off()
    return ax


def cells(ax: Axes, values, ghost=None, *, corner: tuple[float, float] = (0, 0), color=DATA) -> Axes:
    """An array as a table of its numbers, shape (rows, columns), with its upper left corner, cells of side 1.

    ghost: True where a cell is only a copy that broadcasting imagines; it is drawn dashed and pale.
    """
    (x, y), values = corner, np.atleast_2d(np.asarray(values))
    ghost = np.zeros(values.shape, dtype=bool) if ghost is None else np.broadcast_to(ghost, values.shape)
    for (i, j), value in np.ndenumerate(values):
        line = {"linestyle": (0, (2, 2)), "alpha": 0.75} if ghost[i, j] else {}
        ax.add_patch(Rectangle((x + j, y - i - 1), 1, 1, facecolor="none", edgecolor=color, **line))
        text, alpha = f"{value:g}".replace("-", "−"), 0.75 if ghost[i, j] else 1
        ax.text(x + j + 0.5, y - i - 0.5, text, alpha=alpha, **CENTER)
    return ax


def split(ax: Axes, parts: dict[str, int]) -> Axes:
    """A data set cut into parts: a bar as long as all examples, with the name and the size of each part.

    parts: the number of examples of each part, by its name.
    """
    whole, start = sum(parts.values()), 0.0
    canvas(ax, 10, 1.9)
    for number, (name, count) in enumerate(parts.items()):
        width = 9.8 * count / whole
        ax.add_patch(
            Rectangle((0.1 + start, 0.5), width, 0.7, facecolor=DATA, alpha=0.15 * number, linewidth=0)
        )
        ax.add_patch(Rectangle((0.1 + start, 0.5), width, 0.7, facecolor="none", edgecolor=DATA))
        ax.text(0.1 + start + width / 2, 1.5, name, **CENTER)
        ax.text(0.1 + start + width / 2, 0.2, f"{count:,}", color=MUTED, **CENTER)
        start += width
    return ax


def folds(ax: Axes, k: int) -> Axes:
    """The k folds of a cross-validation: in each round, a row, another fold validates and the rest trains."""
    canvas(ax, k + 2.4, k * 0.6 + 0.3)
    for round_, fold in product(range(k), range(k)):
        y = (k - round_) * 0.6 - 0.35
        held_out = fold == round_
        ground = DATA if held_out else "none"
        ax.add_patch(Rectangle((fold + 2.2, y), 0.94, 0.44, facecolor=ground, edgecolor=DATA))
        if fold == 0:
            ax.text(2.05, y + 0.22, f"round {round_ + 1}", color=MUTED, ha="right", va="center")
    return ax


def training_loop(ax: Axes) -> Axes:
    """The five steps of training in PyTorch's own order, as a circle that a batch goes round."""
    steps = {"forward": TEXT, "loss": LOSS, "zero_grad": MUTED, "backward": GRADIENT, "step": WEIGHT}
    canvas(ax, 6, 4.6)
    angles = np.pi / 2 - 2 * np.pi * np.arange(5) / 5
    places = np.stack([3 + 2.1 * np.cos(angles), 2.3 + 1.75 * np.sin(angles)], axis=1)
    for (name, color), place in zip(steps.items(), places, strict=True):
        ax.text(*place, name, color=color, **CENTER)
    for start, end in zip(places, np.roll(places, -1, axis=0), strict=True):
        arrow(ax, start, end, shrinkA=26, shrinkB=26, connectionstyle="arc3,rad=-0.2")
    ax.text(3, 2.3, "one batch,\nthen the next", color=MUTED, **CENTER)
    return ax
