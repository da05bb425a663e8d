"""Contents and index of the printed book: lines with holes for the numbers of pages.

A hole is an element that names a target in `data-page-of`; `fill` writes the number of its page into it.
"""

from collections.abc import Iterable
from copy import copy
from html import escape

from bs4.element import Tag

from bookkit.editions.book import Book
from bookkit.editions.manuscript import Page
from bookkit.editions.paper import new

MANY = 14  # sections of a page that is no chapter
UNKNOWN = 100  # as wide as most


def hole(target: str) -> str:
    """A place for the number of the page on which a target stands."""
    return f'<span data-page-of="{target}">{UNKNOWN}</span>'


def contents(book: Book) -> Tag:
    """The contents: parts, pages and their sections."""
    lines = []
    for part in book.parts:
        if part.title:
            lines.append(f'<li class="part">{escape(part.title)}</li>')
        for page in part.pages:
            lines += [line("chapter", page.slug, page.number, escape(page.title)), *sections(page)]
    lines.append(line("chapter", book.index.slug, "", escape(book.index.title)))
    return new(f'<div class="contents"><h1>Contents</h1><ul>{"".join(lines)}</ul></div>')


def sections(page: Page) -> Iterable[str]:
    """The lines of the sections of a page; a list of many is none of contents."""
    headings = page.body.find_all("h2")
    for heading in headings if page.number or len(headings) <= MANY else []:
        target = heading.parent.get("id") or heading.get("id")
        if target:
            title = copy(heading)
            number = title.find(class_="section-number")
            for tag in [*title.find_all("a"), *title.find_all(id=True)]:
                del tag["id"]
            for link in title.find_all("a"):
                link.unwrap()
            shown = number.extract().get_text().strip(". ") if number else ""
            yield line("section", target, shown, title.decode_contents().strip())


def line(kind: str, target: str, number: str, title: str) -> str:
    """A line of the contents."""
    return (
        f'<li class="{kind}"><a href="#{target}"><span class="number">{number}</span>'
        f'<span class="title">{title}</span><span class="leader"></span>{hole(target)}</a></li>'
    )


def number_links(pages: Iterable[Page]) -> None:
    """Give links to other ends of the book the numbers of their pages."""
    for page in pages:
        for link in page.body.select("a.to-page"):
            link.append(new(f'<span class="on-page"> p. {hole(link["href"][1:])}</span>'))


def number_index(index: Page) -> None:
    """Give the general index numbers of pages, in place of [1], [2]."""
    for entry in index.body.select("li"):
        links = entry.find_all("a", recursive=False)
        for link in links:
            place = f'<a href="{link["href"]}">{hole(link["href"][1:])}</a>'
            is_main = link.strong is not None
            comma = link.previous_sibling
            if isinstance(comma, str) and comma.strip() == ",":
                comma.extract()
            shown = new(f'<span class="place{" main" if is_main else ""}">{place}</span>')
            if link.get_text().startswith("["):
                link.replace_with(shown)
            else:
                link.insert_after(shown)
                link.unwrap()


def fill(tags: Iterable[Tag], numbers: dict[str, int]) -> None:
    """Write the numbers of pages into all holes, and put those of the index in order."""
    for tag in tags:
        for place in tag.select("[data-page-of]"):
            place.string = str(numbers.get(place["data-page-of"], UNKNOWN))
        for entry in tag.select(".indextable li"):
            order_places(entry)


def order_places(entry: Tag) -> None:
    """Put the pages of an entry in order: first the main one, then each once."""
    places = entry.find_all(class_="place", recursive=False)
    if len(places) < 2:
        return
    mark = places[0].previous_sibling
    seen = set()
    for place in places:
        place.extract()
    for place in sorted(places, key=lambda place: ("main" not in place["class"], int(place.get_text()))):
        number = place.get_text()
        place["class"] = [name for name in place["class"] if name != "again"] + ["again"] * (number in seen)
        seen.add(number)
        mark.insert_after(place)
        mark = place
