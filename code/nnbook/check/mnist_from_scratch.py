"""The checkers of the chapter "MNIST from scratch"."""

import torch
import torch.nn.functional as F

from nnbook.check.compare import as_tensor, compare, try_on
from nnbook.check.verdict import Wrong, checker


def examples(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Random scores, shape (n, 10), and labels, shape (n,), from a generator of their own."""
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(n, 10, generator=generator), torch.randint(10, (n,), generator=generator)


def share_named(named: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The share of the rows of `named`, shape (n, k), that hold their label."""
    return (named == y[:, None]).any(1).double().mean()


def shares(attempt: list) -> torch.Tensor:
    """The entries of an attempt as accuracies."""
    got = torch.stack([as_tensor(value, torch.tensor(0.0)) for value in attempt])
    if ((got > 1) & (got <= 100)).any() and (got >= 0).all():
        raise Wrong("an accuracy is a share, between 0 and 1; are these per cent?")
    if not ((got >= 0) & (got <= 1)).all():
        raise Wrong("an accuracy is a share, between 0 and 1.")
    return got


@checker("ex-count")
def count(attempt) -> str:
    """784–100–10 with the chapter's biases: 784·100 + 100 + 100·10 numbers."""
    right = 784 * 100 + 100 + 100 * 10
    mistakes = {
        "the hidden layer's bias is missing.": right - 100,
        "the chapter's output layer has no bias.": right + 10,
        "it is the hidden layer that has the bias, a number for each of its units.": right - 90,
        "that is the first weight matrix alone.": 784 * 100,
        "that is the chapter's network; here the hidden layer has 100 units.": 784 * 500 + 500 + 500 * 10,
    }
    compare(attempt, torch.tensor(right), {text: torch.tensor(n) for text, n in mistakes.items()}, rtol=1e-6)
    return "two matrices and one bias."


@checker("ex-rate")
def rate(attempt) -> str:
    """The training losses of the second epoch on few images at four rates, in a dictionary."""
    rates = [0.01, 0.1, 0.5, 2.0]
    if not isinstance(attempt, dict) or set(attempt) != set(rates):
        raise Wrong("a dictionary with the keys 0.01, 0.1, 0.5 and 2.0 is asked for.")
    slow, chapter, fast, too_fast = (as_tensor(attempt[lr], torch.tensor(0.0)).item() for lr in rates)
    if slow == chapter == fast:
        raise Wrong("all are equal: does each run use its own rate?")
    if not slow > chapter > fast > 0:
        raise Wrong("the loss should fall from 0.01 to 0.5: does each run begin with new parameters?")
    if too_fast < 1.5:
        raise Wrong("2.0 should have trouble: does each run begin with new parameters?")
    return "larger steps get further, until they are too large."


@checker("ex-top-k")
def top_k(attempt) -> str:
    """The share of rows whose label is among the k largest scores, against `torch.topk`."""
    for n, k in [(200, 3), (200, 1), (1, 3), (50, 10)]:
        S, y = examples(n, seed=k)
        want = share_named(S.topk(k).indices, y)
        mistakes = {
            "that is the plain accuracy: k has no effect.": share_named(S.topk(1).indices, y),
            "these are the k lowest scores.": share_named(S.topk(k, largest=False).indices, y),
            "that is the share of the images whose label is not among them.": 1 - want,
            "the mean runs over the k places too; an image counts once.": want / k,
        }
        try_on(attempt, {"S": S, "y": y, "k": k}, want, mistakes=mistakes, batch=n)
    return "it agrees with torch.topk for k = 1, 3 and 10, and for a batch of one."


@checker("ex-confusion")
def confusion(attempt) -> str:
    """Counts of (true class, predicted class), shape (10, 10)."""
    for n in [300, 1]:
        y, other = (examples(n, seed)[1] for seed in range(2))
        y_hat = torch.where(examples(n)[0][:, 0] > 0, y, other)
        want = torch.zeros(10, 10, dtype=torch.int64)
        for i, j in zip(y, y_hat, strict=True):
            want[i, j] += 1
        of_class = want.sum(1, keepdim=True)
        mistakes = {
            "no entry is above 1: does a pair that occurs twice count twice?": want.clamp(max=1),
            "these are shares; counts are asked for.": want / of_class.clamp(min=1),
            "these are shares of all images; counts are asked for.": want / n,
        }
        try_on(attempt, {"y": y, "y_hat": y_hat}, want, mistakes=mistakes)
    return "its entries are the counts, a row for each true class."


@checker("ex-smoothing")
def smoothing(attempt) -> str:
    """Cross-entropy against (1 − ε) one-hot + ε/K, against `F.cross_entropy(label_smoothing=ε)`."""
    for n, eps in [(64, 0.1), (1, 0.3), (64, 0.0)]:
        S, y = examples(n)
        log_P = F.log_softmax(S, 1)
        right, every = log_P[torch.arange(n), y], log_P.sum(1)
        wrong = every - right
        targets = {
            "eps has no effect.": right,
            "eps is shared among the nine wrong classes; the exercise shares it among all ten.": (
                (1 - eps) * right + eps / 9 * wrong
            ),
            "the right class lacks its own share of eps.": (1 - eps) * right + eps / 10 * wrong,
            "each class gets all of eps.": (1 - eps) * right + eps * every,
            "the right class keeps all of its 1: the target's sum is above 1.": right + eps / 10 * every,
            "1 − eps and eps have changed places.": eps * right + (1 - eps) / 10 * every,
        }
        mistakes = {message: -log_likelihood.mean() for message, log_likelihood in targets.items()}
        want = F.cross_entropy(S, y, label_smoothing=eps)
        try_on(attempt, {"S": S, "y": y, "eps": eps}, want, mistakes=mistakes, batch=n)
    S, y = examples(8)
    S = 100 * S
    try_on(attempt, {"S": S, "y": y, "eps": 0.1}, F.cross_entropy(S, y, label_smoothing=0.1), batch=8)
    return "it agrees with F.cross_entropy(label_smoothing=eps), and large scores do not break it."


@checker("ex-gradient")
def gradient(attempt) -> str:
    """∂L/∂S for the mean cross-entropy L, against autograd."""
    for n in [32, 1]:
        S, y = examples(n)
        leaf = S.clone().requires_grad_()
        F.cross_entropy(leaf, y).backward()
        P, right, grad = F.softmax(S, 1), F.one_hot(y, 10), leaf.grad
        mistakes = {
            "these are the probabilities; the right class has one more term.": P,
            "these are the probabilities over n; the right class has one more term.": P / n,
            "these are the right classes; the probabilities are missing.": -right / n,
            "only the right class has a gradient here; its loss depends on all the scores.": grad * right,
            "every class has lost 1, and not the right one alone.": (P - 1) / n,
        }
        try_on(attempt, {"S": S, "y": y}, grad, mistakes=mistakes, batch=n)
    return "it agrees with autograd, for 32 images and for one."


@checker("ex-shift")
def shift(attempt) -> str:
    """Validation accuracies for shifts of 0, 1, 2, 3 and 4 pixels."""
    as_tensor(attempt, torch.zeros(5))
    got = shares(attempt)
    if got[0] < 0.8:
        raise Wrong("digits that are not shifted should be read as well as in the chapter.")
    if got[4] > got[0] - 0.2:
        raise Wrong("a shift of four pixels hardly matters here: is it the images that are shifted?")
    if got[1] < 0.5:
        raise Wrong("a shift of one pixel should cost little: along which axis are the images shifted?")
    if got[3] < 0.2:
        raise Wrong("three pixels should leave more: does each shift start from the images as they were?")
    return "each pixel of shift costs accuracy. Now say why."
