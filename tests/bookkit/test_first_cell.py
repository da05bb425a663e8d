"""The first cell of a notebook, beside what tests/book/test_standalone.py sees of it."""

import subprocess
import sys

import nnbook
from bookkit.notebooks.first_cell import FIRST_CELL


def first_cell(package: str, version: str, before: str = "") -> subprocess.CompletedProcess:
    """Run the first cell in a new process, after some other code."""
    code = f"{before}\n{FIRST_CELL.format(package=package, version=version)}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_first_cell_says_nothing_where_the_package_is():
    result = first_cell("no-package", nnbook.__version__)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_first_cell_says_in_a_sentence_that_the_version_is_another():
    result = first_cell("no-package", "9.9")
    wanted = (
        f"This notebook is of nnbook 9.9; nnbook {nnbook.__version__} is installed, so results may differ.\n"
    )
    assert (result.returncode, result.stdout) == (0, wanted)


def test_the_first_cell_fails_with_one_sentence(tmp_path):
    missing = "import importlib.util\nimportlib.util.find_spec = lambda name: None"
    result = first_cell(f"git+file://{tmp_path}/nowhere@main", "9.9", missing)
    assert result.returncode == 1
    (sentence,) = result.stderr.splitlines()
    assert sentence.startswith("nnbook could not be installed, and the notebook needs it; pip says: ")
    assert len(sentence) > 80  # pip's own reason follows
