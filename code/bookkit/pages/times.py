"""Sphinx extension: how long a chapter and each of its sections take to read, and how long it took to run.

The directive `chapter-times` is filled in when the whole page is known; a page that has it shows the minutes
of each section under its title too.
"""

import re

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import is_exercise_node, solution_node

from bookkit.pages.deeper import CLASS as DEEPER

WORDS_PER_MINUTE = 100  # a third of what people read in a novel: formulas and code are read more than once
FOLDED = {"tag_hide-input", "tag_hide-cell"}  # cells whose code a reader has to open
CHAPTER, SECTION = "chapter-times", "section-time"  # classes


class ChapterTimes(SphinxDirective):
    """An empty line that `write_times` fills in when the whole page is known."""

    def run(self) -> list[nodes.Node]:
        """The line."""
        line = nodes.paragraph(classes=[CHAPTER])
        self.set_source_info(line)
        return [line]


def write_times(app, doctree: nodes.document) -> None:
    """Fill in the line of the directive, and say under the title of each section how long it takes."""
    sections = read_sections(doctree)
    words, deeper = count_words(doctree), sum(map(count_words, folds(doctree)))
    exercises = sum(count_words(section) for section in sections_of(doctree) if section not in sections)
    main = words - exercises
    NbMetadataCollector.set_doc_data(app.env, app.env.docname, "minutes", minutes(main, 5))
    lines = [line for line in doctree.findall(nodes.paragraph) if CHAPTER in line["classes"]]
    if not lines:
        return
    speed = f"{main:,} words, shown code included, at {WORDS_PER_MINUTE} a minute"
    parts = f", in {len(sections)} sections" if len(sections) > 1 else ""
    times = {"To read": f"about {minutes(main, 5)} minutes{parts} ({speed})"}
    if deeper:
        times["Deeper"] = f"{in_minutes(deeper)} more, in folds that a first reader may skip"
    if seconds := seconds_of(app.env, app.env.docname):
        times["To run"] = f"{seconds:.0f} seconds when this page was made"
    for line in lines:
        for title, text in times.items():
            line += [nodes.strong(text=title), nodes.Text(f" {text}. ")]
    for section in sections:
        section.insert(1, nodes.paragraph("", in_minutes(count_words(section)), classes=[SECTION]))


def sections_of(doctree: nodes.document) -> list[nodes.section]:
    """The sections of the chapter, without those inside them."""
    chapter = next(doctree.findall(nodes.section), nodes.section())
    return [node for node in chapter.children if isinstance(node, nodes.section)]


def read_sections(doctree: nodes.document) -> list[nodes.section]:
    """The sections that are read, not worked through: those before the exercises."""
    sections = sections_of(doctree)
    for k, section in enumerate(sections):
        if any(is_exercise_node(node) for node in section.findall(nodes.Element)):
            return sections[:k]
    return sections


def folds(node: nodes.Element) -> list[nodes.Element]:
    """The folds for those who want more."""
    return [box for box in node.findall(nodes.admonition) if DEEPER in box["classes"]]


def count_words(node: nodes.Node) -> int:
    """The words of prose, formulas and shown code; outputs, solutions and what is folded away do not count.

    Of a fold that is asked for itself all words count.
    """
    if isinstance(node, nodes.Text):
        return len(re.findall(r"\w\S*", node))
    return sum(count_words(child) for child in node.children if not is_skipped(child))


def is_skipped(node: nodes.Node) -> bool:
    """Whether a reader of the main line does not read this."""
    classes = node.get("classes", []) if isinstance(node, nodes.Element) else []
    folded = "cell_input" in classes and FOLDED & set(node.parent["classes"])
    return isinstance(node, solution_node) or bool({"cell_output", DEEPER} & set(classes) or folded)


def minutes(words: int, step: int = 1) -> int:
    """The minutes that words take to read, rounded to a multiple of `step`, one step at least."""
    return max(step, step * round(words / WORDS_PER_MINUTE / step))


def in_minutes(words: int) -> str:
    """How long words take to read, in words."""
    return "1 minute" if minutes(words) == 1 else f"{minutes(words)} minutes"


def minutes_to_read(env, docname: str) -> int | None:
    """How long a page takes to read; None before it has been read in, or if there is none."""
    return NbMetadataCollector.get_doc_data(env).get(docname, {}).get("minutes")


def seconds_of(env, docname: str) -> float | None:
    """How long the page took to run, in this build or when it was kept; None without cells."""
    execution = NbMetadataCollector.get_exec_data(env, docname)
    return execution and execution["runtime"]


def setup(app) -> dict[str, bool]:
    """Register the directive and what fills it."""
    app.add_directive("chapter-times", ChapterTimes)
    app.connect("doctree-read", write_times, priority=900)  # after the lints, to which its numbers look typed
    return {"parallel_read_safe": True, "parallel_write_safe": True}
