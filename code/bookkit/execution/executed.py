"""The cells of a page as they were run, for the extensions that read what the cells put out."""

from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from myst_nb.sphinx_ import NbMetadataCollector


def executed_cells(env) -> list[tuple[int, nbformat.NotebookNode]]:
    """The line and the cell, with its outputs, of every cell of the page that is being read.

    It is for handlers of `doctree-read`. A code cell's place in the list is the `cell_index` of its node.
    """
    # Once for all extensions; besides, honest_build takes a page that failed out of the cache.
    if "executed_cells" not in env.temp_data:  # which is empty when the next page is read
        env.temp_data["executed_cells"] = read_cells(env)
    return env.temp_data["executed_cells"]


def read_cells(env) -> list[tuple[int, nbformat.NotebookNode]]:
    """The lines and the cells, be they run now or found in the cache."""
    execution = NbMetadataCollector.get_exec_data(env, env.docname)
    if execution is None:  # a page without cells
        return []
    config = env.mystnb_config
    notebook = nbformat.read(Path(config.output_folder, f"{env.docname}.ipynb"), as_version=4)
    lines = notebook.metadata["source_map"]
    if execution["method"] == "cache" and execution["succeeded"]:
        # MyST-NB writes a notebook that it finds in the cache without its outputs.
        _, notebook = get_cache(config.execution_cache_path).merge_match_into_notebook(notebook)
    return [(line + 1, cell) for line, cell in zip(lines, notebook.cells, strict=True)]
