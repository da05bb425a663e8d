"""Search: what can be found in each page, the index that a browser loads, and the page of the search.

- `words`: nodes of a page as plain text, formulas too;
- `entries`: the sections, exercises, terms and functions of a page, each with its words;
- `index`: the entries of all pages as one script, kept from build to build;
- `page`: the page of the search, and the buttons and links that lead to it.

The rest is in the browser: `book/_static/search.js` finds and ranks, `book/_style/search.css` is its look.
"""

PARTS = ["index", "page"]


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.search.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
