"""The tests of the package and the build on the subset, under other Pythons and with newer releases.

    python -m tests.versions [--python 3.12 ...] [--pins] [--newest] [--torch] [--output table.md]

For the newest patch of every Python from 3.11 on that this machine has, one environment is made with the
versions of requirements.txt ("pins") and one with the newest releases that Jupyter Book 1 allows ("newest").
Each runs the tests and the build, and a table says how that went. The exit status is 1 if anything failed
with the pins. Nothing outside the standard library is needed. Where uv is installed, it brings PyTorch's
build for CPUs; elsewhere pip takes what its index has, which on Linux may be gigabytes of CUDA.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.building import ROOT, STRICT
from tests.pythons import pythons

# What "newest" may not take, and why.
HELD = {
    "jupyter-book<2": "2 is another engine, which reads neither _config.yml nor _toc.yml",
    "sphinx<8": "Jupyter Book 1 asks for ~=7.0",
    "myst-parser<4": "Jupyter Book 1 asks for ~=3.0",
    "sphinx-book-theme<1.3": "1.3 draws a second bar with a second search box at the top of each page",
}
TORCH = ("torch", "torchvision")  # a release of one belongs to a release of the other
ERROR = re.compile(r"^.*(?:\b(?:WARNING|ERROR|CRITICAL):|Error\b|^E  ).*$", re.MULTILINE)
SUMMARY = re.compile(r"^(\d+ (?:passed|failed|skipped|error).*) in [\d.]+", re.MULTILINE)
LIST = """
import importlib.metadata, json
print(json.dumps([(one.name, one.version) for one in importlib.metadata.distributions()]))
"""
HEADINGS = ["Python", "versions", "tests", "build on the subset", "seconds", "not as pinned"]


@dataclass
class Row:
    """What is known of one Python with one choice of versions; `failed` is true if any part went wrong."""

    python: str
    versions: str
    tests: str = "–"
    build: str = "–"
    seconds: float = 0.0
    differing: list[str] = field(default_factory=list)
    failed: bool = False

    def cells(self) -> list[str]:
        """What stands under the headings."""
        different = ", ".join(self.differing) or "none"
        return [self.python, self.versions, self.tests, self.build, f"{self.seconds:.0f}", different]


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(cell.replace('|', ' ') for cell in line)} |\n" for line in lines)


def run(*command: str | Path, **environment: str) -> tuple[bool, str]:
    """Run a command in the repository. Returns whether it ended well, and what it said."""
    here = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**here, "NO_COLOR": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return result.returncode == 0, result.stdout


def first_error(said: str) -> str:
    """The first line that tells of an error, or else the last line, short enough for a cell."""
    lines = ERROR.findall(said) or said.strip().splitlines()[-1:] or ["it said nothing"]
    return re.sub(r"\x1b\[[\d;]*m", "", lines[0]).replace(str(ROOT), ".").strip()[:200]


def pins() -> dict[str, str]:
    """The versions of requirements.txt, by the names of the packages."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def requirements(versions: str, torch: bool) -> list[str]:
    """What is installed beside the book's own package.

    versions: "pins", or "newest" for the names alone.
    torch: whether the newest are to include those of torch and torchvision, which else stay as pinned.
    """
    free = {name for name in pins() if versions == "newest" and (torch or name not in TORCH)}
    return [name if name in free else f"{name}=={version}" for name, version in pins().items()]


def install(base: Path, versions: str, folder: Path, torch: bool) -> tuple[Path, bool, str]:
    """Make an environment in a folder, or complete the one that is there.

    Returns its Python, whether all could be installed, and what the last command said.
    """
    environment, held = folder / "environment", folder / "held.txt"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    needed = requirements(versions, torch)
    held.write_text("\n".join(HELD if versions == "newest" else ()), encoding="utf-8")
    commands = [] if python.exists() else [[base, "-m", "venv", environment]]
    if uv := shutil.which("uv"):  # pip then keeps the build for CPUs
        first = [line for line in needed if line.partition("==")[0] in TORCH]
        commands.append([uv, "pip", "install", "--python", python, "--torch-backend", "cpu", *first])
    commands.append([python, "-m", "pip", "install", "--upgrade", "-c", held, "-e", ROOT, *needed])
    for command in commands:
        ok, said = run(*command)
        if not ok:
            break
    return python, ok, said


def differing(python: Path) -> list[str]:
    """What is installed in another version than requirements.txt has; 2.13.0+cpu is 2.13.0."""
    pinned = {plain(name): version for name, version in pins().items()}
    _, said = run(python, "-c", LIST)
    installed = json.loads(said.splitlines()[-1])
    found = {plain(name): version.partition("+")[0] for name, version in installed}
    return [f"{name} {found[name]}" for name in pinned if found.get(name, pinned[name]) != pinned[name]]


def plain(name: str) -> str:
    """The name of a package as it is compared: Sphinx_Design is sphinx-design."""
    return re.sub(r"[-_.]+", "-", name).lower()


def examine(base: Path, row: Row, folder: Path, torch: bool) -> None:
    """Install, test and build, and fill in the row; what everything said is kept in the folder."""
    begin = time.monotonic()
    python, installed, said = install(base, row.versions, folder, torch)
    (folder / "install.log").write_text(said, encoding="utf-8")
    if installed:
        tested, said = run(python, "-m", "pytest", "-q", "tests/nnbook")
        (folder / "tests.log").write_text(said, encoding="utf-8")
        row.tests = found[1] if (found := SUMMARY.search(said)) else first_error(said)
        shutil.rmtree(
            folder / "_build", ignore_errors=True
        )  # or pages that were run before are not run again
        command = [python.with_name("jupyter-book"), "build", ".", *STRICT, "--path-output", folder]
        built, said = run(*command, NNBOOK_DATA="subset")
        (folder / "build.log").write_text(said, encoding="utf-8")
        row.build = "ok" if built else f"failed: {first_error(said)}"
        row.differing, row.failed = differing(python), not (tested and built)
    else:
        row.tests, row.failed = f"not installed: {first_error(said)}", True
    row.seconds = time.monotonic() - begin


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options, with the choices of versions in `choices`."""
    parser = argparse.ArgumentParser("python -m tests.versions", description=__doc__.splitlines()[0])
    parser.add_argument("--python", nargs="+", default=[], help="such as 3.12; else all that are found")
    parser.add_argument("--pins", action="append_const", dest="choices", const="pins", help="only the pins")
    parser.add_argument(
        "--newest", action="append_const", dest="choices", const="newest", help="only the newest"
    )
    parser.add_argument("--torch", action="store_true", help="the newest include torch and torchvision")
    parser.add_argument("--output", type=Path, help="a file for the table, written after each row")
    parser.add_argument(
        "--keep", type=Path, help="a folder for environments, sites and logs, to use them again"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Fill the table row by row and print it. Returns 1 if a row with the pins failed."""
    options, rows = parsed(arguments), []
    with tempfile.TemporaryDirectory() as temporary:
        for version, base in pythons(options.python).items():
            for versions in options.choices or ["pins", "newest"]:
                print(f"Python {version} ({base}), {versions}", file=sys.stderr, flush=True)
                folder = ((options.keep or Path(temporary)) / f"{version}-{versions}").absolute()
                folder.mkdir(parents=True, exist_ok=True)
                rows.append(Row(version, versions))
                examine(base, rows[-1], folder, options.torch)
                if options.output:
                    options.output.write_text(table(rows), encoding="utf-8")
                if not options.keep:  # an environment may hold gigabytes
                    shutil.rmtree(folder, ignore_errors=True)
    print(table(rows))
    return int(any(row.failed for row in rows if row.versions == "pins"))


if __name__ == "__main__":
    sys.exit(main())
