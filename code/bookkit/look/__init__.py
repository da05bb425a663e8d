"""How the pages look.

- `style_sheet`: the files of `book/_style` as the one style sheet of the site.
"""

PARTS = ["style_sheet"]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.look.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
