"""What is missing from the exercises of a page, and from the book."""

from itertools import pairwise

from docutils import nodes
from nnbook.exercise_labels import FOLDER, labels_by_module
from sphinx.util import logging

from bookkit.execution.executed import executed_cells
from bookkit.exercises.exercise import LEVELS, Exercise, exercises_of, level_words
from bookkit.incremental.whole_book import pages_with

FEWEST = 5  # exercises of a page
VERDICT = "nnbook-verdict"  # that of nnbook.check.verdict, which loads PyTorch

logger = logging.getLogger("bookkit.exercises")


def checkers() -> dict[str, str]:
    """The labels of all exercises that have a checker, and where it stands."""
    modules = labels_by_module().items()
    return {label: f"{FOLDER / name}.py:{line}" for name, labels in modules for label, line in labels.items()}


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
    on_paper, has_checker = "on-paper" in node["classes"], label in checkers()

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


def check_book(app, env) -> None:
    """Warn of a checker without an exercise, if the book has the list that is to show all."""
    labels = {exercise["label"] for page in env.metadata.values() for exercise in page.get("exercises", [])}
    for label, where in checkers().items():
        if pages_with(env, "exercise-list") and label not in labels:
            logger.warning("exercise %s: it has a checker and is on no page", label, location=where)
