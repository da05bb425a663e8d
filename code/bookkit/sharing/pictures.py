"""Sphinx extension: the picture of each chapter, and of the book, that a message shows beside a link.

A picture is drawn when its title or the look of the book has changed; its file notes of what it was drawn.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from bookkit.addresses import ROOT, chapters

FOLDER = "_images/share"
WIDTH, HEIGHT = 1200, 630
LOOK = ["code/bookkit/sharing/drawing.py", "book/_style/variables.css", "book/_static/fonts/*.woff2"]


def picture_of(page: str) -> str:
    """Where the picture of a page is in the site: its own, or that of the book."""
    name = page.rpartition("/")[2] if page in chapters() else "book"
    return f"{FOLDER}/{name}.png"


def draw_pictures(app, error) -> None:
    """Draw what is not as it should be."""
    if error is not None or app.builder.name != "html":
        return
    wanted = {name: number for name, number in chapters().items() if name in app.env.found_docs}
    for name, number in {app.config.root_doc: 0, **wanted}.items():
        title = app.env.titles[name].astext()
        path = Path(app.outdir, picture_of(name))
        key = sha256(repr((title, number, look())).encode()).hexdigest()
        if not (path.is_file() and key.encode() in path.read_bytes()[:200]):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(drawn(title, number, key))


def drawn(title: str, number: int, key: str) -> bytes:
    """The picture of a chapter."""
    from bookkit.sharing.drawing import draw  # noqa: PLC0415 (most builds need no pen)

    return draw(title, number, key)


@cache
def look() -> str:
    """A hash of the files that decide how a picture looks."""
    files = [path for pattern in LOOK for path in sorted(ROOT.glob(pattern))]
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("build-finished", draw_pictures, priority=900)  # before the site's files are counted
    return {"parallel_read_safe": True, "parallel_write_safe": True}
