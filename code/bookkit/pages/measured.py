"""Sphinx extension: what this build measured, said on its pages by two directives.

- `claim-list`: what the chapters claim, the values in this build, and the numbers that were typed on purpose;
- `build-report`: how long each page took to run, with which data and which versions.
"""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from nnbook.mnist_source import mnist_source
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.i18n import format_date

from bookkit.execution.budgets import ALL_PAGES, budget
from bookkit.execution.executed import executed_cells
from bookkit.execution.kept import Kept
from bookkit.incremental.whole_book import changed_pages, note_page

CLAIM_TYPE = "application/vnd.nnbook.claim+json"  # that of nnbook.claims, which loads PyTorch
PACKAGES = ["nnbook", "torch", "torchvision", "numpy", "matplotlib", "jupyter-book", "sphinx", "myst-nb"]


class report(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of a report on all pages; "name" is the name of its directive."""


class Report(SphinxDirective):
    """The place of a report on all pages."""

    def run(self) -> list[nodes.Node]:
        """The place."""
        note_page(self.env, self.name)
        return [report(name=self.name)]


class FillReports(SphinxPostTransform):
    """Put every report in its place, now that all pages are read."""

    default_priority = 8  # before references are resolved

    def run(self, **kwargs) -> None:
        """Replace each place of the document by the nodes of its report."""
        for place in list(self.document.findall(report)):
            place.replace_self(REPORTS[place["name"]](self.env))


def note_claims(app, doctree: nodes.document) -> None:
    """Keep the claims that the cells of a page recorded, and what its author marked as chosen."""
    cells = [claims_of_cell(cell) for _, cell in executed_cells(app.env)]
    found = [claim | {"cell": index} for index, claims in enumerate(cells) for claim in claims]
    marked = [node for node in doctree.findall(nodes.Element) if "chosen" in node["classes"]]
    chosen = [" ".join(node.astext().split()) for node in marked]
    NbMetadataCollector.set_doc_data(app.env, app.env.docname, "claims", found)
    NbMetadataCollector.set_doc_data(app.env, app.env.docname, "chosen", chosen)


def claims_of_cell(cell) -> list[dict]:
    """The claims that a cell recorded."""
    bundles = [output["data"] for output in cell.get("outputs", []) if "data" in output]
    return [bundle[CLAIM_TYPE] for bundle in bundles if CLAIM_TYPE in bundle]


def claims_id(docname: str, cell: int) -> str:
    """The id of the first row of what a cell of a page claims, in the list of claims."""
    return nodes.make_id(f"claims of {docname} {cell}")


def claim_list(env) -> list[nodes.Node]:
    """The number of claims and the data; then a section for each page, in the order of the book."""
    pages = {docname: NbMetadataCollector.get_doc_data(env)[docname] for docname in env.collect_relations()}
    n_claims = sum(len(page["claims"]) for page in pages.values())
    text = f"Claims that were asserted in this build, and held: {n_claims}. {mnist_source()}"
    listed = {docname: page for docname, page in pages.items() if page["claims"] or page["chosen"]}
    return [nodes.paragraph(text=text), *(claims_of_page(*item) for item in listed.items())]


def claims_of_page(docname: str, page: dict) -> nodes.section:
    """The section about one page."""
    section = nodes.section(ids=[nodes.make_id(f"claims of {docname}")])
    section += nodes.title("", "", link(docname))
    if page["claims"]:
        rows = table(["Claim", "In this build", "Asserted"], map(claim_row, page["claims"]))
        firsts = dict(reversed([(claim["cell"], index) for index, claim in enumerate(page["claims"])]))
        for cell, index in firsts.items():
            rows[0][-1][index]["ids"].append(claims_id(docname, cell))
        section += rows
    if page["chosen"]:
        section += nodes.paragraph(text=f"Chosen or quoted, not measured: {'; '.join(page['chosen'])}.")
    return section


def claim_row(claim: dict) -> list[str]:
    """Claim, value (mean, spread and number of several values), and bounds."""
    from nnbook import claims  # noqa: PLC0415 (PyTorch takes longer to load than a build in which nothing changed)

    values = claim["values"]
    if len(values) == 1 or values[0] is True:
        value = claims.number(values[0])
    else:
        value = f"{claims.with_spread(values)} ({len(values)} values)"
    return [claim["text"], value, claims.bounds(claim["low"], claim["high"])]


def build_report(env) -> list[nodes.Node]:
    """The day, the machine and the data; then the tables of what running took, and of versions."""
    text = (
        f"Built on {format_date('%d %B %Y', language='en')} on {os.cpu_count()} processors "
        f"({platform.machine()}, {platform.system()}). {mnist_source()}"
    )
    versions = [["Python", platform.python_version()], *([name, version(name)] for name in PACKAGES)]
    return [
        nodes.paragraph(text=text),
        table(["Page", "Seconds to run", "Seconds of one core", "Its budget"], list(cost_rows(env))),
        table(["Package", "Version"], versions),
    ]


def cost_rows(env) -> Iterator[list[str | nodes.Node]]:
    """For each page that was run what it took, and its budget in seconds of the machine on which it ran."""
    runs = {docname: run.record for docname, run in runs_in_order(env)}
    for docname, record in runs.items():
        allowed = budget(docname) * record.reference
        yield [link(docname), f"{record.seconds:.1f}", f"{record.cpu:.1f}", f"{allowed:.0f}"]
    if runs:
        seconds, cpu, reference = (
            [getattr(record, name) for record in runs.values()] for name in ("seconds", "cpu", "reference")
        )
        allowed = ALL_PAGES * sum(reference) / len(reference)
        yield ["Together", f"{sum(seconds):.1f}", f"{sum(cpu):.1f}", f"{allowed:.0f}"]


def runs_in_order(env) -> list[tuple[str, Kept]]:
    """The pages that were run, in the order of the book, and the run of each."""
    names = [name for name in env.collect_relations() if name in env.bookkit_runs]
    return [(name, env.bookkit_runs[name]) for name in names]


REPORTS = {"claim-list": claim_list, "build-report": build_report}


def renew_reports(app, env) -> list[str]:
    """The pages whose report is another now; the day alone is no reason."""
    measured = [repr(runs_in_order(env)), str(mnist_source()), *map(version, PACKAGES)]
    claimed = [
        (docname, env.titles[docname].astext(), page.get("claims"), page.get("chosen"))
        for docname, page in NbMetadataCollector.get_doc_data(env).items()
    ]
    return [
        *changed_pages(env, "build-report", repr(measured)),
        *changed_pages(env, "claim-list", repr([claimed, str(mnist_source())])),
    ]


def link(docname: str) -> pending_xref:
    """A link to a page, by its title."""
    return pending_xref(
        "",
        nodes.inline(text=docname),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refexplicit=False,
        refwarn=True,
    )


def table(header: list[str], rows) -> nodes.table:
    """A table; each row is a list of texts and nodes."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in header), cols=len(header))
    group += [nodes.thead("", table_row(header)), nodes.tbody("", *map(table_row, rows))]
    return nodes.table("", group, classes=["colwidths-auto"])


def table_row(cells: list[str | nodes.Node]) -> nodes.row:
    """A row of a table."""
    contents = [cell if isinstance(cell, nodes.Node) else nodes.Text(cell) for cell in cells]
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", content)) for content in contents))


def setup(app):
    """Register the directives and what fills them."""
    for name in REPORTS:
        app.add_directive(name, Report)
    app.add_node(report)
    app.add_post_transform(FillReports)
    app.connect("env-updated", renew_reports)
    app.connect("doctree-read", note_claims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
