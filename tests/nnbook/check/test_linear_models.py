"""The checkers of "Linear models": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
from nnbook import toy
from nnbook.check import linear_models
from nnbook.check.linear_models import hessian_of_mse, with_ones

from tests.nnbook.check.attempts import attempts, seeds

X_LINE, _ = toy.noisy_line(40, 2.0, -1.0, 0.3, seed=0)


def rate_and_kappa(X, factor=1.0):
    h_d, h_1 = torch.linalg.eigvalsh(factor * hessian_of_mse(X))
    return 2 / h_1, h_1 / h_d


def in_single_precision():
    """The rate and κ by another route, in float32: from the singular values of X_b."""
    X_b = with_ones(100 * X_LINE)
    s_1, s_d = torch.linalg.svdvals(X_b)
    return len(X_b) / s_1**2, (s_1 / s_d) ** 2


RATE, KAPPA = rate_and_kappa(100 * X_LINE)
OLD_RATE, OLD_KAPPA = rate_and_kappa(X_LINE)


def guessed(seed):
    """Two numbers that might be a rate and a κ."""
    generator = torch.Generator().manual_seed(seed)
    rate, kappa = torch.rand(2, generator=generator).tolist()
    return 1e-3 * rate, 1e4 * kappa


def fit_parabola(x, y):
    return torch.linalg.lstsq(torch.stack([x**0, x, x**2], 1), y).solution


def by_normal_equations(x, y):
    A = torch.stack([torch.ones_like(x), x, x * x]).double()
    return torch.linalg.solve(A @ A.T, A @ y.double()).tolist()


def by_qr(x, y):
    Q, R = torch.linalg.qr(torch.stack([x**0, x, x**2], 1))
    return torch.linalg.solve_triangular(R, (Q.T @ y)[:, None], upper=True)[:, 0]


def fit_powers(*powers):
    def attempt(x, y):
        a = torch.zeros(3, dtype=x.dtype)
        a[list(powers)] = torch.linalg.lstsq(torch.stack([x**k for k in powers], 1), y).solution
        return a

    return attempt


def through_three_points(x, y):
    return torch.linalg.solve(torch.stack([x**0, x, x**2], 1)[:3], y[:3])


def centred(x, y):
    x -= x.mean()
    return fit_parabola(x, y)


def distance(X, w, b):
    return (X @ w + b) / w.norm()


def feet(X, w, b):
    """The distance from the foot of each perpendicular, with the sign of the side."""
    n = w / (w @ w)
    return torch.stack([((x @ w + b) * n).norm() * torch.sign(x @ w + b) for x in X])


def of_two_features(X, w, b):
    return (w[0] * X[:, 0] + w[1] * X[:, 1] + b) / (w[0] ** 2 + w[1] ** 2) ** 0.5


def normalised_in_place(X, w, b):
    length = w.norm().item()
    w /= length
    return X @ w + b / length


def shortest(X, y):
    return X.T @ torch.linalg.solve(X @ X.T, y)


def by_descent(X, y):
    w, lr = torch.zeros(X.shape[1], dtype=X.dtype), 1 / torch.linalg.matrix_norm(X, 2) ** 2
    for _ in range(3000):
        w = w - lr * X.T @ (X @ w - y)
    return w


def by_svd(X, y):
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return Vh.T @ ((U.T @ y) / s)


def first_features(X, y):
    n, d = X.shape
    return torch.cat([torch.linalg.solve(X[:, :n], y), X.new_zeros(d - n)])


def last_features(X, y):
    n, d = X.shape
    return torch.cat([X.new_zeros(d - n), torch.linalg.solve(X[:, d - n :], y)])


def too_long(X, y):
    null = torch.linalg.svd(X, full_matrices=True).Vh[-1]  # X null = 0
    return shortest(X, y) + null


def hidden_pinv(X, y):
    def helper(A):
        return torch.linalg.pinv(A)

    try:
        return helper(X) @ y
    except Exception:
        return X.T @ torch.linalg.solve(X @ X.T, y)


def with_penalty(X, y):
    return X.T @ torch.linalg.solve(X @ X.T + 0.1 * torch.eye(len(X)), y)


def changes_y(X, y):
    y /= 2
    return 2 * shortest(X, y)


RIGHT = [
    ("ex-linear-count", 52),
    ("ex-linear-count", torch.tensor(52.0)),
    ("ex-linear-count", np.int64((12 + 1) * 4)),
    ("ex-linear-count", sum(p.numel() for p in torch.nn.Linear(12, 4).parameters())),
    ("ex-linear-units", (RATE, KAPPA)),
    ("ex-linear-units", [RATE.item(), np.float64(KAPPA)]),
    ("ex-linear-units", rate_and_kappa((100 * X_LINE).float())),
    ("ex-linear-units", torch.stack([RATE, KAPPA])),
    ("ex-linear-units", np.array([RATE, KAPPA])),
    ("ex-linear-units", (2.64e-4, 15839)),
    ("ex-linear-units", (2.64e-4, 15800)),
    ("ex-linear-units", {"largest_rate": RATE, "kappa": KAPPA}),
    ("ex-linear-units", in_single_precision()),
    ("ex-linear-parabola", fit_parabola),
    ("ex-linear-parabola", lambda x, y: np.polyfit(x.numpy(), y.numpy(), 2)[::-1]),
    ("ex-linear-parabola", lambda x, y: tuple(fit_parabola(x.double(), y.double()))),
    ("ex-linear-parabola", by_normal_equations),
    ("ex-linear-parabola", by_qr),
    ("ex-linear-distance", distance),
    ("ex-linear-distance", lambda X, w, b: distance(X, w, b).numpy()),
    ("ex-linear-distance", lambda X, w, b: distance(X.float(), w.float(), b)),
    ("ex-linear-distance", feet),
    ("ex-linear-shortest", shortest),
    ("ex-linear-shortest", lambda X, y: X.T @ torch.linalg.inv(X @ X.T) @ y),
    ("ex-linear-shortest", by_descent),
    ("ex-linear-shortest", by_svd),
]

WRONG = [
    ("ex-linear-count", 48, "the biases are missing"),
    ("ex-linear-count", 60, "belongs to an output"),
    ("ex-linear-count", 49, "a bias of its own"),
    ("ex-linear-count", 16, "every output weighs every feature"),
    ("ex-linear-count", 20, "every output weighs every feature"),
    ("ex-linear-count", 13, "the parameters of one output"),
    ("ex-linear-count", 96, "not to a feature and an output"),
    ("ex-linear-count", 53, "too large"),
    ("ex-linear-count", 51, "too small"),
    ("ex-linear-count", -52, "the sign is wrong"),
    ("ex-linear-count", "52", "Leave out the quotes"),
    ("ex-linear-count", (12, 4), "a number is asked for"),
    ("ex-linear-units", (..., ...), "largest_rate: the answer is missing"),
    ("ex-linear-units", RATE, "largest_rate, kappa"),
    ("ex-linear-units", (OLD_RATE, OLD_KAPPA), "is X multiplied by 100?"),
    ("ex-linear-units", rate_and_kappa(X_LINE / 100), "divided by 100"),
    ("ex-linear-units", (RATE * KAPPA, KAPPA), "2 / h_2"),
    ("ex-linear-units", (RATE / 2, KAPPA), "1 / h_1"),
    ("ex-linear-units", (RATE / (1 + 1 / KAPPA), KAPPA), "largest_rate: that is the best rate"),
    ("ex-linear-units", (RATE / 40, KAPPA), "is n missing?"),
    ("ex-linear-units", (2 * RATE, KAPPA), "and not 1/n"),
    ("ex-linear-units", (2 / RATE, KAPPA), "that is h_1 itself"),
    ("ex-linear-units", rate_and_kappa(100 * X_LINE, 20), "which is missing"),
    ("ex-linear-units", torch.stack([OLD_RATE, OLD_KAPPA]), "is X multiplied by 100?"),
    ("ex-linear-units", (KAPPA, RATE), "are 'largest_rate' and 'kappa' exchanged?"),
    ("ex-linear-units", (KAPPA, KAPPA), "both are equal"),
    ("ex-linear-units", (RATE, 1 / KAPPA), "kappa: kappa is h_1 / h_2, not the other way round"),
    ("ex-linear-units", (RATE, OLD_KAPPA), "kappa: that is kappa for x as it was"),
    ("ex-linear-units", (RATE, KAPPA**0.5), "condition number of X_b"),
    ("ex-linear-units", (RATE, KAPPA**2), "the square of kappa"),
    ("ex-linear-units", (RATE, 2 / RATE), "that is h_1, and not the ratio"),
    ("ex-linear-units", (RATE, 16500), "the number for 'kappa' is off"),
    ("ex-linear-units", (2.5e-4, KAPPA), "the number for 'largest_rate' is off: it is too small"),
    ("ex-linear-units", seeds(guessed), "neither is right: are they from the eigenvalues"),
    ("ex-linear-parabola", lambda x, y: None, "returns nothing"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y).flip(0), "the constant comes first"),
    ("ex-linear-parabola", lambda x, y: np.polyfit(x, y, 2), "the constant comes first"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y).roll(-1), "the constant stands last"),
    ("ex-linear-parabola", fit_powers(0, 1), "the squares have no effect"),
    ("ex-linear-parabola", fit_powers(1, 2), "a0 is missing"),
    ("ex-linear-parabola", fit_powers(0, 2), "x itself is missing"),
    ("ex-linear-parabola", through_three_points, "of 3 entries are wrong"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(y, x), "of 3 entries are wrong"),
    ("ex-linear-parabola", lambda x, y: [3.0, -1.0, 2.0], "of 3 entries are wrong"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y)[:2], "a row of 3 numbers is asked for"),
    ("ex-linear-parabola", lambda x, y: fit_parabola(x, y)[:, None], "a row of 3 numbers is asked for"),
    ("ex-linear-parabola", lambda x: fit_parabola(x, x), "the function is to take (x, y)"),
    ("ex-linear-parabola", centred, "of 3 entries are wrong"),
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
    ("ex-linear-distance", lambda X, w, b: (X @ w - b) / w.norm(), "the bias has the wrong sign"),
    ("ex-linear-distance", lambda X, w, b: (X @ w + b) * w.norm(), "multiplied by the length"),
    ("ex-linear-distance", lambda X, w, b: (X @ w + b) / w.abs().sum(), "the length has their squares"),
    ("ex-linear-distance", lambda X, w, b: (X @ w + b) / X.norm(dim=1), "by the length of each x"),
    ("ex-linear-distance", lambda X, w, b: -distance(X, w, b), "the sign is wrong"),
    ("ex-linear-distance", lambda X, w, b: distance(X, w, b)[:, None], "a row of 20 numbers is asked for"),
    ("ex-linear-distance", lambda X, w, b: distance(X, w, b).sum(), "a row of 20 numbers is asked for"),
    ("ex-linear-distance", of_two_features, "of 20 entries are wrong"),
    ("ex-linear-distance", normalised_in_place, "w has changed"),
    ("ex-linear-shortest", lambda X, y: X.T @ y, "still to be inverted"),
    ("ex-linear-shortest", first_features, "the first n features alone"),
    ("ex-linear-shortest", last_features, "longer than need be"),
    ("ex-linear-shortest", too_long, "longer than need be"),
    ("ex-linear-shortest", lambda X, y: shortest(X, shortest(X.T @ X, X.T @ y)[:3]), "entries are wrong"),
    ("ex-linear-shortest", with_penalty, "of 6 entries are wrong"),
    ("ex-linear-shortest", lambda X, y: -shortest(X, y), "the sign is wrong"),
    ("ex-linear-shortest", lambda X, y: shortest(X, y)[:-1], "a row of 6 numbers is asked for"),
    ("ex-linear-shortest", lambda X, y: shortest(X, y)[:, None], "a row of 6 numbers is asked for"),
    ("ex-linear-shortest", lambda X, y: "w", "a row of 6 numbers is asked for"),
    ("ex-linear-shortest", lambda X: X, "the function is to take (X, y)"),
    ("ex-linear-shortest", lambda X, y: ..., "returns nothing"),
    ("ex-linear-shortest", lambda X, y: torch.linalg.pinv(X) @ y, "`torch.linalg.pinv` does the whole work"),
    ("ex-linear-shortest", lambda X, y: X.pinverse() @ y, "does the whole work"),
    (
        "ex-linear-shortest",
        lambda X, y: torch.linalg.lstsq(X, y, driver="gelsd").solution,
        "`torch.linalg.lstsq` does the whole work",
    ),
    ("ex-linear-shortest", lambda X, y: np.linalg.lstsq(X, y)[0], "`numpy.linalg.lstsq` does"),
    ("ex-linear-shortest", hidden_pinv, "`torch.linalg.pinv` does the whole work"),
    ("ex-linear-shortest", changes_y, "y has changed"),
]


TestLinearModels = attempts(linear_models, RIGHT, WRONG, least=(3, 8))


def test_the_hessian_is_that_of_autograd():
    X, y = (t.double() for t in toy.noisy_line(10, 2.0, -1.0, 0.3, seed=3))

    def mse(w):
        return (with_ones(X) @ w - y[:, 0]).square().mean()

    H = torch.autograd.functional.hessian(mse, torch.ones(2).double())
    torch.testing.assert_close(hessian_of_mse(X), H)
