"""Anchors and links of many pages that become one document, or one book of files.

On the site, an anchor is told apart by its page. Here each has the name of its page before it, and links are
turned to those names; what the edition does not have is linked to on the site.
"""

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from bs4.element import Tag

from bookkit.editions.manuscript import Page

REFERS = ["for", "aria-labelledby", "aria-describedby", "headers"]  # attributes that hold ids
NOT_IN_NAMES = re.compile(r"[^\w.-]")
IN_DRAWING = re.compile(r"url\(['\"]?#([^)'\"]+)['\"]?\)")


def name(docname: str, anchor: str = "") -> str:
    """The name of an anchor of a page, or of the page, in an edition."""
    slug = docname.rpartition("/")[2]
    return f"{slug}--{NOT_IN_NAMES.sub('-', anchor)}" if anchor else slug


def settle(pages: Iterable[Page], site: str) -> None:
    """Name the anchors of all pages and turn all links to them; site: the address of what is not here."""
    pages = list(pages)
    known = {page.docname for page in pages}
    for page in pages:
        for tag in page.body.find_all(True):
            rename(tag, page.docname)
            for attribute in ("href", "xlink:href"):
                if attribute in tag.attrs:
                    tag[attribute] = turned(tag[attribute], page.docname, known, site)
            if "src" in tag.attrs and not urlsplit(tag["src"]).scheme:
                tag["src"] = beside(page.docname, unquote(tag["src"]))
        page.body["id"] = name(page.docname)


def rename(tag: Tag, docname: str) -> None:
    """Give a tag's id, and the ids that it refers to, the name of the page."""
    if tag.get("id"):
        tag["id"] = name(docname, tag["id"])
    for attribute in REFERS:
        if attribute in tag.attrs:
            tag[attribute] = " ".join(name(docname, word) for word in as_text(tag[attribute]).split())
    for attribute, value in tag.attrs.items():
        if isinstance(value, str) and "url(" in value:
            tag[attribute] = IN_DRAWING.sub(lambda found: f"url(#{name(docname, found[1])})", value)
    if tag.name == "style" and tag.string:
        tag.string = IN_DRAWING.sub(lambda found: f"url(#{name(docname, found[1])})", tag.string)


def as_text(value: str | list[str]) -> str:
    """The value of an attribute, which the parser may have split."""
    return value if isinstance(value, str) else " ".join(value)


def beside(docname: str, path: str) -> str:
    """A path that a page names, seen from the root of the site."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(docname), path))


def turned(href: str, docname: str, known: set[str], site: str) -> str:
    """A link as the edition has it."""
    url = urlsplit(href)
    if url.scheme == "data":
        return href
    if url.scheme or url.netloc:
        return quote(href, safe=":/?#[]@!$&'()*+,;=%~")  # an address has no brackets and no blanks
    path = beside(docname, unquote(url.path)) if url.path else f"{docname}.html"
    target = path.removesuffix(".html")
    if target in known:
        return f"#{name(target, unquote(url.fragment))}"
    return f"{site}{path}" + (f"#{url.fragment}" if url.fragment else "")


def drop_dead(pages: Iterable[Page]) -> None:
    """Turn links to anchors that no edition has to the beginning of their page."""
    pages = list(pages)
    there = {tag["id"] for page in pages for tag in [page.body, *page.body.find_all(id=True)]}
    for page in pages:
        for link in page.body.find_all("a", href=re.compile("^#")):
            target = link["href"][1:]
            if target not in there:
                link["href"] = f"#{target.partition('--')[0]}"
