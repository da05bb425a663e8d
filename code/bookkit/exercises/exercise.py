"""An exercise as it stands on its page, and its level."""

from dataclasses import dataclass, field

from docutils import nodes
from sphinx_exercise.nodes import exercise_subtitle, is_exercise_node, is_solution_node

LEVELS = {
    "level-recall": "recall",
    "level-change": "change a number",
    "level-write": "write a function",
    "level-derive": "derive",
    "level-open": "open question",
}


@dataclass
class Exercise:
    """An exercise as it stands on its page, with the hint and the solutions that belong to it."""

    node: nodes.Element
    hints: list[nodes.Element] = field(default_factory=list)
    solutions: list[nodes.Element] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The label under which it is linked and checked."""
        return self.node["label"]

    @property
    def line(self) -> int:
        """The line of the file on which it starts."""
        return self.node[0].line

    @property
    def title(self) -> list[nodes.Node]:
        """The nodes of its title."""
        return [child for subtitle in self.node[0].findall(exercise_subtitle) for child in subtitle]

    @property
    def level(self) -> str:
        """Its level, as its class says it; empty if it says none or several."""
        levels = [name for name in LEVELS if name in self.node["classes"]]
        return levels[0] if len(levels) == 1 else ""


def exercises_of(doctree: nodes.document) -> list[Exercise]:
    """The exercises of a page, in their order."""
    exercises: dict[str, Exercise] = {}
    for node in doctree.findall(nodes.Admonition):
        if is_exercise_node(node):
            exercises[node["label"]] = Exercise(node)
        elif is_solution_node(node):
            if node["target_label"] in exercises:  # sphinx-exercise warns of the others
                exercises[node["target_label"]].solutions.append(node)
        elif exercises and (isinstance(node, nodes.hint) or "hint" in node["classes"]):
            list(exercises.values())[-1].hints.append(node)
    return list(exercises.values())


def level_words(node: nodes.Element) -> str:
    """The level of an exercise as the reader sees it."""
    words = [LEVELS[name] for name in LEVELS if name in node["classes"]]
    return ", ".join(words + ["on paper"] * ("on-paper" in node["classes"]))


def shown_title(node: nodes.Element) -> list[nodes.Node]:
    """The nodes of the title as the page shows it: sphinx-exercise sets brackets; the level follows."""
    return node[0][1:-3]
