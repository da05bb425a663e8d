"""Sphinx extension: small changes of a page's article that its style and its readers by keyboard need.

A reader who goes through a page by the Tab key should meet what a page is about, not the same address
again and again: what is only a shortcut to something that can be reached otherwise is passed over, and a
list of many links is one stop, in which the arrow keys move (book/_static/page.js). So are the terms of a
section.
"""

import re

from bs4 import NavigableString

from bookkit.pages.html_mends import PARSED

MANY = 6  # links in a list or a table, from which on it is one stop

# A section's address is in the contents; the form for an error is also at the page's end; Alt and the
# left arrow key lead back from a reference.
SHORTCUTS = "a.headerlink, a.report-link, span.backrefs a, .citation .label a, .citation > a"
TERMS = "a[href*='glossary.html#term-']:not([tabindex='-1'])"
LISTS = "article :is(table, ul, ol, dl, div.citation-list, div.genindex-jumpbox), nav.bd-docs-nav"


# The kinds of words in code that book/_style/code.css colours, by Pygments' names.
COLOURED = {
    *("k", "kn", "kc", "kd", "ow", "bp", "c", "c1", "cm", "sd", "gp"),
    *("s", "s1", "s2", "sa", "se", "nf", "nc", "nd"),
}


def plain_code(app, soup, context) -> None:
    """Unwrap the words of code that have no colour: they are two thirds of all elements of a page."""
    for word in soup.select(".highlight pre span"):
        kinds = set(word.get("class", []))
        if word.attrs.keys() <= {"class"} and not kinds & COLOURED and not any("-" in kind for kind in kinds):
            word.unwrap()


def name_chapter(app, soup, context) -> None:
    """Write "Chapter 6" over the title instead of "6." in it."""
    number = soup.select_one("article h1 > .section-number")
    if number:
        number.string = re.sub(r"(\d+)\.\s*", r"Chapter \1 ", number.get_text())


def bare_titles(app, soup, context) -> None:
    """Take an exercise's title out of its brackets: it stands in a line of its own."""
    for number in soup.select(".exercise > .admonition-title > .caption-number"):
        title = number.next_sibling
        if isinstance(title, NavigableString):
            title.replace_with(re.sub(r"^ *\((.*)\) *$", r" \1 ", title))


def hide_shortcuts(app, soup, context) -> None:
    """Let the Tab key pass over shortcuts, and over a link that leads where one before it led."""
    seen = set()
    for link in soup.select("article a[href]"):
        if link["href"] in seen or link.css.match(SHORTCUTS):
            link["tabindex"] = "-1"
        else:
            seen.add(link["href"])


def join_lists(app, soup, context) -> None:
    """Make each long list of links one stop."""
    for box in soup.select(LISTS):
        if not box.find_parent(attrs={"data-one-stop": True}) and len(stops(box)) >= MANY:
            box["data-one-stop"] = ""


def join_terms(app, soup, context) -> None:
    """Make the terms of a section one stop: a chapter has dozens, none the matter of its sentence."""
    for link in soup.select(f"article section[id] {TERMS}"):
        if not link.find_parent(attrs={"data-one-stop": True}):
            *_, section = link.find_parents("section", id=True)[:-1] or [link.find_parent("section", id=True)]
            link["data-terms"] = section["id"]


def stops(box) -> list:
    """The links of a list that the Tab key meets."""
    return box.select("a[href]:not([tabindex='-1'])")


def box_tables(app, soup, context) -> None:
    """Let a wide table scroll in a box of its own, with the keyboard too."""
    for table in soup.select("article table"):
        box = table.parent
        if "pst-scrollable-table-container" not in box.get("class", []):
            box = table.wrap(soup.new_tag("div"))
        box["class"] = "table-box"


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    for change in (plain_code, name_chapter, bare_titles, hide_shortcuts, join_lists, join_terms, box_tables):
        app.connect(PARSED, change, priority=700)  # after those that add links
    return {"parallel_read_safe": True, "parallel_write_safe": True}
