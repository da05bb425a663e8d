"""Sphinx extension: the page of the search, the way to it from each page, and nothing of Sphinx's own."""

from collections.abc import Iterator
from pathlib import Path

from bookkit.pages.html_mends import PARSED

OLD = ["searchindex.js", "_static/searchtools.js", "_static/language_data.js"]
PAGE = """
<div class="search search-page">
<h1>Search</h1>
<form role="search" action="search.html" data-search-here>
<label for="search-words">Words, a label such as <code>ex-top-k</code>, or a name such as
<code>nnbook.train.fit</code></label>
<div class="search-line"><input type="search" class="search-words" id="search-words" name="q"
autocomplete="off" autocapitalize="off" spellcheck="false"/><button type="submit">Search</button></div>
</form>
<noscript><p>The search needs JavaScript, which is off. Without it, the <a href="genindex.html">index</a>
lists terms and functions, and your browser finds words in a page.</p></noscript>
</div>
"""


def leave_out_sphinx(app) -> None:
    """Make neither Sphinx's index nor its page of the search."""
    app.builder.search = False


def page(app) -> Iterator[tuple[str, dict, str]]:
    """The page of the search."""
    if app.builder.name == "html":
        yield "search", {"title": "Search", "body": PAGE}, "page.html"


# pydata-sphinx-theme 0.16.1, components/search-button.html: the buttons do nothing without scripts.
def lead_to_page(app, soup, context) -> None:
    """Make the buttons links to the page of the search, which search.js catches."""
    for button in soup.select("button.search-button__button"):
        classes = [name for name in button["class"] if name not in ("search-button__button", "pst-js-only")]
        button.name = "a"
        button.attrs = {"class": classes, "href": context["pathto"]("search"), "data-search": ""}
        if not button.get_text(strip=True):
            button["aria-label"] = "Search"


def remove_scripts_of_sphinx(app, error) -> None:
    """Remove what Sphinx's theme leaves of its search in the site, and an index of an earlier build."""
    if error is None and app.builder.format == "html":
        for name in OLD:
            Path(app.outdir, name).unlink(missing_ok=True)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.setup_extension("bookkit.pages.html_mends")
    app.connect("builder-inited", leave_out_sphinx)
    app.connect("html-collect-pages", page)
    app.connect(PARSED, lead_to_page)
    app.connect("build-finished", remove_scripts_of_sphinx)
    app.add_js_file("search.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
