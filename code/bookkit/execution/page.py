"""A page with cells, as its file holds it now, and what its cells are told apart by."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import nbformat
from myst_nb.core.read import create_nb_reader


@dataclass(frozen=True)
class Page:
    """A page whose cells are run: its name in the build, its file, and its notebook without outputs."""

    docname: str
    path: Path
    notebook: nbformat.NotebookNode

    @property
    def code(self) -> str:
        """A hash of what is run: the code of the cells and their tags, not captions, not prose."""
        return code_of(self.notebook)

    def line(self, index: int) -> int:
        """The line of the file on which a cell, given by its place among all cells, starts."""
        return self.notebook.metadata["source_map"][index] + 1


def read_page(env, docname: str) -> Page | None:
    """The page of that name; None if it has no cells, or MyST-NB's mode for it is another than `cache`."""
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding=env.config.source_encoding)
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    notebook = reader.read(text) if reader else nbformat.NotebookNode(metadata={})
    own_settings = notebook.metadata.get(env.mystnb_config.metadata_key, {})
    mode = own_settings.get("execution_mode", env.mystnb_config.execution_mode)
    return Page(docname, path, notebook) if reader and mode == "cache" else None


def code_of(notebook: nbformat.NotebookNode) -> str:
    """A hash of the kernel, and of the code and the tags of each cell."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = [(cell.source, sorted(cell.metadata.get("tags", []))) for cell in cells]
    return sha256(repr((notebook.metadata.get("kernelspec", {}).get("name"), said)).encode()).hexdigest()
