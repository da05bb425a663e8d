"""The cells of the pages are run side by side, kept, and run again when they must be.

Jupyter Book and MyST-NB leave these gaps, and this package closes them:

- pages are run one after another: `side_by_side` runs as many at once as there are cores, each in a `kernel`;
- outputs that are kept outlive a change of the package, of the requirements and of the data: `kept` knows
  what each run hangs on;
- the first failing page hides all later ones, or else its failure is but a warning: all are told, no page is
  written;
- an object that fails while it is displayed does not count as a failure;
- what a cell writes to stderr goes unnoticed if the page does not show the cell's output;
- two builds in one folder mix their pages: the second waits (`start`).

A cell tagged `raises-exception` may fail, and one tagged `remove-stderr` may write to stderr. Cells must read
nothing but the package and its data: a change in any other file would not run them again.
"""

import sys
from hashlib import sha256
from pathlib import Path

from sphinx.util import logging

from bookkit.execution import kept
from bookkit.execution.client import use_kept_runs
from bookkit.execution.executed import executed_cells
from bookkit.execution.page import Page, read_page
from bookkit.execution.side_by_side import run_pages
from bookkit.execution.start import settle

logger = logging.getLogger(__name__)


def prepare(app) -> None:
    """Make room in Sphinx's memory for the run and the code of each page."""
    use_kept_runs(app)
    for name in ("bookkit_runs", "bookkit_code"):
        if not hasattr(app.env, name):
            setattr(app.env, name, {})


def pages_run_otherwise(app, env, added, changed, removed) -> list[str]:
    """The pages that were read with a run that is not the one that they have today."""
    folder, known = kept.folder_of(app), env.found_docs - added - changed
    today = {docname: find(env, folder, docname) for docname in known & env.bookkit_runs.keys()}
    return [
        name
        for name, run in today.items()
        if run is None or run.path.name != env.bookkit_runs[name].path.name
    ]


def find(env, folder: Path, docname: str) -> kept.Kept | None:
    """The run of a page as its file is today."""
    if env.bookkit_code.get(docname, ("", ""))[0] != hash_of_text(env, docname):
        note_code(env, docname, read_page(env, docname))
    return kept.find(folder, docname, env.bookkit_code[docname][1])[0]


def note_code(env, docname: str, page: Page | None) -> None:
    """Note the hashes of a page's text and of its cells, so that it is parsed again only if it changes."""
    env.bookkit_code[docname] = hash_of_text(env, docname), page.code if page else ""


def hash_of_text(env, docname: str) -> str:
    """The hash of a page's file."""
    return sha256(Path(env.doc2path(docname)).read_bytes()).hexdigest()


def run_what_must(app, env, docnames: list[str]) -> None:
    """Before pages are read, run those of them that have no run; end the build if any fails."""
    folder, waiting = kept.folder_of(app), []
    for docname in docnames:
        page = read_page(env, docname)
        note_code(env, docname, page)
        if page and (why := why_to_run(folder, page)):
            logger.info("%s is run: %s", page.docname, why)
            waiting.append(page)
    failures = run_pages(waiting, folder, env.mystnb_config.execution_timeout)
    for failure in sorted(failures, key=lambda failure: (failure.docname, failure.line)):
        location = (failure.docname, failure.line)
        logger.error("%s", "\n".join(filter(None, [failure.sentence, failure.traceback])), location=location)
    if failures:
        names = ", ".join(sorted({failure.docname for failure in failures}))
        sys.exit(f"Cells failed in {names}, as said above; no page was written.")


def why_to_run(folder: Path, page: Page) -> str:
    """Why a page must be run, in a few words; empty if it need not be."""
    run, why = kept.find(folder, page.docname, page.code)
    try:
        if run:
            run.notebook()
    except kept.Broken as broken:
        return str(broken)
    return why


def warn_of_stderr(app, doctree) -> None:
    """Report each cell of the page that wrote to stderr, be it run now or before."""
    for line, cell in executed_cells(app.env):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr" and "remove-stderr" not in cell.metadata.get("tags", []):
                text = f"this cell wrote to stderr:\n{output.text}"
                logger.warning("%s", text, location=(app.env.docname, line))


def forget(app, env, docname: str) -> None:
    """Forget a page that is read anew or is there no more."""
    env.bookkit_runs.pop(docname, None)


def setup(app) -> dict[str, bool]:
    """Register all of it with Sphinx."""
    app.connect("config-inited", settle, priority=1)  # before anybody reads what another build may be writing
    app.connect("builder-inited", prepare)
    app.connect("env-get-outdated", pages_run_otherwise)
    app.connect("env-before-read-docs", run_what_must)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-read", warn_of_stderr)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
