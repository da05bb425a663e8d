"""Figures belong to the page: drawn in its colours, lettered in its face, as wide as there is room.

- `colours`: the colours of `nnbook.plot`, and the page's variables that take their places;
- `paths`: lines without the points that nobody sees;
- `pictures`: the pixels of an image, in a small file;
- `drawing`: a figure's SVG as the page holds it;
- `inline`: drawings instead of image files, and the line that opens the code of a figure.
"""

PARTS = ["inline"]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.figures.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
