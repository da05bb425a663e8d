"""Figures read on white and on black, without colour too, and are the same bytes in every build."""

import io
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from matplotlib import font_manager
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from nnbook import plot, svg

from tests.contrast import contrast

LIGHT = "#ffffff"
DARK = ["#14181e", "#121212"]  # of pydata-sphinx-theme 0.16.1 and, over it, of sphinx-book-theme 1.2.0
INKS = ["text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "grid.color"]

DRAW = """
import sys
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from nnbook import plot

plot.use_style()
fig, axs = plt.subplots(2, 2)
x = np.linspace(0, 1, 50)
plot.curves(axs[0, 0], x, {"a": x, "b": x**2, "c": x**3}, "x", "y")
axs[0, 1].scatter(x, x, label="points")
axs[0, 1].fill_between(x, x, hatch="/", label="area")
axs[0, 1].legend()
plot.images(axs[1], np.eye(4).reshape(1, 4, 4), ["one"])
bundle, _ = InteractiveShell.instance().display_formatter.format(fig)
assert set(bundle) == {"image/svg+xml", "text/plain"}, set(bundle)
sys.stdout.write(bundle["image/svg+xml"])
"""


@pytest.fixture(autouse=True)
def style():
    """The book's style for one test."""
    with mpl.rc_context():
        plot.use_style()
        yield
    plt.close("all")


def test_contrast_is_that_of_wcag():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("background", [LIGHT, *DARK])
def test_every_colour_is_seen_on_light_and_on_dark(background):
    colours = [
        *plt.rcParams["axes.prop_cycle"].by_key()["color"],
        *(plt.rcParams[name] for name in INKS),
        plot.INK(1.0),
        *(plot.DATA, plot.WEIGHT, plot.GRADIENT, plot.LOSS, plot.TEXT, plot.MUTED),
    ]
    faint = {colour: round(ratio, 2) for colour in colours if (ratio := contrast(colour, background)) < 3}
    assert faint == {}


def test_every_line_has_its_own_dashes():
    _fig, ax = plt.subplots()
    n_styles = len(plt.rcParams["axes.prop_cycle"])
    plot.curves(ax, [0, 1], {str(k): [k, k] for k in range(n_styles)}, "x", "y")
    assert n_styles >= 4
    assert len({line.get_linestyle() for line in ax.lines}) == n_styles


def test_background_is_transparent():
    fig, ax = plt.subplots()
    plot.image(ax, np.zeros((2, 2)))
    picture = io.BytesIO()
    fig.savefig(picture, format="png")
    picture.seek(0)
    assert plt.imread(picture)[..., 3].max() == 0


def test_paper_is_transparent_and_ink_is_not():
    assert plot.INK(0.0)[3] == 0
    assert plot.INK(1.0)[3] == 1


def test_figures_are_the_same_bytes_in_every_process():
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", DRAW],
            env={**os.environ, "PYTHONHASHSEED": seed, "MPLBACKEND": "agg"},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    (first, _), (second, _) = (process.communicate() for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert len(first) > 1000
    assert first == second
    assert not re.search(rb"<dc:date>|20\d\d-\d\d-\d\d", first)


def test_using_the_style_twice_is_using_it_once():
    once = dict(plt.rcParams)
    formats = InteractiveShell.instance().display_formatter.formatters
    drawn_as = {name for name, formatter in formats.items() if Figure in formatter.type_printers}
    plot.use_style()
    assert dict(plt.rcParams) == once
    assert {name for name, formatter in formats.items() if Figure in formatter.type_printers} == drawn_as
    assert drawn_as == {"image/svg+xml"}


@pytest.mark.parametrize("array", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_image_is_drawn_as_it_is(array):
    _fig, ax = plt.subplots()
    pixels = array(np.random.default_rng(0).random((28, 20)))
    assert plot.image(ax, pixels, "six") is ax
    [picture] = ax.images
    np.testing.assert_array_equal(picture.get_array(), pixels)
    assert picture.get_clim() == (0, 1)
    assert ax.get_title() == "six"
    assert not ax.axison


def test_images_leave_the_other_axes_blank():
    _fig, axs = plt.subplots(2, 2)
    assert plot.images(axs, torch.rand(3, 28, 28), ["a", "b", "c"]) is axs
    assert [len(ax.images) for ax in axs.flat] == [1, 1, 1, 0]
    assert [ax.get_title() for ax in axs.flat] == ["a", "b", "c", ""]
    assert not any(ax.axison for ax in axs.flat)


def test_images_of_a_batch_of_one():
    _fig, axs = plt.subplots()
    assert plot.images(axs, torch.rand(1, 28, 28)) is axs
    assert len(axs.images) == 1


def test_a_logarithmic_axis_has_plain_numbers():
    fig, ax = plt.subplots()
    assert plot.log_scale(plot.curves(ax, [1, 2, 3], {"loss": [0.9, 0.1, 0.03]}, "epoch", "loss")) is ax
    fig.canvas.draw()
    labels = {text.get_text() for text in ax.get_yticklabels(which="both")}
    assert {"0.05", "0.1", "0.2", "0.5"} <= labels
    plt.close(fig)


def test_images_without_axes_are_refused():
    _fig, axs = plt.subplots(1, 2)
    with pytest.raises(ValueError, match=r"^3 images do not fit on 2 axes: make more of them\.$"):
        plot.images(axs, torch.rand(3, 28, 28))


@pytest.mark.parametrize("n", [1, 5])
def test_curves_end_in_their_names(n):
    _fig, ax = plt.subplots()
    x, ys = torch.arange(n), {"training": torch.rand(n), "validation": torch.rand(n)}
    assert plot.curves(ax, x, ys, "epoch", "loss") is ax
    for line, text, (name, y) in zip(ax.lines, ax.texts, ys.items(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), y)
        assert text.get_text() == name
        assert text.xy == (x[-1], y[-1])
        assert to_rgba(text.get_color()) == to_rgba(line.get_color())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")


def test_points_gives_each_class_its_own_marker_and_colour():
    _, ax = plt.subplots()
    plot.points(ax, torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), torch.tensor([1, 0, 1]))
    zero, one = ax.collections
    assert zero.get_offsets().tolist() == [[2, 3]]
    assert one.get_offsets().tolist() == [[0, 1], [4, 5]]
    assert zero.get_paths()[0].vertices.shape != one.get_paths()[0].vertices.shape
    assert zero.get_facecolor().tolist() != one.get_facecolor().tolist()


def test_regions_shades_each_point_by_its_class_and_in_the_colours_of_the_points():
    fig, ax = plt.subplots(facecolor="white")
    plot.regions(ax, lambda X: (X[:, 0] > 1) + 2 * (X[:, 1] > 4), (-2, 2), (0, 5))
    fig.canvas.draw()
    picture = np.asarray(fig.canvas.buffer_rgba())[..., :3] / 255
    for x0, x1, k in [(0, 1, 0), (1.5, 1, 1), (0, 4.5, 2), (1.5, 4.5, 3)]:
        column, row = ax.transData.transform((x0, x1)).astype(int)
        shade = 0.3 * np.array(plot.class_color(k)) + 0.7  # on white
        np.testing.assert_allclose(picture[-row, column], shade, atol=0.02)


def test_regions_are_parted_by_lines_for_who_sees_no_colours():
    _, ax = plt.subplots()
    plot.regions(ax, lambda X: X[:, 0] > 1, (-2, 2), (0, 5))
    lines = [part for part in ax.collections if not part.get_facecolor().size]
    border = np.concatenate([path.vertices for part in lines for path in part.get_paths()])
    np.testing.assert_allclose(border[:, 0], 1, atol=0.02)
    assert np.ptp(border[:, 1]) == pytest.approx(5)


def test_regions_of_one_class_have_no_border():
    _, ax = plt.subplots()
    plot.regions(ax, lambda X: torch.ones(len(X)), (-2, 2), (0, 5))
    assert len(ax.collections) == 1


def test_a_fifth_class_is_refused_in_a_sentence():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="Class 4 has no marker: at most 4 classes"):
        plot.points(ax, torch.zeros(5, 2), torch.arange(5))
    with pytest.raises(ValueError, match="Class 4 has no marker"):
        plot.regions(ax, lambda X: torch.full((len(X),), 4), (0, 1), (0, 1))


def test_words_are_measured_in_the_face_of_the_page():
    used = font_manager.findfont(font_manager.FontProperties(family=plt.rcParams["font.serif"]))
    assert Path(used) == Path(plot.__file__).parent / "fonts/SourceSerif4-Regular.ttf"
    italic = font_manager.findfont(plt.rcParams["mathtext.it"])
    assert Path(italic).name == "SourceSerif4-Italic.ttf"


def test_the_face_has_the_letters_of_the_figures():
    for file in (Path(plot.__file__).parent / "fonts").glob("*.ttf"):
        known = font_manager.get_font(file).get_charmap()
        assert [letter for letter in "aZ09ŷŶβδεηλστφ×·−√°²½₁₂→≤≈∂" if ord(letter) not in known] == []


def line_ends():
    """A figure of two panels in a row, with lines that end at one place, and a small text."""
    fig, axs = plt.subplots(1, 2, sharey=True)
    x = np.linspace(0, 1, 5)
    plot.curves(axs[0], x, {"one": x, "two": x + 0.001, "three": x * 0}, "x", "y")
    axs[1].text(0, 0, "small", fontsize=7)
    return fig


def test_a_figure_has_two_drawings_of_which_a_reader_that_knows_nothing_shows_the_wide_one():
    root = ElementTree.fromstring(svg.figure(line_ends()))
    (narrow,) = root.findall("{*}svg")
    assert narrow.get("display") == "none"
    widths = [float(svg.get("viewBox").split()[2]) for svg in (root, narrow)]
    assert widths == pytest.approx([6.5 * 72, svg.NARROW * 72], abs=8)
    sizes = [
        float(size) for size in re.findall(r"font-size: ([\d.]+)px", ElementTree.tostring(narrow).decode())
    ]
    assert min(sizes) >= svg.SMALLEST


def test_panels_of_a_row_stand_below_each_other_where_it_is_narrow():
    fig = line_ends()
    with svg._narrowed(fig):
        fig.draw_without_rendering()
        above, below = (ax.get_position() for ax in fig.axes)
        assert above.y0 > below.y1
        assert above.x0 == pytest.approx(below.x0, abs=0.01)
        assert [ax.get_ylabel() for ax in fig.axes] == ["y", "y"]


def test_a_grid_of_images_keeps_its_rows_where_it_is_narrow():
    fig, axs = plt.subplots(1, 3)
    plot.images(axs, torch.rand(3, 8, 8), ["a", "b", "c"])
    with svg._narrowed(fig):
        fig.draw_without_rendering()
        assert len({round(ax.get_position().y0, 3) for ax in axs}) == 1


def test_a_figure_that_was_drawn_is_as_it_was():
    fig = line_ends()
    once = svg.figure(fig)
    assert fig.get_size_inches().tolist() == [6.5, 3.7]
    assert [ax.get_ylabel() for ax in fig.axes] == ["y", ""]
    assert fig.axes[1].texts[0].get_fontsize() == 7
    assert svg.figure(fig) == once


def test_names_of_lines_do_not_touch():
    fig = line_ends()
    svg._part_names(fig)
    fig.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in fig.axes[0].texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 0.01 for below, above in pairwise(boxes))
    apart = {text.get_text(): text.get_position()[1] for text in fig.axes[0].texts}
    assert apart["three"] == pytest.approx(0, abs=0.01)  # it was alone
    assert apart["one"] < 0 < apart["two"]


def test_name_lines_writes_each_label_at_the_right_end():
    _, ax = plt.subplots()
    ax.plot([3, 2, 1], [0, 1, np.nan], label="a name that is rather long")
    ax.plot([1, 2], [5, 6])
    assert plot.name_lines(ax) is ax
    (text,) = ax.texts
    assert text.get_text() == "a name that is\nrather long"
    assert text.xy == (3, 0)
