"""Sphinx extension: the contents beside a page: the parts of the book, and the sections of the page.

The parts with numbered chapters are open, the others when one of their pages is read. The sections stand
under the page's own title, so that the margin at the other side is free.
"""

import re

from bookkit.pages.html_mends import PARSED


def arrange(app, soup, context) -> None:
    """Fold the parts, and put the sections where the reader is."""
    contents, sections = soup.select_one("nav.bd-docs-nav"), soup.select_one("nav.page-toc")
    if contents is None:
        return
    for caption in contents.select("p.caption"):
        fold(soup, caption, caption.find_next_sibling("ul"))
    if sections:
        keep_first_level(sections)
        here = contents.select_one("li.current.active")
        if here and sections.li:
            here.append(sections.ul.extract())
            here.ul["id"] = sections["id"]
        sections.decompose()
    for link in contents.select("a.current"):
        link["aria-current"] = "page"


def fold(soup, caption, pages) -> None:
    """Make a part a fold that opens at its title."""
    part, title = soup.new_tag("details"), soup.new_tag("summary")
    part["class"] = "part"
    caption.insert_before(part)
    title.string = caption.get_text(strip=True)
    caption.decompose()
    part.extend([title, pages.extract()])
    if pages.select_one(".current") or re.match(r"\d", pages.get_text(strip=True)):
        part["open"] = ""


def keep_first_level(sections) -> None:
    """Leave only the sections, without what is below them."""
    for inner in sections.select("ul ul"):
        inner.decompose()
    if sections.ul:
        sections.ul["class"] = "page-toc section-nav"


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect(PARSED, arrange)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
