"""Sphinx extension: a fold for what a first reader may skip, with all that a page may have, cells included.

An author writes::

    ```{deeper-start} Which step is best?
    :label: deeper-step
    ```

    Text, formulas, and cells, which are run like all others.

    ```{deeper-end}
    ```

What stands between has no headings of its own. On the page it is a fold, on paper it is open, in notebooks
it is a part that says that it may be skipped. A mark that stands alone is a warning.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

CLASS = "deeper"

logger = logging.getLogger(__name__)


class deeper_mark(nodes.Invisible, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """Where a fold begins, if it has a title, or ends."""


class DeeperStart(SphinxDirective):
    """The beginning of a fold, with its title."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"label": directives.unchanged_required}  # noqa: RUF012 (docutils reads it of the class)

    def run(self) -> list[nodes.Node]:
        """The mark, which has the title."""
        inside, messages = self.parse_inline(self.arguments[0])
        mark = deeper_mark("", nodes.title("", "", *inside))
        self.set_source_info(mark)
        if "label" in self.options:
            mark["label"] = self.options["label"]
        return [mark, *messages]


class DeeperEnd(SphinxDirective):
    """The end of a fold."""

    def run(self) -> list[nodes.Node]:
        """The mark."""
        mark = deeper_mark()
        self.set_source_info(mark)
        return [mark]


class GatherDeeper(SphinxTransform):
    """Put what stands between two marks into the fold."""

    default_priority = 12  # after sphinx-exercise has gathered its own

    def apply(self, **kwargs) -> None:
        """Replace the marks of the document by folds."""
        for start in list(self.document.findall(deeper_mark)):
            if start.parent is None:  # the end of a fold that is made
                continue
            siblings = start.parent.children
            place = siblings.index(start)
            after = siblings[place + 1 :]
            end = next((node for node in after if isinstance(node, deeper_mark)), None)
            if not len(start):
                self.drop(start, "this `deeper-end` has no `deeper-start` in its section")
            elif end is None or len(end):
                self.drop(start, "this `deeper-start` has no `deeper-end` in its section")
            else:
                inside = after[: after.index(end)]
                start.parent[place : place + len(inside) + 2] = [self.fold(start, inside)]
                end.parent = None

    def fold(self, start: deeper_mark, inside: list[nodes.Node]) -> nodes.admonition:
        """The fold: a box with a title, which the site folds as it does hints."""
        box = nodes.admonition("", start[0], *inside, classes=["admonition", CLASS, "dropdown"])
        box.source, box.line = start.source, start.line
        if "label" in start:
            box["names"].append(nodes.fully_normalize_name(start["label"]))
            self.document.note_explicit_target(box, box)
        return box

    def drop(self, mark: deeper_mark, sentence: str) -> None:
        """Warn of a mark that stands alone, and let it go."""
        logger.warning("%s", sentence, location=mark)
        mark.parent.remove(mark)


def setup(app) -> dict[str, bool]:
    """Register the directives and what makes folds of them."""
    app.add_node(deeper_mark)
    app.add_directive("deeper-start", DeeperStart)
    app.add_directive("deeper-end", DeeperEnd)
    app.add_transform(GatherDeeper)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
