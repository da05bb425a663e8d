"""The plain training loop and the evaluation of a classifier.

The chapter "Multilayer perceptrons" builds `step`, `epoch`, `fit`; "MNIST with torch.nn" builds `evaluate`.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

Batches = Iterable[tuple[Tensor, Tensor]]


def step(model: nn.Module, loss_fn: Callable, optimizer: Optimizer, X: Tensor, y: Tensor) -> float:
    """One step of the optimizer on one batch, in PyTorch's order; returns the loss before the step.

    model: a function of X with parameters. loss_fn: a function of the model's result and y to a tensor that
    holds one number. optimizer: made with the model's parameters.
    X: (n, inputs). y: what `loss_fn` takes beside the result for X.
    Raises RuntimeError, in PyTorch's words, if the loss is more than one number or depends on no parameter.
    """
    loss = loss_fn(model(X), y)  # forward, loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def epoch(model: nn.Module, loss_fn: Callable, optimizer: Optimizer, batches: Batches) -> float:
    """One step on each batch; returns the mean of their losses, each weighted by its number of examples.

    Each loss is from before its own step, so this is not the loss of the model that the epoch ends with.

    batches: pairs (X, y), as `nnbook.data.batches` gives them.
    Raises ValueError if there is no batch, and what `step` raises.
    """
    total, n_examples = 0.0, 0
    for X, y in batches:
        total += len(X) * step(model, loss_fn, optimizer, X, y)
        n_examples += len(X)
    if not n_examples:
        raise ValueError("There is no batch: is it an iterator that was used up before?")
    return total / n_examples


def fit(
    model: nn.Module, loss_fn: Callable, optimizer: Optimizer, batches: Batches, n_epochs: int
) -> list[float]:
    """Train for `n_epochs` epochs; returns the mean loss of each, as `epoch` does.

    batches: pairs (X, y) that can be gone through again and again: a loader or a list.
    n_epochs: the number of epochs; after 0 the model is as it was.
    Raises what `epoch` raises.
    """
    return [epoch(model, loss_fn, optimizer, batches) for _ in range(n_epochs)]


@torch.no_grad()
def evaluate(model: nn.Module, batches: Batches) -> tuple[float, float]:
    """The mean cross-entropy and the accuracy of a classifier, over all examples; the model is not changed.

    model: a function of X to scores, (n, K); it is put into its mode `eval`, and back into the one it had.
    batches: pairs (X, y) with labels y, int64 (n,).
    Raises ValueError if there is no batch.
    """
    was_training = model.training
    model.eval()
    total, n_right, n_examples = 0.0, 0, 0
    for X, y in batches:
        S = model(X)  # (n, K)
        total += F.cross_entropy(S, y, reduction="sum").item()
        n_right += (S.argmax(1) == y).sum().item()
        n_examples += len(y)
    model.train(was_training)
    if not n_examples:
        raise ValueError("There is no batch: is it an iterator that was used up before?")
    return total / n_examples, n_right / n_examples
