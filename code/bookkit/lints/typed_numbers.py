"""Numbers in prose that look measured, though somebody typed them.

Measured numbers come from the run, by `glue`. What only looks measured is marked by its author: a number with
the role {chosen}, a table or another block with the class `chosen`.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from docutils.parsers.rst.roles import CustomRole, generic_custom_role
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.addnodes import desc, pending_xref

CHOSEN = CustomRole("chosen", generic_custom_role, {"classes": ["chosen"]})

NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?!\d|\.\d)")
UNIT = re.compile(
    r"\s?(?:%|‰|±|ms\b|µs\b)"
    r"|\s(?:s|seconds?|minutes?|per cent|times (?:faster|slower|quicker|as (?:fast|slow|long)))\b"
)
MEASURE = re.compile(
    r"(?:±\s?|\b(?:accurac(?:y|ies)|(?:loss|deviation|error|share|ratio)(?:e?s)?)"
    r"(?:\s(?:of|is|was|are|were|near|about|around|to|at|above|below|under|over|only|reaches|falls|rises))*"
    r"\s[≈~]?)$"
)
VERSION = re.compile(r"\b(?:Python|version) $")
BARE = re.compile(r"[-+−]?\d[\d.,]*\s*%?")  # a formula that is but a number
BLOT = "▪"
NO_PROSE = (nodes.Text, nodes.Inline, nodes.FixedTextElement, nodes.Invisible, nodes.math_block, desc)


def measured_looking(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of each number that looks measured.

    It has a unit of time or a per cent sign; or a decimal point, and a word such as loss before it; or a
    decimal point and three digits.
    """
    for match in NUMBER.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        decimal = "." in match[0]
        digits = re.sub(r"e.*|\D", "", match[0]).lstrip("0")
        if (
            UNIT.match(after)
            or (decimal and (MEASURE.search(before) or after.startswith(" times ")))
            or (decimal and len(digits) >= 3 and not VERSION.search(before))
        ):
            yield match.start(), match[0]


def prose(node: nodes.Node) -> Iterator[nodes.TextElement]:
    """The paragraphs, titles, captions and so on under a node.

    Not code, outputs, docstrings, the options of a quiz, and what was chosen.
    """
    if isinstance(node, NO_PROSE) or node.get("nb_element") == "mime_bundle" or "chosen" in node["classes"]:
        return
    if isinstance(node, nodes.TextElement):
        yield node
    else:
        for child in node.children:
            yield from prose(child)


def readable(node: nodes.Node) -> str:
    """The text of a paragraph, with a blot for code, formulas, links, and what was glued or chosen."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.math):
        plain = re.sub(r"\\(?:approx|pm|[ ,;!])|[{}~=]", " ", node.astext()).replace("\\%", "%").strip()
        return plain if BARE.fullmatch(plain) else BLOT
    if isinstance(node, nodes.literal | nodes.reference | pending_xref | PendingGlueReference):
        return BLOT
    if {"pasted-text", "output", "chosen"} & set(node["classes"]):
        return BLOT
    return "".join(map(readable, node.children))
