"""The list of what an EPUB is and of what it holds, which reading devices read first."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bookkit.editions.facts import LANGUAGE, LICENCE, Facts

TYPES = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
}
CONTENTS = "contents.xhtml"
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
ACCESS = {
    "accessMode": ["textual", "visual"],
    "accessModeSufficient": ["textual"],
    "accessibilityFeature": ["alternativeText", "MathML", "structuralNavigation", "tableOfContents", "index"],
    "accessibilityHazard": ["none"],
    "accessibilitySummary": ["Figures are described, formulas are MathML, code is text."],
}


@dataclass(frozen=True)
class Item:
    """A file of the book, for its list of files. in_order: whether it is one of those that are read."""

    name: str
    contents: bytes
    properties: str = ""
    in_order: bool = False

    @property
    def id(self) -> str:
        """Its name in the list."""
        return "x-" + re.sub(r"[^\w.-]", "-", self.name)


def package(facts: Facts, items: list[Item]) -> str:
    """The list of what the book is and of what it holds."""
    cover = next(item.id for item in items if item.properties == "cover-image")
    stamp = f"{facts.made:%Y-%m-%dT%H:%M:%SZ}"
    access = "".join(
        f'<meta property="schema:{name}">{escape(value)}</meta>\n'
        for name, values in ACCESS.items()
        for value in values
    )
    manifest = "".join(
        f'<item id="{item.id}" href="{item.name}" media-type="{TYPES[Path(item.name).suffix]}"'
        + (f' properties="{item.properties}"' if item.properties else "")
        + "/>\n"
        for item in items
    )
    order = reading_order(items)
    spine = "".join(f'<itemref idref="{item.id}"/>\n' for item in order)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0"'
        f' unique-identifier="id" xml:lang="{LANGUAGE}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">{facts.identifier}</dc:identifier>\n'
        f"<dc:title>{escape(facts.title)}</dc:title>\n"
        f"<dc:creator>{escape(facts.author)}</dc:creator>\n<dc:language>{LANGUAGE}</dc:language>\n"
        f"<dc:date>{facts.made:%Y-%m-%d}</dc:date>\n<dc:rights>{LICENCE}</dc:rights>\n"
        f"<dc:source>{facts.site}</dc:source>\n"
        f'<meta property="dcterms:modified">{stamp}</meta>\n<meta name="cover" content="{cover}"/>\n{access}'
        f"</metadata>\n<manifest>\n{manifest}</manifest>\n<spine>\n{spine}</spine>\n</package>\n"
    )


def reading_order(items: list[Item]) -> list[Item]:
    """The files in the order in which they are read: cover, imprint, contents, pages."""
    named = {item.name: item for item in items}
    first = [named["cover.xhtml"], named["imprint.xhtml"], named[CONTENTS]]
    return first + [item for item in items if item.in_order and item not in first]
