"""A page as the rules look at it: its document, its cells, and where each thing stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile

from docutils import nodes
from nbformat import NotebookNode

Faults = Iterator[tuple[int, str]]


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
        """What stands between the page's title and its first section."""
        return list(takewhile(lambda node: not isinstance(node, nodes.section), self.body))

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
