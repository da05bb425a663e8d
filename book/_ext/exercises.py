"""Sphinx extension: exercises with levels, all of them in a list, and none that lacks a part.

An exercise, in five parts, as an author writes it::

    ```{exercise-start} Among the first k
    :label: ex-top-k
    :class: level-write
    ```

    What is to be done, and then the starter cell, which ends with the call of the checker and fails it:

    ```{code-cell} ipython3
    def top_k_accuracy(S, y, k):
        ...  # your lines


    check("ex-top-k", top_k_accuracy)
    ```

    ```{exercise-end}
    ```

    ```{admonition} Hint
    :class: hint dropdown
    A hint, folded.
    ```

    ```{solution-start} ex-top-k
    :class: dropdown
    ```

    The solution, folded: code that ends with the same call and passes, before or after it the reasons.

    ```{solution-end}
    ```

The levels are `level-recall`, `level-change`, `level-write`, `level-derive` and `level-open`, in this order
on the page. The solution of a `level-derive` has a displayed formula. What is done on paper alone says so,
`:class: level-derive on-paper` (or another level): it has neither starter nor checker, but hint and solution.
A page has no exercises or five at least.

The page with ```` ```{exercise-list} ```` lists all exercises of the book, and every checker must have one.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from docutils import nodes
from executed import executed_cells
from nnbook.check.verdict import CHECKERS, VERDICT
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_exercise.nodes import exercise_subtitle, is_exercise_node, is_solution_node

LEVELS = {
    "level-recall": "recall",
    "level-change": "change a number",
    "level-write": "write a function",
    "level-derive": "derive",
    "level-open": "open question",
}
FEWEST = 5  # exercises of a page

logger = logging.getLogger(__name__)


class exercise_list(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of the list of all exercises."""


class ExerciseList(SphinxDirective):
    """The exercise-list directive."""

    def run(self) -> list[nodes.Node]:
        """Mark the page, for the list can be made only when all pages are read."""
        self.env.metadata[self.env.docname]["exercise_list"] = True
        return [exercise_list()]


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


def check_page(app, doctree: nodes.document) -> None:
    """Warn of everything that is missing from the exercises of a page, and note them for the list."""
    env, exercises = app.env, exercises_of(doctree)
    cells = executed_cells(env) if exercises else []
    metadata = [[output.get("metadata", {}) for output in cell.get("outputs", [])] for _, cell in cells]
    verdicts = [[found[VERDICT] for found in outputs if VERDICT in found] for outputs in metadata]
    faults = [fault for exercise in exercises for fault in faults_of(exercise, verdicts)]
    for line, sentence in [*faults, *faults_of_ladder(exercises)]:
        logger.warning("exercise %s", sentence, location=(env.docname, line))
    env.metadata[env.docname]["exercises"] = [
        {
            "label": exercise.label,
            "title": [node.deepcopy() for node in exercise.title],
            "level": level_words(exercise.node),
        }
        for exercise in exercises
    ]


def faults_of(exercise: Exercise, verdicts: list[list[dict]]) -> list[tuple[int, str]]:
    """What is missing from an exercise: line of the file and sentence.

    verdicts: of each cell of the page, the records that calls of `check` left in its output.
    """
    label, node, faults = exercise.label, exercise.node, []
    on_paper, has_checker = "on-paper" in node["classes"], label in CHECKERS

    def require(condition, sentence: str, line: int = exercise.line) -> None:
        if not condition:
            faults.append((line, f"{label}: {sentence}"))

    def own_verdicts(part: nodes.Element, name: str, line: int) -> list[dict]:
        """The verdicts of the cells in a part of the exercise, if they are about this exercise."""
        cells = [cell["cell_index"] for cell in part.findall(nodes.container) if "cell_index" in cell]
        found = [verdict for index in cells for verdict in verdicts[index]]
        others = {verdict["exercise"] for verdict in found} - {label}
        require(found, f'{name} has no cell that ends in `check("{label}", …)`', line)
        require(not others, f"{name} checks {', '.join(sorted(others))}", line)
        return [verdict for verdict in found if verdict["exercise"] == label]

    require(exercise.level, f"say its level, `:class:` and one of {', '.join(LEVELS)}")
    require(exercise.title, "give it a title, after `{exercise-start}`")
    require(label != f"{node['docname']}-exercise-{node['serial_number']}", "give it a `:label:`")
    require(on_paper or has_checker, "it has no checker in the modules that nnbook.check imports")
    require(
        not on_paper or not has_checker, "it is `on-paper` and has a checker; drop the class or the checker"
    )
    if has_checker and not on_paper:
        tried = own_verdicts(node, "its starter", exercise.line)
        require(not any(verdict["right"] for verdict in tried), "its starter passes the checker as it stands")

    require(exercise.hints, "it has no hint; write an admonition of `:class: hint dropdown` after it")
    for hint in exercise.hints:
        require("dropdown" in hint["classes"], "its hint is open; add `dropdown` to its class", hint.line)

    require(exercise.solutions, "it has no solution")
    for solution in exercise.solutions:
        line = solution[0].line
        require("dropdown" in solution["classes"], "its solution is open; add `:class: dropdown`", line)
        if exercise.level == "level-derive":
            formula = next(solution.findall(nodes.math_block), None)
            require(formula, "its solution derives nothing; display the steps as formulas", line)
        if has_checker and not on_paper:
            for last in own_verdicts(solution, "its solution", line)[-1:]:
                require(last["right"], f"its solution fails the checker: {last['message']}", line)
    return faults


def faults_of_ladder(exercises: list[Exercise]) -> list[tuple[int, str]]:
    """What is wrong with the exercises of a page taken together: line of the file and sentence."""
    order, faults = list(LEVELS), []
    for before, after in pairwise(exercise for exercise in exercises if exercise.level):
        if order.index(after.level) < order.index(before.level):
            sentence = f"{after.label}: {after.level} stands after {before.label}, which is {before.level}"
            faults.append((after.line, sentence))
    if 0 < len(exercises) < FEWEST:
        how_many = f"a page has no exercises or {FEWEST} at least, not {len(exercises)}"
        faults.append((exercises[0].line, f"{exercises[0].label}: {how_many}"))
    return faults


def level_words(node: nodes.Element) -> str:
    """The level of an exercise as the reader sees it."""
    words = [LEVELS[name] for name in LEVELS if name in node["classes"]]
    return ", ".join(words + ["on paper"] * ("on-paper" in node["classes"]))


def level_mark(words: str) -> nodes.inline:
    """The level as it stands beside a title."""
    return nodes.inline("", words, classes=["exercise-level"])


class ShowLevels(SphinxPostTransform):
    """Put the level of each exercise after its title."""

    default_priority = 30  # after sphinx-exercise has made the title

    def run(self, **kwargs) -> None:
        """Mark every exercise of the page."""
        for node in self.document.findall(is_exercise_node):
            node[0] += [nodes.Text(" "), level_mark(level_words(node))]


class ListExercises(SphinxPostTransform):
    """Make the list where the directive stands."""

    default_priority = 5  # before the references in it are resolved

    def run(self, **kwargs) -> None:
        """Replace each place of a list by a list of chapters with a list of exercises in each."""
        for place in list(self.document.findall(exercise_list)):
            chapters = list_of_all(self.env)
            for reference in chapters.findall(pending_xref):
                reference["refdoc"] = self.env.docname
            place.replace_self(chapters)
            if any(chapters.findall(nodes.math)):
                self.env.get_domain("math").data["has_equations"][self.env.docname] = True


def list_of_all(env) -> nodes.bullet_list:
    """The pages in the order of the book, and in each the exercises, with links still to be resolved."""
    chapters = nodes.bullet_list(classes=["exercise-list"])
    for docname in env.collect_relations():
        exercises = nodes.bullet_list()
        for exercise in env.metadata[docname].get("exercises", []):
            title = [child.deepcopy() for child in exercise["title"]]
            words = [link("numref", exercise["label"]), nodes.Text(" "), *title, nodes.Text(" ")]
            exercises += nodes.list_item("", nodes.paragraph("", "", *words, level_mark(exercise["level"])))
        if len(exercises):
            number = env.toc_secnumbers.get(docname, {}).get("", ())
            chapter = nodes.paragraph("", "".join(f"{part}. " for part in number), link("doc", f"/{docname}"))
            chapters += nodes.list_item("", chapter, exercises)
    return chapters


def link(kind: str, target: str) -> pending_xref:
    """A reference with the text that Sphinx gives it: the title of a page, the number of an exercise."""
    attributes = {"refdomain": "std", "reftype": kind, "reftarget": target, "refwarn": True}
    return pending_xref("", nodes.inline(), refexplicit=False, **attributes)


def pages_with_list(env) -> list[str]:
    """The pages that list all exercises."""
    return [docname for docname in env.found_docs if "exercise_list" in env.metadata[docname]]


def renew_lists(app, env) -> list[str]:
    """Have the list written again when something has changed that it shows."""
    titles = [env.titles[docname].astext() for docname in env.collect_relations()]
    shown = "\n".join([list_of_all(env).pformat(), *titles])
    before, env.exercises_shown = getattr(env, "exercises_shown", ""), shown
    return pages_with_list(env) if shown != before else []


def check_book(app, env) -> None:
    """Warn of a checker without an exercise, if the book has the list that is to show all."""
    labels = {exercise["label"] for page in env.metadata.values() for exercise in page.get("exercises", [])}
    for label, checker in CHECKERS.items():
        if pages_with_list(env) and label not in labels:
            where = f"{checker.__code__.co_filename}:{checker.__code__.co_firstlineno}"
            logger.warning("exercise %s: it has a checker and is on no page", label, location=where)


def setup(app) -> dict[str, bool]:
    """Register the directive, the checks, the list and the style."""
    app.setup_extension("sphinx_exercise")
    app.add_node(exercise_list)
    app.add_directive("exercise-list", ExerciseList)
    app.connect("doctree-read", check_page)
    app.connect("env-get-updated", renew_lists)
    app.connect("env-check-consistency", check_book)
    app.add_post_transform(ShowLevels)
    app.add_post_transform(ListExercises)
    app.add_css_file("exercises.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
