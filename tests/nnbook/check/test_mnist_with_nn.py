"""The checkers of "MNIST with torch.nn": right answers pass, typical wrong ones hear what is wrong."""

import ast
import functools
import math

import jupytext
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nnbook import data, train
from nnbook.check import mnist_with_nn
from torch import nn
from torch.utils.data import TensorDataset

from tests.building import ROOT
from tests.nnbook.check.attempts import attempts, seeds

CHAPTER = ROOT / "book/mnist-with-nn.md"


class Standardise(nn.Module):
    """Right; the others differ from it in one point each."""

    correction = 0

    def __init__(self, X):
        super().__init__()
        mean, std = self.moments(X)
        self.register_buffer("mean", mean)
        self.register_buffer("std", torch.where(std > 0, std, 1.0))

    def moments(self, X):
        return X.mean(0), X.std(0, correction=self.correction)

    def forward(self, X):
        return (X - self.mean) / self.std


class OfTheNew(Standardise):
    def forward(self, X):
        return (X - X.mean(0)) / X.std(0, correction=0)


class Less1(Standardise):
    correction = 1


class OnlyShift(Standardise):
    def forward(self, X):
        return X - self.mean


class AllTogether(Standardise):
    def moments(self, X):
        return X.mean(), X.std(correction=0)


class Parameters(nn.Module):
    def __init__(self, X):
        super().__init__()
        std = X.std(0, correction=0)
        self.mean = nn.Parameter(X.mean(0))
        self.std = nn.Parameter(torch.where(std > 0, std, 1.0))

    def forward(self, X):
        return (X - self.mean) / self.std


class Attributes(nn.Module):
    def __init__(self, X):
        super().__init__()
        std = X.std(0, correction=0)
        self.mean, self.std = X.mean(0), torch.where(std > 0, std, 1.0)

    def forward(self, X):
        return (X - self.mean) / self.std


class Zero(Standardise):
    def __init__(self, X):
        super().__init__(X)
        self.std = X.std(0, correction=0)


class Without(nn.Module):
    pass


def precision_recall(C):
    return C.diag() / torch.stack([C.sum(0), C.sum(1)]).clamp(min=1)


def brier(S, y):
    return (S.softmax(1) - F.one_hot(y, S.shape[1])).square().sum(1).mean()


def slope(S, y, beta):
    P = (beta * S).softmax(1)
    return ((P * S).sum(1) - S[torch.arange(len(y)), y]).mean()


def by_autograd(S, y, beta):
    b = torch.tensor(beta, requires_grad=True)
    return torch.autograd.grad(F.cross_entropy(b * S, y), b)[0]


class OneBuffer(Standardise):
    """Right: both in one tensor."""

    def __init__(self, X):
        nn.Module.__init__(self)
        mean, std = self.moments(X)
        self.register_buffer("stats", torch.stack([mean, std.where(std > 0, 1.0)]))

    def forward(self, X):
        return (X - self.stats[0]).div(self.stats[1])


class Scaled(Standardise):
    """Right: a factor in place of the deviation, and the constant column left as it is by it."""

    def __init__(self, X):
        nn.Module.__init__(self)
        var, mean = torch.var_mean(X, 0, correction=0)
        self.register_buffer("shift", -mean)
        self.register_buffer("scale", torch.where(var == 0, torch.ones_like(var), var.rsqrt()))

    def forward(self, X):
        return torch.addcmul(self.shift * self.scale, X, self.scale)


class NotInTheFile(Standardise):
    def __init__(self, X):
        nn.Module.__init__(self)
        mean, std = self.moments(X)
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("std", torch.where(std > 0, std, 1.0), persistent=False)


class HalfInTheFile(Standardise):
    def __init__(self, X):
        nn.Module.__init__(self)
        mean, std = self.moments(X)
        self.register_buffer("mean", mean)
        self.std = torch.where(std > 0, std, 1.0)


class Epsilon(Standardise):
    def forward(self, X):
        std = self.std.where(self.std != 1.0, 1e-8)
        return (X - self.mean) / std


class Threshold(Standardise):
    """A column whose deviation is small is taken for a constant one."""

    least = 0.1

    def moments(self, X):
        mean, std = super().moments(X)
        return mean, std.where(std >= self.least, 1.0)


class LowThreshold(Threshold):
    """Right: so small is only what rounding leaves."""

    least = 1e-6


class Variance(Standardise):
    def forward(self, X):
        return (X - self.mean) / self.std.square()


class Spoils(Standardise):
    def __init__(self, X):
        super().__init__(X)
        X -= self.mean


class InPlace(Standardise):
    def forward(self, X):
        X -= self.mean
        return X / self.std


class Running(Standardise):
    """A mistake: its numbers go on with what comes in."""

    def forward(self, X):
        result = (X - self.mean) / self.std
        self.mean = self.mean.lerp(X.mean(0), 0.5)
        return result


def by_differences(S, y, beta, h=1e-4):
    ahead, behind = (F.cross_entropy((beta + s) * S.double(), y) for s in (h, -h))
    return (ahead - behind) / (2 * h)


def slope_by_rows(S, y, beta):
    total = 0.0
    for row, label in zip(S.double(), y, strict=True):
        e = (beta * (row - row.max())).exp()
        total += (e @ row / e.sum() - row[label]).item()
    return total / len(y)


def validation(seed, n=1000):
    """Scores and labels as of a trained network: right in nineteen cases of twenty, and sure."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.randint(10, (n,), generator=generator)
    S = 2 * torch.randn(n, 10, generator=generator)
    sure = 9 * torch.rand(n, generator=generator)
    S[torch.arange(n), y] += sure + 2
    return S + 3 * torch.randn(n, 1, generator=generator), y


TEMPERATURES = [0.1, 0.5, 1, 2, 10]
SHARES = [1, 0.99, 0.95, 0.9, 0.8]


def measured(seed, of=lambda S, T: (S / T).softmax(1).max(1).values.mean().item()):
    """The answer to the exercise on temperatures, or what a mistake makes of it, with the scores."""
    S, _ = validation(seed)
    return [of(S, T) for T in TEMPERATURES], S


def surest(seed, by=lambda S, y: S.softmax(1).max(1).values, cut=round, n=1000):
    """The answer to the exercise on refusing, or what a mistake makes of it, with scores and labels."""
    S, y = validation(seed, n)
    right = (S.argmax(1) == y)[by(S, y).argsort(descending=True)].float()
    return [right[: cut(p * len(y))].mean().item() for p in SHARES], S, y


def mean_confidences(seed):
    confidence = validation(seed)[0].softmax(1).amax(1).sort(descending=True).values
    return [confidence[: round(p * len(confidence))].mean() for p in SHARES]


def changed(make, change):
    """The answer with its numbers changed."""

    def attempt(seed):
        numbers, *rest = make(seed)
        return change(list(numbers)), *rest

    return attempt


def swapped(i, j):
    def change(numbers):
        numbers[i], numbers[j] = numbers[j], numbers[i]
        return numbers

    return change


def f_one(C):
    P, R = precision_recall(C)
    return (2 * P * R / (P + R).clamp(min=1e-9)).expand(2, -1)


def precision_by_loops(C):
    table = torch.zeros(2, len(C))
    for k in range(len(C)):
        hits = C[k, k].item()
        for row, of in enumerate([C[:, k], C[k]]):
            table[row, k] = hits / of.sum() if of.sum() else 0
    return table


def precision_in_place(C):
    result = precision_recall(C)
    C.fill_diagonal_(0)
    return result


def brier_by_parts(S, y):
    P = S.double().softmax(1)
    return (P.square().sum(1) - 2 * P[range(len(y)), y] + 1).mean().numpy()


RIGHT = [
    ("ex-nn-checkpoint", 795_000),
    ("ex-nn-checkpoint", torch.tensor(795_000)),
    ("ex-nn-checkpoint", 795e3),
    ("ex-nn-temperature", seeds(measured)),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: torch.tensor(c).numpy().round(3)), 3)),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: dict(zip(TEMPERATURES, c, strict=True))), 3)),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (1 / (S - S.amax(1, True)).div(T).exp().sum(1)).mean()), 5),
    ),
    ("ex-nn-temperature", seeds(lambda s: (measured(s)[0], measured(s)[1].numpy()), 3)),
    ("ex-nn-temperature", seeds(lambda s: (np.array(measured(s)[0]), measured(s)[1].tolist()), 1)),
    ("ex-nn-standardise", Standardise),
    ("ex-nn-standardise", OneBuffer),
    ("ex-nn-standardise", Scaled),
    ("ex-nn-standardise", LowThreshold),
    ("ex-nn-precision", precision_recall),
    ("ex-nn-precision", lambda C: (C.diag() / torch.stack([C.sum(0), C.sum(1)])).nan_to_num(0.0)),
    ("ex-nn-precision", precision_by_loops),
    ("ex-nn-brier", brier),
    ("ex-nn-brier", lambda S, y: brier(S.double(), y).item()),
    ("ex-nn-brier", brier_by_parts),
    ("ex-nn-derivative", slope),
    ("ex-nn-derivative", slope_by_rows),
    ("ex-nn-derivative", by_differences),
    ("ex-nn-how-many", [154_272, 57_620]),
    ("ex-nn-how-many", (155_000, 58_000)),
    ("ex-nn-how-many", torch.tensor([154_272.0, 57_624.0])),
    ("ex-nn-refuse", seeds(surest)),
    ("ex-nn-refuse", seeds(lambda s: (surest(s)[0], *(t.numpy() for t in surest(s)[1:])), 5)),
    ("ex-nn-refuse", seeds(lambda seed: surest(seed, cut=int))),
    ("ex-nn-refuse", seeds(lambda seed: surest(seed, cut=math.ceil, n=333))),
    ("ex-nn-refuse", seeds(changed(surest, lambda a: torch.tensor(a).numpy().round(4)), 5)),
]

WRONG = [
    ("ex-nn-checkpoint", 397_500, "what does momentum keep"),
    ("ex-nn-checkpoint", 3 * 397_500, "Adam keeps two"),
    ("ex-nn-checkpoint", 2 * 397_510, "output layer has no bias"),
    ("ex-nn-checkpoint", 2 * 397_000, "the hidden layer's bias is missing"),
    ("ex-nn-checkpoint", 4 * 397_500, "they are not saved"),
    ("ex-nn-checkpoint", 12, "too small"),
    ("ex-nn-checkpoint", 795_001, "too large"),
    ("ex-nn-checkpoint", [397_500, 397_500], "a number is asked for"),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: [100 * x for x in c]), 3), "per cent?"),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: [0.9] * 5), 3), "its own temperature?"),
    ("ex-nn-temperature", (measured(0)[0], "S_val"), "S_val is to be the scores"),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: c[::-1]), 3), "multiplied by T?"),
    ("ex-nn-temperature", seeds(changed(measured, swapped(0, 1))), "exchanged?"),
    ("ex-nn-temperature", seeds(changed(measured, swapped(2, 3))), "exchanged?"),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (S * T).softmax(1).amax(1).mean().item())),
        "multiplied by T?",
    ),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (S.softmax(1) / T).softmax(1).amax(1).mean().item())),
        "the division comes before the softmax",
    ),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (S / T).softmax(1).amax(1).median().item())),
        "this is the median",
    ),
    (
        "ex-nn-temperature",
        seeds(
            lambda s: measured(
                s, lambda S, T: (S / T).softmax(1)[range(1000), validation(s)[1]].mean().item()
            )
        ),
        "none is a mean confidence",
    ),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (S / T).softmax(0).amax(1).mean().item())),
        "over the images",
    ),
    (
        "ex-nn-temperature",
        seeds(changed(measured, lambda c: [0.998, 0.993, 0.985, 0.95, 0.35]), 3),
        "none is a mean confidence",
    ),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: S.softmax(1).div(T).amax(1).mean().item()), 5),
        "the division comes before the softmax",
    ),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (S / T).softmax(1).amin(1).mean().item()), 5),
        "the smallest probabilities",
    ),
    (
        "ex-nn-temperature",
        seeds(lambda s: measured(s, lambda S, T: (S / T).softmax(1).mean(0).amax().item()), 5),
        "the largest of the mean probabilities",
    ),
    ("ex-nn-temperature", seeds(lambda s: (measured(s)[0], measured(s)[1].softmax(1)), 5), "before the soft"),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: [-0.1, *c[1:]]), 3), "between 0 and 1."),
    ("ex-nn-temperature", seeds(changed(measured, lambda c: c[1:]), 3), "a row of 5 numbers is asked for"),
    ("ex-nn-temperature", measured(0)[0], "confidences and S_val are asked for"),
    ("ex-nn-temperature", (measured(0)[0], validation(0)[1]), "S_val is to be the scores"),
    ("ex-nn-standardise", ..., "a class of modules is asked for"),
    ("ex-nn-standardise", Standardise(torch.randn(4, 3)), "a class of modules is asked for"),
    ("ex-nn-standardise", Without, "Standardise(X) stops with TypeError"),
    ("ex-nn-standardise", OfTheNew, "those of the new inputs"),
    ("ex-nn-standardise", Less1, "correction=0 is asked for"),
    ("ex-nn-standardise", OnlyShift, "the deviation does nothing"),
    ("ex-nn-standardise", AllTogether, "each column has its own"),
    ("ex-nn-standardise", Parameters, "an optimizer would change them"),
    ("ex-nn-standardise", Attributes, "not in the state_dict"),
    ("ex-nn-standardise", NotInTheFile, "not in the state_dict"),
    ("ex-nn-standardise", HalfInTheFile, "not in the state_dict"),
    ("ex-nn-standardise", Zero, "constant in the training inputs is to be shifted only"),
    ("ex-nn-standardise", Epsilon, "constant in the training inputs is to be shifted only"),
    ("ex-nn-standardise", Threshold, "only a deviation of 0 is replaced"),
    ("ex-nn-standardise", Variance, "divides by the variance"),
    ("ex-nn-standardise", Spoils, "changes X"),
    ("ex-nn-standardise", InPlace, "X has changed"),
    ("ex-nn-standardise", Running, "entries are wrong"),
    ("ex-nn-precision", lambda C: precision_recall(C).flip(0), "precision and recall have changed places"),
    ("ex-nn-precision", lambda C: C.diag() / torch.stack([C.sum(0), C.sum(1)]), "is 0 divided by 0?"),
    ("ex-nn-precision", lambda C: C.diag() / C.sum(1).expand(2, -1).clamp(min=1), "both rows are the recall"),
    (
        "ex-nn-precision",
        lambda C: C.diag() / C.sum(0).expand(2, -1).clamp(min=1),
        "both rows are the precision",
    ),
    ("ex-nn-precision", lambda C: (C.diag() / C.sum()).expand(2, -1), "shares of all images"),
    ("ex-nn-precision", f_one, "a mean of the two"),
    ("ex-nn-precision", lambda C: C.diag().expand(2, -1), "counts of hits"),
    ("ex-nn-precision", lambda C: 1 - precision_recall(C), "one minus"),
    ("ex-nn-precision", lambda C: 100 * precision_recall(C), "in per cent?"),
    (
        "ex-nn-precision",
        lambda C: (C.diag() / torch.stack([C.sum(0), C.sum(1)])).nan_to_num(1.0),
        "and not 1",
    ),
    ("ex-nn-precision", lambda C: precision_recall(C).T, "this is a tensor of shape (10, 2)"),
    ("ex-nn-precision", lambda C: C.diag() / torch.stack([C.sum(0), C.sum(1)]).clamp(min=2), "entries are"),
    ("ex-nn-precision", lambda C: precision_recall(C[:10, :10]), "of shape (2, 10)"),
    ("ex-nn-precision", precision_in_place, "C has changed"),
    ("ex-nn-precision", lambda C: None, "returns nothing"),
    ("ex-nn-precision", 0.5, "a function is asked for"),
    ("ex-nn-brier", lambda S, y: brier(S, y) / S.shape[1], "the mean over the classes too"),
    ("ex-nn-brier", lambda S, y: brier(S, y) / 2, "half the right result"),
    ("ex-nn-brier", lambda S, y: S.softmax(1).square().sum(1).mean(), "the squares of the probabilities"),
    ("ex-nn-brier", lambda S, y: 2 * (S.argmax(1) != y).float().mean(), "the class named"),
    ("ex-nn-brier", F.cross_entropy, "it is too"),
    (
        "ex-nn-brier",
        lambda S, y: (S.softmax(0) - F.one_hot(y, S.shape[1])).square().sum(1).mean(),
        "over the images",
    ),
    (
        "ex-nn-brier",
        lambda S, y: (S.exp() / S.exp().sum(1, True) - F.one_hot(y, S.shape[1])).square().sum(1).mean(),
        "does an exponential overflow?",
    ),
    (
        "ex-nn-brier",
        lambda S, y: (S.softmax(1)[torch.arange(len(y)), y] - 1).square().mean(),
        "the others count too",
    ),
    (
        "ex-nn-brier",
        lambda S, y: (S - F.one_hot(y, S.shape[1])).square().sum(1).mean(),
        "not turned into probabilities",
    ),
    (
        "ex-nn-brier",
        lambda S, y: (S.softmax(1) - F.one_hot(y, S.shape[1])).norm(dim=1).mean(),
        "the root is not asked for",
    ),
    (
        "ex-nn-brier",
        lambda S, y: (S.softmax(1) - F.one_hot(y, S.shape[1])).abs().sum(1).mean(),
        "squares are asked for",
    ),
    ("ex-nn-brier", lambda S, y: len(y) * brier(S, y), "a sum where a mean is asked for"),
    ("ex-nn-derivative", by_autograd, "autograd is used"),
    ("ex-nn-derivative", lambda S, y, beta: -slope(S, y, beta), "the sign is wrong"),
    ("ex-nn-derivative", lambda S, y, beta: -slope(S, y, beta) * beta**2, "that is the derivative by T"),
    ("ex-nn-derivative", lambda S, y, beta: slope(S, y, 1.0), "the probabilities are those at β = 1"),
    ("ex-nn-derivative", lambda S, y, beta: slope(S, y, 1 / beta), "multiplied by it, not divided"),
    ("ex-nn-derivative", lambda S, y, beta: len(y) * slope(S, y, beta), "a sum where a mean is asked for"),
    ("ex-nn-derivative", lambda S, y, beta: slope(S, y, 0.0), "equal weights here"),
    (
        "ex-nn-derivative",
        lambda S, y, beta: ((beta * S).softmax(1) * S).sum(1).mean(),
        "the part of the right class is missing",
    ),
    (
        "ex-nn-derivative",
        lambda S, y, beta: -S[torch.arange(len(y)), y].mean(),
        "the part with all classes is missing",
    ),
    ("ex-nn-derivative", lambda S, y, beta: F.cross_entropy(beta * S, y), "that is the loss"),
    ("ex-nn-derivative", lambda S, y, beta: beta * slope(S, y, beta), "multiplied by β once too often"),
    ("ex-nn-how-many", [57_620, 154_272], "changed places"),
    ("ex-nn-how-many", [77_136, 57_620], "one network alone"),
    ("ex-nn-how-many", [78_710, 29_398], "1.96 should be squared"),
    ("ex-nn-how-many", [40_159, 15_000], "1.96 is missing"),
    ("ex-nn-how-many", [393, 240], "these are roots"),
    ("ex-nn-how-many", [154_272, 864], "how many is that of all?"),
    ("ex-nn-how-many", 154_272, "a row of 2 numbers is asked for"),
    ("ex-nn-how-many", [154_272, 154_272], "entries are wrong"),
    ("ex-nn-how-many", [-154_272, -57_620], "is positive"),
    ("ex-nn-refuse", seeds(changed(surest, lambda a: [100 * x for x in a]), 3), "per cent?"),
    ("ex-nn-refuse", seeds(changed(surest, lambda a: a[::-1]), 3), "in the wrong order"),
    ("ex-nn-refuse", seeds(changed(surest, swapped(0, 4))), "exchanged?"),
    ("ex-nn-refuse", seeds(changed(surest, lambda a: a[:1] * 5), 3), "its own share of the images?"),
    ("ex-nn-refuse", seeds(changed(surest, lambda a: [1 - x for x in a]), 5), "the shares of mistakes"),
    (
        "ex-nn-refuse",
        seeds(lambda s: (mean_confidences(s), *validation(s)), 5),
        "these are mean confidences",
    ),
    (
        "ex-nn-refuse",
        seeds(changed(surest, lambda a: [0.5, 0.6, 0.7, 0.8, 0.9]), 3),
        "none is the accuracy on its share",
    ),
    ("ex-nn-refuse", seeds(lambda s: (surest(s)[0], surest(s)[1].softmax(1), surest(s)[2]), 5), "before the"),
    ("ex-nn-refuse", seeds(changed(surest, lambda a: [0.979, 0.985, 0.996, 0.999, 1.0]), 3), "none is the"),
    (
        "ex-nn-refuse",
        seeds(lambda s: surest(s, lambda S, y: -S.softmax(1).amax(1))),
        "the surest are refused",
    ),
    ("ex-nn-refuse", seeds(lambda s: surest(s, lambda S, y: S.amax(1))), "sorted by the largest score"),
    (
        "ex-nn-refuse",
        seeds(lambda s: surest(s, lambda S, y: -torch.arange(len(y)))),
        "the images are not sorted",
    ),
    (
        "ex-nn-refuse",
        seeds(lambda s: surest(s, lambda S, y: S.softmax(1)[range(len(y)), y])),
        "which nobody knows in use",
    ),
    (
        "ex-nn-refuse",
        seeds(
            changed(surest, lambda a: [x * p for x, p in zip(a, [1, 0.99, 0.95, 0.9, 0.8], strict=True)]), 5
        ),
        "divide by the number of those answered",
    ),
    ("ex-nn-refuse", surest(0)[:2], "answered, S_val and y_val are asked for"),
    ("ex-nn-refuse", (*surest(0)[:2], validation(1)[1]), "belong together?"),
]


TestMnistWithNn = attempts(mnist_with_nn, RIGHT, WRONG, least=(3, 8))


# The chapter's functions


@functools.cache
def chapter_functions() -> dict:
    """The functions of the chapter's text, each as it is first written, by name."""
    names, found = {"torch": torch, "F": F, "math": math}, {}
    for cell in jupytext.read(CHAPTER).cells:
        if cell.cell_type == "code" and "\ndef " in f"\n{cell.source}" and "check(" not in cell.source:
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef) and node.name not in found:
                    exec(ast.unparse(node), names)
                    found[node.name] = names[node.name]
    return found


@pytest.mark.parametrize("batch_size", [1, 7, 50])
@pytest.mark.parametrize("mode", [True, False])
def test_the_chapter_evaluates_as_the_package_does(batch_size, mode):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 4)).train(mode)
    batches = data.batches(TensorDataset(torch.randn(50, 3), torch.arange(50) % 4), batch_size, shuffle=False)
    assert chapter_functions()["evaluate"](model, batches) == train.evaluate(model, batches)
    assert model.training is mode


@pytest.mark.parametrize(("a", "b"), [(0, 0), (1, 7), (7, 1), (5, 5), (3, 0), (40, 60)])
def test_the_sign_test_counts_what_is_at_least_as_uneven(a, b):
    n = a + b
    as_uneven = sum(math.comb(n, k) for k in range(n + 1) if abs(2 * k - n) >= abs(a - b))
    assert chapter_functions()["sign_test"](a, b) == pytest.approx(as_uneven / 2**n)


def test_the_calibration_error_is_that_of_its_bins():
    generator = torch.Generator().manual_seed(0)
    S, y = 2 * torch.randn(500, 10, generator=generator), torch.randint(10, (500,), generator=generator)
    confidence, y_hat = S.softmax(1).max(1)
    want = 0.0
    for b in range(10):
        inside = (b / 10 <= confidence) & (confidence < (b + 1) / 10)
        if inside.any():
            off = (y_hat == y)[inside].float().mean() - confidence[inside].mean()
            want += (inside.float().mean() * off.abs()).item()
    assert chapter_functions()["ece"](S, y) == pytest.approx(want, rel=1e-4)
