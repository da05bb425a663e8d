"""Each notebook runs by itself, as in Colab: elsewhere, with what Colab has and what its first cell installs.

A new environment has PyTorch, torchvision, NumPy, Matplotlib and a kernel, which Colab has too (they are
linked from the environment of the tests), and nothing of the book. The first cell installs the package from a
copy of this repository in place of the public address. The set for teachers is run whole: it is the set for
students and the solutions (tests/bookkit/test_notebooks.py compares the two), so it shows that the starters
run and that the solutions pass. Each runs in an empty folder of its own, on the subset, with as many threads
as its page (sums that are split otherwise round otherwise), and shows what its page shows, except for cells
tagged `timing`.
"""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from bookkit.addresses import TEACHERS, addresses, chapters, notebook
from bookkit.notebooks.written import AS_RUN
from nnbook.check.verdict import VERDICT

from tests.environments import environment_with

PAGES = list(chapters())
IN_COLAB = ["torch", "torchvision", "numpy", "matplotlib", "ipykernel", "nbclient"]

RUN = """\
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
try:
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
finally:
    nbformat.write(notebook, path.with_suffix(".run"))
"""

# Runs before anything else in a kernel, and notes each path that is opened or listed.
WATCH = """\
import os
import sys

if any("ipykernel_launcher" in word for word in sys.orig_argv):
    log = os.open(os.environ["PATHS_READ"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(event, arguments):
        if event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], (str, bytes)):
            os.write(log, os.fsencode(os.path.abspath(arguments[0])) + b"\\n")

    sys.addaudithook(note)
"""
SYSTEM = [sys.base_prefix, "/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/lib64", "/opt", "/bin"]


@dataclass
class Run:
    """A notebook that was run: what it said, how long it took, and the paths that its kernel read."""

    finished: subprocess.CompletedProcess
    seconds: float
    notebook: nbformat.NotebookNode | None
    paths: list[str]


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The Python of an environment with what Colab has."""
    return environment_with(tmp_path_factory.mktemp("colab") / "env", *IN_COLAB)


@pytest.fixture(scope="module")
def subset_notebooks(subset_site) -> Path:
    """The notebooks that were written with the pages on the subset."""
    return subset_site.parent / "notebooks"


@pytest.fixture(scope="module")
def start(python, clone, subset_notebooks, tmp_path_factory):
    """A function that runs a notebook in an empty folder, its package coming from the copy."""
    watch = tmp_path_factory.mktemp("watch")
    (watch / "sitecustomize.py").write_text(WATCH)
    (watch / "run.py").write_text(RUN)

    def run(path: str) -> Run:
        folder, elsewhere = (tmp_path_factory.mktemp(name) for name in (Path(path).stem, "elsewhere"))
        public, local = addresses().package, f"git+file://{clone}@{addresses().branch}"
        text = (subset_notebooks / path).read_text(encoding="utf-8")
        assert text.count(public) == 1
        (folder / "chapter.ipynb").write_text(text.replace(public, local), encoding="utf-8")
        environment = {
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(watch),
            "PATHS_READ": str(elsewhere / "paths"),
            "HOME": str(elsewhere),
            "TMPDIR": str(elsewhere),
            "NNBOOK_DATA": "subset",
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),  # as many as its page had
            **{
                name: text
                for name, text in os.environ.items()
                if re.match("(?i)PIP_|MKL_|.*_PROXY$|SSL_|REQUESTS_", name)
            },
        }
        begin = time.monotonic()
        finished = subprocess.run(
            [python, watch / "run.py", folder / "chapter.ipynb"],
            cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=1500,
        )  # fmt: skip
        seconds = time.monotonic() - begin
        done = folder / "chapter.run"
        own = [
            str(folder),
            str(elsewhere),
            str(python.parents[1]),
            str(watch),
            *SYSTEM,
        ]
        paths = sorted(set((elsewhere / "paths").read_text().splitlines()))
        strange = [path for path in paths if not any(Path(path).is_relative_to(place) for place in own)]
        return Run(finished, seconds, nbformat.read(done, as_version=4) if done.exists() else None, strange)

    return run


@pytest.fixture(scope="module")
def runs(start) -> dict[str, Run]:
    """All chapters, run one after the other; the first installs the package for all."""
    return {page: start(notebook(page, TEACHERS)) for page in PAGES}


def test_the_first_cell_installs_the_package_and_says_so(runs, python):
    first, second = (code_cells(run.notebook)[0] for run in list(runs.values())[:2])
    assert text_of(first).startswith("Installing the book's package, nnbook, from git+file://")
    assert len(text_of(first).splitlines()) == 1
    assert second.outputs == []
    installed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    names = {entry["name"].lower() for entry in json.loads(installed.stdout)}
    assert "nnbook" in names
    assert not names & {"jupyter-book", "sphinx", "myst-nb", "pytest", "jupytext"}


@pytest.mark.parametrize("page", PAGES)
def test_notebook_runs_to_its_end(page, runs):
    assert runs[page].finished.returncode == 0, runs[page].finished.stderr[-3000:]


@pytest.mark.parametrize("page", PAGES)
def test_only_its_folder_the_environment_and_the_data_are_read(page, runs):
    assert runs[page].paths == []


@pytest.mark.parametrize("page", PAGES)
def test_outputs_are_those_of_the_page(page, runs, subset_notebooks):
    as_run = nbformat.read(subset_notebooks / notebook(page, AS_RUN), as_version=4)
    shown = [c for c in code_cells(as_run) if "remove-cell" not in c.metadata.get("tags", [])]
    own = code_cells(runs[page].notebook)[1:]
    assert [cell.source for cell in own] == [cell.source for cell in shown]
    different = [
        f"{cell.source}\n--- here\n{text_of(cell)}\n--- on the page\n{text_of(other)}"
        for cell, other in zip(own, shown, strict=True)
        if "timing" not in cell.metadata.get("tags", []) and not alike(cell, other)
    ]
    assert different == []


def code_cells(a_notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in a_notebook.cells if cell.cell_type == "code"]


def text_of(cell) -> str:
    """What a cell prints and shows as text."""
    shown = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    figures = [images_of(output) for output in cell.outputs]
    return "".join(text for text, figure in zip(shown, figures, strict=True) if not figure).strip()


def images_of(output) -> dict[str, str]:
    """The images in an output, by their kind."""
    return {kind: image for kind, image in output.get("data", {}).items() if kind.startswith("image/")}


def verdicts(cell) -> list[bool]:
    """What checkers say."""
    found = [output.get("metadata", {}).get(VERDICT) for output in cell.outputs]
    return [verdict["right"] for verdict in found if verdict]


NUMBER = re.compile(r"[-−]?\d[\d,]*\.?\d*(?:e[+-]?\d+)?|(?<=\W)[-−]?\.\d+")


def alike(cell, other) -> bool:
    """Whether two cells show the same words, verdicts and kinds of images, and numbers that are close."""
    images = [
        [list(images_of(output)) for output in each.outputs if images_of(output)] for each in (cell, other)
    ]
    if images[0] != images[1] or verdicts(cell) != verdicts(other):
        return False
    texts = text_of(cell), text_of(other)
    words = [re.sub(r"\s+|-+", " ", NUMBER.sub("", text)) for text in texts]
    numbers = [[float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(text)] for text in texts]
    return words[0] == words[1] and numbers[0] == pytest.approx(numbers[1], rel=0.01, abs=1e-5)
