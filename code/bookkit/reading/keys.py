"""Sphinx extension: the line at the end of the sidebar, which leads to the panel and to the list of keys."""

from bs4 import BeautifulSoup

from bookkit.incremental.whole_book import pages_with
from bookkit.pages.html_mends import PARSED
from bookkit.reading.progress import PANEL, SECTION


def add_line(app, soup: BeautifulSoup, context: dict) -> None:
    """Put the line under the contents of the book."""
    contents = soup.select_one("nav.bd-docs-nav")
    if contents is None:
        return
    line = soup.new_tag("p", attrs={"class": "reading-line"})
    for page in pages_with(app.env, PANEL)[:1]:
        address = context["pathto"](page).removesuffix("#")  # "#" from the page itself
        link = soup.new_tag("a", href=f"{address}#{SECTION}")
        link.string = "Your progress"
        line.append(link)
    button = soup.new_tag("button", attrs={"type": "button", "class": "keys-help pst-js-only"})
    button.string = "Keys"
    line.append(button)
    contents.insert_after(line)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_js_file("keys.js", loading_method="defer")
    app.connect(PARSED, add_line)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
