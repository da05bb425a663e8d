"""Sphinx extension: the files of `book/_style` as the one style sheet of the site, `book.css`.

What is written apart, a file for each thing that is styled, is loaded with one request. `variables.css` comes
first, for all others use it, and `print.css` last, for paper overrules the screen.
"""

from pathlib import Path

from bookkit.addresses import ROOT

FOLDER = ROOT / "book/_style"
FIRST, LAST = "variables.css", "print.css"


def joined(folder: Path) -> str:
    """The style sheets of a folder as one text, each under its name."""

    def place(path: Path) -> tuple[bool, bool, str]:
        return path.name == LAST, path.name != FIRST, path.name

    files = sorted(folder.glob("*.css"), key=place)
    return "\n".join(f"/* ---- {path.name} ---- */\n{path.read_text(encoding='utf-8')}" for path in files)


def write(app) -> None:
    """Write the style sheet into the site."""
    if app.builder.format == "html":
        target = Path(app.outdir) / "_static/book.css"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(joined(FOLDER), encoding="utf-8")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("builder-inited", write)
    app.add_css_file("book.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
