"""The checkers of the chapter "XOR"."""

import math
from itertools import product

import numpy as np
import torch

from nnbook.check.compare import (
    Case,
    as_shares,
    as_tensor,
    compare,
    match,
    read_dict,
    try_on_all,
    trying,
)
from nnbook.check.parity_networks import largest_errors
from nnbook.check.verdict import Wrong, checker
from nnbook.toy import xor

WIDTHS = [2, 3, 4, 6]  # of the exercise on three bits
PARTS_OF_A_NETWORK = 0.6  # a share may be off by this number of networks, for rounding


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


def share(errors: torch.Tensor, bound=1 / 4) -> float:
    """The share of the networks with a largest error below the bound."""
    return (errors < bound).double().mean().item()


@checker("ex-xor-linear-output")
def linear_output(attempt) -> str:
    """The share of 2-2-1 sigmoid networks with a linear output that learn XOR, measured again."""
    got = as_tensor(attempt, torch.tensor(0.0)).item()
    if 1 < got <= 300 and got == round(got):
        raise Wrong("a share is between 0 and 1; is this per cent, or a number of networks?")
    as_shares({"the answer": got})
    errors = largest_errors(2, 300, output="linear")
    if abs(got - share(errors)) < PARTS_OF_A_NETWORK / 300 or got == round(share(errors), 2):
        return "so much does one sigmoid less change."
    mistakes = {
        "that is the share with the sigmoid: leave it out in the training, too.": largest_errors(2, 300),
        "that is the share with three hidden units and the sigmoid.": largest_errors(3, 300),
        "that is the share with three hidden units.": largest_errors(3, 300, output="linear"),
        "the hidden units are to be sigmoids, and not tanh.": largest_errors(
            2, 300, activation="tanh", output="linear"
        ),
    }
    shares = {text: share(of) for text, of in mistakes.items()}
    shares["that is the share of those that fail."] = 1 - share(errors)
    shares["is the bound 1/4, and are the starts those of `begin`?"] = share(errors, 1 / 2)
    wrong = {text: {"the answer": other} for text, other in shares.items()}
    match({"the answer": got}, {"the answer": share(errors)}, wrong, rtol=0, atol=PARTS_OF_A_NETWORK / 300)
    return ""


@checker("ex-xor-restarts")
def restarts(attempt) -> str:
    """The smallest r with 1 − (1 − p)^r ≥ c."""
    cases = []
    for p, c in [
        (0.6, 0.99),
        (0.05, 0.9),
        (0.3, 0.999),
        (0.9, 0.5),
        (0.6, 0.3),
        (0.5, 0.75),
        (0.3, 0.8322),
        (0.01, 0.99),
    ]:
        exact = math.log(1 - c) / math.log(1 - p)
        want = math.ceil(exact)
        mistakes = {
            "that is one run too few: is the number rounded down?": math.floor(exact),
            "the number is to be rounded up, and not to the nearest.": round(exact),
            "that is one run too many.": want + 1,
            "where c is reached exactly, that is one run too many.": math.floor(exact) + 1,
            "that is no whole number: round it up.": exact,
            "the sign is wrong: ln(1 − p) is negative.": -want,
            "p and c have changed places.": math.ceil(1 / exact),
            "one success is asked for, and not that all runs succeed.": math.ceil(math.log(c) / math.log(p)),
            "probabilities do not add up: c / p is not the number.": math.ceil(c / p),
        }
        cases.append(Case({"p": p, "c": c}, want, mistakes, rtol=1e-6))
    try_on_all(attempt, cases)
    return "it is the smallest number that is enough, for eight pairs of p and c."


@checker("ex-xor-groups")
def groups_of_corners(attempt) -> str:
    """The mean squared error of the best common answer for each group."""
    generator = torch.Generator().manual_seed(0)
    y = xor()[1].flatten()
    cases = [
        (torch.randn(7, generator=generator), [[0, 2, 4], [1], [3, 5, 6]]),
        (torch.randn(5, generator=generator), [[4, 0], [3, 1, 2]]),
        (y, [[0], [1], [2, 3]]),
        (y, [[0, 1, 3], [2]]),
        (y, [[3, 1, 0, 2]]),
        (y, [[0, 3], [1, 2]]),
    ]
    try_on_all(attempt, [grouped(targets, groups) for targets, groups in cases])
    return "it agrees with the table, and with other targets."


def grouped(targets: torch.Tensor, groups: list[list[int]]) -> Case:
    """Targets (n,) in groups, with the best loss and what mistakes make of it."""
    parts = [targets[g] for g in groups]
    spread = [(part - part.mean()).square().sum() for part in parts]
    variances = [s / len(part) for s, part in zip(spread, parts, strict=True)]
    mistakes = {
        "the sum is not divided by the number of corners.": sum(spread),
        "the sum is divided by 4, and not by the number of targets.": sum(spread) / 4,
        "a group counts once, and not once for each of its corners.": sum(variances) / len(parts),
        "the variances of the groups are added; each group counts with its size.": sum(variances),
        "a sum of squares is divided by k − 1: that is the variance of a sample.": sum(
            (s / max(len(part) - 1, 1)) * len(part) / len(targets)
            for s, part in zip(spread, parts, strict=True)
        ),
        "the mean is that of all targets: each group has its own.": (
            (targets - targets.mean()).square().mean()
        ),
        "every group answers 1/2; the best answer is the mean of its targets.": (
            (targets - 0.5).square().mean()
        ),
        "the best answer is the mean, and not the median, of the targets.": sum(
            (part - part.median()).square().sum() for part in parts
        )
        / len(targets),
        "the errors are not squared.": sum((part - part.mean()).abs().sum() for part in parts) / len(targets),
        "a root is taken: the loss is the mean of the squares itself.": (sum(spread) / len(targets)).sqrt(),
    }
    return Case({"y": targets, "groups": groups}, sum(spread) / len(targets), mistakes)


@checker("ex-xor-separable")
def separable(attempt) -> str:
    """Fourteen of the sixteen functions of two bits are separable: all but XOR and its opposite."""
    found = {}
    for y in product([0.0, 1.0], repeat=4):
        with trying(attempt, {"y": torch.tensor(y)}) as result:
            found[y] = truth(result)
    right = {y: not (y[0] == y[3] != y[1] == y[2]) for y in found}
    if all(found[y] != right[y] for y in found):
        raise Wrong("True and False have changed places: True is for the functions that a line separates.")
    for y, is_separable in right.items():
        shown = [int(t) for t in y]
        if found[y] and not is_separable:
            raise Wrong(f"{shown} is called separable. Which line should do it?")
        if not found[y] and is_separable:
            note = " One class is empty; any line far away will do." if len(set(y)) == 1 else ""
            raise Wrong(f"{shown} is called not separable, and there is a line.{note}")
    return "14 of the 16 functions are separable."


def truth(result) -> bool:
    """A reader's True or False, which may be NumPy's or PyTorch's, or 0 or 1."""
    if torch.is_tensor(result):
        result = result.to_dense().numpy(force=True)
    if not isinstance(result, bool | int | np.generic | np.ndarray) or np.size(result) != 1:
        raise Wrong("a single True or False is asked for.")
    if result not in (0, 1):
        raise Wrong("a single True or False is asked for.")
    return bool(result)


@checker("ex-xor-entropy")
def entropy_levels(attempt) -> str:
    """½ ln 2, ¾ ln 3 − ½ ln 2 and ln 2."""
    ln2, ln3 = math.log(2), math.log(3)
    third = ln3 - 2 / 3 * ln2  # the entropy of one in three
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
        "the sign is wrong: the logarithm of a number below 1 is negative.": [
            -ln2 / 2,
            -3 / 4 * third,
            -ln2,
        ],
        "the levels are asked for in the order two, three, four merged corners.": [
            ln2,
            3 / 4 * third,
            ln2 / 2,
        ],
    }
    compare(attempt, [ln2 / 2, 3 / 4 * third, ln2], mistakes, rtol=2e-3)  # three decimals are enough
    return "the best answer is the mean of the targets for this loss too."


@checker("ex-xor-parity")
def parity(attempt) -> str:
    """Success rates at parity of three bits by width, in a dictionary, measured again."""
    rates = read_dict(attempt, WIDTHS)
    if max(rates.values()) > 100:
        raise Wrong("a share is between 0 and 1; are these numbers of networks?")
    rates = as_shares(rates)
    errors = {width: largest_errors(width, 200, bits=3) for width in WIDTHS}
    want = {width: share(of) for width, of in errors.items()}
    rounded = all(rate == round(rate, 2) for rate in rates.values())
    close = {"rtol": 0, "atol": 0.0051 if rounded else PARTS_OF_A_NETWORK / 200}
    if any(abs(rates[width] - want[width]) > close["atol"] for width in WIDTHS):
        mistakes = {
            "the bound is not 1/4.": {width: share(of, 1 / 2) for width, of in errors.items()},
            "are there 200 networks of each width, of the seeds 0 to 199?": {
                width: share(errors[width][:50]) for width in (2, 3)
            },
            "these are rates of half of the networks; 200 are asked for.": {
                width: share(errors[width][:100]) for width in (2, 3)
            },
            "that is the share of those that fail.": {width: 1 - rate for width, rate in want.items()},
        }
        match(rates, want, mistakes | other_runs(), **close)
    return "more units than are needed find the function more often. Now say what a failure computes."


def other_runs() -> dict[str, dict]:
    """The rates of narrow networks in runs that differ from the exercise in one thing, by what to say."""
    others = {
        "these are rates with tanh: the hidden units are to be sigmoids.": {"activation": "tanh"},
        "these are rates with cross-entropy: the loss is to be the MSE.": {"output": "cross-entropy"},
        "these are rates without a sigmoid at the output.": {"output": "linear"},
        "these are rates after 500 steps; 1,000 are asked for.": {"n_steps": 500},
        "these are rates after 3,000 steps; 1,000 are asked for.": {"n_steps": 3000},
    }
    found = {}
    for text, changed in others.items():
        widths = [2] if changed == {"n_steps": 3000} else [2, 3]
        found[text] = {w: share(largest_errors(w, 200, bits=3, **changed)) for w in widths}
    return found
