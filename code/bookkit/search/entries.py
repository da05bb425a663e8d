"""What can be found in a page: its sections, exercises, terms and functions, each with its own words."""

from collections.abc import Iterator
from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx_exercise.nodes import is_exercise_node

from bookkit.exercises.exercise import shown_title
from bookkit.search.words import code, is_titled, one_line, prose, text

LISTS = {"claim-list", "build-report"}  # of pages with these only the title is found


class Entry(NamedTuple):
    """Something to be found; search.js reads these in this order.

    kind: page, section, exercise, term or function; anchor: its id in the page, and the label of an exercise.
    """

    kind: str
    anchor: str
    number: str
    title: str
    text: str
    code: str = ""


def entries_of(env, docname: str, doctree: nodes.document) -> list[Entry]:
    """The entries of a page as it is about to be written, in their order; the page itself is the first."""
    found = []
    for node in doctree.findall(nodes.Element):
        if is_titled(node):
            found.append(section(env, docname, node, is_page=node.parent is doctree))
        elif is_exercise_node(node):
            found.append(exercise(env, docname, node))
        elif isinstance(node, addnodes.glossary):
            found += terms(node)
        elif isinstance(node, addnodes.desc):
            found.append(function(node))
    return found[:1] if LISTS & set(env.metadata[docname].get("shows", [])) else found


def section(env, docname: str, node: nodes.section, is_page: bool) -> Entry:
    """A section without the sections in it, or what stands above the first section of a page."""
    numbers = env.toc_secnumbers.get(docname, {})
    number = numbers.get("" if is_page else f"#{node['ids'][0]}", ())
    kind, anchor = ("page", "") if is_page else ("section", node["ids"][0])
    said = descriptions(node.document) + prose(node) if is_page else prose(node)
    if not chapter_of(env, docname):  # the sources of a chapter are in the bibliography too
        said += [one_line(source) for source in node.findall(nodes.citation) if around(source) is node]
    return Entry(kind, anchor, dotted(number), one_line(node[0]), "\n".join(said), "\n".join(code(node)))


def chapter_of(env, docname: str) -> tuple[int, ...]:
    """The number of a chapter, empty for other pages."""
    return env.toc_secnumbers.get(docname, {}).get("", ())


def around(node: nodes.Node) -> nodes.section:
    """The section in which a node stands."""
    while not is_titled(node):
        node = node.parent
    return node


def descriptions(doctree: nodes.document) -> list[str]:
    """What the page says of itself to other search engines."""
    return [meta["content"] for meta in doctree.findall(nodes.meta) if meta.get("name") == "description"]


def exercise(env, docname: str, node: nodes.Element) -> Entry:
    """An exercise without hint and solution."""
    number = env.toc_fignumbers.get(docname, {}).get("exercise", {}).get(node["label"], ())
    title = "".join(map(text, shown_title(node)))
    words = "\n".join(prose(node)), "\n".join(code(node))
    return Entry("exercise", node["label"], dotted(number), title, *words)


def terms(glossary: addnodes.glossary) -> Iterator[Entry]:
    """The terms of a glossary, each with its definition."""
    for item in glossary.findall(nodes.definition_list_item):
        definition = "\n".join(prose(next(item.findall(nodes.definition))))
        for term in item.findall(nodes.term):
            yield Entry("term", term["ids"][0], "", one_line(term), definition)


def function(node: addnodes.desc) -> Entry:
    """A function, a class or a part of one, by its name with dots."""
    signature, content = node[0], node[-1]
    name = ".".join(filter(None, [signature.get("module"), signature["fullname"]]))
    return Entry("function", signature["ids"][0], "", name, "\n".join(prose(content)))


def dotted(number: tuple[int, ...]) -> str:
    """A number as it is printed."""
    return ".".join(map(str, number))
