"""Faults of a page that a machine can see, each a warning with file and line.

A rule is a function that takes a `Page` and yields its faults, each a line of the file and a sentence. A new
rule is a function and its name in `RULES`: in `pages` if it is for all pages, in `chapters` if it is for
chapters alone, the pages of a numbered part of `_toc.yml`.
"""

from pathlib import PurePosixPath

from docutils import nodes
from sphinx.util import logging

from bookkit.execution.executed import executed_cells
from bookkit.lints import chapters, pages
from bookkit.lints.page import Page
from bookkit.lints.typed_numbers import CHOSEN

logger = logging.getLogger(__name__)


def check_page(app, doctree: nodes.document) -> None:
    """Warn of each fault that a rule finds on the page that was just read."""
    page = Page(doctree, executed_cells(app.env))
    for rule in pages.RULES + (chapters.RULES if is_chapter(app.env) else []):
        for line, sentence in dict.fromkeys(rule(page)):
            name = rule.__name__.replace("_", " ")
            logger.warning("%s: %s", name, sentence, location=(app.env.docname, line))


def is_chapter(env) -> bool:
    """Whether the page that is being read is a chapter."""
    parts = [part for part in env.external_site_map.root.subtrees if part.numbered]
    return env.docname in [
        str(PurePosixPath(file).with_suffix("")) for part in parts for file in part.files()
    ]


def setup(app) -> dict[str, bool]:
    """Register the check, and the role that marks numbers as chosen."""
    app.add_role("chosen", CHOSEN)
    app.connect("doctree-read", check_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
