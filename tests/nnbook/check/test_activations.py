"""The checkers of "Activations": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import torch
from nnbook.check import activations

from tests.nnbook.check.attempts import attempts

A = (1 + math.sqrt(0.96)) / 2
FLAT = [math.log(A / (1 - A)), math.atanh(math.sqrt(0.99))]
DEAD = [0, 0, 0, 0, 1, 0, 0, 1, 0, 0]


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


RIGHT = [
    ("ex-act-one-map", 33),
    ("ex-act-one-map", torch.tensor(33)),
    ("ex-act-flat", FLAT),
    ("ex-act-flat", (4.59, 2.99)),
    ("ex-act-flat", np.array(FLAT)),
    ("ex-act-centre", DEAD),
    ("ex-act-centre", torch.tensor(DEAD)),
    ("ex-act-centre", torch.tensor(DEAD)[:, None, None]),
    ("ex-act-centre", np.array(DEAD)),
    ("ex-act-silu", silu_derivative),
    ("ex-act-silu", lambda z: silu_derivative(z.double()).numpy()),
    ("ex-act-backward-gain", backward_gain),
    ("ex-act-backward-gain", lambda phi: backward_gain(phi).item()),
    ("ex-act-as-sigmoid", as_sigmoid),
    ("ex-act-as-sigmoid", mirrored),
    ("ex-act-as-sigmoid", with_rows),
    ("ex-act-as-sigmoid", lambda *params: [p.numpy() for p in with_rows(*params)]),
    ("ex-act-as-sigmoid", lambda *params: [p.numpy() for p in as_sigmoid(*params)]),
    ("ex-act-leaky-gain", leaky_gain),
    ("ex-act-leaky-gain", lambda slope: torch.nn.init.calculate_gain("leaky_relu", slope)),
    ("ex-act-deep-sigmoid", 10),
    ("ex-act-deep-sigmoid", torch.tensor(10.5)),
]

WRONG = [
    ("ex-act-one-map", 30, "the bias is missing"),
    ("ex-act-one-map", 3253, "the number in the three layers"),
    ("ex-act-one-map", 3150, "the weights of the three layers"),
    ("ex-act-one-map", 40, "one bias, and that has a number for each output"),
    ("ex-act-one-map", 550, "the hidden units do not show"),
    ("ex-act-one-map", 34, "it is too large"),
    ("ex-act-one-map", ..., "the answer is missing"),
    ("ex-act-flat", FLAT[::-1], "the two have changed places"),
    ("ex-act-flat", [5.981, FLAT[1]], "not below a hundredth of its largest slope"),
    ("ex-act-flat", [A, math.sqrt(0.99)], "these are the outputs a"),
    ("ex-act-flat", [-z for z in FLAT], "these are the points on the left"),
    ("ex-act-flat", [FLAT[0], 2.5], "the second number is wrong"),
    ("ex-act-flat", [3.0, FLAT[1]], "the first number is wrong"),
    ("ex-act-flat", [1.0, 1.5], "entries are wrong"),
    ("ex-act-flat", [..., ...], "a row of 2 numbers is asked for"),
    ("ex-act-flat", 4.585, "this is a number, and a row of 2"),
    ("ex-act-centre", [50] * 8 + [42, 49], "so many are dead in the chapter's run"),
    ("ex-act-centre", [13, 16, 14, 10, 13, 20, 14, 9, 12, 16], "do both the training and the count"),
    ("ex-act-centre", [0.0] * 9 + [0.02], "these are not whole numbers"),
    ("ex-act-centre", [0] * 9 + [500], "a count is from 0 to 50"),
    ("ex-act-centre", [0] * 9 + [-1], "a count is from 0 to 50"),
    ("ex-act-centre", [0, 1], "a list of length 2"),
    ("ex-act-centre", [], "an empty list"),
    ("ex-act-silu", lambda z: z * torch.sigmoid(z), "this is SiLU itself"),
    ("ex-act-silu", torch.sigmoid, "the one with σ' is missing"),
    ("ex-act-silu", lambda z: silu_derivative(z) - torch.sigmoid(z), "σ itself is missing"),
    ("ex-act-silu", lambda z: silu_derivative(z) / z * 0 + slopes(torch.sigmoid, z), "of σ alone"),
    (
        "ex-act-silu",
        lambda z: torch.sigmoid(z) + slopes(torch.sigmoid, z),
        "the factor z is missing in the second term",
    ),
    ("ex-act-silu", lambda z: -silu_derivative(z), "the sign is wrong"),
    ("ex-act-silu", naive_silu_derivative, "does an exponential overflow"),
    ("ex-act-silu", in_place, "z has changed"),
    ("ex-act-silu", lambda z: silu_derivative(z).sum(), "this is a number"),
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
    ("ex-act-backward-gain", lambda phi: 1.46741, "it is too small. (Tried with sigmoid.)"),
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
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2), "four parameters"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: (2 * W1, 2 * b1, 2 * W2, W2.sum(1)), "b2: this is"),
    ("ex-act-as-sigmoid", changing, "a parameter that was given has changed"),
    ("ex-act-as-sigmoid", lambda W1, b1, W2, b2: None, "the function returns nothing"),
    ("ex-act-leaky-gain", lambda slope: 2 / (1 + slope**2), "the root is missing"),
    ("ex-act-leaky-gain", lambda slope: (1 + slope**2) / 2, "the gain is 1 over its root"),
    ("ex-act-leaky-gain", lambda slope: 1 / leaky_gain(slope), "the gain is 1 over it."),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2 / (1 + slope)), "the slope is to be squared"),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2), "the negative half is missing"),
    ("ex-act-leaky-gain", lambda slope: 1 / math.sqrt(1 + slope**2), "has a factor 2 been lost?"),
    ("ex-act-leaky-gain", lambda slope: math.sqrt(2 / abs(1 - slope**2)), "here it is subtracted"),
    ("ex-act-deep-sigmoid", 1, "still shrinks"),
    ("ex-act-deep-sigmoid", 1.846, "still shrinks"),
    ("ex-act-deep-sigmoid", 20, "grows"),
    ("ex-act-deep-sigmoid", -10, "a gain is a positive number"),
    ("ex-act-deep-sigmoid", math.nan, "a gain is a positive number"),
    ("ex-act-deep-sigmoid", ..., "the answer is missing"),
]


TestActivations = attempts(activations, RIGHT, WRONG)
