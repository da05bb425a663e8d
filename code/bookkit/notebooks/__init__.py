"""Two notebooks of each chapter, for students and for teachers, and the buttons that open them.

- `written`: the build writes them with the pages, from the same nodes;
- `cells`, `markdown`, `first_cell`: what is in them;
- `launch`: the buttons, and the list of all;
- `branch`: `python -m bookkit.notebooks` puts them on the branch from which Colab and Binder open them.
"""


def setup(app) -> dict[str, bool]:
    """Register notebooks and buttons with Sphinx."""
    for part in ("written", "launch"):
        app.setup_extension(f"bookkit.notebooks.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
