"""Sphinx extension: the formulas of a page as MathML, in every builder that writes HTML.

A formula in a line is `<span class="math" data-tex="…">`, one on its own `<div class="math" data-tex="…">`
with its id, the formula in a box that can scroll, and its number with the link to it. `data-tex` is what the
author wrote. A formula that cannot be set is a warning with page and line, and stands on the page as TeX.
"""

from html import escape
from xml.etree import ElementTree

from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from bookkit.formulas.breaking import TOO_LONG, pieces, width
from bookkit.formulas.characters import CHARACTERS
from bookkit.formulas.mathml import CannotSet, mathml, text_of

NAME = "mathml"
NAMESPACE = "http://www.w3.org/1998/Math/MathML"
CLASSES = "math notranslate nohighlight"  # neither translators nor the search's marks touch what is inside

logger = logging.getLogger(__name__)


def visit_inline(translator, node: nodes.math) -> None:
    """Write a formula that stands in a line."""
    start = translator.starttag(node, "span", "", CLASS=CLASSES, **{"data-tex": node.astext()})
    written = for_builder(translator.builder, in_line(formula(node, display=False)))
    translator.body.append(f"{start}{written}</span>")
    raise nodes.SkipNode


def visit_display(translator, node: nodes.math_block) -> None:
    """Write a formula that stands on its own."""
    start = translator.starttag(node, "div", "", CLASS=CLASSES, **{"data-tex": node.astext().strip()})
    written = for_builder(translator.builder, formula(node, display=True))
    translator.body.append(f'{start}<div class="formula">{written}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def formula(node: nodes.Element, display: bool) -> str:
    """The `<math>` element of a node; its TeX, with a warning, if it cannot be set."""
    try:
        written = mathml(node.astext(), display)
    except CannotSet as reason:
        logger.warning("This formula cannot be set: %s", reason, location=node, type="formula")
        return f'<code class="unset">{escape(node.astext())}</code>'
    lacking = set("".join(ElementTree.fromstring(written).itertext())) - CHARACTERS
    if lacking:
        logger.warning(
            "The font of the formulas lacks %s: see bookkit.formulas.font",
            ", ".join(map(ascii, sorted(lacking))),
            location=node,
        )
    return written


def for_builder(builder, written: str) -> str:
    """The formula with its namespace in an EPUB, whose pages are XML."""
    return written.replace("<math", f'<math xmlns="{NAMESPACE}"') if builder.name == "epub" else written


def in_line(written: str) -> str:
    """The formula with the places where it may be broken; what may be too wide for a phone can scroll."""
    if not written.startswith("<math"):
        return written
    parts = pieces(ElementTree.fromstring(written))
    return "<wbr/>".join(
        f'<span class="wide">{text_of(part)}</span>' if width(part) > TOO_LONG else text_of(part)
        for part in parts
    )


def choose(app, config) -> None:
    """Have all builders use this renderer, whatever others are registered."""
    config.html_math_renderer = NAME
    config.myst_update_mathjax = False  # no class on every section for a script that is not there


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_html_math_renderer(NAME, (visit_inline, None), (visit_display, None))
    app.add_config_value("epub_math_renderer", NAME, "env")
    app.connect("config-inited", choose)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
