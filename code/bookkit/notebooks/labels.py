"""What the pages of the book number and name, read from their sources, as the site numbers and names it.

Equations, figures and exercises are numbered within each chapter, terms stand in the glossary, sources in
`references.bib`. tests/bookkit/test_notebooks.py compares all of it with the built site.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from docutils.nodes import make_id
from pybtex.database import BibliographyData, parse_file
from pybtex.plugin import find_plugin
from pybtex.richtext import BaseText
from sphinx.util.nodes import _make_id
from sphinxcontrib.bibtex.style.referencing.label import LabelReferenceStyle

from bookkit.addresses import ROOT, Addresses, addresses, chapters, pages
from bookkit.notebooks.myst_blocks import Directive, Text, blocks, front_matter

HEADING = re.compile(r"(#{1,6}) +(.+?)(?: +#+)?")
SECTION_LABEL = re.compile(r"\(([^)\s]+)\)=")
LABELLED_FORMULA = re.compile(r"^\$\$ *\(([\w:-]+)\)", re.M)
CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
GLOSSARY = "book/glossary"
LEAVES = {"code-cell", "math", "quiz", "glossary", "list-table"}  # directives that hold nothing to refer to


@dataclass(frozen=True)
class Target:
    """Something to refer to: its page, its anchor there, and the words that name it."""

    page: str
    anchor: str
    words: str
    number: str = ""


@dataclass
class Book:
    """The book as a whole: where it is, its pages, and what can be referred to, by label."""

    where: Addresses
    sources: dict[str, str]
    chapters: dict[str, int]
    references: BibliographyData
    targets: dict[str, Target] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)  # in small letters, and the anchor of each
    counts: Counter = field(default_factory=Counter)  # by page and kind

    def __post_init__(self) -> None:
        """Go through all pages."""
        for page, source in self.sources.items():
            self.read(page, front_matter(source)[1])

    def read(self, page: str, source: str) -> None:
        """Note what a page, or a directive on it, has."""
        for block in blocks(source):
            if isinstance(block, Text):
                self.read_text(page, block.source)
            elif isinstance(block, Directive):
                label = block.options.get("label", "")
                if block.name == "math" and label:
                    self.note(page, "equation", label)
                elif block.name == "exercise-start":
                    self.note(page, "exercise", label)
                elif figure := figure_of(block):
                    self.note(page, "figure", figure)
                elif block.name == "glossary":
                    self.read_glossary(block.body)
                if block.name not in LEAVES:
                    self.read(page, block.body)

    def read_text(self, page: str, text: str) -> None:
        """Note the title, the labelled sections and the labelled formulas of a text without blocks."""
        waiting = []
        for line in text.splitlines():
            if match := SECTION_LABEL.fullmatch(line.strip()):
                waiting.append(match[1])
            elif match := HEADING.fullmatch(line):
                if match[1] == "#":
                    self.titles.setdefault(page, plain(match[2]))
                for label in waiting:
                    self.targets[label] = Target(page, make_id(label), plain(match[2]))
                waiting = []
            elif match := LABELLED_FORMULA.match(line):
                self.note(page, "equation", match[1])

    def note(self, page: str, kind: str, label: str) -> None:
        """Give the next number of its kind to a label."""
        self.counts[page, kind] += 1
        count, chapter = self.counts[page, kind], self.chapters.get(page)
        number = f"{chapter}.{count}" if chapter else str(count)
        words = {"equation": "({})", "figure": "Fig. {}", "exercise": "Exercise {}"}[kind]
        anchor = make_id(f"equation-{label}" if kind == "equation" else label)
        self.targets[label] = Target(page, anchor, words.format(number), number)

    def read_glossary(self, body: str) -> None:
        """Note the terms and their anchors, which keep capitals."""
        for term in body.splitlines():
            if term and not term[0].isspace():
                self.terms[term.strip().lower()] = f"term-{_make_id(term.strip())}"

    def citations(self, page: str) -> list[str]:
        """The keys that a page cites, in the order in which the book cites them first."""
        return [key for key in cited(*self.sources.values()) if key in cited(self.sources[page])]

    @cached_property
    def style(self):
        """How pybtex writes a source."""
        return find_plugin("pybtex.style.formatting", "unsrt")()

    def entry(self, key: str) -> str:
        """A source as the list of sources has it, in Markdown."""
        (entry,) = self.style.format_entries([self.references.entries[key]])
        return unescaped(entry.text)

    def authors(self, key: str) -> str:
        """Who wrote a source, as a sentence names them."""
        style = LabelReferenceStyle()
        names = style.person.author_or_editor_or_title(full=False)
        return unescaped(names.format_data({"entry": self.references.entries[key], "style": style}))


def unescaped(text: BaseText) -> str:
    """A text of pybtex in Markdown, without the backslashes that are not needed here."""
    return re.sub(r"\\([.\-()])", r"\1", " ".join(text.render_as("markdown").split()))


def cited(*sources: str) -> list[str]:
    """The keys that sources of pages cite, in the order of their first citation."""
    groups = [keys for source in sources for keys in CITATION.findall(source)]
    return list(dict.fromkeys(key.strip() for group in groups for key in group.split(",")))


def plain(title: str) -> str:
    """A title without marks for the index."""
    return re.sub(r"\{[\w:+-]+\}`([^`<]*?)(?: *<[^>]*>)?`", r"\1", title)


def figure_of(block: Directive) -> str:
    """The name of the figure that a block shows; empty if it shows none."""
    if block.name == "figure":
        return block.options.get("name", "")
    shown = block.name == "code-cell" and not {"remove-cell", "remove-output"}.intersection(block.tags)
    return block.options.get("mystnb", {}).get("figure", {}).get("name", "") if shown else ""


def book(root: Path = ROOT) -> Book:
    """The book in this folder."""
    sources = {page: (root / f"{page}.md").read_text(encoding="utf-8") for page in pages(root)}
    return Book(addresses(root), sources, chapters(root), parse_file(root / "book" / "references.bib"))
