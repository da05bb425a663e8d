"""Rules of all pages: each yields the faults that it finds, a line of the file and a sentence."""

import re

from docutils import nodes
from myst_nb.ext.glue.utils import PendingGlueReference

from bookkit.lints.page import Faults, Page, around, is_cell, line_of
from bookkit.lints.typed_numbers import measured_looking, prose, readable

SHORTEST_ALT = 20  # characters


def data_in_use(page: Page) -> Faults:
    """A page that uses MNIST shows which images it was run on."""
    lines = [
        line
        for line, cell in page.cells
        if cell.cell_type == "code" and re.search(r"(?i)\bmnist\(", cell.source)
    ]
    printed = any(re.search(r"print\(.*\bmnist_source\(\)", cell[0].astext()) for cell in page.shown_cells)
    glued = any(re.search(r"glue\(.*\bmnist_source\(\)", cell.source) for _, cell in page.cells)
    if lines and not (printed or glued):
        yield lines[0], "this uses MNIST: show a cell with print(data.mnist_source()), or glue that line."


def figures(page: Page) -> Faults:
    """A figure says what is seen (alternative text) and what it means (caption), and has a name."""
    for image in page.doctree.findall(nodes.image):
        figure = next((node for node in around(image) if isinstance(node, nodes.figure)), nodes.figure())
        caption = next((node.astext() for node in figure.findall(nodes.caption)), "")
        yield from alternative_text(line_of(image), image.get("alt", ""), caption)
        if in_line_of_text(image):
            continue
        if not caption:
            yield line_of(image), "give the figure a caption that says what it means."
        if not figure["names"]:
            yield line_of(image), "give the figure a name, so that the text can refer to it."
    for figure in page.doctree.findall(nodes.figure):
        if any(map(is_cell, around(figure))) and not any(figure.findall(nodes.image)):
            yield (
                line_of(figure),
                "end the cell's last line with a semicolon: its value shows as a second figure.",
            )
    for html in page.doctree.findall(nodes.raw):
        if re.search(r"<img\b(?![^>]*\balt=.)", html.astext()):
            yield line_of(html), "use the directive {figure}, with alternative text, instead of <img>."
    for glued in page.doctree.findall(PendingGlueReference):
        if not glued.inline:
            yield line_of(glued), "draw this here: what is glued from another page has no alternative text."


def alternative_text(line: int, alt: str, caption: str) -> Faults:
    """A reader who does not see the image is told what is seen, in other words than the caption's."""
    if not alt:
        yield line, "say under alt what is seen in the figure."
    elif re.fullmatch(r"\S+\.\w{3,4}", alt):
        yield line, f"say under alt what is seen, for “{alt}” is the name of a file."
    elif len(alt) < SHORTEST_ALT:
        yield line, f"say under alt what is seen, in more words than “{alt}”."
    elif alt.strip(" .").lower() == caption.strip(" .").lower():
        yield line, "say under alt what is seen; now it repeats the caption, which says what it means."


def in_line_of_text(image: nodes.image) -> bool:
    """Whether the image is a sign within a sentence or in a link, which needs no caption."""
    return isinstance(image.parent, nodes.reference) or (
        isinstance(image.parent, nodes.paragraph) and len(image.parent) > 1
    )


def table_headings(page: Page) -> Faults:
    """Each column of a table has a heading, with a word: a screen reader finds a lone formula empty."""
    for table in page.doctree.findall(nodes.table):
        headings = [entry for head in table.findall(nodes.thead) for entry in head.findall(nodes.entry)]
        for heading in headings:
            texts = [text for text in heading.findall(nodes.Text) if not isinstance(text.parent, nodes.math)]
            if not "".join(texts).strip():
                yield line_of(table), "give each column of the table a heading with a word in it."


def typed_numbers(page: Page) -> Faults:
    """Measured numbers come from the run."""
    for block in prose(page.doctree):
        text = readable(block)
        for place, number in measured_looking(text):
            line = line_of(block) + text[:place].count("\n")
            yield (
                line,
                f"{number} looks measured but was typed: glue it from the run; if it was chosen or quoted, "
                f"write {{chosen}}`{number}`, or give its table the class chosen.",
            )
    for image in page.doctree.findall(nodes.image):
        for _, number in measured_looking(image.get("alt", "")):
            yield line_of(image), f"{number} in the alternative text looks measured: leave it out."


RULES = [data_in_use, figures, table_headings, typed_numbers]
