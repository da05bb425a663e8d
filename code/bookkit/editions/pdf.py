"""The book as a PDF: one document, printed by a browser until its page numbers are right.

A browser knows the number of a page when it prints it, and not before: so the book is printed once to learn
them, and again with the numbers in the contents, in the index, and beside links to the end of the book.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pikepdf
from bs4.element import Tag
from playwright.sync_api import Browser

from bookkit.editions import style
from bookkit.editions.book import Book, imprint
from bookkit.editions.browser import browser
from bookkit.editions.contents import contents, fill, number_index, number_links
from bookkit.editions.cover import drawn
from bookkit.editions.facts import LANGUAGE, LICENCE
from bookkit.editions.manuscript import Page, Part, words

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
PASSES = 4  # the second is right, unless a number with more digits pushes something over the edge of a page


class Unsettled(Exception):
    """The page numbers of one printing are not those of the next."""


def write(book: Book, target: Path) -> str:
    """Write the PDF; returns what there is to say of it."""
    document, printed = target.with_suffix(".html"), target.with_suffix(".printed.pdf")
    lines = contents(book)
    number_index(book.index)
    number_links(book.pages)
    shift_headings(book)
    numbers: dict[str, int] = {}
    with browser() as started:
        for _ in range(PASSES):
            fill([lines, *(page.body for page in book.pages)], numbers)
            document.write_text(html(book, lines), encoding="utf-8")
            print_it(started, document, printed)
            before, numbers = numbers, numbers_of(printed)
            if before == numbers:
                break
        else:
            raise Unsettled(f"The page numbers do not settle: see {document}.")
    n_pages = finish(book, printed, target)
    document.unlink()
    printed.unlink()
    return f"{n_pages} pages"


def print_it(started: Browser, document: Path, printed: Path) -> None:
    """Print a document into a file."""
    page = started.new_page()
    page.set_default_timeout(0)  # hundreds of pages take their time
    page.goto(document.as_uri())
    page.evaluate("document.fonts.ready.then(() => null)")
    page.pdf(path=printed, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
    page.close()


def numbers_of(path: Path) -> dict[str, int]:
    """The number of the page on which each target of a link stands."""
    with pikepdf.open(path) as printed:
        places = {page.objgen: number for number, page in enumerate(printed.pages, 1)}
        targets = printed.Root.get("/Dests", {})
        return {name.removeprefix("/"): places[target[0].objgen] for name, target in targets.items()}


def shift_headings(book: Book) -> None:
    """Make the titles of pages headings below those of parts."""
    for page in book.pages:
        for level in (5, 4, 3, 2, 1):
            for heading in page.body.find_all(f"h{level}"):
                heading.name = f"h{level + 1}"


def html(book: Book, lines: Tag) -> str:
    """The document."""
    site = book.site.resolve().as_uri()
    variables = "".join(f"{name}: {value};" for name, value in book.colours.items())
    heads = "".join(running_head(page) for page in book.pages)
    faces = style.face_rules(book.sheet, lambda name: f"{site}/_static/{name}")
    sheet = f"{faces}\n:root {{{variables}}}\n{style.own('paper', 'pdf')}\n{heads}"
    cover = drawn(book.facts, book.colours, "svg").decode()
    text = "".join(
        page_html(page, part.title if page is part.pages[0] else "", site)
        for part in book.parts
        for page in part.pages
    )
    front = f'<div class="cover">{cover[cover.index("<svg") :]}</div>{imprint(book.facts)}{lines}'
    return (
        f'<!DOCTYPE html>\n<html lang="{LANGUAGE}"><head><meta charset="utf-8"/>'
        f"<title>{escape(book.facts.title)}</title><style>{sheet}</style></head>\n"
        f"<body>{front}{text}{page_html(book.index, '', site)}</body></html>"
    )


def running_head(page: Page) -> str:
    """The rules for the pages of paper on which a page of the book stands."""
    words, name = page.heading.replace("\\", "").replace('"', "'"), page.slug
    return f'@page {name} {{ @top-right {{ content: "{words}"; }} }} #{name} {{ page: {name}; }}\n'


def page_html(page: Page, part: str, site: str) -> str:
    """A page of the book, under the title of its part if it is the first there."""
    for image in page.body.find_all("img"):
        if not image["src"].startswith(("file:", "data:")):
            image["src"] = f"{site}/{image['src']}"
    page.body["class"] = "page"
    title = f'<h1 class="part">{escape(part)}</h1>' if part else ""
    opened, _, rest = str(page.body).partition(">")
    return f"{opened}>{title}{rest}\n"


def finish(book: Book, printed: Path, target: Path) -> int:
    """Write what was printed, with the facts of the book and small; returns the number of pages."""
    with pikepdf.open(printed) as document:
        day = f"D:{book.facts.made:%Y%m%d%H%M%S}Z"
        info = {"Title": book.facts.title, "Author": book.facts.author, "Subject": LICENCE}
        info |= {"CreationDate": day, "ModDate": day}
        document.trailer.Info = document.make_indirect(pikepdf.Dictionary(**info))
        name_outline(document.Root.Outlines, titles(book))
        fold_outline(document.Root.Outlines)
        # A hundred thousand small objects say what is a heading, what a table: packed, they are a third.
        packed = pikepdf.ObjectStreamMode.generate
        document.save(target, object_stream_mode=packed, recompress_flate=True, deterministic_id=True)
        return len(document.pages)


def titles(book: Book) -> list[str]:
    """All headings of the document in their order, with their numbers."""
    found = ["Contents"]
    for part in [*book.parts, Part("", [book.index])]:
        for page in part.pages:
            _, *others = page.body.find_all(HEADINGS)
            found += [part.title] if part.title and page is part.pages[0] else []
            found += [page.heading, *map(numbered, others)]
    return found


def numbered(heading: Tag) -> str:
    """The words of a heading after its number."""
    number = heading.find(class_="section-number")
    return f"{number.get_text().strip('. ')} {words(heading)}" if number else words(heading)


def name_outline(outline: pikepdf.Dictionary, names: list[str]) -> None:
    """Write the titles of an outline as the book has them; the browser runs lines of titles together."""
    items = list(items_of(outline))
    if len(items) == len(names):
        for item, name in zip(items, names, strict=True):
            item.Title = name


def items_of(item: pikepdf.Dictionary) -> Iterator[pikepdf.Dictionary]:
    """The items of an outline, each before those below it."""
    child = item.get("/First")
    while child is not None:
        yield child
        yield from items_of(child)
        child = child.get("/Next")


def fold_outline(item: pikepdf.Dictionary, depth: int = 0) -> None:
    """Show of the outline the parts and their pages, with the sections folded."""
    child = item.get("/First")
    while child is not None:
        fold_outline(child, depth + 1)
        if depth >= 1 and "/Count" in child:
            child.Count = -abs(int(child.Count))
        child = child.get("/Next")
