"""Sphinx extension: with the page of each chapter, its notebooks are written.

They are made from the same nodes as the page, references, numbers and glued values resolved, and go beside
the site, into `_build/notebooks/`:

- `<chapter>.ipynb`, for students, without solutions;
- `with-solutions/<chapter>.ipynb`, for teachers;
- `as-run/<chapter>.ipynb`, all cells with the outputs that the page shows, for the tests.

A chapter whose page is not written again keeps its notebooks.
"""

import shutil
from pathlib import Path

import nbformat
from docutils import nodes
from nbformat.v4 import new_notebook
from sphinx.transforms.post_transforms import SphinxPostTransform

from bookkit.addresses import STUDENTS, TEACHERS, addresses, chapters, notebook
from bookkit.execution.executed import executed_cells
from bookkit.notebooks.cells import make, package_version
from bookkit.notebooks.markdown import Markdown

AS_RUN = "as-run/"
SETS = [STUDENTS, TEACHERS, AS_RUN]
DOWNLOADS = "notebooks"  # the folder of the site with a copy of those for students


def folder(app) -> Path:
    """Where the notebooks of this build go."""
    return Path(app.outdir).parent / "notebooks"


def write(app, path: str, made: nbformat.NotebookNode) -> None:
    """Write one of them."""
    target = folder(app) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(nbformat.writes(made) + "\n", encoding="utf-8", newline="\n")


def write_as_run(app, doctree: nodes.document) -> None:
    """Write the chapter that was just read, with its outputs."""
    page = app.env.docname
    if app.builder.name == "html" and page in chapters(app.srcdir):
        cells = [cell for _, cell in executed_cells(app.env)]
        write(app, notebook(page, AS_RUN), new_notebook(cells=cells))


class WriteNotebooks(SphinxPostTransform):
    """Make the notebooks of a chapter when its page is about to be written."""

    # When references are resolved and titles made, and before questions, tabs and folds become HTML.
    default_priority = 190

    def run(self, **kwargs) -> None:
        """Write both."""
        page = self.env.docname
        if self.app.builder.name == "html" and page in chapters(self.app.srcdir):
            markdown = Markdown(self.env, self.document, addresses())
            for set_ in (STUDENTS, TEACHERS):
                made = make(markdown, self.document, solutions=set_ == TEACHERS)
                write(self.app, notebook(page, set_), made)


def without_notebooks(app, env, added, changed, removed) -> list[str]:
    """The chapters that are read again because a notebook of theirs is not there."""
    pages = chapters(app.srcdir) if app.builder.name == "html" else []
    return [page for page in pages if not all((folder(app) / notebook(page, set_)).exists() for set_ in SETS)]


def finish(app, error) -> None:
    """Remove notebooks of chapters that are no more; put a copy of those for students into the site."""
    if error is not None or app.builder.name != "html":
        return
    pages, own = chapters(app.srcdir), folder(app)
    wanted = {own / notebook(page, set_) for page in pages for set_ in SETS}
    for path in set(own.rglob("*.ipynb")) - wanted:
        path.unlink()
    target = Path(app.outdir) / DOWNLOADS
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for page in pages:
        shutil.copy(own / notebook(page), target)


def setup(app) -> dict[str, bool]:
    """Register what makes them."""
    # A notebook names the version: with another one, all pages are read again.
    app.add_config_value("nnbook_version", package_version(), "env")
    app.add_post_transform(WriteNotebooks)
    app.connect("env-get-outdated", without_notebooks)
    app.connect("doctree-read", write_as_run)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
