"""Sphinx extension: what a citation refers to stands in the margin beside it, where a page has a margin.

A note is a copy of the reference without its address. It is not for screen readers, for the citation itself
leads to the reference. It begins beside the citation, or as many lines higher as it needs to end with its
paragraph, for code and figures below may reach into the margin.
"""

import re
from math import ceil

from bs4 import BeautifulSoup, NavigableString, Tag

from bookkit.pages.html_mends import PARSED

# Where citations have notes: in text that stands by itself, not in a card or a table.
PARAGRAPHS = "article section > p, article section > ul > li > p, article section > ol > li > p"
CARDS = ["admonition", "quiz"]

# About how many characters fit on a line of the text and of a note, how high these are, and how much space
# follows a paragraph, in pixels: only the browser knows for sure.
LINE, NOTE_LINE = 68, 39
HEIGHT, NOTE_HEIGHT, SPACE = 29, 19, 30


def add_notes(app, soup: BeautifulSoup, context: dict) -> None:
    """Put a note beside the first citation of each work in a paragraph."""
    article = soup.select_one("article")
    if article is None or not article.select_one(".bibtex-citation"):
        return
    for paragraph in article.select(PARAGRAPHS):
        if not paragraph.find_parent(class_=CARDS):
            add_to(soup, paragraph)


def add_to(soup: BeautifulSoup, paragraph: Tag) -> None:
    """Put the notes of one paragraph into it."""
    found = []
    for link in paragraph.select(".bibtex-citation a[href^='#']"):
        reference = soup.find(id=link["href"][1:])
        if reference and reference.p:
            found.append((link.find_parent(class_="bibtex-citation"), note(soup, link.get_text(), reference)))
    needed = sum(NOTE_HEIGHT * ceil(len(one.get_text()) / NOTE_LINE) + SPACE / 4 for _, one in found)
    for citation, one in found:
        put(paragraph, citation, one, needed)


def note(soup: BeautifulSoup, label: str, reference: Tag) -> Tag:
    """A note: the label of the citation and the reference, as text."""
    made = soup.new_tag("span", attrs={"class": "margin-note", "aria-hidden": "true"})
    number = soup.new_tag("b")
    number.string = label
    text = re.sub(r"\s*(URL: \S+|doi:\S+|arXiv:\S+)", "", " ".join(reference.p.get_text().split()))
    made.extend([number, f" {text}"])
    return made


def put(paragraph: Tag, citation: Tag, made: Tag, needed: float) -> None:
    """Put a note into a paragraph beside a citation, or so much higher that it ends with the paragraph."""
    parts = [part for part in paragraph.children if "margin-note" not in classes(part)]
    place = next(index for index, part in enumerate(parts) if part is citation)
    after = sum(len(part.get_text()) for part in parts[place:])
    lines = ceil(max(0, needed - SPACE - HEIGHT * ceil(after / LINE)) / HEIGHT)
    up = lines * LINE
    while up > 0 and place > 0:
        place -= 1
        part = parts[place]
        if (
            isinstance(part, NavigableString)
            and len(part) > up
            and (cut := part.rfind(" ", 0, len(part) - up)) > 0
        ):
            start, end = part[: cut + 1], part[cut + 1 :]
            part.replace_with(start, made, end)
            return
        up -= len(part.get_text())
    parts[place].insert_before(made)


def classes(part) -> list[str]:
    """The classes of a tag; text has none."""
    return part.get("class", []) if isinstance(part, Tag) else []


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect(PARSED, add_notes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
