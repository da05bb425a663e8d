"""ReLU networks that a reader has set by hand: what they compute, and what mistakes make of them."""

from itertools import pairwise

import numpy as np
import torch

from nnbook.check.reading import describe, numbers
from nnbook.check.verdict import Wrong


def relu_network(parameters, x: torch.Tensor, m: int) -> torch.Tensor:
    """What a reader's four parameters give at x, (n, 1); their shapes are checked first."""
    if not isinstance(parameters, tuple | list) or len(parameters) != 4:
        raise Wrong(f"the four parameters W1, b1, W2, b2 are asked for, and this is {describe(parameters)}.")
    shapes = {"W1": (1, m), "b1": (m,), "W2": (m, 1), "b2": (1,)}
    tensors = []
    for (name, shape), value in zip(shapes.items(), parameters, strict=True):
        try:
            tensor = numbers(value)
        except (TypeError, ValueError, RuntimeError):
            raise Wrong(f"{name} is {describe(value)}, and a tensor of shape {shape} is asked for.") from None
        if name == "b2" and tensor.ndim == 0:
            tensor = tensor.reshape(1)
        if tensor.shape != shape:
            raise Wrong(f"{name} is {describe(tensor)}, and a tensor of shape {shape} is asked for.")
        tensors.append(tensor)
    W1, b1, W2, b2 = tensors
    return (x @ W1 + b1).relu() @ W2 + b2


def places_of(knots: torch.Tensor) -> torch.Tensor:
    """Places from the first knot to the last at which networks are compared, (101, 1)."""
    return torch.linspace(knots[0], knots[-1], 101, dtype=torch.float64)[:, None]


def interpolated(knots: torch.Tensor, values: torch.Tensor) -> tuple[torch.Tensor, dict]:
    """What the network gives at `places_of` the knots, (101, 1), and what mistakes make of it."""
    x, nothing = places_of(knots), torch.zeros(1, dtype=torch.float64)
    want = torch.from_numpy(np.interp(x.numpy(), knots.numpy(), values.numpy()))
    hats = (x - knots[:-1]).relu()  # (101, m)
    slopes = values.diff() / knots.diff()
    changes = slopes.diff(prepend=nothing)
    unscaled = values.diff().diff(prepend=nothing)
    return want, {
        "W2 holds the slopes; what a unit adds is the change of the slope at its place.": (
            hats @ slopes[:, None] + values[0]
        ),
        "it begins at 0: b2 is the first value.": want - values[0],
        "the unit of the first piece is missing, or its slope is.": want - hats[:, :1] * slopes[0],
        "the units bend at −x_j: what is the sign of b1?": (
            (x + knots[:-1]).relu() @ changes[:, None] + values[0]
        ),
        "W2 holds differences of values; a slope is divided by the length of its piece.": (
            hats @ unscaled[:, None] + values[0]
        ),
        "the units bend one place too late: unit j bends at x_j, the first at x_0.": (
            (x - knots[1:]).relu() @ changes[:, None] + values[0]
        ),
    }


def tent(x: torch.Tensor, times: int) -> torch.Tensor:
    """The tent, applied so many times."""
    for _ in range(times):
        x = 1 - (2 * x - 1).abs()
    return x


def slips(x: torch.Tensor, depth: int) -> dict[str, torch.Tensor]:
    """What networks with one mistake compute in place of the tent of that depth."""
    into, out = torch.ones(1, 2, dtype=torch.float64), torch.tensor([[2.0], [-4.0]], dtype=torch.float64)
    b, none = torch.tensor([0, -0.5], dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    found = {"the last layer gives twice the tent.": 2 * tent(x, depth)}
    if depth == 1:
        return found
    found["that is one fold too few."] = tent(x, depth - 1)
    found["that is the tent once, at every depth."] = tent(x, 1)
    middles = {
        "a matrix between hidden layers is turned round.": ((out @ into).T, b),
        "the hidden layers after the first need a b as well.": (out @ into, none),
    }
    for text, between in middles.items():
        found[text] = through([(into, b), *[between] * (depth - 1), (out, none[:1])], x)
    return found


def layers_of(result, depth: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """A reader's pairs (W, b), if they are those of a network 1–2–…–2–1 with so many hidden layers."""
    if not isinstance(result, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in result
    ):
        raise Wrong(f"a list of pairs (W, b) is asked for, and this is {describe(result)}.")
    if len(result) != depth + 1:
        raise Wrong(
            f"{depth + 1} pairs are asked for, one for each hidden layer and the last one, and this is "
            + describe(result)
            + "."
        )
    layers = []
    for number, (pair, shape) in enumerate(zip(result, pairwise([1, *[2] * depth, 1]), strict=True), 1):
        W, b = (numbers(tensor) for tensor in pair)
        b = b.reshape(1) if b.ndim == 0 and shape[1] == 1 else b
        if W.shape != shape:
            turned = " Is it turned round?" if W.ndim == 2 and W.T.shape == shape else ""
            raise Wrong(
                f"W of layer {number} is {describe(W)}, and one of shape {shape} is asked for.{turned}"
            )
        if b.shape != shape[1:]:
            raise Wrong(f"b of layer {number} is {describe(b)}, and one of shape {shape[1:]} is asked for.")
        layers.append((W, b))
    return layers


def through(layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor) -> torch.Tensor:
    """The network's result at x, (n, 1), with ReLU in the hidden layers."""
    *hidden, (W_last, b_last) = layers
    for W, b in hidden:
        x = (x @ W + b).relu()
    return x @ W_last + b_last
