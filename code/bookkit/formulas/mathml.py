r"""TeX as MathML, the language for formulas that browsers draw themselves.

math-core (https://github.com/tmke8/math-core) reads the TeX. What it does not know is here: the environment
`split`, lines without an environment, numbers with a comma between their thousands; and what it writes so
that browsers draw it badly: primes, large brackets with an index, a plus at the start of a line.
"""

import re
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from math_core import LatexError, LatexToMathML

ENTITIES = {"&ApplyFunction;": "\u2061"}  # XML, and so EPUB, knows them by their characters only
SUMS = set("+−±∓")
PRIMES = set("′″‴")
# The page numbers its formulas itself, so that an environment that would do so is one that does not.
ENVIRONMENTS = {"split": "aligned", "align": "aligned", "gather": "gathered", "equation": None}
ENVIRONMENT = re.compile(rf"\\(begin|end)\{{({'|'.join(ENVIRONMENTS)})\*?\}}")

# \widetilde is "unreliable" only in how wide the tilde is, which no reader of a formula depends on.
converter = LatexToMathML(allow_unreliable_rendering=True, fancy_error=False)


class CannotSet(Exception):
    """A formula that cannot be set; says why and where."""


@cache
def mathml(tex: str, display: bool) -> str:
    """A formula as a `<math>` element.

    Raises CannotSet, if something in it is unknown or wrong.
    """
    tex = prepared(tex, display)
    try:
        written = converter.convert_with_local_state(tex, displaystyle=display)
    except LatexError as error:
        place, _, reason = str(error).partition(": ")
        raise CannotSet(f"{reason} Here: {tex[int(place) :][:40] or tex[-40:]}") from error
    for entity, character in ENTITIES.items():
        written = written.replace(entity, character)
    return text_of(tidied(ElementTree.fromstring(written)))


def prepared(tex: str, display: bool) -> str:
    """The formula in words that math-core knows."""
    tex = ENVIRONMENT.sub(renamed, tex)
    if not display:
        return tex
    parts = [part.strip() for part in re.split(r"\n[ \t]*\n", tex) if part.strip()]
    tex = r" \\ ".join(parts)
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if has_lines(tex) else tex


def renamed(found: re.Match) -> str:
    """The beginning or the end of an environment under the name that math-core has for it."""
    name = ENVIRONMENTS[found[2]]
    return rf"\{found[1]}{{{name}}}" if name else ""


def has_lines(tex: str) -> bool:
    r"""Whether the formula has a line break, `\\`, that is in no environment and in no braces."""
    depth = 0
    for token in re.findall(r"\\begin|\\end|\\\\|\\.|[{}]", tex, flags=re.DOTALL):
        depth += {"\\begin": 1, "{": 1, "\\end": -1, "}": -1}.get(token, 0)
        if token == r"\\" and depth == 0:
            return True
    return False


def tidied(formula: Element) -> Element:
    """The formula as browsers draw it well."""
    for element in list(formula.iter()):
        join_thousands(element)
        if element.tag == "mtd":
            keep_space_of_sum(element)
        if element.tag in ("msup", "msub", "msubsup"):
            let_bracket_grow(element)
        if element.tag == "msup":
            set_prime(element)
    return formula


def join_thousands(row: Element) -> None:
    """Make 10{,}000 one number, not two and a comma."""
    for before, comma, after in zip(list(row), list(row)[1:], list(row)[2:], strict=False):
        if before.tag == after.tag == "mn" and is_thin(comma) and re.fullmatch(r"\d{3}", after.text):
            after.text = f"{before.text},{after.text}"
            row.remove(before)
            row.remove(comma)


def is_thin(sign: Element) -> bool:
    """Whether the sign is a comma without space, `{,}`."""
    return sign.tag == "mo" and sign.text == "," and sign.get("rspace") == "0"


def keep_space_of_sum(cell: Element) -> None:
    """Give a plus or minus after `&` the space of a sum, which goes on from the line above, as in TeX."""
    joins = "padding-left: 0" in cell.get("style", "")
    if joins and len(cell) > 1 and cell[0].tag == "mo" and cell[0].text in SUMS:
        cell[0].set("form", "infix")


def let_bracket_grow(indexed: Element) -> None:
    """Put a large bracket with an index into a row of its own: else it is drawn small."""
    if indexed[0].get("minsize"):
        indexed[0] = in_row(indexed[0])


def set_prime(raised: Element) -> None:
    """Set a prime beside its letter: its sign is small and high already, and would be raised twice."""
    letter, index = raised
    primes = index if index.tag == "mrow" else [index]
    if not (len(primes) and primes[0].text and set(primes[0].text) <= PRIMES):
        return
    prime = primes[0]
    prime.attrib.update(lspace="0", rspace="0")
    if len(primes) == 1:
        raised.tag = "mrow"
        raised[:] = [letter, prime]
    else:
        index.remove(prime)
        raised[0] = in_row(letter, prime)


def in_row(*elements: Element) -> Element:
    """A row of these elements."""
    row = Element("mrow")
    row.extend(elements)
    return row


def text_of(element: Element) -> str:
    """An element as it is written in a page."""
    return ElementTree.tostring(element, encoding="unicode")
