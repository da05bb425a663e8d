"""Where the book is, and how tests build it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STRICT = ["-W", "-n", "--keep-going"]


def jupyter_book() -> str:
    """The command of the environment in which the tests run."""
    return shutil.which("jupyter-book", path=Path(sys.executable).parent)


def build(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    """Run `jupyter-book build` in `folder` and return the finished process with its output."""
    return subprocess.run(
        [jupyter_book(), "build", ".", *options],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def built_site(output: Path, **environment: str) -> Path:
    """The HTML folder of the book, built strictly into `output`."""
    result = build(ROOT, *STRICT, "--path-output", str(output), **environment)
    assert result.returncode == 0, result.stdout[-10_000:]
    return output / "_build" / "html"
