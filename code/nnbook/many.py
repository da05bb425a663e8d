"""Many networks at once: networks of one shape, side by side, each trained as if it were alone.

One run proves little, so the book trains networks by the dozen. The parameters of m networks are a list
W, b, W, b, … in which each tensor has a first axis that counts the networks: W (m, inputs, units) and
b (m, 1, units). A product of such stacks multiplies matrix by matrix. The chapter on activation functions
builds `forward`, `mse` and `train`.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def start(sizes: Sequence[int], seeds: Iterable[int]) -> list[Tensor]:
    """The parameters of one new network for each seed, as `nn.Linear` draws them, layer after layer.

    sizes: the widths from the inputs to the outputs, such as [2, 5, 1].
    Returns W (m, inputs, units) and b (m, 1, units) for each layer, which record gradients.
    Raises ValueError if there is no seed or no layer.
    """
    networks = []
    for seed in seeds:
        torch.manual_seed(seed)
        networks.append([nn.Linear(d, units) for d, units in pairwise(sizes)])
    if not networks or not networks[0]:
        raise ValueError("A network needs a seed and two sizes at least, such as [2, 1].")
    params = []
    for layers in zip(*networks, strict=True):  # the first layers of all, then the second ones, …
        params.append(torch.stack([layer.weight.T for layer in layers]))
        params.append(torch.stack([layer.bias[None] for layer in layers]))
    return copy(params)


def copy(params: Sequence[Tensor]) -> list[Tensor]:
    """The same numbers as parameters of their own, which record gradients."""
    return [p.detach().clone(memory_format=torch.contiguous_format).requires_grad_() for p in params]


def forward(X: Tensor, params: Sequence[Tensor], phi: Callable) -> Tensor:
    """What each network gives: φ follows every layer but the last.

    X: (n, inputs), the same for all networks, or (m, n, inputs). params: as `start` gives them.
    Returns (m, n, outputs).
    """
    A = X
    for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        A = phi(A @ W + b)  # (m, n, units)
    return A @ params[-2] + params[-1]


def mse(Y_hat: Tensor, y: Tensor) -> Tensor:
    """The mean squared error of each network, (m,), from (m, n, outputs) and a y that fits it."""
    return (Y_hat - y).square().mean((1, 2))


def train(
    X: Tensor,
    y: Tensor,
    params: Sequence[Tensor],
    phi: Callable,
    optimizer: Optimizer,
    *,
    n_steps: int,
    loss: Callable = mse,
) -> Tensor:
    """Change the parameters by `n_steps` steps of the optimizer, all examples in each; returns the losses.

    The optimizer goes down the sum of the losses: its gradient with respect to the parameters of one network
    contains nothing of the others.

    X: (n, inputs) or (m, n, inputs). y: what `loss` takes. optimizer: made with `params`.
    loss: a function of (m, n, outputs) and y to one number for each network, (m,).
    Returns each network's loss before each step, (n_steps, m).
    """
    history = []
    for _ in range(n_steps):
        losses = loss(forward(X, params, phi), y)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
        history.append(losses.detach())
    return torch.stack(history) if history else torch.empty(0, len(params[0]))
