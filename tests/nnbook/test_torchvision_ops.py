"""Each case runs in a process of its own, because torch and torchvision can be imported only once in one."""

import subprocess
import sys

import pytest

# At its start torchvision describes two operators, which its compiled part, if it loads, has just defined.
DESCRIBE = """
import torch
for name in ("nms", "qnms"):
    torch.library.register_fake("torchvision::" + name)(lambda dets, scores, iou_threshold: scores)
"""
DEFINE = """
import torch
library = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""
RECORD = """
import torch
define, declared = torch.library.define, []
torch.library.define = lambda name, *rest: (declared.append(name), define(name, *rest))
try:
    import nnbook.data
    from torchvision import datasets
    print(datasets.MNIST)
finally:
    print(declared)
"""


def run(program: str, folder=None) -> subprocess.CompletedProcess:
    """Run a program with all warnings as errors, and with the modules in `folder` before those installed."""
    path = "" if folder is None else f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    command = [sys.executable, "-W", "error", "-c", path + program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def stand_in(tmp_path):
    """Put a package called torchvision, with this content, in the way of the real one."""

    def write(content: str):
        (tmp_path / "torchvision").mkdir()
        (tmp_path / "torchvision" / "__init__.py").write_text(content)
        (tmp_path / "torchvision" / "datasets.py").write_text("MNIST = 'stand-in'")
        return tmp_path

    return write


def test_installed_torchvision_works_in_silence():
    result = run("import nnbook.data; from torchvision import datasets, transforms; print(datasets.MNIST)")
    assert result.stdout == "<class 'torchvision.datasets.mnist.MNIST'>\n"
    assert result.stderr == ""


def test_missing_operators_are_declared(stand_in):
    """A CPU build of torch beside PyPI's torchvision."""
    result = run(RECORD, stand_in(DESCRIBE))
    assert result.stdout == "stand-in\n['torchvision::nms', 'torchvision::qnms']\n", result.stderr
    assert result.stderr == ""


def test_nothing_is_declared_where_the_operators_exist(stand_in):
    """A torch and a torchvision that belong together, for CPU or for CUDA."""
    result = run(RECORD, stand_in(DEFINE + DESCRIBE))
    assert (result.stdout, result.stderr) == ("stand-in\n[]\n", "")


@pytest.mark.parametrize(
    "error",
    [
        "ImportError('libpng16.so: cannot open')",
        "RuntimeError('different CUDA major versions')",
    ],
)
def test_another_fault_is_shown_with_a_remedy(stand_in, error):
    result = run(RECORD, stand_in(f"raise {error}"))
    assert (result.returncode, result.stdout) == (1, "[]\n")
    *_, real_error, remedy = result.stderr.splitlines()
    assert real_error == error.replace("('", ": ").replace("')", "")
    assert "install the torchvision release that belongs to torch" in remedy


def test_absent_torchvision_is_named_with_a_remedy():
    result = run("import sys; sys.modules['torchvision'] = None\nimport nnbook.data")
    assert result.returncode == 1
    *_, real_error, remedy = result.stderr.splitlines()
    assert real_error.startswith("ModuleNotFoundError: import of torchvision halted")
    assert "install the torchvision release that belongs to torch" in remedy
