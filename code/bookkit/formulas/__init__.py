"""Formulas, set when the book is built: MathML, which browsers draw without a script.

- `mathml`: TeX as MathML;
- `breaking`: where a long formula in a line of text may be broken;
- `renderer`: the formulas of a page as HTML, for every builder that writes HTML;
- `company`: a formula stays in one line with the marks around it;
- `assets`: the script and the font, on the pages that have formulas;
- `characters`: what the font has;
- `font`: the command that cuts the font down to it.
"""

PARTS = ["renderer", "company", "assets"]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.formulas.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
