"""How a checker tries a function on one case or on several, and finds where nan and inf come from."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from nnbook.check.calling import call, tried_with, trying
from nnbook.check.comparing import Diagnosis, diagnose, explain
from nnbook.check.copying import own_copies
from nnbook.check.verdict import Wrong


@dataclass(frozen=True)
class Case:
    """Inputs for a function and the right result, with what `compare` takes besides."""

    inputs: Mapping
    want: object
    mistakes: Mapping = field(default_factory=dict)
    batch: int = 1
    rtol: float = 1e-4


def try_on(attempt: Callable, inputs: Mapping, want, **how) -> None:
    """Call a reader's function and `compare` its result with `want`; it must leave its inputs as they are.

    inputs: the arguments in their order, under the names that the exercise gives them.
    how: the remaining arguments of `compare`.
    """
    with trying(attempt, inputs) as result:
        explain([judged(attempt, result, Case(inputs, want, **how))])


def try_on_all(attempt: Callable, cases: Iterable[Case]) -> None:
    """Call a reader's function on each case, and name a cause only if it explains the results of all.

    A case in which the function is right speaks against a cause too. If no cause explains them all, the
    sentence is the neutral one, and it says with which inputs it was found. Put extreme inputs, which are
    to show that nothing overflows, into a call of their own after the ordinary ones.
    """
    found = []
    try:
        for case in cases:
            with trying(attempt, case.inputs) as result:
                found.append((judged(attempt, result, case), case))
    except Wrong:
        if all(diagnosis.right for diagnosis, _ in found):
            raise  # otherwise an earlier result was wrong, and is told first
    wrong = [(d, case) for d, case in found if not d.right]
    if wrong:
        telling = next((case for d, case in wrong if d.finite), wrong[0][1])
        with tried_with(telling.inputs):
            explain([d for d, _ in found])


def judged(attempt: Callable, result, case: Case) -> Diagnosis:
    """The diagnosis of a result; if it is not finite, the attempt is called again to find out why."""
    how = {"mistakes": case.mistakes, "batch": case.batch, "rtol": case.rtol}
    diagnosis = diagnose(result, case.want, **how)
    if diagnosis.right or diagnosis.finite:
        return diagnosis
    return diagnose(result, case.want, **how, not_finite=why_not_finite(attempt, case.inputs))


def why_not_finite(attempt: Callable, inputs: Mapping) -> str:
    """Which operation makes nan or inf of finite numbers, as a question; none if it cannot be seen."""
    watch = Watch()
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        try:
            with watch:
                call(attempt, own_copies(inputs))
        except Wrong:
            pass
    warned = [what for warning in caught if (what := told_by_numpy(str(warning.message)))]
    made = watch.nan or watch.inf or (warned[0] if warned else "")
    return QUESTIONS.get(made, "")


QUESTIONS = {
    "0/0": "is 0 divided by 0?",
    "division": "is a number divided by 0?",
    "overflow": "does an exponential overflow?",
    "log 0": "does a logarithm meet 0?",
    "log −": "does a logarithm meet a negative number?",
    "root": "is it the root of a negative number?",
    "few": "is it a mean or a variance of too few numbers?",
    "large": "does a number get too large?",
}
# The operations by a part of their name, and what they have met if nan or if inf comes out.
OPERATIONS = {
    "log_softmax": ("", ""),
    "softmax": ("", ""),
    "logsumexp": ("", ""),
    "log": ("log −", "log 0"),
    "exp": ("", "overflow"),
    "cosh": ("", "overflow"),
    "sinh": ("", "overflow"),
    "div": ("0/0", "division"),
    "reciprocal": ("0/0", "division"),
    "rsqrt": ("root", "division"),
    "sqrt": ("root", ""),
    "pow": ("root", "large"),
    "square": ("", "large"),
    "mul": ("", "large"),
    "sum": ("", "large"),
    "var": ("few", "large"),
    "std": ("few", "large"),
    "mean": ("few", "large"),
    "normalize": ("0/0", "division"),
}


class Watch(TorchFunctionMode):
    """Note the first operations that make nan, and inf, of finite numbers."""

    nan = inf = ""  # of an instance, once it has seen one

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Call the operation, and look at what goes in and what comes out."""
        result = func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "").strip("_")
        known = next((made for part, made in OPERATIONS.items() if part in name), None)
        if known and torch.is_tensor(result) and all(is_finite(a) for a in args):
            if result.is_floating_point() and result.isnan().any():
                self.nan = self.nan or known[0]
            elif not is_finite(result):
                self.inf = self.inf or known[1]
        return result


def is_finite(value) -> bool:
    """Whether a tensor has no nan and no inf; anything else has none."""
    return not torch.is_tensor(value) or not value.is_floating_point() or bool(value.isfinite().all())


def told_by_numpy(message: str) -> str:
    """The key in `QUESTIONS` for a warning such as 'divide by zero encountered in log'."""
    kind, _, name = message.partition(" encountered in ")
    if "empty slice" in message or "Degrees of freedom" in message:
        return "few"
    if kind == "overflow":
        return "overflow" if "exp" in name else "large"
    if kind == "divide by zero":
        return "log 0" if "log" in name else "division"
    if kind == "invalid value":
        return next(
            (key for part, key in {"div": "0/0", "log": "log −", "sqrt": "root"}.items() if part in name), ""
        )
    return ""
