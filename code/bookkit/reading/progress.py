"""Sphinx extension: what of the book counts as done, for progress.js, and the panel that shows it.

A page counts if it is a chapter or has questions or exercises; of its sections those directly under the title
do. The directive `reading-progress` is replaced by a panel: buttons, and a table of what there is to do on
each page, in which progress-panel.js writes what was done.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import is_exercise_node

from bookkit.incremental.whole_book import changed_pages, note_page
from bookkit.pages.html_mends import PARSED
from bookkit.quizzes.directive import quiz_question

PANEL = "reading-progress"
SECTION = "your-progress"  # the id of the section in which it stands
HEADER = ["Chapter", "Sections", "Questions", "Exercises"]
BUTTONS = Path(__file__).with_name("panel.html")


@dataclass
class Counts:
    """What there is to do on a page."""

    sections: int
    questions: int
    exercises: int

    def __add__(self, other: "Counts") -> "Counts":
        """The sum of two."""
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))


class panel(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of the panel."""


class Panel(SphinxDirective):
    """The directive `reading-progress`."""

    def run(self) -> list[nodes.Node]:
        """The place, to be filled when all pages are read."""
        note_page(self.env, PANEL)
        return [panel()]


class FillPanel(SphinxPostTransform):
    """Put the panel in its place."""

    default_priority = 8  # before references are resolved

    def run(self, **kwargs) -> None:
        """Replace the place by buttons and a table."""
        for place in list(self.document.findall(panel)):
            place.replace_self(
                [nodes.raw("", BUTTONS.read_text(encoding="utf-8"), format="html"), table(self.env)]
            )


def note_counts(app, doctree: nodes.document) -> None:
    """Keep what there is to do on the page that was read."""
    chapter = next((child for child in doctree.children if isinstance(child, nodes.section)), nodes.section())
    app.env.metadata[app.env.docname]["to_do"] = Counts(
        sections=sum(isinstance(child, nodes.section) for child in chapter.children),
        questions=sum(1 for _ in doctree.findall(quiz_question)),
        exercises=sum(map(is_exercise_node, doctree.findall(nodes.Admonition))),
    )


def counts(env, docname: str) -> Counts | None:
    """What there is to do on a page; None if it does not count."""
    found = env.metadata[docname].get("to_do") if docname in env.found_docs else None
    is_chapter = bool(env.toc_secnumbers.get(docname))
    return found if found and (is_chapter or found.questions or found.exercises) else None


def listed(env) -> Iterator[tuple[str, Counts]]:
    """The pages that count, in the order of the book."""
    for docname in env.collect_relations():
        if found := counts(env, docname):
            yield docname, found


def table(env) -> nodes.table:
    """What there is to do on each page, and in the whole book."""
    rows = [[link(env, docname), *map(str, astuple(found))] for docname, found in listed(env)]
    whole = sum((found for _, found in listed(env)), Counts(0, 0, 0))
    rows.append([nodes.strong(text="The whole book"), *map(str, astuple(whole))])
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in HEADER), cols=len(HEADER))
    group += [nodes.thead("", row(HEADER)), nodes.tbody("", *map(row, rows))]
    return nodes.table("", group, classes=["colwidths-auto", "progress-table"])


def row(cells: list[str | nodes.Node]) -> nodes.row:
    """A row of a table."""
    contents = [cell if isinstance(cell, nodes.Node) else nodes.Text(cell) for cell in cells]
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", content)) for content in contents))


def link(env, docname: str) -> nodes.inline:
    """The number of a page and a link to it by its title."""
    number = ".".join(map(str, env.toc_secnumbers.get(docname, {}).get("", ())))
    attributes = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{docname}", "refexplicit": False}
    reference = pending_xref("", nodes.inline(text=docname), refwarn=True, **attributes)
    return nodes.inline("", "", nodes.Text(f"{number} " if number else ""), reference)


def renew_panel(app, env) -> list[str]:
    """The page with the panel, if there is something else to do now."""
    titles = [(docname, env.titles[docname].astext(), found) for docname, found in listed(env)]
    return changed_pages(env, PANEL, repr(titles))


def mark_page(app, soup: BeautifulSoup, context: dict) -> None:
    """Tell progress.js that a page counts, and give each exercise a box to tick."""
    docname, article = context.get("pagename"), soup.select_one("article")
    if article is None or not counts(app.env, docname):
        return
    article["data-progress"] = docname
    for exercise in article.select("div.exercise[id]"):
        number = exercise.select_one(".caption-number")
        exercise.append(done_box(soup, number.get_text(strip=True) if number else "this exercise"))


def done_box(soup: BeautifulSoup, name: str):
    """The box that a reader ticks when the exercise of that name is done."""
    label = soup.new_tag("label", attrs={"class": "exercise-done pst-js-only"})
    heard = soup.new_tag("span", attrs={"class": "progress-heard"})
    heard.string = f" {name}"
    label.extend([soup.new_tag("input", attrs={"type": "checkbox"}), " Done", heard])
    return label


def add_script(app, pagename: str, template: str, context: dict, doctree) -> None:
    """Load the panel's script on its page."""
    if PANEL in app.env.metadata.get(pagename, {}).get("shows", []):
        app.add_js_file("progress-panel.js", loading_method="defer")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_node(panel)
    app.add_directive(PANEL, Panel)
    app.add_post_transform(FillPanel)
    app.add_js_file("progress.js", loading_method="defer")
    app.connect("doctree-read", note_counts)
    app.connect("env-get-updated", renew_panel, priority=600)  # after Sphinx has numbered everything
    app.connect("html-page-context", add_script)
    app.connect(PARSED, mark_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
