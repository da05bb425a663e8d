"""Sphinx extension: the glossary knows where its terms are used, and the general index too.

An author marks the first use of a term in a page, with the role `term`. The rest follows: under the term, the
glossary links to the section of each such use; the general index lists it; and the index has its place in the
table of contents.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from bookkit.incremental.whole_book import changed_pages, note_page

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


def note_first_uses(app, doctree: nodes.document) -> None:
    """Give each first use an id, so that the index can link to it, and note the section in which it is."""
    env = app.env
    uses = env.metadata[env.docname]["term_uses"] = {}
    for term, xref in first_uses(doctree).items():
        xref[0]["ids"].append(use_id(term))
        section = section_of(xref)
        uses[term] = section["ids"][0], section[0].astext()
    if any(doctree.findall(addnodes.glossary)):
        note_page(env, "term-uses")


def section_of(node: nodes.Node) -> nodes.section:
    """The section in which a node stands."""
    while not (isinstance(node, nodes.section) and isinstance(node[0], nodes.title)):
        node = node.parent
    return node


def use_id(term: str) -> str:
    """The id of the first use of a term in a page."""
    return f"use-of-{nodes.make_id(term)}"


def uses_of(env, docname: str) -> dict[str, tuple[str, str]]:
    """The terms that a page uses, and the id and the title of the section that uses each first."""
    return env.metadata[docname].get("term_uses", {})


def enter_uses_in_index(app, env) -> list[str]:
    """Once all pages are read, list each first use in the general index, spelt as in the glossary.

    Returns the glossary, to be written again, if other sections use its terms now.
    """
    index = env.get_domain("index").entries
    spelling = {value.lower(): value for _, value, *_ in index.get(GLOSSARY, [])}
    for docname in env.found_docs - {GLOSSARY}:
        for term in uses_of(env, docname):
            entry = ("single", spelling.get(term, term), use_id(term), "", None)
            if entry not in index.setdefault(docname, []):
                index[docname].append(entry)
    shown = [(page, env.titles[page].astext(), uses_of(env, page)) for page in contents(env)]
    return changed_pages(env, "term-uses", repr(shown))


def list_uses(app, doctree: nodes.document, docname: str) -> None:
    """Put under each term of the glossary the sections of the chapters that first use it."""
    glossaries = list(doctree.findall(addnodes.glossary))
    if not glossaries:
        return
    places = {}
    for page in contents(app.env):
        for term, section in uses_of(app.env, page).items():
            places.setdefault(term, []).append(link(app, docname, page, *section))
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
    return [
        page
        for page in env.toctree_includes.get(env.config.root_doc, [])
        if page in env.titles and page != GLOSSARY
    ]


def link(app, docname: str, page: str, anchor: str, title: str) -> nodes.reference:
    """A link from the page `docname` to a section of `page`, named after both."""
    names = dict.fromkeys([app.env.titles[page].astext(), title])  # one if they are the same
    uri = f"{app.builder.get_relative_uri(docname, page)}#{anchor}"
    return nodes.reference("", ", ".join(names), refuri=uri, internal=True)


def setup(app):
    """Register the extension with Sphinx."""
    app.add_transform(ListIndex)
    app.connect("doctree-read", note_first_uses)
    app.connect("env-updated", enter_uses_in_index)
    app.connect("doctree-resolved", list_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
