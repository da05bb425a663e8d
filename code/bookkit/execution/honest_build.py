"""Sphinx extension: nothing that failed is published, and nothing stale is used again.

Jupyter Book and MyST-NB leave these gaps, and this module closes them:

- outputs in the execution cache outlive a change of the package, of the requirements and of the data;
- the first failing page hides all later ones, or else its failure is but a warning;
- an object that fails while it is displayed does not count as a failure;
- what a cell writes to stderr goes unnoticed if the page does not show the cell's output;
- a page that is not read again is not checked again: after a build that failed, after a change in the page
  that it points to, or with a stricter command.

A cell tagged `raises-exception` may fail, and one tagged `remove-stderr` may write to stderr. Cells must read
nothing but the package and its data: a change in any other file would not run them again.
"""

import os
import platform
import shutil
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import nbformat
import nnbook
from jupyter_cache import get_cache
from myst_nb.sphinx_ import NbMetadataCollector
from nnbook import data
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.util import logging

from bookkit.execution.executed import executed_cells

ROOT = Path(__file__).resolve().parents[3]
CACHES_KEPT = 4  # going back to the subset or to another branch runs nothing again

logger = logging.getLogger(__name__)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("config-inited", choose_data_and_cache)
    app.connect("config-inited", forget_what_was_not_clean)
    app.connect("doctree-read", check_cells)
    app.connect("env-updated", stop_if_a_cell_failed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def choose_data_and_cache(app, config):
    """Settle the data for all pages of this build, and the cache that holds only what was computed with them.

    The cache's folder is a value of Sphinx's configuration: when it changes, Sphinx reads all pages again.
    """
    # sys.exit, here and below: Jupyter Book answers any exception with pages of its own traceback.
    if not Path(nnbook.__file__).resolve().is_relative_to(ROOT / "code"):
        sys.exit(f"The package nnbook is that of {nnbook.__file__}: run `pip install -e .` in {ROOT}.")
    try:
        source = settle_data()
    except data.DataError as error:
        sys.exit(str(error))
    logger.info("%s %s", source, source.why)

    cache = cache_folder(app.outdir.parent)
    cache.mkdir(parents=True, exist_ok=True)
    cache.touch()
    config.nb_execution_cache_path = str(cache)
    for old in sorted(cache.parent.glob("*/"), key=lambda folder: folder.stat().st_mtime)[:-CACHES_KEPT]:
        shutil.rmtree(old)


def settle_data():
    """Find the data in use, and have every process that this one starts use the same."""
    source = data.mnist_source()
    os.environ["NNBOOK_DATA"] = "subset" if source.name == "subset" else str(source.root)
    return source


def cache_folder(build):
    """The cache, in a build's folder, of what was computed with this package, these versions and data."""
    computed_with = [
        hash_of_files("requirements.txt", "code"),
        data.fingerprint(),
        platform.python_version(),
        *(version(name) for name in ("matplotlib", "numpy", "torch", "torchvision")),  # as they are installed
    ]
    key = sha256("\n".join(computed_with).encode()).hexdigest()[:16]
    return build / ".jupyter_cache" / key


def forget_what_was_not_clean(app, config):
    """Have every page read again unless the last build was without a warning and of the very same book."""
    stamp = app.doctreedir / "clean"
    book = f"{hash_of_files('_config.yml', '_toc.yml', 'book')} nitpicky={config.nitpicky}"
    if not stamp.exists() or stamp.read_text() != book:
        (app.doctreedir / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    stamp.unlink(missing_ok=True)

    def leave_stamp(app, exception):
        if exception is None and app._warncount == 0:
            stamp.write_text(book)

    app.connect("build-finished", leave_stamp, priority=900)  # after all that may still warn


def check_cells(app, doctree):
    """Report each cell of the page that failed or wrote to stderr, be it run now or found in the cache."""
    env, docname = app.env, app.env.docname
    execution = NbMetadataCollector.get_exec_data(env, docname)
    if execution is None:  # a page without cells
        return
    failed = not execution["succeeded"]
    for line, cell in executed_cells(env):
        tags = cell.metadata.get("tags", [])
        for output in cell.get("outputs", []):
            if output.output_type == "error" and "raises-exception" not in tags:
                failed = True
                logger.error("this cell failed:\n%s", "\n".join(output.traceback), location=(docname, line))
            elif output.get("name") == "stderr" and "remove-stderr" not in tags:
                logger.warning("this cell wrote to stderr:\n%s", output.text, location=(docname, line))
    if failed:
        NbMetadataCollector.set_doc_data(env, docname, "failed", True)
    if failed and execution["succeeded"] and execution["method"] == "cache":  # MyST-NB has kept the outputs
        cache = get_cache(env.mystnb_config.execution_cache_path)
        notebook = nbformat.read(Path(env.mystnb_config.output_folder, f"{docname}.ipynb"), as_version=4)
        cache.remove_cache(cache.match_cache_notebook(notebook).pk)


def stop_if_a_cell_failed(app, env):
    """End the build, with any command, after all pages were read and before one is written."""
    pages = NbMetadataCollector.get_doc_data(env)
    failed = sorted(docname for docname in pages if "failed" in pages[docname])
    if failed:
        sys.exit(f"Cells failed in {', '.join(failed)}, as said above; no page was written.")


def hash_of_files(*names):
    """Hash the files at the root of the book that are named, and those in the folders that are named."""
    files = [file for name in names for file in [ROOT / name, *sorted((ROOT / name).rglob("*"))]]
    sums = [
        f"{file.relative_to(ROOT).as_posix()} {sha256(file.read_bytes()).hexdigest()}"
        for file in files
        if file.is_file() and not {"__pycache__", "nnbook.egg-info"}.intersection(file.parts)
    ]
    return sha256("\n".join(sums).encode()).hexdigest()
