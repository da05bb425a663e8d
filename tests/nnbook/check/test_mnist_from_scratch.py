"""The checkers of "MNIST from scratch": right answers pass, typical wrong ones hear what is wrong."""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from nnbook.check import mnist_from_scratch
from nnbook.data import batches
from torch.utils.data import TensorDataset

from tests.nnbook.check.attempts import attempts, seeds


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
    return (S.softmax(1) - F.one_hot(y, S.shape[1])) / len(y)


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


def gradient_by_rows(S, y):
    grads = torch.empty_like(S)
    for i, row in enumerate(S):
        e = (row - row.max()).exp()
        grads[i] = e / e.sum()
        grads[i, y[i]] -= 1
    return grads / len(S)


def by_autograd(S, y):
    leaf = S.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(leaf, y), leaf)[0]


def shift_accuracies(net, X, y, pixels=range(5), dims=2):
    """Right; with other arguments typical mistakes."""
    images = X.reshape(-1, 28, 28)
    return [(net(images.roll(p, dims).flatten(1)).argmax(1) == y).float().mean().item() for p in pixels]


def shifted_with(**how):
    return lambda net, X, y: shift_accuracies(net, X, y, **how)


def in_line(move):
    """Accuracies for rows of 784 that are moved in another way."""
    return lambda net, X, y: [(net(move(X, p)).argmax(1) == y).float().mean() for p in range(5)]


def repeated_edge(X, p):
    return F.pad(X.reshape(-1, 28, 28), (p, 0), mode="replicate")[..., :28].flatten(1)


def shift_by_padding(net, X, y):
    shares = np.zeros(5)
    for p in range(5):
        shifted = F.pad(X.view(-1, 28, 28), (p, 0))[..., :28]
        shares[p] = np.mean((net(shifted.reshape(len(X), 784)).argmax(1) == y).numpy())
    return shares


def shift_by_slices(net, X, y):
    images, shares = X.view(len(X), 28, 28).clone(), []
    for _ in range(5):
        named = net(images.flatten(1)).topk(1).indices[:, 0]
        shares.append(torch.eq(named, y).double().mean())
        images[:, :, 1:] = images[:, :, :-1].clone()
        images[:, :, 0] = 0
    return tuple(shares)


def shift_in_place(net, X, y):
    shares = shift_accuracies(net, X, y)
    X.copy_(X.roll(1, 1))
    return shares


@functools.cache
def split():
    return mnist_from_scratch.split_of_chapters()


@functools.cache
def rate_losses(seed, epoch=2, start_anew=True, double=False):
    """The training losses of an epoch at each rate, as a reader measures them who uses `torch.optim`."""
    X, y = split()[0][:5120]
    dtype = torch.float64 if double else torch.float32
    loader, losses, model = batches(TensorDataset(X.to(dtype), y), 128), {}, None
    for lr in mnist_from_scratch.RATES:
        if model is None or start_anew:
            torch.manual_seed(seed)
            model = torch.nn.Sequential(
                torch.nn.Linear(784, 500), torch.nn.ReLU(), torch.nn.Linear(500, 10, bias=False)
            ).to(dtype)
            for layer, d in [(model[0], 784), (model[2], 500)]:
                torch.nn.init.normal_(layer.weight, std=d**-0.5)
            torch.nn.init.zeros_(model[0].bias)
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        for _ in range(epoch):
            taken = []
            for X, y in loader:
                optimizer.zero_grad()
                loss = F.cross_entropy(model(X), y)
                loss.backward()
                optimizer.step()
                taken.append(loss.item())
        losses[lr] = sum(taken) / len(taken)
    return losses


def late(make):
    """An attempt that is made when its test runs, for it takes a second or two."""
    return seeds(lambda seed: make(), 1)


def exchanged(losses, a, b):
    return {**losses, a: losses[b], b: losses[a]}


RIGHT = [
    ("ex-count", 784 * 100 + 100 + 100 * 10),
    ("ex-count", torch.tensor(79_500)),
    ("ex-count", np.int64(79_500)),
    ("ex-rate", seeds(rate_losses)),
    ("ex-rate", late(lambda: {lr: torch.tensor(loss) for lr, loss in rate_losses(99).items()})),
    ("ex-rate", late(lambda: {lr: round(loss, 2) for lr, loss in rate_losses(98, double=True).items()})),
    ("ex-top-k", top_k_accuracy),
    ("ex-top-k", lambda S, y, k: np.mean([y[i] in S[i].argsort()[-k:] for i in range(len(S))])),
    (
        "ex-top-k",
        lambda S, y, k: ((S.gather(1, y[:, None]) < S).sum(1) < k).double().mean().numpy(),
    ),
    ("ex-confusion", confusion),
    ("ex-confusion", in_a_loop),
    ("ex-confusion", lambda y, y_hat: one_hot(y).T.float() @ one_hot(y_hat).float()),
    ("ex-smoothing", smooth_cross_entropy),
    ("ex-smoothing", lambda S, y, eps: F.cross_entropy(S, y, label_smoothing=eps).item()),
    ("ex-smoothing", lambda S, y, eps: (1 - eps) * F.cross_entropy(S, y) - eps * S.log_softmax(1).mean()),
    ("ex-gradient", loss_gradient),
    ("ex-gradient", gradient_by_rows),
    ("ex-gradient", lambda S, y: loss_gradient(S.double(), y).numpy()),
    ("ex-shift", shift_accuracies),
    ("ex-shift", in_line(repeated_edge)),
    ("ex-shift", shift_by_padding),
    ("ex-shift", shift_by_slices),
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
    ("ex-rate", late(lambda: list(rate_losses(0).values())), "a dictionary with the keys"),
    ("ex-rate", {0.1: 0.65}, "a dictionary with the keys"),
    ("ex-rate", late(lambda: {lr: -loss for lr, loss in rate_losses(0).items()}), "never negative"),
    ("ex-rate", dict.fromkeys(mnist_from_scratch.RATES, 0.65), "all are equal"),
    ("ex-rate", dict.fromkeys(mnist_from_scratch.RATES), "the answer is missing, and a number is asked for"),
    ("ex-rate", seeds(lambda seed: exchanged(rate_losses(seed), 0.1, 0.5)), "exchanged?"),
    ("ex-rate", late(lambda: exchanged(rate_losses(1), 0.1, 0.01)), "exchanged?"),
    ("ex-rate", late(lambda: exchanged(rate_losses(1), 0.5, 2.0)), "exchanged?"),
    ("ex-rate", late(lambda: rate_losses(3, epoch=1)), "the losses of the first epoch"),
    (
        "ex-rate",
        late(lambda: rate_losses(3, epoch=3)),
        "new parameters, and is it an epoch of `few_batches`?",
    ),
    (
        "ex-rate",
        late(lambda: rate_losses(3, start_anew=False)),
        "new parameters, and is it an epoch of `few_batches`?",
    ),
    ("ex-rate", {0.01: 1.1, 0.1: 0.9, 0.5: 0.7, 2.0: 2.3}, "a run with the rate 0.01 gives another loss"),
    ("ex-rate", {0.01: 0.876, 0.1: 0.931, 0.5: 0.961, 2.0: 0.309}, "the larger one should get further"),
    ("ex-rate", late(lambda: {**rate_losses(2), 2.0: 0.3}), "2.0 should have trouble"),
    ("ex-rate", late(lambda: {**rate_losses(2), 2.0: float("nan")}), "not finite"),
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
    ("ex-top-k", lambda S, y, k: S.topk(k).indices == y, "the function stops with"),
    ("ex-top-k", lambda S, y: top_k_accuracy(S, y, 3), "the function is to take (S, y, k)"),
    ("ex-top-k", top_k_accuracy(torch.eye(10), torch.arange(10), 3), "give the function's name"),
    (
        "ex-top-k",
        lambda S, y, k: ((S.gather(1, y[:, None]) < S).sum(1) <= k).double().mean(),
        "one place more than k",
    ),
    ("ex-top-k", lambda S, y, k: 0.42, "it is too"),
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
    ("ex-confusion", lambda y, y_hat: confusion(y, y_hat).diag().diag(), "only the hits"),
    ("ex-confusion", lambda y, y_hat: confusion(y, y_hat) * (1 - torch.eye(10)), "hits are missing"),
    ("ex-confusion", lambda y, y_hat: confusion(y, y), "entries are wrong"),
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
    ("ex-gradient", lambda S, y: (S.softmax(0) - F.one_hot(y, S.shape[1])) / len(y), "over the images"),
    ("ex-gradient", in_place, "S has changed"),
    ("ex-gradient", by_autograd, "autograd is used"),
    (
        "ex-gradient",
        lambda S, y: (S.exp() / S.exp().sum(1, keepdim=True) - one_hot(y)[:, : S.shape[1]]) / len(y),
        "overflow",
    ),
    ("ex-gradient", lambda S, y: (S.softmax(1) + F.one_hot(y, S.shape[1])) / len(y), "has gained 1"),
    ("ex-shift", shifted_with(pixels=range(0, -5, -1)), "move to the left"),
    ("ex-shift", shifted_with(dims=1), "move down"),
    ("ex-shift", shifted_with(pixels=range(0, -5, -1), dims=1), "move up"),
    ("ex-shift", shifted_with(pixels=(0, 1, 3, 6, 10)), "start from the images as they were"),
    ("ex-shift", shifted_with(pixels=range(1, 6)), "the first shift is by 0 pixels"),
    ("ex-shift", shifted_with(pixels=range(1, 5)), "a row of 5 numbers is asked for"),
    ("ex-shift", shifted_with(pixels=(0, 0, 0, 0, 0)), "the images do not move"),
    ("ex-shift", shifted_with(pixels=range(4, -1, -1)), "in the wrong order"),
    ("ex-shift", lambda net, X, y: [100 * a for a in shift_accuracies(net, X, y)], "per cent?"),
    ("ex-shift", lambda net, X, y: [1 - a for a in shift_accuracies(net, X, y)], "shares of mistakes"),
    ("ex-shift", lambda net, X, y: [net(X.reshape(-1, 28, 28)) for _ in range(5)], "`net` takes rows of 784"),
    (
        "ex-shift",
        lambda net, X, y: shift_accuracies(net, X.view(-1, 28, 28).mT.flatten(1), y),
        "rows and columns of the images",
    ),
    ("ex-shift", lambda net, X, y: [0.958, 0.915, 0.729, 0.496, 0.288], "none is the accuracy of `net`"),
    ("ex-shift", lambda net, X, y: [0.5] * 5, "all are equal: does `net` get the shifted images"),
    ("ex-shift", in_line(lambda X, p: X.roll(p, 1)), "comes back one row lower"),
    ("ex-shift", in_line(lambda X, p: X.roll(p)), "comes back in another image"),
    (
        "ex-shift",
        in_line(lambda X, p: X.reshape(-1, 28, 28).roll(p).flatten(1)),
        "comes back in another image",
    ),
    ("ex-shift", shift_in_place, "X has changed"),
    ("ex-shift", [0.958, 0.915, 0.729, 0.496, 0.288], "a function is asked for"),
]


TestMnistFromScratch = attempts(mnist_from_scratch, RIGHT, WRONG, least=(3, 8))
