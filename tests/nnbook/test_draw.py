"""Drawings: each returns its axes, shows what it was asked to show, and refuses what cannot be drawn."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from nnbook import draw, plot


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def patches(ax, kind):
    return [patch for patch in ax.patches if type(patch) is kind]


def colour(patch):
    return plot.to_rgb(patch.get_edgecolor()[:3])


def test_a_unit_has_its_inputs_their_weights_the_sum_and_the_activation(ax):
    assert draw.unit(ax, ["p", "q"], ["u", "v"], bias="c", phi="f", out="r") is ax
    assert sorted(texts(ax)) == sorted(["p", "q", "u", "v", "c", "f", "r", "$\\Sigma$", "$z$"])
    assert len(patches(ax, Circle)) == 3
    with pytest.raises(ValueError, match="2 inputs need as many weights, not 1"):
        draw.unit(ax, ["p", "q"], ["u"])


def test_a_network_joins_each_unit_to_all_of_the_next_layer(ax):
    assert draw.network(ax, [2, 3, 1], "xay", ["in", "hidden", "out"]) is ax
    assert len(patches(ax, Circle)) == 6
    assert len(ax.lines) == 2 * 3 + 3 * 1
    assert {"$x_{1}$", "$a_{3}$", "$y_{1}$", "hidden"} <= set(texts(ax))


def test_of_a_wide_layer_the_first_and_the_last_units_are_drawn(ax):
    draw.network(ax, [100, 1], "xy")
    circles = patches(ax, Circle)
    assert len([circle for circle in circles if circle.radius == draw.RADIUS]) == draw.MOST - 1 + 1
    assert len([circle for circle in circles if circle.radius < 0.1]) == 3  # dots for the others
    assert {"$x_{1}$", "$x_{100}$"} <= set(texts(ax))
    assert "$x_{50}$" not in texts(ax)


@pytest.mark.parametrize("sizes", [[3], [], [2, 0, 1]])
def test_a_network_needs_two_layers_of_units(ax, sizes):
    with pytest.raises(ValueError, match="two layers or more"):
        draw.network(ax, sizes)


def test_a_product_shows_the_sides_of_its_matrices_in_proportion(ax):
    X, W, Z = ("X", 7, 3, "n", "d", draw.DATA), ("W", 3, 5, "d", "u", draw.WEIGHT), ("Z", 7, 5, "n", "u", "k")
    assert draw.matrix_product(ax, [X, W], Z, scale=0.5) is ax
    blocks = patches(ax, FancyBboxPatch)
    assert [(box.get_height(), box.get_width()) for box in blocks] == [(3.5, 2.5), (3.5, 1.5), (1.5, 2.5)]
    assert colour(blocks[2]) == plot.to_rgb(draw.WEIGHT)
    with pytest.raises(ValueError, match="X has 3 columns and Z has 7 rows"):
        draw.matrix_product(ax, [X, Z], W)


def test_a_graph_has_a_box_for_each_node_and_an_arrow_for_each_edge(ax):
    nodes = {"w": ((0, 1), "w = 2", "δ = 6"), "L": ((0, 0), "L = 6", "")}
    assert draw.graph(ax, nodes, [("w", "L", "3")]) is ax
    assert len(patches(ax, Rectangle)) == 2
    assert texts(ax) == ["w = 2", "δ = 6", "L = 6", "3"]
    assert sum(text.arrow_patch is not None for text in ax.texts if hasattr(text, "arrow_patch")) == 1


def test_ghosts_are_dashed_and_the_cells_that_are_stored_are_not(ax):
    assert draw.cells(ax, [[1, 2], [1, 2]], ghost=[[False], [True]]) is ax
    dashed = [box.get_linestyle() != "solid" for box in patches(ax, Rectangle)]
    assert dashed == [False, False, True, True]
    assert texts(ax) == ["1", "2", "1", "2"]


def test_the_parts_of_a_split_are_as_wide_as_they_are_large(ax):
    assert draw.split(ax, {"training": 30, "test": 10}) is ax
    train, _, test, _ = shades = patches(ax, Rectangle)
    assert train.get_width() == pytest.approx(3 * test.get_width())
    assert texts(ax) == ["training", "30", "test", "10"]
    assert [shade.get_alpha() for shade in shades] == [0, None, 0.15, None]  # a line round each shade


def test_in_each_round_another_fold_is_held_out(ax):
    assert draw.folds(ax, 3) is ax
    held_out = [box.get_facecolor()[3] == 1 for box in patches(ax, Rectangle)]
    assert held_out == [True, False, False, False, True, False, False, False, True]


def test_the_training_loop_has_the_five_steps_in_order(ax):
    assert draw.training_loop(ax) is ax
    assert texts(ax)[:5] == ["forward", "loss", "zero_grad", "backward", "step"]
