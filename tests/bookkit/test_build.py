"""The build cannot lie: a small book is broken or changed, and its build fails or runs cells again.

The small book has the settings, the extensions and the package of the book itself.
"""

import math
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from nnbook.mnist_files import SUMS, idx_header, sha256_sums

from tests.bookkit.small_book import add, cell, fails, kept, make, replace, run, succeeds
from tests.building import STRICT, build

FIGURE = """\
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

class Line(Line2D):
    def draw(self, renderer):
        raise ValueError("it fails")

plt.gca().add_artist(Line([0, 1], [0, 1]));"""

TABLE = """\
class Table:
    def _repr_html_(self):
        raise ValueError("it fails")
"""

STRAY = """\
import sys

print("stray", file=sys.stderr)"""

# Each of these fails the plain command and the strict one.
FAILURES = {
    "statement": cell('raise ValueError("it fails")'),
    "figure": cell(FIGURE),
    "last value": cell(f"{TABLE}\nTable()"),
    "hidden value": cell(f":tags: [remove-output]\n{TABLE}\ndisplay(Table())"),
}

# Page, text and message: each of these fails the strict command.
WARNINGS = {
    "stderr": ("page.md", cell(STRAY), "wrote to stderr:\nstray"),
    "hidden stderr": ("page.md", cell(f":tags: [remove-cell]\n{STRAY}"), "wrote to stderr:\nstray"),
    "Python": ("page.md", cell('import warnings\nwarnings.warn("old ways")'), "UserWarning: old ways"),
    "reference": ("index.md", "{ref}`nowhere`", "undefined label: 'nowhere'"),
    "figure number": ("index.md", "{numref}`nowhere`", "undefined label: 'nowhere'"),
    "equation number": ("index.md", "{eq}`nowhere`", "equation not found: nowhere"),
    "link": ("index.md", "[a page](nowhere.md)", "cross-reference target not found: 'nowhere.md'"),
    "citation": ("index.md", "{cite}`nobody`", 'could not find bibtex key "nobody"'),
    "image": (
        "index.md",
        "So ![a picture that is not there](nowhere.png) it is.",
        "image file not readable: book/nowhere.png",
    ),
    "term": ("index.md", "{term}`nothing`", "term not in glossary: 'nothing'"),
    "page": ("index.md", "{doc}`nowhere`", "unknown document: 'nowhere'"),
    "heading": ("index.md", "#### Too deep", "Non-consecutive header level increase"),
}


@pytest.fixture(scope="module", autouse=True)
def broken(good, tmp_path_factory):
    """The logs of the builds of each broken book; there are many, so they run beside the first tests."""
    folder = tmp_path_factory.mktemp("broken")

    def break_and_build(name, page, text, *commands):
        copy = shutil.copytree(good, folder / name)
        add(copy, page, text)
        return [fails(make(copy, *options)) for options in commands]

    with ThreadPoolExecutor(2) as pool:
        builds = {}
        for name, text in FAILURES.items():
            builds[name] = pool.submit(break_and_build, name, "page.md", text, [], STRICT)
        for name, (page, text, _) in WARNINGS.items():
            builds[name] = pool.submit(break_and_build, name, page, text, STRICT)
        yield builds
        pool.shutdown(cancel_futures=True)


def write_blank_digits(raw):
    """Files that pass for the full set, by a file of checksums: all images are white and show a 0."""
    raw.mkdir(parents=True)
    for part, n in (("train", 60_000), ("t10k", 10_000)):
        for file, shape in (("images-idx3", (n, 28, 28)), ("labels-idx1", (n,))):
            with (raw / f"{part}-{file}-ubyte").open("wb") as output:
                output.write(idx_header(shape))
                output.truncate(output.tell() + math.prod(shape))
    (raw / SUMS).write_text(sha256_sums(raw))


def test_all_pages_that_fail_are_named(book):
    add(book, "page.md", FAILURES["statement"])
    add(book, "figure.md", FAILURES["statement"])
    assert "Cells failed in book/figure, book/page" in fails(make(book))


def test_a_failure_is_not_kept_in_the_cache(book, good):
    add(book, "page.md", cell(f"{TABLE}\ndisplay(Table())"))
    assert "Cells failed in book/page" in fails(make(book))
    assert kept(book) == kept(good)


def test_a_build_sees_what_a_fresh_one_would_see(book):
    add(book, "index.md", "{py:func}`nowhere`")
    succeeds(make(book))
    for _ in range(2):
        assert "py:func reference target not found: nowhere" in fails(make(book, *STRICT))
    replace(book, "book/index.md", "{py:func}`nowhere`", "")
    succeeds(make(book, *STRICT))
    replace(book, "book/page.md", "(page)=", "")
    log = fails(make(book, *STRICT))
    assert re.search(r"book/figure\.md:\d+: WARNING: undefined label: 'page'", log)


@pytest.mark.parametrize("name", ["code/nnbook/nnbook.mplstyle", "requirements.txt"])
def test_a_change_in_the_package_or_the_requirements_runs_the_cells_again(book, name):
    before = run(book)
    with (book / name).open("a") as file:
        file.write("\n# a change\n")
    succeeds(make(book, *STRICT))
    assert run(book) > before


def test_a_change_in_the_data_runs_the_cells_again_and_a_change_back_does_not(book):
    before = run(book)
    write_blank_digits(book / "digits" / "MNIST" / "raw")
    succeeds(make(book, *STRICT, digits="digits"))
    assert run(book) > before
    assert run(book)[1] == str(book / "digits")  # the cells, which run in another folder, find them too
    succeeds(make(book, *STRICT))
    assert run(book) == before == (before[0], "subset")


def test_a_damaged_run_is_run_again(book):
    before = run(book)
    for path in (book / "_build").glob(".kept/*/book.page.*.ipynb"):
        path.write_bytes(path.read_bytes().replace(b"run 1", b"run 2"))
    (book / "_build/.doctrees/environment.pickle").unlink()
    assert "was damaged" in succeeds(make(book, *STRICT))
    assert run(book) > before
    for path in (book / "_build").glob(".kept/*/book.page.*.json"):
        path.write_text("rubbish")
    before = run(book)
    succeeds(make(book, *STRICT))
    assert run(book) > before


@pytest.mark.parametrize("options", [[], STRICT], ids=["plain", "strict"])
def test_data_that_are_not_there_end_the_build_with_one_sentence(book, tmp_path, options):
    log = fails(make(book, *options, digits=tmp_path / "nowhere"))
    assert "Traceback" not in log
    assert re.fullmatch(
        r"NNBOOK_DATA names .*nowhere, which holds no folder MNIST/raw: .*\.", log.splitlines()[-1]
    )


def test_a_package_from_elsewhere_ends_the_build_with_one_sentence(book, good):
    log = fails(build(book, PYTHONPATH=str(good / "code"), NNBOOK_DATA="subset"))
    assert "Traceback" not in log
    assert f"run `pip install -e .` in {book}." in log.splitlines()[-1]


@pytest.mark.parametrize("name", FAILURES)
def test_a_failing_cell_fails_the_plain_command_and_then_the_strict_one(broken, name):
    for log in broken[name].result():
        assert re.search(r"book/page\.md:\d+: ERROR: this cell failed:", log)
        assert "ValueError: it fails" in log
        assert "Cells failed in book/page" in log


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_fails_the_strict_command(broken, name):
    (log,) = broken[name].result()
    _, _, message = WARNINGS[name]
    assert message in log
    assert "build finished with problems, 1 warning" in log
