"""Sphinx extension: drawings in the page instead of image files, and a line below that opens their code.

A drawing in the page has the page's colours and face, and needs no request. Both drawings of a figure are
there, and the style sheet shows the one for which there is room; a book in one file, which is printed, and
an e-book get the wide one alone.
"""

from pathlib import Path, PurePosixPath

from bs4.element import PreformattedString
from sphinx.util import logging

from bookkit.figures.drawing import drawings
from bookkit.pages.html_mends import PARSED

CODE = "Code of this figure"

logger = logging.getLogger(__name__)


def draw(app, soup, context) -> None:
    """Put each figure that a cell drew into the page itself."""
    files = {name: key for key, name in app.builder.images.items()}
    for number, image in enumerate(soup.select("div.cell_output img[src$='.svg']"), 1):
        key = files.get(PurePosixPath(image["src"]).name)
        svg = (Path(app.srcdir) / key).read_text(encoding="utf-8") if key else ""
        if "Matplotlib" not in svg:
            continue
        figure = image.find_parent("figure", id=True)
        name = figure["id"] if figure else f"drawing-{number}"
        kinds, strange = drawings(svg, name)
        for colour in sorted(strange):
            logger.warning("%s is drawn in %s, which no page has: take a colour of nnbook.plot", name, colour)
        if app.builder.name != "html":
            kinds.pop("narrow", None)
        box = soup.new_tag(
            "div", attrs={"class": "drawing", "role": "img", "aria-label": image.get("alt", "")}
        )
        for svg in kinds.values():
            box.append(PreformattedString(svg))
        image.replace_with(box)


def move_code(soup) -> None:
    """Have the code of a figure open from a line below it, and other folded code from a line as quiet."""
    for fold in soup.select("div.cell > details.hide.above-input"):
        output = fold.find_next_sibling("div", class_="cell_output")
        has_figure = output and output.select_one(".drawing")
        fold["class"] = ["hide", "figure-code"]
        summary = soup.new_tag("summary")
        summary.string = CODE if has_figure else "Code"
        fold.summary.replace_with(summary)
        if has_figure:
            output.insert_after(fold.extract())


def change(app, soup, context) -> None:
    """Change what figures a page has."""
    draw(app, soup, context)
    move_code(soup)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect(PARSED, change)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
