"""The checkers of "XOR": right answers pass, typical wrong ones hear what is wrong."""

import functools
import math

import numpy as np
import torch
from nnbook.check import check, xor
from torch import nn
from torch.nn import functional as F

from tests.nnbook.check.attempts import attempts, seeds

BIT = torch.tensor([0.0, 1.0])


def measured(width, n, *, bits=2, phi=torch.sigmoid, output="sigmoid", n_steps=1000, first=0):
    """Outputs and targets of networks that torch.optim trains side by side, (n, corners, 1)."""
    layers = []
    for seed in range(first, first + n):
        torch.manual_seed(seed)
        layers.append((nn.Linear(bits, width), nn.Linear(width, 1)))
    params = []
    for same in zip(*layers, strict=True):
        params += [torch.stack([layer.weight.T for layer in same])]
        params += [torch.stack([layer.bias[None] for layer in same])]
    params = [p.detach().requires_grad_() for p in params]
    X = torch.cartesian_prod(*[BIT] * bits)
    y = (X.sum(1, keepdim=True) % 2).expand(n, -1, 1)
    optimizer = torch.optim.AdamW(params, 0.03, fused=True)

    def scores():
        W1, b1, W2, b2 = params
        return phi(X @ W1 + b1) @ W2 + b2

    for _ in range(n_steps):
        S = scores()
        if output == "entropy":
            loss = F.binary_cross_entropy_with_logits(S, y, reduction="none")
        else:
            loss = ((S.sigmoid() if output == "sigmoid" else S) - y).square()
        optimizer.zero_grad()
        loss.mean((1, 2)).sum().backward()
        optimizer.step()
    S = scores().detach()
    return (S if output == "linear" else S.sigmoid()), y


@functools.cache
def success(width, n=300, bound=0.25, error="largest", **how):
    """The share of networks whose error is below a bound."""
    y_hat, y = measured(width, n, **how)
    errors = (y_hat - y).abs() if error != "signed" else y_hat - y
    errors = errors.mean((1, 2)) if error == "mean" else errors.amax((1, 2))
    return (errors < bound).float().mean().item()


def linear(turn=float, width=2, output="linear", **how):
    """An attempt at "Without the last sigmoid", run when the test runs."""
    return seeds(lambda seed: turn(success(width, output=output, **how)), 1)


@functools.cache
def rates(n=200, **how):
    return {width: success(width, n, bits=3, **how) for width in (2, 3, 4, 6)}


def narrow(n=200, **how):
    """The rates of a wrong run, which shows in the narrow networks already; the others as they should be."""
    return rates() | {width: success(width, n, bits=3, **how) for width in (2, 3)}


def parity(turn=dict, **how):
    """An attempt at "Three bits", run when the test runs."""
    return seeds(lambda seed: turn(narrow(**how) if how else rates()), 1)


def runs_needed(p, c):
    return math.ceil(math.log(1 - c) / math.log(1 - p))


def counted_up(p, c):
    r = 1
    while 1 - (1 - p) ** r < c:
        r += 1
    return r


def counted_failures(p, c):
    r, failing = 0, 1.0
    while failing > 1 - c:
        r, failing = r + 1, failing * (1 - p)
    return np.int64(r)


def best_loss(y, groups):
    return sum((y[g] - y[g].mean()).square().sum() for g in groups) / len(y)


def in_numpy(y, groups):
    y_hat = np.empty(len(y))
    for g in groups:
        y_hat[g] = y.numpy()[g].mean()
    return ((y.numpy() - y_hat) ** 2).mean()


def by_moments(y, groups):
    """The mean of the squares less that of the squared means, in float64."""
    y = y.double()
    return (y.square().sum() - sum(len(g) * y[g].mean() ** 2 for g in groups)) / len(y)


def in_pure_python(y, groups):
    total = 0
    for g in groups:
        values = [float(y[i]) for i in g]
        centre = sum(values) / len(values)
        total += sum((v - centre) ** 2 for v in values)
    return total / len(y)


def emptied(y, groups):
    """Right, but the caller's list of groups is empty afterwards."""
    loss = best_loss(y, groups)
    groups.clear()
    return loss


def over_groups(combine, measure):
    """A wrong `best_loss`: `combine` of what `measure` gives for the targets of each group."""
    return lambda y, groups: combine(y, [measure(y[g]) for g in groups])


def spread(t):
    return (t - t.mean()).square()


def by_diagonals(y):
    return not y[0] == y[3] != y[1] == y[2]


def by_lines(y):
    X = torch.cartesian_prod(BIT, BIT)
    signs, offsets = [-1.0, 0.0, 1.0], [-1.5, -0.5, 0.5, 1.5]
    for w1 in signs:
        for w2 in signs:
            for b in offsets:
                if torch.equal(X @ torch.tensor([w1, w2]) + b > 0, y > 0.5):
                    return True
    return False


def through_corners(y):
    """With whole numbers for b, so that lines go through corners: the score 0 counts as class 0."""
    X = torch.cartesian_prod(BIT, BIT)
    grid = torch.cartesian_prod(*[torch.arange(-1.0, 2)] * 3)
    return bool(((X @ grid[:, :2].T + grid[:, 2] > 0) == (y > 0.5)[:, None]).all(0).any())


LN2, THIRD = math.log(2), math.log(3) - 2 / 3 * math.log(2)
LEVELS = [LN2 / 2, 3 / 4 * THIRD, LN2]

RIGHT = [
    ("ex-xor-nand", [-1, -1, 1.5]),
    ("ex-xor-nand", torch.tensor([-20.0, -30.0, 40.0])),
    ("ex-xor-nand", np.array([-2, -2, 3])),
    ("ex-xor-nand", (torch.tensor(-1), -0.6, np.float32(1.3))),
    ("ex-xor-linear-output", linear()),
    ("ex-xor-linear-output", linear(torch.tensor)),
    ("ex-xor-linear-output", linear(lambda share: round(share, 2))),
    ("ex-xor-linear-output", linear(lambda share: np.float32(round(share, 3)))),
    ("ex-xor-restarts", runs_needed),
    ("ex-xor-restarts", counted_up),
    ("ex-xor-restarts", counted_failures),
    ("ex-xor-restarts", lambda p, c: torch.tensor(float(counted_up(p, c)))),
    ("ex-xor-restarts", lambda p, c: math.ceil(math.log1p(-c) / math.log1p(-p))),
    ("ex-xor-restarts", lambda p, c: -int(-np.log(1 - c) // np.log(1 - p))),
    ("ex-xor-groups", best_loss),
    ("ex-xor-groups", in_numpy),
    ("ex-xor-groups", by_moments),
    ("ex-xor-groups", in_pure_python),
    ("ex-xor-groups", lambda y, groups: best_loss(y, groups).item()),
    ("ex-xor-separable", by_diagonals),
    ("ex-xor-separable", by_lines),
    ("ex-xor-separable", lambda y: np.bool_(by_diagonals(y))),
    ("ex-xor-separable", lambda y: torch.as_tensor(by_diagonals(y))),
    ("ex-xor-separable", lambda y: y.tolist() not in [[0, 1, 1, 0], [1, 0, 0, 1]]),
    ("ex-xor-entropy", LEVELS),
    ("ex-xor-entropy", torch.tensor(LEVELS)),
    ("ex-xor-entropy", [0.347, 0.477, 0.693]),
    ("ex-xor-entropy", np.array([math.log(4) / 4, -(math.log(1 / 3) + 2 * math.log(2 / 3)) / 4, LN2])),
    ("ex-xor-parity", parity()),
    ("ex-xor-parity", parity(lambda rates: {width: torch.tensor(rate) for width, rate in rates.items()})),
    ("ex-xor-parity", parity(lambda rates: {width: round(rate, 2) for width, rate in rates.items()})),
    ("ex-xor-parity", parity(lambda rates: dict(sorted(rates.items(), reverse=True)))),
]

WRONG = [
    ("ex-xor-nand", [1, 1, -1.5], "that is AND"),
    ("ex-xor-nand", [-1, -1, 0.5], "at (0, 1) the score should be positive"),
    ("ex-xor-nand", [-1, -1, 2.5], "at (1, 1) the score should be negative"),
    ("ex-xor-nand", [-1, -1, 2], "at (1, 1) the score is 0"),
    ("ex-xor-nand", [-1, -1, -1.5], "at (0, 0) the score should be positive"),
    ("ex-xor-nand", [1.5, -1, -1], "at (0, 0) the score should be positive"),  # b first
    ("ex-xor-nand", [1, 1, -0.5], "at (0, 0) the score should be positive"),  # OR
    ("ex-xor-nand", [-1, -1, 1], "at (0, 1) the score is 0"),
    ("ex-xor-nand", [0, 0, 0], "at (0, 0) the score is 0"),
    ("ex-xor-nand", [math.nan, 1, 1], "the scores are not finite"),
    ("ex-xor-nand", [-1, -1], "this is a list of length 2, and a row of 3 numbers is asked for"),
    ("ex-xor-linear-output", ..., "the answer is missing"),
    ("ex-xor-linear-output", linear(lambda share: 100 * share), "in per cent?"),
    ("ex-xor-linear-output", linear(lambda share: round(300 * share)), "or a number of networks?"),
    ("ex-xor-linear-output", -0.1, "a share is between 0 and 1."),
    ("ex-xor-linear-output", math.nan, "a share is between 0 and 1."),
    ("ex-xor-linear-output", linear(lambda share: 1 - share), "the share of those that fail"),
    ("ex-xor-linear-output", linear(output="sigmoid"), "that is the share with the sigmoid: leave it out"),
    ("ex-xor-linear-output", linear(output="sigmoid", width=3), "three hidden units and the sigmoid"),
    ("ex-xor-linear-output", linear(width=3), "with three hidden units."),
    ("ex-xor-linear-output", linear(phi=torch.tanh), "sigmoids, and not tanh"),
    ("ex-xor-linear-output", linear(bound=0.5), "is the bound 1/4"),
    ("ex-xor-linear-output", linear(n_steps=500), "it is too small"),
    ("ex-xor-linear-output", linear(n_steps=2000), "it is too large"),
    ("ex-xor-linear-output", linear(phi=torch.relu), "it is too small"),
    ("ex-xor-linear-output", linear(first=300), "are the starts those of `begin`?"),
    ("ex-xor-linear-output", 0.5, "it is too small"),
    ("ex-xor-linear-output", 1.0, "it is too large"),
    ("ex-xor-linear-output", 0.9, "it is too large"),
    ("ex-xor-restarts", lambda p, c: math.floor(math.log(1 - c) / math.log(1 - p)), "rounded down?"),
    ("ex-xor-restarts", lambda p, c: round(math.log(1 - c) / math.log(1 - p)), "and not to the nearest"),
    ("ex-xor-restarts", lambda p, c: runs_needed(p, c) + 1, "that is one run too many."),
    (
        "ex-xor-restarts",
        lambda p, c: math.floor(math.log(1 - c) / math.log(1 - p)) + 1,
        "where c is reached exactly",
    ),
    ("ex-xor-restarts", lambda p, c: math.log(1 - c) / math.log(1 - p), "that is no whole number"),
    ("ex-xor-restarts", lambda p, c: -runs_needed(p, c), "the sign is wrong: ln(1 − p) is negative"),
    ("ex-xor-restarts", lambda p, c: runs_needed(c, p), "p and c have changed places"),
    ("ex-xor-restarts", lambda p, c: math.ceil(math.log(c) / math.log(p)), "one success is asked for"),
    ("ex-xor-restarts", lambda p, c: math.ceil(c / p), "probabilities do not add up"),
    ("ex-xor-restarts", lambda p, c: math.ceil(math.log(1 - c) / math.log(p)), "it is too large"),
    ("ex-xor-restarts", lambda p, c: 77, "it is too large"),
    ("ex-xor-restarts", lambda p, c: math.ceil(math.log(1 - c) / math.log(1 - p) - 0.01), "it is too small"),
    (
        "ex-xor-restarts",
        lambda p, c: min(runs_needed(p, c), 100),
        "too small. (Tried with p = 0.01, c = 0.99",
    ),
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
    (
        "ex-xor-groups",
        over_groups(lambda y, parts: sum(parts) / len(y), lambda t: t.var() * len(t) if len(t) > 1 else 0),
        "divided by k − 1",
    ),
    (
        "ex-xor-groups",
        over_groups(lambda y, parts: sum(parts) / len(y), lambda t: (t - t.median()).square().sum()),
        "the mean, and not the median",
    ),
    ("ex-xor-groups", lambda y, groups: best_loss(y, groups).sqrt(), "a root is taken"),
    ("ex-xor-groups", lambda y, groups: spread(y).mean(), "each group has its own"),
    ("ex-xor-groups", lambda y, groups: (y - 0.5).square().mean(), "every group answers 1/2"),
    (
        "ex-xor-groups",
        over_groups(lambda y, parts: sum(parts) / len(y), lambda t: (t - t.mean()).abs().sum()),
        "the errors are not squared",
    ),
    ("ex-xor-groups", lambda y, groups: best_loss(y, groups)[None], "this is a tensor of shape (1,)"),
    ("ex-xor-groups", lambda y, groups: torch.tensor(0.125), "it is too small"),
    ("ex-xor-groups", lambda y, groups: None, "the function returns nothing"),
    ("ex-xor-groups", emptied, "but groups has changed"),
    ("ex-xor-groups", lambda y, groups: best_loss(y.sub_(1), groups), "but y has changed"),
    ("ex-xor-separable", lambda y: True, "[0, 1, 1, 0] is called separable"),
    ("ex-xor-separable", lambda y: by_diagonals(y) or y[0] == 1, "[1, 0, 0, 1] is called separable"),
    ("ex-xor-separable", lambda y: by_diagonals(y) or y[0] == 0, "[0, 1, 1, 0] is called separable"),
    ("ex-xor-separable", lambda y: by_diagonals(y) and 0 < y.sum() < 4, "One class is empty"),
    ("ex-xor-separable", lambda y: y.sum() != 2, "[0, 0, 1, 1] is called not separable"),
    ("ex-xor-separable", lambda y: not by_diagonals(y), "True and False have changed places"),
    ("ex-xor-separable", through_corners, "is called not separable, and there is a line"),
    ("ex-xor-separable", lambda y: "yes" if by_diagonals(y) else "", "a single True or False is asked for"),
    ("ex-xor-separable", lambda y: [by_diagonals(y)], "a single True or False is asked for"),
    ("ex-xor-separable", lambda y: y > 0, "a single True or False is asked for"),
    ("ex-xor-separable", lambda y: 14, "a single True or False is asked for"),
    ("ex-xor-separable", lambda y: None, "the function returns nothing"),
    ("ex-xor-separable", lambda y: by_diagonals(y.neg_()), "but y has changed"),
    ("ex-xor-separable", lambda: True, "the function is to take (y)"),
    ("ex-xor-separable", 14, "give the function's name"),
    ("ex-xor-entropy", [1 / 8, 1 / 6, 1 / 4], "the levels of the mean squared error"),
    ("ex-xor-entropy", [LN2, THIRD, LN2], "a group of k corners counts k/4"),
    ("ex-xor-entropy", [2 * LN2, 3 * THIRD, 4 * LN2], "the loss is their mean"),
    ("ex-xor-entropy", [LN2 / 2, 3 / 4 * LN2, LN2], "answer 1/3 or 2/3, not 1/2"),
    ("ex-xor-entropy", [LN2 / 4, math.log(3) / 4, LN2 / 2], "a target 0 costs"),
    ("ex-xor-entropy", [-level for level in LEVELS], "the logarithm of a number below 1 is negative"),
    ("ex-xor-entropy", [level / LN2 for level in LEVELS], "is the logarithm to the base 2?"),
    ("ex-xor-entropy", [level / math.log(10) for level in LEVELS], "is the logarithm to the base 10?"),
    ("ex-xor-entropy", LEVELS[:2], "this is a list of length 2"),
    ("ex-xor-entropy", LEVELS[::-1], "in the order two, three, four"),
    ("ex-xor-entropy", [LEVELS[1], LEVELS[0], LEVELS[2]], "in the wrong places"),
    ("ex-xor-entropy", [0.349, 0.479, 0.693], "entries are wrong"),  # measured, not derived
    ("ex-xor-parity", [0.04, 0.82, 0.975, 1.0], "a dictionary with the keys 2, 3, 4 and 6"),
    ("ex-xor-parity", {2: 0.04}, "3 is missing"),
    ("ex-xor-parity", {2: 0.9, 3: 0.9, 4: 0.9, 6: 0.9}, "all are equal"),
    ("ex-xor-parity", parity(lambda r: {width: 100 * rate for width, rate in r.items()}), "in per cent?"),
    ("ex-xor-parity", parity(lambda r: {w: 200 * rate for w, rate in r.items()}), "numbers of networks?"),
    ("ex-xor-parity", parity(lambda r: {w: 1 - rate for w, rate in r.items()}), "of those that fail"),
    ("ex-xor-parity", parity(lambda r: r | {3: r[4], 4: r[3]}), "are 3 and 4 exchanged?"),
    ("ex-xor-parity", parity(lambda r: dict(zip(r, reversed(r.values()), strict=True))), "wrong order?"),
    ("ex-xor-parity", parity(bound=0.5), "the bound is not 1/4"),
    ("ex-xor-parity", parity(n=50), "are there 200 networks"),
    ("ex-xor-parity", parity(n=100), "half of the networks"),
    ("ex-xor-parity", parity(phi=torch.tanh), "these are rates with tanh"),
    ("ex-xor-parity", parity(output="entropy"), "these are rates with cross-entropy"),
    ("ex-xor-parity", parity(output="linear"), "without a sigmoid at the output"),
    ("ex-xor-parity", parity(n_steps=500), "after 500 steps"),
    ("ex-xor-parity", parity(error="mean"), "the number for 2 is off"),
    ("ex-xor-parity", {2: 0, 3: 0.51, 4: 0.51, 6: 0.95}, "none of the numbers is what a run gives"),
    ("ex-xor-parity", {2: 0.05, 3: 0.8, 4: 0.95, 6: 0.99}, "none of the numbers is what a run gives"),
]


TestXor = attempts(xor, RIGHT, WRONG, least=(3, 8))


def test_rates_of_other_numbers_of_steps_are_recognised():
    longer = {**rates(), 2: success(2, 200, bits=3, n_steps=3000)}
    assert "after 3,000 steps" in check("ex-xor-parity", {**longer, 3: 0.925}).message


def test_separable_names_each_function_that_is_not():
    for y, opposite in [((0, 1, 1, 0), (1, 0, 0, 1)), ((1, 0, 0, 1), (0, 1, 1, 0))]:
        verdict = check("ex-xor-separable", lambda t, opposite=opposite: tuple(t.tolist()) != opposite)
        assert not verdict.right
        assert f"{list(y)} is called separable" in verdict.message
