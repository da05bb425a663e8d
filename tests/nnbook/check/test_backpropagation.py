"""The checkers of "Backpropagation": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import torch
from nnbook.check import backpropagation
from nnbook.scalar import Scalar, exp, tanh

from tests.nnbook.check.attempts import attempts

SHAPES = {"dY_hat": (32, 3), "dW2": (101, 3), "dA": (32, 100), "dZ": (32, 100), "dW1": (11, 100)}


def mse_gradient(Y_hat, Y):
    return 2 / Y.size * (Y_hat - Y)


def sigmoid(s):
    small = math.exp(-abs(s.value))
    value = (1 if s.value >= 0 else small) / (1 + small)
    return Scalar(value, ((s, value * (1 - value)),))


def sigmoid_with(slope):
    """The sigmoid with another slope, a function of its input and of its value."""
    return lambda s: Scalar(sigmoid(s).value, ((s, slope(s.value, sigmoid(s).value)),))


def naive_sigmoid(s):
    value = 1 / (1 + math.exp(-s.value))
    return Scalar(value, ((s, value * (1 - value)),))


def by_tanh(s):
    """σ(s) = (1 + tanh(s/2))/2, whose small values are rounded, and its input with its slope."""
    value = (1 + math.tanh(s.value / 2)) / 2
    return value, ((s, value * (1 - value)),)


def tied_gradient(X, W, first=1.0, second=1.0, *, mask=True, turn=True):
    Z = X @ W
    A = np.maximum(0, Z)
    dX_hat = 2 / len(X) * (A @ W.T - X)
    dV = A.T @ dX_hat
    dZ = (dX_hat @ W) * (Z > 0 if mask else 1)
    return first * X.T @ dZ + second * (dV.T if turn or dV.shape != W.shape else dV)


def softmax_backward(dP, P):
    return P * (dP - (dP * P).sum(axis=1, keepdims=True))


def without_keepdims(dP, P):
    return P * (dP - (dP * P).sum(1))


def standardise_backward(dN, Z, ddof=0):
    s = Z.std(axis=0, ddof=ddof)
    N = (Z - Z.mean(axis=0)) / s
    return (dN - dN.mean(axis=0) - N * (dN * N).sum(axis=0) / (len(Z) - ddof)) / s


def sample_deviation(dN, Z):
    s = Z.std(axis=0, ddof=1)
    N = (Z - Z.mean(axis=0)) / s
    return (dN - dN.mean(axis=0) - N * (dN * N).mean(axis=0)) / s


def normalised(Z):
    return (Z - Z.mean(0)) / Z.std(0)


def in_place(dA, A):
    A *= -A
    A += 1
    return dA * A


def by_row(dN, Z):
    N = normalised(Z)
    return (dN - dN.mean(1, keepdims=True) - N * (dN * N).mean(1, keepdims=True)) / Z.std(0)


def by_loop(Y_hat, Y):
    """One entry at a time."""
    return [[2 * (a - b) / Y.size for a, b in zip(p, q, strict=True)] for p, q in zip(Y_hat, Y, strict=True)]


def from_torch(f):
    """A NumPy function of `f`, the gradient of a loss by its last argument, by autograd."""

    def attempt(*arrays):
        *rest, last = (torch.from_numpy(a) for a in arrays)
        last.requires_grad_()
        return torch.autograd.grad(f(*rest, last), last)[0].numpy()

    return attempt


def tied_loss(X, W):
    return ((X @ W).relu() @ W.T - X).square().sum(1).mean()


def tied_by_entries(X, W):
    """By the sum over examples."""
    total = np.zeros_like(W)
    for x in X:
        a = np.maximum(0, x @ W)
        e = 2 / len(X) * (W @ a - x)
        total += np.outer(e, a) + np.outer(x, (W.T @ e) * (a > 0))
    return total


def softmax_in_place(dP, P):
    dP *= P
    return dP - P * dP.sum(1, keepdims=True)


def by_projection(dN, Z):
    """What is left of dN at right angles to the ones and to N, a column at a time."""
    columns = []
    for row, z in zip(dN.T, Z.T, strict=True):
        c, g = z - z.mean(), row - row.mean()
        columns.append((g - c * (c @ g) / (c @ c)) / np.sqrt((c @ c) / len(c)))
    return np.stack(columns, 1)


def changes_s(s):
    result = sigmoid(s)
    s.value = 0.0
    return result


class OfThePage:
    """The class that the chapter writes; it has the package's name there, and what the engine needs."""

    def __init__(self, value, inputs=()):
        self.value, self.inputs, self.grad = value, inputs, 0.0

    def __add__(self, other):
        return OfThePage(self.value + other.value, ((self, 1.0), (other, 1.0)))


OfThePage.__name__ = "Scalar"


def on_the_page(s, slope=lambda p: p * (1 - p)):
    p = sigmoid(s).value
    return OfThePage(p, ((s, slope(p)),))


def on_the_page_in_halves(s):
    half = OfThePage(sigmoid(s).value / 2, sigmoid(s).inputs)
    return OfThePage(2 * half.value, ((half, 0.5),)) + OfThePage(0.0, ((half, 0.5),))


def through_tanh(s):
    return (1 + tanh(s * 0.5)) * 0.5


RIGHT = [
    ("ex-bp-shapes", SHAPES),
    ("ex-bp-shapes", {name: torch.zeros(shape).shape for name, shape in SHAPES.items()}),
    ("ex-bp-shapes", {name: list(shape) for name, shape in SHAPES.items()}),
    ("ex-bp-mse", mse_gradient),
    ("ex-bp-mse", lambda Y_hat, Y: 2 * (Y_hat - Y) / (Y.shape[0] * Y.shape[1])),
    ("ex-bp-node", sigmoid),
    ("ex-bp-node", lambda s: 1 / (1 + exp(-s)) if s.value > 0 else exp(s) / (1 + exp(s))),
    ("ex-bp-tanh", lambda dA, A: dA * (1 - A**2)),
    ("ex-bp-tanh", lambda dA, A: torch.from_numpy(dA * (1 - A) * (1 + A))),
    ("ex-bp-tied", tied_gradient),
    ("ex-bp-softmax", softmax_backward),
    (
        "ex-bp-softmax",
        lambda dP, P: np.stack([(np.diag(p) - np.outer(p, p)) @ g for g, p in zip(dP, P, strict=True)]),
    ),
    ("ex-bp-standardise", standardise_backward),
    ("ex-bp-standardise", by_projection),
    (
        "ex-bp-standardise",
        from_torch(lambda dN, Z: (dN * (Z - Z.mean(0)) / Z.std(0, correction=0)).sum()),
    ),
    ("ex-bp-mse", by_loop),
    ("ex-bp-mse", lambda Y_hat, Y: torch.from_numpy((Y_hat - Y) / np.float64(Y_hat.size / 2))),
    ("ex-bp-node", through_tanh),
    ("ex-bp-tanh", lambda dA, A: dA / np.cosh(np.arctanh(A)) ** 2),
    ("ex-bp-tanh", lambda dA, A: dA - dA * A * A),
    ("ex-bp-tied", tied_by_entries),
    ("ex-bp-tied", from_torch(tied_loss)),
    ("ex-bp-softmax", lambda dP, P: P * dP - P * np.einsum("ik,ik->i", dP, P)[:, None]),
    ("ex-bp-mask", {"right": 0.8201, "wrong": 0.8777}),
    ("ex-bp-node", lambda s: Scalar(*by_tanh(s))),
    ("ex-bp-node", on_the_page),
    ("ex-bp-node", on_the_page_in_halves),
    ("ex-bp-mask", (0.820, 0.878)),
    ("ex-bp-mask", [np.float64(0.820), torch.tensor(0.878)]),
]

WRONG = [
    ("ex-bp-shapes", list(SHAPES.values()), "a dictionary with the keys dY_hat"),
    ("ex-bp-shapes", {**SHAPES, "dA": ...}, "the shape of dA is missing"),
    ("ex-bp-shapes", {**SHAPES, "dA": 3200}, "dA: this is a number, and a tuple is asked for"),
    ("ex-bp-shapes", {**SHAPES, "dW1": (100, 11)}, "dW1: rows and columns have changed places"),
    ("ex-bp-shapes", {**SHAPES, "dW1": (10, 100)}, "dW1: the row of the biases is missing"),
    ("ex-bp-shapes", {**SHAPES, "dW2": (100, 3)}, "dW2: the row of the biases is missing"),
    ("ex-bp-shapes", {**SHAPES, "dZ": (32, 101)}, "dZ: there is a column too many"),
    ("ex-bp-shapes", {**SHAPES, "dY_hat": (1, 3)}, "dY_hat has the shape of Y_hat"),
    ("ex-bp-mse", lambda Y_hat, Y: 2 / len(Y) * (Y_hat - Y), "F.mse_loss divides by the number of outputs"),
    ("ex-bp-mse", lambda Y_hat, Y: (Y_hat - Y) / Y.size, "the factor 2 of the square is missing"),
    ("ex-bp-mse", lambda Y_hat, Y: 2 * (Y_hat - Y), "the sum is divided by nothing"),
    ("ex-bp-mse", lambda Y_hat, Y: 2 / Y.shape[1] * (Y_hat - Y), "by the number of outputs alone"),
    ("ex-bp-mse", lambda Y_hat, Y: mse_gradient(Y, Y_hat), "the sign is wrong"),
    ("ex-bp-mse", lambda Y_hat, Y: ((Y_hat - Y) ** 2).mean(), "this is a number"),
    ("ex-bp-mse", lambda Y: Y, "the function is to take (Y_hat, Y)"),
    ("ex-bp-mse", lambda Y_hat, Y: None, "the function returns nothing"),
    ("ex-bp-node", naive_sigmoid, "OverflowError"),
    ("ex-bp-node", lambda s: sigmoid(s).value, "a Scalar is to be returned, and this is a number"),
    ("ex-bp-node", lambda s: None, "the function returns nothing"),
    ("ex-bp-node", lambda s: Scalar(sigmoid(s).value), "nothing reaches s"),
    ("ex-bp-node", lambda s: Scalar(math.tanh(s.value), sigmoid(s).inputs), "the value is wrong for s = 0"),
    ("ex-bp-node", sigmoid_with(lambda x, p: p), "that slope is σ itself"),
    (
        "ex-bp-node",
        sigmoid_with(lambda x, p: 0.25 if x == 0 else x * (1 - x)),
        "with σ the value of the result",
    ),
    ("ex-bp-node", sigmoid_with(lambda x, p: x * (1 - x)), "with σ the value of the result"),
    ("ex-bp-node", lambda s: Scalar(sigmoid(s).value, (s,)), "the inputs are pairs of a node and a slope"),
    ("ex-bp-node", lambda s: Scalar(sigmoid(s).value, ((s.value, 0.2),)), "pairs of a node and a slope"),
    ("ex-bp-node", lambda s: on_the_page(s, lambda p: p), "that slope is σ itself"),
    ("ex-bp-node", lambda s: OfThePage(sigmoid(s).value), "nothing reaches s"),
    ("ex-bp-node", lambda s: OfThePage(sigmoid(s).value, (s,)), "the inputs are pairs of a node and a slope"),
    ("ex-bp-node", lambda s: Scalar(sigmoid(s).value * (s.value > -20), sigmoid(s).inputs), "for s = -22"),
    ("ex-bp-node", lambda: None, "the function is to take (s)"),
    ("ex-bp-node", sigmoid(Scalar(0.0)), "a function is asked for"),
    ("ex-bp-tanh", lambda dA, A: dA * (1 - np.tanh(A) ** 2), "that is the slope at A"),
    ("ex-bp-tanh", lambda dA, A: 1 - A**2, "that is the slope alone"),
    ("ex-bp-tanh", lambda dA, A: dA * (A > 0), "that is the ReLU's mask"),
    ("ex-bp-tanh", lambda dA, A: dA * (1 - A), "a square is missing"),
    ("ex-bp-tanh", lambda dA, A: dA * A * (1 - A), "the slope of the sigmoid"),
    ("ex-bp-tanh", lambda dA, A: dA @ (1 - A**2), "the function stops with ValueError"),
    ("ex-bp-tanh", in_place, "A has changed"),
    ("ex-bp-tanh", lambda dA, A: A * (1 - dA**2), "it is A that is squared"),
    ("ex-bp-tanh", lambda dA, A: dA * A**2, "the 1 is missing"),
    ("ex-bp-tanh", lambda dA, A: dA * (A**2 - 1), "the sign is wrong"),
    ("ex-bp-tanh", lambda dA, A: dA.T * (1 - A.T**2), "rows and columns"),
    ("ex-bp-node", changes_s, "s has changed"),
    ("ex-bp-node", sigmoid_with(lambda x, p: 1 - p**2), "that is the slope of tanh"),
    ("ex-bp-node", sigmoid_with(lambda x, p: p * (p - 1)), "the slope has the wrong sign"),
    ("ex-bp-node", sigmoid_with(lambda x, p: 0.25), "the slope is wrong for s = 0.7"),
    ("ex-bp-node", lambda s: Scalar(*by_tanh(s)).value, "a Scalar is to be returned"),
    ("ex-bp-mse", lambda Y_hat, Y: Y_hat - Y, "that is the difference alone"),
    ("ex-bp-mse", lambda Y_hat, Y: 2 * (Y_hat - Y) / Y.shape[0] ** 2, "entries are wrong"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W, second=-1), "not subtracted"),
    ("ex-bp-tied", lambda X, W: -tied_gradient(X, W), "the sign is wrong"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W) / 2, "is the 2 of the square missing"),
    ("ex-bp-tied", lambda X, W: 2 * tied_gradient(X, W), "it is twice the right result"),
    ("ex-bp-softmax", softmax_in_place, "dP has changed"),
    ("ex-bp-softmax", lambda dP, P: dP - P * dP.sum(1, keepdims=True), "the derivative of the logarithm"),
    ("ex-bp-softmax", lambda dP, P: -softmax_backward(dP, P), "the sign is wrong"),
    ("ex-bp-standardise", lambda dN, Z: -standardise_backward(dN, Z), "the sign is wrong"),
    ("ex-bp-mask", (0.8777, 0.8777), "both are the fit with the wrong gradient"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W, second=0), "the first use alone"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W, first=0), "the second use alone"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W, 0.5, 0.5), "are the two contributions averaged"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W, mask=False), "the ReLU's mask is missing"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W, turn=False), "it has to be turned round"),
    ("ex-bp-tied", lambda X, W: tied_gradient(X, W).T, "Have rows and columns changed places?"),
    ("ex-bp-tied", lambda X, W: len(X) * tied_gradient(X, W), "a sum where a mean is asked for"),
    ("ex-bp-softmax", lambda dP, P: dP * P * (1 - P), "the denominator makes it change every p_j"),
    ("ex-bp-softmax", lambda dP, P: dP * P, "treats the denominator as a constant"),
    ("ex-bp-softmax", lambda dP, P: P * (dP - dP.mean(1, keepdims=True)), "weighted by the probabilities"),
    ("ex-bp-softmax", lambda dP, P: P * (dP - (dP * P).sum(0)), "not over the examples"),
    ("ex-bp-softmax", lambda dP, P: P * (dP - (dP * P).sum()), "not over all entries"),
    ("ex-bp-softmax", without_keepdims, "in the line `return P * (dP - (dP * P).sum(1))`"),
    ("ex-bp-softmax", lambda dP, P: None, "the function returns nothing"),
    ("ex-bp-standardise", lambda dN, Z: dN / Z.std(0), "treats mean and deviation as constants"),
    ("ex-bp-standardise", lambda dN, Z: (dN - dN.mean(0)) / Z.std(0), "treats the deviation as a constant"),
    (
        "ex-bp-standardise",
        lambda dN, Z: (dN - normalised(Z) * (dN * normalised(Z)).mean(0)) / Z.std(0),
        "treats the mean as a constant",
    ),
    (
        "ex-bp-standardise",
        lambda dN, Z: Z.std(0) * standardise_backward(dN, Z),
        "the division by s is missing",
    ),
    ("ex-bp-standardise", lambda dN, Z: standardise_backward(dN, Z, ddof=1), "not by n − 1"),
    ("ex-bp-standardise", sample_deviation, "divided by n; NumPy's std does so"),
    ("ex-bp-standardise", by_row, "the means run over the examples, down a column"),
    ("ex-bp-standardise", lambda dN, Z: standardise_backward(dN.T, Z.T).T, "not those of a row"),
    ("ex-bp-mask", 0.9, "this is a number, and a row of 2 numbers is asked for"),
    ("ex-bp-mask", (0.878, 0.820), "the right gradient comes first"),
    ("ex-bp-mask", (0.820, 0.820), "both are the fit with the right gradient"),
    ("ex-bp-mask", (0.878, 0.878), "both are the fit with the wrong gradient"),
    ("ex-bp-mask", (39.18, 39.24), "the penalty is in them"),
    ("ex-bp-mask", (38.36, 38.36), "these are penalties"),
    ("ex-bp-mask", (14.84, 14.84), "these are the first fits"),
    ("ex-bp-mask", (0.85, 0.878), "does the run start from problem(seed=0)?"),
    ("ex-bp-mask", (0.820, 0.86), "is the missing mask the only difference?"),
    ("ex-bp-mask", (0.820, math.nan), "the number is not finite"),
]


TestBackpropagation = attempts(backpropagation, RIGHT, WRONG, least=(3, 8))
