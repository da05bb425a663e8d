"""The checkers of "When training fails": right answers pass, typical wrong ones hear what is wrong."""

import functools
import math
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from nnbook.check import when_training_fails
from nnbook.check.mnist_from_scratch import split_of_chapters
from nnbook.train import evaluate, fit
from torch import nn

from tests.nnbook.check.attempts import attempts, seeds

DECAYS = (0, 0.001, 0.01, 0.1)


@functools.cache
def decay_losses(seed, n_epochs=4, decays=DECAYS, accuracy=False, anew=True):
    """The last training loss with each decay, as the chapter measures it, from the start of a seed."""
    train_set, val_set = split_of_chapters()
    n = min(5120, len(train_set) // 512 * 512)
    X, y = train_set[:n]
    found = {}
    for decay in decays:
        if not found or anew:
            torch.manual_seed(seed)
            sizes = [784, 32, 32, 32, 10]
            layers = [part for d in pairwise(sizes) for part in (nn.Linear(*d), nn.ReLU())]
            model = nn.Sequential(*layers[:-1])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=decay)
        found[decay] = fit(
            model, F.cross_entropy, optimizer, list(zip(X.split(64), y.split(64), strict=True)), n_epochs
        )[-1]
        if accuracy:
            found[decay] = evaluate(model, [val_set[:1000]])[1]
    return found


def late(make):
    """An attempt that is made when its test runs, for it takes a second or two."""
    return seeds(lambda seed: make(), 1)


def trained_on(seed):
    """One network, trained on with each decay."""
    return decay_losses(seed, anew=False)


def exchanged(losses, a, b):
    return {**losses, a: losses[b], b: losses[a]}


FOUND = {
    "A": "dead units",
    "B": "softmax before the loss",
    "C": "rate too small",
    "D": "labels in a wrong order",
}


def training_step(mode=True, softmax=False, reset=True, returns=lambda loss: loss.item(), move=True):
    """A step of training with the faults that are asked for."""

    def attempt(model, optimizer, X, y):
        if mode is not None:
            model.train(mode)
        S = model(X)
        loss = F.cross_entropy(S.softmax(1) if softmax else S, y)
        if reset:
            optimizer.zero_grad()
        loss.backward()
        if move:
            optimizer.step()
        return returns(loss)

    return attempt


def fit_to_train(X, y, K, skip=""):
    """The guard, but for the test that is skipped."""
    tests = {
        "X type": lambda: X.dtype == torch.float32,
        "y type": lambda: y.dtype == torch.int64,
        "axes": lambda: X.ndim == 2,
        "y axes": lambda: y.ndim == 1,
        "length": lambda: len(y) == len(X),
        "nan": lambda: not X.isnan().any(),
        "inf": lambda: not X.isinf().any(),
        "size": lambda: not (X[X.isfinite()].abs() > 20).any(),
        "above": lambda: y.max() < K,
        "below": lambda: y.min() >= 0,
    }
    return all(bool(test()) for name, test in tests.items() if name != skip)


def without(skip):
    return lambda X, y, K: fit_to_train(X, y, K, skip)


def shares_of(y, K):
    return y.bincount(minlength=K) / len(y)


def lowest_loss(y, K):
    return torch.special.entr(shares_of(y, K)).sum()


def naive_loss(y, K):
    f = shares_of(y, K)
    return -(f * f.log()).sum()


def least_v(w, c, lam, D):
    return lam / c * w ** (3 - D)


def copied(X_train, X_val):
    return (X_val[:, None] == X_train).all(2).any(1)


def leaked(X_train, X_val):
    return copied(X_train, X_val).float().mean()


def leaked_by_bytes(X_train, X_val):
    known = {row.numpy().tobytes() for row in X_train}
    return sum(row.numpy().tobytes() in known for row in X_val) / len(X_val)


def leaked_by_pieces(X_train, X_val):
    found = 0
    for row in X_val.split(1):
        found += bool((row == X_train).all(1).any())
    return torch.tensor(found / len(X_val), dtype=torch.float64)


def leaked_by_lists(X_train, X_val):
    known = {tuple(row) for row in X_train.tolist()}
    return np.mean([tuple(row) in known for row in X_val.tolist()])


def leaked_by_count(X_train, X_val):
    known = X_train.tolist()
    return sum(known.count(row) for row in X_val.tolist()) / len(X_val)


def exact_cdist(X_train, X_val):
    distances = torch.cdist(X_val, X_train, compute_mode="donot_use_mm_for_euclid_dist")
    return (distances == 0).any(1).float().mean()


def step_backwards(model, optimizer, X, y):
    """Right: what is left of the last step is forgotten at its end."""
    model.train()
    loss = F.cross_entropy(model(X), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def step_by_nll(model, optimizer, X, y):
    model = model.train(True)
    for p in model.parameters():
        p.grad = None
    loss = -model(X).log_softmax(1)[torch.arange(len(y)), y].mean()
    loss.backward()
    optimizer.step()
    return loss.detach().numpy().item()


def loss_after(model, optimizer, X, y):
    training_step()(model, optimizer, X, y)
    with torch.no_grad():
        return F.cross_entropy(model.eval()(X), y).item()


def own_optimizer(model, optimizer, X, y):
    return training_step()(model, torch.optim.SGD(model.parameters(), lr=0.17), X, y)


def summed(model, optimizer, X, y):
    model.train()
    loss = F.cross_entropy(model(X), y, reduction="sum")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def guard_by_errors(X, y, K):
    try:
        n, _ = X.shape
        sizes = y.shape == (n,) and torch.all(X.abs() <= 20)
        types = [X.dtype, y.dtype] == [torch.float32, torch.long]
        return types and bool(sizes and ((y >= 0) & (y < K)).all())
    except (RuntimeError, ValueError):
        return False


def entropy_by_cross_entropy(y, K):
    f = shares_of(y, K)
    return F.cross_entropy(f.log().expand(len(y), K), y)


def entropy_by_counts(y, K):
    return -sum(c / len(y) * math.log(c / len(y)) for c in y.unique(return_counts=True)[1].tolist())


RIGHT = [
    ("ex-fail-first", math.log(26)),
    ("ex-fail-first", 3.26),
    ("ex-fail-first", -torch.tensor(1 / 26).log()),
    ("ex-fail-decay", seeds(decay_losses, 12)),
    ("ex-fail-decay", late(lambda: {d: torch.tensor(loss) for d, loss in decay_losses(0).items()})),
    ("ex-fail-decay", late(lambda: {d: round(loss, 2) for d, loss in decay_losses(13).items()})),
    ("ex-fail-patients", FOUND),
    ("ex-fail-patients", {name: f" {cause.title()}" for name, cause in FOUND.items()}),
    ("ex-fail-patients", dict(reversed(FOUND.items()))),
    ("ex-fail-step", training_step()),
    ("ex-fail-step", step_backwards),
    ("ex-fail-step", step_by_nll),
    ("ex-fail-guard", fit_to_train),
    ("ex-fail-guard", lambda X, y, K: torch.tensor(fit_to_train(X, y, K))),
    ("ex-fail-guard", guard_by_errors),
    ("ex-fail-guard", lambda X, y, K: np.bool_(fit_to_train(X, y, K))),
    ("ex-fail-entropy", lowest_loss),
    ("ex-fail-entropy", entropy_by_cross_entropy),
    ("ex-fail-entropy", entropy_by_counts),
    ("ex-fail-threshold", least_v),
    ("ex-fail-threshold", lambda w, c, lam, D: torch.tensor(lam * w) / (c * w ** (D - 2))),
    ("ex-fail-threshold", lambda w, c, lam, D: math.exp(math.log(lam / c) + (3 - D) * math.log(w))),
    ("ex-fail-leak", leaked),
    ("ex-fail-leak", leaked_by_bytes),
    ("ex-fail-leak", leaked_by_pieces),
    ("ex-fail-leak", leaked_by_lists),
    ("ex-fail-leak", exact_cdist),
]
WRONG = [
    ("ex-fail-first", ..., "the answer is missing"),
    ("ex-fail-first", 1 / 26, "the probability of each letter"),
    ("ex-fail-first", math.log(10), "ten classes"),
    ("ex-fail-first", math.log2(26), "the natural logarithm"),
    ("ex-fail-first", math.log10(26), "the base 10"),
    ("ex-fail-first", -math.log(26), "the sign is wrong"),
    ("ex-fail-first", 26, "the number of letters"),
    ("ex-fail-first", 3.3, "one digit more"),
    ("ex-fail-first", 3.25, "too small"),
    ("ex-fail-first", 0, "zero"),
    ("ex-fail-decay", {}, "a dictionary with the keys"),
    ("ex-fail-decay", late(lambda: list(decay_losses(0).values())), "a dictionary with the keys"),
    ("ex-fail-decay", late(lambda: decay_losses(0, accuracy=True)), "these look like accuracies"),
    ("ex-fail-decay", dict.fromkeys(DECAYS, 0.27), "does each optimizer get its own weight_decay?"),
    (
        "ex-fail-decay",
        {0: 0.2701, 0.001: 0.2702, 0.01: 0.2703, 0.1: 0.2704},
        "does each optimizer get its own weight_decay?",
    ),
    ("ex-fail-decay", late(lambda: trained_on(0)), "does each run begin with `fresh()`?"),
    ("ex-fail-decay", late(lambda: trained_on(3)), "does each run begin with `fresh()`?"),
    ("ex-fail-decay", seeds(lambda seed: exchanged(decay_losses(seed), 0, 0.01), 12), "exchanged?"),
    ("ex-fail-decay", seeds(lambda seed: exchanged(decay_losses(seed), 0.1, 0.01), 12), "exchanged?"),
    ("ex-fail-decay", late(lambda: exchanged(decay_losses(0), 0, 0.001)), "exchanged?"),
    ("ex-fail-decay", seeds(lambda seed: exchanged(decay_losses(seed), 0.001, 0.01), 12), "exchanged?"),
    ("ex-fail-decay", late(lambda: decay_losses(0, n_epochs=1)), "the patient should train"),
    ("ex-fail-decay", late(lambda: {**decay_losses(1), 0.1: 0.9}), "0.1 should stop the patient"),
    ("ex-fail-decay", late(lambda: {**decay_losses(1), 0.01: 2.1}), "0.01 should still train"),
    ("ex-fail-decay", late(lambda: {**decay_losses(1), 0.001: 0.05}), "begin with `fresh()`?"),
    ("ex-fail-decay", late(lambda: {**decay_losses(1), 0.001: 1.2}), "the patient should train"),
    ("ex-fail-patients", {}, "a dictionary with the keys"),
    ("ex-fail-patients", {**FOUND, "A": "?"}, "is none of the seven causes"),
    ("ex-fail-patients", {**FOUND, "A": ["dead units"]}, "is none of the seven causes"),
    ("ex-fail-patients", {**FOUND, "A": "zero weights"}, "patient A: look at the norms of the weights"),
    ("ex-fail-patients", {**FOUND, "B": "rate too small"}, "patient B: compare the relative updates"),
    ("ex-fail-patients", {**FOUND, "C": "dead units"}, "patient C: look at `dead_fraction`"),
    ("ex-fail-patients", {**FOUND, "D": "inputs not scaled"}, "patient D: look at the smallest"),
    ("ex-fail-patients", {**FOUND, "B": "rate too large"}, "patient B: compare the relative updates"),
    ("ex-fail-patients", {**FOUND, "D": "softmax before the loss"}, "patient D: train on ten examples"),
    ("ex-fail-patients", dict.fromkeys("ABCD", "dead units"), "patient B: look at `dead_fraction`"),
    ("ex-fail-patients", {**FOUND, "A": FOUND["B"], "B": FOUND["A"]}, "patient A: train on ten examples"),
    ("ex-fail-patients", list(FOUND.values()), "a dictionary with the keys"),
    ("ex-fail-step", training_step(mode=False), "not in the mode for training"),
    ("ex-fail-step", training_step(mode=None), "not in the mode for training"),
    ("ex-fail-step", training_step(softmax=True), "what reaches F.cross_entropy is not scores"),
    ("ex-fail-step", training_step(reset=False), "still has the first one's gradient"),
    ("ex-fail-step", training_step(False, True, False), "3 of the faults are left"),
    ("ex-fail-step", training_step(softmax=True, reset=False), "2 of the faults are left"),
    ("ex-fail-step", training_step(returns=lambda loss: loss), "the loss is a tensor"),
    ("ex-fail-step", training_step(returns=lambda loss: None), "the function returns nothing"),
    ("ex-fail-step", training_step(returns=lambda loss: 0.0), "is not the loss before it"),
    ("ex-fail-step", loss_after, "is not the loss before it"),
    ("ex-fail-step", own_optimizer, "are not those of a correct step"),
    ("ex-fail-step", summed, "are not those of a correct step"),
    ("ex-fail-step", training_step(mode=False, move=False), "the parameters have not moved"),
    ("ex-fail-step", lambda model, X, y: 0.0, "the function is to take"),
    ("ex-fail-guard", lambda X, y, K: None, "the function returns nothing"),
    ("ex-fail-guard", lambda X, y, K: X > 0, "one True or False"),
    ("ex-fail-guard", lambda X, y, K: False, "this batch is good, and the answer is False"),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X, y, K) and X.min() >= 0, "may be negative"),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X, y, K) and len(y) > 1, "a batch of one is good"),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X, y, K) and X.abs().max() < 20, "−20 is not above"),
    ("ex-fail-guard", lambda X, y, K: without("size")(X, y, K) and X.abs().max() <= 100, "a value of 20.01"),
    ("ex-fail-guard", lambda X, y, K: without("size")(X, y, K) and X.max() <= 20, "X goes to −255"),
    (
        "ex-fail-guard",
        lambda X, y, K: without("X type")(X, y, K) and X.dtype != torch.float64 and X.is_floating_point(),
        "X is float16",
    ),
    (
        "ex-fail-guard",
        lambda X, y, K: without("y type")(X, y, K) and not y.is_floating_point(),
        "y is int32",
    ),
    (
        "ex-fail-guard",
        lambda X, y, K: without("y type")(X, y, K) and y.dtype in (torch.int64, torch.uint8),
        "y is uint8",
    ),
    (
        "ex-fail-guard",
        lambda X, y, K: without("length")(X, y, K) and len(y) >= len(X),
        "y has more entries",
    ),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X, y, min(K, 10)), "there may be twelve classes"),
    (
        "ex-fail-guard",
        lambda X, y, K: fit_to_train(X, y, K) and len(y.unique()) == K,
        "a batch of one is good",
    ),
    ("ex-fail-guard", lambda X, y, K: "yes" if fit_to_train(X, y, K) else "", "True or False is asked for."),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X.abs_(), y, K), "has changed"),
    ("ex-fail-guard", lambda X, y, K: without("size")(X, y, K) and X.abs().max() < 20.2, "a value of 20.01"),
    ("ex-fail-guard", without("X type"), "X is float64"),
    ("ex-fail-guard", without("nan"), "X has a nan"),
    ("ex-fail-guard", without("inf"), "X has an infinite value"),
    ("ex-fail-guard", without("size"), "X goes to 255"),
    ("ex-fail-guard", without("axes"), "X has three axes"),
    ("ex-fail-guard", without("y type"), "y is float32"),
    ("ex-fail-guard", without("y axes"), "y is a column"),
    ("ex-fail-guard", without("length"), "fewer entries"),
    ("ex-fail-guard", without("above"), "the class K"),
    ("ex-fail-guard", without("below"), "the class −1"),
    ("ex-fail-entropy", lambda y, K: math.log(K), "that is ln K"),
    ("ex-fail-entropy", lambda y, K: lowest_loss(y, K) / math.log(2), "to the base 2"),
    ("ex-fail-entropy", lambda y, K: lowest_loss(y, K) / K, "each counts with its share"),
    ("ex-fail-entropy", lambda y, K: -shares_of(y, K).max().log(), "the largest share alone"),
    ("ex-fail-entropy", naive_loss, "a logarithm meet 0"),
    ("ex-fail-entropy", lambda y, K: len(y) * lowest_loss(y, K), "here it is their sum"),
    ("ex-fail-entropy", lambda y, K: math.log(len(y.unique())), "the number of different classes"),
    ("ex-fail-entropy", lambda y, K: 1 - shares_of(y, K).max(), "the error of always naming"),
    ("ex-fail-entropy", lambda y, K: 1 - shares_of(y, K).square().sum(), "squares of the shares"),
    ("ex-fail-entropy", lambda y, K: min(lowest_loss(y, K), math.log(K) - 0.01), "it is too small"),
    ("ex-fail-entropy", lambda y, K: -lowest_loss(y, K), "the sign is wrong"),
    ("ex-fail-entropy", lambda y, K: torch.special.entr(shares_of(y, K)), "this is a tensor of shape (5,)"),
    (
        "ex-fail-entropy",
        lambda y, K: -(shares_of(y, K) * (shares_of(y, K) + 0.01).log()).sum(),
        "it is too small",
    ),
    ("ex-fail-threshold", lambda w, c, lam, D: (lam / c) ** (1 / (D - 2)), "v has its own"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c * w ** (2 - D), "w is missing"),
    ("ex-fail-threshold", lambda w, c, lam, D: c / lam * w ** (3 - D), "have changed places"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c * w ** (D - 3), "the wrong sign"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam * w ** (3 - D), "c is left out"),
    ("ex-fail-threshold", lambda w, c, lam, D: w ** (3 - D) / c, "λ is left out"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c * w ** (3 - D) / (D - 1), "counts once"),
    ("ex-fail-threshold", lambda w, c, lam, D: -lam / c * w ** (3 - D), "the sign is wrong"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c * w ** (4 - D), "it is too"),
    ("ex-fail-threshold", lambda w, c, lam, D: min(least_v(w, c, lam, D), 1), "it is too small"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c, "it is too"),
    ("ex-fail-leak", lambda A, B: copied(A, B).sum(), "that is a number of rows"),
    ("ex-fail-leak", lambda A, B: 1 - leaked(A, B), "the rows that are new"),
    ("ex-fail-leak", lambda A, B: copied(A, B).sum() / len(A), "the training rows"),
    (
        "ex-fail-leak",
        lambda A, B: (B[:, None] == A).any(2).any(1).float().mean(),
        "shares single entries",
    ),
    ("ex-fail-leak", lambda A, B: (torch.cdist(B, A) < 0.01).any(1).float().mean(), "not if it is near"),
    (
        "ex-fail-leak",
        lambda A, B: ((B[:, None] - A).norm(dim=2) < 1e-3).any(1).float().mean(),
        "not if it is very near",
    ),
    (
        "ex-fail-leak",
        lambda A, B: ((B[:, None] - A).abs() < 2e-6).all(2).any(1).float().mean(),
        "not if it is as near as rounding",
    ),
    ("ex-fail-leak", lambda A, B: (torch.cdist(B, A) == 0).any(1).float().mean(), "`torch.cdist` rounds"),
    (
        "ex-fail-leak",
        lambda A, B: len({tuple(r) for r in A.tolist()} & {tuple(r) for r in B.tolist()}) / len(B),
        "stands twice in X_val counts twice",
    ),
    ("ex-fail-leak", lambda A, B: torch.isin(B, A).all(1).float().mean(), "but not in one row"),
    ("ex-fail-leak", lambda A, B: (B[:, None] == A).all(2).float().sum() / len(B), "counts once, however"),
    (
        "ex-fail-leak",
        lambda A, B: ((B[:, None] == A).float().mean(2) > 0.99).any(1).float().mean(),
        "too large",
    ),
    ("ex-fail-leak", leaked_by_count, "counts once, however often it stands in X_train"),
    (
        "ex-fail-leak",
        lambda A, B: leaked(A.sort(1).values, B.sort(1).values),
        "it is too large",
    ),
    ("ex-fail-leak", lambda A, B: leaked(B, A), "it is too"),
    (
        "ex-fail-leak",
        lambda A, B: sum(any(torch.allclose(a, b) for a in A) for b in B) / len(B),
        "not if it is as near as rounding",
    ),
    (
        "ex-fail-leak",
        lambda A, B: (len(A) + len(B) - len(torch.cat([A, B]).unique(dim=0))) / len(B),
        "it is too large",
    ),
]


TestWhenTrainingFails = attempts(when_training_fails, RIGHT, WRONG, least=(3, 8))
