"""The whole book, ready for an edition: pages without what needs a screen, and the appendices."""

from dataclasses import dataclass
from pathlib import Path

from bookkit.addresses import ROOT
from bookkit.editions import anchors, manuscript, style
from bookkit.editions.appendices import appendices
from bookkit.editions.facts import Facts, facts
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
