"""Sphinx extension: where a hidden cell of a chapter asserts something, a quiet mark in the margin says so.

The mark stands at the paragraph that follows the cell, or else at the one before it. It leads to the rows of
the list of claims, which previews.js shows. It is not for the keyboard or for screen readers, who would meet
twenty in a chapter: for them the line about the chapter's times leads to its claims.
"""

from collections.abc import Iterator
from html import escape

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from bookkit.execution.executed import executed_cells
from bookkit.incremental.whole_book import pages_with
from bookkit.pages.measured import claims_id, claims_of_cell

LIST = "claim-list"  # the directive of the page that lists all claims


class claim_mark(nodes.Invisible, nodes.Inline, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """A mark; "words" is what it says, "cell" the cell that asserted it."""


def put_marks(app, doctree: nodes.document) -> None:
    """Put a mark where each hidden cell with claims stood."""
    cells = executed_cells(app.env)
    shown = {node["cell_index"] for node in doctree.findall(nodes.container) if "cell_index" in node}
    blocks = list(blocks_of(doctree, [line for line, _ in cells]))
    for index, (line, cell) in enumerate(cells):
        claims = claims_of_cell(cell)
        before = [block for start, block in blocks if start < line]
        if claims and index not in shown and before:
            put(claim_mark(words=words(claims), cell=index), before[-1])


def blocks_of(doctree: nodes.document, lines: list[int]) -> Iterator[tuple[int, nodes.Element]]:
    """Each block that stands by itself in a section, and the line of the file on which it starts."""
    last = 0
    for section in doctree.findall(nodes.section):
        for block in section.children:
            if not isinstance(block, nodes.section | nodes.title):
                last = lines[block["cell_index"]] if "cell_index" in block else block.line or last
                yield last, block


def put(mark: claim_mark, before: nodes.Element) -> None:
    """Put a mark into the paragraph that follows a block, else into that block, if it is a paragraph."""
    if is_exercise_node(before) or is_solution_node(before):
        return
    after = before.next_node(descend=False, siblings=True)
    if isinstance(after, nodes.paragraph):
        after.insert(0, mark)
    elif isinstance(before, nodes.paragraph):
        before.append(mark)


def words(claims: list[dict]) -> str:
    """What a mark says: the value of one claim and its bounds, or how many claims there are."""
    if len(claims) > 1:
        return f"{len(claims)} claims"
    (claim,) = claims
    values, low, high = claim["values"], claim["low"], claim["high"]
    if low is True:
        return "claim"
    value = f"claim: {brief(values[0])}" if len(values) == 1 else f"claim: {len(values)} values"
    if low is None or high is None:
        return f"{value} {'≤' if low is None else '≥'} {brief(high if low is None else low)}"
    return f"{value} = {brief(low)}" if low == high else f"{value} in [{brief(low)}, {brief(high)}]"


def brief(value: float) -> str:
    """A number with three digits."""
    return f"{value:.3g}".replace("-", "−")


def write_marks(app, doctree: nodes.document, docname: str) -> None:
    """Write the marks as links to the list of claims; in a book without a list, or on paper, as nothing."""
    lists = pages_with(app.env, LIST) if app.builder.name == "html" else []
    for mark in list(doctree.findall(claim_mark)):
        if lists:
            address = f"{app.builder.get_relative_uri(docname, lists[0])}#{claims_id(docname, mark['cell'])}"
            link = (
                f'<a class="claim-mark margin-note reference internal" aria-hidden="true" tabindex="-1" '
                f'href="{escape(address)}">{escape(mark["words"])}</a>'
            )
            mark.replace_self(nodes.raw("", link, format="html"))
        else:
            mark.parent.remove(mark)


def link_times(app, doctree: nodes.document, docname: str) -> None:
    """Let the line about the times of a chapter lead to what the chapter claims."""
    lists = pages_with(app.env, LIST) if app.builder.name == "html" else []
    n_claims = len(NbMetadataCollector.get_doc_data(app.env)[docname].get("claims", []))
    for line in doctree.findall(nodes.paragraph):
        if "chapter-times" in line["classes"] and lists and n_claims:
            anchor = nodes.make_id(f"claims of {docname}")
            address = f"{app.builder.get_relative_uri(docname, lists[0])}#{anchor}"
            link = nodes.reference("", f"{n_claims} claims", refuri=address, internal=True)
            line += [nodes.strong(text="Checked"), nodes.Text(" "), link, nodes.Text(".")]


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("doctree-read", put_marks, priority=950)  # after all that look at paragraphs
    app.connect("doctree-resolved", write_marks)
    app.connect("doctree-resolved", link_times)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
