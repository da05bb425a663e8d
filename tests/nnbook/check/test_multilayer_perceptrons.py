"""The checkers of "Multilayer perceptrons": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
from nnbook.check import multilayer_perceptrons

from tests.nnbook.check.attempts import attempts


def interpolate(knots, values):
    slopes = values.diff() / knots.diff()
    changes = slopes.diff(prepend=torch.zeros_like(slopes[:1]))
    return torch.ones(1, len(slopes), dtype=knots.dtype), -knots[:-1], changes[:, None], values[:1]


def with_scaled_units(knots, values):
    """Another right answer: unit j computes twice the other's, and half of it is taken."""
    W1, b1, W2, b2 = interpolate(knots, values)
    return 2 * W1, 2 * b1, W2 / 2, b2[0]


def from_the_right(knots, values):
    """Another right answer: units that are on at the left of their places."""
    turned = interpolate(-knots.flip(0), values.flip(0))
    return -turned[0], *turned[1:]


def interpolate_with(**changed):
    """An interpolation of which some of the four parameters are other functions of the four."""

    def attempt(knots, values):
        parts = dict(zip(["W1", "b1", "W2", "b2"], interpolate(knots, values), strict=True))
        return [
            changed[name](knots, values, parts) if name in changed else part for name, part in parts.items()
        ]

    return attempt


def in_place(knots, values):
    result = tuple(tensor.clone() for tensor in interpolate(knots, values))
    values -= values[0].clone()
    return result


def folds(D, out=(2.0, -4.0), shift=-0.5):
    into, out, b = torch.ones(1, 2), torch.tensor(out)[:, None], torch.tensor([0.0, shift])
    return [(into, b)] + [(out @ into, b)] * (D - 1) + [(out, torch.zeros(1))]


def folds_in_numpy(D):
    return [(W.numpy(), b.tolist()) for W, b in folds(D)]


def idle_layer(D):
    """The layers between the first and the last pass on what they get."""
    first, *between, last = folds(D)
    return [first, *[(torch.eye(2), torch.zeros(2)) for _ in between], last]


def wide_tent(D):
    """The tent with three units a layer."""
    return (
        [(torch.ones(1, 3), torch.zeros(3))]
        + [(torch.ones(3, 3), torch.zeros(3))] * (D - 1)
        + [(torch.ones(3, 1), torch.zeros(1))]
    )


def corner_inside(a):
    return a / 4 if a <= 1 else 0.5 - 1 / (4 * a)


SGD = {"adam": 0.0036, 0.01: 0.071, 0.1: 0.059}
BATCH = [0.0252, 0.0712, 0.002]
FASTER = {"wide": 63, "narrow": 35, "scaled": 7}

RIGHT = [
    ("ex-mlp-count", (81, 6)),
    ("ex-mlp-count", [81, torch.tensor(6)]),
    ("ex-mlp-count", np.array([81, 6])),
    ("ex-mlp-epochs", (4, 2)),
    ("ex-mlp-epochs", (torch.tensor(7), torch.tensor(5))),
    ("ex-mlp-epochs", torch.tensor([4, 4])),
    ("ex-mlp-sgd", SGD),
    ("ex-mlp-sgd", {key: torch.tensor(value) for key, value in SGD.items()}),
    ("ex-mlp-sgd", {"adam": 0.00304, 0.01: 0.07071, 0.1: 0.05122}),  # of other seeds
    ("ex-mlp-batch", BATCH),
    ("ex-mlp-batch", torch.tensor([0.0458, 0.0713, 0.0033])),  # of other seeds
    ("ex-mlp-batch", [0.0478, 0.0715, 0.0151]),
    ("ex-mlp-interpolate", interpolate),
    ("ex-mlp-interpolate", with_scaled_units),
    ("ex-mlp-interpolate", from_the_right),
    ("ex-mlp-interpolate", lambda knots, values: [p.numpy() for p in interpolate(knots, values)]),
    ("ex-mlp-folds", folds),
    ("ex-mlp-folds", folds_in_numpy),
    ("ex-mlp-corner", corner_inside),
    ("ex-mlp-corner", lambda a: torch.tensor(corner_inside(a))),
    ("ex-mlp-corner", lambda a: min(a, 1) ** 2 / (4 * a) + max(0, a - 1) / (2 * a)),
    ("ex-mlp-faster", FASTER),
    ("ex-mlp-faster", {"wide": torch.tensor(62), "narrow": torch.tensor(30), "scaled": torch.tensor(7)}),
]

WRONG = [
    ("ex-mlp-count", (..., ...), "a number is missing, and 2 are asked for"),
    ("ex-mlp-count", 81, "a row of 2 numbers is asked for"),
    ("ex-mlp-count", (65, 6), "the number of parameters: the biases are missing."),
    ("ex-mlp-count", (80, 6), "the last layer has a bias too"),
    ("ex-mlp-count", (82, 6), "the inputs have no bias"),
    ("ex-mlp-count", (16, 4), "that is the number of parameters of 1–5–1"),
    ("ex-mlp-count", (90, 6), "the number of parameters: it is too large"),
    ("ex-mlp-count", (6, 81), "the parameters come first"),
    ("ex-mlp-count", (81, 3), "the number of tensors: each layer has two tensors"),
    ("ex-mlp-count", (81, 4), "activations and the input have no tensors"),
    ("ex-mlp-count", (81, 5), "the number of tensors: it is too small"),
    ("ex-mlp-epochs", (..., ...), "a number is missing"),
    ("ex-mlp-epochs", (0.0028, 0.0024), "counts of networks are asked for"),
    ("ex-mlp-epochs", (4.5, 2), "a count is a whole number"),
    ("ex-mlp-epochs", (4, -2), "a count is a whole number"),
    ("ex-mlp-epochs", (5218, 2), "there are only twenty networks"),
    ("ex-mlp-epochs", (16, 18), "are those below counted?"),
    ("ex-mlp-epochs", (0, 0), "which row of the history"),
    ("ex-mlp-epochs", (4, 6), "do they go on from where they were?"),
    ("ex-mlp-sgd", {"adam": 0.0022}, "a dictionary with the keys 'adam', 0.01 and 0.1"),
    ("ex-mlp-sgd", [0.0022, 0.071, 0.0442], "a dictionary with the keys"),
    ("ex-mlp-sgd", {**SGD, 0.1: -0.04}, "a positive number below 1"),
    ("ex-mlp-sgd", {**SGD, 0.1: 44.2}, "a positive number below 1"),
    ("ex-mlp-sgd", {**SGD, 0.1: 0.071}, "two are equal"),
    ("ex-mlp-sgd", {**SGD, 0.01: 0.0442, 0.1: 0.071}, "are the two exchanged?"),
    ("ex-mlp-sgd", {**SGD, "adam": 0.104}, "is it the row of epoch 150?"),
    ("ex-mlp-sgd", {**SGD, "adam": 0.0013}, "is it the row of epoch 150?"),
    ("ex-mlp-sgd", {**SGD, 0.01: 0.0013, 0.1: 0.0012}, "SGD at 0.01 should be slower"),
    ("ex-mlp-sgd", {**SGD, 0.1: 0.0012}, "SGD at 0.1 should be slower"),
    ("ex-mlp-batch", [], "this is an empty list, and a row of 3 numbers is asked for"),
    ("ex-mlp-batch", [0.0252, 0.002, 0.0712], "are the two exchanged?"),
    ("ex-mlp-batch", [0.0712, 0.0252, 0.002], "are the first two exchanged?"),
    ("ex-mlp-batch", [0.0252, 0.0251, 0.002], "are the networks new?"),
    ("ex-mlp-batch", [0.0712, 0.0653, 0.002], "should be behind 800"),
    ("ex-mlp-batch", [0.0252, 0.0712, 0.05], "is it the last row, and Adam at 0.01?"),
    ("ex-mlp-batch", [0.0013, 0.0712, 0.002], "is it row 49 of its history?"),
    ("ex-mlp-batch", [25.2, 71.2, 2.0], "a positive number below 1"),
    ("ex-mlp-interpolate", lambda knots, values: None, "the function returns nothing"),
    ("ex-mlp-interpolate", lambda knots, values: values, "the four parameters W1, b1, W2, b2 are asked for"),
    (
        "ex-mlp-interpolate",
        lambda knots, values: interpolate(knots, values)[:3],
        "and this is a tuple of length 3",
    ),
    (
        "ex-mlp-interpolate",
        interpolate_with(W2=lambda k, v, p: p["W2"].T),
        "W2 is a tensor of shape (1, 5), and a tensor of shape (5, 1) is asked for",
    ),
    ("ex-mlp-interpolate", interpolate_with(b1=lambda k, v, p: -k), "b1 is a tensor of shape (6,)"),
    ("ex-mlp-interpolate", interpolate_with(b2=lambda k, v, p: "0"), "b2 is a str"),
    (
        "ex-mlp-interpolate",
        interpolate_with(W2=lambda k, v, p: (v.diff() / k.diff())[:, None]),
        "W2 holds the slopes; what a unit adds",
    ),
    ("ex-mlp-interpolate", interpolate_with(b2=lambda k, v, p: 0 * v[:1]), "b2 is the first value"),
    ("ex-mlp-interpolate", interpolate_with(b1=lambda k, v, p: k[:-1]), "what is the sign of b1?"),
    (
        "ex-mlp-interpolate",
        interpolate_with(W2=lambda k, v, p: torch.cat([0 * p["W2"][:1], p["W2"][1:]])),
        "the unit of the first piece is missing",
    ),
    (
        "ex-mlp-interpolate",
        interpolate_with(W2=lambda k, v, p: v.diff().diff(prepend=torch.zeros(1).double())[:, None]),
        "a slope is divided by the length of its piece",
    ),
    ("ex-mlp-interpolate", interpolate_with(b1=lambda k, v, p: -k[1:]), "entries are wrong"),
    (
        "ex-mlp-interpolate",
        lambda knots: interpolate(knots, knots),
        "the function is to take (knots, values)",
    ),
    ("ex-mlp-interpolate", lambda knots, values: 1 / 0, "the function stops with ZeroDivisionError"),
    ("ex-mlp-interpolate", in_place, "knots or values have changed"),
    ("ex-mlp-interpolate", interpolate(torch.arange(3.0), torch.rand(3)), "a function is asked for"),
    ("ex-mlp-folds", lambda D: None, "a list of pairs (W, b) is asked for, and this is nothing"),
    ("ex-mlp-folds", lambda D: [W for W, b in folds(D)], "a list of pairs (W, b) is asked for"),
    (
        "ex-mlp-folds",
        lambda D: folds(D)[:-1],
        "2 pairs are asked for, one for each hidden layer and the last one, and this is a list of length 1.",
    ),
    ("ex-mlp-folds", lambda D: [(W.T, b) for W, b in folds(D)], "W of layer 1 is a tensor of shape (2, 1)"),
    ("ex-mlp-folds", lambda D: [(W.T, b) for W, b in folds(D)], "Is it turned round?"),
    ("ex-mlp-folds", lambda D: [(W, b[:1]) for W, b in folds(D)], "b of layer 1 is a tensor of shape (1,)"),
    (
        "ex-mlp-folds",
        lambda D: [(W.T, b) if W.shape == (2, 2) else (W, b) for W, b in folds(D)],
        "is turned round. (Tried with D = 2.)",
    ),
    (
        "ex-mlp-folds",
        lambda D: [folds(D)[0], *[(W, 0 * b) for W, b in folds(D)[1:]]],
        "need a b as well. (Tried with D = 2.)",
    ),
    ("ex-mlp-folds", wide_tent, "W of layer 1 is a tensor of shape (1, 3)"),
    ("ex-mlp-folds", lambda D: folds(D, shift=0.5), "entries are wrong"),
    ("ex-mlp-folds", lambda D: [*folds(D)[:-1], (2 * folds(D)[-1][0], torch.zeros(1))], "twice the"),
    (
        "ex-mlp-folds",
        lambda D: [*folds(D)[:-2], (torch.ones(len(folds(D)[-2][0]), 2) * 0, torch.zeros(2)), folds(D)[-1]],
        "zero throughout",
    ),
    ("ex-mlp-folds", idle_layer, "that is one fold too few. (Tried with D = 2.)"),
    ("ex-mlp-folds", lambda: folds(3), "the function is to take (D)"),
    ("ex-mlp-corner", lambda a: None, "the function returns nothing"),
    ("ex-mlp-corner", lambda a: a / 4, "for a above 1 it is another formula"),
    ("ex-mlp-corner", lambda a: 0.5 - 1 / (4 * a), "this holds for a above 1"),
    ("ex-mlp-corner", lambda a: 2 * corner_inside(a), "the signs of w and b have to differ as well"),
    ("ex-mlp-corner", lambda a: 1 / 4, "it is too large"),
    ("ex-mlp-corner", lambda a: 1 - corner_inside(a), "the probability that it is outside"),
    ("ex-mlp-corner", lambda a: min(a, 1), "as if −b/w were uniform"),
    ("ex-mlp-corner", lambda a: 100 * corner_inside(a), "is it in per cent?"),
    ("ex-mlp-corner", lambda a: corner_inside(a) / 2, "it is half the right result"),
    ("ex-mlp-corner", 0.25, "a function is asked for"),
    ("ex-mlp-faster", {}, "a dictionary with the keys 'wide', 'narrow' and 'scaled'"),
    ("ex-mlp-faster", {"wide": 0.004, "narrow": 0.0003, "scaled": 0.0002}, "are these losses?"),
    ("ex-mlp-faster", {**FASTER, "wide": 63 * 16}, "are steps counted"),
    ("ex-mlp-faster", {**FASTER, "wide": 101}, "were they trained for 100 epochs?"),
    ("ex-mlp-faster", dict.fromkeys(FASTER, 63), "all are equal"),
    ("ex-mlp-faster", {**FASTER, "scaled": 66}, "inputs on [−3, 3] should be the fastest"),
    ("ex-mlp-faster", {**FASTER, "wide": 30, "narrow": 63}, "are the two exchanged?"),
]


TestMultilayerPerceptrons = attempts(multilayer_perceptrons, RIGHT, WRONG)
