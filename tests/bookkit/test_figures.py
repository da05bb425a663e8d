"""Figures as the page holds them: small, in the page's colours, each with ids of its own."""

import re
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from bookkit.figures import colours, drawing, paths
from bs4 import BeautifulSoup
from nnbook import plot
from nnbook import svg as in_notebook

from tests.contrast import contrast

TEXT, MARK = 4.5, 3  # WCAG 2.2, 1.4.3 and 1.4.11


@pytest.fixture(autouse=True)
def style():
    """The book's style for one test."""
    with mpl.rc_context():
        plot.use_style()
        yield
    plt.close("all")


def drawn(fig, name="fig-one") -> tuple[dict[str, BeautifulSoup], set[str]]:
    """The drawings of a figure, parsed, and the colours that no page has."""
    kinds, strange = drawing.drawings(in_notebook.figure(fig), name)
    for text in kinds.values():
        ElementTree.fromstring(text)  # an e-book wants XML
    return {kind: BeautifulSoup(text, "html.parser") for kind, text in kinds.items()}, strange


def two_lines():
    """A figure of two named lines."""
    fig, ax = plt.subplots()
    x = np.linspace(0, 1, 400)
    plot.curves(ax, x, {"one": np.sin(9 * x), "two <&>": x}, "step $x_1$", "loss")
    return fig


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_seen_on_every_ground_of_the_page(theme):
    page = colours.palette(theme)
    for ground in ("paper", "raised"):
        for name in ["ink", "muted", "data", "weight", "gradient", "loss"]:
            assert contrast(page[name], page[ground]) >= TEXT, (name, ground)


def test_both_modes_have_every_colour():
    for theme in ("light", "dark"):
        assert set(colours.NAMES.values()) | {"muted", "paper"} <= colours.palette(theme).keys()


def test_no_two_colours_of_nnbook_are_one_in_the_page():
    fixed = [plot.DATA, plot.WEIGHT, plot.GRADIENT, plot.LOSS, plot.TEXT, plot.MUTED]
    names = [colours.name_of(colour.lower()) for colour in fixed]
    assert names == ["data", "weight", "gradient", "loss", "ink", "muted"]
    assert colours.name_of(mpl.colors.to_hex(plt.rcParams["grid.color"])) == "rule"


def test_colours_of_a_drawing_are_variables_with_the_light_colour_beside_them():
    kinds, strange = drawn(two_lines())
    assert strange == set()
    assert kinds.keys() == {"wide", "narrow"}
    for soup in kinds.values():
        styles = " ".join(tag["style"] for tag in soup.select("[style]"))
        assert re.findall(r"(?<!,)#[0-9a-f]{6}", styles) == []
        assert f"stroke:var(--data,{colours.palette('light')['data']})" in styles
        assert "stroke-opacity" not in styles  # the grid is as faint as the page's rule


def test_a_colour_that_no_page_has_is_found():
    fig, ax = plt.subplots()
    ax.plot([0, 1], color="red")
    assert drawn(fig)[1] == {"#ff0000"}


def test_words_are_words_and_the_page_says_in_which_face():
    kinds, _ = drawn(two_lines())
    for soup in kinds.values():
        words = [text.get_text() for text in soup.select("text")]
        assert {"one", "two <&>", "loss", "step\xa0x1"} <= set(words)
        assert "font-family" not in str(soup)
        assert soup.select("metadata, title, style") == []


def test_ids_begin_with_the_figure_and_are_never_used_twice():
    soups = [soup for name in ("fig-a", "fig-b") for soup in drawn(two_lines(), name)[0].values()]
    ids = [tag["id"] for soup in soups for tag in soup.select("[id]")]
    assert len(ids) == len(set(ids)) > 0
    assert all(id_.startswith(("fig-a-", "fig-b-")) for id_ in ids)
    for soup in soups:
        own = {tag["id"] for tag in soup.select("[id]")}
        used = {
            found
            for found in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', str(soup))
            for found in found
            if found
        }
        assert used <= own


def test_a_small_figure_is_drawn_once():
    fig, ax = plt.subplots(figsize=(2.8, 2))
    ax.text(0, 0, "word")
    assert drawn(fig)[0].keys() == {"only"}


def test_an_image_is_in_the_page_once_in_the_colour_of_data_and_as_its_own_pixels():
    fig, ax = plt.subplots()
    plot.image(ax, np.eye(28), "an eye")
    kinds, _ = drawn(fig)
    (image,) = kinds["wide"].select("image")
    assert (image["width"], image["height"]) == ("28", "28")
    assert kinds["narrow"].select("image") == []
    assert [use["href"] for use in kinds["narrow"].select("use[filter]")] == [f"#{image['id']}"]
    for soup in kinds.values():
        (ink,) = soup.select("filter")
        assert "flood-color:var(--data," in str(ink)
        assert soup.select(f"[filter='url(#{ink['id']})']")


def test_the_same_image_in_two_panels_is_in_the_page_once():
    fig, axs = plt.subplots(1, 2)
    for ax in axs:
        plot.image(ax, np.eye(28))
    wide = next(iter(drawn(fig)[0].values()))
    assert len(wide.select("image")) == 1
    assert len(wide.select("use[filter]")) == 1


def test_an_image_of_many_colours_stays_as_it_is():
    fig, ax = plt.subplots()
    ax.imshow(np.random.default_rng(0).random((4, 4, 3)))
    assert drawn(fig)[0]["wide"].select("filter, [filter]") == []


def test_a_line_keeps_its_shape_with_fewer_points():
    x = np.linspace(0, 400, 4001)
    y = 100 + 80 * np.sin(x / 30)
    d = "M " + "\nL ".join(f"{a:f} {b:f}" for a, b in zip(x, y, strict=True))
    short = paths.short(d)
    steps = paths.numbers(" ".join(re.findall(r"-?[\d.]+", short))).cumsum(axis=0)
    assert len(short) < len(d) / 50
    np.testing.assert_allclose(steps[[0, -1]], [[x[0], y[0]], [x[-1], y[-1]]], atol=0.06)
    np.testing.assert_allclose(
        np.interp(x, *steps.T), y, atol=0.5
    )  # a quarter of a pixel across the line, where it is steep


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("M 0 3.5 \nL 0 0 \n", "m0 3.5 0-3.5"),
        ("M 1 1 \nL 2 1 \nL 3 1 \nz\n", "m1 1 2 0z"),
        ("M 1 1 \nL 2 1 \nL 2 2 \nz\nM 5 5 \nL 6 6 \n", "m1 1 1 0 0 1zm4 4 1 1"),
        (
            "M 0 -1.5 \nC 0.397805 -1.5 0.77937 -1.341951 1.06066 -1.06066 \nz\n",
            "m0-1.5c.4 0 .78 .16 1.06 .44z",
        ),
    ],
)
def test_a_path_is_written_in_few_characters(long, short):
    assert paths.short(long) == short


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-0.001, "0"), (0.5, ".5"), (-0.25, "-.25"), (10, "10"), (3.999, "4")]
)
def test_a_number_is_written_in_few_characters(value, text):
    assert paths.number(value) == text


def test_the_same_figure_is_the_same_text():
    assert drawing.drawings(in_notebook.figure(two_lines()), "f") == drawing.drawings(
        in_notebook.figure(two_lines()), "f"
    )
