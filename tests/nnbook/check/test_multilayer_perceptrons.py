"""The checkers of "Multilayer perceptrons": right answers pass, typical wrong ones hear what is wrong."""

import functools
import statistics
from itertools import pairwise

import numpy as np
import torch
from nnbook import data, toy
from nnbook.check import multilayer_perceptrons
from torch import nn
from torch.nn import functional as F
from torch.utils.data import TensorDataset

from tests.nnbook.check.attempts import attempts, seeds

X, Y = (
    toy.min_max(column, *ends) for column, ends in zip(toy.waves(1000), [(0, 1), (-0.5, 0.5)], strict=True)
)


@functools.cache
def passes(n_epochs, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return [list(data.batches(TensorDataset(X, Y), 64)) for _ in range(n_epochs)]


@functools.cache
def history(sizes, n_epochs, *, phi=torch.tanh, optimizer="adam", lr=0.01, low=0, high=1, seed=0):
    """The losses of twenty networks, trained by torch.optim, after each epoch; inputs from low to high."""
    networks = []
    with torch.random.fork_rng():
        for first in range(20):
            torch.manual_seed(first)
            layers = [nn.Linear(*widths) for widths in pairwise(sizes)]
            networks.append([p for layer in layers for p in (layer.weight.T, layer.bias[None])])
    params = [torch.stack(same).detach().requires_grad_() for same in zip(*networks, strict=True)]
    make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[optimizer]
    opt, found = make(params, lr, fused=True), []

    def losses(X, y):
        A = low + (high - low) * X
        for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
            A = phi(A @ W + b)
        return (A @ params[-2] + params[-1] - y).square().mean((1, 2))

    for batches in passes(n_epochs, seed) if n_epochs != 800 else [[(X, Y)]] * 800:
        for X_B, y_B in batches:
            opt.zero_grad()
            losses(X_B, y_B).sum().backward()
            opt.step()
        found.append(losses(X, Y).detach())
    return torch.stack(found)


def median(losses):
    return losses.median().item()


def numpy_median(losses):
    """The mean of the two middle ones."""
    return float(np.median(losses.numpy()))


def mean(losses):
    return losses.mean().item()


def sgd_medians(of=median, row=149, **sgd):
    sgds = {lr: history((1, 5, 1), 150, optimizer="sgd", lr=lr, **sgd)[-1] for lr in (0.01, 0.1)}
    return {"adam": of(history((1, 5, 1), 150)[row])} | {lr: of(last) for lr, last in sgds.items()}


def batch_medians(of=median, rows=(49, 49, 799)):
    mini, whole = history((1, 5, 1), 150), history((1, 5, 1), 800)
    return [of(mini[rows[0]]), of(whole[rows[1]]), of(whole[rows[2]])]


def epochs_to(history):
    return 1 + (history.cummin(0).values >= 0.01).sum(0)


def faster(of=median, low=-3, high=3, sizes=((1, 27, 1), (1, 5, 5, 1))):
    found = [epochs_to(history(shape, 100)) for shape in sizes]
    found.append(epochs_to(history((1, 5, 1), 100, low=low, high=high)))
    return dict(zip(["wide", "narrow", "scaled"], (of(n.double()) for n in found), strict=True))


def later(function, turn=lambda answer: answer, **how):
    """An attempt that is measured when the test runs."""
    return seeds(lambda seed: turn(function(**how)), 1)


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


def other_factors(D):
    """Right, with the factors of the tent elsewhere: units 2x and 4x − 2, and 1, −1 behind them."""
    into, b, out = torch.tensor([[2.0, 4.0]]), torch.tensor([0.0, -2.0]), torch.tensor([[1.0], [-1.0]])
    return [(into, b)] + [(out @ into, b)] * (D - 1) + [(out, torch.zeros(1))]


def folds_of_one_less(D):
    """Right, by 1 − t: units that begin at the other end."""
    into, b, out = torch.tensor([[-1.0, -1.0]]), torch.tensor([1.0, 0.5]), torch.tensor([[2.0], [-4.0]])
    return [(into, b)] + [(out @ into, b)] * (D - 1) + [(out, torch.zeros(1))]


def in_float64(knots, values):
    """Right, unit by unit in a loop."""
    W2, slope = [], 0.0
    for j in range(len(knots) - 1):
        new = float((values[j + 1] - values[j]) / (knots[j + 1] - knots[j]))
        W2, slope = [*W2, [new - slope]], new
    return torch.ones(1, len(W2)), -knots[:-1], torch.tensor(W2, dtype=torch.float64), values[0]


def by_counting(a):
    """A right answer from the area, added up in narrow strips."""
    u = (torch.arange(400_000, dtype=torch.float64) + 0.5) / 400_000
    return 0.5 * (a * u).clamp(max=1).mean()


RIGHT = [
    ("ex-mlp-count", (81, 6)),
    ("ex-mlp-count", [81, torch.tensor(6)]),
    ("ex-mlp-count", np.array([81, 6])),
    ("ex-mlp-epochs", (4, 4)),
    ("ex-mlp-epochs", (torch.tensor(5), torch.tensor(4))),
    ("ex-mlp-epochs", torch.tensor([4, 3])),
    ("ex-mlp-epochs", np.array([4, 4])),
    ("ex-mlp-sgd", later(sgd_medians)),
    ("ex-mlp-sgd", later(sgd_medians, lambda found: {key: torch.tensor(v) for key, v in found.items()})),
    ("ex-mlp-sgd", later(sgd_medians, lambda found: {key: round(v, 4) for key, v in found.items()})),
    ("ex-mlp-sgd", later(sgd_medians, of=numpy_median)),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {"adam": median(history((1, 5, 1), 150)[-1])})),
    (
        "ex-mlp-sgd",
        later(sgd_medians, lambda m: m | {"adam": median(history((1, 5, 1), 150)[-1])}, of=numpy_median),
    ),
    ("ex-mlp-batch", later(batch_medians, of=numpy_median)),
    ("ex-mlp-batch", later(batch_medians)),
    ("ex-mlp-batch", later(batch_medians, torch.tensor)),
    ("ex-mlp-batch", later(batch_medians, lambda found: tuple(round(value, 4) for value in found))),
    ("ex-mlp-interpolate", interpolate),
    ("ex-mlp-interpolate", with_scaled_units),
    ("ex-mlp-interpolate", from_the_right),
    ("ex-mlp-interpolate", lambda knots, values: [p.numpy() for p in interpolate(knots, values)]),
    ("ex-mlp-folds", folds),
    ("ex-mlp-folds", folds_in_numpy),
    ("ex-mlp-folds", other_factors),
    ("ex-mlp-folds", folds_of_one_less),
    ("ex-mlp-interpolate", in_float64),
    ("ex-mlp-corner", by_counting),
    ("ex-mlp-corner", corner_inside),
    ("ex-mlp-corner", lambda a: torch.tensor(corner_inside(a))),
    ("ex-mlp-corner", lambda a: min(a, 1) ** 2 / (4 * a) + max(0, a - 1) / (2 * a)),
    ("ex-mlp-faster", later(faster)),
    ("ex-mlp-faster", later(faster, of=numpy_median)),
    ("ex-mlp-faster", later(faster, of=lambda n: statistics.median(n.tolist()))),
    ("ex-mlp-faster", later(faster, lambda found: {key: torch.tensor(n) for key, n in found.items()})),
    ("ex-mlp-faster", later(faster, lambda found: {key: int(n) for key, n in found.items()})),
]

WRONG = [
    ("ex-mlp-count", (..., ...), "parameters: the answer is missing"),
    ("ex-mlp-count", 81, "a row of 2 numbers is asked for"),
    ("ex-mlp-count", (65, 6), "parameters: the biases are missing."),
    ("ex-mlp-count", (80, 6), "the last layer has a bias too"),
    ("ex-mlp-count", (82, 6), "the inputs have no bias"),
    ("ex-mlp-count", (16, 4), "that is the number of parameters of 1–5–1"),
    ("ex-mlp-count", (90, 6), "parameters: it is too large"),
    ("ex-mlp-count", (6, 81), "parameters and tensors have changed places"),
    ("ex-mlp-count", (81, 3), "tensors: each layer has two tensors"),
    ("ex-mlp-count", (81, 4), "activations and the input have no tensors"),
    ("ex-mlp-count", (81, 5), "tensors: activations have no parameters"),
    ("ex-mlp-epochs", (..., ...), "the answer is missing"),
    ("ex-mlp-epochs", (0.0028, 0.0024), "counts of networks are asked for"),
    ("ex-mlp-epochs", (0.2, 0.2), "counts of networks are asked for"),
    ("ex-mlp-epochs", (4.5, 2), "a count is a whole number"),
    ("ex-mlp-epochs", (4, -2), "a count is a whole number"),
    ("ex-mlp-epochs", (5218, 2), "there are only twenty networks"),
    ("ex-mlp-epochs", (16, 16), "are those below counted?"),
    ("ex-mlp-epochs", (15, 15), "are those below counted?"),
    ("ex-mlp-epochs", (0, 0), "which row of the history"),
    ("ex-mlp-epochs", (4, 6), "do they go on from where they were?"),
    ("ex-mlp-epochs", (9, 0), "is it the last row of the history?"),
    ("ex-mlp-epochs", (13, 4), "is it the last row of the history?"),  # row 99
    ("ex-mlp-epochs", (12, 4), "is it the last row of the history?"),  # row 199
    ("ex-mlp-epochs", (9, 4), "is it the last row of the history?"),  # row 299
    ("ex-mlp-epochs", (4, 0), "hardly any comes down in the last 250 epochs"),
    ("ex-mlp-epochs", (1, 1), "more are left than that"),
    ("ex-mlp-sgd", {"adam": 0.0022}, "0.01 is missing"),
    ("ex-mlp-sgd", [0.0022, 0.071, 0.0442], "a dictionary with the keys"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {0.1: -m[0.1]}), "a positive number below 1"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {0.1: 44.2}), "a positive number below 1"),
    ("ex-mlp-sgd", {"adam": 0.06, 0.01: 0.06, 0.1: 0.06}, "all are equal"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {0.01: m[0.1], 0.1: m[0.01]}), "exchanged?"),
    (
        "ex-mlp-sgd",
        later(sgd_medians, lambda m: m | {"adam": m[0.1], 0.1: m["adam"]}),
        "'adam' and 0.1 exchanged?",
    ),
    ("ex-mlp-sgd", later(sgd_medians, row=148), "row 149"),
    ("ex-mlp-sgd", later(sgd_medians, row=99), "row 149"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {"adam": 0.0013}), "row 149"),  # of epoch 500
    ("ex-mlp-sgd", later(sgd_medians, of=mean), "these are means over the networks"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | sgd_means()), "with SGD these are means"),
    ("ex-mlp-sgd", later(sgd_medians, phi=F.leaky_relu), "these are leaky ones"),
    ("ex-mlp-sgd", later(sgd_medians, of=lambda losses: losses[0].item()), "of the network of seed 0"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {0.01: 0.0013, 0.1: 0.0012}), "begin with new networks?"),
    ("ex-mlp-sgd", {"adam": 0.0036, 0.01: 0.07, 0.1: 0.05}, "none of the numbers is what a run gives"),
    ("ex-mlp-sgd", later(sgd_medians, lambda m: m | {0.1: 0.0541}), "the number for 0.1 is off"),
    (
        "ex-mlp-sgd",
        later(sgd_medians, lambda m: m | {0.01: m[0.1], 0.1: m[0.01]}, of=numpy_median),
        "0.01 and 0.1 exchanged?",
    ),
    ("ex-mlp-batch", later(batch_medians, lambda m: [m[0], m[2], m[1]], of=numpy_median), "last two exch"),
    ("ex-mlp-batch", [], "this is an empty list, and a row of 3 numbers is asked for"),
    ("ex-mlp-batch", later(batch_medians, lambda m: [m[0], m[2], m[1]]), "are the last two exchanged?"),
    ("ex-mlp-batch", later(batch_medians, lambda m: [m[1], m[0], m[2]]), "are the first two exchanged?"),
    ("ex-mlp-batch", later(batch_medians, lambda m: [m[2], m[1], m[0]]), "exchanged?"),
    ("ex-mlp-batch", later(batch_medians, of=mean), "these are means over the networks"),
    ("ex-mlp-batch", later(batch_medians, lambda m: [leaky_after(50), *m[1:]]), "that of the leaky networks"),
    ("ex-mlp-batch", later(batch_medians, rows=(50, 49, 799)), "which is row 49 of its history?"),
    ("ex-mlp-batch", later(batch_medians, rows=(149, 49, 799)), "after epoch 50, which is row 49"),
    ("ex-mlp-batch", later(batch_medians, rows=(49, 149, 799)), "is the second that after 50 steps"),
    ("ex-mlp-batch", later(batch_medians, rows=(49, 49, 399)), "is the third that after 800 steps"),
    ("ex-mlp-batch", [0.05, 0.05, 0.05], "all are equal"),
    ("ex-mlp-batch", [0.03, 0.065, 0.004], "none of the numbers is what a run gives"),
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
    ("ex-mlp-interpolate", interpolate_with(b1=lambda k, v, p: -k[1:]), "bend one place too late"),
    (
        "ex-mlp-interpolate",
        lambda knots: interpolate(knots, knots),
        "the function is to take (knots, values)",
    ),
    ("ex-mlp-interpolate", lambda knots, values: 1 / 0, "the function stops with ZeroDivisionError"),
    ("ex-mlp-interpolate", in_place, "but values has changed"),
    ("ex-mlp-interpolate", interpolate(torch.arange(3.0), torch.rand(3)), "a function is asked for"),
    ("ex-mlp-folds", lambda D: None, "the function returns nothing"),
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
    ("ex-mlp-folds", lambda D: folds(max(D - 1, 1)), "3 pairs are asked for"),
    ("ex-mlp-folds", idle_layer, "that is the tent once, at every depth. (Tried with D = 2.)"),
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
    ("ex-mlp-faster", later(faster, lambda m: m | {"wide": m["wide"] * 16}), "are steps counted"),
    ("ex-mlp-faster", later(faster, lambda m: m | {"wide": 101}), "were they trained for 100 epochs?"),
    ("ex-mlp-faster", {"wide": 63, "narrow": 63, "scaled": 63}, "all are equal"),
    ("ex-mlp-faster", {"wide": 3, "narrow": 2, "scaled": 1}, "none of the numbers is what a run gives"),
    ("ex-mlp-faster", later(faster, lambda m: m | {"wide": m["narrow"], "narrow": m["wide"]}), "exchanged?"),
    ("ex-mlp-faster", later(faster, lambda m: m | {"scaled": m["wide"], "wide": m["scaled"]}), "exchanged?"),
    ("ex-mlp-faster", later(faster, lambda m: {k: n - 1 for k, n in m.items()}), "each is one too small"),
    ("ex-mlp-faster", later(faster, lambda m: {k: n + 1 for k, n in m.items()}), "each is one too large"),
    (
        "ex-mlp-faster",
        later(faster, lambda m: {k: n - 1 for k, n in m.items()}, of=numpy_median),
        "each is one too small",
    ),
    (
        "ex-mlp-faster",
        later(faster, lambda m: m | {"wide": m["narrow"], "narrow": m["wide"]}, of=numpy_median),
        "exchanged?",
    ),
    ("ex-mlp-faster", later(faster, low=-1, high=1, of=numpy_median), "rescaled to [−1, 1]"),
    ("ex-mlp-faster", later(faster, of=mean), "the number for 'wide' is off"),
    ("ex-mlp-faster", later(faster, low=0), "the inputs begin at 0"),
    ("ex-mlp-faster", later(faster, low=0, high=6), "the inputs begin at 0"),
    ("ex-mlp-faster", later(faster, low=-1, high=1), "rescaled to [−1, 1]"),
    ("ex-mlp-faster", later(faster, low=0, high=1), "the inputs are as they were"),
    ("ex-mlp-faster", later(faster, sizes=((1, 27, 1), (1, 10, 5, 1))), "the number for 'narrow' is off"),
    ("ex-mlp-faster", later(faster, sizes=((1, 5, 1), (1, 5, 5, 1))), "the number for 'wide' is off"),
    ("ex-mlp-count", (44_458, 10), "the network 784–32–64–128–64–10 of the text"),
    ("ex-mlp-count", (17, 6), "these are inputs and units"),
    ("ex-mlp-count", (81, 8), "the input has no parameters"),
]


def sgd_means():
    return {lr: mean(history((1, 5, 1), 150, optimizer="sgd", lr=lr)[-1]) for lr in (0.01, 0.1)}


def leaky_after(n_epochs):
    return median(history((1, 5, 1), n_epochs, phi=F.leaky_relu)[-1])


TestMultilayerPerceptrons = attempts(multilayer_perceptrons, RIGHT, WRONG, least=(3, 8))
