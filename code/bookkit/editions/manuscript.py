"""The pages of the built site as one manuscript: parts, pages in their order, and the text of each.

Editions are made from the site, not from the sources: they show what its pages show, and nothing is read or
run a second time.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from bs4.element import Tag

from bookkit.addresses import ROOT

INDEX = "genindex"
NOT_WORDS = re.compile("section-number|headerlink|report-link")


@dataclass
class Page:
    """A page of the book: its name in the site, its title, its number if it is a chapter, its text."""

    docname: str
    title: str
    number: str
    body: Tag

    @property
    def slug(self) -> str:
        """The name of the page in an edition."""
        return self.docname.rpartition("/")[2]

    @property
    def heading(self) -> str:
        """The number and the title."""
        return f"{self.number} {self.title}".strip()


@dataclass
class Part:
    """A part of the book; what stands before the first part has no title."""

    title: str
    pages: list[Page] = field(default_factory=list)


class NoSite(Exception):
    """The site is not there, or not whole; the message is a sentence."""


def read(site: Path, root: Path = ROOT) -> list[Part]:
    """The parts of the book, as the site shows their pages, and the index at the end of the last."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    parts = [Part("", [read_page(site, contents["root"])])]
    for part in contents["parts"]:
        pages = [read_page(site, str(Path(entry["file"]).with_suffix(""))) for entry in part["chapters"]]
        parts.append(Part(part.get("caption", ""), pages))
    return parts


def read_page(site: Path, docname: str) -> Page:
    """A page of the site."""
    path = site / f"{docname}.html"
    if not path.is_file():
        raise NoSite(f"{path} is not there: build the site first, with `jupyter-book build .`.")
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one("article")
    mark = article.select_one("h1 .section-number")
    number = re.search(r"\d+", mark.get_text())[0] if mark else ""
    article.name = "div"
    article.attrs = {}
    return Page(docname, words(article.h1), number, article)


def words(heading: Tag) -> str:
    """The words of a heading, without its number and its links."""
    texts = (text for text in heading.strings if not text.find_parent(class_=NOT_WORDS))
    return " ".join("".join(texts).split())
