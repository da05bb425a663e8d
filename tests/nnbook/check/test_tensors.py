"""The checkers of "Tensors and automatic differentiation", and its table of NumPy beside PyTorch."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from nnbook.check import tensors

from tests.building import ROOT
from tests.nnbook.check.attempts import attempts, seeds

SHAPES = [(4,), None, (4, 4), (3,), (4, 3), (4,)]
WEIGHTS = [[1 / 3, 1 / 3, 1 / 3], [-1.0, 0.0, 1.0]]


def other_shape(place, shape):
    """The right shapes, but for one."""
    return [shape if k == place else right for k, right in enumerate(SHAPES)]


def exchanged(a, b):
    """The right shapes, two of them exchanged."""
    shapes = list(SHAPES)
    shapes[a], shapes[b] = shapes[b], shapes[a]
    return shapes


def distances(X, C):
    return ((X[:, None] - C) ** 2).sum(2)


def in_a_loop(X, C):
    return [[((x - c) ** 2).sum().item() for c in C] for x in X]


def expanded(X, C):
    return (X**2).sum(1, keepdim=True) - 2 * X @ C.T + (C**2).sum(1)


def filled(X, C):
    table = torch.empty(len(X), len(C))
    for i in range(len(X)):
        table[i] = (X[i] - C).square().sum(dim=1)
    return table


def two_coordinates(X, C):
    return (X[:, :1] - C[:, 0]) ** 2 + (X[:, 1:2] - C[:, 1]) ** 2


def moved_to_the_mean(X, C):
    X -= C.mean(0)
    C -= C.mean(0)
    return distances(X, C)


def table_mse(y_hat, y):
    return y_hat.var(correction=0) + y.var(correction=0) + (y_hat.mean() - y.mean()) ** 2


def by_moments(y_hat, y):
    return (y_hat**2).mean() + (y**2).mean() - 2 * y_hat.mean() * y.mean()


def sorted_in_place(y_hat, y):
    y_hat.sub_(y.mean())
    return (y_hat**2).mean() + y.var(correction=0)


def terms(y_hat, y, variances=1.0, shift=1.0, correction=0):
    spread = y_hat.var(correction=correction) + y.var(correction=correction)
    return variances * spread + shift * (y_hat.mean() - y.mean()) ** 2


def by_autograd(M, x):
    x = x.clone().requires_grad_()
    (x @ M @ x).backward()
    return x.grad


def by_a_loop(M, x):
    d = len(x)
    return [sum(M[j, k] * x[k] + M[k, j] * x[k] for k in range(d)).item() for j in range(d)]


def differences(M, x):
    M, x = M.double(), x.double()
    steps = 1e-4 * torch.eye(len(x)).double()
    return torch.stack([((x + s) @ M @ (x + s) - (x - s) @ M @ (x - s)) / 2e-4 for s in steps])


def symmetric_in_place(M, x):
    M += M.T.clone()
    return M @ x


RIGHT = [
    ("ex-tensors-shapes", SHAPES),
    ("ex-tensors-shapes", tuple(SHAPES)),
    ("ex-tensors-shapes", [4, None, torch.Size([4, 4]), [3], (4, 3), torch.ones(4).shape]),
    ("ex-tensors-weights", WEIGHTS),
    ("ex-tensors-weights", [torch.full((3,), 1 / 3), torch.tensor([-1.0, 0.0, 1.0])]),
    ("ex-tensors-weights", np.array(WEIGHTS)),
    ("ex-tensors-weights", [[0.333, 0.333, 0.333], [-1, 0, 1]]),
    ("ex-tensors-distances", distances),
    ("ex-tensors-distances", in_a_loop),
    ("ex-tensors-distances", filled),
    ("ex-tensors-distances", expanded),
    ("ex-tensors-distances", lambda X, C: torch.cdist(X, C) ** 2),
    ("ex-tensors-distances", lambda X, C: distances(X.double(), C.double()).numpy()),
    ("ex-tensors-distances", lambda X, C: torch.einsum("nmd,nmd->nm", X[:, None] - C, X[:, None] - C)),
    ("ex-tensors-table", table_mse),
    ("ex-tensors-table", by_moments),
    ("ex-tensors-table", lambda y_hat, y: ((y_hat[:, None] - y) ** 2).mean()),
    ("ex-tensors-table", lambda y_hat, y: y_hat.numpy().var() + y.numpy().var() + (y_hat - y).mean() ** 2),
    ("ex-tensors-quadratic", lambda M, x: (M + M.T) @ x),
    ("ex-tensors-quadratic", lambda M, x: (M @ x + x @ M).numpy()),
    ("ex-tensors-quadratic", by_a_loop),
    ("ex-tensors-quadratic", differences),
]

WRONG = [
    ("ex-tensors-shapes", [...] * 6, "X @ w: a shape is a tuple"),
    ("ex-tensors-shapes", SHAPES[:5], "a list of 6 shapes is asked for"),
    ("ex-tensors-shapes", (4,), "a list of 6 shapes is asked for"),
    ("ex-tensors-shapes", [None] * 6, "X @ w: PyTorch does not refuse this"),
    ("ex-tensors-shapes", [(4, 4)] * 6, "X @ w: this has 2 axes"),
    ("ex-tensors-shapes", [16 if s == (4, 4) else s for s in SHAPES], "c - r: this has 1 axis."),
    ("ex-tensors-shapes", exchanged(3, 5), "the one that goes"),
    ("ex-tensors-shapes", exchanged(1, 4), "X + r: write the two shapes under each other"),
    ("ex-tensors-shapes", other_shape(0, (4, 1)), "has one axis, not two"),
    ("ex-tensors-shapes", other_shape(0, (4, 3)), "X @ w: this has 2 axes"),
    ("ex-tensors-shapes", other_shape(0, (3,)), "X @ w: the length is another"),
    ("ex-tensors-shapes", other_shape(0, "(4,)"), "this is a str of length 4"),
    ("ex-tensors-shapes", other_shape(0, (4.0,)), "X @ w: a shape is a tuple"),
    ("ex-tensors-shapes", other_shape(1, (4, 3)), "their right ends aligned"),
    ("ex-tensors-shapes", other_shape(1, "error"), "None stands for an error"),
    ("ex-tensors-shapes", other_shape(2, (4,)), "c has two axes"),
    ("ex-tensors-shapes", other_shape(2, (4, 1)), "c - r: on the last axis 1 meets 4"),
    ("ex-tensors-shapes", other_shape(2, (1, 4)), "c - r: the lengths are others"),
    ("ex-tensors-shapes", other_shape(3, (4,)), "the one that goes"),
    ("ex-tensors-shapes", other_shape(3, (1, 3)), "that needs keepdim"),
    ("ex-tensors-shapes", other_shape(3, ()), "not over both"),
    ("ex-tensors-shapes", other_shape(4, None), "keepdim leaves the sums in a column"),
    ("ex-tensors-shapes", other_shape(4, (4, 1)), "the single column is stretched"),
    ("ex-tensors-shapes", other_shape(4, (3, 4)), "the lengths are others"),
    ("ex-tensors-shapes", other_shape(5, (4, 1)), "takes its axis away."),
    ("ex-tensors-shapes", other_shape(5, (4, 4)), "so both have one axis"),
    ("ex-tensors-shapes", other_shape(5, None), "X[:, 0] * r: PyTorch does not refuse this"),
    ("ex-tensors-weights", torch.ones(2, 3), "u_mean: these weights give the gradient of the sum"),
    ("ex-tensors-weights", WEIGHTS[::-1], "u_mean: these weights give the gradient of the difference"),
    ("ex-tensors-weights", [WEIGHTS[0], WEIGHTS[0]], "u_difference: "),
    ("ex-tensors-weights", [WEIGHTS[0], [1, 0, -1]], "u_difference: these weights give the gradient of y[0]"),
    (
        "ex-tensors-weights",
        [WEIGHTS[0], [1, 1, 1]],
        "u_difference: these weights give the gradient of the sum",
    ),
    ("ex-tensors-weights", [WEIGHTS[0], [0, 0, 1]], "the gradient of y[2] alone"),
    ("ex-tensors-weights", [WEIGHTS[0], [1, 0, 1]], "the gradient of y[2] + y[0]"),
    ("ex-tensors-weights", [WEIGHTS[0], [-0.5, 0, 0.5]], "the gradient of half the difference"),
    ("ex-tensors-weights", [WEIGHTS[0], [-1, 1, 1]], "u_difference: 1 of 3 entries are wrong"),
    ("ex-tensors-weights", [[0.5, 0.5, 0.5], WEIGHTS[1]], "u_mean: it is the right result times 1.5"),
    ("ex-tensors-weights", [[3, 3, 3], WEIGHTS[1]], "u_mean: it is the right result times 9"),
    ("ex-tensors-weights", [..., ...], "u_mean: the answer is missing"),
    ("ex-tensors-weights", WEIGHTS[0], "this is a list of length 3"),
    ("ex-tensors-weights", [1 / 3, [-1, 0, 1]], "u_mean: this is a number, and a row of 3 numbers is"),
    ("ex-tensors-weights", [torch.tensor(1 / 3), WEIGHTS[1]], "u_mean: this is a number, and a row"),
    ("ex-tensors-distances", lambda X, C: distances(X, C).sqrt(), "these are the distances"),
    ("ex-tensors-distances", torch.cdist, "these are the distances"),
    ("ex-tensors-distances", lambda X, C: ((X[:, None] - C).sum(2)) ** 2, "summed, and then squared"),
    ("ex-tensors-distances", lambda X, C: (X[:, None] - C).abs().sum(2), "sums of absolute values"),
    ("ex-tensors-distances", lambda X, C: ((X[:, None] - C) ** 2).mean(2), "the mean over the coordinates"),
    ("ex-tensors-distances", lambda X, C: X @ C.T, "products of rows"),
    ("ex-tensors-distances", lambda X, C: distances(C, X), "Have rows and columns changed places?"),
    ("ex-tensors-distances", lambda X, C: ((X - C) ** 2).sum(1), "stops with RuntimeError"),
    ("ex-tensors-distances", lambda X, C: X[:, None] - C, "this is a tensor of shape (5, 3, 2)"),
    ("ex-tensors-distances", lambda X, C: ((X[:, None] - C) ** 2).sum(1), "this is a tensor of shape (5, 2)"),
    ("ex-tensors-distances", lambda X, C: ((X[:, None] - C) ** 2).sum(), "this is a number"),
    ("ex-tensors-distances", lambda X, C: (X[:, :1] - C[:, 0]) ** 2, "only the first coordinate counts"),
    ("ex-tensors-distances", two_coordinates, "of 16 entries are wrong"),
    ("ex-tensors-distances", lambda X, C: 2 * distances(X, C), "twice the right result"),
    ("ex-tensors-distances", lambda X, C: -distances(X, C), "the sign is wrong"),
    ("ex-tensors-distances", moved_to_the_mean, "has changed"),
    ("ex-tensors-distances", seeds(lambda seed: lambda X, C: invented(len(X), len(C), seed)), "are wrong"),
    ("ex-tensors-table", lambda y_hat, y: ((y_hat - y) ** 2).mean(), "the mean over the n pairs"),
    ("ex-tensors-table", lambda y_hat, y: terms(y_hat, y, correction=1), "divides by n − 1"),
    ("ex-tensors-table", lambda y_hat, y: terms(y_hat, y, shift=0), "is missing"),
    ("ex-tensors-table", lambda y_hat, y: terms(y_hat, y, shift=-1), "it is too small"),
    ("ex-tensors-table", lambda y_hat, y: (y_hat - y).mean() ** 2, "the variances are missing"),
    (
        "ex-tensors-table",
        lambda y_hat, y: y_hat.var(correction=0) + (y_hat - y).mean() ** 2,
        "the variance of y is missing",
    ),
    (
        "ex-tensors-table",
        lambda y_hat, y: y.var(correction=0) + (y_hat - y).mean() ** 2,
        "the variance of y_hat is missing",
    ),
    (
        "ex-tensors-table",
        lambda y_hat, y: y.var(correction=0) + y_hat.var(correction=0) + (y_hat - y).mean(),
        "the means is not squared",
    ),
    (
        "ex-tensors-table",
        lambda y_hat, y: y.var(correction=0) + y_hat.var(correction=0) + (y_hat + y).mean() ** 2,
        "the means are added",
    ),
    ("ex-tensors-table", lambda y_hat, y: len(y) * table_mse(y_hat, y), "a sum where a mean is asked for"),
    ("ex-tensors-table", lambda y_hat, y: ((y_hat[:, None] - y) ** 2).sum(), "the sum over the table"),
    (
        "ex-tensors-table",
        lambda y_hat, y: y_hat.std(correction=0) + y.std(correction=0) + (y_hat - y).mean() ** 2,
        "these are standard deviations",
    ),
    ("ex-tensors-table", lambda y_hat, y: (y_hat[:, None] - y) ** 2, "this is a tensor of shape (6, 6)"),
    ("ex-tensors-table", lambda y_hat, y: 2 * y.var(correction=0), "it is too "),
    ("ex-tensors-table", sorted_in_place, "y_hat has changed"),
    ("ex-tensors-quadratic", lambda M, x: 2 * M @ x, "for a symmetric M only"),
    ("ex-tensors-quadratic", lambda M, x: M @ x, "one of the two terms is missing"),
    ("ex-tensors-quadratic", lambda M, x: M.T @ x, "so there are two terms; this is one"),
    ("ex-tensors-quadratic", lambda M, x: 2 * M.T @ x, "the two terms differ"),
    ("ex-tensors-quadratic", lambda M, x: (M - M.T) @ x, "the two terms are to be added"),
    ("ex-tensors-quadratic", lambda M, x: (M + M.T) @ x / 2, "half the right result"),
    ("ex-tensors-quadratic", lambda M, x: -(M + M.T) @ x, "the sign is wrong"),
    ("ex-tensors-quadratic", lambda M, x: (M + M.T) @ x + M.diag() * x, "of 3 entries are wrong"),
    ("ex-tensors-quadratic", lambda M, x: x @ M @ x, "and a row of 3 numbers is asked for"),
    ("ex-tensors-quadratic", lambda M, x: M + M.T, "and a row of 3 numbers is asked for"),
    ("ex-tensors-quadratic", by_autograd, "autograd is used"),
    (
        "ex-tensors-quadratic",
        lambda M, x: torch.func.grad(lambda x: x @ M @ x)(x),
        "autograd is used",
    ),
    ("ex-tensors-quadratic", symmetric_in_place, "M has changed"),
]


def invented(n, m, seed):
    """A table of numbers that are nothing in particular."""
    return torch.rand(n, m, generator=torch.Generator().manual_seed(seed))


TestTensors = attempts(tensors, RIGHT, WRONG, least=(3, 8))


def rows_of_the_table() -> list[tuple[str, str]]:
    """NumPy's and PyTorch's expression of each row of the table in the chapter."""
    chapter = Path(ROOT, "book", "tensors.md").read_text("utf-8")
    return re.findall(r"^\| [^|]* \| `([^|`]*)` \| `([^|`]*)` \|$", chapter, re.MULTILINE)


@pytest.mark.parametrize(("in_numpy", "in_pytorch"), rows_of_the_table())
def test_both_columns_of_the_table_give_the_same(in_numpy, in_pytorch):
    array = np.array([[3.0, -1.0, 2.0], [0.5, 4.0, -2.0]])
    a = eval(in_numpy, {"np": np, "X": array})
    b = eval(in_pytorch, {"torch": torch, "X": torch.tensor(array)})
    if isinstance(b, torch.dtype):
        assert str(b) == f"torch.{a}"
    else:
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(b, a, rtol=1e-14)
    if "float32" in in_numpy:
        assert a.dtype == b.numpy().dtype == np.float32


def test_the_table_is_found():
    assert len(rows_of_the_table()) >= 12
