"""The checkers of "Activations": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import torch
from nnbook.check import activations
from torch.nn import functional as F

from tests.nnbook.check.attempts import attempts, seeds

A = (1 + math.sqrt(0.96)) / 2
FLAT = [math.log(A / (1 - A)), math.atanh(math.sqrt(0.99))]


def silu_derivative(z):
    s = torch.sigmoid(z)
    return s + z * s * (1 - s)


def naive_silu_derivative(z):
    return (torch.exp(z) / (1 + torch.exp(z))) * (1 + z / (1 + torch.exp(z)))


def in_place(z):
    s = torch.sigmoid(z)
    z *= s * (1 - s)
    return s + z


def slopes(phi, z):
    z = z.clone().requires_grad_()
    return torch.autograd.grad(phi(z).sum(), z)[0].double()


def drawn():
    return torch.randn(1_000_000, generator=torch.Generator().manual_seed(0))


def backward_gain(phi):
    return slopes(phi, drawn()).square().mean() ** -0.5


def as_sigmoid(W1, b1, W2, b2):
    return 2 * W1, 2 * b1, 2 * W2, b2 - W2.sum(0)


def with_rows(W1, b1, W2, b2):
    """The biases as matrices of one row."""
    return 2 * W1, 2 * b1[None], 2 * W2, b2 - W2.sum(0, keepdim=True)


def mirrored(W1, b1, W2, b2):
    """Another right answer: tanh is odd."""
    return -2 * W1, -2 * b1, -2 * W2, b2 + W2.sum(0)


def changing(W1, b1, W2, b2):
    W1 *= 2
    return W1, 2 * b1, 2 * W2, b2 - W2.sum(0)


def leaky_gain(slope):
    return math.sqrt(2 / (1 + slope**2))


def other_order(W1, b1, W2, b2):
    """The same network with its hidden units in another order."""
    W1, b1, W2, b2 = as_sigmoid(W1, b1, W2, b2)
    return [W1.flip(1), b1.flip(0), W2.flip(0), b2]


def subtracted(slope):
    return math.sqrt(2 / abs(1 - slope**2)) if slope != 1 else math.inf


def from_a_grid():
    """The first points of a grid with steps of 0.01 where the slope is small enough."""
    z = torch.arange(0, 601, dtype=torch.float64) / 100
    return [z[slopes(phi, z) < 0.01][0].item() for phi in (torch.sigmoid, torch.tanh)]


def central_difference(z):
    z = z.double()
    return (F.silu(z + 1e-5) - F.silu(z - 1e-5)) / 2e-5


def on_a_grid(phi):
    z = torch.linspace(-8, 8, 4001)
    weights = torch.exp(-z.square() / 2)
    return ((slopes(phi, z).square() * weights).sum() / weights.sum()) ** -0.5


def without_density(phi):
    z = torch.linspace(-8, 8, 4001)
    return slopes(phi, z).square().mean() ** -0.5


def by_draws(seed):
    """The mean over 100,000 draws, with a seed of its own."""
    z = torch.randn(100_000, generator=torch.Generator().manual_seed(seed))
    return lambda phi: slopes(phi, z).square().mean() ** -0.5


RIGHT = [
    ("ex-act-one-map", 33),
    ("ex-act-one-map", torch.tensor(33)),
    ("ex-act-one-map", np.int64(30) + 3.0),
    ("ex-act-flat", FLAT),
    ("ex-act-flat", (4.59, 2.99)),
    ("ex-act-flat", (4.58, 3.0)),
    ("ex-act-flat", from_a_grid()),
    ("ex-act-flat", np.array(FLAT)),
    ("ex-act-silu", silu_derivative),
    ("ex-act-silu", lambda z: silu_derivative(z.double()).numpy()),
    ("ex-act-silu", lambda z: F.silu(z) + torch.sigmoid(z) * (1 - F.silu(z))),
    ("ex-act-silu", lambda z: torch.sigmoid(z) * (1 + z * torch.sigmoid(-z))),
    ("ex-act-silu", central_difference),
    ("ex-act-backward-gain", backward_gain),
    ("ex-act-backward-gain", lambda phi: backward_gain(phi).item()),
    ("ex-act-backward-gain", on_a_grid),
    ("ex-act-backward-gain", seeds(by_draws)),
    ("ex-act-as-sigmoid", as_sigmoid),
    ("ex-act-as-sigmoid", mirrored),
    ("ex-act-as-sigmoid", with_rows),
    ("ex-act-as-sigmoid", other_order),
    ("ex-act-as-sigmoid", lambda *params: [p.numpy() for p in with_rows(*params)]),
    ("ex-act-as-sigmoid", lambda *params: [p.numpy() for p in as_sigmoid(*params)]),
    ("ex-act-leaky-gain", leaky_gain),
    ("ex-act-leaky-gain", lambda slope: torch.nn.init.calculate_gain("leaky_relu", slope)),
    ("ex-act-leaky-gain", lambda slope: torch.tensor(2 / (1 + slope**2)).sqrt()),
    ("ex-act-leaky-gain", lambda slope: np.sqrt(2) / np.hypot(1, slope)),
]

WRONG = [
    ("ex-act-one-map", 30, "the bias is missing"),
    ("ex-act-one-map", 3253, "the number in the three layers"),
    ("ex-act-one-map", 3150, "the weights of the three layers"),
    ("ex-act-one-map", 40, "one bias, and that has a number for each output"),
    ("ex-act-one-map", 550, "the hidden units do not show"),
    ("ex-act-one-map", 34, "it is too large"),
    ("ex-act-one-map", 3, "it is too small"),
    ("ex-act-one-map", -33, "the sign is wrong"),
    ("ex-act-one-map", (10, 3), "a number is asked for"),
    ("ex-act-one-map", "33", "Leave out the quotes"),
    ("ex-act-one-map", ..., "the answer is missing"),
    ("ex-act-flat", FLAT[::-1], "the two have changed places"),
    ("ex-act-flat", [5.981, FLAT[1]], "not below a hundredth of its largest slope"),
    ("ex-act-flat", [A, math.sqrt(0.99)], "these are the outputs a"),
    ("ex-act-flat", [-z for z in FLAT], "these are the points on the left"),
    ("ex-act-flat", [FLAT[0], 2.5], "the second number is wrong"),
    ("ex-act-flat", [3.0, FLAT[1]], "the first number is wrong"),
    ("ex-act-flat", [1.0, 1.5], "neither is right"),
    ("ex-act-flat", [4.6, 3.0], "the first number is wrong, the other is right; two decimals"),
    ("ex-act-flat", [4.59, 4.59], "the second number is wrong"),
    ("ex-act-flat", [4.59, 2.29], "the second number is wrong"),
    ("ex-act-flat", [4.6, 3.1], "neither is right: where is the slope 0.01?"),
    ("ex-act-flat", [..., ...], "a row of 2 numbers is asked for"),
    ("ex-act-flat", 4.585, "this is a number, and a row of 2"),
    ("ex-act-silu", lambda z: z * torch.sigmoid(z), "this is SiLU itself"),
    ("ex-act-silu", torch.sigmoid, "the one with σ' is missing"),
    ("ex-act-silu", lambda z: silu_derivative(z) - torch.sigmoid(z), "σ itself is missing"),
    ("ex-act-silu", lambda z: torch.sigmoid(z) * torch.sigmoid(-z), "of σ alone"),
    (
        "ex-act-silu",
        lambda z: torch.sigmoid(z) * (1 + torch.sigmoid(-z)),
        "the factor z is missing in the second term",
    ),
    ("ex-act-silu", lambda z: -silu_derivative(z), "the sign is wrong"),
    ("ex-act-silu", naive_silu_derivative, "does an exponential overflow"),
    ("ex-act-silu", in_place, "z has changed"),
    ("ex-act-silu", lambda z: silu_derivative(z).sum(), "this is a number"),
    ("ex-act-silu", lambda z: 2 * torch.sigmoid(z) - silu_derivative(z), "the two terms are to be added"),
    ("ex-act-silu", lambda z: torch.sigmoid(z) + z * (1 - torch.sigmoid(z)), "a factor is missing"),
    ("ex-act-silu", lambda z: silu_derivative(1.702 * z), "entries are wrong"),
    ("ex-act-silu", torch.ones_like, "of 200 entries are wrong"),
    ("ex-act-silu", lambda z: silu_derivative(z).flatten(), "a tensor of shape (4, 5) is asked for"),
    ("ex-act-silu", lambda z: slopes(F.silu, z), "autograd is used"),
    ("ex-act-silu", lambda z: torch.func.vmap(torch.func.grad(F.silu))(z.flatten()), "autograd is used"),
    ("ex-act-silu", lambda z: None, "the function returns nothing"),
    ("ex-act-backward-gain", lambda phi: phi(drawn()).square().mean() ** -0.5, "forward pass"),
    ("ex-act-backward-gain", lambda phi: backward_gain(phi) ** 2, "the root is missing"),
    ("ex-act-backward-gain", lambda phi: 1 / backward_gain(phi), "the gain is to undo it"),
    ("ex-act-backward-gain", lambda phi: 1 / slopes(phi, drawn()).mean(), "not the square of their mean"),
    ("ex-act-backward-gain", lambda phi: 1 / slopes(phi, drawn()).std(), "and not their variance"),
    (
        "ex-act-backward-gain",
        lambda phi: (phi(drawn()).square().mean() * backward_gain(phi) ** 2) ** -1,
        "this is χ or its like",
    ),
    ("ex-act-backward-gain", lambda phi: 1.46741, "it is too small. (Tried with phi = sigmoid.)"),
    ("ex-act-backward-gain", lambda phi: backward_gain(phi) ** -2, "this is the mean square of the slopes"),
    ("ex-act-backward-gain", lambda phi: 2**0.5, "it is too "),
    ("ex-act-backward-gain", lambda phi: 2 * backward_gain(phi), "twice the right result"),
    ("ex-act-backward-gain", without_density, "it is too "),
    ("ex-act-backward-gain", lambda phi: slopes(phi, drawn()), "and a number is asked for"),
    ("ex-act-backward-gain", lambda phi: None, "the function returns nothing"),
    ("ex-act-backward-gain", 1.467, "a function is asked for"),
    ("ex-act-as-sigmoid", lambda *params: params, "as they were"),
    (
        "ex-act-as-sigmoid",
        lambda W1, b1, W2, b2: (W1, b1, 2 * W2, b2 - W2.sum(0)),
        "inner factor 2 is missing",
    ),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, b1, 2 * W2, b2 - W2.sum(0)), "b1 lacks"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, W2, b2 - W2.sum(0)), "outer factor 2"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, b2), "each hidden unit has a −1"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, b2 + W2.sum(0)), "wrong sign"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, b2 - 1), "through W2"),
    (
        "ex-act-as-sigmoid",
        lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, b2 - 2 * W2.sum(0)),
        "without the factor 2",
    ),
    (
        "ex-act-as-sigmoid",
        lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, b2 - W2.sum()),
        "each output has a sum of its own",
    ),
    (
        "ex-act-as-sigmoid",
        lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2),
        "W1, b1, W2 and b2 are asked for, in this order",
    ),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, W2.sum(1)), "b2: this is"),
    ("ex-act-as-sigmoid", changing, "W1 has changed"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: None, "the function returns nothing"),
    ("ex-act-leaky-gain", lambda slope: 2 / (1 + slope**2), "the root is missing"),
    ("ex-act-leaky-gain", lambda slope: (1 + slope**2) / 2, "the gain is 1 over its root"),
    ("ex-act-leaky-gain", lambda slope: 1 / leaky_gain(slope), "the gain is 1 over it."),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2 / (1 + slope)), "the slope is to be squared"),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2), "the negative half is missing"),
    ("ex-act-leaky-gain", lambda slope: 1 / math.sqrt(1 + slope**2), "has a factor 2 been lost?"),
    ("ex-act-leaky-gain", subtracted, "here it is subtracted"),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2 / (1 + 0.3**2)), "it is too "),
    ("ex-act-leaky-gain", lambda slope: 2 * leaky_gain(slope), "twice the right result"),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2) / (1 + slope), "it is too small"),
    ("ex-act-leaky-gain", lambda slope: None, "the function returns nothing"),
    ("ex-act-leaky-gain", math.sqrt(2), "a function is asked for"),
]


TestActivations = attempts(activations, RIGHT, WRONG, least=(3, 8))
