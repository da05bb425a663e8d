"""Pages as XHTML, which reading devices parse as XML: strict where HTML is not.

In HTML, names are written in small letters and a browser knows those of drawings that are not; XML knows
nothing. It wants namespaces too, and values for all attributes.
"""

import re
from html import escape
from xml.etree import ElementTree

from bs4 import BeautifulSoup
from bs4.element import CData, Comment, ProcessingInstruction, Tag

from bookkit.editions.facts import LANGUAGE

NAMESPACES = {
    "svg": "http://www.w3.org/2000/svg",
    "math": "http://www.w3.org/1998/Math/MathML",
}
SIZES = {"displaystyle", "scriptlevel"}
XLINK = "http://www.w3.org/1999/xlink"
# The names of SVG that have capitals, as far as drawings of books have them.
CAPITALS = [
    *("viewBox", "preserveAspectRatio", "clipPath", "clipPathUnits", "linearGradient", "radialGradient"),
    *("gradientUnits", "gradientTransform", "patternUnits", "patternContentUnits", "patternTransform"),
    *("markerWidth", "markerHeight", "markerUnits", "refX", "refY", "textPath", "textLength"),
    *("lengthAdjust", "startOffset", "maskUnits", "maskContentUnits", "attributeName", "repeatCount"),
    *("repeatDur", "keyTimes", "keySplines", "calcMode", "animateTransform", "animateMotion"),
    *("foreignObject", "pathLength"),
]
PROPER = {name.lower(): name for name in CAPITALS}
PHRASES = {"p", "span", "h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = ["p", "div", "ul", "ol", "dl", "pre", "table", "figure", "section"]


def make_strict(body: Tag) -> None:
    """Change what is HTML only."""
    for text in body.find_all(string=lambda text: isinstance(text, Comment | CData | ProcessingInstruction)):
        text.extract()
    for drawing in body.find_all("svg"):
        restore_capitals(drawing)
    for formula in body.find_all("math"):
        scale_by_style(formula)
    for name, namespace in NAMESPACES.items():
        for tag in body.find_all(name):
            tag["xmlns"] = namespace
            if name == "svg" and tag.find(lambda inner: "xlink:href" in inner.attrs):
                tag["xmlns:xlink"] = XLINK
    for tag in body.find_all(True):
        widen(tag)
        for attribute, value in list(tag.attrs.items()):
            if value is None or (value == "" and attribute not in ("alt", "d")):
                del tag[attribute]


def scale_by_style(formula: Tag) -> None:
    """Say in an `mstyle` how large a part of a formula is: as an attribute of any, only browsers know it."""
    for tag in formula.find_all(lambda tag: SIZES & tag.attrs.keys() and tag.name not in ("math", "mstyle")):
        around = tag.wrap(BeautifulSoup("", "html.parser").new_tag("mstyle"))
        around.attrs = {name: tag.attrs.pop(name) for name in SIZES & tag.attrs.keys()}


def restore_capitals(drawing: Tag) -> None:
    """Give the names of a drawing their capitals."""
    for tag in [drawing, *drawing.find_all(True)]:
        tag.name = PROPER.get(tag.name, tag.name)
        tag.attrs = {PROPER.get(name, name): value for name, value in tag.attrs.items()}
        if tag.name == "path":
            tag.attrs.setdefault("d", "")
        if "href" in tag.attrs:  # as devices know it that are some years old
            tag["xlink:href"] = tag.attrs.pop("href")


def widen(tag: Tag) -> None:
    """Make a paragraph or a span that holds a block a box: XHTML allows no block in either."""
    if tag.name in PHRASES - {"h1", "h2", "h3", "h4", "h5", "h6"} and tag.find(BLOCKS):
        tag.name = "div"


def document(title: str, body: str, sheet: str, kind: str = "") -> str:
    """A whole file. kind: what the body is to a reading device, a word of EPUB's vocabulary."""
    type_ = f' epub:type="{kind}"' if kind else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
        f' lang="{LANGUAGE}" xml:lang="{LANGUAGE}">\n'
        f'<head><meta charset="utf-8"/><title>{escape(title)}</title>'
        f'<link rel="stylesheet" type="text/css" href="{sheet}"/></head>\n'
        f"<body{type_}>{body}</body>\n</html>\n"
    )


def check(name: str, text: str) -> str:
    """The text, if it is well formed XML; the message of the error names the file."""
    try:
        ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        line, column = error.position
        near = text.splitlines()[line - 1][max(0, column - 60) : column + 60]
        raise ValueError(f"{name} is not well formed: {error}, near {near!r}") from error
    return text


def properties(body: Tag) -> str:
    """What the manifest must say of a file that holds formulas or drawings."""
    found = [word for word, name in [("mathml", "math"), ("svg", "svg")] if body.find(name)]
    return " ".join(found)


def strict_drawing(svg: str) -> str:
    """A drawing in a file of its own, without the definition of SVG 1.1, and with a `d` for each path."""
    svg = re.sub(r"<!DOCTYPE[^>]*>\s*", "", svg)
    return re.sub(r"<path(?![^>]*\sd=)", '<path d=""', svg)
