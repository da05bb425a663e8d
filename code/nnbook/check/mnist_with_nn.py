"""The checkers of the chapter "MNIST with torch.nn"."""

import torch
import torch.nn.functional as F
from torch import nn

from nnbook.check.compare import (
    Case,
    as_shares,
    as_tensor,
    compare,
    describe,
    match,
    parts,
    read_named,
    recognise,
    try_on_all,
    without_autograd,
)
from nnbook.check.confidence import (
    ANSWERED,
    TEMPERATURES,
    answered,
    mean_confidences,
    mistaken_answered,
    mistaken_confidences,
    scores_of,
    surest_first,
)
from nnbook.check.mnist_from_scratch import examples
from nnbook.check.standardising import check_results, load_into, made
from nnbook.check.verdict import Wrong, checker


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
    """The mean confidence at five temperatures, against the reader's own scores."""
    given = parts(attempt, ["confidences", "S_val"])
    S = scores_of(given["S_val"])
    got, near = read_named(given["confidences"], TEMPERATURES), {"rtol": 1e-3, "atol": 6e-4}
    want, mistakes = mean_confidences(S), mistaken_confidences(S)
    if max(got.values()) > 1:
        recognise(got, mistakes, **near)
    none = "none is a mean confidence: the largest probability of each image at that temperature, averaged."
    same = "all are equal: is each number that of its own temperature?"
    match(as_shares(got, "a confidence"), want, mistakes, **near, none=none, equal=same)
    return "cold is sure, hot is not, and the answers are the same."


@checker("ex-nn-standardise")
def standardise(attempt) -> str:
    """A module that standardises by the inputs that it was made from, and has its numbers in the file."""
    if not (isinstance(attempt, type) and issubclass(attempt, nn.Module)):
        raise Wrong(f"a class of modules is asked for, and this is {describe(attempt)}.")
    generator = torch.Generator().manual_seed(0)
    for n, m in [(40, 6), (9, 1)]:
        X = 3 + torch.tensor([2.0, 0.5, 1, 5, 1.3]) * torch.randn(n, 5, generator=generator)
        X[:, 2] = 7.0
        X[:, 4] = 0.02 + 0.01 * torch.randn(n, generator=generator)  # such are pixels at the edge of digits
        new = torch.randn(m, 5, generator=generator)
        new[:, 2] = 7.25
        new[:, 4] *= 0.01
        check_results(made(attempt, X), X, new)
    module, other = made(attempt, X), made(attempt, torch.randn(12, 5, generator=generator))
    before = module(new).detach().clone()
    if list(module.parameters()):
        raise Wrong("mean and deviation are parameters here, and an optimizer would change them.")
    load_into(other, module.state_dict())
    if not torch.allclose(other(new), before):
        raise Wrong("the results are right, but mean and deviation are not in the state_dict.")
    return "it keeps its numbers, in the file too, and no optimizer finds them."


@checker("ex-nn-precision")
def precision_recall(attempt) -> str:
    """Precision and recall of each class of a table of confusions."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for K in [10, 3, 12]:
        C = torch.randint(1, 20, (K, K), generator=generator) + 50 * torch.eye(K, dtype=torch.int64)
        tables = [C.clone() for _ in range(5)]
        tables[1][:, 1] = 0  # a class that is never named
        tables[2][0] = 0  # a class without images
        tables[3][:, 2] = tables[3][2] = 0  # neither
        tables[4][:, 1] = tables[4][1] = 0
        tables[4][1, 1] = 1  # a class with one image, which is named
        for table in tables:
            hits, named, true = table.diag(), table.sum(0), table.sum(1)
            precision, recall = hits / named.clamp(min=1), hits / true.clamp(min=1)
            both = (precision + recall).clamp(min=1e-9)
            mistakes = {
                "precision and recall have changed places.": torch.stack([recall, precision]),
                "these are shares of all images.": (hits / table.sum()).expand(2, K),
                "both rows are the recall.": recall.expand(2, K),
                "both rows are the precision.": precision.expand(2, K),
                "these are counts of hits, not shares.": hits.expand(2, K),
                "these are shares of the mistakes: one minus what is asked for.": 1
                - torch.stack([precision, recall]),
                "where a share would be 0/0 it should be 0, and not 1.": torch.stack(
                    [precision.where(named > 0, 1.0), recall.where(true > 0, 1.0)]
                ),
                "both rows are a mean of the two.": (2 * precision * recall / both).expand(2, K),
            }
            cases.append(Case({"C": table}, torch.stack([precision, recall]), mistakes))
    try_on_all(attempt, cases)
    return "and a class that is never named does not break it."


@checker("ex-nn-brier")
def brier(attempt) -> str:
    """The mean over the images of the summed squares, for two numbers of classes."""
    cases = []
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
            "the right class has no square here; it counts too.": (squares * (1 - right)).sum(1).mean(),
            "the scores are not turned into probabilities.": (S - right).square().sum(1).mean(),
            "the root is not asked for.": squares.sum(1).sqrt().mean(),
            "these are absolute differences; squares are asked for.": (P - right).abs().sum(1).mean(),
            "the right class is not taken off: these are the squares of the probabilities.": (
                P.square().sum(1).mean()
            ),
            "the softmax runs over the images and not over the classes.": (
                (S.softmax(0) - right).square().sum(1).mean()
            ),
            "it compares the class named, and not the probabilities.": (
                (F.one_hot(S.argmax(1), K) - right).square().sum(1).double().mean()
            ),
        }
        cases.append(Case({"S": S, "y": y}, squares.sum(1).mean(), mistakes, batch=n))
    try_on_all(attempt, cases)
    S, y = examples(6)
    want = ((100 * S).softmax(1) - F.one_hot(y, 10)).square().sum(1).mean()
    try_on_all(attempt, [Case({"S": 100 * S, "y": y}, want, batch=6)])
    return "for 64 images, for one, for three classes, and for large scores."


@checker("ex-nn-derivative")
@without_autograd()
def derivative(attempt) -> str:
    """dL/dβ of the cross-entropy of βS, against autograd."""
    cases = []
    for n, beta in [(40, 0.4), (40, 1.3), (1, 2.0), (13, 0.9)]:
        S, y = examples(n)
        b = torch.tensor(beta, requires_grad=True)
        (want,) = torch.autograd.grad(F.cross_entropy(b * S, y), b)
        s_y, P = S[torch.arange(n), y], (beta * S).softmax(1)
        expected = (P * S).sum(1)
        mistakes = {
            "that is the derivative by T; by β = 1/T is asked for.": -want * beta**2,
            "the probabilities are those at β = 1.": ((S.softmax(1) * S).sum(1) - s_y).mean(),
            "β is 1/T: the scores are multiplied by it, not divided.": (
                ((S / beta).softmax(1) * S).sum(1) - s_y
            ).mean(),
            "the part of the right class is missing.": expected.mean(),
            "the part with all classes is missing.": -s_y.mean(),
            "that is the loss; its derivative is asked for.": F.cross_entropy(beta * S, y),
            "the scores are multiplied by β once too often.": beta * want,
            "the mean of the scores has equal weights here; each score has its probability.": (
                S.mean(1) - s_y
            ).mean(),
            "that is the second derivative, a variance.": (
                (P * S.square()).sum(1) - expected.square()
            ).mean(),
        }
        cases.append(Case({"S": S, "y": y, "beta": beta}, want, mistakes, batch=n))
    try_on_all(attempt, cases)
    return "it agrees with autograd at four temperatures."


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
    for n in as_tensor(attempt, right).tolist():
        if n <= 0:
            raise Wrong("a number of images is positive.")
    compare(attempt, right, mistakes, rtol=0.05)
    return "a thousandth is hard to see."


@checker("ex-nn-refuse")
def refuse(attempt) -> str:
    """The accuracy on the surest 100, 99, 95, 90 and 80 % of the reader's validation images."""
    given = parts(attempt, ["answered", "S_val", "y_val"])
    S = scores_of(given["S_val"])
    y = as_tensor(given["y_val"], torch.zeros(len(S))).long()
    got = as_shares(read_named(given["answered"], ANSWERED), "an accuracy")
    if (S.argmax(1) == y).double().mean() < 0.5:
        raise Wrong("by these fewer than half are right: do S_val and y_val belong together?")
    # One image more or less is a matter of rounding, and equal confidences may stand in any order.
    some = 1.5 / len(S)
    want, mistakes = answered(S, y, surest_first(S)), mistaken_answered(S, y)
    for (
        sentence,
        wrong,
    ) in mistakes.items():  # nearly right, but hit exactly
        hit = all(abs(got[p] - wrong[p]) < 1e-5 for p in wrong)
        if hit and any(abs(want[p] - wrong[p]) > some / 3 for p in wrong):
            raise Wrong(sentence)
    none = "none is the accuracy on its share of the images, those with the largest probabilities first."
    same = "all are equal: is each number that of its own share of the images?"
    match(got, want, rtol=0, atol=some, none=none, equal=same)
    return "the mistakes are among the unsure. Now say where this ends."
