"""Sphinx extension: the page that is shown where no page is: 404.html, with the search and the contents.

A server shows it at any depth, so its links begin at the root of the server, not at where the reader is.
"""

from os.path import relpath
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from bookkit.pages.html_mends import PARSED

NAME = "404"
LINKS = ["href", "src", "action"]


def use_template(app, config) -> None:
    """Let the theme find the page's template."""
    templates = Path(__file__).with_name("templates")
    config.templates_path.append(relpath(templates, app.confdir))  # the same wherever the book is


def add_page(app):
    """The page, for Sphinx to write."""
    from bookkit.sharing.drawing import NOT_FOUND, dotted  # noqa: PLC0415 (only an HTML build needs a pen)

    return [(NAME, {"title": "There is no page here", "digits": dotted(NOT_FOUND)}, f"{NAME}.html")]


def begin_at_the_root(app, soup: BeautifulSoup, context: dict) -> None:
    """Have the links of the page begin at the root of the server."""
    if soup.head is None or context.get("pagename") != NAME:
        return
    root = urlsplit(app.config.html_baseurl).path
    soup.html["data-content_root"] = root
    for name in LINKS:
        for tag in soup.find_all(attrs={name: True}):
            if not tag[name].startswith("#"):
                tag[name] = urljoin(root, tag[name])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("config-inited", use_template)
    app.connect("html-collect-pages", add_page)
    app.connect(PARSED, begin_at_the_root, priority=800)  # after all that add links
    return {"parallel_read_safe": True, "parallel_write_safe": True}
