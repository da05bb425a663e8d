"""Make the HTML of the pages valid, and say by an element what was said by a role.

Like the mends of `html_mends`, each function of `MENDS` cures one fault of a package, which the comment above
it names with its file. These come last: they also see what the book's own extensions have added to a page.
tests/bookkit/test_valid_html.py has an example of each fault.
"""

import re
from urllib.parse import unquote

from bs4 import BeautifulSoup

from bookkit.pages.html_mends import PARSED


# docutils 0.21.2, sphinx 7.4.7 and pydata-sphinx-theme 0.16.1, layout.html: each gives the page a viewport.
def have_one_viewport(soup):
    """Leave the page one line about its width."""
    for repeated in soup.select("meta[name=viewport]")[1:]:
        repeated.decompose()


# myst-nb 1.4.0, sphinx_.py: the two titles of a fold, of which one is seen, are paragraphs in a <summary>,
# which may hold only words.
def let_summaries_hold_words(soup):
    """Make the paragraphs of a summary parts of its line; book/_style/folds.css has their style."""
    for paragraph in soup.select("summary > p"):
        paragraph.name = "span"


# sphinx 7.4.7, builders/html/__init__.py: scripts are given their own word as the value of a flag.
def raise_flags_by_presence(soup):
    """Take the value from flags, which are raised by being there."""
    for flag in ("defer", "async"):
        for script in soup.find_all("script", attrs={flag: True}):
            script[flag] = ""


# pydata-sphinx-theme 0.16.1 and sphinx-book-theme 1.2.0, toggle-primary-sidebar.html and others: a button
# that does not say what it does sends the form in which it is.
def say_what_buttons_do(soup):
    """Make every button without a type one that a script serves."""
    for button in soup.select("button:not([type])"):
        button["type"] = "button"


# sphinx-book-theme 1.2.0, macros/buttons.html: a picture is the only content of a button or a link, whose
# words are in its title, which not every screen reader reads.
def name_pictures(soup):
    """Name a button or a link without words by its title."""
    for control in soup.select("button[title]:not([aria-label]), a[title]:not([aria-label])"):
        if not control.get_text(strip=True) and not control.select("img[alt], title"):
            control["aria-label"] = control["title"]


# pydata-sphinx-theme 0.16.1, search-field.html: who has no Enter key, as on some phones and with some aids,
# cannot send the form.
def let_forms_be_sent(soup):
    """Give every form without one a button that sends it."""
    for form in soup.find_all("form"):
        if not form.select("[type=submit], button:not([type])"):
            button = soup.new_tag(
                "button", attrs={"type": "submit", "class": "search-submit"}, string="Search"
            )
            form.append(button)


# sphinx-exercise 1.2.1, directive.py: the ids of solutions without a label hold the path of the page, with
# its slash, which a style sheet or a script cannot name without an escape.
def spell_ids_plainly(soup):
    """Put a dash for each slash in ids and in the links to them."""
    for tag in soup.find_all(id=re.compile("/")):
        tag["id"] = tag["id"].replace("/", "-")
    for link in soup.find_all("a", href=re.compile("#.*(/|%2F)")):
        page, _, anchor = link["href"].partition("#")
        if not page.startswith(("http:", "https:")):
            link["href"] = f"{page}#{unquote(anchor).replace('/', '-')}"


# sphinx 7.4.7, writers/html5.py: the names of the parts above lists of pages are headings by role.
def make_captions_headings(soup):
    """Make the names of the parts in an article headings; those of the sidebar are the theme's."""
    for caption in soup.select("article p.caption[role=heading]"):
        caption.name = f"h{caption['aria-level']}"
        del caption["role"], caption["aria-level"]


# pydata-sphinx-theme 0.16.1, layout.html: a part of the page by role is a <div>, or has its role twice.
def say_regions_once(soup):
    """Say by the name of an element that it is a part of the page."""
    for region in soup.select("div[role=region]"):
        region.name = "section"
    for region in soup.select("main[role=main], section[role=region], nav[role=navigation]"):
        del region["role"]


# docutils 0.21.2, _html_base.py: a list of sources is a list by role, of <div>s.
def list_sources(soup):
    """Make lists of sources lists."""
    for sources in soup.select("div[role=list]"):
        entries = sources.find_all(attrs={"role": "listitem"}, recursive=False)
        if len(entries) == len(sources.find_all(recursive=False)):
            sources.name = "ul"
            del sources["role"]
            for entry in entries:
                entry.name = "li"
                del entry["role"]


# sphinx 7.4.7, genindex.html: the rows of a table are in no part of it, where a browser puts them in one, and
# the widths of its columns are in the page.
def complete_tables(soup):
    """Put rows into the body of their table, and leave the widths of equal columns to the style sheet."""
    for table in soup.select("table:has(> tr)"):
        rows = table.find_all("tr", recursive=False)
        body = soup.new_tag("tbody")
        rows[0].insert_before(body)
        body.extend(rows)
    for tag in soup.select(".genindextable[style], .genindextable td[style]"):
        del tag["style"]


# sphinx-book-theme 1.2.0, layout.html: on pages without a title the title for paper is empty.
def drop_empty_headings(soup):
    """Drop headings that say nothing."""
    for heading in soup.find_all(re.compile("^h[1-6]$")):
        if not heading.get_text(strip=True) and not heading.find(["img", "svg", "math"]):
            heading.decompose()


MENDS = [
    have_one_viewport,
    let_summaries_hold_words,
    raise_flags_by_presence,
    say_what_buttons_do,
    name_pictures,
    let_forms_be_sent,
    spell_ids_plainly,
    make_captions_headings,
    say_regions_once,
    list_sources,
    complete_tables,
    drop_empty_headings,
]


def make_valid(app, soup: BeautifulSoup, context: dict) -> None:
    """Mend a page after all who add to it."""
    for mend in MENDS:
        mend(soup)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect(PARSED, make_valid, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
