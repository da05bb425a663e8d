"""Sphinx extension: the files of `book/_style` as the one style sheet of the site, `book.css`.

What is written apart, a file for each thing that is styled, is loaded with one request. `variables.css`
comes first, for all others use it, and `print.css` last, for paper overrules the screen. Each drawing of
`icons` is a variable, `--icon-NAME`. Comments are for those who write: readers do not load them.
"""

import re
from pathlib import Path
from urllib.parse import quote

from bookkit.addresses import ROOT

FOLDER = ROOT / "book/_style"
FIRST, LAST = "variables.css", "print.css"


def joined(folder: Path) -> str:
    """The style sheets of a folder as one text, each under its name."""

    def place(path: Path) -> tuple[bool, bool, str]:
        return path.name == LAST, path.name != FIRST, path.name

    files = sorted(folder.glob("*.css"), key=place)
    texts = [f"/* {path.name} */\n{bare(path.read_text(encoding='utf-8'))}" for path in files]
    return "\n".join([icons(folder / "icons"), *texts])


def bare(style: str) -> str:
    """A style sheet without its comments and the space at the beginning of its lines."""
    lines = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def icons(folder: Path) -> str:
    """A rule that makes each drawing of a folder a variable."""
    files = sorted(folder.glob("*.svg"))
    values = {path.stem: quote(path.read_text(encoding="utf-8").strip(), safe=" ='/:,<>") for path in files}
    lines = [f'--icon-{name}: url("data:image/svg+xml,{value}");' for name, value in values.items()]
    return "\n".join([":root {", *lines, "}"])


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
