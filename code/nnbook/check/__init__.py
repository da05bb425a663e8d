'''Check an attempt at an exercise: `check("ex-top-k", top_k_accuracy)` says yes, or what is wrong.

The reader and the build call the same function. The checkers of a chapter are in the module named after it,
or, if they are many, in a second one whose name begins with that as well.
One is a function of the attempt that returns its praise or raises `Wrong`, marked with the exercise's label::

    @checker("ex-mse")
    def mse(attempt) -> str:
        """The mean of the squared errors, against `F.mse_loss`."""
        def cases():
            generator = torch.Generator().manual_seed(0)  # never torch.manual_seed, and no other global state
            for n in [50, 1]:
                y, y_hat = torch.randn(2, n, generator=generator)
                mistakes = {"the errors are not squared.": (y_hat - y).abs().mean()}
                yield Case({"y": y, "y_hat": y_hat}, F.mse_loss(y_hat, y), mistakes, batch=n)

        try_on_all(attempt, cases())
        return "it agrees with F.mse_loss."

What checkers use is in `nnbook.check.compare`: `try_on_all` for functions, `compare` for numbers and tensors,
`require` and `match` for what was measured, `trying` for results that need a judge of their own, `without`
for what is forbidden. They find by themselves a wrong shape, sign, scale or order, a sum in place of a mean,
nan and where it comes from, an error, a changed input, a result that changes later, numbers that have changed
places; `mistakes` are this exercise's own.
A new module needs no entry anywhere; `tests/nnbook/check/test_<module>.py` tries its checkers.
'''

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module

from nnbook.check import verdict
from nnbook.check.calling import results_kept
from nnbook.check.reading import describe, first_line
from nnbook.check.surroundings import own_surroundings
from nnbook.check.verdict import Verdict, Wrong
from nnbook.exercise_labels import labels_by_module


def check(exercise: str, attempt) -> Verdict:
    """Judge `attempt` at the exercise of that label; whatever either is, no error reaches the reader.

    exercise: the label that stands in the exercise's starter cell, such as "ex-top-k".
    attempt: what the exercise asks for: a number, a tensor or a function.
    Only an interrupt by the reader gets through, for a function that does not end.
    """
    judge = checker_of(exercise) if isinstance(exercise, str) else None
    if judge is None:
        return Verdict(str(exercise), False, no_exercise(exercise))
    try:
        with own_surroundings(), results_kept():
            return Verdict(exercise, True, judge(attempt))
    except Wrong as wrong:
        return Verdict(exercise, False, str(wrong))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        what = "what the function returns" if callable(attempt) else f"this, {describe(attempt)}"
        return Verdict(exercise, False, f"the checker cannot read {what}: {first_line(error)}.")


def checker_of(label: str) -> Callable | None:
    """The checker of an exercise; None if there is none.

    Only its module is imported, so that a page hangs on the checkers that it uses, and on no others.
    """
    own = [name for name, labels in labels_by_module().items() if label in labels]
    for name in own or labels_by_module():
        import_module(f"nnbook.check.{name}")
    return verdict.CHECKERS.get(label)


def __getattr__(name: str):
    """CHECKERS, the checkers of all exercises by label, for which all modules are imported."""
    if name != "CHECKERS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in labels_by_module():
        import_module(f"nnbook.check.{module}")
    return verdict.CHECKERS


def no_exercise(label) -> str:
    """The sentence for a label that names no exercise."""
    if not isinstance(label, str):
        return "the label of the exercise comes first, in quotes, and the attempt after it."
    near = get_close_matches(label, verdict.CHECKERS, n=1)
    return f'there is no exercise "{label}".' + (f' Is "{near[0]}" meant?' if near else "")
