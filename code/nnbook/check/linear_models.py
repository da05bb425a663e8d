"""The checkers of the chapter "Linear models"."""

import functools

import numpy as np
import torch
import torch.nn.functional as F

from nnbook import toy
from nnbook.check.compare import as_tensor, call, compare, describe, numbers, require_function, try_on
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
    }
    texts = {text: torch.tensor(n) for text, n in mistakes.items()}
    compare(attempt, torch.tensor(12 * 4 + 4), texts, rtol=1e-6)
    return "a weight for each pair of feature and output, and a bias for each output."


@checker("ex-linear-units")
def units(attempt) -> str:
    """The largest stable rate 2/h₁ and κ, for the chapter's line with x in per cent."""
    X, _ = toy.noisy_line(40, 2.0, -1.0, 0.3, seed=0)
    if isinstance(attempt, torch.Tensor | np.ndarray) and attempt.shape == (2,):
        attempt = attempt.tolist()
    if not isinstance(attempt, list | tuple) or len(attempt) != 2:
        raise Wrong(f"two numbers are asked for, (largest_rate, kappa), and this is {describe(attempt)}.")
    got = torch.stack([as_tensor(value, torch.tensor(0.0)) for value in attempt])
    h_d, h_1 = torch.linalg.eigvalsh(hessian_of_mse(100 * X))
    rate, kappa = 2 / h_1, h_1 / h_d
    old_d, old_1 = torch.linalg.eigvalsh(hessian_of_mse(X))
    compare(
        got[0],
        rate,
        {
            "that is the largest rate for x as it was; is X multiplied by 100?": 2 / old_1,
            "that is the largest rate with x divided by 100.": 2
            / torch.linalg.eigvalsh(hessian_of_mse(X / 100))[1],
            "that is 2 / h_2: the largest eigenvalue sets the limit, and eigvalsh gives it last.": 2 / h_d,
            "that is 1 / h_1: the error still shrinks up to twice that rate.": 1 / h_1,
            "that is the best rate; the largest that is stable is asked for.": 2 / (h_1 + h_d),
            "the Hessian has a factor 2/n: is n missing?": rate / 40,
            "the Hessian has a factor 2/n, and not 1/n.": 2 * rate,
            "the Hessian has a factor 2/n, which is missing.": rate / 20,
        },
        rtol=1e-5,
    )
    compare(
        got[1],
        kappa,
        {
            "the rate is right; kappa is h_1 / h_2, not the other way round.": 1 / kappa,
            "the rate is right; that is kappa for x as it was.": old_1 / old_d,
            "the rate is right; that is the condition number of X_b, and H has its square.": kappa.sqrt(),
            "the rate is right; that is the square of kappa.": kappa**2,
        },
        rtol=1e-3,
    )
    return "a change of unit has made the steep direction thousands of times steeper."


@checker("ex-linear-separable")
def separable(attempt) -> str:
    """The length of w after 30, 300 and 3,000 steps on separated clouds, run again here."""
    got = as_tensor(attempt, torch.zeros(3))
    want = lengths_of_weights()
    mistakes = {
        "the order is 30, 300 and 3,000 steps.": want.flip(0),
        "these are the squares of the lengths.": want.square(),
        "the model is to have a bias: does X_b have its column of ones?": lengths_of_weights(bias=False),
        "the bias is to be counted in the length.": lengths_of_weights(count_bias=False),
        "each run is to begin at zero weights, not where the last one ended.": lengths_of_weights(
            (30, 330, 3330)
        ),
        "these come from the clouds that overlap: X_b and y are to be set anew.": lengths_of_weights(
            n_per_class=100, spread=1.1
        ),
    }
    compare(got, want, mistakes, rtol=1e-2)
    return "the weights grow for ever, ever more slowly."


@functools.cache
def lengths_of_weights(
    steps=(30, 300, 3000), bias=True, count_bias=True, n_per_class=50, spread=0.35
) -> torch.Tensor:
    """The lengths of the logistic regression's weights after so many steps of rate 0.5 from zero."""
    X, y = toy.blobs(n_per_class, [[1, 1], [3, 3]], spread, seed=0)
    X_b = with_ones(X) if bias else X
    w, lengths = X_b.new_zeros(X_b.shape[1]), []
    for t in range(1, max(steps) + 1):
        w = w - 0.5 / len(y) * (X_b.T @ ((X_b @ w).sigmoid() - y))
        if t in steps:
            lengths.append((w if count_bias else w[:2]).norm())
    return torch.stack(lengths)


@checker("ex-linear-parabola")
def parabola(attempt) -> str:
    """The coefficients (a0, a1, a2) of the least-squares parabola, against `lstsq`."""
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
        try_on(attempt, {"x": x, "y": y}, want, mistakes=mistakes)
    x = torch.linspace(-1, 1, 9)
    try_on(attempt, {"x": x, "y": 3 - x + 2 * x**2}, torch.tensor([3.0, -1.0, 2.0]), rtol=1e-3)
    return "it agrees with lstsq on the features 1, x and x²."


@checker("ex-linear-distance")
def distance(attempt) -> str:
    """(Xw + b) / ‖w‖, for several numbers of features."""
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
            "it is divided by the sum of the weights' sizes; the length has their squares.": z
            / w.abs().sum(),
        }
        try_on(attempt, {"X": X, "w": w, "b": b}, z / w.norm(), mistakes=mistakes)
    return "it is right in 2, 3 and 5 dimensions, and doubling w and b leaves it as it was."


@checker("ex-linear-hessian")
def hessian(attempt) -> str:
    """The logistic loss's Hessian, against autograd's."""
    for n, d in [(30, 3), (1, 2), (10, 5)]:
        X, w = normal(n, d), normal(d, seed=1)
        y = (normal(n, seed=2) > 0).double()

        def loss(w, X=X, y=y):
            return F.binary_cross_entropy_with_logits(X @ w, y)

        p = (X @ w).sigmoid()
        want = torch.autograd.functional.hessian(loss, w)
        mistakes = {
            "p (1 − p) is missing: that is the matrix of a quadratic loss.": X.T @ X / n,
            "p (1 − p) is missing, and 1/n.": X.T @ X,
            "that is the Hessian of the mean squared error.": 2 * X.T @ X / n,
            "that has p in place of p (1 − p).": (X.T * p) @ X / n,
            "p (1 − p) counts once, not squared.": (X.T * (p * (1 - p)) ** 2) @ X / n,
            "that is the diagonal alone; the other entries are not 0.": want.diag().diag(),
            "that has a factor 2, which belongs to the mean squared error.": 2 * want,
            "p (1 − p) is not ¼ unless z is 0.": X.T @ X / n / 4,
        }
        try_on(attempt, {"X": X, "w": w}, want, mistakes=mistakes, batch=n)
    return "it agrees with autograd's, in 2, 3 and 5 dimensions."


@checker("ex-linear-shortest")
def shortest(attempt) -> str:
    """Xᵀ (X Xᵀ)⁻¹ y, against `pinv`."""
    for n, d in [(3, 6), (1, 4), (5, 20)]:
        X, y = normal(n, d), normal(n, seed=1)
        want = torch.linalg.pinv(X) @ y
        first = torch.cat([torch.linalg.solve(X[:, :n], y), X.new_zeros(d - n)])
        mistakes = {
            "it solves the equations with the first n features alone; there is a shorter solution.": first,
            "that is Xᵀ y: X Xᵀ is still to be inverted.": X.T @ y,
        }
        require_function(attempt, {"X": X, "y": y})
        try_on(solving(attempt, X, y, want), {"X": X, "y": y}, want, mistakes=mistakes)
    return "it solves the equations, and no solution is shorter."


def solving(attempt, X: torch.Tensor, y: torch.Tensor, want: torch.Tensor):
    """The attempt, which is told if its result solves Xw = y and is too long, or does not solve it."""

    def solved(X_own, y_own):
        result = call(attempt, {"X": X_own, "y": y_own})
        try:
            w = numbers(result).to(X.dtype)
        except (TypeError, ValueError, RuntimeError):
            return result
        if w.shape == want.shape and w.isfinite().all():
            off = (X @ w - y).abs().max()
            first_only = (w[len(y) :] == 0).all()
            if off < 1e-6 and w.norm() > 1.0001 * want.norm() and not first_only:
                raise Wrong("it solves the equations, and is longer than need be.")
        return result

    return solved


@checker("ex-linear-ring")
def ring(attempt) -> str:
    """Features of points (n, 2) in which a disk and a ring around it are linearly separable."""
    (X, y), (X_new, y_new) = disk_and_ring(400, seed=0), disk_and_ring(1000, seed=1)
    require_function(attempt, {"X": X})
    A, A_new = made_features(attempt, X), made_features(attempt, X_new)
    if A.shape[1] != A_new.shape[1]:
        raise Wrong("the number of features depends on the number of points; each point has its own row.")
    half = made_features(attempt, X_new[:500])
    if not torch.allclose(half, A_new[:500], rtol=1e-4, atol=1e-6):
        raise Wrong("a point's features change with the other points; each row is to be computed alone.")
    mean, spread = A.mean(0), A.std(0).clamp(min=1e-12)
    B, B_new = (with_ones((t - mean) / spread) for t in (A, A_new))
    w = newton(B, y)
    accuracy = ((B_new @ w > 0) == (y_new > 0)).double().mean().item()
    if accuracy < 0.99:
        raise Wrong(
            f"with these features a logistic regression names {100 * accuracy:.0f} % of new points rightly: "
            "what tells the ring from the disk?"
        )
    return f"with {count_of(A.shape[1])} a straight boundary separates the ring from the disk."


def count_of(n: int) -> str:
    """'1 feature' or 'n features'."""
    return "1 feature" if n == 1 else f"{n} features"


def disk_and_ring(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Of n points half at distances below 1 (class 0), half from 1.5 to 2.5 (class 1): (n, 2) and (n,)."""
    generator = torch.Generator().manual_seed(seed)
    angle, share = 2 * torch.pi * torch.rand(n, generator=generator), torch.rand(n, generator=generator)
    y = torch.arange(n) % 2
    radius = torch.where(y == 0, share.sqrt(), 1.5 + share)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1), y.double()


def made_features(attempt, X: torch.Tensor) -> torch.Tensor:
    """What a reader's function makes of X, as float64 (n, any number)."""
    own = X.clone()
    result = call(attempt, {"X": own})
    if result is None or result is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")
    if not torch.equal(own, X):
        raise Wrong("X has changed; the caller may need it as it was.")
    try:
        A = numbers(result).double()
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(
            f"this is {describe(result)}, and a tensor of shape (n, any number) is asked for."
        ) from None
    if A.ndim == 1 and len(A) == len(X):
        A = A[:, None]
    if A.ndim != 2 or len(A) != len(X) or not A.shape[1]:
        raise Wrong(f"this is {describe(result)}, and a row for each of the {len(X)} points is asked for.")
    if not A.isfinite().all():
        raise Wrong("the features hold nan or inf.")
    return A


def newton(B: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The weights of a logistic regression with a small penalty, by Newton's method: B (n, d), y (n,)."""
    w, penalty = B.new_zeros(B.shape[1]), 1e-3 * torch.eye(B.shape[1], dtype=B.dtype)
    for _ in range(30):
        p = (B @ w).sigmoid()
        gradient = B.T @ (p - y) / len(y) + penalty @ w
        H = (B.T * (p * (1 - p))) @ B / len(y) + penalty
        w = w - torch.linalg.solve(H, gradient)
    return w
