"""Sphinx extension: what can be found in the book, as one script that a browser loads when a reader searches.

A script, not JSON, for a browser lets no page that was opened as a file fetch another. Each page that is
written is entered anew; the entries of the others are those of the last build.
"""

import json
from pathlib import Path

from docutils import nodes

from bookkit.search.entries import entries_of

INDEX = "_static/search-index.js"
MEMORY = "search.json"  # beside Sphinx's own


def recall(app) -> None:
    """Begin with the entries of the last build."""
    path = Path(app.doctreedir) / MEMORY
    try:
        app.bookkit_found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        app.bookkit_found = {}


def write_what_is_not_known(app, env) -> list[str]:
    """Have those pages written that have no entries."""
    return sorted(env.found_docs - app.bookkit_found.keys()) if app.builder.name == "html" else []


def enter(app, doctree: nodes.document, docname: str) -> None:
    """Enter a page that is about to be written."""
    if app.builder.name == "html":
        app.bookkit_found[docname] = entries_of(app.env, docname, doctree)


def script(env, found: dict[str, list]) -> str:
    """The index: the pages in the order of the book, and all entries with the number of their page in it."""
    pages = [docname for docname in env.collect_relations() if found.get(docname)]
    entries = [[number, *entry] for number, docname in enumerate(pages) for entry in found[docname]]
    index = {"pages": [f"{docname}.html" for docname in pages], "entries": entries}
    return f"searchIndex = {json.dumps(index, ensure_ascii=False, separators=(',', ':'))};\n"


def write(app, error) -> None:
    """Write the script, and note for the next build what it is made of."""
    if error is None and app.builder.name == "html":
        app.bookkit_found = {docname: app.bookkit_found[docname] for docname in sorted(app.env.found_docs)}
        write_if_new(Path(app.doctreedir, MEMORY), json.dumps(app.bookkit_found))
        write_if_new(Path(app.outdir, INDEX), script(app.env, app.bookkit_found))


def write_if_new(path: Path, text: str) -> None:
    """Write a file unless it is as it should be, for browsers and servers go by its time."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("builder-inited", recall)
    app.connect("env-updated", write_what_is_not_known)
    app.connect("doctree-resolved", enter)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
