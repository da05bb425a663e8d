"""Medians of twenty networks, which have two middle ones: either way of taking them is accepted."""

import math
from collections.abc import Callable

TOLERANCE = {"rtol": 3e-3, "atol": 5e-5}  # of a median loss: four decimals are enough
# torch.median takes the lower, NumPy the mean of both.
MEDIANS = (lambda losses: losses.median().item(), lambda losses: losses.quantile(0.5).item())


def close(a: float, b: float) -> bool:
    """Whether two numbers are those of the same run."""
    return math.isclose(a, b, rel_tol=TOLERANCE["rtol"], abs_tol=TOLERANCE["atol"])


def median_meant(got: dict, answer: Callable) -> Callable | None:
    """The median of which more of the numbers are, wherever they stand; None if each is one or the other.

    answer: the right numbers, by name, as a function of the median.
    """
    wants = {median: answer(median) for median in MEDIANS}
    if all(any(close(got[name], want[name]) for want in wants.values()) for name in got):
        return None
    return max(
        wants,
        key=lambda median: sum(any(close(v, w) for w in wants[median].values()) for v in got.values()),
    )
