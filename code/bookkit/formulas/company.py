"""Sphinx extension: a formula in a line stays together with the marks and letters that touch it.

A browser may break a line on either side of a formula, even before a comma. What touches the formula, as in
“($x$),” or “$k$-fold”, is therefore put with it into a `<span class="kept">`, in which no line is broken.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

# After a dash or a stroke a line may be broken, before it not.
BEFORE = re.compile(r"[^\s—–/]{1,12}$")
AFTER = re.compile(r"^([^\s—–/]{1,12}[—–/]?|[—–/])")


class KeepCompany(SphinxPostTransform):
    """Put each formula into one span with what touches it."""

    default_priority = 900  # when all other text is there
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Look at every formula of the page, and at what holds nothing but a formula, as emphasis may."""
        for formula in list(self.document.findall(nodes.math)):
            keep(outermost(formula))


def outermost(node: nodes.Node) -> nodes.Node:
    """The node, or the outermost inline node that holds it alone."""
    while (
        isinstance(node.parent, nodes.Inline)
        and len(node.parent) == 1
        and "kept" not in node.parent["classes"]
    ):
        node = node.parent
    return node


def keep(node: nodes.Node) -> None:
    """Put the node into a span with what touches it; leave it where nothing does."""
    parent = node.parent
    if not isinstance(parent, nodes.TextElement):
        return
    before, after = touching(parent, node, -1, BEFORE), touching(parent, node, +1, AFTER)
    if not before and not after:
        return
    company = nodes.inline(classes=["kept"])
    parent.replace(node, company)
    company += [nodes.Text(before)] if before else []
    company += node
    company += [nodes.Text(after)] if after else []


def touching(parent: nodes.Element, node: nodes.Node, step: int, pattern: re.Pattern) -> str:
    """What of the text on one side touches the node; it is taken out of that text."""
    place = parent.index(node) + step
    text = parent[place] if 0 <= place < len(parent) else None
    found = pattern.search(text) if isinstance(text, nodes.Text) else None
    if not found:
        return ""
    rest = text[: found.start()] + text[found.end() :]
    parent.replace(text, nodes.Text(rest)) if rest else parent.remove(text)
    return found[0]


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_post_transform(KeepCompany)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
