"""The checkers of the chapter "MNIST with torch.nn"."""

import torch
import torch.nn.functional as F
from torch import nn

from nnbook.check.compare import (
    as_tensor,
    call,
    compare,
    describe,
    first_line,
    require_function,
    tried_with,
    try_on,
)
from nnbook.check.mnist_from_scratch import examples
from nnbook.check.verdict import Wrong, checker


def shares(attempt, like: torch.Tensor) -> torch.Tensor:
    """The entries of an attempt, of the shape of `like`, as shares."""
    got = as_tensor(attempt, like)
    if ((got > 1) & (got <= 100)).any() and (got >= 0).all():
        raise Wrong("shares between 0 and 1 are asked for; are these per cent?")
    if not ((got >= 0) & (got <= 1)).all():
        raise Wrong("shares between 0 and 1 are asked for.")
    return got


@checker("ex-nn-checkpoint")
def checkpoint(attempt) -> str:
    """784–500–10 without the last bias, twice: parameters and momentum."""
    n = 784 * 500 + 500 + 500 * 10
    mistakes = {
        "those are the parameters; what does momentum keep for each of them?": n,
        "momentum keeps one number for each parameter, and not two (Adam keeps two).": 3 * n,
        "this chapter's output layer has no bias.": 2 * (n + 10),
        "the hidden layer's bias is missing.": 2 * (n - 500),
        "the gradients are forgotten before each step, so they are not saved.": 4 * n,
    }
    compare(attempt, torch.tensor(2 * n), {text: torch.tensor(n) for text, n in mistakes.items()}, rtol=1e-7)
    return "each parameter has its running sum beside it."


@checker("ex-nn-temperature")
def temperature(attempt) -> str:
    """The mean confidence at five temperatures."""
    got = shares(attempt, torch.zeros(5))
    if len(got.unique()) == 1:
        raise Wrong("all are equal: is the mean that of the confidence, or of the answers that are right?")
    if (got.diff() > 0).all():
        raise Wrong("in this order the confidence should fall: are the scores multiplied by T?")
    if (got.diff() > 1e-6).any():
        raise Wrong("the confidence should fall from each temperature to the next: are they in order?")
    if got[-1] < 0.1:
        raise Wrong("the largest of ten probabilities is never below 0.1: are these the largest ones?")
    if got[0] < 0.98 or got[-1] > 0.7:
        raise Wrong("the ends should be further apart: are the scores divided before the softmax?")
    return "cold is sure, hot is not, and the answers are the same."


@checker("ex-nn-standardise")
def standardise(attempt) -> str:
    """A module with two buffers that standardises by the inputs that it was made from."""
    if not (isinstance(attempt, type) and issubclass(attempt, nn.Module)):
        raise Wrong(f"a class of modules is asked for, and this is {describe(attempt)}.")
    generator = torch.Generator().manual_seed(0)
    X = 3 + 2 * torch.randn(40, 5, generator=generator)
    X[:, 2] = 7.0
    new = torch.randn(6, 5, generator=generator)
    mean, std = X.mean(0), X.std(0, correction=0)
    std[2] = 1.0
    module = made(attempt, X)
    mistakes = {
        "mean and deviation are those of the new inputs; use those of the training inputs.": (
            (new - new.mean(0)) / new.std(0, correction=0)
        ),
        "the deviation has n − 1 in it; correction=0 is asked for.": (
            (new - mean) / torch.where(std == 1, 1.0, X.std(0))
        ),
        "the mean is taken off, and the deviation does nothing.": new - mean,
        "nothing is shifted.": new / std,
        "mean and deviation are those of all columns together; each column has its own.": (
            (new - X.mean()) / X.std(correction=0)
        ),
        "it divides by the variance.": (new - mean) / std.square(),
    }
    try_on(module, {"X": new}, (new - mean) / std, mistakes=mistakes, batch=len(new))
    if list(module.parameters()):
        raise Wrong("mean and deviation are parameters here, and an optimizer would change them.")
    state = module.state_dict()
    if len(state) < 2:
        raise Wrong("the results are right, but mean and deviation are not in the state_dict.")
    other = made(attempt, torch.randn(9, 5, generator=generator))
    other.load_state_dict(state)
    if not torch.allclose(other(new), module(new)):
        raise Wrong("a module that has loaded the state_dict should give the same results.")
    return "it keeps its numbers, in the file too, and no optimizer finds them."


def made(module: type, X: torch.Tensor) -> nn.Module:
    """The reader's module, made from X; what goes wrong is told in a sentence."""
    try:
        return module(X)
    except Exception as error:
        raise Wrong(f"Standardise(X) stops with {first_line(error)}.") from None


@checker("ex-nn-precision")
def precision_recall(attempt) -> str:
    """Precision and recall of each class of a table of confusions."""
    generator = torch.Generator().manual_seed(0)
    for K in [10, 3]:
        C = torch.randint(1, 20, (K, K), generator=generator) + 50 * torch.eye(K, dtype=torch.int64)
        tables = [C, C.clone(), C.clone()]
        tables[1][:, 1] = 0  # a class that is never named
        tables[2][0] = 0  # a class without images
        for table in tables:
            hits, named, true = table.diag(), table.sum(0), table.sum(1)
            want = torch.stack([hits / named.clamp(min=1), hits / true.clamp(min=1)])
            mistakes = {
                "precision and recall have changed places.": want.flip(0),
                "these are shares of all images.": (hits / table.sum()).expand(2, K),
                "both rows are the recall.": want[1].expand(2, K),
                "both rows are the precision.": want[0].expand(2, K),
            }
            with tried_with({"C": table}):
                refuse_nan(attempt, table)
            try_on(attempt, {"C": table}, want, mistakes=mistakes)
    return "and a class that is never named does not break it."


def refuse_nan(attempt, C: torch.Tensor) -> None:
    """Raise `Wrong` if a share of the attempt's is 0/0."""
    require_function(attempt, {"C": C})
    got = call(attempt, {"C": C.clone()})
    if torch.is_tensor(got) and got.isnan().any():
        raise Wrong("0/0 should give 0: what if a class is never named, or has no image?")


@checker("ex-nn-brier")
def brier(attempt) -> str:
    """The mean over the images of the summed squares, for two numbers of classes."""
    for n, K in [(64, 10), (1, 10), (32, 3)]:
        S, y = examples(n, seed=K)
        S, y = S[:, :K], y % K
        P, right = S.softmax(1), F.one_hot(y, K)
        squares = (P - right).square()
        mistakes = {
            "it is the mean over the classes too; their squares are summed.": squares.mean(),
            "only the right class has a square here; the others count too.": (
                squares[torch.arange(n), y].mean()
            ),
            "the scores are not turned into probabilities.": (S - right).square().sum(1).mean(),
            "the root is not asked for.": squares.sum(1).sqrt().mean(),
            "these are absolute differences; squares are asked for.": (P - right).abs().sum(1).mean(),
        }
        try_on(attempt, {"S": S, "y": y}, squares.sum(1).mean(), mistakes=mistakes, batch=n)
    return "for 64 images, for one, and for three classes."


@checker("ex-nn-derivative")
def derivative(attempt) -> str:
    """dL/dβ of the cross-entropy of βS, against autograd."""
    for n, beta in [(40, 0.4), (40, 1.0), (1, 2.0)]:
        S, y = examples(n)
        b = torch.tensor(beta, requires_grad=True)
        (want,) = torch.autograd.grad(F.cross_entropy(b * S, y), b)
        s_y, P = S[torch.arange(n), y], (beta * S).softmax(1)
        expected = (P * S).sum(1)
        mistakes = {
            "that is the derivative by T; by β = 1/T is asked for.": -want * beta**2,
            "the probabilities are those at β = 1.": ((S.softmax(1) * S).sum(1) - s_y).mean(),
            "the part of the right class is missing.": expected.mean(),
            "the part with all classes is missing.": -s_y.mean(),
            "that is the loss; its derivative is asked for.": F.cross_entropy(beta * S, y),
            "the scores are multiplied by β once too often.": beta * want,
        }
        try_on(attempt, {"S": S, "y": y, "beta": beta}, want, mistakes=mistakes, batch=n)
    return "it agrees with autograd at three temperatures."


@checker("ex-nn-how-many")
def how_many(attempt) -> str:
    """Test images to tell 98.0 from 97.9 %, unpaired and paired."""
    right = 1.96**2 / 0.001**2 * torch.tensor([0.98 * 0.02 + 0.979 * 0.021, 0.015])
    mistakes = {
        "the first is for one network alone; the variances of two shares add up.": right
        / torch.tensor([2, 1]),
        "the two have changed places.": right.flip(0),
        "1.96 should be squared.": right / 1.96,
        "1.96 is missing: the difference should be as many standard deviations.": right / 1.96**2,
        "these are roots: n is under the root in the standard deviation.": right.sqrt(),
        "the second is the number of images on which they differ; how many is that of all?": (
            right * torch.tensor([1, 0.015])
        ),
    }
    compare(attempt, right, mistakes, rtol=0.05)
    return "a thousandth is hard to see."


@checker("ex-nn-refuse")
def refuse(attempt) -> str:
    """The accuracy on the surest 100, 99, 95, 90 and 80 % of the validation images."""
    got = shares(attempt, torch.zeros(5))
    if got[0] < 0.85:
        raise Wrong("on all images the accuracy should be the chapter's.")
    if got[-1] < got[0]:
        raise Wrong("the accuracy should rise: are the least sure images refused, or the surest?")
    if (got.diff() < -0.002).any():
        raise Wrong("the accuracy should not fall on the way: do confidence and answers stay together?")
    if got[-1] - got[0] < 0.005:
        raise Wrong("it should rise by more: is it the confidence by which the images are sorted?")
    return "the mistakes are among the unsure. Now say where this ends."
