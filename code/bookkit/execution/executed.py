"""The cells of a page as they were run, for the extensions that read what the cells put out."""

import nbformat

from bookkit.execution.client import EXECUTED


def executed_cells(env) -> list[tuple[int, nbformat.NotebookNode]]:
    """The line and the cell, with its outputs, of every cell of the page that is being read.

    It is for handlers of `doctree-read`. A code cell's place in the list is the `cell_index` of its node.
    """
    return env.temp_data.get(EXECUTED, [])
