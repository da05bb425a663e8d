"""The checkers of "MNIST with torch.nn": right answers pass, typical wrong ones hear what is wrong."""

import ast
import functools
import math

import jupytext
import pytest
import torch
import torch.nn.functional as F
from nnbook import data, train
from nnbook.check import mnist_with_nn
from torch import nn
from torch.utils.data import TensorDataset

from tests.building import ROOT
from tests.nnbook.check.attempts import attempts

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


CONFIDENCES = [0.998, 0.993, 0.985, 0.95, 0.35]
ANSWERED = [0.979, 0.985, 0.996, 0.999, 1.0]

RIGHT = [
    ("ex-nn-checkpoint", 795_000),
    ("ex-nn-checkpoint", torch.tensor(795_000)),
    ("ex-nn-temperature", CONFIDENCES),
    ("ex-nn-temperature", [1.0, 0.98, 0.919, 0.7, 0.19]),  # of the subset
    ("ex-nn-standardise", Standardise),
    ("ex-nn-precision", precision_recall),
    ("ex-nn-brier", brier),
    ("ex-nn-brier", lambda S, y: brier(S.double(), y).item()),
    ("ex-nn-derivative", slope),
    ("ex-nn-derivative", by_autograd),
    ("ex-nn-how-many", [154_272, 57_620]),
    ("ex-nn-how-many", (155_000, 58_000)),
    ("ex-nn-refuse", ANSWERED),
    ("ex-nn-refuse", [0.9339, 0.9424, 0.9621, 0.98, 0.9925]),  # of the subset
]

WRONG = [
    ("ex-nn-checkpoint", 397_500, "what does momentum keep"),
    ("ex-nn-checkpoint", 3 * 397_500, "Adam keeps two"),
    ("ex-nn-checkpoint", 2 * 397_510, "output layer has no bias"),
    ("ex-nn-checkpoint", 2 * 397_000, "the hidden layer's bias is missing"),
    ("ex-nn-checkpoint", 4 * 397_500, "they are not saved"),
    ("ex-nn-checkpoint", 12, "too small"),
    ("ex-nn-temperature", [100 * c for c in CONFIDENCES], "per cent?"),
    ("ex-nn-temperature", [0.9] * 5, "all are equal"),
    ("ex-nn-temperature", CONFIDENCES[::-1], "multiplied by T"),
    ("ex-nn-temperature", [0.99, 0.998, 0.985, 0.95, 0.35], "in order"),
    ("ex-nn-temperature", [0.99, 0.98, 0.95, 0.5, 0.05], "never below 0.1"),
    ("ex-nn-temperature", [0.99, 0.98, 0.97, 0.96, 0.95], "further apart"),
    ("ex-nn-temperature", CONFIDENCES[1:], "a row of 5 numbers is asked for"),
    ("ex-nn-temperature", [-0.1, *CONFIDENCES[1:]], "shares between 0 and 1 are asked for."),
    ("ex-nn-standardise", ..., "a class of modules is asked for"),
    ("ex-nn-standardise", Standardise(torch.randn(4, 3)), "a class of modules is asked for"),
    ("ex-nn-standardise", Without, "Standardise(X) stops with TypeError"),
    ("ex-nn-standardise", OfTheNew, "those of the new inputs"),
    ("ex-nn-standardise", Less1, "correction=0 is asked for"),
    ("ex-nn-standardise", OnlyShift, "the deviation does nothing"),
    ("ex-nn-standardise", AllTogether, "each column has its own"),
    ("ex-nn-standardise", Parameters, "an optimizer would change them"),
    ("ex-nn-standardise", Attributes, "not in the state_dict"),
    ("ex-nn-standardise", Zero, "holds nan or inf"),
    ("ex-nn-precision", lambda C: precision_recall(C).flip(0), "precision and recall have changed places"),
    ("ex-nn-precision", lambda C: C.diag() / torch.stack([C.sum(0), C.sum(1)]), "0/0 should give 0"),
    ("ex-nn-precision", lambda C: C.diag() / C.sum(1).expand(2, -1).clamp(min=1), "both rows are the recall"),
    (
        "ex-nn-precision",
        lambda C: C.diag() / C.sum(0).expand(2, -1).clamp(min=1),
        "both rows are the precision",
    ),
    ("ex-nn-precision", lambda C: (C.diag() / C.sum()).expand(2, -1), "shares of all images"),
    ("ex-nn-precision", lambda C: None, "returns nothing"),
    ("ex-nn-precision", 0.5, "a function is asked for"),
    ("ex-nn-brier", lambda S, y: brier(S, y) / S.shape[1], "the mean over the classes too"),
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
    ("ex-nn-derivative", lambda S, y, beta: -slope(S, y, beta), "the sign is wrong"),
    ("ex-nn-derivative", lambda S, y, beta: -slope(S, y, beta) * beta**2, "that is the derivative by T"),
    ("ex-nn-derivative", lambda S, y, beta: slope(S, y, 1.0), "the probabilities are those at β = 1"),
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
    ("ex-nn-refuse", [100 * a for a in ANSWERED], "per cent?"),
    ("ex-nn-refuse", ANSWERED[::-1], "refused, or the surest?"),
    ("ex-nn-refuse", [0.5, *ANSWERED[1:]], "the chapter's"),
    ("ex-nn-refuse", [0.979, 0.9, 0.99, 0.99, 0.99], "should not fall on the way"),
    ("ex-nn-refuse", [0.979] * 5, "rise by more"),
]


TestMnistWithNn = attempts(mnist_with_nn, RIGHT, WRONG)


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
