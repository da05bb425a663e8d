"""The checkers of the chapter "XOR"."""

import math
from itertools import product

import torch

from nnbook.check.compare import as_tensor, call, compare, require_function, try_on
from nnbook.check.verdict import Wrong, checker
from nnbook.toy import xor


def share(attempt) -> float:
    """A share of networks, between 0 and 1."""
    got = as_tensor(attempt, torch.tensor(0.0)).item()
    if 1 < got <= 100:
        raise Wrong("a share is between 0 and 1; is this per cent, or a number of networks?")
    if not 0 <= got <= 1:
        raise Wrong("a share is between 0 and 1.")
    return got


@checker("ex-xor-nand")
def nand(attempt) -> str:
    """Any [w1, w2, b] whose score is positive where NAND is 1 and negative where it is 0."""
    w1, w2, b = as_tensor(attempt, torch.zeros(3)).tolist()
    scores = {(x1, x2): w1 * x1 + w2 * x2 + b for x1, x2 in product([0, 1], repeat=2)}
    if not all(math.isfinite(s) for s in scores.values()):
        raise Wrong("the scores are not finite.")
    if all(s > 0 if corner == (1, 1) else s < 0 for corner, s in scores.items()):
        raise Wrong("that is AND; NAND is its opposite.")
    for corner, s in scores.items():
        wanted = "negative" if corner == (1, 1) else "positive"
        if s == 0:
            raise Wrong(f"at {corner} the score is 0, so the line goes through this corner.")
        if (s > 0) != (wanted == "positive"):
            raise Wrong(f"at {corner} the score should be {wanted}.")
    return "each of the four corners is on its right side."


@checker("ex-xor-linear-output")
def linear_output(attempt) -> str:
    """The share of 2-2-1 sigmoid networks with a linear output that learn XOR: 0.82 to 0.87."""
    got = share(attempt)
    if got < 0.5:
        raise Wrong(
            "so few? Leave the sigmoid out in the loss and in the largest error, and keep the hidden ones."
        )
    if got < 0.7:
        raise Wrong("that is near the share with the sigmoid: has the training used the new loss?")
    if got > 0.95:
        raise Wrong("so many? Use the starts of width 2, 1,000 steps and AdamW, and count errors below 1/4.")
    return "so much does one sigmoid less change."


@checker("ex-xor-restarts")
def restarts(attempt) -> str:
    """The smallest r with 1 − (1 − p)^r ≥ c."""
    for p, c in [(0.9, 0.5), (0.6, 0.99), (0.05, 0.9), (0.3, 0.999), (0.6, 0.3)]:
        exact = math.log(1 - c) / math.log(1 - p)
        mistakes = {
            "that is one run too few: is the number rounded down?": math.ceil(exact) - 1,
            "that is one run too many.": math.ceil(exact) + 1,
            "that is no whole number: round it up.": exact,
            "the sign is wrong: ln(1 − p) is negative.": -math.ceil(exact),
            "p and c have changed places.": math.ceil(1 / exact),
            "one success is asked for, and not that all runs succeed.": math.ceil(math.log(c) / math.log(p)),
            "probabilities do not add up: c / p is not the number.": math.ceil(c / p),
        }
        try_on(
            attempt,
            {"p": p, "c": c},
            torch.tensor(float(math.ceil(exact))),
            mistakes={text: torch.tensor(float(value)) for text, value in mistakes.items()},
            rtol=1e-6,
        )
    return "it is the smallest number that is enough, for five pairs of p and c."


@checker("ex-xor-groups")
def groups_of_corners(attempt) -> str:
    """The mean squared error of the best common answer for each group."""
    generator = torch.Generator().manual_seed(0)
    y = xor()[1].flatten()
    cases = [  # the first tells all mistakes apart
        (torch.randn(7, generator=generator), [[0, 2, 4], [1], [3, 5, 6]]),
        (y, [[0], [1], [2, 3]]),
        (y, [[0, 1, 3], [2]]),
        (y, [[3, 1, 0, 2]]),
        (y, [[0, 3], [1, 2]]),
    ]
    for targets, groups in cases:
        parts = [targets[g] for g in groups]
        spread = [(part - part.mean()).square().sum() for part in parts]
        want = sum(spread) / len(targets)
        mistakes = {
            "the sum is not divided by the number of corners.": sum(spread),
            "the sum is divided by 4, and not by the number of targets.": sum(spread) / 4,
            "a group counts once, and not once for each of its corners.": sum(
                s / len(part) for s, part in zip(spread, parts, strict=True)
            )
            / len(parts),
            "the variances of the groups are added; each group counts with its size.": sum(
                s / len(part) for s, part in zip(spread, parts, strict=True)
            ),
            "the mean is that of all targets: each group has its own.": (
                (targets - targets.mean()).square().mean()
            ),
            "every group answers 1/2; the best answer is the mean of its targets.": (
                (targets - 0.5).square().mean()
            ),
            "the errors are not squared.": sum((part - part.mean()).abs().sum() for part in parts)
            / len(targets),
        }
        try_on(attempt, {"y": targets, "groups": groups}, want, mistakes=mistakes)
    return "it agrees with the table, and with other targets."


@checker("ex-xor-separable")
def separable(attempt) -> str:
    """Fourteen of the sixteen functions of two bits are separable: all but XOR and its opposite."""
    for y in product([0.0, 1.0], repeat=4):
        targets = torch.tensor(y)
        require_function(attempt, {"y": targets})
        got = call(attempt, {"y": targets.clone()})
        if got is None or got is ...:
            raise Wrong("the function returns nothing: is a line still to be written?")
        try:
            got = bool(got)
        except (RuntimeError, ValueError):
            raise Wrong("a single True or False is asked for.") from None
        diagonals = y[0] == y[3] != y[1] == y[2]
        if got and diagonals:
            raise Wrong(f"{[int(t) for t in y]} is called separable. Which line should do it?")
        if not got and not diagonals:
            note = " One class is empty; any line far away will do." if len(set(y)) == 1 else ""
            raise Wrong(f"{[int(t) for t in y]} is called not separable, and there is a line.{note}")
    return "14 of the 16 functions are separable."


@checker("ex-xor-entropy")
def entropy_levels(attempt) -> str:
    """½ ln 2, ¾ ln 3 − ½ ln 2 and ln 2."""
    ln2, ln3 = math.log(2), math.log(3)
    third = ln3 - 2 / 3 * ln2  # the entropy of one in three
    want = torch.tensor([ln2 / 2, 3 / 4 * third, ln2], dtype=torch.float64)
    mistakes = {
        "these are the levels of the mean squared error.": [1 / 8, 1 / 6, 1 / 4],
        "these are the losses of the groups alone; a group of k corners counts k/4.": [ln2, third, ln2],
        "these are sums over the corners; the loss is their mean.": [2 * ln2, 3 * third, 4 * ln2],
        "three merged corners answer 1/3 or 2/3, not 1/2.": [ln2 / 2, 3 / 4 * ln2, ln2],
        "every corner has the weight that its target has: a target 0 costs −ln(1 − ŷ).": [
            ln2 / 4,
            3 / 4 * ln3 / 3,
            ln2 / 2,
        ],
    }
    compare(
        attempt,
        want,
        {text: torch.tensor(levels, dtype=torch.float64) for text, levels in mistakes.items()},
        rtol=2e-3,  # three decimals are enough
    )
    return "the best answer is the mean of the targets for this loss too."


@checker("ex-xor-parity")
def parity(attempt) -> str:
    """Success rates at parity of three bits by width, in a dictionary."""
    widths = [2, 3, 4, 6]
    if not isinstance(attempt, dict) or set(attempt) != set(widths):
        raise Wrong("a dictionary with the keys 2, 3, 4 and 6 is asked for.")
    two, three, four, six = (share(attempt[width]) for width in widths)
    if two == three == four == six:
        raise Wrong("all are equal: does each width have its own networks?")
    if two > 0.3:
        raise Wrong(
            "two units do better than they should: is the task that of three bits, and are there 1,000 steps?"
        )
    if not 0.5 < three < 0.96 or four < three:
        raise Wrong(
            "three units should succeed often, and four more often: are the targets the sum of the bits "
            "modulo 2, and the bound 1/4?"
        )
    if six < 0.95:
        raise Wrong("six units hardly ever fail: is each width trained from its own start, for 1,000 steps?")
    return "more units than are needed find the function more often. Now say what a failure computes."
