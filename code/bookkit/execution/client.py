"""MyST-NB takes the outputs of a page from the run that was kept, and runs nothing itself."""

from copy import deepcopy
from functools import partial

import myst_nb.sphinx_
from myst_nb.core.execute import NotebookClientBase
from sphinx.errors import ExtensionError

from bookkit.execution import kept
from bookkit.execution.page import code_of

EXECUTED = "executed_cells"  # in env.temp_data, which is empty when the next page is read


class KeptClient(NotebookClientBase):
    """A client of MyST-NB whose cells have their outputs already.

    run: the run that was kept. env: Sphinx's environment, in which the cells are noted for other extensions.
    """

    def __init__(self, *arguments, run: kept.Kept, env):
        """Take what MyST-NB gives every client, the run, and the environment."""
        super().__init__(*arguments)
        self.run, self.env = run, env

    def start_client(self) -> None:
        """Give each cell the outputs that it had."""
        executed = self.run.notebook()
        own, done = (
            [cell for cell in notebook.cells if cell.cell_type == "code"]
            for notebook in (self.notebook, executed)
        )
        for cell, other in zip(own, done, strict=True):
            cell.outputs, cell.execution_count = other.outputs, other.execution_count
        self.notebook.metadata["language_info"] = executed.metadata["language_info"]
        # A copy, for MyST-NB takes what is glued out of its own.
        lines, cells = self.notebook.metadata["source_map"], deepcopy(self.notebook.cells)
        self.env.temp_data[EXECUTED] = [(line + 1, cell) for line, cell in zip(lines, cells, strict=True)]
        self.exec_metadata = {
            "mtime": self.run.path.stat().st_mtime,
            "runtime": self.run.record.seconds,
            "method": "cache",
            "succeeded": True,
            "error": None,
            "traceback": None,
        }


def create_client(app, original, notebook, source, nb_config, *others) -> NotebookClientBase:
    """The client for the page that is being read; in other modes than `cache`, MyST-NB's own.

    Raises ExtensionError if the page has no run, as it was changed after its cells were run.
    """
    if nb_config.execution_mode != "cache":
        return original(notebook, source, nb_config, *others)
    env = app.env
    run, why = kept.find(kept.folder_of(app), env.docname, code_of(notebook), noisy=True)
    if run is None:
        raise ExtensionError(f"{env.docname} changed while it was built ({why}): build again.")
    env.bookkit_runs[env.docname] = run
    return KeptClient(notebook, source, nb_config, *others[:1], run=run, env=env)


def use_kept_runs(app) -> None:
    """Have MyST-NB ask here for the client of a page; it knows no other way to be given one."""
    original = getattr(myst_nb.sphinx_.create_client, "original", myst_nb.sphinx_.create_client)
    ours = partial(create_client, app, original)
    ours.original = original
    myst_nb.sphinx_.create_client = ours
