"""What can be found in a book: the words of its pages, and the index that the builds keep."""

import json
from pathlib import Path

import pytest
from bookkit.search.words import code, prose, readable
from docutils import nodes
from sphinx import addnodes
from sphinx_exercise.nodes import exercise_node, solution_node

from tests.bookkit.small_book import STRICT, add, make, read_and_written, replace, succeeds


def paragraph(*words: str | nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", *(nodes.Text(word) if isinstance(word, str) else word for word in words))


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\delta \hat Y = \frac{2}{N} (\hat Y - Y)", "δŶ = 2/N (Ŷ - Y)"),
        (r"x_1^2 \le 10^{-4}", "x₁² ≤10⁻⁴"),
        (r"X^\top X", "X⊤ X"),
        (r"\lVert \theta \rVert", "‖θ ‖"),
    ],
)
def test_a_formula_is_plain_text(tex, text):
    assert readable(tex).replace(" ", "") == text.replace(" ", "")


def test_prose_is_what_a_reader_reads_a_block_a_line():
    formula = nodes.math("", r"e^{z_1}")
    inner = nodes.section("", nodes.title("", "Its own"), paragraph("elsewhere"), ids=["own"])
    cells = [nodes.entry("", paragraph(word)) for word in ("rate", "0.1")]
    section = nodes.section("", nodes.title("", "A title"), paragraph("Here  is\n", formula, "."))
    section += [nodes.note("", paragraph("A note.")), nodes.row("", *cells), inner]
    assert prose(section) == ["Here is e^z₁.", "A note.", "rate · 0.1"]


def test_what_gives_an_answer_away_is_not_found():
    section = nodes.section("", nodes.title("", "Exercises"), paragraph("Try."))
    section += [
        exercise_node("", nodes.title("", "Count"), nodes.section("", paragraph("How many?"))),
        nodes.admonition("", nodes.title("", "Hint"), paragraph("Multiply."), classes=["hint", "dropdown"]),
        solution_node("", nodes.title("", "Solution"), nodes.section("", paragraph("44,458."))),
        *(nodes.raw("", '<form class="quiz">', format="html"), paragraph("Which?")),
        *(paragraph("Right, because."), nodes.raw("", "</form>", format="html")),
        addnodes.glossary("", paragraph("a term")),
        paragraph("After."),
    ]
    assert prose(section) == ["Try.", "After."]
    assert prose(section[2]) == ["How many?"]


def test_code_is_what_was_typed_not_what_was_printed():
    typed = nodes.container("", nodes.literal_block("", "import torch\n\nx = 1"), classes=["cell_input"])
    caption = nodes.caption("", "A curve.")
    printed = nodes.container("", nodes.literal_block("", "0.1234"), nodes.figure("", caption))
    printed["classes"] = ["cell_output"]
    section = nodes.section("", nodes.title("", "Run"), nodes.container("", typed, printed, classes=["cell"]))
    assert code(section) == ["import torch", "x = 1"]
    assert prose(section) == ["A curve."]


def index_of(book: Path) -> dict:
    script = (book / "_build/html/_static/search-index.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("searchIndex = ").rstrip(";\n"))


def titles_of(book: Path) -> dict[str, list[str]]:
    index = index_of(book)
    return {
        url: [entry[4] for entry in index["entries"] if index["pages"][entry[0]] == url]
        for url in index["pages"]
    }


def test_the_index_keeps_up_with_the_pages(settled, good):
    script = settled / "_build/html/_static/search-index.js"
    assert script.read_bytes() == (good / "_build/html/_static/search-index.js").read_bytes()
    before = titles_of(settled)
    assert list(before) == ["book/index.html", "book/page.html", "book/figure.html"]  # as in _toc.yml
    add(settled, "figure.md", "## A section\n\nA perihelion.")
    _, written = read_and_written(succeeds(make(settled, *STRICT)))
    assert "page" not in written
    assert titles_of(settled) == {**before, "book/figure.html": [*before["book/figure.html"], "A section"]}
    assert index_of(settled)["entries"][-1][1:] == [
        "section",
        "a-section",
        "",
        "A section",
        "A perihelion.",
        "",
    ]
    at = script.stat().st_mtime_ns
    assert "no targets are out of date" in succeeds(make(settled, *STRICT))
    assert script.stat().st_mtime_ns == at
    replace(settled, "_toc.yml", "  - file: book/figure\n", "")
    make(settled)  # a page that is not in the contents any more
    assert titles_of(settled).keys() == before.keys() - {"book/figure.html"}
