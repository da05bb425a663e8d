"""The notebooks of the chapters are sound, and say what the site says."""

import ast
import builtins
import json
import re
import subprocess
import sys
from urllib.parse import urldefrag

import jupytext
import nbformat
import pytest
from bookkit.addresses import STUDENTS, TEACHERS, addresses, chapters, notebook
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from tests.building import ROOT

PAGES = list(chapters())
PATHS = [notebook(page, folder) for page in PAGES for folder in (STUDENTS, TEACHERS)]
CODE = re.compile(r"(?P<fence>`{3,}).*?(?P=fence)|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.S)
# What only a page has, and the numbers that are compared below.
ONLY_ON_PAGES = (
    ".cell, .headerlink, .report-link, .report-line, .chapter-times, .section-time, label[for$='-0'], "
    ".exercise-level, .eqno"
)
BESIDE = ".claim-mark, .margin-note, .exercise-done"  # what a page has beside its text
PIECES = "p, li, td, th, figcaption, h1, h2, h3, pre, label, summary, div.math"


@pytest.fixture(scope="module")
def made(notebooks) -> dict[str, nbformat.NotebookNode]:
    """The notebooks, by path."""
    return {path: nbformat.read(notebooks / path, as_version=4) for path in PATHS}


def texts(found: nbformat.NotebookNode) -> list[str]:
    """The cells of text of a notebook."""
    return [cell.source for cell in found.cells if cell.cell_type == "markdown"]


def code(found: nbformat.NotebookNode) -> list[str]:
    """The cells of code of a notebook."""
    return [cell.source for cell in found.cells if cell.cell_type == "code"]


def source_of(page: str) -> str:
    """The source of a chapter."""
    return (ROOT / f"{page}.md").read_text(encoding="utf-8")


# The files


@pytest.mark.parametrize("path", PATHS)
def test_notebook_is_valid_without_outputs_and_its_ids_are_told_apart(path, made):
    found = made[path]
    nbformat.validate(found)
    assert [cell.id for cell in found.cells if cell.get("outputs") or cell.get("execution_count")] == []
    ids = [cell.id for cell in found.cells]
    assert len(ids) == len(set(ids))
    assert not any("papermill" in json.dumps(cell) or "mystnb" in json.dumps(cell) for cell in found.cells)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_left_unresolved(path, made):
    for text in texts(made[path]):
        assert not re.search(r"^ *(`{3,}|:{3,}) *\{", text, re.M), text
        prose = CODE.sub("", text)
        assert not re.search(r"\{[\w:+-]+\}`|^\([\w-]+\)=|^%|^:[\w-]+:|^:::", prose, re.M), text
        assert "`" not in prose, text


@pytest.mark.parametrize("path", PATHS)
def test_there_and_back_the_text_is_the_same(path, made):
    there = jupytext.writes(made[path], fmt="md:myst")
    back = jupytext.reads(there, fmt="md:myst")
    assert code(back) == code(made[path])
    assert "\n\n".join(texts(back)) == "\n\n".join(texts(made[path]))


@pytest.mark.parametrize("page", PAGES)
def test_students_get_all_but_the_solutions(page, made):
    starters, solutions, inside = [], [], None
    for cell in jupytext.reads(source_of(page), fmt="md:myst").cells:
        if cell.cell_type == "markdown":
            marks = re.findall(r"\{(exercise|solution)-(start|end)\}", cell.source)
            inside = marks[-1][0] if marks and marks[-1][1] == "start" else None if marks else inside
        elif "remove-cell" not in cell.metadata.get("tags", []):
            (solutions if inside == "solution" else starters if inside else []).append(cell.source)
    students, teachers = code(made[notebook(page)]), code(made[notebook(page, TEACHERS)])
    assert [cell for cell in starters if cell not in students] == []
    assert [cell for cell in solutions if cell not in teachers] == []
    assert [cell for cell in solutions if cell in students and cell not in starters] == []
    assert [cell for cell in teachers if cell not in solutions] == students

    count = source_of(page).count("{solution-start}")
    links = re.findall(r"\[The solution\]\((.*?)\)", "\n".join(texts(made[notebook(page)])))
    assert len(links) == count
    assert "\n".join(texts(made[notebook(page, TEACHERS)])).count("#### Solution of exercise") == count


@pytest.mark.parametrize("path", PATHS)
def test_no_cell_needs_what_only_a_solution_or_a_hidden_cell_defines(path, made):
    known = set(dir(builtins)) | {"display", "get_ipython", "__name__"}
    for cell in code(made[path]):
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


def test_drawing_cells_are_folded_and_hidden_cells_left_out(made):
    for page in PAGES:
        source = jupytext.reads(source_of(page), fmt="md:myst")
        cells = {cell.source: cell for cell in made[notebook(page, TEACHERS)].cells}
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
    """The chapters of the built site, their formulas as TeX."""
    pages = {
        page: BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser").article
        for page in PAGES
    }
    for article in pages.values():
        for beside in article.select(BESIDE):
            beside.decompose()
        for number in article.select("h1 > .section-number"):
            number.string = f"{number.get_text().split()[-1].rstrip('.')}. "
        for formula in article.select(".math"):
            (formula.select_one(".formula") or formula).string = formula["data-tex"]
    return pages


def words(text: str) -> str:
    """A text without marks, in single spaces."""
    return " ".join(text.replace("#", "").split())


def letters(text: str) -> str:
    """The letters and digits of a text; Sphinx and the notebook have lines of formulas split alike."""
    return re.sub(r"\\(begin|end)\{split\}|\W|_", "", text)


def plain(markdown: str) -> str:
    """The words of Markdown."""
    return BeautifulSoup(MarkdownIt().enable("table").render(markdown), "html.parser").get_text()


@pytest.mark.parametrize("page", PAGES)
def test_every_piece_of_text_of_the_page_is_in_the_notebook_with_its_numbers(page, built, made):
    article = BeautifulSoup(str(built[page]), "html.parser")
    for only_here in article.select(ONLY_ON_PAGES):
        only_here.decompose()
    pieces = [piece.get_text() for piece in article.select(PIECES) if not piece.select_one(PIECES)]
    in_notebook = letters(plain("\n\n".join(texts(made[notebook(page, TEACHERS)]))))
    assert [piece for piece in pieces if letters(piece) not in in_notebook] == []
    assert sum(bool(re.search(r"\d", piece)) for piece in pieces) > 50


@pytest.mark.parametrize("page", PAGES)
def test_numbers_of_equations_figures_exercises_sections_and_questions_are_those_of_the_site(
    page, built, made
):
    text, article = "\n".join(texts(made[notebook(page, TEACHERS)])), built[page]
    equations = [number.get_text().strip("()#") for number in article.select(".eqno")]
    assert re.findall(r"\\tag\{([\d.]+)\}", text) == equations
    figures = [number.get_text().strip() for number in article.select("figcaption .caption-number")]
    assert [number.rstrip(".") for number in re.findall(r"^\*\*(Fig\. [\d.]+)\*\*", text, re.M)] == figures
    titles = [words(title.get_text()) for title in article.select(".exercise > .admonition-title")]
    own = re.findall(r"^### (Exercise [\d.]+): .*\n\n\*(.*)\*", text, re.M)
    assert [" ".join(title.split()[:2]) for title in titles] == [number for number, _ in own]
    assert [title.endswith(level) for title, (_, level) in zip(titles, own, strict=True)] == [True] * len(own)
    headings = [
        words(heading.get_text()).split(" ")[0]
        for heading in article.select("h1, section > h2, section > h3")
    ]
    assert re.findall(r"^#{1,3} ([\d.]+\.) ", text, re.M) == headings
    questions = [words(title.get_text()) for title in article.select(".quiz-title")]
    assert [words(q.replace("*", "")) for q in re.findall(r"^\*\*Question .*", text, re.M)] == questions


@pytest.mark.parametrize("page", PAGES)
def test_sources_and_references_have_the_words_of_the_site(page, built, made):
    text, article = "\n".join(texts(made[notebook(page, TEACHERS)])), built[page]
    listed = [letters(item.find_all("p")[-1].get_text()) for item in article.select(".citation")]
    own = re.findall(r"^\d+\. (.*)", text.split("Further reading\n")[-1], re.M)
    assert [letters(plain(source)) for source in own] == listed

    shown = [
        link.get_text()
        for link in article.select("p:not(.chapter-times) a.reference.internal, li a.reference.internal")
    ]
    in_notebook = letters(plain(text))
    assert [word for word in shown if letters(word) not in in_notebook and not word.isdigit()] == []


def test_links_to_the_site_lead_somewhere(site, made):
    start, anchors = addresses().site, {}
    found = {
        link
        for one in made.values()
        for text in texts(one)
        for link in re.findall(r"\]\((http[^)\s]+)\)", text)
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


def tagged(found: nbformat.NotebookNode, tag: str) -> list[str]:
    """The cells with a tag."""
    return [cell.source for cell in found.cells if tag in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("page", PAGES)
def test_live_cells_run_with_numpy_alone(page, made):
    live = tagged(made[notebook(page, TEACHERS)], "live")
    known = {*dir(builtins), "np", "math"}
    for cell in live:  # what only a call would need, too
        used, defined = names(ast.parse(cell))
        assert used - known - defined == set(), cell
        known |= defined
    command = [sys.executable, "-c", RUN_LIVE]
    result = subprocess.run(command, input=json.dumps(live), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"


def test_some_cells_are_live(made):
    assert sum(len(tagged(made[notebook(page)], "live")) for page in PAGES) > 5
