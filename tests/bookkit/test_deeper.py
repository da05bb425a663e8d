"""Folds for what a first reader may skip, and the minutes of sections that do not count them."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.bookkit import tiny_book

CELL = "```{code-cell} ipython3\n"
TEN = "one two three four five six seven eight nine ten"
PAGE = f"""\
{tiny_book.CELLS}
# A chapter

```{{chapter-times}}
```

## The main line

{" ".join([TEN] * 20)}

```{{deeper-start}} Why $x$ is small
:label: why-small
```

{" ".join([TEN] * 30)}

{CELL}print("a cell in", "the fold")
```

```{{deeper-end}}
```

It goes on, see {{ref}}`the fold <why-small>`.

## Short

Few words.

## Exercises

```{{exercise}}
:label: ex
{" ".join([TEN] * 40)}
```
"""
ALONE = "# A\n\n```{deeper-start} Without an end\n```\n\nText.\n\n## B\n\n```{deeper-end}\n```\n"
SETTINGS = 'extensions += ["bookkit.notebooks.written"]\n'


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deeper")
    tiny_book.write(folder, {"chapter": PAGE}, {"alone": ALONE}, SETTINGS)
    result = tiny_book.build(folder, "html", "-n")
    assert result.returncode == 0, result.stdout
    return folder, result.stdout


@pytest.fixture(scope="module")
def page(built):
    return BeautifulSoup((built[0] / "html/chapter.html").read_text(), "html.parser")


def test_what_stands_between_the_marks_is_in_the_fold_and_its_cell_is_run(page):
    (box,) = page.select(".admonition.deeper.dropdown")
    assert box.select_one(".admonition-title").get_text().startswith("Why")
    assert "a cell in the fold" in box.select_one(".cell_output").get_text()
    assert "It goes on" not in box.get_text()


def test_a_fold_can_be_referred_to(page):
    (link,) = [link for link in page.select("a.reference") if link.get_text() == "the fold"]
    (box,) = page.select(".admonition.deeper.dropdown")
    assert link["href"] == f"#{box['id']}"


def test_sections_show_their_minutes_without_the_folds_and_without_the_exercises(page):
    shown = {p.parent.h2.get_text(): p.get_text() for p in page.select("p.section-time")}
    assert {re.search("[A-Z][a-z ]+", title)[0]: text for title, text in shown.items()} == {
        "The main line": "2 minutes",
        "Short": "1 minute",
    }
    line = " ".join(page.select_one("p.chapter-times").get_text().split())
    assert re.match(r"To read about 5 minutes, in 2 sections \(2\d\d words", line)
    assert "Deeper 3 minutes more, in folds that a first reader may skip." in line


def test_marks_that_stand_alone_are_named(built):
    assert re.search(
        r"alone\.md:3: WARNING: this `deeper-start` has no `deeper-end` in its section", built[1]
    )
    assert re.search(
        r"alone\.md:10: WARNING: this `deeper-end` has no `deeper-start` in its section", built[1]
    )
    assert len(re.findall("deeper-", built[1])) == 4


def test_a_notebook_keeps_the_cell_and_says_what_may_be_skipped(built):
    notebook = nbformat.read(built[0] / "notebooks/chapter.ipynb", as_version=4)
    sources = [cell.source for cell in notebook.cells]
    place = next(k for k, source in enumerate(sources) if "a cell in" in source)
    assert "**Deeper: Why $x$ is small** (a first reader may skip this)" in sources[place - 1]
    assert sources[place + 1].startswith("> *Here the main line goes on.*")
