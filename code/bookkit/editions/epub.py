"""The book as an EPUB: a zip of XHTML files with a table of contents that reading devices show.

Formulas are MathML as on the site; colours have values in place of variables, which devices do not know.
"""

import re
import zipfile
from html import escape
from pathlib import Path

from bs4.element import Tag

from bookkit.editions import style, xhtml
from bookkit.editions.book import Book, imprint
from bookkit.editions.cover import drawn
from bookkit.editions.manuscript import Page, words
from bookkit.editions.package import CONTAINER, CONTENTS, Item, package
from bookkit.editions.zipped import Zip

SHEET, COVER = "book.css", "cover.png"


def write(book: Book, target: Path) -> str:
    """Write the EPUB; returns what there is to say of it."""
    items = [cover_item(book), front(book)]
    homes = home_files(book.pages)
    items += [page_item(book, page, homes) for page in book.pages]
    items += [*images(book), sheet_item(book), *faces(book), cover_page(book), contents_item(book)]
    with Zip(target, book.facts.made) as file:
        file.add("mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        file.add("META-INF/container.xml", CONTAINER.encode())
        file.add("book/package.opf", package(book.facts, items).encode())
        for item in items:
            file.add(f"book/{item.name}", item.contents)
    return f"{sum(item.in_order for item in items)} files to read"


def home_files(pages: list[Page]) -> dict[str, str]:
    """The file in which each anchor is."""
    return {
        tag["id"]: f"{page.slug}.xhtml" for page in pages for tag in [page.body, *page.body.find_all(id=True)]
    }


def page_item(book: Book, page: Page, homes: dict[str, str]) -> Item:
    """A page of the book as a file."""
    body = page.body
    for link in body.find_all("a", href=re.compile("^#")):
        home = homes[link["href"][1:]]
        if home != f"{page.slug}.xhtml":
            link["href"] = home + link["href"]
    for image in body.find_all("img"):
        image["src"] = image_name(image["src"])
    resolve_variables(body, book.colours)
    xhtml.make_strict(body)
    body.name = "section"
    text = xhtml.check(page.slug, xhtml.document(page.heading, str(body), SHEET, "bodymatter"))
    return Item(f"{page.slug}.xhtml", text.encode(), xhtml.properties(body), in_order=True)


def resolve_variables(body: Tag, colours: dict[str, str]) -> None:
    """Put values in place of variables, in attributes and in the styles of drawings."""
    for tag in body.find_all(True):
        for attribute, value in tag.attrs.items():
            if isinstance(value, str) and "var(" in value:
                tag[attribute] = style.resolved(value, colours)
        if tag.name == "style" and tag.string and "var(" in tag.string:
            tag.string = style.resolved(tag.string, colours)


def image_name(path: str) -> str:
    """The name of an image in the book."""
    return f"images/{path.rpartition('/')[2]}"


def images(book: Book) -> list[Item]:
    """The images that pages show; links to them are those of `page_item`."""
    names = {image["src"] for page in book.pages for image in page.body.find_all("img")}
    found = []
    for name in sorted(names):
        contents = (book.site / "_images" / name.removeprefix("images/")).read_bytes()
        if name.endswith(".svg"):
            text = xhtml.strict_drawing(style.resolved(contents.decode(), book.colours))
            contents = text.encode()
        found.append(Item(name, contents))
    return found


def sheet_item(book: Book) -> Item:
    """The style sheet."""
    sheet = (
        style.face_rules(book.sheet, lambda name: f"fonts/{Path(name).name}")
        + "\n"
        + style.own("paper", "epub")
    )
    return Item(SHEET, style.resolved(sheet, book.colours).encode())


def faces(book: Book) -> list[Item]:
    """The faces of the site, and their licences."""
    named = {book.site / "_static" / name for _, files in style.faces(book.sheet) for name in files}
    licences = {path for file in named for path in file.parent.glob("*LICENSE*")}
    items = [Item(f"fonts/{path.name}", path.read_bytes()) for path in sorted(named)]
    return items + [Item(f"fonts/{path.stem}.txt", path.read_bytes()) for path in sorted(licences)]


def cover_item(book: Book) -> Item:
    """The picture of the cover."""
    return Item(COVER, drawn(book.facts, book.colours, "png"), "cover-image")


def cover_page(book: Book) -> Item:
    """The cover as a page."""
    image = f'<div class="cover"><img src="{COVER}" alt="{escape(book.facts.title)}"/></div>'
    return Item("cover.xhtml", xhtml.document(book.facts.title, image, SHEET, "cover").encode())


def front(book: Book) -> Item:
    """What stands before the text."""
    html = xhtml.document(book.facts.title, imprint(book.facts), SHEET, "frontmatter")
    return Item("imprint.xhtml", html.encode(), in_order=True)


def contents_item(book: Book) -> Item:
    """The contents, as a page and as what a reading device shows: parts, pages, sections."""
    parts = []
    for part in book.parts:
        pages = "".join(map(entry, part.pages))
        parts.append(f"<li><span>{escape(part.title)}</span><ol>{pages}</ol></li>" if part.title else pages)
    listed = f"<ol>{''.join(parts)}{entry(book.index)}</ol>"
    start = book.parts[0].pages[0]
    marks = (
        f'<li><a epub:type="toc" href="{CONTENTS}">Contents</a></li>'
        f'<li><a epub:type="bodymatter" href="{start.slug}.xhtml">Start</a></li>'
    )
    body = (
        f'<nav epub:type="toc" id="toc"><h1>Contents</h1>{listed}</nav>'
        f'<nav epub:type="landmarks" id="landmarks" hidden="hidden"><h2>Places</h2><ol>{marks}</ol></nav>'
    )
    return Item(
        CONTENTS, xhtml.document("Contents", body, SHEET, "frontmatter").encode(), "nav", in_order=True
    )


def entry(page: Page) -> str:
    """A page in the contents, with its sections."""
    file, inner = f"{page.slug}.xhtml", ""
    for heading in page.body.find_all("h2"):
        target = heading.parent.get("id") or heading.get("id")
        number = heading.find(class_="section-number")
        shown = f"{number.get_text().strip()} " if number else ""
        if target:
            inner += f'<li><a href="{file}#{target}">{escape(shown + words(heading))}</a></li>'
    return f'<li><a href="{file}">{escape(page.heading)}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>'
