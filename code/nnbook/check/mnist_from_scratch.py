"""The checkers of the chapter "MNIST from scratch"."""

import math

import torch
import torch.nn.functional as F
from torch.utils.data import TensorDataset, random_split

from nnbook.check.compare import (
    Case,
    as_shares,
    as_tensor,
    between,
    compare,
    describe,
    in_order,
    match,
    near,
    read_dict,
    recomputed,
    require,
    try_on_all,
    trying,
    without_autograd,
)
from nnbook.check.shifting import accuracies, moved, try_full_images
from nnbook.check.verdict import Wrong, checker
from nnbook.data import batches, mnist

RATES = (0.01, 0.1, 0.5, 2.0)
# How far a loss may be from that of seed 0; of twenty others none was further off than two thirds of it.
NEAR = {0.01: 0.05, 0.1: 0.05, 0.5: 0.15}


def examples(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Random scores, shape (n, 10), and labels, shape (n,), from a generator of their own."""
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(n, 10, generator=generator), torch.randint(10, (n,), generator=generator)


def share_named(named: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The share of the rows of `named`, shape (n, k), that hold their label."""
    return (named == y[:, None]).any(1).double().mean()


def split_of_chapters() -> tuple:
    """Training and validation set as the chapters with digits split them, rows of 784."""
    images, labels = mnist().tensors
    torch.manual_seed(7)
    digits = TensorDataset(images.flatten(1), labels)
    n_val = len(digits) // 12
    return random_split(digits, [len(digits) - n_val, n_val])


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
    """The training losses of the second epoch on few images at four rates, against runs of its own."""
    got = read_dict(attempt, RATES)
    if any(loss < 0 for loss in got.values()):
        raise Wrong("a cross-entropy is never negative.")
    runs = {lr: few_epochs(lr) for lr in RATES}
    firsts, seconds = ({lr: losses[k] for lr, losses in runs.items()} for k in (0, 1))
    if all(math.isclose(got[lr], firsts[lr], rel_tol=rtol) for lr, rtol in NEAR.items()):
        raise Wrong("these are the losses of the first epoch; the second one's are asked for.")
    if got[0.5] < got[0.1] < (1 - NEAR[0.1]) * seconds[0.1]:
        raise Wrong(
            "the losses are lower than these few images give: does each run begin with new parameters, and "
            "is it an epoch of `few_batches`?"
        )
    require(
        got,
        [
            in_order(0.5, 0.1, 0.01, say="of 0.01, 0.1 and 0.5 the larger one should get further."),
            *(
                near(lr, seconds[lr], rtol=rtol, say=f"a run with the rate {lr} gives another loss.")
                for lr, rtol in NEAR.items()
            ),
            between(2.0, 1.5, 50, say="2.0 should have trouble: does each run begin with new parameters?"),
        ],
    )
    return "larger steps get further, until they are too large."


@recomputed
def few_epochs(lr: float, n_epochs: int = 2) -> list[float]:
    """The training losses of the chapter's network on its first 5,120 training images."""
    train_set, _ = split_of_chapters()
    loader = batches(TensorDataset(*train_set[:5120]), 128)
    W1 = torch.randn(784, 500) / 784**0.5
    W2, b1 = torch.randn(500, 10) / 500**0.5, torch.zeros(500)
    params = [p.requires_grad_() for p in (W1, b1, W2)]
    history = []
    for _ in range(n_epochs):
        losses = []
        for X, y in loader:
            loss = F.cross_entropy((X @ W1 + b1).relu() @ W2, y)
            for p, grad in zip(params, torch.autograd.grad(loss, params), strict=True):
                p.data.sub_(grad, alpha=lr)
            losses.append(loss.item())
        history.append(sum(losses) / len(losses))
    return history


@checker("ex-top-k")
def top_k(attempt) -> str:
    """The share of rows whose label is among the k largest scores, against `torch.topk`."""
    cases = []
    for n, k in [(200, 3), (200, 1), (1, 3), (90, 6), (50, 10)]:
        S, y = examples(n, seed=k)
        want = share_named(S.topk(k).indices, y)
        mistakes = {
            "that is the plain accuracy: k has no effect.": share_named(S.topk(1).indices, y),
            "these are the k lowest scores.": share_named(S.topk(k, largest=False).indices, y),
            "that is the share of the images whose label is not among them.": 1 - want,
            "the mean runs over the k places too; an image counts once.": want / k,
            "that is one place more than k.": share_named(S.topk(min(k + 1, 10)).indices, y),
            "that is one place fewer than k.": share_named(S.topk(k - 1).indices, y),
        }
        cases.append(Case({"S": S, "y": y, "k": k}, want, mistakes, batch=n))
    try_on_all(attempt, cases)
    return "it agrees with torch.topk for k = 1, 3, 6 and 10, and for a batch of one."


@checker("ex-confusion")
def confusion(attempt) -> str:
    """Counts of (true class, predicted class), shape (10, 10)."""
    cases = []
    for n in [300, 1, 41]:
        y, other = (examples(n, seed)[1] for seed in range(2))
        y_hat = torch.where(examples(n)[0][:, 0] > 0, y, other)
        want = torch.zeros(10, 10, dtype=torch.int64)
        for i, j in zip(y, y_hat, strict=True):
            want[i, j] += 1
        mistakes = {
            "no entry is above 1: does a pair that occurs twice count twice?": want.clamp(max=1),
            "these are shares; counts are asked for.": want / want.sum(1, keepdim=True).clamp(min=1),
            "these are shares of all images; counts are asked for.": want / n,
            "the hits are missing on the diagonal.": want - want.diag().diag(),
            "only the hits are counted.": want.diag().diag(),
        }
        cases.append(Case({"y": y, "y_hat": y_hat}, want, mistakes, batch=n))
    try_on_all(attempt, cases)
    return "its entries are the counts, a row for each true class."


@checker("ex-smoothing")
def smoothing(attempt) -> str:
    """Cross-entropy against (1 − ε) one-hot + ε/K, against `F.cross_entropy(label_smoothing=ε)`."""
    cases = []
    for n, eps in [(64, 0.1), (1, 0.3), (64, 0.0), (17, 0.45)]:
        S, y = examples(n)
        log_P = F.log_softmax(S, 1)
        right, every = log_P[torch.arange(n), y], log_P.sum(1)
        targets = {
            "eps has no effect.": right,
            "eps is shared among the nine wrong classes; the exercise shares it among all ten.": (
                (1 - eps) * right + eps / 9 * (every - right)
            ),
            "the right class lacks its own share of eps.": (1 - eps) * right + eps / 10 * (every - right),
            "each class gets all of eps.": (1 - eps) * right + eps * every,
            "the right class keeps all of its 1: the target's sum is above 1.": right + eps / 10 * every,
            "1 − eps and eps have changed places.": eps * right + (1 - eps) / 10 * every,
        }
        mistakes = {message: -log_likelihood.mean() for message, log_likelihood in targets.items()}
        want = F.cross_entropy(S, y, label_smoothing=eps)
        cases.append(Case({"S": S, "y": y, "eps": eps}, want, mistakes, batch=n))
    try_on_all(attempt, cases)
    S, y = examples(8)
    S = 100 * S
    want = F.cross_entropy(S, y, label_smoothing=0.1)
    try_on_all(attempt, [Case({"S": S, "y": y, "eps": 0.1}, want, batch=8)])
    return "it agrees with F.cross_entropy(label_smoothing=eps), and large scores do not break it."


@checker("ex-gradient")
@without_autograd()
def gradient(attempt) -> str:
    """∂L/∂S for the mean cross-entropy L, against autograd."""
    cases = []
    for n, K in [(32, 10), (1, 10), (9, 4)]:
        S, y = examples(n)
        S, y = S[:, :K], y % K
        leaf = S.clone().requires_grad_()
        F.cross_entropy(leaf, y).backward()
        P, right, grad = F.softmax(S, 1), F.one_hot(y, K), leaf.grad
        mistakes = {
            "these are the probabilities; the right class has one more term.": P,
            "these are the probabilities over n; the right class has one more term.": P / n,
            "these are the right classes; the probabilities are missing.": -right / n,
            "only the right class has a gradient here; its loss depends on all the scores.": grad * right,
            "every class has lost 1, and not the right one alone.": (P - 1) / n,
            "the softmax runs over the images; it belongs to the classes of each.": (S.softmax(0) - right)
            / n,
            "the right class has gained 1; it should lose it.": (P + right) / n,
            "these are the scores less the right classes, not the probabilities.": (S - right) / n,
        }
        cases.append(Case({"S": S, "y": y}, grad, mistakes, batch=n))
    try_on_all(attempt, cases)
    S, y = examples(5)
    leaf = (60 * S).requires_grad_()
    F.cross_entropy(leaf, y).backward()
    try_on_all(attempt, [Case({"S": 60 * S, "y": y}, leaf.grad, batch=5)])
    return "it agrees with autograd, for 32 images and for one, and for large scores."


@checker("ex-shift")
def shift(attempt) -> str:
    """Accuracies of any classifier on images that are shifted to the right by 0, 1, 2, 3 and 4 pixels."""
    generator = torch.Generator().manual_seed(0)
    W = torch.randn(784, 10, generator=generator)

    def net(X):
        if not torch.is_tensor(X) or X.shape[1:] != (784,):
            raise Wrong(f"`net` takes rows of 784, and this is {describe(X)}.")
        return X @ W

    for n in (160, 90):
        X = torch.zeros(n, 28, 28)
        X[:, 5:23, 5:23] = torch.rand(n, 18, 18, generator=generator)  # paper around, so nothing is lost
        # Each image is read rightly at one shift, most of them where they are: five different accuracies.
        named = torch.stack([net(moved(X, pixels, 2)).argmax(1) for pixels in range(5)])
        place = torch.multinomial(torch.tensor([8.0, 4, 3, 2, 1]), n, True, generator=generator)
        y = named[place, torch.arange(n)]
        with trying(attempt, {"net": net, "X": X.flatten(1), "y": y}) as result:
            got = dict(enumerate(as_tensor(result, torch.zeros(5)).tolist()))
            as_shares(got, "an accuracy")
            right = accuracies(net, X, y, range(5), 2)
            if max(abs(got[k] - right[k]) for k in got) > 1e-5:
                wrong = {
                    "these are the shares of mistakes; the accuracies are asked for.": {
                        k: 1 - right[k] for k in right
                    },
                    "the images do not move: does `net` get those that are shifted?": dict.fromkeys(
                        right, right[0]
                    ),
                    "rows and columns of the images have changed places.": accuracies(
                        net, X.mT, y, range(5), 2
                    ),
                    "the images move to the left.": accuracies(net, X, y, range(0, -5, -1), 2),
                    "the images move down.": accuracies(net, X, y, range(5), 1),
                    "the images move up.": accuracies(net, X, y, range(0, -5, -1), 1),
                    "each shift should start from the images as they were.": accuracies(
                        net, X, y, (0, 1, 3, 6, 10), 2
                    ),
                    "the first shift is by 0 pixels, the last by 4.": accuracies(net, X, y, range(1, 6), 2),
                }
                none = "none is the accuracy of `net` on images that are shifted to the right."
                same = "all are equal: does `net` get the shifted images, each time others?"
                match(got, right, wrong, rtol=1e-5, atol=1e-6, none=none, equal=same)
    try_full_images(attempt, net, generator)
    return "the images move to the right. Now measure your network, and say why its accuracy falls."
