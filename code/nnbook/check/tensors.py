"""The checkers of the chapter "Tensors and automatic differentiation"."""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import torch

from nnbook.check.compare import as_tensor, compare, describe, try_on
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


@dataclass
class Formula:
    """A function whose `str` is its formula, for the sentence that says what was tried."""

    text: str
    function: Callable

    def __call__(self, x):
        """The function's value."""
        return self.function(x)

    def __str__(self) -> str:
        return self.text


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    """Normal numbers from a generator of their own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def as_shape(value):
    """A shape as a tuple; None for an error; a whole number is a shape with one axis."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return (int(value),)
    if value is None:
        return None
    if isinstance(value, tuple | list) and all(isinstance(entry, Integral) for entry in value):
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
        else:
            cause = "the length is another." if len(shape) == len(want) else f"this has {len(shape)} axes."
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
        },
    ]
    got = as_tensor(attempt, want)
    for name, row, right, known in zip(["u_mean", "u_difference"], got, want, mistakes, strict=True):
        try:
            compare(row, right, known, rtol=1e-3)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
    return "each entry of u says how much its entry of y counts."


@checker("ex-tensors-distances")
def distances(attempt) -> str:
    """Squared distances of all rows of X to all rows of C, against a loop."""
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
        }
        try_on(attempt, {"X": X, "C": C}, want, mistakes=mistakes)
    return "it agrees with a loop, for single rows and single columns too."


@checker("ex-tensors-jacobian")
def jacobian(attempt) -> str:
    """All derivatives of a function from (d) to (m), against torch.autograd.functional.jacobian."""
    M = random(3, 4)
    for f, d in [
        (Formula("M @ x.sin(), M of shape (3, 4)", lambda x: M @ x.sin()), 4),
        (Formula("x**2", lambda x: x**2), 3),
        (Formula("x.prod().reshape(1)", lambda x: x.prod().reshape(1)), 3),
    ]:
        x = random(d, seed=d)
        want = torch.autograd.functional.jacobian(f, x)
        sums = want.cumsum(0)
        mistakes = {
            "each row holds the rows above it too: what does backward do with the last gradient?": sums,
            "every row is the sum of the rows: which weights give a single one?": sums[-1:].expand_as(want),
            "every row is the last one: do all share the memory of one x.grad?": want[-1:].expand_as(want),
        }
        try_on(attempt, {"f": f, "x": x}, want, mistakes=mistakes)
    return "it agrees with torch.autograd.functional.jacobian, for square, flat and single-row ones."


@checker("ex-tensors-newton")
def newton(attempt) -> str:
    """Some steps of x ← x − f(x) / f′(x), against the same steps with f′ by hand."""
    for f, slope, start, n_steps in [
        (Formula("x**2 - 2", lambda x: x**2 - 2), lambda x: 2 * x, 1.0, 1),
        (Formula("x**2 - 2", lambda x: x**2 - 2), lambda x: 2 * x, 1.0, 2),
        (Formula("x**3 - 5", lambda x: x**3 - 5), lambda x: 3 * x**2, 1.0, 3),
        (Formula("x.cos() - x", lambda x: x.cos() - x), lambda x: -x.sin() - 1, 2.0, 6),
    ]:

        def after(step, f=f, slope=slope, start=start, n_steps=n_steps):
            x, grad = torch.tensor(start, dtype=torch.float64), 0.0
            for _ in range(n_steps):
                grad = grad + slope(x)
                x = step(x, f(x), slope(x), grad)
            return x

        want = after(lambda x, y, dy, grad: x - y / dy)
        mistakes = {
            "the gradients of the steps add up: the last one is to be forgotten.": after(
                lambda x, y, dy, grad: x - y / grad
            ),
            "the step has the wrong sign.": after(lambda x, y, dy, grad: x + y / dy),
            "the step is f(x) · f′(x); the formula divides.": after(lambda x, y, dy, grad: x - y * dy),
            "the step is f′(x) alone.": after(lambda x, y, dy, grad: x - dy),
            "x has not moved.": torch.tensor(start),
        }
        try_on(attempt, {"f": f, "x": start, "n_steps": n_steps}, want, mistakes=mistakes)
    return "it agrees with derivatives by hand, after 1, 2, 3 and 6 steps."


@checker("ex-tensors-table")
def table(attempt) -> str:
    """The mean square of all n² differences, against the table itself."""
    for n in [6, 50, 1]:
        y_hat, y = 1 + 2 * random(n, seed=n), random(n, seed=n + 1)
        want = (y_hat[:, None] - y).square().mean()
        spread, shift = y_hat.var(correction=0) + y.var(correction=0), (y_hat.mean() - y.mean()).square()
        mistakes = {
            "this is the mean over the n pairs; the table has all n² differences.": (y_hat - y)
            .square()
            .mean(),
            "the square of the difference of the means is missing.": spread,
            "only the difference of the means is there; the variances are missing.": shift,
            "the variance of y is missing.": y_hat.var(correction=0) + shift,
            "the variance of y_hat is missing.": y.var(correction=0) + shift,
            "the difference of the means is not squared.": spread + y_hat.mean() - y.mean(),
            "this is the sum over the table; the mean is asked for.": n**2 * want,
            "these are standard deviations; the variances are asked for.": y_hat.std(correction=0)
            + y.std(correction=0)
            + shift,
        }
        if n > 1:
            mistakes["`var` divides by n − 1; the formula has variances that are divided by n."] = (
                y_hat.var() + y.var() + shift
            )
        try_on(attempt, {"y_hat": y_hat, "y": y}, want, mistakes=mistakes, batch=n)
    return "it agrees with the mean over the whole table."


@checker("ex-tensors-quadratic")
def quadratic(attempt) -> str:
    """The gradient of xᵀMx by x, against autograd; M is not symmetric."""
    for d in [3, 1, 5]:
        M, x = random(d, d, seed=d), random(d, seed=d + 1)
        leaf = x.clone().requires_grad_()
        (leaf @ M @ leaf).backward()
        mistakes = {
            "that is right for a symmetric M only.": 2 * M @ x,
            "x stands on both sides of M: one of the two terms is missing.": M @ x,
            "x stands on both sides of M, so there are two terms; this is one of them.": M.T @ x,
            "the two terms differ; one of them has M turned round.": 2 * M.T @ x,
        }
        try_on(attempt, {"M": M, "x": x}, leaf.grad, mistakes=mistakes)
    return "it agrees with autograd, for matrices that are not symmetric."


CORNERS = {
    "abs": torch.abs,
    "relu": torch.relu,
    "sqrt": torch.sqrt,
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "where": lambda x: torch.where(x > 0, x.sqrt(), 0.0),
}


@checker("ex-tensors-corners")
def corners(attempt) -> str:
    """What PyTorch gives as the derivative at 0 of five functions that have none there."""
    if not isinstance(attempt, dict) or set(attempt) != set(CORNERS):
        raise Wrong(f"a dictionary with the keys {', '.join(CORNERS)} is asked for.")
    total = 0.0
    for name, f in CORNERS.items():
        x = torch.tensor(0.0, requires_grad=True)
        f(x).backward()
        want, got = x.grad.item(), number(name, attempt[name])
        total += want
        if same(got, want):
            continue
        if same(got, total):
            raise Wrong(f"{name}: the gradients before it are added in; start each from a new x.")
        if got == 0:
            raise Wrong(f"{name}: PyTorch gives another. (0 is the function's value there.)")
        raise Wrong(f"{name}: PyTorch gives another; take x.grad after backward, at 0.")
    return "that is what PyTorch gives. Now say which of them you would call a derivative."


def number(name: str, value) -> float:
    """An answer as a float, nan and infinity included."""
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(f"{name}: a number is asked for, and this is {describe(value)}.") from None


def same(a: float, b: float) -> bool:
    """Whether two numbers are equal, nan and infinity included."""
    return a == b or (a != a and b != b) or abs(a - b) < 1e-6  # noqa: PLR0124
