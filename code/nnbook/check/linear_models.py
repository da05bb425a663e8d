"""The checkers of the chapter "Linear models"."""

import math

import torch

from nnbook import toy
from nnbook.check.compare import (
    Case,
    as_tensor,
    compare,
    match,
    read_named,
    try_on_all,
    trying,
    without,
)
from nnbook.check.verdict import Wrong, checker


def with_ones(X: torch.Tensor) -> torch.Tensor:
    """X, shape (n, d), and a last column of ones."""
    return torch.cat([X, X.new_ones(len(X), 1)], 1)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    """Normally distributed numbers, float64, from a generator of their own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def hessian_of_mse(X: torch.Tensor) -> torch.Tensor:
    """2/n X_bᵀ X_b, for X of shape (n, d)."""
    X_b = with_ones(X.double())
    return 2 / len(X) * X_b.T @ X_b


@checker("ex-linear-count")
def count(attempt) -> str:
    """12 features, 4 outputs: 12·4 weights and 4 biases."""
    mistakes = {
        "the biases are missing.": 12 * 4,
        "a bias belongs to an output, not to a feature.": 12 * 4 + 12,
        "each output has a bias of its own.": 12 * 4 + 1,
        "every output weighs every feature.": 12 + 4,
        "every output weighs every feature; only the biases are one for each output.": 12 + 4 + 4,
        "these are the parameters of one output.": 12 + 1,
        "a bias belongs to an output, not to a feature and an output.": 2 * 12 * 4,
    }
    compare(attempt, 12 * 4 + 4, mistakes, rtol=1e-6)
    return "a weight for each pair of feature and output, and a bias for each output."


@checker("ex-linear-units")
def units(attempt) -> str:
    """The largest stable rate 2/h₁ and κ, for the chapter's line with x in per cent."""
    X, _ = toy.noisy_line(40, 2.0, -1.0, 0.3, seed=0)
    got = read_named(attempt, ["largest_rate", "kappa"])
    h_d, h_1 = torch.linalg.eigvalsh(hessian_of_mse(100 * X)).tolist()
    rate, kappa = 2 / h_1, h_1 / h_d
    old_d, old_1 = torch.linalg.eigvalsh(hessian_of_mse(X)).tolist()
    if math.isclose(got["largest_rate"], 2 / (h_1 + h_d), rel_tol=2e-6):  # 1 / kappa away from the right one
        raise Wrong("largest_rate: that is the best rate; the largest that is stable is asked for.")
    rates = {
        "that is the largest rate for x as it was; is X multiplied by 100?": 2 / old_1,
        "that is the largest rate with x divided by 100.": 2
        / torch.linalg.eigvalsh(hessian_of_mse(X / 100))[1].item(),
        "that is 2 / h_2: the largest eigenvalue sets the limit, and eigvalsh gives it last.": 2 / h_d,
        "that is 1 / h_1: the error still shrinks up to twice that rate.": 1 / h_1,
        "the Hessian has a factor 2/n: is n missing?": rate / 40,
        "the Hessian has a factor 2/n, and not 1/n.": 2 * rate,
        "the Hessian has a factor 2/n, which is missing.": rate / 20,
        "that is 1 / 2 h_1, or h_1 was doubled on the way.": rate / 4,
        "that is h_1 itself: from which rate on is |1 − η h_1| above 1?": h_1,
    }
    kappas = {
        "kappa is h_1 / h_2, not the other way round.": 1 / kappa,
        "that is kappa for x as it was.": old_1 / old_d,
        "that is the condition number of X_b, and H has its square.": kappa**0.5,
        "that is the square of kappa.": kappa**2,
        "that is h_1, and not the ratio of the eigenvalues.": h_1,
    }
    mistakes = {f"largest_rate: {text}": {"largest_rate": wrong} for text, wrong in rates.items()}
    mistakes |= {f"kappa: {text}": {"kappa": wrong} for text, wrong in kappas.items()}
    neither = "neither is right: are they from the eigenvalues of 2/n X_bᵀ X_b, with X in per cent?"
    both = "both are equal: a rate and a ratio of eigenvalues are asked for."
    right = {"largest_rate": rate, "kappa": kappa}
    match(got, right, mistakes, rtol=5e-3, none=neither, equal=both)
    return "a change of unit has made the steep direction thousands of times more curved."


@checker("ex-linear-parabola")
def parabola(attempt) -> str:
    """The coefficients (a0, a1, a2) of the least-squares parabola, against `lstsq`."""
    cases = []
    for n in [30, 3]:
        x = 1.5 * normal(n) + 0.5
        y = 1 - 2 * x + 0.7 * x**2 + 0.3 * normal(n, seed=1)
        powers = torch.stack([x**0, x, x**2], 1)
        want = torch.linalg.lstsq(powers, y).solution
        line = torch.linalg.lstsq(powers[:, :2], y).solution
        no_constant = torch.linalg.lstsq(powers[:, 1:], y).solution
        no_middle = torch.linalg.lstsq(powers[:, ::2], y).solution
        zero = torch.zeros(1, dtype=x.dtype)
        mistakes = {
            "the order is a0, a1, a2: the constant comes first.": want.flip(0),
            "this is a straight line: the squares have no effect.": torch.cat([line, zero]),
            "the constant a0 is missing from the features.": torch.cat([zero, no_constant]),
            "the feature x itself is missing.": torch.stack([no_middle[0], zero[0], no_middle[1]]),
            "the constant stands last; the order is a0, a1, a2.": want.roll(-1),
        }
        cases.append(Case({"x": x, "y": y}, want, mistakes))
    try_on_all(attempt, cases)
    x = torch.linspace(-1, 1, 9)
    try_on_all(attempt, [Case({"x": x, "y": 3 - x + 2 * x**2}, torch.tensor([3.0, -1.0, 2.0]), rtol=1e-3)])
    return "it agrees with lstsq on the features 1, x and x²."


@checker("ex-linear-distance")
def distance(attempt) -> str:
    """(Xw + b) / ‖w‖, for several numbers of features."""
    cases = []
    for n, d, b in [(20, 2, 0.7), (20, 5, -1.3), (1, 3, 0.0)]:
        X, w = normal(n, d), 2 * normal(d, seed=1)
        z = X @ w + b
        mistakes = {
            "that is the weighted sum; doubled weights must not change a distance.": z,
            "the sign is missing.": (z / w.norm()).abs(),
            "it is divided by the square of the length of w.": z / w.norm() ** 2,
            "the bias does not count in the length of w.": z / (w.norm() ** 2 + b**2).sqrt(),
            "the bias is missing.": X @ w / w.norm(),
            "the bias is to be divided too.": X @ w / w.norm() + b,
            "the bias has the wrong sign.": (X @ w - b) / w.norm(),
            "it is multiplied by the length of w, and to be divided by it.": z * w.norm(),
            "it is divided by the sum of the weights' sizes; the length has their squares.": z
            / w.abs().sum(),
            "it is divided by the length of each x, and not by that of w.": z / X.norm(dim=1),
        }
        cases.append(Case({"X": X, "w": w, "b": b}, z / w.norm(), mistakes))
    try_on_all(attempt, cases)
    return "it is right in 2, 3 and 5 dimensions, and doubling w and b leaves it as it was."


SOLVERS = [
    *(f"{module}.linalg.{name}" for module in ["torch", "numpy"] for name in ["lstsq", "pinv"]),
    *("torch.pinverse", "torch.Tensor.pinverse"),
]


@checker("ex-linear-shortest")
@without(*SOLVERS)
def shortest(attempt) -> str:
    """Xᵀ (X Xᵀ)⁻¹ y, against `pinv`."""
    for n, d in [(3, 6), (1, 4), (5, 20)]:
        X, y = normal(n, d), normal(n, seed=1)
        want = torch.linalg.pinv(X) @ y
        with trying(attempt, {"X": X, "y": y}) as result:
            w = as_tensor(result, want)
            mistakes = {
                "that is Xᵀ y: X Xᵀ is still to be inverted.": X.T @ y,
                "it is X Xᵀ, (n, n), that is to be inverted, once: this has its square.": (
                    X.T @ torch.linalg.solve(X @ X.T, torch.linalg.solve(X @ X.T, y))
                ),
            }
            if (X @ w - y).abs().max() < 1e-4 and w.norm() > 1.0001 * want.norm():
                raise Wrong(
                    "it solves the equations with the first n features alone; there is a shorter solution."
                    if not w[n:].any()
                    else "it solves the equations, and is longer than need be."
                )
            compare(w, want, mistakes)
    return "it solves the equations, and no solution is shorter."
