"""Small networks side by side, trained again for a checker: without autograd, which would take too long.

The parameters of several networks of one shape are a list W, b, W, b, … with W (networks, inputs, units) and
b (networks, 1, units). Training changes them in place.
"""

from collections.abc import Callable, Iterable
from itertools import pairwise

import torch
from torch import Tensor

# Each activation, and its derivative as a function of the activation's value.
ACTIVATIONS = {
    "tanh": (torch.tanh, lambda a: 1 - a * a),
    "sigmoid": (torch.sigmoid, lambda a: a * (1 - a)),
    "leaky": (lambda z: torch.where(z > 0, z, 0.01 * z), lambda a: torch.where(a > 0, 1.0, 0.01)),
}


def begin(sizes: list[int], seeds: Iterable[int]) -> list[Tensor]:
    """The first parameters that `nn.Linear`, layer after layer, draws after each of the seeds."""
    networks = []
    for seed in seeds:
        generator, tensors = torch.Generator().manual_seed(seed), []
        for d_in, d_out in pairwise(sizes):
            bound = d_in**-0.5
            for shape in [(d_out, d_in), (1, d_out)]:
                tensors.append(torch.empty(shape).uniform_(-bound, bound, generator=generator))
            tensors[-2] = tensors[-2].T
        networks.append(tensors)
    return [torch.stack(tensors).contiguous() for tensors in zip(*networks, strict=True)]


def forward(params: list[Tensor], X: Tensor, activation="tanh") -> tuple[list[Tensor], Tensor]:
    """The values that each layer reads, X first, and the result of the last, (networks, n, outputs)."""
    phi, _ = ACTIVATIONS[activation]
    values = [X]
    for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        values.append(phi(values[-1] @ W + b))
    return values, values[-1] @ params[-2] + params[-1]


def squared(S: Tensor, y: Tensor) -> Tensor:
    """The derivative of each network's mean squared error, of a linear output, with respect to S."""
    return 2 / len(y) * (S - y)


def squared_of_sigmoid(S: Tensor, y: Tensor) -> Tensor:
    """The same for the output σ(S)."""
    y_hat = S.sigmoid()
    return 2 / len(y) * (y_hat - y) * y_hat * (1 - y_hat)


def cross_entropy(S: Tensor, y: Tensor) -> Tensor:
    """The derivative of each network's mean cross-entropy of σ(S) with respect to S."""
    return (S.sigmoid() - y) / len(y)


def gradients(params: list[Tensor], X: Tensor, y: Tensor, activation="tanh", loss=squared) -> list[Tensor]:
    """The gradient of each network's loss with respect to its parameters, by backpropagation."""
    _, slope = ACTIVATIONS[activation]
    values, S = forward(params, X, activation)
    delta, found = loss(S, y), []
    for k in range(len(params) - 2, -1, -2):
        A = values[k // 2]
        found[:0] = [A.transpose(-1, -2) @ delta, delta.sum(1, keepdim=True)]
        if k:
            delta = delta @ params[k].transpose(-1, -2) * slope(A)
    return found


def sgd(lr: float | Tensor) -> Callable:
    """Plain gradient descent, as a function of parameters and gradients that takes a step.

    lr: a number, or one for each network, (networks, 1, 1).
    """

    def step(params: list[Tensor], grads: list[Tensor]) -> None:
        for p, g in zip(params, grads, strict=True):
            p.sub_(lr * g)

    return step


def adamw(params: list[Tensor], lr: float, weight_decay=0.0) -> Callable:
    """AdamW for these parameters, with PyTorch's defaults; without decay it is Adam."""
    means, squares = ([torch.zeros_like(p) for p in params] for _ in range(2))
    t = 0

    def step(params: list[Tensor], grads: list[Tensor]) -> None:
        nonlocal t
        t += 1
        for p, g, m, v in zip(params, grads, means, squares, strict=True):
            m.add_(0.1 * (g - m))
            v.mul_(0.999).addcmul_(g, g, value=0.001)
            divisor = v.sqrt().mul_((1 - 0.999**t) ** -0.5).add_(1e-8)
            p.mul_(1 - lr * weight_decay).addcdiv_(m, divisor, value=-lr / (1 - 0.9**t))

    return step


def losses(params: list[Tensor], X: Tensor, y: Tensor, activation="tanh") -> Tensor:
    """The mean squared error of each network with a linear output, (networks,)."""
    return (forward(params, X, activation)[1] - y).square().mean((1, 2))
