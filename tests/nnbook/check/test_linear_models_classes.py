"""The checkers of "Linear models" for the exercises with classes."""

import numpy as np
import torch
from nnbook import toy
from nnbook.check import linear_models_classes
from nnbook.check.linear_models import with_ones
from nnbook.check.linear_models_classes import lengths_of_weights

from tests.nnbook.check.attempts import attempts, seeds

LENGTHS = lengths_of_weights()


def weights_after(n_steps, lr=0.5, start=0.0):
    """The weights of the chapter's descent on clouds that do not overlap, by autograd."""
    X, y = toy.blobs(50, [[1, 1], [3, 3]], 0.35, seed=0)
    w = torch.full((3,), start, requires_grad=True)
    for _ in range(n_steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(with_ones(X) @ w, y.float())
        (gradient,) = torch.autograd.grad(loss, w)
        w = (w - lr * gradient).detach().requires_grad_()
    return w.detach()


def hessian(X, w):
    p = (X @ w).sigmoid()
    return X.T @ torch.diag(p * (1 - p)) @ X / len(X)


def weighted(q):
    def attempt(X, w):
        return (X.T * q((X @ w).sigmoid())) @ X / len(X)

    return attempt


def summed(X, w):
    H = torch.zeros(X.shape[1], X.shape[1], dtype=X.dtype)
    for x in X:
        p = 1 / (1 + torch.exp(-x @ w))
        H += p * (1 - p) * torch.outer(x, x)
    return H / len(X)


def in_numpy(X, w):
    X, w = X.numpy(), w.numpy()
    p = 1 / (1 + np.exp(-X @ w))
    return np.einsum("i,ij,ik->jk", p * (1 - p), X, X) / len(X)


def by_autograd(X, w):
    return torch.autograd.functional.hessian(lambda w: torch.nn.functional.softplus(X @ w).mean(), w)


def columns_scaled(X, w):
    p = (X @ w).sigmoid()
    before = X.clone()
    X.mul_((p * (1 - p))[:, None])
    return X.T @ before / len(X)


def squares(X):
    return X**2


def radius(X):
    return X.norm(dim=1, keepdim=True)


def of_radius(f):
    return lambda X: f(radius(X))


def in_place(X):
    X *= X
    return X


def angle(X):
    return torch.atan2(X[:, 1], X[:, 0])


def noise(seed):
    generator = torch.Generator().manual_seed(seed)
    return lambda X: torch.randn(len(X), 2, generator=generator)


def waves(seed):
    """Thirty cosines of random directions, whose mixtures can be bent as one likes."""
    generator = torch.Generator().manual_seed(seed)
    directions, shift = torch.randn(2, 30, generator=generator), 6 * torch.rand(30, generator=generator)
    return lambda X: torch.cos(X @ directions + shift)


RIGHT = [
    ("ex-linear-separable", LENGTHS),
    ("ex-linear-separable", LENGTHS.round(decimals=2).tolist()),
    ("ex-linear-separable", list(LENGTHS)),
    ("ex-linear-separable", tuple(np.float32(length) for length in LENGTHS)),
    ("ex-linear-separable", [weights_after(n).norm().item() for n in (30, 300, 3000)]),
    ("ex-linear-hessian", hessian),
    ("ex-linear-hessian", weighted(lambda p: p - p**2)),
    ("ex-linear-hessian", summed),
    ("ex-linear-hessian", in_numpy),
    ("ex-linear-hessian", lambda X, w: hessian(X.float(), w.float())),
    ("ex-linear-ring", squares),
    ("ex-linear-ring", radius),
    ("ex-linear-ring", lambda X: (X.numpy() ** 2).sum(1, keepdims=True)),
    ("ex-linear-ring", lambda X: torch.cat([X, squares(X)], 1)),
    ("ex-linear-ring", lambda X: X**4),
    ("ex-linear-ring", lambda X: X**6),
    ("ex-linear-ring", of_radius(lambda r: r**6)),
    ("ex-linear-ring", of_radius(lambda r: r**8)),
    ("ex-linear-ring", lambda X: X**8),
    ("ex-linear-ring", of_radius(lambda r: r**12)),
    ("ex-linear-ring", of_radius(lambda r: r**-2)),
    ("ex-linear-ring", of_radius(lambda r: r**-4)),
    ("ex-linear-ring", of_radius(lambda r: (r**2).exp())),
    ("ex-linear-ring", of_radius(torch.log)),
    ("ex-linear-ring", of_radius(lambda r: (r > 1.2).float())),
    ("ex-linear-ring", torch.abs),
    ("ex-linear-ring", lambda X: X.abs().amax(1, keepdim=True)),
    ("ex-linear-ring", seeds(waves)),
]

WRONG = [
    ("ex-linear-separable", [], "an empty list"),
    ("ex-linear-separable", LENGTHS.flip(0), "are '30 steps' and '3,000 steps' exchanged?"),
    ("ex-linear-separable", LENGTHS[[1, 0, 2]], "are '30 steps' and '300 steps' exchanged?"),
    ("ex-linear-separable", [5.0, 5.0, 5.0], "all are equal"),
    ("ex-linear-separable", [2.0, 5.0, 9.0], "none of the numbers is what a run gives"),
    ("ex-linear-separable", LENGTHS**2, "the squares"),
    ("ex-linear-separable", 2 * LENGTHS, "none of the numbers is what a run gives"),
    ("ex-linear-separable", lengths_of_weights(bias=False), "is to have a bias"),
    ("ex-linear-separable", lengths_of_weights(count_bias=False), "counted in the length"),
    ("ex-linear-separable", lengths_of_weights((30, 330, 3330)), "begin at zero weights"),
    ("ex-linear-separable", lengths_of_weights(n_per_class=100, spread=1.1), "the clouds that overlap"),
    ("ex-linear-separable", lengths_of_weights(lr=0.1), "the rate is to be 0.5"),
    ("ex-linear-separable", lengths_of_weights(order=1), "sums of sizes"),
    ("ex-linear-separable", lengths_of_weights((30, 300, 1000)), "the number for '3,000 steps' is off"),
    (
        "ex-linear-separable",
        [weights_after(n) for n in (30, 300)],
        "a row of 3 numbers is asked for: 30 steps",
    ),
    ("ex-linear-separable", [torch.ones(3), torch.ones(3), torch.ones(3)], "these are three vectors"),
    ("ex-linear-separable", torch.ones(3, 3).tolist(), "these are three vectors"),
    ("ex-linear-hessian", lambda X, w: X.T @ X / len(X), "matrix of a quadratic loss"),
    ("ex-linear-hessian", lambda X, w: X.T @ X, "and 1/n"),
    ("ex-linear-hessian", lambda X, w: 2 * X.T @ X / len(X), "Hessian of the mean squared error"),
    ("ex-linear-hessian", weighted(lambda p: p), "in place of p (1 − p)"),
    ("ex-linear-hessian", weighted(lambda p: 1 - p), "that has 1 − p"),
    ("ex-linear-hessian", weighted(lambda p: (p * (1 - p)) ** 2), "not squared"),
    ("ex-linear-hessian", lambda X, w: hessian(X, w).diag().diag(), "the diagonal alone"),
    ("ex-linear-hessian", lambda X, w: 2 * hessian(X, w), "belongs to the mean squared error"),
    ("ex-linear-hessian", lambda X, w: X.T @ X / len(X) / 4, "unless z is 0"),
    ("ex-linear-hessian", lambda X, w: len(X) * hessian(X, w), "a sum where a mean is asked for"),
    ("ex-linear-hessian", lambda X, w: -hessian(X, w), "the sign is wrong"),
    ("ex-linear-hessian", lambda X, w: hessian(X, w).diag(), "this is a tensor of shape (3,)"),
    ("ex-linear-hessian", lambda X, w: X @ X.T, "this is a tensor of shape (30, 30)"),
    ("ex-linear-hessian", by_autograd, "autograd is used"),
    ("ex-linear-hessian", columns_scaled, "X has changed"),
    ("ex-linear-ring", lambda X: None, "returns nothing"),
    ("ex-linear-ring", lambda X: X, "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: X[:, :1] * X[:, 1:], "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: X[:, :1] ** 2, "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: X[:, :1] ** 2 - X[:, 1:] ** 2, "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: X**3, "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: torch.ones(len(X), 1), "what tells the ring from the disk?"),
    ("ex-linear-ring", lambda X: squares(X).sum(1), "a single feature makes a column, (n, 1)"),
    ("ex-linear-ring", lambda X: angle(X)[:, None], "what tells the ring from the disk?"),
    ("ex-linear-ring", of_radius(lambda r: (3 * r).sin()), "what tells the ring from the disk?"),
    ("ex-linear-ring", seeds(noise), "a point's features change"),
    ("ex-linear-ring", in_place, "X has changed"),
    ("ex-linear-ring", lambda X: squares(X).sum(), "a row for each of the 400 points"),
    ("ex-linear-ring", lambda X: squares(X).T, "a row for each of the 400 points"),
    ("ex-linear-ring", lambda X: X @ X.T, "the number of features depends on the number of points"),
    ("ex-linear-ring", lambda X: squares(X) / squares(X).mean(), "change with the other points"),
    ("ex-linear-ring", lambda X: X.log(), "nan or inf"),
    ("ex-linear-ring", lambda X: "x", "this is a str"),
    ("ex-linear-ring", squares(torch.eye(2)), "a function is asked for"),
]


TestLinearModelsClasses = attempts(linear_models_classes, RIGHT, WRONG, least=(3, 8))


def test_the_lengths_are_those_of_autograd():
    torch.testing.assert_close(LENGTHS[0], weights_after(30).norm(), rtol=1e-4, atol=0)
