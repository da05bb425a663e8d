"""The checkers of "MNIST from scratch": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
import torch.nn.functional as F
from nnbook.check import mnist_from_scratch

from tests.nnbook.check.attempts import attempts


def rows(S):
    return torch.arange(len(S))


def one_hot(y):
    return F.one_hot(y, 10)


def top_k_accuracy(S, y, k):
    return (S.topk(k).indices == y[:, None]).any(1).float().mean()


def confusion(y, y_hat):
    return (10 * y + y_hat).bincount(minlength=100).reshape(10, 10)


def smooth_cross_entropy(S, y, eps):
    q = (1 - eps) * one_hot(y) + eps / 10
    return -(q * S.log_softmax(1)).sum(1).mean()


def loss_gradient(S, y):
    return (S.softmax(1) - one_hot(y)) / len(y)


def in_a_loop(y, y_hat):
    table = [[0] * 10 for _ in range(10)]
    for i, j in zip(y, y_hat, strict=True):
        table[i][j] += 1
    return table


def counted_once(y, y_hat):
    C = torch.zeros(10, 10)
    C[y, y_hat] += 1
    return C


def naive_smoothing(S, y, eps):
    P = S.exp() / S.exp().sum(1, keepdim=True)
    return (-(1 - eps) * P[rows(S), y].log() - eps * P.log().mean(1)).mean()


def other_target(right, wrong):
    """Label smoothing with other targets, functions of eps, for the right class and for the wrong ones."""

    def attempt(S, y, eps):
        q = torch.where(one_hot(y) == 1, right(eps), wrong(eps))
        return -(q * S.log_softmax(1)).sum(1).mean()

    return attempt


def in_place(S, y):
    S -= S.max(1, keepdim=True).values
    return loss_gradient(S, y)


RATES = {0.01: 0.876, 0.1: 0.931, 1.0: 0.961, 2.0: 0.309}
SHIFTS = [0.958, 0.915, 0.729, 0.496, 0.288]

RIGHT = [
    ("ex-count", 784 * 100 + 100 + 100 * 10),
    ("ex-count", torch.tensor(79_500)),
    ("ex-rate", RATES),
    ("ex-rate", {0.01: 0.586, 0.1: 0.889, 1.0: 0.889, 2.0: 0.486}),  # of the subset, with another seed
    ("ex-rate", {lr: torch.tensor(value) for lr, value in RATES.items()}),
    ("ex-top-k", top_k_accuracy),
    ("ex-top-k", lambda S, y, k: np.mean([y[i] in S[i].argsort()[-k:] for i in range(len(S))])),
    ("ex-confusion", confusion),
    ("ex-confusion", in_a_loop),
    ("ex-smoothing", smooth_cross_entropy),
    ("ex-smoothing", lambda S, y, eps: F.cross_entropy(S, y, label_smoothing=eps).item()),
    ("ex-gradient", loss_gradient),
    ("ex-gradient", lambda S, y: loss_gradient(S.double(), y).numpy()),
    ("ex-shift", SHIFTS),
    ("ex-shift", [torch.tensor(share) for share in SHIFTS]),
]

WRONG = [
    ("ex-count", 784 * 100 + 100 * 10, "the hidden layer's bias is missing"),
    ("ex-count", 784 * 100 + 100 + 100 * 10 + 10, "the chapter's output layer has no bias"),
    ("ex-count", 784 * 100 + 100 * 10 + 10, "it is the hidden layer that has the bias"),
    ("ex-count", 784 * 100, "the first weight matrix alone"),
    ("ex-count", 397_500, "here the hidden layer has 100 units"),
    ("ex-count", 79_501, "it is too large"),
    ("ex-count", 12, "it is too small"),
    ("ex-count", [784 * 100, 100, 1000], "this is a list of length 3, and a number is asked for"),
    ("ex-rate", [0.876, 0.931, 0.961, 0.309], "a dictionary with the keys"),
    ("ex-rate", {0.1: 0.931}, "a dictionary with the keys"),
    ("ex-rate", {lr: 100 * value for lr, value in RATES.items()}, "are these per cent?"),
    ("ex-rate", {lr: -value for lr, value in RATES.items()}, "an accuracy is a share, between 0 and 1."),
    ("ex-rate", dict.fromkeys(RATES, 0.931), "all are equal"),
    ("ex-rate", dict.fromkeys(RATES), "the answer is missing, and a number is asked for"),
    ("ex-rate", {**RATES, 0.01: 0.94}, "0.01 cannot be so near to 0.1"),
    ("ex-rate", {**RATES, 2.0: 0.97}, "2.0 should have trouble"),
    ("ex-top-k", lambda S, y, k: (S.argmax(1) == y).float().mean(), "k has no effect"),
    ("ex-top-k", lambda S, y, k: top_k_accuracy(-S, y, k), "the k lowest scores"),
    ("ex-top-k", lambda S, y, k: 1 - top_k_accuracy(S, y, k), "not among them"),
    ("ex-top-k", lambda S, y, k: (S.topk(k).indices == y[:, None]).float().mean(), "an image counts once"),
    ("ex-top-k", lambda S, y, k: len(y) * top_k_accuracy(S, y, k), "a sum where a mean is asked for"),
    ("ex-top-k", lambda S, y, k: 100 * top_k_accuracy(S, y, k), "in per cent?"),
    ("ex-top-k", lambda S, y, k: (S.topk(k).indices == y[:, None]).any(1), "made of True and False"),
    (
        "ex-top-k",
        lambda S, y, k: (S.topk(k).indices == y[:, None]).any(1).float(),
        "this is a tensor of shape (200,)",
    ),
    ("ex-top-k", lambda S, y, k: S.topk(k).indices == y, "the function stops with RuntimeError"),
    ("ex-top-k", lambda S, y: top_k_accuracy(S, y, 3), "the function is to take (S, y, k)"),
    ("ex-top-k", top_k_accuracy(torch.eye(10), torch.arange(10), 3), "give the function's name"),
    ("ex-confusion", lambda y, y_hat: confusion(y_hat, y), "rows and columns have changed places"),
    ("ex-confusion", counted_once, "does a pair that occurs twice count twice?"),
    ("ex-confusion", lambda y, y_hat: confusion(y, y_hat) / len(y), "these are shares of all images"),
    (
        "ex-confusion",
        lambda y, y_hat: confusion(y, y_hat) / confusion(y, y_hat).sum(1, keepdim=True).clamp(min=1),
        "these are shares; counts are asked for",
    ),
    (
        "ex-confusion",
        lambda y, y_hat: (10 * y + y_hat).bincount(minlength=100),
        "this is a tensor of shape (100,)",
    ),
    ("ex-confusion", lambda y, y_hat: (10 * y + y_hat).bincount().reshape(10, 10), "y of shape (1,)"),
    ("ex-confusion", lambda y, y_hat: confusion(y, y_hat).triu(), "entries are wrong, the first at [1, 0]"),
    ("ex-confusion", lambda y, y_hat: confusion(y, y_hat).flip(0), "in the wrong places"),
    ("ex-smoothing", lambda S, y, eps: F.cross_entropy(S, y), "eps has no effect"),
    ("ex-smoothing", other_target(lambda eps: 1 - eps, lambda eps: eps / 9), "among the nine wrong classes"),
    ("ex-smoothing", other_target(lambda eps: 1 - eps, lambda eps: eps / 10), "lacks its own share of eps"),
    ("ex-smoothing", other_target(lambda eps: 1.0, lambda eps: eps), "each class gets all of eps"),
    ("ex-smoothing", other_target(lambda eps: 1 + eps / 10, lambda eps: eps / 10), "keeps all of its 1"),
    ("ex-smoothing", lambda S, y, eps: smooth_cross_entropy(S, y, 1 - eps), "have changed places"),
    ("ex-smoothing", lambda S, y, eps: -smooth_cross_entropy(S, y, eps), "the sign is wrong"),
    (
        "ex-smoothing",
        lambda S, y, eps: len(y) * smooth_cross_entropy(S, y, eps),
        "a sum where a mean is asked for",
    ),
    ("ex-smoothing", naive_smoothing, "does an exponential overflow"),
    ("ex-smoothing", lambda S, y, eps: smooth_cross_entropy(S, y, eps) / np.log(2), "the base 2?"),
    ("ex-gradient", lambda S, y: S.softmax(1), "these are the probabilities; the right class"),
    ("ex-gradient", lambda S, y: S.softmax(1) / len(y), "these are the probabilities over n"),
    ("ex-gradient", lambda S, y: -one_hot(y) / len(y), "the probabilities are missing"),
    ("ex-gradient", lambda S, y: loss_gradient(S, y) * one_hot(y), "only the right class has a gradient"),
    ("ex-gradient", lambda S, y: (S.softmax(1) - 1) / len(y), "every class has lost 1"),
    ("ex-gradient", lambda S, y: len(y) * loss_gradient(S, y), "a sum where a mean is asked for"),
    ("ex-gradient", lambda S, y: loss_gradient(S, y) / len(y), "is the mean taken twice?"),
    ("ex-gradient", lambda S, y: -loss_gradient(S, y), "the sign is wrong."),
    (
        "ex-gradient",
        lambda S, y: one_hot(y) - S.softmax(1),
        "the sign is wrong, and too large by a factor of the batch",
    ),
    ("ex-gradient", lambda S, y: loss_gradient(S, y) / 10, "it is the right result times 0.1"),
    ("ex-gradient", lambda S, y: loss_gradient(S, y).T, "Have rows and columns changed places?"),
    ("ex-gradient", lambda S, y: (S.softmax(0) - one_hot(y)) / len(y), "entries are wrong"),
    ("ex-gradient", in_place, "S has changed"),
    ("ex-shift", [100 * share for share in SHIFTS], "are these per cent?"),
    ("ex-shift", SHIFTS[1:], "this is a list of length 4, and a row of 5 numbers is asked for"),
    ("ex-shift", [0.958] * 5, "is it the images that are shifted?"),
    ("ex-shift", [0.958, 0.101, 0.102, 0.105, 0.103], "along which axis"),
    ("ex-shift", [0.958, 0.915, 0.496, 0.083, 0.103], "from the images as they were?"),
    ("ex-shift", SHIFTS[::-1], "digits that are not shifted"),
    ("ex-shift", dict(enumerate(SHIFTS)), "this is a dict of length 5"),
]


TestMnistFromScratch = attempts(mnist_from_scratch, RIGHT, WRONG)
