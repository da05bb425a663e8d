"""The runs of the chapter "Multilayer perceptrons" that its exercises ask for, for its checkers."""

import functools
from collections.abc import Callable, Iterable, Iterator

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


def train(params: list, step: Callable, epochs: Iterable, activation="tanh", rescale=lambda X: X) -> Iterator:
    """Train the parameters in place, one list of batches after the other, and stop after each."""
    for batches in epochs:
        for X_B, y_B in batches:
            step(params, small_networks.gradients(params, rescale(X_B), y_B, activation))
        yield


@recomputed
def with_adam(n_epochs: int, activation="tanh") -> torch.Tensor:
    """The losses of the 1–5–1 networks of the seeds 0 to 19 after each epoch, (epochs, 20)."""
    params = small_networks.begin([1, 5, 1], range(20))
    epochs = train(params, small_networks.adamw(params, 0.01), passes(n_epochs), activation)
    return torch.stack([small_networks.losses(params, *curve(), activation) for _ in epochs])


@recomputed
def with_sgd(n_epochs: int, activation="tanh") -> torch.Tensor:
    """The last losses of the 1–5–1 networks of the seeds 0 to 19 with SGD, at 0.01 and at 0.1, (2, 20)."""
    params = small_networks.begin([1, 5, 1], [*range(20)] * 2)
    lr = torch.tensor([0.01, 0.1]).repeat_interleave(20)[:, None, None]
    for _ in train(params, small_networks.sgd(lr), passes(n_epochs), activation):
        pass
    return small_networks.losses(params, *curve(), activation).reshape(2, 20)


@recomputed
def with_one_batch() -> tuple[torch.Tensor, torch.Tensor]:
    """The losses of twenty 1–5–1 tanh networks after 50 and after 800 steps on all examples, (20) each."""
    params, found = small_networks.begin([1, 5, 1], range(20)), []
    for t, _ in enumerate(train(params, small_networks.adamw(params, 0.01), [[curve()]] * 800), 1):
        if t in (50, 800):
            found.append(small_networks.losses(params, *curve()))
    return tuple(found)


@recomputed
def middle_epochs(sizes: tuple, low=0.0, high=1.0) -> tuple[int, int]:
    """How many epochs ten of twenty tanh networks need to a loss below 0.01, and how many eleven.

    101 stands for more than 100.
    """
    X, y = curve()
    params, reached = small_networks.begin(list(sizes), range(20)), torch.zeros(20, dtype=torch.bool)

    def rescale(X):
        return low + (high - low) * X

    epochs, tenth = train(params, small_networks.adamw(params, 0.01), passes(100), rescale=rescale), 101
    for n, _ in enumerate(epochs, 1):
        reached |= small_networks.losses(params, rescale(X), y) < 0.01
        if reached.sum() >= 10:
            tenth = min(tenth, n)
        if reached.sum() >= 11:
            return tenth, n
    return tenth, 101
