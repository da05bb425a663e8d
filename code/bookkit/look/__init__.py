"""How the pages look.

- `style_sheet`: the files of `book/_style` as the one style sheet of the site;
- `frame`: the frame of a page, `book/_templates`, and the files that it loads;
- `contents`: the contents beside a page;
- `article`: small changes of a page's article;
- `cut_fonts`: a command that cuts the faces of the book out of whole fonts.
"""

PARTS = ["style_sheet", "frame", "contents", "article"]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx, and before them what parses the pages."""
    app.setup_extension("bookkit.pages.html_mends")
    for part in PARTS:
        app.setup_extension(f"bookkit.look.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
