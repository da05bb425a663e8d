"""The runs of the chapter "Multilayer perceptrons" that its exercises ask for, for its checkers."""

import functools
from collections.abc import Callable

import torch
from torch.utils.data import TensorDataset

from nnbook import data, toy
from nnbook.check import small_networks
from nnbook.check.measuring import recomputed


@functools.cache
def curve() -> tuple[torch.Tensor, torch.Tensor]:
    """The chapter's X and y, (1000, 1)."""
    x, y = toy.waves(1000)
    return toy.min_max(x), toy.min_max(y, -0.5, 0.5)


@recomputed
def passes(n_epochs: int) -> list:
    """The chapter's batches, epoch by epoch; `recomputed` sets the seed that the chapter sets."""
    batches = data.batches(TensorDataset(*curve()), 64)
    return [list(batches) for _ in range(n_epochs)]


def train(params: list, step: Callable, epochs: list, activation="tanh", rescale=lambda X: X) -> list:
    """The losses of each network after each epoch, [(networks), …]; the parameters are trained in place."""
    X, y = curve()
    history = []
    for batches in epochs:
        for X_B, y_B in batches:
            step(params, small_networks.gradients(params, rescale(X_B), y_B, activation))
        history.append(small_networks.losses(params, rescale(X), y, activation))
    return history


@recomputed
def with_adam(sizes: tuple, n_epochs: int, activation="tanh", low=0.0, high=1.0) -> torch.Tensor:
    """The losses of the networks of the seeds 0 to 19 after each epoch, (epochs, 20); inputs rescaled."""
    params = small_networks.begin(list(sizes), range(20))
    step = small_networks.adamw(params, 0.01)
    history = train(params, step, passes(n_epochs), activation, lambda X: low + (high - low) * X)
    return torch.stack(history)


@recomputed
def with_sgd(n_epochs: int, activation="tanh") -> torch.Tensor:
    """The last losses of the 1–5–1 networks of the seeds 0 to 19 with SGD, at 0.01 and at 0.1, (2, 20)."""
    params = small_networks.begin([1, 5, 1], [*range(20)] * 2)
    lr = torch.tensor([0.01, 0.1]).repeat_interleave(20)[:, None, None]
    history = train(params, small_networks.sgd(lr), passes(n_epochs), activation)
    return history[-1].reshape(2, 20)


@recomputed
def with_one_batch() -> torch.Tensor:
    """The losses of twenty 1–5–1 tanh networks after each of 800 steps on all examples, (800, 20)."""
    params = small_networks.begin([1, 5, 1], range(20))
    return torch.stack(train(params, small_networks.adamw(params, 0.01), [[curve()]] * 800))


def median(losses: torch.Tensor) -> float:
    """The lower of the two middle values, as in the chapter."""
    return losses.median().item()


@recomputed
def epochs_needed(sizes: tuple, n_epochs: int, low=0.0, high=1.0) -> torch.Tensor:
    """The first epoch below 0.01 of each of twenty tanh networks, (20), with inputs from low to high."""
    history = with_adam(sizes, n_epochs, low=low, high=high)
    return 1 + (history.cummin(0).values >= 0.01).sum(0)
