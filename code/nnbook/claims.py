"""Claims: what the prose asserts is asserted in the page, and written down for the list of claims."""

import math
from collections.abc import Sequence
from statistics import mean, stdev

import numpy as np
import torch
from IPython.display import display

CLAIM_TYPE = "application/vnd.nnbook.claim+json"
READABLE = 1e15  # nobody reads the digits of a whole number beyond


def claim(text: str, value, low: float = -math.inf, high: float = math.inf) -> None:
    """Assert that low ≤ value ≤ high, and record it in the cell's output.

    text: what is claimed, a clause without the value.
    value: a number; or several, as an array, a tensor or a list (say, one for each seed), each of which has
    to be within the bounds; or a truth value, which needs no bounds: it has to be true.
    Raises AssertionError, with the claim, if it is false, and ValueError if there is no value or no bound,
    for then it could not be false.
    """
    values = (
        value.detach().flatten().tolist() if isinstance(value, torch.Tensor) else np.ravel(value).tolist()
    )
    if not values:
        raise ValueError(f"The claim “{text}” has no value.")
    if low == -math.inf and high == math.inf:
        if not all(isinstance(v, bool) for v in values):
            raise ValueError(f"The claim “{text}” has no bound: give low, high or both.")
        low = high = True

    wrong = [v for v in values if not (low <= v <= high and math.isfinite(v))]
    if wrong:
        shown = f"{wrong[0]:.12g}"  # all digits, for it may be close to a bound
        fault = f"{shown} is not finite" if math.isinf(wrong[0]) else f"{shown} is not {bounds(low, high)}"
        share = f" ({len(wrong)} of {len(values)} values are wrong)" if len(values) > 1 else ""
        raise AssertionError(f"The claim “{text}” is false: {fault}{share}.")
    limits = {"low": low if math.isfinite(low) else None, "high": high if math.isfinite(high) else None}
    display({CLAIM_TYPE: {"text": text, "values": values, **limits}}, raw=True)


def with_spread(values: Sequence[float]) -> str:
    """The mean of several values and their standard deviation, as text to `glue`: "0.9431 ± 0.0042".

    values: two or more, such as the accuracies with as many seeds. The standard deviation is that of a sample
    (divided by n − 1) and has two digits; the mean is rounded where it ends.
    """
    spread = stdev(values)
    digits = max(0, 1 - math.floor(math.log10(spread))) if spread else 4
    return f"{mean(values):,.{digits}f} ± {spread:,.{digits}f}"


def bounds(low: float | None, high: float | None) -> str:
    """Two bounds in words; None or infinity is no bound."""
    if low is True:
        return "true"
    if low == high:
        return f"exactly {number(low)}"
    if low in (None, -math.inf):
        return f"at most {number(high)}"
    if high in (None, math.inf):
        return f"at least {number(low)}"
    return f"between {number(low)} and {number(high)}"


def number(value: float) -> str:
    """A number as people write it, with at most six digits unless it is whole and can be read."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < READABLE else f"{value:.6g}"
