"""Sphinx extension: what the head of a page says of it to search engines and to who shows a link to it."""

from bs4 import BeautifulSoup

from bookkit.pages.html_mends import PARSED
from bookkit.sharing.pictures import HEIGHT, WIDTH, picture_of

# The pages that Sphinx makes; all others have their description from their author.
DESCRIPTIONS = {
    "search": "Search the book: its chapters, exercises, glossary and the functions of its package.",
    "genindex": "The index: where each term is explained and used, and every function of the package nnbook.",
    "404": "There is no page at this address; search the book or choose from its contents.",
}
NOT_LISTED = {"search", "404"}  # of no use to who searches the web


def complete(app, soup: BeautifulSoup, context: dict) -> None:
    """Complete the head of a page."""
    if soup.head is None or "pagename" not in context:
        return
    name = context["pagename"]
    title = BeautifulSoup(context.get("title") or app.config.html_title, "html.parser").get_text()
    if name == app.config.root_doc:
        soup.title.string = title
    if not soup.select("meta[name=description]") and name in DESCRIPTIONS:
        add(soup, "name", "description", DESCRIPTIONS[name])
    if name in NOT_LISTED:
        add(soup, "name", "robots", "noindex")
        for link in soup.select("link[rel=canonical]"):
            link.decompose()
    else:
        for key, content in card(app, soup, name, title).items():
            add(soup, "name" if key.startswith("twitter") else "property", key, content)


def card(app, soup: BeautifulSoup, name: str, title: str) -> dict[str, str]:
    """What is shown where somebody shares the page, by the names of Open Graph and of Twitter."""
    description = soup.select_one("meta[name=description]")
    is_cover = name == app.config.root_doc
    return {
        "og:type": "website" if is_cover else "article",
        "og:site_name": app.config.html_title,
        "og:title": title,
        **({"og:description": description["content"]} if description else {}),
        "og:url": app.config.html_baseurl + app.builder.get_target_uri(name),
        "og:image": app.config.html_baseurl + picture_of(name),
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": f"{title}: a handwritten six that is turned upside down in thirteen steps",
        "twitter:card": "summary_large_image",
    }


def add(soup: BeautifulSoup, kind: str, name: str, content: str) -> None:
    """Add a line to the head."""
    soup.head.append(soup.new_tag("meta", attrs={kind: name, "content": content}))
    soup.head.append("\n")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect(PARSED, complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
