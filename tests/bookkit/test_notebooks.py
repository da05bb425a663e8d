"""The notebooks are what the chapters make of them, and say what the site says."""

import ast
import builtins
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urldefrag

import jupytext
import nbformat
import nnbook
import pytest
from bookkit.addresses import STUDENTS, TEACHERS, addresses, chapters, notebook
from bookkit.notebooks import notebooks
from bookkit.notebooks.first_cell import FIRST_CELL
from bookkit.notebooks.labels import book
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from nnbook import data

from tests.building import ROOT

PAGES = list(chapters())
PATHS = [notebook(page, folder) for page in PAGES for folder in (STUDENTS, TEACHERS)]
CODE = re.compile(r"(?P<fence>`{3,}).*?(?P=fence)|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.S)


@pytest.fixture(scope="module")
def the_book():
    return book()


def read(path: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / path, as_version=4)


def texts(path: str) -> list[str]:
    """The cells of text of a notebook."""
    return [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]


def code(path: str) -> list[str]:
    """The cells of code of a notebook."""
    return [cell.source for cell in read(path).cells if cell.cell_type == "code"]


# The command


def test_every_notebook_is_what_its_chapter_makes_of_it(capsys):
    assert notebooks.main(["--check"]) == 0, capsys.readouterr().out


@pytest.fixture
def elsewhere(monkeypatch, tmp_path, the_book):
    """A folder in place of the repository, with the notebooks of one chapter."""
    page = PAGES[0]
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    monkeypatch.setattr(notebooks, "book", lambda: the_book)
    monkeypatch.setattr(the_book, "chapters", {page: 1})
    monkeypatch.setattr(notebooks, "package_version", lambda: read(notebook(page)).metadata.nnbook.version)
    for folder in (STUDENTS, TEACHERS):
        path = notebook(page, folder)
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    assert notebooks.main(["--check"]) == 0
    return tmp_path


def test_check_names_what_differs_and_writes_nothing(elsewhere, capsys):
    changed, stray = elsewhere / notebook(PAGES[0]), elsewhere / STUDENTS / "no-chapter.ipynb"
    changed.write_text(changed.read_text() + "\n")
    stray.write_text("{}")
    assert notebooks.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert notebook(PAGES[0]) in said
    assert f"{STUDENTS}/no-chapter.ipynb" in said
    assert f"run `{notebooks.COMMAND}`" in said
    assert stray.exists()

    assert notebooks.main([]) == 0
    assert not stray.exists()
    assert changed.read_bytes() == (ROOT / notebook(PAGES[0])).read_bytes()


def test_a_number_that_is_not_kept_is_named_with_the_remedy(elsewhere, capsys):
    path = elsewhere / notebook(PAGES[0], TEACHERS)
    kept = json.loads(path.read_text())
    name = next(iter(kept["metadata"]["nnbook"]["numbers"]))
    del kept["metadata"]["nnbook"]["numbers"][name]
    path.write_text(json.dumps(kept))
    assert notebooks.main([]) == 1
    short = Path(PAGES[0]).name
    wanted = (
        f"{PAGES[0]}.md: no number is kept for {name}: run `jupyter-book build .` with the full data, then "
    )
    assert f"{wanted}`{notebooks.COMMAND} --refresh {short}`" in capsys.readouterr().out


def test_refresh_refuses_numbers_of_the_subset_and_of_another_version(elsewhere, capsys, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    assert notebooks.main(["--refresh"]) == 1
    assert "the data in use are the subset" in capsys.readouterr().out
    if data.mnist_source().name == "full":
        assert notebooks.main(["--refresh"]) == 1  # the folder has no build
        assert "not run as it is now" in capsys.readouterr().out


def test_an_unknown_chapter_is_named(capsys):
    with pytest.raises(SystemExit):
        notebooks.main(["--refresh", "no-chapter"])
    assert "no chapter is called no-chapter" in capsys.readouterr().err


def test_a_new_paragraph_leaves_the_ids_of_other_sections(the_book, monkeypatch):
    page = PAGES[0]
    source = the_book.sources[page]
    before = json.loads(notebooks.make(the_book, page, kept(page), False))["cells"]
    second = [match.start() for match in re.finditer("^## ", source, re.M)][1]
    cell = "One more.\n\n```{code-cell} ipython3\npass\n```\n\n"
    monkeypatch.setitem(the_book.sources, page, source[:second] + cell + source[second:])
    after = json.loads(notebooks.make(the_book, page, kept(page), False))["cells"]
    ids = [cell["id"] for cell in before]
    assert [cell["id"] for cell in after if cell["id"] in ids] == ids
    assert len(after) > len(before)
    unchanged = {json.dumps(cell) for cell in before} & {json.dumps(cell) for cell in after}
    assert len(unchanged) >= len(before) - 1  # the text before it goes on in the same cell


def kept(page: str) -> dict[str, str]:
    """The numbers in the text of a chapter."""
    return notebooks.kept_numbers(ROOT / notebook(page, TEACHERS))


# The files


@pytest.mark.parametrize("path", PATHS)
def test_notebook_is_valid_without_outputs_and_its_ids_are_told_apart(path):
    found = read(path)
    nbformat.validate(found)
    assert [cell.id for cell in found.cells if cell.get("outputs") or cell.get("execution_count")] == []
    ids = [cell.id for cell in found.cells]
    assert len(ids) == len(set(ids))
    assert not any("papermill" in json.dumps(cell) or "mystnb" in json.dumps(cell) for cell in found.cells)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_left_unresolved(path):
    for text in texts(path):
        assert not re.search(r"^ *(`{3,}|:{3,}) *\{", text, re.M), text
        prose = CODE.sub("", text)
        assert not re.search(r"\{[\w:+-]+\}`|^\([\w-]+\)=|^%|^:[\w-]+:|^:::", prose, re.M), text
        assert "`" not in prose, text


@pytest.mark.parametrize("path", PATHS)
def test_there_and_back_the_text_is_the_same(path):
    there = jupytext.writes(read(path), fmt="md:myst")
    back = jupytext.reads(there, fmt="md:myst")
    assert [cell.source for cell in back.cells if cell.cell_type == "code"] == code(path)
    both = [
        "\n\n".join(cells) for cells in (texts(path), [c.source for c in back.cells if c.cell_type != "code"])
    ]
    assert both[0] == both[1]


@pytest.mark.parametrize("page", PAGES)
def test_students_get_all_but_the_solutions(page, the_book):
    starters, solutions, inside = [], [], None
    for cell in jupytext.reads(the_book.sources[page], fmt="md:myst").cells:
        if cell.cell_type == "markdown":
            marks = re.findall(r"\{(exercise|solution)-(start|end)\}", cell.source)
            inside = marks[-1][0] if marks and marks[-1][1] == "start" else None if marks else inside
        elif "remove-cell" not in cell.metadata.get("tags", []):
            (solutions if inside == "solution" else starters if inside else []).append(cell.source)
    students, teachers = code(notebook(page)), code(notebook(page, TEACHERS))
    assert [cell for cell in starters if cell not in students] == []
    assert [cell for cell in solutions if cell not in teachers] == []
    assert [cell for cell in solutions if cell in students and cell not in starters] == []
    assert [cell for cell in teachers if cell not in solutions] == students

    count = the_book.sources[page].count("{solution-start}")
    links = re.findall(r"\[The solution\]\((.*?)\)", "\n".join(texts(notebook(page))))
    assert len(links) == count
    assert "\n".join(texts(notebook(page, TEACHERS))).count("#### Solution of exercise") == count


@pytest.mark.parametrize("path", PATHS)
def test_no_cell_needs_what_only_a_solution_or_a_hidden_cell_defines(path):
    known = set(dir(builtins)) | {"display", "get_ipython", "__name__"}
    for cell in code(path):
        used, defined = names(ast.parse(cell))
        assert used - known - defined == set(), cell
        known |= defined


def names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """The names that code uses, and those that it defines, anywhere in it."""
    used, defined = set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                defined.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                defined.add(name)
            case ast.alias(name=name, asname=asname):
                defined.add(asname or name.split(".")[0])
            case ast.ExceptHandler(name=str(name)):
                defined.add(name)
    return used, defined


def test_drawing_cells_are_folded_and_hidden_cells_left_out(the_book):
    for page in PAGES:
        source = jupytext.reads(the_book.sources[page], fmt="md:myst")
        cells = {cell.source: cell for cell in read(notebook(page, TEACHERS)).cells}
        for cell in source.cells:
            tags = cell.metadata.get("tags", [])
            if "remove-cell" in tags:
                assert cell.source not in cells
            elif "hide-input" in tags:
                assert cells[cell.source].metadata.jupyter.source_hidden is True
                assert cells[cell.source].metadata.cellView == "form"


# Beside the site


@pytest.fixture(scope="module")
def built(site) -> dict[str, BeautifulSoup]:
    """The chapters of the built site."""
    return {
        page: BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser").article
        for page in PAGES
    }


def words(text: str) -> str:
    """A text without marks, in single spaces."""
    return " ".join(text.replace("#", "").split())


@pytest.mark.parametrize("page", PAGES)
def test_numbers_of_equations_figures_exercises_sections_and_questions_are_those_of_the_site(page, built):
    text, article = "\n".join(texts(notebook(page, TEACHERS))), built[page]
    equations = [number.get_text().strip("()#") for number in article.select(".eqno")]
    assert re.findall(r"\\tag\{([\d.]+)\}", text) == equations
    figures = [number.get_text().strip() for number in article.select("figcaption .caption-number")]
    assert [number.rstrip(".") for number in re.findall(r"^\*\*(Fig\. [\d.]+)\*\*", text, re.M)] == figures
    titles = [words(title.get_text()) for title in article.select(".exercise > .admonition-title")]
    own = re.findall(r"^### (Exercise [\d.]+): .*\n\n\*(.*)\*", text, re.M)
    assert [title.split(" (")[0] for title in titles] == [number for number, _ in own]
    assert [title.endswith(level) for title, (_, level) in zip(titles, own, strict=True)] == [True] * len(own)
    headings = [
        words(heading.get_text()).split(" ")[0]
        for heading in article.select("h1, section > h2, section > h3")
    ]
    assert re.findall(r"^#{1,3} ([\d.]+\.) ", text, re.M) == headings
    questions = [words(title.get_text()) for title in article.select(".quiz-title")]
    assert [words(q.replace("*", "")) for q in re.findall(r"^\*\*Question .*", text, re.M)] == questions


@pytest.mark.parametrize("page", PAGES)
def test_sources_and_references_have_the_words_of_the_site(page, built):
    text, article = "\n".join(texts(notebook(page, TEACHERS))), built[page]

    def letters(source: str) -> str:
        return re.sub(r"\W", "", source)

    listed = [letters(item.find_all("p")[-1].get_text()) for item in article.select(".citation")]
    own = re.findall(r"^\d+\. (.*)", text.split("Further reading\n")[-1], re.M)
    assert [letters(plain(source)) for source in own] == listed

    shown = [link.get_text() for link in article.select("p a.reference.internal, li a.reference.internal")]
    in_notebook = plain_links(text)
    assert [word for word in shown if letters(word) not in in_notebook and not word.isdigit()] == []


def plain(markdown: str) -> str:
    """The words of Markdown."""
    return BeautifulSoup(MarkdownIt().render(markdown), "html.parser").get_text()


def plain_links(markdown: str) -> str:
    """All letters of Markdown."""
    return re.sub(r"\W", "", plain(markdown))


def test_links_to_the_site_lead_somewhere(site):
    start, anchors = addresses().site, {}
    found = {
        link for path in PATHS for text in texts(path) for link in re.findall(r"\]\((http[^)\s]+)\)", text)
    }
    own = sorted(link for link in found if link.startswith(start))
    assert len(own) > 100
    broken = []
    for link in own:
        address, anchor = urldefrag(link)
        page = site / address.removeprefix(start)
        if page not in anchors and page.is_file():
            soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
            anchors[page] = {tag["id"] for tag in soup.find_all(id=True)}
        if page not in anchors or (anchor and anchor not in anchors[page]):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_numbers_in_the_text_are_those_of_the_run(page, site, the_book):
    if data.mnist_source().name != "full":
        pytest.skip("the numbers are of the full MNIST set; `python -m nnbook data` fetches it")
    run = notebooks.glued(notebooks.as_run(the_book, page))
    measured = {name for name, (_, tags) in run.items() if "timing" in tags}
    own = {name: text for name, text in kept(page).items() if name not in measured}
    assert [(name, text, run[name][0]) for name, text in own.items() if not alike(text, run[name][0])] == []


NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


def alike(text: str, other: str) -> bool:
    """Whether two texts have the same words, and numbers that another processor's rounding can explain."""
    if NUMBER.sub("", text) != NUMBER.sub("", other):
        return False
    pairs = zip(NUMBER.findall(text), NUMBER.findall(other), strict=True)
    return all(abs(value(a) - value(b)) <= 0.1 * max(abs(value(a)), abs(value(b)), 1e-6) for a, b in pairs)


def value(number: str) -> float:
    return float(number.replace(",", "").replace("−", "-"))


# The first cell, beside what tests/book/test_standalone.py sees of it


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


# Cells that could run in the page

RUN_LIVE = """\
import builtins, json, sys

imported = builtins.__import__

def numpy_only(name, *others, **options):
    # What NumPy imports in turn is NumPy's affair.
    if sys._getframe(1).f_globals is names and name.split(".")[0] not in ("math", "numpy"):
        raise ImportError(f"a cell tagged live imports {name}")
    return imported(name, *others, **options)

names = {"__name__": "live", "__builtins__": dict(vars(builtins), __import__=numpy_only)}
for source in ["import math\\nimport numpy as np", *json.load(sys.stdin)]:
    exec(source, names)
print(sorted({"torch", "nnbook", "matplotlib"} & sys.modules.keys()))
"""


@pytest.mark.parametrize("page", PAGES)
def test_live_cells_run_with_numpy_alone(page):
    live = [
        cell.source
        for cell in read(notebook(page, TEACHERS)).cells
        if "live" in cell.metadata.get("tags", [])
    ]
    known = {*dir(builtins), "np", "math"}
    for cell in live:  # what only a call would need, too
        used, defined = names(ast.parse(cell))
        assert used - known - defined == set(), cell
        known |= defined
    command = [sys.executable, "-c", RUN_LIVE]
    result = subprocess.run(command, input=json.dumps(live), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"


def test_some_cells_are_live():
    tags = [cell.metadata.get("tags", []) for page in PAGES for cell in read(notebook(page)).cells]
    assert sum("live" in names for names in tags) > 5
