"""The checkers of "XOR": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import torch
from nnbook.check import check, xor

from tests.nnbook.check.attempts import attempts


def runs_needed(p, c):
    return math.ceil(math.log(1 - c) / math.log(1 - p))


def counted_up(p, c):
    r = 1
    while 1 - (1 - p) ** r < c:
        r += 1
    return r


def best_loss(y, groups):
    return sum((y[g] - y[g].mean()).square().sum() for g in groups) / len(y)


def in_numpy(y, groups):
    y_hat = np.empty(len(y))
    for g in groups:
        y_hat[g] = y.numpy()[g].mean()
    return ((y.numpy() - y_hat) ** 2).mean()


def over_groups(combine, measure):
    """A wrong `best_loss`: `combine` of what `measure` gives for the targets of each group."""
    return lambda y, groups: combine(y, [measure(y[g]) for g in groups])


def spread(t):
    return (t - t.mean()).square()


def by_diagonals(y):
    return not y[0] == y[3] != y[1] == y[2]


LN2, THIRD = math.log(2), math.log(3) - 2 / 3 * math.log(2)
LEVELS = [LN2 / 2, 3 / 4 * THIRD, LN2]
PARITY = {2: 0.04, 3: 0.82, 4: 0.975, 6: 1.0}

RIGHT = [
    ("ex-xor-nand", [-1, -1, 1.5]),
    ("ex-xor-nand", torch.tensor([-20.0, -30.0, 40.0])),
    ("ex-xor-nand", np.array([-2, -2, 3])),
    ("ex-xor-linear-output", 0.845),
    ("ex-xor-linear-output", torch.tensor(0.80)),
    ("ex-xor-restarts", runs_needed),
    ("ex-xor-restarts", counted_up),
    ("ex-xor-restarts", lambda p, c: torch.tensor(float(counted_up(p, c)))),
    ("ex-xor-groups", best_loss),
    ("ex-xor-groups", in_numpy),
    ("ex-xor-groups", lambda y, groups: best_loss(y, groups).item()),
    ("ex-xor-separable", by_diagonals),
    ("ex-xor-separable", lambda y: np.bool_(by_diagonals(y))),
    ("ex-xor-separable", lambda y: torch.as_tensor(by_diagonals(y))),
    ("ex-xor-entropy", LEVELS),
    ("ex-xor-entropy", torch.tensor(LEVELS)),
    ("ex-xor-entropy", [0.347, 0.477, 0.693]),
    ("ex-xor-parity", PARITY),
    ("ex-xor-parity", {width: torch.tensor(rate) for width, rate in PARITY.items()}),
    ("ex-xor-parity", {2: 0.0, 3: 0.74, 4: 0.95, 6: 0.995}),
]

WRONG = [
    ("ex-xor-nand", [1, 1, -1.5], "that is AND"),
    ("ex-xor-nand", [-1, -1, 0.5], "at (0, 1) the score should be positive"),
    ("ex-xor-nand", [-1, -1, 2.5], "at (1, 1) the score should be negative"),
    ("ex-xor-nand", [-1, -1, 2], "at (1, 1) the score is 0"),
    ("ex-xor-nand", [-1, -1, -1.5], "at (0, 0) the score should be positive"),
    ("ex-xor-nand", [math.nan, 1, 1], "the scores are not finite"),
    ("ex-xor-nand", [-1, -1], "this is a list of length 2, and a row of 3 numbers is asked for"),
    ("ex-xor-linear-output", ..., "the answer is missing"),
    ("ex-xor-linear-output", 84.5, "is this per cent, or a number of networks?"),
    ("ex-xor-linear-output", 338, "a share is between 0 and 1"),
    ("ex-xor-linear-output", -0.1, "a share is between 0 and 1."),
    ("ex-xor-linear-output", 0.6, "near the share with the sigmoid"),
    ("ex-xor-linear-output", 0.2, "so few?"),
    ("ex-xor-linear-output", 1.0, "so many?"),
    ("ex-xor-restarts", lambda p, c: math.floor(math.log(1 - c) / math.log(1 - p)), "rounded down?"),
    ("ex-xor-restarts", lambda p, c: runs_needed(p, c) + 1, "that is one run too many"),
    ("ex-xor-restarts", lambda p, c: math.log(1 - c) / math.log(1 - p), "that is no whole number"),
    ("ex-xor-restarts", lambda p, c: -runs_needed(p, c), "the sign is wrong: ln(1 − p) is negative"),
    ("ex-xor-restarts", lambda p, c: runs_needed(c, p), "p and c have changed places"),
    ("ex-xor-restarts", lambda p, c: math.ceil(math.log(c) / math.log(p)), "one success is asked for"),
    ("ex-xor-restarts", lambda p, c: math.ceil(c / p), "probabilities do not add up"),
    ("ex-xor-restarts", lambda p, c: 77, "it is too large"),
    ("ex-xor-restarts", lambda p: 1, "the function is to take (p, c)"),
    ("ex-xor-restarts", 6, "give the function's name"),
    ("ex-xor-groups", lambda y, groups: len(y) * best_loss(y, groups), "is not divided by the number"),
    ("ex-xor-groups", lambda y, groups: len(y) * best_loss(y, groups) / 4, "is divided by 4"),
    (
        "ex-xor-groups",
        over_groups(lambda y, parts: sum(parts) / len(parts), lambda t: spread(t).mean()),
        "a group counts once, and not once for each of its corners",
    ),
    (
        "ex-xor-groups",
        over_groups(lambda y, parts: sum(parts), lambda t: spread(t).mean()),
        "the variances of the groups are added",
    ),
    ("ex-xor-groups", lambda y, groups: spread(y).mean(), "each group has its own"),
    ("ex-xor-groups", lambda y, groups: (y - 0.5).square().mean(), "every group answers 1/2"),
    (
        "ex-xor-groups",
        over_groups(lambda y, parts: sum(parts) / len(y), lambda t: (t - t.mean()).abs().sum()),
        "the errors are not squared",
    ),
    ("ex-xor-groups", lambda y, groups: best_loss(y, groups)[None], "this is a tensor of shape (1,)"),
    ("ex-xor-groups", lambda y, groups: None, "the function returns nothing"),
    ("ex-xor-separable", lambda y: True, "[0, 1, 1, 0] is called separable"),
    ("ex-xor-separable", lambda y: by_diagonals(y) or y[0] == 1, "[1, 0, 0, 1] is called separable"),
    ("ex-xor-separable", lambda y: by_diagonals(y) or y[0] == 0, "[0, 1, 1, 0] is called separable"),
    ("ex-xor-separable", lambda y: by_diagonals(y) and 0 < y.sum() < 4, "One class is empty"),
    ("ex-xor-separable", lambda y: y.sum() != 2, "[0, 0, 1, 1] is called not separable"),
    ("ex-xor-separable", lambda y: y > 0, "a single True or False is asked for"),
    ("ex-xor-separable", lambda y: None, "the function returns nothing"),
    ("ex-xor-separable", lambda: True, "the function is to take (y)"),
    ("ex-xor-separable", 14, "give the function's name"),
    ("ex-xor-entropy", [1 / 8, 1 / 6, 1 / 4], "the levels of the mean squared error"),
    ("ex-xor-entropy", [LN2, THIRD, LN2], "a group of k corners counts k/4"),
    ("ex-xor-entropy", [2 * LN2, 3 * THIRD, 4 * LN2], "the loss is their mean"),
    ("ex-xor-entropy", [LN2 / 2, 3 / 4 * LN2, LN2], "answer 1/3 or 2/3, not 1/2"),
    ("ex-xor-entropy", [LN2 / 4, math.log(3) / 4, LN2 / 2], "a target 0 costs"),
    ("ex-xor-entropy", [level / LN2 for level in LEVELS], "is the logarithm to the base 2?"),
    ("ex-xor-entropy", LEVELS[:2], "this is a list of length 2"),
    ("ex-xor-entropy", LEVELS[::-1], "in the wrong places"),
    ("ex-xor-parity", [0.04, 0.82, 0.975, 1.0], "a dictionary with the keys 2, 3, 4 and 6"),
    ("ex-xor-parity", {2: 0.04}, "a dictionary with the keys 2, 3, 4 and 6"),
    ("ex-xor-parity", dict.fromkeys(PARITY, 0.9), "all are equal"),
    ("ex-xor-parity", {width: 100 * rate for width, rate in PARITY.items()}, "is this per cent"),
    ("ex-xor-parity", {**PARITY, 2: 0.6}, "is the task that of three bits, and are there 1,000 steps?"),
    ("ex-xor-parity", {**PARITY, 3: 0.2}, "three units should succeed often"),
    ("ex-xor-parity", {**PARITY, 4: 0.7}, "four more often"),
    ("ex-xor-parity", {**PARITY, 6: 0.9}, "six units hardly ever fail"),
]


TestXor = attempts(xor, RIGHT, WRONG)


def test_separable_names_each_function_that_is_not():
    for y, opposite in [((0, 1, 1, 0), (1, 0, 0, 1)), ((1, 0, 0, 1), (0, 1, 1, 0))]:
        verdict = check("ex-xor-separable", lambda t, opposite=opposite: tuple(t.tolist()) != opposite)
        assert not verdict.right
        assert f"{list(y)} is called separable" in verdict.message
