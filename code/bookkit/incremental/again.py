"""Pages that the next build reads or writes again although their files are the same.

Those with warnings are read again; all are written again after a build that ended while it wrote, and with
a stricter command. This is kept in a file beside Sphinx's own memory, for a build may end at any moment.
"""

import json
import logging
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.util.logging import get_node_location, is_suppressed_warning

from bookkit.addresses import ROOT

FILE = "again.json"
ALL = "*"  # in place of names, if a warning is of no page


class Memory(logging.Handler):
    """What the last build left for this one, and what this one leaves for the next.

    It is a file with hashes of the book and of its look, with whether the build was nitpicky, whether it has
    written all that it was to write, and with the pages that had warnings.
    """

    def __init__(self, app):
        """Begin with what the last build left."""
        super().__init__(logging.WARNING)
        self.app, self.path = app, Path(app.doctreedir) / FILE
        self.state = {**state_of_book(), "nitpicky": app.config.nitpicky}
        self.before = {"book": "", "look": "", "nitpicky": False, "written": False, "pages": [ALL]}
        with suppress(OSError, ValueError, TypeError):
            self.before |= json.loads(self.path.read_bytes())
        self.warned: set[str] = set()

    @property
    def read_all(self) -> bool:
        """Whether every page must be read again."""
        return self.before["book"] != self.state["book"] or ALL in self.before["pages"]

    @property
    def write_all(self) -> bool:
        """Whether every page must be written again."""
        stricter = self.state["nitpicky"] and not self.before["nitpicky"]
        return stricter or self.before["look"] != self.state["look"] or not self.before["written"]

    def emit(self, record: logging.LogRecord) -> None:
        """Note the page of a warning."""
        kind = getattr(record, "type", ""), getattr(record, "subtype", "")
        if is_suppressed_warning(*kind, self.app.config.suppress_warnings):
            return
        location = getattr(record, "location", None)
        if isinstance(location, nodes.Node):
            location = get_node_location(location)
        if isinstance(location, tuple):
            name = location[0]
        else:
            name = location and self.app.env.path2doc(str(location).rsplit(":", 1)[0])
        self.warned.add(name if name in getattr(self.app.env, "found_docs", ()) else ALL)

    def write(self, written: bool, pages: set[str]) -> None:
        """Write the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**self.state, "written": written, "pages": sorted(pages)})
        self.path.write_text(text, encoding="utf-8")


def state_of_book() -> dict[str, str]:
    """Hashes of what may change every page: what all are read with, and their style and scripts."""
    code = [
        path for path in (ROOT / "code/bookkit").rglob("*") if path.suffix in (".py", ".html", ".css", ".js")
    ]
    pages = [path for path in (ROOT / "book").rglob("*") if path.suffix not in (".md", ".ipynb")]
    look = [path for path in pages if {"_static", "_style", "_templates"} & set(path.parts)]
    settings = [ROOT / "_config.yml", ROOT / "_toc.yml", ROOT / "requirements.txt"]
    return {
        "book": hash_of(settings + code + [path for path in pages if path not in look]),
        "look": hash_of(look),
    }


def hash_of(paths: list[Path]) -> str:
    """A hash of the names and the contents of files."""
    files = sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts)
    sums = [f"{path.relative_to(ROOT).as_posix()} {sha256(path.read_bytes()).hexdigest()}" for path in files]
    return sha256("\n".join(sums).encode()).hexdigest()


def recall(app, config) -> None:
    """See what the last build left; forget all pages if they must all be read again."""
    memory = app.bookkit_memory = Memory(app)
    if memory.read_all:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    logging.getLogger("sphinx").addHandler(memory)


def read_again(app, env, added, changed, removed) -> list[str]:
    """The pages to read again although their files are the same."""
    return [name for name in app.bookkit_memory.before["pages"] if name in env.found_docs]


def write_again(app, env) -> list[str]:
    """All pages, if they must be written again; and the note, until all is written, that it is not."""
    memory = app.bookkit_memory
    memory.write(False, memory.warned | set(memory.before["pages"]))
    return sorted(env.found_docs) if memory.write_all else []


def note_finished(app, error) -> None:
    """At the end, note the pages that had warnings, and whether all was written."""
    memory = app.bookkit_memory
    logging.getLogger("sphinx").removeHandler(memory)
    if error is None:
        memory.write(True, memory.warned)
    elif memory.read_all or memory.warned:
        memory.write(False, memory.warned | set(memory.before["pages"]))


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("config-inited", recall)
    app.connect("env-get-outdated", read_again)
    app.connect("env-updated", write_again)
    app.connect("build-finished", note_finished, priority=950)  # after all that may still warn
    return {"parallel_read_safe": True, "parallel_write_safe": True}
