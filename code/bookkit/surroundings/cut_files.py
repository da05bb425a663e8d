"""Sphinx extension: a doctree that cannot be read, as a killed build may leave one, is made anew.

Sphinx itself does so with its pickled environment, but not with the doctrees, one for each page. To read
them all takes a second, so only those are tried whose size is not the one that the last whole build noted.
"""

import json
import pickle
from contextlib import suppress
from pathlib import Path

from sphinx.util import logging

SIZES = "sizes.json"  # among the doctrees

logger = logging.getLogger(__name__)


def cut_doctrees(app, env, added, changed, removed) -> list[str]:
    """The pages to be read again for that reason."""
    noted = {}
    with suppress(OSError, ValueError):
        noted = dict(json.loads(Path(env.doctreedir, SIZES).read_bytes()))
    names = sorted(env.found_docs - added - changed)
    cut = [name for name in names if noted.get(name) != size_of(env, name) and not is_readable(env, name)]
    if cut:
        logger.info("What the last build kept of %s cannot be read, so it is made anew.", ", ".join(cut))
    return cut


def doctree_of(env, docname: str) -> Path:
    """The file of a page's doctree."""
    return Path(env.doctreedir, f"{docname}.doctree")


def size_of(env, docname: str) -> int:
    """The size of a page's doctree in bytes; -1 if there is none."""
    path = doctree_of(env, docname)
    return path.stat().st_size if path.is_file() else -1


def is_readable(env, docname: str) -> bool:
    """Whether the page's doctree can be read."""
    try:
        # Not env.get_doctree, which would remember the bytes of the cut file.
        pickle.loads(doctree_of(env, docname).read_bytes())
    except Exception:  # whatever a damaged pickle makes of itself
        return False
    return True


def note_sizes(app, error) -> None:
    """At the end of a whole build, note the sizes."""
    if error is None:
        sizes = {name: size_of(app.env, name) for name in app.env.found_docs}
        Path(app.doctreedir, SIZES).write_text(json.dumps(sizes), encoding="utf-8")


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("env-get-outdated", cut_doctrees)
    app.connect("build-finished", note_sizes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
