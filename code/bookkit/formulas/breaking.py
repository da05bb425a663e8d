"""Where a long formula in a line of text may be broken.

A browser never breaks a `<math>` element. A long formula is therefore written as several, between which it
may break: after a relation first, as TeX does it, then after a comma, then after a plus or minus.
"""

from collections.abc import Iterator
from copy import copy
from xml.etree.ElementTree import Element

LONG = 10  # em: a formula up to this width is never broken
TOO_LONG = 15  # em: what is wider than this in one piece may not fit on a phone
LETTER, SCRIPT = 0.52, 0.7  # em: the width of a letter, about; the size of an index

RELATIONS = set("=<>≤≥≠≈∼≡∝∈→←↦⟺⟹≪≫")
SUMS = set("+−-±")
LISTS = set(",;")
OPENING, CLOSING = set("([{⌊⌈⟨"), set(")]}⌋⌉⟩")
SPACES = dict.fromkeys(RELATIONS, 0.55) | dict.fromkeys(SUMS, 0.45)  # em: around a sign
# The signs after which a formula may be broken, the first first; in how many brackets they may stand; and how
# wide a piece is that is broken there.
STEPS = [
    *[(RELATIONS, 0, LONG), (LISTS, 0, LONG), (SUMS, 0, LONG)],
    *[(RELATIONS, 9, TOO_LONG), (LISTS, 9, TOO_LONG), (SUMS, 9, TOO_LONG)],
]


def pieces(formula: Element) -> list[Element]:
    """The `<math>` elements between which a formula may be broken; the formula alone if it is short."""
    rows = [list(formula)]
    for signs, depth, limit in STEPS:
        cut = [after(row, signs, depth) if sum(map(width, row)) > limit else [row] for row in rows]
        rows = [part for parts in cut for part in parts]
    return [formula] if len(rows) == 1 else [piece(formula, row) for row in rows]


def piece(formula: Element, row: list[Element]) -> Element:
    """A part of a formula as a formula; its last sign keeps the space of a sign between two things."""
    part = Element(formula.tag, formula.attrib)
    part.extend(row)
    if row[-1].tag == "mo" and row[-1].text in RELATIONS | SUMS:
        part[-1] = copy(row[-1])
        part[-1].set("form", "infix")
    return part


def after(row: list[Element], signs: set[str], most: int) -> list[list[Element]]:
    """The row cut after each of the signs that stands between two things, in at most so many brackets."""
    parts, start = [], 0
    for place, depth in depths(row):
        between = 0 < place < len(row) - 1 and not is_open(row[place - 1])
        if depth <= most and (row[place].text or "") in signs and row[place].tag == "mo" and between:
            parts.append(row[start : place + 1])
            start = place + 1
    return [*parts, row[start:]]


def is_open(element: Element) -> bool:
    """Whether something must follow: a sign does not end a thing, unless it closes a bracket."""
    return element.tag == "mo" and element.text not in CLOSING and element.get("form") != "postfix"


def depths(row: list[Element]) -> Iterator[tuple[int, int]]:
    """Each place of the row with the number of brackets that are open there."""
    depth = 0
    for place, element in enumerate(row):
        sign = base(element)
        if sign.tag == "mo":
            depth += sign.text in OPENING or sign.get("form") == "prefix"
            depth -= sign.text in CLOSING or sign.get("form") == "postfix"
        yield place, depth


def base(element: Element) -> Element:
    """What an index stands at; the element itself if it has none."""
    while element.tag in ("msup", "msub", "msubsup") or (element.tag == "mrow" and len(element) == 1):
        element = element[0]
    return element


def width(element: Element) -> float:
    """About how wide an element is, in em."""
    inside = [width(child) for child in element]
    text = (element.text or "").strip("\u2061\u2063")  # signs that are not seen
    match element.tag:
        case "mi" | "mn" | "mtext" | "mo":
            found = LETTER * len(text) + SPACES.get(element.tag == "mo" and text, 0)
        case "mspace":
            found = float(element.get("width", "0em").removesuffix("em"))
        case "msup" | "msub" | "msubsup":
            found = inside[0] + SCRIPT * max(inside[1:])
        case "munder" | "mover" | "munderover":
            found = max(inside[0], SCRIPT * max(inside[1:]))
        case "mfrac":
            found = SCRIPT * max(inside)
        case "mtable":
            found = max(inside, default=0)
        case _:
            found = sum(inside)
    return found
