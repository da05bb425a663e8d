"""The whole book, ready for an edition: pages without what needs a screen, and the appendices."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from bookkit.addresses import ROOT
from bookkit.editions import anchors, manuscript, style
from bookkit.editions.appendices import appendices
from bookkit.editions.facts import LICENCE, Facts, facts
from bookkit.editions.manuscript import INDEX, Page, Part
from bookkit.editions.paper import for_paper


@dataclass
class Book:
    """What an edition is made of.

    site: the folder of the site, for images and faces. parts: the text. index: the general index.
    sheet: the style sheet of the site. colours: its variables.
    """

    site: Path
    facts: Facts
    parts: list[Part]
    index: Page
    sheet: str
    colours: dict[str, str]

    @property
    def pages(self) -> list[Page]:
        """All pages in their order, the index last."""
        return [*(page for part in self.parts for page in part.pages), self.index]


def book(site: Path, root: Path = ROOT) -> Book:
    """The book as the site in this folder has it."""
    parts, index = manuscript.read(site, root), manuscript.read_page(site, INDEX)
    known = facts(root)
    pages = [*(page for part in parts for page in part.pages), index]
    anchors.settle(pages, known.site)
    end = appendices(pages)
    if end.pages:
        parts.append(end)
    sheet = style.sheet_of(site)
    made = Book(site, known, parts, index, sheet, style.palette(sheet))
    for page in made.pages:
        for_paper(page.body)
    anchors.drop_dead(made.pages)
    return made


def imprint(facts: Facts) -> str:
    """What stands on the back of the title: who made this edition, when, and what may be done with it."""
    site = f'<a href="{facts.site}">{facts.site}</a>'
    return (
        f'<div class="imprint"><p><b>{escape(facts.title)}</b></p><p>{escape(facts.author)}</p>'
        f"<p>Edition of {facts.day}, made from the site of the book, {site}</p><p>{LICENCE}</p>"
        "<p>Hints, solutions, answers to the questions and the code of the figures stand at the end; links"
        " beside each exercise, question and figure lead there.</p></div>"
    )
