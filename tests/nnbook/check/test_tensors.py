"""The checkers of "Tensors and automatic differentiation", and its table of NumPy beside PyTorch."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from nnbook.check import tensors

from tests.building import ROOT
from tests.nnbook.check.attempts import attempts

SHAPES = [(4,), None, (4, 4), (3,), (4, 3), (4,)]
WEIGHTS = [[1 / 3, 1 / 3, 1 / 3], [-1.0, 0.0, 1.0]]
CORNERS = {"abs": 0.0, "relu": 0.0, "sqrt": math.inf, "maximum": 0.5, "where": math.nan}


def other_shape(place, shape):
    """The right shapes, but for one."""
    return [shape if k == place else right for k, right in enumerate(SHAPES)]


def distances(X, C):
    return ((X[:, None] - C) ** 2).sum(2)


def in_a_loop(X, C):
    return [[((x - c) ** 2).sum().item() for c in C] for x in X]


def expanded(X, C):
    return (X**2).sum(1, keepdim=True) - 2 * X @ C.T + (C**2).sum(1)


def jacobian(f, x):
    x = x.detach().clone().requires_grad_()
    rows = []
    for u in torch.eye(len(f(x))):
        x.grad = None
        f(x).backward(u)
        rows.append(x.grad)
    return torch.stack(rows)


def retained(f, x):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))])


def never_reset(f, x):
    x.requires_grad_()
    rows = []
    for u in torch.eye(len(f(x))):
        f(x).backward(u)
        rows.append(x.grad.clone())
    return torch.stack(rows)


def one_gradient(f, x):
    x.requires_grad_()
    rows = []
    for u in torch.eye(len(f(x))):
        f(x).backward(u)
        rows.append(x.grad)
    return torch.stack(rows)


def one_memory(f, x):
    x.requires_grad_()
    x.grad = torch.zeros_like(x)
    rows = []
    for u in torch.eye(len(f(x))):
        x.grad.zero_()
        f(x).backward(u)
        rows.append(x.grad)
    return torch.stack(rows)


def graph_used_twice(f, x):
    x.requires_grad_()
    y = f(x)
    for u in torch.eye(len(y)):
        y.backward(u)
    return x.grad


def newton(f, x, n_steps):
    x = torch.tensor(float(x))
    for _ in range(n_steps):
        x = x.detach().requires_grad_()
        y = f(x)
        y.backward()
        x = x - y / x.grad
    return x


def in_place(step, forget=True):
    """Newton with another step, a function of x, f(x) and the gradient; in place."""

    def attempt(f, x, n_steps):
        x = torch.tensor(float(x), requires_grad=True)
        for _ in range(n_steps):
            if forget:
                x.grad = None
            y = f(x)
            y.backward()
            with torch.no_grad():
                x.copy_(step(x, y, x.grad))
        return x

    return attempt


def table_mse(y_hat, y):
    return y_hat.var(correction=0) + y.var(correction=0) + (y_hat.mean() - y.mean()) ** 2


RIGHT = [
    ("ex-tensors-shapes", SHAPES),
    ("ex-tensors-shapes", [4, None, torch.Size([4, 4]), [3], (4, 3), torch.ones(4).shape]),
    ("ex-tensors-weights", WEIGHTS),
    ("ex-tensors-weights", [torch.full((3,), 1 / 3), torch.tensor([-1.0, 0.0, 1.0])]),
    ("ex-tensors-weights", np.array(WEIGHTS)),
    ("ex-tensors-weights", [[0.3333, 0.3333, 0.3333], [-1, 0, 1]]),
    ("ex-tensors-distances", distances),
    ("ex-tensors-distances", in_a_loop),
    ("ex-tensors-distances", expanded),
    ("ex-tensors-distances", lambda X, C: torch.cdist(X, C) ** 2),
    ("ex-tensors-jacobian", jacobian),
    ("ex-tensors-jacobian", retained),
    ("ex-tensors-jacobian", lambda f, x: torch.func.jacrev(f)(x)),
    ("ex-tensors-newton", newton),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, n_steps).item()),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y / grad)),
    ("ex-tensors-table", table_mse),
    ("ex-tensors-table", lambda y_hat, y: ((y_hat[:, None] - y) ** 2).mean()),
    ("ex-tensors-table", lambda y_hat, y: y_hat.numpy().var() + y.numpy().var() + (y_hat - y).mean() ** 2),
    ("ex-tensors-quadratic", lambda M, x: (M + M.T) @ x),
    ("ex-tensors-quadratic", lambda M, x: (M @ x + x @ M).numpy()),
    ("ex-tensors-corners", CORNERS),
    ("ex-tensors-corners", {name: torch.tensor(value) for name, value in CORNERS.items()}),
]

WRONG = [
    ("ex-tensors-shapes", [...] * 6, "X @ w: a shape is a tuple"),
    ("ex-tensors-shapes", SHAPES[:5], "a list of 6 shapes is asked for"),
    ("ex-tensors-shapes", (4,), "a list of 6 shapes is asked for"),
    ("ex-tensors-shapes", other_shape(0, (4, 1)), "has one axis, not two"),
    ("ex-tensors-shapes", other_shape(0, None), "PyTorch does not refuse this"),
    ("ex-tensors-shapes", other_shape(0, (4, 3)), "X @ w: this has 2 axes"),
    ("ex-tensors-shapes", other_shape(0, (3,)), "X @ w: the length is another"),
    ("ex-tensors-shapes", other_shape(0, "(4,)"), "this is a str of length 4"),
    ("ex-tensors-shapes", other_shape(1, (4, 3)), "their right ends aligned"),
    ("ex-tensors-shapes", other_shape(2, (4,)), "c has two axes"),
    ("ex-tensors-shapes", other_shape(2, (4, 1)), "c - r: on the last axis 1 meets 4"),
    ("ex-tensors-shapes", other_shape(3, (4,)), "the one that goes"),
    ("ex-tensors-shapes", other_shape(3, (1, 3)), "that needs keepdim"),
    ("ex-tensors-shapes", other_shape(3, ()), "not over both"),
    ("ex-tensors-shapes", other_shape(4, None), "keepdim leaves the sums in a column"),
    ("ex-tensors-shapes", other_shape(4, (4, 1)), "the single column is stretched"),
    ("ex-tensors-shapes", other_shape(5, (4, 1)), "takes its axis away."),
    ("ex-tensors-shapes", other_shape(5, (4, 4)), "so both have one axis"),
    ("ex-tensors-weights", torch.ones(2, 3), "u_mean: these weights give the gradient of the sum"),
    ("ex-tensors-weights", WEIGHTS[::-1], "u_mean: these weights give the gradient of the difference"),
    ("ex-tensors-weights", [WEIGHTS[0], [1, 0, -1]], "u_difference: these weights give the gradient of y[0]"),
    (
        "ex-tensors-weights",
        [WEIGHTS[0], [1, 1, 1]],
        "u_difference: these weights give the gradient of the sum",
    ),
    ("ex-tensors-weights", [WEIGHTS[0], [0, 0, 1]], "the gradient of y[2] alone"),
    ("ex-tensors-weights", [WEIGHTS[0], [-1, 1, 1]], "u_difference: 1 of 3 entries are wrong"),
    ("ex-tensors-weights", [..., ...], "this is a list of length 2"),
    ("ex-tensors-weights", WEIGHTS[0], "this is a list of length 3"),
    ("ex-tensors-distances", lambda X, C: distances(X, C).sqrt(), "these are the distances"),
    ("ex-tensors-distances", lambda X, C: ((X[:, None] - C).sum(2)) ** 2, "summed, and then squared"),
    ("ex-tensors-distances", lambda X, C: (X[:, None] - C).abs().sum(2), "sums of absolute values"),
    ("ex-tensors-distances", lambda X, C: ((X[:, None] - C) ** 2).mean(2), "the mean over the coordinates"),
    ("ex-tensors-distances", lambda X, C: X @ C.T, "products of rows"),
    ("ex-tensors-distances", lambda X, C: distances(C, X), "Have rows and columns changed places?"),
    ("ex-tensors-distances", lambda X, C: ((X - C) ** 2).sum(1), "stops with RuntimeError"),
    ("ex-tensors-distances", lambda X, C: X[:, None] - C, "this is a tensor of shape (5, 3, 2)"),
    ("ex-tensors-jacobian", never_reset, "each row holds the rows above it too"),
    ("ex-tensors-jacobian", one_gradient, "every row is the sum of the rows"),
    ("ex-tensors-jacobian", one_memory, "every row is the last one"),
    (
        "ex-tensors-jacobian",
        graph_used_twice,
        "stops with RuntimeError: Trying to backward through the graph",
    ),
    ("ex-tensors-jacobian", lambda f, x: jacobian(f, x).T, "Have rows and columns changed places?"),
    ("ex-tensors-jacobian", lambda f, x: f(x).sum().backward(), "element 0 of tensors does not require grad"),
    ("ex-tensors-jacobian", lambda f, x: -jacobian(f, x), "the sign is wrong"),
    ("ex-tensors-jacobian", lambda f, x: jacobian(f, x)[:1], "this is a tensor of shape (1, 4)"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x + y / grad), "the wrong sign"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y * grad), "the formula divides"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - grad), "is f′(x) alone"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x), "x has not moved"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y / grad, forget=False), "of the steps add up"),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, n_steps + 1), "it is too small"),
    (
        "ex-tensors-newton",
        lambda f, x, n_steps: newton(f, x, 1),
        "(Tried with f = x**2 - 2, x = 1.0, n_steps = 2",
    ),
    ("ex-tensors-newton", lambda f, x, n_steps: None, "the function returns nothing"),
    ("ex-tensors-table", lambda y_hat, y: ((y_hat - y) ** 2).mean(), "the mean over the n pairs"),
    (
        "ex-tensors-table",
        lambda y_hat, y: y_hat.var() + y.var() + (y_hat - y).mean() ** 2,
        "divides by n − 1",
    ),
    ("ex-tensors-table", lambda y_hat, y: y_hat.var(correction=0) + y.var(correction=0), "is missing"),
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
    ("ex-tensors-table", lambda y_hat, y: len(y) * table_mse(y_hat, y), "a sum where a mean is asked for"),
    ("ex-tensors-table", lambda y_hat, y: ((y_hat[:, None] - y) ** 2).sum(), "the sum over the table"),
    (
        "ex-tensors-table",
        lambda y_hat, y: y_hat.std(correction=0) + y.std(correction=0) + (y_hat - y).mean() ** 2,
        "these are standard deviations",
    ),
    ("ex-tensors-quadratic", lambda M, x: 2 * M @ x, "for a symmetric M only"),
    ("ex-tensors-quadratic", lambda M, x: M @ x, "one of the two terms is missing"),
    ("ex-tensors-quadratic", lambda M, x: M.T @ x, "so there are two terms; this is one"),
    ("ex-tensors-quadratic", lambda M, x: 2 * M.T @ x, "the two terms differ"),
    ("ex-tensors-quadratic", lambda M, x: x @ M @ x, "and a row of 3 numbers is asked for"),
    ("ex-tensors-corners", {}, "a dictionary with the keys"),
    ("ex-tensors-corners", list(CORNERS.values()), "a dictionary with the keys"),
    ("ex-tensors-corners", dict.fromkeys(CORNERS), "abs: a number is asked for, and this is nothing"),
    ("ex-tensors-corners", {**CORNERS, "sqrt": 0.0}, "sqrt: PyTorch gives another. (0 is"),
    ("ex-tensors-corners", {**CORNERS, "sqrt": math.nan}, "sqrt: PyTorch gives another"),
    ("ex-tensors-corners", {**CORNERS, "maximum": 1.0}, "maximum: PyTorch gives another"),
    ("ex-tensors-corners", {**CORNERS, "maximum": math.inf}, "maximum: the gradients before it are added in"),
    ("ex-tensors-corners", {**CORNERS, "where": math.inf}, "where: PyTorch gives another"),
    ("ex-tensors-corners", {**CORNERS, "abs": "none"}, "abs: a number is asked for"),
]


TestTensors = attempts(tensors, RIGHT, WRONG)


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
