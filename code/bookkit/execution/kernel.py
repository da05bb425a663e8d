"""One page is run in a kernel of its own, and what went wrong is told with page, line and reason."""

import asyncio
import atexit
import json
import os
import re
import signal
import threading
import time
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from bookkit.addresses import ROOT
from bookkit.execution.kept import Record, fingerprint_for, hash_of, needs_of, surroundings
from bookkit.execution.page import Page

COLOURS = re.compile(r"\x1b\[[0-9;]*m")

# What budgets are counted in; see `budgets`.
REFERENCE = """\
import time as _time
import numpy as _np
_begun = _time.process_time()
_a, _b = _np.ones((500, 784), dtype=_np.float32), _np.ones((784, 500), dtype=_np.float32)
for _ in range(20):
    _c = _a @ _b
    sum(range(100_000))
_reference = _time.process_time() - _begun
"""

# Run in the kernel after the page's own cells: which files were imported, and how long the processor worked.
LAST_CELL = f"""\
import json as _json, sys as _sys
{REFERENCE}
print(_json.dumps({{
    "modules": [m.__file__ for m in list(_sys.modules.values()) if getattr(m, "__file__", None)],
    "cpu": _begun,
    "reference": _reference,
}}))
"""


@dataclass(frozen=True)
class Failure:
    """What went wrong on a page: a line of its file, a sentence, and the traceback if there is one."""

    docname: str
    line: int
    sentence: str
    traceback: str = ""


@dataclass
class Run:
    """The run of a page, under way or ended: how far it is, and what came of it."""

    page: Page
    timeout: int
    begun: float = 0.0
    ended: float = 0.0
    cell: int = 0
    notebook: nbformat.NotebookNode | None = None
    record: Record | None = None
    failures: list[Failure] = field(default_factory=list)
    stopped: bool = False
    client: NotebookClient | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def share(self) -> float:
        """How much of the page has been run, counted in cells."""
        return self.cell / max(1, len(self.page.notebook.cells))

    def go(self) -> "Run":
        """Run the page to its end, or to the first cell that fails."""
        self.begun = time.time()
        before = {path: hash_of(path) for path in (ROOT / "code").rglob("*.py")}
        notebook = deepcopy(self.page.notebook)
        notebook.cells.append(new_code_cell(LAST_CELL))
        try:
            self.execute(notebook)
            last = notebook.cells.pop()
            self.failures += failures_on_display(self.page, notebook)
            self.note(notebook, nbformat.NotebookNode(json.loads(last.outputs[0].text)), before)
        except CellTimeoutError:
            self.fail(f"this cell takes longer than {self.timeout} seconds, the limit that _config.yml sets "
                      "under execute, timeout: make it shorter, or raise the limit.")  # fmt: skip
        except CellExecutionError as error:
            self.fail("this cell failed:", plain(error.traceback))
        except (DeadKernelError, RuntimeError) as error:
            self.fail(f"the kernel died in this cell, of memory or by a signal: {first_line(error)}")
        except (NoSuchKernel, OSError) as error:
            self.fail(f"no kernel could be started for this page: {first_line(error)}")
        self.ended = time.time()
        return self

    def execute(self, notebook: nbformat.NotebookNode) -> None:
        """Run all cells in a new kernel."""

        def note_cell(cell, cell_index):
            self.cell = cell_index

        with TemporaryDirectory() as sockets:
            with self.lock:
                if self.stopped:
                    return
                self.client = NotebookClient(
                    notebook,
                    timeout=self.timeout,
                    resources={"metadata": {"path": str(self.page.path.parent)}},
                    config=channels(sockets),
                    on_cell_start=note_cell,
                )
            try:
                asyncio.run(self.client.async_execute())  # which ends what still waits for a dead kernel
            finally:
                atexit.unregister(self.client._cleanup_kernel)  # which would fail if the kernel never began

    def note(self, notebook, measured, before: dict[Path, str]) -> None:
        """Note what the run hangs on, unless a module has changed while it ran."""
        needs = needs_of(measured.modules)
        changed = [name for name, known in needs.items() if before.get(ROOT / name) != known]
        if changed:
            names = ", ".join(changed)
            self.fail(f"{names} changed while this page ran, so nobody knows with which: build again.", at=0)
            return
        outputs = [output for cell in notebook.cells for output in untagged(cell, "remove-stderr")]
        self.notebook = notebook
        self.record = Record(
            docname=self.page.docname,
            code=self.page.code,
            surroundings=surroundings(),
            needs=needs,
            data=fingerprint_for(needs),
            seconds=time.time() - self.begun,
            cpu=measured.cpu,
            reference=measured.reference,
            clean=not any(output.get("name") == "stderr" for output in outputs),
        )

    def fail(self, sentence: str, traceback: str = "", at: int | None = None) -> None:
        """Note a failure in the cell that is being run."""
        index = min(self.cell if at is None else at, len(self.page.notebook.cells) - 1)
        self.failures.append(Failure(self.page.docname, self.page.line(index), sentence, traceback))

    def stop(self) -> None:
        """End the kernel at once; the run then ends by itself."""
        with self.lock:
            self.stopped = True
            provisioner = self.client and self.client.km and self.client.km.provisioner
        if provisioner and provisioner.pid:
            os.kill(provisioner.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def plain(text: str) -> str:
    """A text without the signs that colour it in a terminal."""
    return COLOURS.sub("", text)


def channels(folder: str) -> Config:
    """Sockets in a folder instead of ports, for which each kernel would print a warning; not on Windows."""
    # The name must be given: the default is the same for all kernels, and relative to where a process runs.
    ipc = {"transport": "ipc", "ip": f"{folder}/kernel"}
    return Config({"KernelManager": ipc if os.name == "posix" else {}})


def failures_on_display(page: Page, notebook: nbformat.NotebookNode) -> list[Failure]:
    """What failed while it was displayed, which no kernel counts as a failure of the cell."""
    return [
        Failure(page.docname, page.line(index), "this cell failed:", plain("\n".join(output.traceback)))
        for index, cell in enumerate(notebook.cells)
        for output in untagged(cell, "raises-exception")
        if output.output_type == "error"
    ]


def untagged(cell: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    """The outputs of a cell that does not have this tag."""
    return [] if tag in cell.metadata.get("tags", []) else cell.get("outputs", [])


def first_line(error: BaseException) -> str:
    """The type of an error, and the first line of its message."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
