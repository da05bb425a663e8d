"""The checkers of "When training fails": right answers pass, typical wrong ones hear what is wrong."""

import math

import torch
import torch.nn.functional as F
from nnbook.check import when_training_fails

from tests.nnbook.check.attempts import attempts

ACCURACIES = {0: 0.91, 0.001: 0.9, 0.01: 0.86, 0.1: 0.11}
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


RIGHT = [
    ("ex-fail-first", math.log(26)),
    ("ex-fail-first", 3.26),
    ("ex-fail-decay", ACCURACIES),
    ("ex-fail-decay", {d: torch.tensor(value) for d, value in ACCURACIES.items()}),
    ("ex-fail-patients", FOUND),
    ("ex-fail-step", training_step()),
    ("ex-fail-guard", fit_to_train),
    ("ex-fail-guard", lambda X, y, K: torch.tensor(fit_to_train(X, y, K))),
    ("ex-fail-entropy", lowest_loss),
    ("ex-fail-threshold", least_v),
    ("ex-fail-leak", leaked),
    ("ex-fail-leak", leaked_by_bytes),
]
WRONG = [
    ("ex-fail-first", ..., "the answer is missing"),
    ("ex-fail-first", 1 / 26, "the probability of each letter"),
    ("ex-fail-first", math.log(10), "ten classes"),
    ("ex-fail-first", math.log2(26), "the natural logarithm"),
    ("ex-fail-first", math.log10(26), "the base 10"),
    ("ex-fail-first", -math.log(26), "the sign is wrong"),
    ("ex-fail-decay", {}, "a dictionary with the keys"),
    ("ex-fail-decay", {d: 100 * value for d, value in ACCURACIES.items()}, "are these per cent"),
    ("ex-fail-decay", dict.fromkeys(ACCURACIES, 0.9), "all are equal"),
    ("ex-fail-decay", {**ACCURACIES, 0: 0.3}, "the patient should train"),
    ("ex-fail-decay", {**ACCURACIES, 0.1: 0.8}, "0.1 should stop the patient"),
    ("ex-fail-decay", {**ACCURACIES, 0.01: 0.1}, "mixed up"),
    ("ex-fail-patients", {}, "a dictionary with the keys"),
    ("ex-fail-patients", {**FOUND, "A": "?"}, "is none of the seven causes"),
    ("ex-fail-patients", {**FOUND, "A": ["dead units"]}, "is none of the seven causes"),
    ("ex-fail-patients", {**FOUND, "A": "zero weights"}, "patient A: look at the norms of the weights"),
    ("ex-fail-patients", {**FOUND, "B": "rate too small"}, "patient B: compare the relative updates"),
    ("ex-fail-patients", {**FOUND, "C": "dead units"}, "patient C: look at `dead_fraction`"),
    ("ex-fail-patients", {**FOUND, "D": "inputs not scaled"}, "patient D: look at the smallest"),
    ("ex-fail-step", training_step(mode=False), "not in the mode for training"),
    ("ex-fail-step", training_step(mode=None), "not in the mode for training"),
    ("ex-fail-step", training_step(softmax=True), "what reaches F.cross_entropy is not scores"),
    ("ex-fail-step", training_step(reset=False), "still has the first one's gradient"),
    ("ex-fail-step", training_step(False, True, False), "3 of the faults are left"),
    ("ex-fail-step", training_step(softmax=True, reset=False), "2 of the faults are left"),
    ("ex-fail-step", training_step(returns=lambda loss: loss), "the loss is a tensor"),
    ("ex-fail-step", training_step(returns=lambda loss: None), "the function returns nothing"),
    ("ex-fail-step", training_step(returns=lambda loss: 0.0), "is not the loss before it"),
    ("ex-fail-step", training_step(mode=False, move=False), "the parameters have not moved"),
    ("ex-fail-step", lambda model, X, y: 0.0, "the function is to take"),
    ("ex-fail-guard", lambda X, y, K: None, "the function returns nothing"),
    ("ex-fail-guard", lambda X, y, K: X > 0, "one True or False"),
    ("ex-fail-guard", lambda X, y, K: False, "this batch is good, and the answer is False"),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X, y, K) and X.min() >= 0, "may be negative"),
    ("ex-fail-guard", lambda X, y, K: fit_to_train(X, y, K) and len(y) > 1, "a batch of one is good"),
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
    ("ex-fail-threshold", lambda w, c, lam, D: (lam / c) ** (1 / (D - 2)), "v has its own"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c * w ** (2 - D), "w is missing"),
    ("ex-fail-threshold", lambda w, c, lam, D: c / lam * w ** (3 - D), "have changed places"),
    ("ex-fail-threshold", lambda w, c, lam, D: lam / c * w ** (D - 3), "the wrong sign"),
    ("ex-fail-leak", lambda A, B: copied(A, B).sum(), "that is a number of rows"),
    ("ex-fail-leak", lambda A, B: 1 - leaked(A, B), "the rows that are new"),
    ("ex-fail-leak", lambda A, B: copied(A, B).sum() / len(A), "the training rows"),
    (
        "ex-fail-leak",
        lambda A, B: (B[:, None] == A).any(2).any(1).float().mean(),
        "shares single entries",
    ),
    ("ex-fail-leak", lambda A, B: (torch.cdist(B, A) < 0.01).any(1).float().mean(), "not if it is near"),
]


TestWhenTrainingFails = attempts(when_training_fails, RIGHT, WRONG)
