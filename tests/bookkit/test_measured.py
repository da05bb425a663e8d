"""What a build measured stands on its pages: claims, times, versions."""

import os
import platform
import re

import pytest
from bs4 import BeautifulSoup
from nnbook import data

from tests.bookkit import tiny_book

CELL = "```{code-cell} ipython3\n"
HIDDEN = f"{CELL}:tags: [remove-cell]\n"
FIRST = f"""\
{tiny_book.CELLS}
# The first

```{{chapter-times}}
```

Five words stand here, $x$.

{CELL}print("seven words that nobody has to read")
```

{HIDDEN}from nnbook.claims import claim
claim("two is small", 2, high=3)
claim("three seeds agree", [0.91, 0.92, 0.93], 0.9, 1)
claim("it is so", True)
claim("the network has 397,500 parameters", 397_500, 397_500, 397_500)
```

```{{code-cell}} ipython3
:tags: [hide-input]
folded = "code that is folded away is not counted"
```

It is {{chosen}}`98 %` of {{chosen}}`0.9794`.

```{{exercise}}
:label: ex
Why?
```

```{{solution}} ex
Words of a solution are not counted.
```
"""
# Without nnbook, whose import takes longer than the rest.
RECORD = '{"application/vnd.nnbook.claim+json": {"text": TEXT, "values": [VALUE], "low": 0, "high": None}}'
SECOND = f"{tiny_book.CELLS}\n# The second\n\n{CELL}import time\nprint('run', time.time_ns())\n```\n\n" + (
    f"{HIDDEN}display({RECORD}, raw=True)\n```\n"
)
OTHERS = {
    "a-list": "# All claims\n\n```{claim-list}\n```\n",
    "report": "# Report\n\n```{build-report}\n```\n",
    "no-cells": "# Without cells\n\n```{chapter-times}\n```\n",
}


def second(text, value):
    return SECOND.replace("TEXT", repr(text)).replace("VALUE", str(value))


def page(folder, name):
    return BeautifulSoup((folder / "html" / f"{name}.html").read_text(), "html.parser")


def words(soup):
    return " ".join(soup.get_text().split())


def build(folder, *options):
    result = tiny_book.build(folder, "html", "-n", *options)
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of a book of two chapters that was built on a certain day."""
    folder = tmp_path_factory.mktemp("measured")
    tiny_book.write(folder, {"z-first": FIRST, "second": second("four is a square", 4)}, OTHERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1735689600")
        build(folder)
    return folder


def rows(table):
    return [[words(cell) for cell in row.select("td")] for row in table.select("tbody tr")]


def test_claims_are_listed_by_chapter_in_the_order_of_the_book(built):
    sections = page(built, "a-list").select("section section")
    assert [section.find(re.compile("h[1-6]")).a["href"] for section in sections] == [
        "z-first.html",
        "second.html",
    ]
    assert rows(sections[0].table) == [
        ["two is small", "2", "at most 3"],
        ["three seeds agree", "0.920 ± 0.010 (3 values)", "between 0.9 and 1"],
        ["it is so", "true", "true"],
        ["the network has 397,500 parameters", "397,500", "exactly 397,500"],
    ]
    assert rows(sections[1].table) == [["four is a square", "4", "at least 0"]]


def test_the_list_counts_the_claims_and_names_the_data(built, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    text = f"Claims that were asserted in this build, and held: 5. {data.mnist_source()}"
    assert text in words(page(built, "a-list"))


def test_numbers_that_were_typed_on_purpose_are_listed(built):
    sections = page(built, "a-list").select("section section")
    assert "Chosen or quoted, not measured: 98 %; 0.9794." in words(sections[0])
    assert "Chosen" not in words(sections[1])


def test_claims_do_not_show_in_their_chapter(built):
    assert "two is small" not in words(page(built, "z-first"))


def test_times_of_a_chapter(built):
    line = words(page(built, "z-first").select_one("p.chapter-times"))
    # Title 2, sentence 5, code 7, sentence 5, exercise: title 1 and text 1.
    assert re.fullmatch(
        r"To read about 5 minutes \(21 words, shown code included, at 100 a minute\)\. "
        r"To run \d+ seconds when this page was made\.",
        line,
    )


def test_times_of_a_page_without_cells(built):
    line = words(page(built, "no-cells").select_one("p.chapter-times"))
    assert line == "To read about 5 minutes (2 words, shown code included, at 100 a minute)."


def test_report_has_the_seconds_of_each_chapter(built):
    table = rows(page(built, "report").select("table")[0])
    assert [row[0] for row in table] == ["The first", "The second", "Together"]
    first, second, together = (float(seconds) for _, seconds, *_ in table)
    assert first > 0
    assert second > 0
    assert together == pytest.approx(first + second, abs=0.11)
    assert all(0 < float(cpu) < float(budget) for _, _, cpu, budget in table)
    shown = re.search(r"To run (\d+) seconds", words(page(built, "z-first")))
    assert int(shown[1]) == pytest.approx(first, abs=0.6)


def test_report_has_the_versions_that_were_used(built):
    table = dict(rows(page(built, "report").select("table")[1]))
    assert table["Python"] == platform.python_version()
    assert {"nnbook", "torch", "numpy", "sphinx", "jupyter-book"} <= table.keys()


def test_report_has_day_machine_and_data(built, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    text = words(page(built, "report"))
    assert f"Built on 01 January 2025 on {os.cpu_count()} processors" in text
    assert str(data.mnist_source()) in text


def test_lists_follow_what_changed_and_keep_the_rest(tmp_path):
    chapters = {"first": second("one is odd", 1), "second": second("four is a square", 4)}
    tiny_book.write(tmp_path, chapters, OTHERS)
    build(tmp_path)
    run = words(page(tmp_path, "first").select_one(".cell_output"))
    seconds = rows(page(tmp_path, "report").table)

    (tmp_path / "second.md").write_text(second("nine is a square", 9))
    build(tmp_path)
    found = [rows(table) for table in page(tmp_path, "a-list").select("table")]
    assert found == [[["one is odd", "1", "at least 0"]], [["nine is a square", "9", "at least 0"]]]
    assert rows(page(tmp_path, "report").table)[0] == seconds[0]

    said = build(tmp_path, "-E")  # all pages anew, their outputs from the cache
    assert "is run" not in said
    assert [rows(table) for table in page(tmp_path, "a-list").select("table")] == found
    assert words(page(tmp_path, "first").select_one(".cell_output")) == run
    assert rows(page(tmp_path, "report").table)[0] == seconds[0]
