"""The small data sets of the chapters, made from an equation and a seed.

Each function that draws at random has a generator of its own: equal seeds give equal data, and PyTorch's and
NumPy's global random numbers stay as they are.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def xor() -> tuple[Tensor, Tensor]:
    """The four corners of the unit square, and 1 where exactly one coordinate is 1.

    Returns X, float32 (4, 2), and y, float32 (4, 1).
    """
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return X, (X.sum(1, keepdim=True) == 1).float()


def wave(x: Tensor) -> Tensor:
    """The curve y = 3 sin(x/100) cos(x/10), for x of any shape."""
    return 3 * torch.sin(x / 100) * torch.cos(x / 10)


def cubic(x: Tensor) -> Tensor:
    """The curve y = x³ − x² + 25 sin 2x, for x of any shape."""
    return x**3 - x**2 + 25 * torch.sin(2 * x)


def cos_square(x: Tensor) -> Tensor:
    """The curve y = sin(cos x²), for x of any shape."""
    return torch.sin(torch.cos(x**2))


def waves(n: int = 1000) -> tuple[Tensor, Tensor]:
    """The curve `wave` without noise, at n equally spaced points of [0, 100].

    Returns X and y, float32 (n, 1).
    """
    x = np.linspace(0, 100, n)
    return _columns(x, _at(wave, x))


def noisy_cubic(n: int = 100, seed: int = 42, noise: float = 10.0) -> tuple[Tensor, Tensor]:
    """The curve `cubic` with normal noise, at n points drawn uniformly from [−5, 5].

    noise: the standard deviation of the noise.
    Returns X and y, float32 (n, 1). The 100 draws of noise at seed 42 have a mean square of 82.5, not 100.
    """
    # The numbers in the chapters belong to NumPy's old generator and to this order of drawing.
    rng = np.random.RandomState(seed)
    x = rng.uniform(-5, 5, n)
    return _columns(x, _at(cubic, x) + rng.normal(0, noise, n))


def noisy_cos_square(n: int, seed: int, noise: float = 0.1) -> tuple[Tensor, Tensor]:
    """The curve `cos_square` with normal noise, at n equally spaced points of [−3, 3].

    noise: the standard deviation of the noise.
    Returns X, in ascending order, and y, float32 (n, 1).
    """
    x = np.linspace(-3, 3, n)
    return _columns(x, _at(cos_square, x) + np.random.default_rng(seed).normal(0, noise, n))


def noisy_line(n: int, slope: float, intercept: float, noise: float, seed: int) -> tuple[Tensor, Tensor]:
    """The line slope · x + intercept with normal noise, at n points drawn uniformly from [0, 1].

    noise: the standard deviation of the noise.
    Returns X and y, float32 (n, 1).
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, n)
    return _columns(x, slope * x + intercept + rng.normal(0, noise, n))


def blobs(
    n_per_class: int, centres: Sequence[Sequence[float]], spread: float, seed: int
) -> tuple[Tensor, Tensor]:
    """Clouds of normally distributed points, one around each centre, one class after the other.

    centres: k points of d coordinates.
    spread: the standard deviation of each coordinate.
    Returns X, float32 (k * n_per_class, d), and the classes y, int64 (k * n_per_class,).
    """
    centres = np.repeat(np.asarray(centres, dtype=float), n_per_class, axis=0)  # (k * n_per_class, d)
    X = centres + np.random.default_rng(seed).normal(0, spread, centres.shape)
    y = torch.arange(len(X)) // n_per_class
    return torch.from_numpy(X).float(), y


def min_max(x: Tensor, low: float = 0.0, high: float = 1.0, like: Tensor | None = None) -> Tensor:
    """Move and stretch each column so that it runs from `low` to `high`.

    x: (n, d).
    like: (m, d), the data whose smallest and largest values go to `low` and `high`, by default x. New points
    are normalised like the training data.
    Returns low + (high − low) (x − min) / (max − min), shape (n, d).
    Raises ValueError if a column is constant, or low is not below high.
    """
    if not low < high:
        raise ValueError(f"min_max needs low < high, not low={low} and high={high}.")
    x_min, x_max = torch.aminmax(x if like is None else like, dim=0)
    constant = (x_min == x_max).reshape(-1).nonzero()
    if len(constant):
        raise ValueError(
            f"Column {constant[0].item()} is constant and has no range to stretch: leave it out."
        )
    return low + (high - low) * (x - x_min) / (x_max - x_min)


def _at(curve, x: np.ndarray) -> np.ndarray:
    return curve(torch.from_numpy(x)).numpy()


def _columns(*arrays: np.ndarray) -> tuple[Tensor, ...]:
    """Each array of shape (n,) as a float32 column, (n, 1)."""
    return tuple(torch.from_numpy(array).float().unsqueeze(1) for array in arrays)
