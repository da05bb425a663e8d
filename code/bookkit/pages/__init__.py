"""What the pages of the site show besides their text, and mends of their HTML.

- `leftovers`: nothing in the site that this build did not make, and nothing amiss;
- `html_mends`: unique ids, no script errors;
- `valid_html`: HTML as it should be;
- `deeper`: folds for what a first reader may skip;
- `times`: how long a chapter and its sections take to read;
- `measured`: the list of claims, the build report;
- `cover`: what the cover has and no other page;
- `terms`: glossary and index link to the uses of a term;
- `report_link`: links that open the form for an erratum;
- `docstrings`: the docstrings of `nnbook` as lists.
"""

PARTS = [
    *("leftovers", "html_mends", "valid_html", "deeper", "times", "measured"),
    *("cover", "terms", "report_link", "docstrings"),
]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.pages.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
