"""Exercises with levels, all of them in a list, and none that lacks a part.

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

from bookkit.exercises.faults import check_book, check_page
from bookkit.exercises.listing import ExerciseList, ListExercises, ShowLevels, exercise_list, renew_lists


def setup(app) -> dict[str, bool]:
    """Register the directive, the checks and the list."""
    app.setup_extension("sphinx_exercise")
    app.setup_extension("bookkit.execution")  # whose runs hold what the checkers said
    app.add_node(exercise_list)
    app.add_directive("exercise-list", ExerciseList)
    app.connect("doctree-read", check_page)
    app.connect("env-get-updated", renew_lists, priority=600)  # after Sphinx has numbered everything
    app.connect("env-check-consistency", check_book)
    app.add_post_transform(ShowLevels)
    app.add_post_transform(ListExercises)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
