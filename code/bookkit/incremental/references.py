"""Pages are written again when what they refer to has moved, has another number or title, or is gone."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from docutils import nodes
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.addnodes import pending_xref
from sphinx.util import docname_join

Targets = dict[str, frozenset]


def note_references(app, doctree: nodes.document) -> None:
    """Note the names of all that a page refers to, be they labels, terms, objects or pages."""
    env = app.env
    names = set(chain.from_iterable(map(names_of, doctree.findall(pending_xref))))
    names |= {reference.refdoc for reference in doctree.findall(PendingGlueReference) if reference.refdoc}
    env.bookkit_refers[env.docname] = names | {docname_join(env.docname, name) for name in names}


def names_of(xref: pending_xref) -> Iterator[str]:
    """The names under which the target of a reference may be known."""
    for key in ("reftarget", "reftargetid"):
        if name := xref.get(key):
            yield from (name, name.lower(), name.removesuffix(".md"), name.removeprefix("/"))


def targets(env) -> Targets:
    """All that can be referred to, by name: where each is, and the words and numbers that stand for it."""
    found = defaultdict(set)
    std, math = env.get_domain("std"), env.get_domain("math")
    numbers = {
        (docname, anchor): number
        for docname, kinds in env.toc_fignumbers.items()
        for anchors in kinds.values()
        for anchor, number in anchors.items()
    }
    sections = {
        (docname, anchor.removeprefix("#")): number
        for docname, anchors in env.toc_secnumbers.items()
        for anchor, number in anchors.items()
    }
    for name, place in chain(std.labels.items(), std.anonlabels.items()):
        found[name].add((place[:3], numbers.get(place[:2]), sections.get(place[:2])))
    for domain in env.domains.values():
        for name, words, kind, docname, anchor, _ in domain.get_objects():
            found[name].add((kind, words, docname, anchor))
            found[name.lower()].add((kind, words, docname, anchor))
    for name, equation in math.equations.items():
        found[name].add(equation)
    for docname, title in env.titles.items():
        slugs = env.metadata[docname].get("myst_slugs", {})
        words = title.astext(), sections.get((docname, "")), repr(env.bookkit_runs.get(docname))
        found[docname].add((words, repr(slugs)))
    return {name: frozenset(map(repr, places)) for name, places in found.items()}


def contents(env) -> str:
    """What every page shows of the others in its sidebar: their order, titles and numbers."""
    order = env.toctree_includes.get(env.config.root_doc, [])
    return repr(
        [(name, env.titles[name].astext(), env.toc_secnumbers.get(name, {}).get("")) for name in order]
    )


def write_again(app, env) -> list[str]:
    """The pages to write again, now that all that have changed were read."""
    before, env.bookkit_targets = env.bookkit_targets, targets(env)
    shown, env.bookkit_contents = env.bookkit_contents, contents(env)
    if shown != env.bookkit_contents:
        return sorted(env.found_docs)
    now = env.bookkit_targets
    moved = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    return sorted(docname for docname, names in env.bookkit_refers.items() if names & moved)


def prepare(app) -> None:
    """Make room in Sphinx's memory."""
    for name, empty in {"bookkit_refers": {}, "bookkit_targets": {}, "bookkit_contents": ""}.items():
        if not hasattr(app.env, name):
            setattr(app.env, name, empty)


def forget(app, env, docname: str) -> None:
    """Forget a page that is read anew or is there no more."""
    env.bookkit_refers.pop(docname, None)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("builder-inited", prepare)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-read", note_references)
    app.connect("env-get-updated", write_again, priority=600)  # after Sphinx has numbered everything
    return {"parallel_read_safe": True, "parallel_write_safe": True}
