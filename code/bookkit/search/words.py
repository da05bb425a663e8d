"""The words of a page as a reader sees them: a block a line, formulas as plain text, no outputs."""

import re
from collections.abc import Iterator
from functools import cache

from docutils import nodes
from pylatexenc.latex2text import LatexNodes2Text
from sphinx import addnodes
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

BLOCKS = (nodes.paragraph, nodes.row, nodes.caption, nodes.rubric, nodes.term, nodes.line, nodes.attribution)
# What is found under a name of its own, and what is not prose.
ASIDE = (
    *(nodes.title, addnodes.glossary, addnodes.desc, nodes.citation),
    *(nodes.raw, nodes.comment, nodes.math_block, nodes.substitution_definition, addnodes.index),
)
ASIDE_CLASSES = {"section-time", "hint", "term-uses", "chapter-times", "exercise-list"}
FORM = re.compile(r"<(/?)form\b")
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def prose(node: nodes.Element) -> list[str]:
    """The blocks of text in a node, each on one line; of what cells gave out, only the captions."""
    found = []
    for child in own(node):
        if isinstance(child, BLOCKS):
            found.append(one_line(child))
        elif "cell_output" in child.get("classes", []):
            found += map(one_line, child.findall(nodes.caption))
        elif not isinstance(child, nodes.literal_block):
            found += prose(child)
    return [block for block in found if block]


def code(node: nodes.Element) -> list[str]:
    """The lines of code in a node."""
    found = []
    for child in own(node):
        if isinstance(child, nodes.literal_block):
            found += [line.strip() for line in child.astext().splitlines()]
        elif "cell_output" not in child.get("classes", []):
            found += code(child)
    return [line for line in found if line]


def own(node: nodes.Element) -> Iterator[nodes.Element]:
    """The elements of a node that speak for it: no hint and no solution, which would give an answer away.

    Nor a quiz, whose elements stand between a piece of raw HTML that opens a form and one that ends it.
    """
    in_quiz = False
    for child in node.children:
        if isinstance(child, nodes.raw):
            for mark in FORM.finditer(child.astext()):
                in_quiz = not mark[1]
        elif isinstance(child, nodes.Element) and not in_quiz and not is_aside(child):
            yield child


def is_aside(node: nodes.Element) -> bool:
    """Whether a node does not speak for what is around it."""
    if ASIDE_CLASSES & set(node.get("classes", [])) or isinstance(node, ASIDE):
        return True
    return is_titled(node) or is_solution_node(node) or is_exercise_node(node)


def is_titled(node: nodes.Node) -> bool:
    """Whether a node is a section with a title; the body of an exercise is one without."""
    return isinstance(node, nodes.section) and isinstance(next(iter(node.children), None), nodes.title)


def one_line(node: nodes.Node) -> str:
    """The text of a node on one line."""
    return " ".join(text(node).split())


def text(node: nodes.Node) -> str:
    """The text of a node; the cells of a table are parted."""
    if isinstance(node, nodes.math):
        return readable(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.raw | nodes.comment | addnodes.index):
        return ""
    between = " · " if isinstance(node, nodes.row) else ""
    return between.join(filter(None, map(text, node.children)))


@cache
def readable(tex: str) -> str:
    """A formula as plain text, as far as that goes: x₁² for x_1^2."""
    plain = LatexNodes2Text(math_mode="text").latex_to_text(f"${tex}$")
    plain = re.sub(r"\^([⊤*])", r"\1", plain)
    plain = re.sub(r"\^([-+]?\d+|[-+])", lambda power: power[1].translate(RAISED), plain)
    plain = re.sub(r"_(\d+)", lambda index: index[1].translate(LOWERED), plain)
    return " ".join(plain.split())
