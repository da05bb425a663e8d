"""The checkers of the chapter "Multilayer perceptrons"."""

import functools
import statistics
from collections.abc import Callable

import torch

from nnbook.check.compare import (
    Case,
    as_counts,
    compare_parts,
    match,
    read_dict,
    read_named,
    require_function,
    try_on_all,
)
from nnbook.check.medians import TOLERANCE, median_meant
from nnbook.check.relu_networks import (
    interpolated,
    layers_of,
    places_of,
    relu_network,
    slips,
    tent,
    through,
)
from nnbook.check.verdict import Wrong, checker
from nnbook.check.wave_networks import middle_epochs, with_adam, with_one_batch, with_sgd


@checker("ex-mlp-count")
def count(attempt) -> str:
    """1–10–5–1: 20 + 55 + 6 numbers in six tensors."""
    got = as_counts(read_named(attempt, ["parameters", "tensors"]), what="a number of parameters or tensors")
    mistakes = {
        "parameters": {
            "the biases are missing.": 1 * 10 + 10 * 5 + 5 * 1,
            "the last layer has a bias too.": 80,
            "the inputs have no bias: they are given, not computed.": 82,
            "that is the number of parameters of 1–5–1.": 16,
            "these are inputs and units; the parameters are the lines between them, and the biases.": 17,
            "that is the network 784–32–64–128–64–10 of the text.": 44_458,
        },
        "tensors": {
            "each layer has two tensors, W and b.": 3,
            "activations and the input have no tensors of parameters.": 4,
            "activations have no parameters.": 5,
            "the input has no parameters.": 8,
            "that is the network of the text, which has five layers.": 10,
        },
    }
    compare_parts(got, {"parameters": 81, "tensors": 6}, mistakes)
    return "20, 55 and 6 numbers, in three pairs of W and b."


@checker("ex-mlp-epochs")
def epochs(attempt) -> str:
    """How many of twenty leaky networks are above 0.01, before and after 250 more epochs.

    To train them again takes too long, and the last digit of their numbers is not the same everywhere.
    """
    got = read_named(attempt, ["before", "after"])
    if 0 < max(got.values()) < 1:
        raise Wrong("these are losses or shares; counts of networks are asked for.")
    if max(got.values()) > 20:
        raise Wrong("there are only twenty networks: are epochs counted too?")
    as_counts(got)
    if min(got.values()) > 12:
        raise Wrong("most networks get below 0.01: are those below counted?")
    before, after = got.values()
    if before == 0:
        raise Wrong(
            "after the first 500 epochs some networks are above 0.01: which row of the history is it?"
        )
    if before > 7:
        raise Wrong("after 500 epochs fewer are above 0.01: is it the last row of the history?")
    if before == 1:
        raise Wrong("after 500 epochs more are left than that: do the networks have 500 epochs behind them?")
    if after > before:
        raise Wrong("more training should not send networks back: do they go on from where they were?")
    if before - after > 2 or after == 0:
        raise Wrong("hardly any comes down in the last 250 epochs: are there 250, from where they were?")
    return "more time sends none back, and brings down hardly any."


def losses(values: dict) -> dict:
    """The values, if they can be losses of trained networks."""
    if not all(0 < value < 1 for value in values.values()):
        raise Wrong("a mean squared error of these networks is a positive number below 1.")
    return values


def mean(losses: torch.Tensor) -> float:
    """The mean over the networks."""
    return losses.mean().item()


@checker("ex-mlp-sgd")
def sgd(attempt) -> str:
    """Median losses of 1–5–1 tanh after 150 epochs: Adam, SGD at 0.01 and at 0.1, measured again."""
    got = losses(read_dict(attempt, ["adam", 0.01, 0.1]))
    adam, (slow, fast) = with_adam(150), with_sgd(150)

    def answer(of: Callable) -> dict:
        return {"adam": of(adam[-1]), 0.01: of(slow), 0.1: of(fast)}

    median = median_meant(got, answer)
    if median:
        want, leaky = answer(median), with_sgd(150, "leaky")
        mistakes = {
            "are 0.01 and 0.1 exchanged?": want | {0.01: want[0.1], 0.1: want[0.01]},
            "these are means over the networks; the medians are asked for.": answer(mean),
            "with SGD these are means over the networks; the medians are asked for.": {
                0.01: mean(slow),
                0.1: mean(fast),
            },
            "with SGD the networks are to be tanh networks, and these are leaky ones.": {
                0.01: median(leaky[0]),
                0.1: median(leaky[1]),
            },
            "these are the losses of the network of seed 0; the medians are asked for.": answer(
                lambda losses: losses[0].item()
            ),
            "is Adam's the loss after epoch 150, which is row 149 of its history?": {
                0.01: want[0.01],
                0.1: want[0.1],
            },
        }
        if max(got[0.01], got[0.1]) < want[0.1] / 2:
            raise Wrong("SGD should be slower at both rates: does it begin with new networks?")
        match(got, want, mistakes, **TOLERANCE)
    return "at the same rate Adam is far ahead."


@checker("ex-mlp-batch")
def batch(attempt) -> str:
    """Median losses: batches of 64 after 50 epochs; one batch after 50 and after 800; measured again."""
    names = ["batches of 64", "one batch, 50 epochs", "one batch, 800 epochs"]
    got = losses(read_named(attempt, names))
    mini, (after_50, after_800) = with_adam(150)[49], with_one_batch()

    def answer(of: Callable) -> dict:
        return dict(zip(names, map(of, (mini, after_50, after_800)), strict=True))

    median = median_meant(got, answer)
    if median:
        want, leaky = answer(median), median(with_adam(50, "leaky")[49])
        mistakes = {
            "these are means over the networks; the medians are asked for.": answer(mean),
            "the first is that of the leaky networks.": want | {names[0]: leaky},
            "are the first two exchanged?": dict(
                zip(names, [want[names[k]] for k in (1, 0, 2)], strict=True)
            ),
            "are the last two exchanged?": dict(zip(names, [want[names[k]] for k in (0, 2, 1)], strict=True)),
            "is the first the loss after epoch 50, which is row 49 of its history?": {
                name: want[name] for name in names[1:]
            },
            "is the second that after 50 steps, which is row 49?": want | {names[1]: got[names[1]]},
            "is the third that after 800 steps, the last row?": want | {names[2]: got[names[2]]},
        }
        match(got, want, mistakes, **TOLERANCE)
    return "behind after as many epochs, ahead after as many steps."


@checker("ex-mlp-interpolate")
def interpolate(attempt) -> str:
    """The ReLU network through given points, against `np.interp`."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for m in [5, 1, 12]:
        gaps, values = torch.rand(2, m + 1, generator=generator, dtype=torch.float64)
        knots, values = (gaps + 0.2).cumsum(0) - 1, 2 * values - 1
        cases.append(Case({"knots": knots, "values": values}, *interpolated(knots, values)))
    require_function(attempt, cases[0].inputs)

    @functools.wraps(attempt)
    def network(knots, values):
        result = attempt(knots, values)
        if result is None or result is ...:
            return result
        return relu_network(result, places_of(knots), len(knots) - 1)

    try_on_all(network, cases)
    return "it agrees with np.interp, for 1, 5 and 12 pieces."


@checker("ex-mlp-folds")
def folds(attempt) -> str:
    """D hidden layers of two ReLU units that compute the D-fold tent."""
    x = torch.linspace(0, 1, 1001, dtype=torch.float64)[:, None]
    require_function(attempt, {"D": 1})

    @functools.wraps(attempt)
    def network(D):
        result = attempt(D)
        return result if result is None or result is ... else through(layers_of(result, D), x)

    try_on_all(network, [Case({"D": depth}, tent(x, depth), slips(x, depth)) for depth in [1, 2, 6]])
    return "it is the tent, once, twice and six times in a row."


@checker("ex-mlp-corner")
def corner(attempt) -> str:
    """P(0 ≤ −b/w ≤ a) for w and b uniform on [−1, 1]: a/4, and 1/2 − 1/(4a) for a > 1."""
    cases = []
    for a in [0.3, 0.8, 1.0, 2.7, 40.0]:
        want = a / 4 if a <= 1 else 0.5 - 1 / (4 * a)
        mistakes = {
            "for a above 1 it is another formula: a probability of more than a half cannot be.": a / 4,
            "this holds for a above 1; for a below 1 the area is another.": 0.5 - 1 / (4 * a),
            "the signs of w and b have to differ as well.": 2 * want,
            "that is the probability that it is outside.": 1 - want,
            "that is as if −b/w were uniform on [0, 1]; large corners are rarer than small ones.": min(
                a, 1.0
            ),
            "both formulas are right, and they are exchanged.": a / 4 if a > 1 else 0.5 - 1 / (4 * a),
            "that is the probability for [−a, a]; only one side is asked for.": 2 * want,
        }
        cases.append(Case({"a": a}, want, mistakes))
    try_on_all(attempt, cases)
    return "a/4 as long as a ≤ 1, and never more than a half."


@checker("ex-mlp-faster")
def faster(attempt) -> str:
    """Median epochs to 0.01 of 1–27–1, 1–5–5–1, and 1–5–1 with inputs on [−3, 3], measured again."""
    got = read_dict(attempt, ["wide", "narrow", "scaled"])
    if any(value < 1 for value in got.values()):
        raise Wrong("numbers of epochs are asked for, and one is below 1: are these losses?")
    if any(value > 101 for value in got.values()):
        raise Wrong("more epochs than were run: are steps counted, or the epochs of all networks together?")
    if any(value == 101 for value in got.values()):
        raise Wrong("101 says that half the networks never got there: were they trained for 100 epochs?")
    middles = {
        "wide": middle_epochs((1, 27, 1)),
        "narrow": middle_epochs((1, 5, 5, 1)),
        "scaled": middle_epochs((1, 5, 1), -3.0, 3.0),
    }
    wants = [{name: of(pair) for name, pair in middles.items()} for of in (min, statistics.mean)]
    if any(all(got[name] == want[name] - 1 for name in want) for want in wants):
        raise Wrong("each is one too small: after the first epoch 1 is the number of epochs, and not 0.")
    if any(all(got[name] == want[name] + 1 for name in want) for want in wants):
        raise Wrong("each is one too large: count the epochs up to the first loss that is low enough.")
    if any(all(abs(got[name] - want[name]) <= 1 for name in want) for want in wants):
        return "now write down what they show, and what they do not."
    want = max(wants, key=lambda want: len({*want.values()} & {*got.values()}))
    texts = {
        "the inputs begin at 0, and they are to begin at −3.": (0.0, 3.0),
        "the inputs are rescaled to [−1, 1], and not to [−3, 3].": (-1.0, 1.0),
        "the inputs are as they were: does the layer in front reach the network?": (0.0, 1.0),
    }
    mistakes = {}
    for text, ends in texts.items():
        tenth, eleventh = middle_epochs((1, 5, 1), *ends)
        mistakes[text] = want | {"scaled": tenth if want is wants[0] else (tenth + eleventh) / 2}
    match(got, want, mistakes, rtol=0, atol=1)
    return ""
