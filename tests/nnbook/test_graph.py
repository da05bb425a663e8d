import matplotlib.pyplot as plt
import networkx as nx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nnbook import graph
from nnbook.graph import backward_graph, draw


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


@pytest.fixture
def worked():
    """The chapter's example: v = Σ sin a + cos b."""
    a, b = (torch.rand(3, requires_grad=True) for _ in range(2))
    return (a.sin() + b.cos()).sum(), {"a": a, "b": b}


def operations(found) -> list[str]:
    return [data["operation"] for data in found.nodes.values()]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def arrows(ax) -> list:
    return [text for text in ax.texts if not text.get_text() and text.arrow_patch]


def test_the_worked_example(worked):
    v, names = worked
    found = backward_graph(v, names)
    assert operations(found) == ["Sum", "Add", "Sin", "Cos", "leaf", "leaf"]
    assert [data["name"] for data in found.nodes.values()] == ["", "", "", "", "a", "b"]
    total, add, sin, cos, a, b = found
    assert set(found.edges()) == {(total, add), (add, sin), (add, cos), (sin, a), (cos, b)}
    assert total is v.grad_fn
    assert a.variable is names["a"]


def test_a_tensor_that_is_used_twice_has_one_node_and_two_edges():
    a = torch.rand(3, requires_grad=True)
    found = backward_graph((a * a).sum())
    assert operations(found) == ["Sum", "Mul", "leaf"]
    assert found.number_of_edges() == 3


def test_a_way_that_is_used_twice_is_walked_once():
    s = torch.rand(3, requires_grad=True).sin()
    assert backward_graph(s * s).number_of_edges() == 3


def test_inputs_that_need_no_gradient_have_no_node():
    a, constant = torch.rand(3, requires_grad=True), torch.rand(3)
    assert operations(backward_graph(a * constant)) == ["Mul", "leaf"]
    assert operations(backward_graph(a * a.sin().detach())) == ["Mul", "leaf"]


def test_a_result_on_the_way_can_have_a_name(worked):
    a = torch.rand(3, requires_grad=True)
    s = a.exp()
    found = backward_graph(s.sum(), {"s": s})
    assert [(data["operation"], data["name"]) for data in found.nodes.values()][1] == ("Exp", "s")


def test_operations_of_ones_own_are_walked_too():
    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, grad):
            return 2 * grad

    assert operations(backward_graph(Twice.apply(torch.ones(2, requires_grad=True)))) == ["Twice", "leaf"]


def test_the_graph_can_be_walked_after_backward(worked):
    v, _ = worked
    v.backward()
    assert len(backward_graph(v)) == 6


def test_a_long_way_needs_no_recursion():
    x = torch.ones((), requires_grad=True)
    y = x
    for _ in range(5000):
        y = y + 1
    assert len(backward_graph(y)) == 5001


@pytest.mark.parametrize("result", [torch.ones(3), torch.ones(3, requires_grad=True)])
def test_a_result_without_a_graph_is_refused(result):
    with pytest.raises(ValueError, match="has no graph"):
        backward_graph(result)


def test_a_name_off_the_way_is_refused(worked, ax):
    v, names = worked
    for stranger in [torch.ones(3), torch.ones(3, requires_grad=True), names["a"].sin()]:
        with pytest.raises(ValueError, match="c is not in the graph"):
            draw(ax, v, {**names, "c": stranger})


def test_a_text_without_a_name_is_refused(worked, ax):
    v, names = worked
    with pytest.raises(ValueError, match="text for c"):
        draw(ax, v, names, {"c": "1.0"})


def test_the_drawing_says_names_operations_and_texts(worked, ax):
    v, names = worked
    assert draw(ax, v, {"v": v, "a": names["a"]}, {"a": "cos a", "v": "1"}) is ax
    assert texts(ax) == ["v: Sum\n1", "Add", "Sin", "Cos", "a\ncos a", "leaf (3,)"]
    assert len(arrows(ax)) == 5


def test_leaves_have_boxes_of_another_form(worked, ax):
    v, names = worked
    draw(ax, v, names)
    forms = {text.get_text(): type(text.get_bbox_patch().get_boxstyle()).__name__ for text in ax.texts[:6]}
    assert forms["a"] == forms["b"] == "Square"
    assert forms["Sum"] == forms["Sin"] == "Round"


def test_boxes_do_not_meet_and_stay_inside(ax):
    a, b = (torch.rand(3, requires_grad=True) for _ in range(2))
    v = (a * (a * b).sin() + b).sum()
    draw(ax, v, {"a": a, "b": b})
    ax.figure.canvas.draw()
    boxes = [text.get_bbox_patch().get_window_extent() for text in ax.texts if text.get_text()]
    assert not any(p.overlaps(q) for k, p in enumerate(boxes) for q in boxes[:k])
    inside = ax.get_window_extent()
    assert all(inside.y0 <= box.y0 and box.y1 <= inside.y1 for box in boxes)


def test_equal_edges_are_kept_apart(ax):
    a = torch.rand(3, requires_grad=True)
    _, paths = graph.layout(backward_graph((a * a).sum()))
    assert sorted(bend for _, bend in paths) == [-0.3, 0, 0.3]


def test_a_row_stands_in_the_order_of_the_row_above():
    crossed = nx.MultiDiGraph([(0, 1), (0, 2), (0, 3), (1, 4), (3, 5), (3, 4)])
    place, _ = graph.layout(crossed)
    assert place[4] < place[5]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12))
def test_in_every_layout_edges_go_down_row_by_row_and_no_two_places_are_equal(pairs):
    found = [torch.ones((), requires_grad=True)]
    for i, j in pairs:
        found.append(found[i % len(found)] + found[j % len(found)])
    recorded = backward_graph(found[-1])
    assert nx.is_directed_acyclic_graph(recorded)
    place, paths = graph.layout(recorded)
    assert len(set(place.values())) == len(place)
    assert len(paths) == recorded.number_of_edges()
    for path, _ in paths:
        rows = [place[point][1] for point in path]
        assert rows == list(range(rows[0], rows[0] - len(rows), -1))
