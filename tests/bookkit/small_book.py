"""The small book, with the settings and the packages of the book itself, for tests to break."""

import re
import shutil
from pathlib import Path

from tests.building import ROOT, STRICT, build


def cell(code: str) -> str:
    """A cell as an author writes it."""
    return f"```{{code-cell}}\n{code}\n```"


def make_good(folder: Path) -> Path:
    """The small book in a folder that is still to be made, built without a warning."""
    shutil.copytree(Path(__file__).with_name("small"), folder)
    for name in ("_config.yml", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    for name in ("book/_static", "book/_style", "book/_templates", "code"):
        shutil.copytree(ROOT / name, folder / name)
    succeeds(make(folder, *STRICT))
    return folder


def make(folder, *options, digits="subset", **environment):
    own = {"PYTHONPATH": str(folder / "code"), "NNBOOK_DATA": str(digits)}
    return build(folder, *options, **own, **environment)


def succeeds(result) -> str:
    assert result.returncode == 0, result.stdout
    return result.stdout


def fails(result) -> str:
    assert result.returncode != 0, result.stdout
    return re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)  # without colours


def add(folder, page, text):
    with (folder / "book" / page).open("a") as file:
        file.write(f"\n{text}\n")


def replace(folder, name, old, new):
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def kept(folder) -> set[str]:
    """The runs that are kept."""
    return {path.name for path in (folder / "_build").glob(".kept/*/*.json")}


def read_and_written(log: str) -> tuple[set[str], set[str]]:
    """The names of the pages that a build read, and of those that it wrote."""
    log = re.sub(r"\x1b\[[0-9;]*m", "", log)
    found = [
        re.findall(rf"{doing}\.\.\. \[ *\d+%\] book/(\S+)", log)
        for doing in ("reading sources", "writing output")
    ]
    return set(found[0]), set(found[1])


def run(folder) -> tuple[str, str]:
    """When the first cell of the page was run, and the data that it was told to use."""
    html = (folder / "_build" / "html" / "book" / "page.html").read_text()
    return re.search(r"run (\d+) with (\S+)", html).groups()
