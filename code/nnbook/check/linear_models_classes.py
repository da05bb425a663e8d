"""The checkers of the chapter "Linear models": the exercises with classes."""

import functools

import torch
import torch.nn.functional as F

from nnbook import toy
from nnbook.check.compare import (
    Case,
    describe,
    match,
    numbers,
    read_named,
    try_on_all,
    trying,
    without_autograd,
)
from nnbook.check.linear_models import normal, with_ones
from nnbook.check.verdict import Wrong, checker


@checker("ex-linear-separable")
def separable(attempt) -> str:
    """The length of w after 30, 300 and 3,000 steps on separated clouds, run again here."""
    if isinstance(attempt, list | tuple) and len(attempt) == 3 and all(map(is_vector, attempt)):
        raise Wrong("these are three vectors, the weights; their lengths are asked for.")
    names = ["30 steps", "300 steps", "3,000 steps"]
    got = read_named(attempt, names)
    lengths = lengths_of_weights
    mistakes = {
        "these are the squares of the lengths.": lengths().square(),
        "the model is to have a bias: does X_b have its column of ones?": lengths(bias=False),
        "the bias is to be counted in the length.": lengths(count_bias=False),
        "each run is to begin at zero weights, not where the last one ended.": lengths((30, 330, 3330)),
        "these come from the clouds that overlap: X_b and y are to be set anew.": lengths_of_weights(
            n_per_class=100, spread=1.1
        ),
        "these are sums of sizes; the length is the root of the sum of squares.": lengths(order=1),
        "the rate is to be 0.5.": lengths(lr=0.1),
    }

    def by_name(values: torch.Tensor) -> dict:
        return dict(zip(names, values.tolist(), strict=True))

    match(got, by_name(lengths()), {text: by_name(wrong) for text, wrong in mistakes.items()})
    return "the weights grow for ever, ever more slowly."


def is_vector(value) -> bool:
    """Whether a value is made of several numbers."""
    try:
        return numbers(value).numel() > 1
    except (TypeError, ValueError, RuntimeError):
        return False


@functools.cache
def lengths_of_weights(
    steps=(30, 300, 3000), *, bias=True, count_bias=True, n_per_class=50, spread=0.35, lr=0.5, order=2
) -> torch.Tensor:
    """The lengths of the logistic regression's weights after so many steps from zero."""
    X, y = toy.blobs(n_per_class, [[1, 1], [3, 3]], spread, seed=0)
    X_b = with_ones(X) if bias else X
    w, lengths = X_b.new_zeros(X_b.shape[1]), []
    for t in range(1, max(steps) + 1):
        w = w - lr / len(y) * (X_b.T @ ((X_b @ w).sigmoid() - y))
        if t in steps:
            lengths.append((w if count_bias else w[:2]).norm(p=order))
    return torch.stack(lengths)


@checker("ex-linear-hessian")
@without_autograd()
def hessian(attempt) -> str:
    """The logistic loss's Hessian, against autograd's."""
    cases = []
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
            "that has 1 − p in place of p (1 − p).": (X.T * (1 - p)) @ X / n,
            "p (1 − p) counts once, not squared.": (X.T * (p * (1 - p)) ** 2) @ X / n,
            "that is the diagonal alone; the other entries are not 0.": want.diag().diag(),
            "that has a factor 2, which belongs to the mean squared error.": 2 * want,
            "p (1 − p) is not ¼ unless z is 0.": X.T @ X / n / 4,
        }
        cases.append(Case({"X": X, "w": w}, want, mistakes, batch=n))
    try_on_all(attempt, cases)
    return "it agrees with autograd's, in 2, 3 and 5 dimensions."


@checker("ex-linear-ring")
def ring(attempt) -> str:
    """Features in which a logistic regression tells a disk from the ring around it, on new points."""
    (X, y), (X_new, y_new) = disk_and_ring(400, seed=0), disk_and_ring(1000, seed=1)
    A, A_new = made_features(attempt, X), made_features(attempt, X_new)
    if A.shape[1] != A_new.shape[1]:
        raise Wrong("the number of features depends on the number of points; each point has its own row.")
    for part in (slice(500), slice(7, 8)):
        if not torch.allclose(made_features(attempt, X_new[part]), A_new[part], rtol=1e-4, atol=1e-6):
            raise Wrong("a point's features change with the other points; each row is to be computed alone.")
    mean, spread = A.mean(0), A.std(0).clamp(min=1e-12)
    B, B_new = (with_ones((t - mean) / spread) for t in (A, A_new))
    w = newton(B, y)
    accuracy = ((B_new @ w > 0) == (y_new > 0)).double().mean().item()
    if accuracy < 0.99:
        raise Wrong(
            f"with these features a logistic regression names {100 * accuracy:.0f} % of new points "
            "correctly: what tells the ring from the disk?"
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
    with trying(attempt, {"X": X}) as result:
        try:
            A = numbers(result).double()
        except (TypeError, ValueError, RuntimeError):
            raise Wrong(
                f"this is {describe(result)}, and a tensor of shape (n, any number) is asked for."
            ) from None
        if A.shape == (len(X),):
            raise Wrong(
                f"this is {describe(result)}: a single feature makes a column, (n, 1), and a row of n is not "
                "(n, any number)."
            )
        if A.ndim != 2 or len(A) != len(X) or not A.shape[1]:
            raise Wrong(
                f"this is {describe(result)}, and a row for each of the {len(X)} points is asked for."
            )
        if not A.isfinite().all():
            raise Wrong("the features hold nan or inf.")
        return A


def newton(B: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The weights of a logistic regression with a tiny penalty, by Newton's method: B (n, d), y (n,)."""
    w, penalty = B.new_zeros(B.shape[1]), 1e-8 * torch.eye(B.shape[1], dtype=B.dtype)
    for _ in range(60):
        p = (B @ w).sigmoid()
        gradient = B.T @ (p - y) / len(y) + penalty @ w
        H = (B.T * (p * (1 - p))) @ B / len(y) + penalty
        w = w - torch.linalg.solve(H, gradient)
    return w
