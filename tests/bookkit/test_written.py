"""With the page of a chapter its notebooks are written, and what is not written again stays as it is."""

import re
from pathlib import Path

import nbformat
import pytest
from bookkit.notebooks.cells import package_version
from bs4 import BeautifulSoup

from tests.bookkit import tiny_book

SETTINGS = """
extensions += ["bookkit.notebooks.written"]
"""
CELL = """\
```{code-cell} ipython3
:tags: [remove-cell]
import time
from myst_nb import glue
glue("now", f"{time.time_ns():,}", display=False)
```

```{code-cell} ipython3
print(1 + 1)
```
"""
ONE = f"{tiny_book.CELLS}\n# One\n\n## A start\n\nIt was {{glue:text}}`now`.\n\n{CELL}"
TWO = "# Two\n\n## A part\n\nText.\n\n## Another\n\n```{math}\n:label: eq-b\nb\n```\n\nText.\n"
CHAPTERS = {"one": ONE, "two": TWO}
OTHERS = {"about": "# About"}


def write(folder: Path, chapters: dict[str, str]) -> None:
    tiny_book.write(folder, chapters, OTHERS, SETTINGS)


def build(folder: Path, *options: str) -> None:
    result = tiny_book.build(folder, "html", *options)
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write(folder, CHAPTERS)
    build(folder)
    return folder


def files(folder: Path) -> dict[str, int]:
    """The notebooks of a build and when they were written."""
    found = (folder / "notebooks").rglob("*.ipynb")
    return {path.relative_to(folder / "notebooks").as_posix(): path.stat().st_mtime_ns for path in found}


def read(folder: Path, path: str) -> nbformat.NotebookNode:
    return nbformat.read(folder / "notebooks" / path, as_version=4)


def names(*chapters: str) -> set[str]:
    return {f"{part}{chapter}.ipynb" for part in ("", "with-solutions/", "as-run/") for chapter in chapters}


def test_chapters_have_notebooks_and_other_pages_have_none(built):
    assert files(built).keys() == names("one", "two")


def test_the_site_has_a_copy_of_those_for_students(built):
    copies = {path.name: path.read_bytes() for path in (built / "html" / "notebooks").iterdir()}
    wanted = [built / "notebooks" / name for name in ("one.ipynb", "two.ipynb")]
    assert copies == {path.name: path.read_bytes() for path in wanted}


def test_page_and_notebooks_have_the_number_of_the_run(built):
    page = BeautifulSoup((built / "html" / "one.html").read_text(), "html.parser")
    (number,) = re.findall(r"It was ([\d,]{19,})\.", page.get_text())
    for path in ("one.ipynb", "with-solutions/one.ipynb"):
        assert read(built, path).cells[2].source.endswith(f"It was {number}.")
    hidden, shown = (cell for cell in read(built, "as-run/one.ipynb").cells if cell.cell_type == "code")
    assert number in str(hidden.outputs)
    assert shown.outputs[0].text == "2\n"


# The book is built again after each change, and the tests go on from there.


def test_a_chapter_that_is_not_written_again_keeps_its_notebooks_and_other_sections_their_ids(built):
    before, cells = files(built), read(built, "two.ipynb").cells
    (built / "two.md").write_text(TWO.replace("## Another", "More.\n\n```python\npass\n```\n\n## Another"))
    build(built)
    after, new = files(built), read(built, "two.ipynb").cells
    assert {name for name in after if after[name] != before[name]} == names("two")
    changed = [cell.id for cell, other in zip(new, cells, strict=True) if cell != other]
    assert changed == ["a-part-1"]


def test_a_notebook_that_is_missing_is_made_again(built):
    before, there = read(built, "one.ipynb"), files(built)
    (built / "notebooks" / "one.ipynb").unlink()
    build(built)
    assert read(built, "one.ipynb") == before  # with the same number, for no cell was run
    assert files(built)["two.ipynb"] == there["two.ipynb"]


def test_a_number_that_another_page_changes_reaches_the_notebooks(built):
    write(built, dict(reversed(CHAPTERS.items())))  # what was chapter 2 is chapter 1
    build(built)
    for path in ("two.ipynb", "with-solutions/two.ipynb"):
        text = "\n".join(cell.source for cell in read(built, path).cells)
        assert "> Chapter 1 of" in text
        assert re.findall(r"^#+ [\d.]+|\\tag.*", text, re.M) == ["# 1.", "## 1.1.", "## 1.2.", r"\tag{1.1}"]


def test_another_version_of_the_package_writes_all_again(built):
    assert read(built, "two.ipynb").metadata.nnbook == {"chapter": "two", "version": package_version()}
    before = files(built)
    build(built, "-D", "nnbook_version=9.9")
    after = files(built)
    assert [name for name in after if after[name] == before[name]] == []


def test_a_chapter_that_is_dropped_loses_its_notebooks(built):
    write(built, {"two": TWO})
    build(built)
    assert files(built).keys() == names("two")
    assert [path.name for path in (built / "html" / "notebooks").iterdir()] == ["two.ipynb"]
