"""The checkers of "Tensors and automatic differentiation" for the exercises with autograd."""

import math

import numpy as np
import torch
from nnbook.check import tensors_autograd

from tests.nnbook.check.attempts import attempts

CORNERS = {"abs": 0.0, "relu": 0.0, "sqrt": math.inf, "maximum": 0.5, "where": math.nan}


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


def cloned(f, x):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    rows = torch.zeros(len(y), len(x))
    for i in range(len(y)):
        if x.grad is not None:
            x.grad.zero_()
        y[i].backward(retain_graph=True)
        rows[i] = x.grad
    return rows.numpy()


def batched(f, x):
    x = x.detach().clone().requires_grad_()
    y = f(x)
    return torch.autograd.grad(y, x, torch.eye(len(y)), is_grads_batched=True)[0]


def with_turns(turn, weights=torch.eye):
    """A Jacobian whose rows are made by `turn`, which gets x, the rows and what makes a gradient."""

    def attempt(f, x):
        x = x.clone().requires_grad_()
        y = f(x)
        x.grad = torch.zeros_like(x)
        rows = []
        for u in weights(len(y)):
            turn(x, rows, lambda u=u: y.backward(u, retain_graph=True))
        return torch.stack(rows)

    return attempt


def never_reset(x, rows, backward):
    backward()
    rows.append(x.grad.clone())


def never_reset_nor_copied(x, rows, backward):
    backward()
    rows.append(x.grad)


def zeroed_before(x, rows, backward):
    x.grad.zero_()
    backward()
    rows.append(x.grad)


def zeroed_after(x, rows, backward):
    backward()
    rows.append(x.grad)
    x.grad.zero_()


def fresh(x, rows, backward):
    x.grad = None
    backward()
    rows.append(x.grad)


def graph_used_twice(f, x):
    x.requires_grad_()
    y = f(x)
    for u in torch.eye(len(y)):
        y.backward(u)
    return x.grad


def in_a_list(f, x):
    x = x.clone().requires_grad_()
    y, rows = f(x), []
    for u in torch.eye(len(y)):
        y.backward(u, retain_graph=True)
        rows.append(x.grad)
    return rows


def forgotten_list(f, x):
    return [row.tolist() for row in jacobian(f, x)]


def newton(f, x, n_steps):
    x = torch.tensor(float(x))
    for _ in range(n_steps):
        x = x.detach().requires_grad_()
        y = f(x)
        y.backward()
        x = x - y / x.grad
    return x


def by_grad(f, x, n_steps):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    for _ in range(n_steps):
        y = f(x)
        (slope,) = torch.autograd.grad(y, x)
        x = (x - y / slope).detach().requires_grad_()
    return x.item()


def recursive(f, x, n_steps):
    if n_steps == 0:
        return x
    x = torch.tensor(float(x))
    return recursive(f, (x - f(x) / torch.func.grad(f)(x)).item(), n_steps - 1)


def by_quotient(f, x, n_steps, h=1e-6):
    x = torch.tensor(float(x), dtype=torch.float64)
    for _ in range(n_steps):
        x = x - f(x) * 2 * h / (f(x + h) - f(x - h))
    return x.item()


def only_floats(f, x, n_steps):
    return newton(f, torch.tensor(x, requires_grad=True).item(), n_steps)


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


def not_a_leaf(f, x, n_steps):
    x = torch.tensor(x, requires_grad=True)
    for _ in range(n_steps):
        y = f(x)
        y.backward()
        x = x - y / x.grad
    return x.item()


def recorded_step(f, x, n_steps):
    x = torch.tensor(x, requires_grad=True)
    for _ in range(n_steps):
        f(x).backward()
        x -= f(x) / x.grad
    return x.item()


def all_points(f, x, n_steps):
    return [newton(f, x, n).item() for n in range(n_steps + 1)]


def changed(**other):
    return {**CORNERS, **other}


RIGHT = [
    ("ex-tensors-jacobian", jacobian),
    ("ex-tensors-jacobian", retained),
    ("ex-tensors-jacobian", cloned),
    ("ex-tensors-jacobian", batched),
    ("ex-tensors-jacobian", forgotten_list),
    ("ex-tensors-jacobian", with_turns(fresh)),
    ("ex-tensors-newton", newton),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, n_steps).item()),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y / grad)),
    ("ex-tensors-newton", by_grad),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(lambda x: f(x.double()), x, n_steps)),
    ("ex-tensors-newton", recursive),
    ("ex-tensors-corners", CORNERS),
    ("ex-tensors-corners", dict(reversed(CORNERS.items()))),
    ("ex-tensors-corners", {name: torch.tensor(value) for name, value in CORNERS.items()}),
    ("ex-tensors-corners", {name: np.float32(value) for name, value in CORNERS.items()}),
]

WRONG = [
    ("ex-tensors-jacobian", with_turns(never_reset), "each row holds the rows above it too"),
    (
        "ex-tensors-jacobian",
        with_turns(never_reset_nor_copied),
        "add to the one x.grad, and every row shares",
    ),
    ("ex-tensors-jacobian", with_turns(zeroed_before), "every row is the last one"),
    ("ex-tensors-jacobian", with_turns(zeroed_after), "every row is zero: do all share the memory"),
    (
        "ex-tensors-jacobian",
        with_turns(fresh, weights=lambda m: torch.ones(m, m)),
        "which weights give a single one?",
    ),
    ("ex-tensors-jacobian", in_a_list, "all rows are one and the same tensor"),
    (
        "ex-tensors-jacobian",
        graph_used_twice,
        "stops with RuntimeError: Trying to backward through the graph",
    ),
    ("ex-tensors-jacobian", lambda f, x: jacobian(f, x).T, "Have rows and columns changed places?"),
    ("ex-tensors-jacobian", lambda f, x: f(x).sum().backward(), "element 0 of tensors does not require grad"),
    ("ex-tensors-jacobian", lambda f, x: -jacobian(f, x), "the sign is wrong"),
    ("ex-tensors-jacobian", lambda f, x: 2 * jacobian(f, x), "twice the right result"),
    ("ex-tensors-jacobian", lambda f, x: jacobian(f, x)[:1], "this is a tensor of shape (1, 4)"),
    ("ex-tensors-jacobian", lambda f, x: jacobian(f, x).sum(0), "a tensor of shape (3, 4) is asked for"),
    (
        "ex-tensors-jacobian",
        lambda f, x: jacobian(f, x).flip(0),
        "the right values stand in the wrong places",
    ),
    ("ex-tensors-jacobian", lambda f, x: torch.func.jacrev(f)(x), "does the whole work"),
    ("ex-tensors-jacobian", torch.autograd.functional.jacobian, "does the whole work"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x + y / grad), "the wrong sign"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y * grad), "the formula divides"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - grad / y), "the other way round"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - grad), "is f′(x) alone"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y), "f′(x) is missing"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x), "x has not moved"),
    ("ex-tensors-newton", in_place(lambda x, y, grad: x - y / grad, forget=False), "of the steps add up"),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, n_steps + 1), "a step too many"),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, n_steps - 1), "a step too few"),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, 1), "one step, whatever n_steps is"),
    ("ex-tensors-newton", lambda f, x, n_steps: newton(f, x, 50), "this is the zero itself"),
    ("ex-tensors-newton", lambda f, x, n_steps: 1.5, "it is too "),
    ("ex-tensors-newton", by_quotient, "let autograd find f′, and not a difference quotient"),
    (
        "ex-tensors-newton",
        only_floats,
        "x = 1, n_steps = 2.)",
    ),
    ("ex-tensors-newton", not_a_leaf, "through the graph a second time"),
    ("ex-tensors-newton", recorded_step, "a leaf Variable that requires grad"),
    ("ex-tensors-newton", all_points, "a number is asked for"),
    ("ex-tensors-newton", lambda f, x, n_steps: None, "the function returns nothing"),
    ("ex-tensors-newton", lambda f, x: newton(f, x, 3), "the function is to take (f, x, n_steps)"),
    ("ex-tensors-corners", {}, "a dictionary with the keys"),
    ("ex-tensors-corners", list(CORNERS.values()), "a dictionary with the keys"),
    ("ex-tensors-corners", dict.fromkeys(CORNERS), "abs: the answer is missing"),
    ("ex-tensors-corners", dict.fromkeys(CORNERS, 0.0), "sqrt: PyTorch gives another. (0 is"),
    ("ex-tensors-corners", dict.fromkeys(CORNERS, 0.5), "abs: PyTorch gives another"),
    ("ex-tensors-corners", changed(sqrt=0.0), "sqrt: PyTorch gives another. (0 is"),
    ("ex-tensors-corners", changed(sqrt=math.nan), "sqrt: PyTorch gives another"),
    ("ex-tensors-corners", changed(maximum=1.0), "maximum: PyTorch gives another"),
    ("ex-tensors-corners", changed(maximum=math.inf), "maximum: the gradients before it are added in"),
    ("ex-tensors-corners", changed(where=math.inf), "where: PyTorch gives another"),
    ("ex-tensors-corners", changed(where=0.0), "where: PyTorch gives another. (0 is"),
    ("ex-tensors-corners", changed(sqrt=math.nan, where=math.inf), "are 'sqrt' and 'where' exchanged?"),
    ("ex-tensors-corners", changed(relu=0.5, maximum=0.0), "are 'relu' and 'maximum' exchanged?"),
    ("ex-tensors-corners", changed(abs="none"), "abs: this is a str of length 4"),
    ("ex-tensors-corners", changed(where="nan"), "Leave out the quotes"),
]


TestTensorsAutograd = attempts(tensors_autograd, RIGHT, WRONG, least=(3, 8))
