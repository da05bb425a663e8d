"""What was run is kept, and used again while all that it was computed with is the same.

Of each run there are two files: the notebook with its outputs, and a record of what they hang on. That is
the code, the versions of Python and its packages, the number of threads, and the hash of each file in `code/`
that the kernel had imported when it ended. So a change of a module runs the pages again that import it,
however indirectly, and no others. The digits' fingerprint counts for pages that import `mnist_source`.

jupyter-cache, which MyST-NB uses, knows none of this; it counts captions as code, and its database, once
broken, breaks every build. Here a broken file is a page that was never run.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import nbformat
from nnbook import mnist_source

from bookkit.addresses import ROOT

FOLDER = ".kept"  # in the folder of a build
KEPT = 4  # runs of a page: going back to the subset or to another branch runs nothing again
COMPUTED_WITH = ("matplotlib", "numpy", "torch", "torchvision")
USES_DATA = "code/nnbook/mnist_source.py"


@dataclass(frozen=True)
class Record:
    """What a run hangs on, and what it took.

    code: the hash of the page's cells. surroundings: versions and threads. needs: the hash of each file of
    `code/` that was imported. data: the fingerprint of the digits, if they were used.
    seconds: from the start of the kernel to its end. cpu: the processor's. reference: the processor's for the
    reference computation in that kernel. clean: no cell wrote to stderr. outputs: the notebook file's hash.
    """

    docname: str
    code: str
    surroundings: str
    needs: dict[str, str]
    data: str | None
    seconds: float
    cpu: float
    reference: float
    clean: bool = True
    outputs: str = ""


@dataclass(frozen=True)
class Kept:
    """A run that is kept: the file of its record, beside which its notebook lies, and the record."""

    path: Path
    record: Record

    def notebook(self) -> nbformat.NotebookNode:
        """The page with its outputs. Raises Broken, and forgets the run, if the file was damaged."""
        path = self.path.with_suffix(".ipynb")
        contents = path.read_bytes() if path.exists() else b""
        if sha256(contents).hexdigest() != self.record.outputs:
            self.path.unlink(missing_ok=True)
            raise Broken(f"{path} was damaged")
        return nbformat.reads(contents.decode(), as_version=4)


class Broken(Exception):
    """What was kept of a run cannot be used; the message says which file."""


def find(folder: Path, docname: str, code: str, noisy: bool = False) -> tuple[Kept | None, str]:
    """The run of a page that is still that of today; if there is none, why not, in a few words.

    folder: where runs are kept. docname: the page. code: the hash of its cells as they are today.
    noisy: whether a run serves in which a cell wrote to stderr; so it does in its own build, and not later.
    """
    why = ""
    for kept in runs_of(folder, docname):
        differs = difference(kept.record, code)
        if not differs and not (kept.record.clean or noisy):
            differs = "a cell wrote to stderr"
        if not differs:
            os.utime(kept.path)
            return kept, ""
        why = why or differs
    return None, why or "it was not run before"


def difference(record: Record, code: str) -> str:
    """What a run was computed with that is otherwise today, in a few words; empty if nothing is."""
    changed = [name for name, known in record.needs.items() if known != hash_of(ROOT / name)]
    if record.code != code:
        return "its cells have changed"
    if record.surroundings != surroundings():
        return "versions, requirements or threads have changed"
    if changed:
        return f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed"
    if record.data not in (None, fingerprint(os.environ.get("NNBOOK_DATA"))):
        return "the digits are others"
    return ""


def runs_of(folder: Path, docname: str) -> Iterator[Kept]:
    """The runs of a page that are kept, the one used last first; a record that cannot be read is none."""
    paths = folder.glob(f"{docname.replace('/', '.')}.*.json")
    for path in sorted(paths, key=lambda file: file.stat().st_mtime, reverse=True):
        try:
            yield Kept(path, Record(**json.loads(path.read_bytes())))
        except (OSError, ValueError, TypeError):
            path.unlink(missing_ok=True)


def records_in(folder: Path) -> dict[str, Record]:
    """The record of the last run of each page, from the folder of a build's runs for all Pythons."""
    names = {path.name.rpartition(".json")[0].rpartition(".")[0] for path in folder.glob("*/*.json")}
    runs = {name: next(runs_of(folder / python_folder(), name), None) for name in sorted(names)}
    return {run.record.docname: run.record for run in runs.values() if run}


def keep(folder: Path, notebook: nbformat.NotebookNode, record: Record) -> Kept:
    """Keep a run: its notebook, then its record, each as a whole or not at all. Runs of long ago go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in list(runs_of(folder, record.docname))[KEPT - 1 :]:
        old.path.unlink(missing_ok=True)
        old.path.with_suffix(".ipynb").unlink(missing_ok=True)
    contents = nbformat.writes(notebook).encode()
    record = replace(record, outputs=sha256(contents).hexdigest())
    path = folder / f"{record.docname.replace('/', '.')}.{time.time_ns():x}.json"
    write(path.with_suffix(".ipynb"), contents)
    write(path, json.dumps(asdict(record), indent=1).encode())
    return Kept(path, record)


def write(path: Path, contents: bytes) -> None:
    """Write a file so that it is there as a whole or not at all."""
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(contents)
    os.replace(part.name, path)


@cache
def surroundings() -> str:
    """A hash of what all pages are computed with, besides modules of `code/` and the digits."""
    package = ROOT / "code/nnbook"
    others = [path for path in package.glob("*") if path.suffix not in ("", ".py")] + [
        *package.glob("fonts/*.ttf")
    ]
    computed_with = [
        *(hash_of(path) for path in [ROOT / "requirements.txt", *sorted(others)]),
        *(version(name) for name in COMPUTED_WITH),  # as they are installed
        platform.python_version(),
        platform.machine(),
        os.environ.get("OMP_NUM_THREADS", ""),
    ]
    return sha256("\n".join(computed_with).encode()).hexdigest()


def hash_of(path: Path) -> str:
    """The hash of a file; empty if there is none."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def needs_of(modules: list[str]) -> dict[str, str]:
    """The names, seen from the root of the book, and the hashes of those files that lie in `code/`."""
    paths = [Path(module).resolve() for module in modules]
    own = sorted(path for path in paths if path.is_relative_to(ROOT / "code"))
    return {path.relative_to(ROOT).as_posix(): hash_of(path) for path in own}


def fingerprint_for(needs: dict[str, str]) -> str | None:
    """The fingerprint of the digits, for a page that needs them."""
    return fingerprint(os.environ.get("NNBOOK_DATA")) if USES_DATA in needs else None


@cache
def fingerprint(named: str | None) -> str:
    """The fingerprint of the digits, taken once a build; `named` is what the environment says of them."""
    return mnist_source.fingerprint()


def folder_of(app) -> Path:
    """The folder, in a build's, of what is kept."""
    return Path(app.outdir).parent / FOLDER / python_folder()


def python_folder() -> str:
    """The name of the folder for the Python in use."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"
