"""The checkers of "Linear models": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
from nnbook import toy
from nnbook.check import linear_models
from nnbook.check.linear_models import hessian_of_mse, lengths_of_weights, with_ones

from tests.nnbook.check.attempts import attempts

X_LINE, _ = toy.noisy_line(40, 2.0, -1.0, 0.3, seed=0)


def rate_and_kappa(X, factor=1.0):
    h_d, h_1 = torch.linalg.eigvalsh(factor * hessian_of_mse(X))
    return 2 / h_1, h_1 / h_d


RATE, KAPPA = rate_and_kappa(100 * X_LINE)
OLD_RATE, OLD_KAPPA = rate_and_kappa(X_LINE)
LENGTHS = lengths_of_weights()


def fit_parabola(x, y):
    return torch.linalg.lstsq(torch.stack([x**0, x, x**2], 1), y).solution


def fit_powers(*powers):
    def attempt(x, y):
        a = torch.zeros(3, dtype=x.dtype)
        a[list(powers)] = torch.linalg.lstsq(torch.stack([x**k for k in powers], 1), y).solution
        return a

    return attempt


def distance(X, w, b):
    return (X @ w + b) / w.norm()


def hessian(X, w):
    p = (X @ w).sigmoid()
    return X.T @ torch.diag(p * (1 - p)) @ X / len(X)


def weighted(q):
    def attempt(X, w):
        return (X.T * q((X @ w).sigmoid())) @ X / len(X)

    return attempt


def shortest(X, y):
    return X.T @ torch.linalg.solve(X @ X.T, y)


def first_features(X, y):
    n, d = X.shape
    return torch.cat([torch.linalg.solve(X[:, :n], y), X.new_zeros(d - n)])


def too_long(X, y):
    null = torch.linalg.svd(X, full_matrices=True).Vh[-1]  # X null = 0
    return shortest(X, y) + null


def squares(X):
    return X**2


def in_place(X):
    X *= X
    return X


RIGHT = [
    ("ex-linear-count", 52),
    ("ex-linear-count", torch.tensor(52.0)),
    ("ex-linear-units", (RATE, KAPPA)),
    ("ex-linear-units", [RATE.item(), np.float64(KAPPA)]),
    ("ex-linear-units", rate_and_kappa((100 * X_LINE).float())),
    ("ex-linear-units", torch.stack([RATE, KAPPA])),
    ("ex-linear-units", np.array([RATE, KAPPA])),
    ("ex-linear-separable", LENGTHS),
    ("ex-linear-separable", LENGTHS.round(decimals=2).tolist()),
    ("ex-linear-separable", list(LENGTHS)),
    ("ex-linear-parabola", fit_parabola),
    ("ex-linear-parabola", lambda x, y: np.polyfit(x.numpy(), y.numpy(), 2)[::-1]),
    ("ex-linear-parabola", lambda x, y: tuple(fit_parabola(x.double(), y.double()))),
    ("ex-linear-distance", distance),
    ("ex-linear-distance", lambda X, w, b: distance(X, w, b).numpy()),
    ("ex-linear-hessian", hessian),
    ("ex-linear-hessian", weighted(lambda p: p - p**2)),
    ("ex-linear-shortest", shortest),
    ("ex-linear-shortest", lambda X, y: X.T @ torch.linalg.inv(X @ X.T) @ y),
    ("ex-linear-ring", squares),
    ("ex-linear-ring", lambda X: X.norm(dim=1)),
    ("ex-linear-ring", lambda X: torch.cat([X, X**2, X[:, :1] * X[:, 1:]], 1)),
    ("ex-linear-ring", lambda X: (X.norm(dim=1, keepdim=True) > 1.25).float()),
    ("ex-linear-ring", lambda X: (X.numpy() ** 2).sum(1)),
]

WRONG = [
    ("ex-linear-count", 48, "the biases are missing"),
    ("ex-linear-count", 60, "belongs to an output"),
    ("ex-linear-count", 49, "a bias of its own"),
    ("ex-linear-count", 16, "every output weighs every feature"),
    ("ex-linear-count", 53, "too large"),
    ("ex-linear-count", (12, 4), "a number is asked for"),
    ("ex-linear-units", (..., ...), "the answer is missing"),
    ("ex-linear-units", RATE, "two numbers are asked for"),
    ("ex-linear-units", (OLD_RATE, OLD_KAPPA), "is X multiplied by 100?"),
    ("ex-linear-units", rate_and_kappa(X_LINE / 100), "divided by 100"),
    ("ex-linear-units", (RATE * KAPPA, KAPPA), "2 / h_2"),
    ("ex-linear-units", (RATE / 2, KAPPA), "1 / h_1"),
    ("ex-linear-units", (RATE / (1 + 1 / KAPPA), KAPPA), "the best rate"),
    ("ex-linear-units", (RATE / 40, KAPPA), "is n missing?"),
    ("ex-linear-units", (2 * RATE, KAPPA), "and not 1/n"),
    ("ex-linear-units", rate_and_kappa(100 * X_LINE, 20), "which is missing"),
    ("ex-linear-units", torch.stack([OLD_RATE, OLD_KAPPA]), "is X multiplied by 100?"),
    ("ex-linear-units", (KAPPA, RATE), "it is too large"),
    ("ex-linear-units", (RATE, 1 / KAPPA), "not the other way round"),
    ("ex-linear-units", (RATE, OLD_KAPPA), "kappa for x as it was"),
    ("ex-linear-units", (RATE, KAPPA**0.5), "condition number of X_b"),
    ("ex-linear-units", (RATE, KAPPA**2), "the square of kappa"),
    ("ex-linear-separable", [], "a row of 3 numbers"),
    ("ex-linear-separable", LENGTHS.flip(0), "the order is"),
    ("ex-linear-separable", LENGTHS**2, "the squares"),
    ("ex-linear-separable", lengths_of_weights(bias=False), "is to have a bias"),
    ("ex-linear-separable", lengths_of_weights(count_bias=False), "counted in the length"),
    ("ex-linear-separable", lengths_of_weights((30, 330, 3330)), "begin at zero weights"),
    (
        "ex-linear-separable",
        lengths_of_weights(n_per_class=100, spread=1.1),
        "the clouds that overlap",
    ),
    ("ex-linear-separable", 2 * LENGTHS, "twice the right result"),
    ("ex-linear-parabola", lambda x, y: None, "returns nothing"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y).flip(0), "the constant comes first"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y).roll(-1), "the constant stands last"),
    ("ex-linear-parabola", fit_powers(0, 1), "the squares have no effect"),
    ("ex-linear-parabola", fit_powers(1, 2), "a0 is missing"),
    ("ex-linear-parabola", fit_powers(0, 2), "x itself is missing"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y)[:2], "a row of 3 numbers is asked for"),
    ("ex-linear-parabola", lambda x: fit_parabola(x, x), "the function is to take (x, y)"),
    ("ex-linear-distance", lambda X, w, b: X @ w + b, "doubled weights"),
    ("ex-linear-distance", lambda X, w, b: distance(X, w, b).abs(), "the sign is missing"),
    ("ex-linear-distance", lambda X, w, b: distance(X, w, b) / w.norm(), "the square of the length"),
    (
        "ex-linear-distance",
        lambda X, w, b: (X @ w + b) / (w @ w + b**2).sqrt(),
        "the bias does not count",
    ),
    ("ex-linear-distance", lambda X, w, b: X @ w / w.norm(), "the bias is missing"),
    ("ex-linear-distance", lambda X, w, b: X @ w / w.norm() + b, "divided too"),
    ("ex-linear-distance", lambda X, w, b: (X @ w + b) / w.abs().sum(), "the length has their squares"),
    ("ex-linear-distance", lambda X, w, b: -distance(X, w, b), "the sign is wrong"),
    ("ex-linear-hessian", lambda X, w: X.T @ X / len(X), "matrix of a quadratic loss"),
    ("ex-linear-hessian", lambda X, w: X.T @ X, "and 1/n"),
    ("ex-linear-hessian", lambda X, w: 2 * X.T @ X / len(X), "Hessian of the mean squared error"),
    ("ex-linear-hessian", weighted(lambda p: p), "in place of p (1 − p)"),
    ("ex-linear-hessian", weighted(lambda p: (p * (1 - p)) ** 2), "not squared"),
    ("ex-linear-hessian", lambda X, w: hessian(X, w).diag().diag(), "the diagonal alone"),
    ("ex-linear-hessian", lambda X, w: 2 * hessian(X, w), "belongs to the mean squared error"),
    ("ex-linear-hessian", lambda X, w: X.T @ X / len(X) / 4, "unless z is 0"),
    ("ex-linear-hessian", lambda X, w: len(X) * hessian(X, w), "a sum where a mean is asked for"),
    ("ex-linear-hessian", lambda X, w: hessian(X, w).diag(), "this is a tensor of shape (3,)"),
    ("ex-linear-shortest", lambda X, y: X.T @ y, "still to be inverted"),
    ("ex-linear-shortest", first_features, "the first n features alone"),
    ("ex-linear-shortest", too_long, "longer than need be"),
    ("ex-linear-shortest", lambda X, y: torch.linalg.solve(X.T @ X, X.T @ y), "longer than need be"),
    ("ex-linear-shortest", lambda X, y: shortest(X, y)[:-1], "a row of 6 numbers is asked for"),
    ("ex-linear-shortest", lambda X, y: "w", "a row of 6 numbers is asked for"),
    ("ex-linear-shortest", lambda X: X, "the function is to take (X, y)"),
    ("ex-linear-shortest", lambda X, y: ..., "returns nothing"),
    ("ex-linear-ring", lambda X: None, "returns nothing"),
    ("ex-linear-ring", lambda X: X, "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: X[:, :1] * X[:, 1:], "what tells the ring from the disk?"),
    ("ex-linear-ring", in_place, "X has changed"),
    ("ex-linear-ring", lambda X: squares(X).sum(), "a row for each of the 400 points"),
    ("ex-linear-ring", lambda X: squares(X).T, "a row for each of the 400 points"),
    ("ex-linear-ring", lambda X: X @ X.T, "the number of features depends on the number of points"),
    ("ex-linear-ring", lambda X: squares(X) / squares(X).mean(), "change with the other points"),
    ("ex-linear-ring", lambda X: X.log(), "nan or inf"),
    ("ex-linear-ring", lambda X: "x", "this is a str"),
    ("ex-linear-ring", squares(torch.eye(2)), "a function is asked for"),
]


TestLinearModels = attempts(linear_models, RIGHT, WRONG)


def test_the_lengths_are_those_of_autograd():
    X, y = toy.blobs(50, [[1, 1], [3, 3]], 0.35, seed=0)
    w = torch.zeros(3, requires_grad=True)
    for _ in range(30):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(with_ones(X) @ w, y.float())
        (gradient,) = torch.autograd.grad(loss, w)
        w = (w - 0.5 * gradient).detach().requires_grad_()
    torch.testing.assert_close(LENGTHS[0], w.norm().detach(), rtol=1e-4, atol=0)


def test_the_hessian_is_that_of_autograd():
    X, y = (t.double() for t in toy.noisy_line(10, 2.0, -1.0, 0.3, seed=3))

    def mse(w):
        return (with_ones(X) @ w - y[:, 0]).square().mean()

    H = torch.autograd.functional.hessian(mse, torch.ones(2).double())
    torch.testing.assert_close(hessian_of_mse(X), H)
