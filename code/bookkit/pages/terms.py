"""Sphinx extension: the glossary knows where its terms are used, and the general index too.

An author marks the first use of a term in a page, with the role `term`. The rest follows: under the term, the
glossary links to the section of each such use; the general index lists it; and the index has its place in the
table of contents.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

GLOSSARY = "book/glossary"


class ListIndex(SphinxTransform):
    """Add the general index, which is no file, to the contents; sphinx-external-toc knows only files."""

    default_priority = 110  # after sphinx-external-toc, before the contents are collected

    def apply(self, **kwargs) -> None:
        """Append it to the last part."""
        for toctree in list(self.document.findall(addnodes.toctree))[-1:]:
            if self.env.docname == self.config.root_doc:
                toctree["entries"].append((None, "genindex"))


def first_uses(doctree: nodes.document) -> dict[str, addnodes.pending_xref]:
    """The first reference of the page to each term of the glossary."""
    uses = {}
    for xref in doctree.findall(addnodes.pending_xref):
        if xref["reftype"] == "term":
            uses.setdefault(xref["reftarget"].lower(), xref)
    return uses


def name_first_uses(app, doctree: nodes.document) -> None:
    """Give each first use an id, so that the index can link to it."""
    for term, xref in first_uses(doctree).items():
        xref[0]["ids"].append(use_id(term))


def use_id(term: str) -> str:
    """The id of the first use of a term in a page."""
    return f"use-of-{nodes.make_id(term)}"


def enter_uses_in_index(app, env) -> None:
    """Once all pages are read, list each first use in the general index, spelt as in the glossary."""
    index = env.get_domain("index").entries
    spelling = {value.lower(): value for _, value, *_ in index.get(GLOSSARY, [])}
    for docname in env.found_docs - {GLOSSARY}:
        for term in first_uses(env.get_doctree(docname)):
            entry = ("single", spelling.get(term, term), use_id(term), "", None)
            if entry not in index[docname]:
                index[docname].append(entry)


def list_uses(app, doctree: nodes.document, docname: str) -> None:
    """Put under each term of the glossary the sections of the chapters that first use it."""
    glossaries = list(doctree.findall(addnodes.glossary))
    if not glossaries:
        return
    places = {}
    for page in contents(app.env):
        for term, xref in first_uses(app.env.get_doctree(page)).items():
            places.setdefault(term, []).append(link(app, docname, page, xref))
    for item in (item for glossary in glossaries for item in glossary.findall(nodes.definition_list_item)):
        terms = [term.astext().lower() for term in item.findall(nodes.term)]
        links = [place for term in terms for place in places.get(term, [])]
        line = nodes.paragraph(classes=["term-uses"])
        for place in links:
            line += [nodes.Text(" · " if line.children else "→ "), place]
        if links:
            next(item.findall(nodes.definition)).append(line)


def contents(env) -> list[str]:
    """The pages in the order of the table of contents."""
    return [page for page in env.toctree_includes.get(env.config.root_doc, []) if page != GLOSSARY]


def link(app, docname: str, page: str, xref: nodes.Node) -> nodes.reference:
    """A link from the page `docname` to the section of `page` in which `xref` stands, named after both."""
    section = xref
    while not (isinstance(section, nodes.section) and isinstance(section[0], nodes.title)):
        section = section.parent
    names = dict.fromkeys([app.env.titles[page].astext(), section[0].astext()])  # one if they are the same
    uri = f"{app.builder.get_relative_uri(docname, page)}#{section['ids'][0]}"
    return nodes.reference("", ", ".join(names), refuri=uri, internal=True)


def setup(app):
    """Register the extension with Sphinx."""
    app.add_transform(ListIndex)
    app.connect("doctree-read", name_first_uses)
    app.connect("env-updated", enter_uses_in_index)
    app.connect("doctree-resolved", list_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
