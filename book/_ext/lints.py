"""Sphinx extension: faults of a page that a machine can see, each a warning with file and line.

A rule is a function that takes a `Page` and yields its faults, each a line of the file and a sentence. A new
rule is a function and its name in `RULES_OF_PAGES` or `RULES_OF_CHAPTERS` below.

A chapter is a page of a numbered part of `_toc.yml`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise, takewhile
from pathlib import PurePosixPath

from docutils import nodes
from executed import executed_cells
from myst_nb.ext.glue.utils import PendingGlueReference
from nbformat import NotebookNode
from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinxcontrib.bibtex.nodes import bibliography
from typed_numbers import CHOSEN, measured_looking, prose, readable

LONGEST_CELL = 25  # lines
CELLS_IN_A_ROW = 4
SHORTEST_ALT = 20  # characters

Faults = Iterator[tuple[int, str]]
logger = logging.getLogger(__name__)


@dataclass
class Page:
    """What the rules look at: the document, and all cells with their lines."""

    doctree: nodes.document
    cells: list[tuple[int, NotebookNode]]

    @cached_property
    def body(self) -> nodes.Element:
        """The section of the page's title, which holds all others."""
        return next(self.doctree.findall(nodes.section), self.doctree)

    @cached_property
    def opening(self) -> list[nodes.Element]:
        """What stands between the page's title and its first cell or section."""
        return list(takewhile(lambda node: not (is_cell(node) or isinstance(node, nodes.section)), self.body))

    @cached_property
    def aims(self) -> list[nodes.list_item]:
        """The items of the list after the paragraph that begins “At the end of this chapter”."""
        for before, after in pairwise(self.opening):
            if starts(before, "At the end of this chapter") and isinstance(after, nodes.bullet_list):
                return list(after)
        return []

    @cached_property
    def shown_cells(self) -> list[nodes.container]:
        """The cells that the reader sees."""
        return list(self.doctree.findall(is_cell))

    def section(self, title: str) -> nodes.section:
        """The section with this title; an empty one if there is none."""
        sections = self.doctree.findall(nodes.section)
        return next((node for node in sections if node[0].astext() == title), nodes.section())


def is_cell(node: nodes.Node) -> bool:
    """Whether the node is a cell that the reader sees."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def starts(node: nodes.Node, words: str) -> bool:
    """Whether the node is a paragraph that begins with these words."""
    return isinstance(node, nodes.paragraph) and node.astext().startswith(words)


def around(node: nodes.Node) -> Iterator[nodes.Element]:
    """The node and those that it is in, from the inside out."""
    while node:
        yield node
        node = node.parent


def line_of(node: nodes.Node) -> int:
    """The line of the file where the node begins, or where the nearest node around it does."""
    for outer in around(node):
        if is_cell(outer):
            return outer.line - 1  # MyST-NB gives the second line of a cell to all its nodes
    return next((outer.line for outer in around(node) if outer.line), 1)


# Rules of chapters


def aims(page: Page) -> Faults:
    """The reader is told what will have been made: two to four things."""
    if not 2 <= len(page.aims) <= 4:
        yield (
            line_of(page.body),
            f"{len(page.aims)} aims: before the first cell, write “At the end of this chapter you will have” "
            "and a list of two to four.",
        )


def needs(page: Page) -> Faults:
    """The reader is told what the chapter needs, and where to learn it."""
    paragraph = next((node for node in page.opening if starts(node, "You need")), None)
    if paragraph is None:
        yield line_of(page.body), "before the first cell, say in a paragraph what is needed: “You need …”."
    elif not any(isinstance(node, nodes.reference | pending_xref) for node in paragraph.findall()):
        yield line_of(paragraph), "link what is needed to where the reader can learn it."


def times(page: Page) -> Faults:
    """The reader is told how long the chapter takes."""
    if not any("chapter-times" in node["classes"] for node in page.opening):
        yield line_of(page.body), "before the first cell, put the directive {chapter-times}."


def closing(page: Page) -> Faults:
    """The closing section takes up each aim: of its longer words a third or more."""
    section = page.section("What you have made")
    if not section.children:
        yield line_of(page.body), "close with a section “What you have made”, which takes up the aims."
        return
    said = stems(section.astext())
    for aim in page.aims:
        wanted = stems(aim.astext())
        if len(wanted & said) < len(wanted) / 3:
            yield line_of(section[0]), f"take up the aim “{aim.astext()}”."


def stems(text: str) -> set[str]:
    """The first five letters of each word that has as many."""
    return {word[:5].lower() for word in re.findall(r"[^\W\d_]{5,}", text)}


def further_reading(page: Page) -> Faults:
    """The reader is told where to go on, with sources."""
    section = page.section("Further reading")
    if not section.children:
        yield line_of(page.body), "end with a section “Further reading”."
        return
    if not any(node["refdomain"] == "cite" for node in section.findall(pending_xref)):
        yield line_of(section[0]), "cite a source, with the role {cite:t}."
    if not any(section.findall(bibliography)):
        yield line_of(section[0]), "end with the list of sources, the directive {bibliography}."


def description(page: Page) -> Faults:
    """Search engines have a sentence to show."""
    descriptions = [node for node in page.doctree.findall(nodes.meta) if node.get("name") == "description"]
    if not any(node["content"] for node in descriptions):
        yield 1, "describe the chapter in the front matter, under myst, html_meta, description."


def short_cells(page: Page) -> Faults:
    """A cell fits on a screen."""
    for cell in page.shown_cells:
        n_lines = len(cell[0].astext().splitlines())
        if n_lines > LONGEST_CELL:
            yield line_of(cell), f"split this cell of {n_lines} lines: {LONGEST_CELL} at most are read well."


def prose_between_cells(page: Page) -> Faults:
    """There are sentences between the cells."""
    for parent in page.doctree.findall(nodes.Element):
        seen = [node for node in parent if not isinstance(node, nodes.Invisible)]
        for are_cells, group in groupby(seen, is_cell):
            run = list(group)
            if are_cells and len(run) > CELLS_IN_A_ROW:
                yield line_of(run[CELLS_IN_A_ROW]), f"say something within these {len(run)} cells in a row."


# Rules of all pages


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


RULES_OF_PAGES = [data_in_use, figures, table_headings, typed_numbers]
RULES_OF_CHAPTERS = [
    aims,
    needs,
    times,
    closing,
    further_reading,
    description,
    short_cells,
    prose_between_cells,
]


def check_page(app, doctree: nodes.document) -> None:
    """Warn of each fault that a rule finds on the page that was just read."""
    page = Page(doctree, executed_cells(app.env))
    for rule in RULES_OF_PAGES + (RULES_OF_CHAPTERS if is_chapter(app.env) else []):
        for line, sentence in dict.fromkeys(rule(page)):
            name = rule.__name__.replace("_", " ")
            logger.warning("%s: %s", name, sentence, location=(app.env.docname, line))


def is_chapter(env) -> bool:
    """Whether the page that is being read is a chapter."""
    parts = [part for part in env.external_site_map.root.subtrees if part.numbered]
    return env.docname in [
        str(PurePosixPath(file).with_suffix("")) for part in parts for file in part.files()
    ]


def setup(app):
    """Register the check, and the role that marks numbers as chosen."""
    app.add_role("chosen", CHOSEN)
    app.connect("doctree-read", check_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
