"""The checkers of the chapter "Multilayer perceptrons"."""

from itertools import pairwise

import numpy as np
import torch

from nnbook.check.compare import (
    as_tensor,
    call,
    compare,
    describe,
    numbers,
    require_function,
    tried_with,
    try_on,
)
from nnbook.check.verdict import Wrong, checker


def entries(attempt, n: int) -> list[float]:
    """The entries of a row of n numbers: a list, a tuple, a tensor or an array."""
    if isinstance(attempt, list | tuple) and any(entry is None or entry is ... for entry in attempt):
        raise Wrong(f"a number is missing, and {n} are asked for.")
    return as_tensor(list(attempt) if isinstance(attempt, tuple) else attempt, torch.zeros(n)).tolist()


def by_key(attempt, keys: list) -> list[float]:
    """The numbers in a dictionary, in the order of the keys."""
    if not isinstance(attempt, dict) or set(attempt) != set(keys):
        names = [repr(key) for key in keys]
        raise Wrong(f"a dictionary with the keys {', '.join(names[:-1])} and {names[-1]} is asked for.")
    return [as_tensor(attempt[key], torch.tensor(0.0)).item() for key in keys]


def losses(values: list[float]) -> list[float]:
    """The values, if they can be losses of trained networks."""
    if not all(0 < value < 1 for value in values):
        raise Wrong("a mean squared error of these networks is a positive number below 1.")
    return values


@checker("ex-mlp-count")
def count(attempt) -> str:
    """1–10–5–1: 20 + 55 + 6 numbers in six tensors."""
    n_parameters, n_tensors = entries(attempt, 2)
    mistakes = {
        "the biases are missing.": 1 * 10 + 10 * 5 + 5 * 1,
        "the last layer has a bias too.": 80,
        "the inputs have no bias: they are given, not computed.": 82,
        "that is the number of parameters of 1–5–1.": 16,
    }
    if (n_parameters, n_tensors) == (6, 81):
        raise Wrong("the parameters come first, then the tensors.")
    with_text = {text: torch.tensor(n) for text, n in mistakes.items()}
    try:
        compare(n_parameters, torch.tensor(81), with_text, rtol=1e-6)
    except Wrong as wrong:
        raise Wrong(f"the number of parameters: {wrong}") from None
    mistakes = {
        "each layer has two tensors, W and b.": 3,
        "activations and the input have no tensors of parameters.": 4,
    }
    with_text = {text: torch.tensor(n) for text, n in mistakes.items()}
    try:
        compare(n_tensors, torch.tensor(6), with_text, rtol=1e-6)
    except Wrong as wrong:
        raise Wrong(f"the number of tensors: {wrong}") from None
    return "20, 55 and 6 numbers, in three pairs of W and b."


@checker("ex-mlp-epochs")
def epochs(attempt) -> str:
    """How many of twenty leaky networks are above 0.01, before and after 250 more epochs."""
    before, after = entries(attempt, 2)
    if 0 < max(before, after) < 1:
        raise Wrong("these are losses or shares; counts of networks are asked for.")
    if not (before.is_integer() and after.is_integer() and min(before, after) >= 0):
        raise Wrong("a count is a whole number.")
    if max(before, after) > 20:
        raise Wrong("there are only twenty networks: are epochs counted too?")
    if max(before, after) > 15:
        raise Wrong("most networks get below 0.01: are those below counted?")
    if before == 0:
        raise Wrong(
            "after the first 500 epochs some networks are above 0.01: which row of the history is it?"
        )
    if after > before:
        raise Wrong("more training should not send networks back: do they go on from where they were?")
    return "more time sends none back, and brings down some of them, or none."


@checker("ex-mlp-sgd")
def sgd(attempt) -> str:
    """Median losses of 1–5–1 tanh after 150 epochs: Adam, SGD at 0.01 and at 0.1."""
    adam, slow, fast = losses(by_key(attempt, ["adam", 0.01, 0.1]))
    if len({adam, slow, fast}) < 3:
        raise Wrong("two are equal: does each run have new networks and its own rate?")
    if fast >= slow:
        raise Wrong("at these rates ten times the rate should get further: are the two exchanged?")
    if not 0.0018 < adam < 0.02:
        raise Wrong("Adam should be between 0.0018 and 0.02 by then: is it the row of epoch 150?")
    if slow < 0.04:
        raise Wrong("SGD at 0.01 should be slower: does it begin with new networks?")
    if fast < 0.02:
        raise Wrong("SGD at 0.1 should be slower: does it begin with new networks?")
    return "at the same rate Adam is far ahead."


@checker("ex-mlp-batch")
def batch(attempt) -> str:
    """Median losses: batches of 64 after 50 epochs; one batch after 50 and after 800 epochs."""
    mini, as_many_epochs, as_many_steps = losses(entries(attempt, 3))
    if mini > 0.06 and as_many_epochs < 0.06:
        raise Wrong("one batch should be behind after 50 epochs: are the first two exchanged?")
    if as_many_epochs <= as_many_steps:
        raise Wrong("one batch should be better after 800 epochs than after 50: are the two exchanged?")
    if as_many_epochs < 0.05:
        raise Wrong("50 steps on the whole set cannot get so far: are the networks new?")
    if as_many_epochs < mini:
        raise Wrong("50 steps should be behind 800: which of the medians is the one of batches of 64?")
    if as_many_steps > 0.04:
        raise Wrong("800 steps should get further: is it the last row, and Adam at 0.01?")
    if not 0.012 < mini < 0.068:
        raise Wrong("the first median is that of batches of 64 after 50 epochs: is it row 49 of its history?")
    return "behind after as many epochs, ahead after as many steps."


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


@checker("ex-mlp-interpolate")
def interpolate(attempt) -> str:
    """The ReLU network through given points, against `np.interp`."""
    generator = torch.Generator().manual_seed(0)
    for m in [5, 1, 12]:
        gaps, values = torch.rand(2, m + 1, generator=generator, dtype=torch.float64)
        knots = (gaps + 0.2).cumsum(0) - 1
        values = 2 * values - 1
        inputs = {"knots": knots, "values": values}
        require_function(attempt, inputs)
        x = torch.linspace(knots[0], knots[-1], 101, dtype=torch.float64)[:, None]
        want = torch.from_numpy(np.interp(x.numpy(), knots.numpy(), values.numpy()))
        hats = (x - knots[:-1]).relu()  # (101, m)
        slopes = values.diff() / knots.diff()
        changes = slopes.diff(prepend=torch.zeros(1, dtype=torch.float64))
        mistakes = {
            "W2 holds the slopes; what a unit adds is the change of the slope at its place.": (
                hats @ slopes[:, None] + values[0]
            ),
            "it begins at 0: b2 is the first value.": want - values[0],
            "the unit of the first piece is missing, or its slope is.": want - hats[:, :1] * slopes[0],
            "the units bend at −x_j: what is the sign of b1?": (x + knots[:-1]).relu() @ changes[:, None]
            + values[0],
            "W2 holds differences of values; a slope is divided by the length of its piece.": (
                hats @ values.diff().diff(prepend=torch.zeros(1, dtype=torch.float64))[:, None] + values[0]
            ),
        }
        own = {name: value.clone() for name, value in inputs.items()}
        with tried_with(inputs):
            result = call(attempt, own)
            if result is None or result is ...:
                raise Wrong("the function returns nothing: is a line still to be written?")
            compare(relu_network(result, x, m), want, mistakes)
            if any(not torch.equal(own[name], value) for name, value in inputs.items()):
                raise Wrong("the result is right, but knots or values have changed.")
    return "it agrees with np.interp, for 1, 5 and 12 pieces."


def tent(x: torch.Tensor, times: int) -> torch.Tensor:
    """The tent, applied so many times."""
    for _ in range(times):
        x = 1 - (2 * x - 1).abs()
    return x


@checker("ex-mlp-folds")
def folds(attempt) -> str:
    """D hidden layers of two ReLU units that compute the D-fold tent."""
    x = torch.linspace(0, 1, 1001, dtype=torch.float64)[:, None]
    into, out = torch.ones(1, 2, dtype=torch.float64), torch.tensor([[2.0], [-4.0]], dtype=torch.float64)
    b, none = torch.tensor([0, -0.5], dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    for depth in [1, 2, 6]:
        require_function(attempt, {"D": depth})
        with tried_with({"D": depth}):
            result = call(attempt, {"D": depth})
            got = through(layers_of(result, depth), x)
            mistakes = {
                "that is one fold too few.": tent(x, depth - 1),
                "the last layer gives twice the tent.": 2 * tent(x, depth),
            }
            if depth > 1:
                slips = {
                    "a matrix between hidden layers is turned round.": ((out @ into).T, b),
                    "the hidden layers after the first need a b as well.": (out @ into, none),
                }
                for text, between in slips.items():
                    pairs = [(into, b), *[between] * (depth - 1), (out, none[:1])]
                    mistakes[text] = through(pairs, x)
            compare(got, tent(x, depth), mistakes)
    return "it is the tent, once, twice and six times in a row."


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


@checker("ex-mlp-corner")
def corner(attempt) -> str:
    """P(0 ≤ −b/w ≤ a) for w and b uniform on [−1, 1]: a/4, and 1/2 − 1/(4a) for a > 1."""
    for a in [0.4, 1.0, 4.0, 100.0]:
        want = a / 4 if a <= 1 else 0.5 - 1 / (4 * a)
        mistakes = {
            "for a above 1 it is another formula: a probability of more than a half cannot be.": a / 4,
            "this holds for a above 1; for a below 1 the area is another.": 0.5 - 1 / (4 * a),
            "the signs of w and b have to differ as well.": 2 * want,
            "that is the probability that it is outside.": 1 - want,
            "that is as if −b/w were uniform on [0, 1]; large corners are rarer than small ones.": min(
                a, 1.0
            ),
        }
        as_tensors = {text: torch.tensor(value, dtype=torch.float64) for text, value in mistakes.items()}
        try_on(attempt, {"a": a}, torch.tensor(want, dtype=torch.float64), mistakes=as_tensors)
    return "a/4 as long as a ≤ 1, and never more than a half."


@checker("ex-mlp-faster")
def faster(attempt) -> str:
    """Median epochs to a loss of 0.01 of 1–27–1, of 1–5–5–1, and of 1–5–1 with inputs on [−3, 3]."""
    wide, narrow, scaled = values = by_key(attempt, ["wide", "narrow", "scaled"])
    if any(value < 1 for value in values):
        raise Wrong("numbers of epochs are asked for, and one is below 1: are these losses?")
    if any(value > 101 for value in values):
        raise Wrong("more epochs than were run: are steps counted, or the epochs of all networks together?")
    if any(value == 101 for value in values):
        raise Wrong("101 says that half the networks never got there: were they trained for 100 epochs?")
    if len(set(values)) == 1:
        raise Wrong("all are equal: does each variant have its own networks?")
    if scaled >= narrow:
        raise Wrong(
            "inputs on [−3, 3] should be the fastest: do they reach the network, in training and after?"
        )
    if narrow >= wide:
        raise Wrong("1–5–5–1 should be faster than 1–27–1: are the two exchanged?")
    return "now write down what they show, and what they do not."
