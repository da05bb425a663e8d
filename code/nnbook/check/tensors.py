"""The checkers of the chapter "Tensors and automatic differentiation"."""

from numbers import Integral

import torch

from nnbook.check.compare import Case, compare, describe, parts, try_on_all, without_autograd
from nnbook.check.verdict import Wrong, checker

SHAPES = {  # of X (4, 3), w (3), c (4, 1), r (4): the shape or None, and the mistakes
    "X @ w": ((4,), {(4, 1): "a matrix times a row of numbers has one axis, not two."}),
    "X + r": (None, {}),
    "c - r": (
        (4, 4),
        {(4,): "c has two axes, and so has the result.", (4, 1): "on the last axis 1 meets 4."},
    ),
    "X.sum(0)": (
        (3,),
        {
            (4,): "the axis that is named is the one that goes.",
            (1, 3): "that needs keepdim.",
            (): "the sum runs over one axis, not over both.",
        },
    ),
    "X / X.sum(1, keepdim=True)": (
        (4, 3),
        {None: "keepdim leaves the sums in a column.", (4, 1): "the single column is stretched."},
    ),
    "X[:, 0] * r": (
        (4,),
        {
            (4, 1): "an index that is a number takes its axis away.",
            (4, 4): "an index that is a number takes its axis away, so both have one axis.",
        },
    ),
}


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    """Normal numbers from a generator of their own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def as_shape(value):
    """A shape as a tuple; None for an error; a whole number is a shape with one axis."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return (int(value),)
    if value is None:
        return None
    if isinstance(value, tuple | list) and all(
        isinstance(entry, Integral) and not isinstance(entry, bool) for entry in value
    ):
        return tuple(int(entry) for entry in value)
    what = "a line that is still to be written" if value is ... else describe(value)
    raise Wrong(f"a shape is a tuple such as (4, 3) or (4,), and None stands for an error; this is {what}.")


@checker("ex-tensors-shapes")
def shapes(attempt) -> str:
    """The shapes of six results, None where PyTorch refuses."""
    if not isinstance(attempt, list | tuple) or len(attempt) != len(SHAPES):
        raise Wrong(f"a list of {len(SHAPES)} shapes is asked for, and this is {describe(attempt)}.")
    for got, (expression, (want, mistakes)) in zip(attempt, SHAPES.items(), strict=True):
        try:
            shape = as_shape(got)
        except Wrong as wrong:
            raise Wrong(f"{expression}: {wrong}") from None
        if shape == want:
            continue
        if shape in mistakes:
            cause = mistakes[shape]
        elif want is None:
            cause = "write the two shapes under each other, their right ends aligned: do all lengths fit?"
        elif shape is None:
            cause = "PyTorch does not refuse this."
        elif len(shape) != len(want):
            cause = f"this has {len(shape)} {'axis' if len(shape) == 1 else 'axes'}."
        else:
            cause = "the length is another." if len(shape) == 1 else "the lengths are others."
        raise Wrong(f"{expression}: {cause}")
    return "all six, the error among them."


@checker("ex-tensors-weights")
def weights(attempt) -> str:
    """The vectors u with which backward gives the gradients of mean(y) and of y₂ − y₀, for three entries."""
    want = torch.tensor([[1 / 3, 1 / 3, 1 / 3], [-1.0, 0.0, 1.0]])
    ones = torch.ones(3)
    mistakes = [
        {
            "these weights give the gradient of the sum.": ones,
            "these weights give the gradient of the difference.": want[1],
        },
        {
            "these weights give the gradient of y[0] - y[2].": -want[1],
            "these weights give the gradient of the sum.": ones,
            "these weights give the gradient of y[2] alone.": torch.tensor([0.0, 0.0, 1.0]),
            "these weights give the gradient of half the difference.": want[1] / 2,
            "these weights give the gradient of y[2] + y[0].": want[1].abs(),
        },
    ]
    given = parts(attempt, ["u_mean", "u_difference"])
    for (name, row), right, known in zip(given.items(), want, mistakes, strict=True):
        try:
            compare(row, right, known, rtol=2e-3)  # 0.333 will do
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
    return "each entry of u says how much its entry of y counts."


@checker("ex-tensors-distances")
def distances(attempt) -> str:
    """Squared distances of all rows of X to all rows of C, against a loop."""
    cases = []
    for n, m, d in [(5, 3, 2), (4, 4, 4), (1, 3, 2), (5, 1, 1)]:
        X, C = random(n, d, seed=n), random(m, d, seed=m + 10)
        differences = torch.stack([torch.stack([x - c for c in C]) for x in X])  # (n, m, d)
        want = differences.square().sum(2)
        mistakes = {
            "these are the distances; their squares are asked for.": want.sqrt(),
            "the differences are summed, and then squared.": differences.sum(2).square(),
            "these are sums of absolute values, not of squares.": differences.abs().sum(2),
            "these are products of rows, not distances.": X @ C.T,
            "that is the mean over the coordinates; the sum is asked for.": want / d,
            "only the first coordinate counts here; the sum runs over all.": differences[:, :, 0].square(),
        }
        cases.append(Case({"X": X, "C": C}, want, mistakes))
    try_on_all(attempt, cases)
    return "it agrees with a loop, for single rows and single columns too."


@checker("ex-tensors-table")
def table(attempt) -> str:
    """The mean square of all n² differences, against the table itself."""
    cases = []
    for n in [6, 50, 1]:
        y_hat, y = 1 + 2 * random(n, seed=n), random(n, seed=n + 1)
        want = (y_hat[:, None] - y).square().mean()
        spread, shift = y_hat.var(correction=0) + y.var(correction=0), (y_hat.mean() - y.mean()).square()
        deviations = y_hat.std(correction=0) + y.std(correction=0)
        mistakes = {
            "this is the mean over the n pairs; the table has all n² differences.": (y_hat - y)
            .square()
            .mean(),
            "the square of the difference of the means is missing.": spread,
            "only the difference of the means is there; the variances are missing.": shift,
            "the variance of y is missing.": y_hat.var(correction=0) + shift,
            "the variance of y_hat is missing.": y.var(correction=0) + shift,
            "the difference of the means is not squared.": spread + y_hat.mean() - y.mean(),
            "the means are added; their difference is to be squared.": spread
            + (y_hat.mean() + y.mean()).square(),
            "this is the sum over the table; the mean is asked for.": n**2 * want,
            "these are standard deviations; the variances are asked for.": deviations + shift,
        }
        if n > 1:
            mistakes["`var` divides by n − 1; the formula has variances that are divided by n."] = (
                y_hat.var() + y.var() + shift
            )
        cases.append(Case({"y_hat": y_hat, "y": y}, want, mistakes, batch=n))
    try_on_all(attempt, cases)
    return "it agrees with the mean over the whole table."


@checker("ex-tensors-quadratic")
@without_autograd()
def quadratic(attempt) -> str:
    """The gradient of xᵀMx with respect to x, against autograd; M is not symmetric."""
    cases = []
    for d in [3, 1, 5]:
        M, x = random(d, d, seed=d), random(d, seed=d + 1)
        leaf = x.clone().requires_grad_()
        (leaf @ M @ leaf).backward()
        mistakes = {
            "that is right for a symmetric M only.": 2 * M @ x,
            "x stands on both sides of M: one of the two terms is missing.": M @ x,
            "x stands on both sides of M, so there are two terms; this is one of them.": M.T @ x,
            "the two terms differ; one of them has M turned round.": 2 * M.T @ x,
            "the two terms are to be added.": (M - M.T) @ x,
        }
        cases.append(Case({"M": M, "x": x}, leaf.grad, mistakes))
    try_on_all(attempt, cases)
    return "it agrees with autograd, for matrices that are not symmetric."
