"""Rules of chapters: each yields the faults that it finds, a line of the file and a sentence."""

import re
from itertools import groupby

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinxcontrib.bibtex.nodes import bibliography

from bookkit.lints.page import Faults, Page, is_cell, line_of, starts

LONGEST_CELL = 25  # lines
CELLS_IN_A_ROW = 4


def aims(page: Page) -> Faults:
    """The reader is told what will have been made: two to four things."""
    if not 2 <= len(page.aims) <= 4:
        yield (
            line_of(page.body),
            f"{len(page.aims)} aims: before the first section, write “At the end of this chapter you will "
            "have” and a list of two to four.",
        )


def needs(page: Page) -> Faults:
    """The reader is told what the chapter needs, and where to learn it."""
    paragraph = next((node for node in page.opening if starts(node, "You need")), None)
    if paragraph is None:
        yield line_of(page.body), "before the first section, say in a paragraph what is needed: “You need …”."
    elif not any(isinstance(node, nodes.reference | pending_xref) for node in paragraph.findall()):
        yield line_of(paragraph), "link what is needed to where the reader can learn it."


def times(page: Page) -> Faults:
    """The reader is told how long the chapter takes."""
    if not any("chapter-times" in node["classes"] for node in page.opening):
        yield line_of(page.body), "before the first section, put the directive {chapter-times}."


def closing(page: Page) -> Faults:
    """The closing section gives the answers: it takes up each aim, a third or more of its longer words."""
    section = page.section("In short")
    if not section.children:
        yield line_of(page.body), "close with a section “In short”, which takes up the aims."
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


RULES = [aims, needs, times, closing, further_reading, description, short_cells, prose_between_cells]
