"""The figures of the built site: light in bytes, readable in both modes, on a phone as well."""

import gzip
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from bookkit.figures.colours import palette
from bs4 import BeautifulSoup, SoupStrainer
from matplotlib.colors import to_hex, to_rgb

from tests.contrast import contrast

LARGEST = 120_000  # bytes of a figure, both its drawings
TOGETHER = 80_000  # bytes of a page's figures, compressed
SMALLEST = 11  # pixels of a label on a phone
TEXT, MARK = 4.5, 3  # contrast, WCAG 2.2, 1.4.3 and 1.4.11
BROAD = 10  # a line as broad as that is a band
GROUND = 0.7  # what is more transparent is a band or a shade, which a line bounds or a number explains
TELLING = [
    "multilayer-perceptrons",
    "xor",
    "mnist-with-nn",
]  # panels that are stacked; regions; images and numbers

# Of each label that is seen: its words, its size in pixels (that of its largest part: exponents are smaller),
# its face, and by how much it sticks out of its drawing at the sides; of each drawing, which kinds are shown,
# how wide, and in which room.
LABELS = """
() => [...document.querySelectorAll(".drawing")].map((box) => {
  const shown = [...box.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
  const labels = shown.flatMap((svg) => [...svg.querySelectorAll("text")].map((text) => {
    const parts = text.children.length ? [...text.children] : [text];
    const size = Math.max(...parts.map((part) => parseFloat(getComputedStyle(part).fontSize)));
    const inner = text.getBoundingClientRect(), outer = svg.getBoundingClientRect();
    const matrix = svg.getScreenCTM();
    return {
      words: text.textContent,
      size: size * matrix.a,
      face: getComputedStyle(text).fontFamily,
      out: Math.max(outer.left - inner.left, inner.right - outer.right),
    };
  }));
  return {
    name: box.closest("figure")?.id ?? "",
    kinds: shown.map((svg) => svg.getAttribute("class")),
    width: shown[0].getBoundingClientRect().width,
    room: box.getBoundingClientRect().width,
    strokes: [...shown[0].querySelectorAll("path")].map((path) => getComputedStyle(path).stroke),
    labels,
  };
})
"""


@dataclass
class Drawn:
    """A figure of a page: its name, its text in the file, and that parsed."""

    name: str
    text: str
    soup: BeautifulSoup


@pytest.fixture(scope="module")
def figures(site) -> dict[str, list[Drawn]]:
    """The figures of each page that has some."""
    found = {}
    for path in sorted((site / "book").glob("*.html")):
        html = path.read_text(encoding="utf-8")
        texts = re.findall(r'<div[^>]*class="drawing".*?</div>', html, re.DOTALL)
        names = [re.search(r'id="(.*?)-[wn]?\d', text) for text in texts]  # words alone need no ids
        drawn = [
            Drawn(name[1] if name else f"drawing {number}", text, BeautifulSoup(text, "html.parser"))
            for number, (name, text) in enumerate(zip(names, texts, strict=True))
        ]
        found |= {path.stem: drawn} if drawn else {}
    return found


@pytest.fixture(scope="module")
def seen(site, browser, figures) -> dict[tuple[str, int], list[dict]]:
    """What a browser shows of all pages with figures on a phone, and of the telling ones wide and dark."""
    shown = {}
    for width, theme, names in [(360, "light", figures), (1280, "dark", TELLING)]:
        with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme) as context:
            for name in names:
                page = context.new_page()
                page.goto((site / "book" / f"{name}.html").as_uri(), wait_until="domcontentloaded")
                page.evaluate("document.fonts.ready")
                page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
                shown[name, width] = page.evaluate(LABELS)
                page.close()
    return shown


def test_every_figure_of_a_cell_is_in_its_page(site, figures):
    assert sum(map(len, figures.values())) >= 68
    for name in figures:
        soup = BeautifulSoup(
            (site / f"book/{name}.html").read_text(encoding="utf-8"),
            "html.parser",
            parse_only=SoupStrainer("img"),
        )
        assert [image["src"] for image in soup.select("img") if "_images/" in image["src"]] == []


def test_no_figure_is_heavy(figures):
    sizes = {drawn.name: len(drawn.text.encode()) for page in figures.values() for drawn in page}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


def test_no_page_has_heavy_figures(figures):
    sizes = {
        page: len(gzip.compress("".join(d.text for d in drawn).encode())) for page, drawn in figures.items()
    }
    assert {page: size for page, size in sizes.items() if size > TOGETHER} == {}


def test_every_figure_says_what_is_seen(figures):
    for page, drawn in figures.items():
        boxes = [figure.soup.find("div") for figure in drawn]
        assert all(box["role"] == "img" and len(box["aria-label"]) > 20 for box in boxes), page


def test_ids_in_figures_are_unique(figures):
    for page, drawn in figures.items():
        ids = [tag["id"] for figure in drawn for tag in figure.soup.select("[id]")]
        assert len(ids) == len(set(ids)), page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_marks_are_seen(figures, theme):
    page = palette(theme)
    faint = {
        (drawn.name, tag, said): round(ratio, 1)
        for drawings in figures.values()
        for drawn in drawings
        for tag, said in styles(drawn.soup)
        if (ratio := least(tag, said, page)) is not None
        and ratio < (TEXT if tag in ("text", "tspan") else MARK)
    }
    assert faint == {}


def styles(soup) -> set[tuple[str, str]]:
    """The different styles in a figure, each with what it is said of."""
    return {(tag.name, tag["style"]) for tag in soup.select("[style]") if tag.name != "feflood"}


def least(tag: str, style: str, page: dict[str, str]) -> float | None:
    """The contrast of what has this style with the paper; None for the grid, a shade, and no colour."""
    said = dict(part.split(":", 1) for part in style.split(";"))
    ratios = []
    for kind in ("stroke", "fill"):
        colour, opacity = said.get(kind, "none"), float(said.get(f"{kind}-opacity", said.get("opacity", 1)))
        name = re.fullmatch(r"var\(--(\w+),#\w+\)", colour)
        assert name or colour == "none", f"{tag} {style} is in a colour of its own"
        if name and name[1] != "rule" and opacity >= GROUND:
            ink, paper = np.array(to_rgb(page[name[1]])), np.array(to_rgb(page["paper"]))
            ratios.append(contrast(to_hex(opacity * ink + (1 - opacity) * paper), page["paper"]))
        elif name and kind == "stroke" and name[1] != "rule" and float(said.get("stroke-width", 1)) < BROAD:
            ratios.append(0)  # a line is no shade
    return max(ratios, default=None)


def test_no_label_is_small_on_a_phone(seen):
    labels = [
        (figure["name"], label["words"], label["size"])
        for (_, width), page in seen.items()
        for figure in page
        for label in figure["labels"]
        if width == 360
    ]
    assert len(labels) > 500
    assert [label for label in labels if label[-1] < SMALLEST] == []


def test_words_are_in_the_face_of_the_text(seen):
    faces = {
        label["face"].split(",")[0] for page in seen.values() for figure in page for label in figure["labels"]
    }
    assert faces == {'"Book Serif"'}


def test_of_two_drawings_one_is_shown_and_nothing_sticks_out(seen):
    for (name, width), shown in seen.items():
        for figure in shown:
            if name != "index":  # the cover shows its digits whole, however wide it is
                assert figure["kinds"] in ([["narrow"], ["only"]] if width == 360 else [["wide"], ["only"]])
            assert figure["width"] <= figure["room"] + 1
            assert [label for label in figure["labels"] if label["out"] > 6] == []


def test_a_plot_is_as_wide_as_its_room(seen):
    for name in ["multilayer-perceptrons", "xor"]:  # which have no images, that are as large as they must be
        for width in (360, 1280):
            shares = [figure["width"] / figure["room"] for figure in seen[name, width]]
            assert np.median(shares) > 0.95


def test_dark_pages_have_dark_colours(seen):
    data = tuple(round(255 * value) for value in to_rgb(palette("dark")["data"]))
    strokes = {
        stroke
        for (_, width), page in seen.items()
        if width == 1280
        for figure in page
        for stroke in figure["strokes"]
    }
    assert f"rgb{data}" in strokes


def test_the_code_of_a_figure_opens_below_it(site):
    for name in TELLING:
        soup = BeautifulSoup((site / f"book/{name}.html").read_text(encoding="utf-8"), "html.parser")
        for cell in soup.select("div.cell:has(> details.figure-code)"):
            kinds = [child["class"][0] for child in cell.find_all(recursive=False)]
            has_figure = bool(cell.select(".drawing"))
            assert has_figure == (("cell_output", "hide") in list(pairwise(kinds))), cell
            words = cell.select_one("details.figure-code > summary").get_text()
            assert words == ("Code of this figure" if has_figure else "Code")
