"""From the resolved nodes of a chapter to the cells of a notebook, with solutions or without.

A section, an exercise, a solution and a question each begin a cell of text. The id of a cell is made from the
name of its place, a section or an exercise, and counts from there: what changes elsewhere leaves it.
"""

import re
import tomllib
from collections import Counter

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from bookkit.addresses import ROOT, STUDENTS, Addresses, notebook
from bookkit.exercises.exercise import level_words, shown_title
from bookkit.notebooks.first_cell import FIRST_CELL
from bookkit.notebooks.markdown import Markdown
from bookkit.pages.deeper import CLASS as DEEPER
from bookkit.quizzes.directive import quiz_question

LICENCE = "Text CC BY 4.0, code MIT"
FOLDED = {"hide-input", "hide-cell"}


class Cells:
    """The cells of a notebook, filled from the nodes of a chapter in their order."""

    def __init__(self, markdown: Markdown, solutions: bool) -> None:
        """Begin without a cell."""
        self.markdown = markdown
        self.solutions = solutions
        self.cells: list[nbformat.NotebookNode] = []
        self.counts: Counter = Counter()
        self.name = "top"  # of the place
        self.last = ""  # the name of the last cell, if text may follow in it

    def add(self, cell: nbformat.NotebookNode, name: str) -> None:
        """Append a cell of the place with this name."""
        self.counts[name] += 1
        cell["id"] = f"{name}-{self.counts[name]}"
        self.cells.append(cell)
        self.last = name if cell.cell_type == "markdown" else ""

    def text(self, text: str, begins: bool = False) -> None:
        """Let the text follow in the same cell if that is of the same place, and if it need not begin one."""
        if not text.strip():
            return
        if begins or self.last != self.name:
            self.add(new_markdown_cell(text), self.name)
        else:
            self.cells[-1].source += f"\n\n{text}"

    def fill(self, contents: list[nodes.Node], level: int = 0) -> None:
        """Take in nodes, in a section of this level."""
        for node in contents:
            if isinstance(node, nodes.section):
                self.fill(node.children, level + 1)
            elif isinstance(node, nodes.title):
                self.name = slug(node.astext()) if level > 1 else self.name
                self.text(self.markdown.heading(node, level), begins=True)
                if level == 1:
                    self.begin()
            elif is_exercise_node(node):
                self.exercise(node)
            elif is_solution_node(node):
                self.solution(node)
            elif isinstance(node, nodes.admonition) and DEEPER in node["classes"]:
                self.deeper(node)
            elif isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
                self.code(node)
            else:
                self.text(self.markdown.of(node), begins=isinstance(node, quiz_question))

    def begin(self) -> None:
        """Put a note below the title, and then the first cell."""
        env, where = self.markdown.env, self.markdown.where
        self.text(opening(env, where, self.solutions))
        first = FIRST_CELL.format(package=where.package, version=package_version())
        self.add(new_code_cell(first), "install")

    def exercise(self, node: nodes.Element) -> None:
        """An exercise with its number and its level; its hint and its solution have its name, too."""
        self.name = node["label"]
        words = self.markdown.numbered("exercise", node)
        title = "".join(map(self.markdown.of, shown_title(node)))
        self.text(f"### {words}: {title}\n\n*{level_words(node)}*", begins=True)
        self.fill(node.children[1:])

    def solution(self, node: nodes.Element) -> None:
        """A solution, or in its place a link to the site's."""
        markdown, exercise = self.markdown, node["target_label"]
        self.name = exercise
        if self.solutions:
            self.name = f"{exercise}-solution"
            self.text(f"#### Solution of exercise {markdown.number('exercise', [exercise])}", begins=True)
            self.fill(node.children[1:])
            self.name = exercise
        else:
            address = markdown.where.page(markdown.docname, exercise)
            self.text(f"[The solution]({address}) is folded below the exercise on the site.")

    def deeper(self, node: nodes.admonition) -> None:
        """What a first reader may skip: where it begins and where it ends is said, for it may hold cells."""
        self.text(f"> **Deeper: {self.markdown.inside(node[0])}** (a first reader may skip this)")
        self.fill(node.children[1:])
        self.text("> *Here the main line goes on.*")

    def code(self, node: nodes.container) -> None:
        """A cell without its outputs; the caption of its figure stands below."""
        metadata, parts = node["cell_metadata"], {part["nb_element"]: part for part in node.children}
        if "cell_code_source" not in parts:
            self.markdown.warn(node, "a notebook needs the code of this cell; fold it with hide-input")
            return
        code = parts["cell_code_source"].astext()
        self.add(new_code_cell(code, metadata=settings(metadata.get("tags", []))), self.name)
        for figure in node.findall(nodes.figure):
            for caption in figure.findall(nodes.caption):
                self.text(self.markdown.caption("figure", figure, caption))
        self.last = ""


def settings(tags: list[str]) -> dict:
    """The metadata that a cell keeps: its tags, and that it is folded, as JupyterLab and as Colab say it."""
    kept = {"tags": tags} if tags else {}
    if FOLDED.intersection(tags):
        kept |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    return kept


def slug(title: str) -> str:
    """A title as a part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "section"


def make(markdown: Markdown, document: nodes.document, solutions: bool) -> nbformat.NotebookNode:
    """The notebook of a chapter.

    markdown: what makes its nodes Markdown.
    document: the chapter, references resolved.
    solutions: whether to keep them.
    """
    cells = Cells(markdown, solutions)
    cells.fill(document.children)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "nnbook": {"chapter": markdown.docname, "version": package_version()},
    }
    made = new_notebook(cells=cells.cells, metadata=metadata)
    nbformat.validate(made)
    return made


def opening(env, where: Addresses, solutions: bool) -> str:
    """The note below the title."""
    (number,), page = env.toc_secnumbers[env.docname][""], env.docname
    exercises = {
        False: "Exercises have a checker and a hint; their solutions are on the site.",
        True: "This is the set for teachers, with solutions; there is "
        f"[one without]({where.file(notebook(page, STUDENTS))}).",
    }
    book, cover = env.titles[env.config.root_doc].astext(), where.page(env.config.root_doc)
    return (
        f"> Chapter {number} of [*{book}*]({cover}), made from [its page]({where.page(page)}). Numbers in "
        "the text are those of the site's own run; in yours the last digits can differ, and times will. "
        f"{exercises[solutions]} {LICENCE}."
    )


def package_version() -> str:
    """The version of the package of this book."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
