"""The checkers of "Overfitting": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nnbook.check import overfitting

from tests.nnbook.check.attempts import attempts


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 (one right answer draws from the old generator)


def k_folds(n, k):
    pieces = torch.randperm(n).tensor_split(k)
    return [(torch.cat([*pieces[:i], *pieces[i + 1 :]]), pieces[i]) for i in range(k)]


def changed(change):
    """Folds of which each pair is changed."""
    return lambda n, k: [change(kept, out) for kept, out in k_folds(n, k)]


def cut(pieces):
    """Folds with other pieces, a function of n and k."""

    def attempt(n, k):
        parts = [torch.as_tensor(part) for part in pieces(n, k)]
        return [(torch.cat([*parts[:i], *parts[i + 1 :]]), part) for i, part in enumerate(parts)]

    return attempt


def numpy_folds(n, k):
    for part in np.array_split(np.random.permutation(n), k):  # noqa: NPY002
        yield np.setdiff1d(np.arange(n), part)[::-1], part


def strided(n, k):
    order = torch.randperm(n)
    return [order[i::k] for i in range(k)]


def rest_last(n, k):
    order = torch.randperm(n)
    ends = [n // k * i for i in range(k)] + [n]
    return [order[ends[i] : ends[i + 1]] for i in range(k)]


def overlapping(n, k):
    pairs = []
    for _ in range(k):
        order = torch.randperm(n)
        pairs.append((order[n // k :], order[: n // k]))
    return pairs


def neighbours(n, k):
    pieces = torch.arange(n).tensor_split(k)
    return [pieces[i] for i in torch.randperm(k)]


def masks(n, k):
    fold = torch.randperm(n) % k
    return [(fold != i, fold == i) for i in range(k)]


def early_stop(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


def lowest_so_far(val_losses, patience):
    """The same, found from the running minimum."""
    for last in range(len(val_losses)):
        best = int(np.argmin(val_losses[: last + 1]))
        if last - best == patience:
            break
    return np.array([best, last])


def never_runs_out(val_losses, patience):
    for epoch in range(len(val_losses)):
        best, last = early_stop(val_losses[: epoch + 1], patience)
        if last - best == patience:
            return best, last


def ties(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss <= val_losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


def rises(val_losses, patience):
    best = in_a_row = 0
    for epoch, loss in enumerate(val_losses):
        best = epoch if loss < val_losses[best] else best
        in_a_row = in_a_row + 1 if epoch and loss >= val_losses[epoch - 1] else 0
        if in_a_row >= patience:
            break
    return best, epoch


def other_stop(change):
    """A function of the losses, the best epoch and the last one in place of the last two."""
    return lambda val_losses, patience: change(val_losses, *early_stop(val_losses, patience))


def dropout(A, p):
    return A * (torch.rand(A.shape) >= p) / (1 - p)


def numpy_dropout(A, p):
    return np.where(np.random.random(A.shape) < p, 0, A.numpy() / (1 - p))  # noqa: NPY002


def drop(shape, scale=lambda p: 1 - p):
    """Dropout with a mask of the given shape, a function of A's, and another divisor of what is kept."""
    return lambda A, p: A * (torch.rand(shape(A.shape)) >= p) / scale(p)


def whole(shape):
    return shape


def in_place(A, p):
    A *= torch.rand(A.shape) >= p
    return A / (1 - p)


def same_each_call(A, p):
    generator = torch.Generator().manual_seed(1)
    return A * (torch.rand(A.shape, generator=generator) >= p) / (1 - p)


def exact_share(A, p):
    keep = torch.randperm(A.numel()) >= round(p * A.numel())
    return A * keep.reshape(A.shape) / (1 - p)


def share_kept(A, p):
    keep = torch.rand(A.shape) >= p
    return A * keep / keep.float().mean()


def with_nan(A, p):
    return torch.where(dropout(A, p) == 0, 0.0, torch.nan)


def lowest(theta_star, h, lam):
    return h / (h + lam) * theta_star


def arrived(theta_star, h, lr, t):
    return (1 - (1 - lr * h) ** t) * theta_star


def shrunk(theta_star, h, lam, lr, t):
    return lowest(theta_star, h, lam), arrived(theta_star, h, lr, t)


def step_by_step(theta_star, h, lam, lr, t):
    theta = torch.tensor(0.0)
    for _ in range(t):
        theta = theta - lr * h * (theta - theta_star)
    return [torch.tensor(theta_star) * h / (h + lam), theta]


def first(change):
    """The first of the pair is another function of theta_star, h and lam."""
    return lambda theta_star, h, lam, lr, t: (change(theta_star, h, lam), arrived(theta_star, h, lr, t))


def second(change):
    """The second of the pair is another function of theta_star, h, lr and t."""
    return lambda theta_star, h, lam, lr, t: (lowest(theta_star, h, lam), change(theta_star, h, lr, t))


def fewer(n, a):
    """The probability that one has fewer than a of n right."""
    return sum(math.comb(n, j) for j in range(a)) / 2**n


def best_of(k, n, a):
    return 1 - fewer(n, a) ** k


def binomial_best(k, n, a):
    log_probs = torch.distributions.Binomial(n, torch.tensor(0.5).double()).log_prob(torch.arange(n + 1.0))
    return 1 - log_probs.exp()[:a].sum() ** k


NOISE = [0.877, 0.764, 0.680, 0.527, 0.407, 0.300, 0.328, 0.577]  # runs with seeds 12, 4 and 2
OTHER_NOISE = [0.729, 0.618, 0.585, 0.408, 0.279, 0.232, 0.304, 0.566]
LARGE_NOISE = [2.003, 1.476, 1.116, 0.743, 0.512, 0.279, 0.318, 0.570]
NOISE_TRAINING = [0.210, 0.236, 0.252, 0.305, 0.354, 0.420, 0.744, 1.088]
CHAPTER_NOISE = [0.219, 0.159, 0.127, 0.089, 0.072, 0.076, 0.263, 0.574]

RIGHT = [
    ("ex-over-count", 8 * 5 + 1),
    ("ex-over-count", 41.0),
    ("ex-over-count", torch.tensor(41)),
    ("ex-over-count", np.int64(41)),
    ("ex-over-noise", NOISE),
    ("ex-over-noise", tuple(torch.tensor(error) for error in OTHER_NOISE)),
    ("ex-over-noise", torch.tensor(LARGE_NOISE)),
    ("ex-over-noise", np.array(NOISE)),
    ("ex-over-folds", k_folds),
    ("ex-over-folds", changed(lambda kept, out: [kept.tolist(), set(out.tolist())])),
    ("ex-over-folds", numpy_folds),
    ("ex-over-folds", lambda n, k: tuple(k_folds(n, k))),
    ("ex-over-folds", cut(strided)),
    ("ex-over-patience", early_stop),
    ("ex-over-patience", lowest_so_far),
    ("ex-over-patience", lambda val_losses, patience: torch.tensor(early_stop(val_losses, patience))),
    ("ex-over-patience", lambda val_losses, patience: list(early_stop(torch.tensor(val_losses), patience))),
    ("ex-over-dropout", dropout),
    ("ex-over-dropout", F.dropout),
    ("ex-over-dropout", numpy_dropout),
    ("ex-over-dropout", lambda A, p: torch.nn.Dropout(p)(A)),
    ("ex-over-dropout", lambda A, p: A * torch.bernoulli(torch.full_like(A, 1 - p)) / (1 - p)),
    ("ex-over-shrink", shrunk),
    ("ex-over-shrink", step_by_step),
    ("ex-over-shrink", lambda *args: np.array(shrunk(*args))),
    ("ex-over-best", best_of),
    ("ex-over-best", binomial_best),
    ("ex-over-best", lambda k, n, a: np.float64(best_of(k, n, a))),
    ("ex-over-leak", (0.238, 0.456)),
    ("ex-over-leak", [0.107, 0.346]),  # of other seeds
    ("ex-over-leak", torch.tensor([0.073, 0.349])),
    ("ex-over-leak", np.array([0.266, 0.658])),
    ("ex-over-leak", (torch.tensor(0.163), np.float64(0.415))),
]


WRONG = [
    ("ex-over-count", 8 * 5, "the network that will be used still has to be trained"),
    ("ex-over-count", torch.tensor(8 + 5 + 1), "each strength is tried on each fold"),
    ("ex-over-count", 8 + 5, "each strength is tried on each fold"),
    ("ex-over-count", 8 + 1, "each strength is tried on each fold"),
    ("ex-over-count", 8, "each strength is tried on each fold"),
    ("ex-over-count", 8 * 4, "then comes one last training"),
    ("ex-over-count", 8 * 4 + 1, "there are five folds, and each is left out once for each strength."),
    ("ex-over-count", 8 * 5 + 5, "one last training is enough"),
    ("ex-over-count", 8 * 5 + 8, "one last training is enough"),
    ("ex-over-count", 400, "it is too large"),
    ("ex-over-count", 12, "it is too small"),
    ("ex-over-count", ..., "the answer is missing"),
    ("ex-over-count", [8, 5], "this is a list of length 2, and a number is asked for"),
    ("ex-over-noise", [], "this is an empty list, and a row of 8 numbers is asked for"),
    ("ex-over-noise", 1e-2, "this is a number, and a row of 8 numbers is asked for"),
    ("ex-over-noise", NOISE_TRAINING, "are they the training losses?"),
    ("ex-over-noise", CHAPTER_NOISE, "is the noise 0.8?"),
    ("ex-over-noise", [error + 0.64 for error in NOISE], "the true error has no τ² in it"),
    ("ex-over-noise", [20 * error for error in NOISE], "the mean of 20 is asked for"),
    ("ex-over-noise", NOISE[::-1], "is this the order of `strengths`?"),
    ("ex-over-noise", [math.sqrt(error) for error in NOISE], "nearly that of a flat line"),
    ("ex-over-noise", [*NOISE[:7], 0.3], "nearly that of a flat line"),
    (
        "ex-over-noise",
        [0.56, 0.53, 0.6, 0.55, 0.52, 0.58, 0.5, 0.57],
        "does each network have its own strength?",
    ),
    ("ex-over-noise", [0.9, 0.8, 0.75, 0.7, 0.65, 0.62, 0.6, 0.55], "is λ in the order of `strengths`?"),
    ("ex-over-noise", [*NOISE[:7], math.nan], "a positive number"),
    ("ex-over-noise", [-error for error in NOISE], "a positive number"),
    ("ex-over-folds", lambda n, k: None, "the function returns nothing"),
    ("ex-over-folds", lambda n, k: torch.randperm(n), "a list of pairs of index tensors is asked for"),
    ("ex-over-folds", lambda n, k: torch.randperm(n).tensor_split(k), "a list of pairs of index tensors"),
    (
        "ex-over-folds",
        lambda n, k: 5,
        "a list of pairs of index tensors is asked for. (Tried with n = 30, k = 5.)",
    ),
    ("ex-over-folds", masks, "not masks"),
    ("ex-over-folds", changed(lambda kept, out: (kept[:, None], out[:, None])), "not tensors with more axes"),
    ("ex-over-folds", changed(lambda kept, out: (out, kept)), "the two of a pair have changed places"),
    ("ex-over-folds", overlapping, "some example is left out more than once"),
    ("ex-over-folds", changed(lambda kept, out: (kept + 1, out + 1)), "the indices go from 0 to n − 1"),
    (
        "ex-over-folds",
        cut(lambda n, k: torch.randperm(n // k * k).split(n // k)),
        "some example is never left out",
    ),
    (
        "ex-over-folds",
        changed(lambda kept, out: (torch.cat([kept, out]), out)),
        "what is left out is kept as well",
    ),
    ("ex-over-folds", changed(lambda kept, out: (kept[1:], out)), "all that is not left out, each once"),
    ("ex-over-folds", cut(lambda n, k: torch.randperm(n).split(n // k)), "the list has 4 pairs"),
    ("ex-over-folds", cut(rest_last), "differ in size by more than one. (Tried with n = 10, k = 4.)"),
    ("ex-over-folds", cut(lambda n, k: torch.randperm(n).chunk(k)), "differ in size by more than one"),
    ("ex-over-folds", cut(lambda n, k: torch.arange(n).tensor_split(k)), "each call gives the same folds"),
    ("ex-over-folds", cut(lambda n, k: [range(i, n, k) for i in range(k)]), "each call gives the same folds"),
    ("ex-over-folds", cut(neighbours), "each fold is a stretch of neighbours"),
    ("ex-over-folds", lambda n, k: torch.randperm(n).reshape(k, n // k), "a list of pairs of index tensors"),
    ("ex-over-folds", lambda n: k_folds(n, 5), "the function is to take (n, k)"),
    ("ex-over-patience", lambda val_losses, patience: None, "is a line still to be written?"),
    ("ex-over-patience", lambda losses, patience: (0, 4), "2 of 2 entries are wrong"),
    ("ex-over-patience", never_runs_out, "returns nothing when the patience never runs out"),
    ("ex-over-patience", other_stop(lambda losses, best, last: best), "this is a number, and a row of 2"),
    ("ex-over-patience", other_stop(lambda losses, best, last: (last, best)), "the two have changed places"),
    (
        "ex-over-patience",
        other_stop(lambda losses, best, last: (losses[best], losses[last])),
        "these are losses",
    ),
    (
        "ex-over-patience",
        other_stop(lambda losses, best, last: (losses[best], last)),
        "that is the lowest loss",
    ),
    ("ex-over-patience", other_stop(lambda losses, best, last: (best + 1, last + 1)), "are counted from 0"),
    ("ex-over-patience", other_stop(lambda losses, best, last: (best, last + 1)), "one epoch too late"),
    ("ex-over-patience", other_stop(lambda losses, best, last: (best, last - 1)), "one epoch too early"),
    (
        "ex-over-patience",
        other_stop(lambda losses, best, last: (last, last)),
        "of the best epoch, not of the last",
    ),
    ("ex-over-patience", lambda losses, patience: early_stop(losses, patience + 1), "one epoch too late"),
    ("ex-over-patience", lambda losses, patience: early_stop(losses, patience - 1), "one epoch too early"),
    ("ex-over-patience", lambda losses, patience: early_stop(losses, 99), "the lowest of all the losses"),
    ("ex-over-patience", lambda losses, patience: rises(losses, 1), "training stops at the first rise"),
    (
        "ex-over-patience",
        other_stop(lambda losses, best, last: (losses.index(min(losses)), last)),
        "the losses that come after the stop",
    ),
    ("ex-over-patience", ties, "a loss equal to the lowest is not a new lowest one"),
    ("ex-over-patience", rises, "this counts rises"),
    (
        "ex-over-patience",
        lambda losses, patience: (early_stop(losses, patience)[0], patience),
        "the second is the patience",
    ),
    ("ex-over-dropout", lambda A, p: None, "the function returns nothing"),
    ("ex-over-dropout", lambda A, p: A, "0 % of the entries are 0"),
    ("ex-over-dropout", lambda A, p: dropout(A, 1 - p), "Are p and 1 − p exchanged?"),
    (
        "ex-over-dropout",
        lambda A, p: dropout(A, 0.5),
        "% of the entries are 0. (Tried with A of shape (200, 50)",
    ),
    ("ex-over-dropout", lambda A, p: torch.rand(A.shape) >= p, "this is made of True and False"),
    ("ex-over-dropout", lambda A, p: dropout(A, p)[0], "this is a tensor of shape (50,)"),
    ("ex-over-dropout", drop(whole, lambda p: 1), "what is kept is not scaled up"),
    ("ex-over-dropout", drop(whole, lambda p: p), "what is kept is divided by p"),
    ("ex-over-dropout", drop(whole, lambda p: 1 / (1 - p)), "what is kept is multiplied by 1 − p"),
    ("ex-over-dropout", drop(whole, lambda p: 1 + p), "what is kept is not A / (1 − p)"),
    ("ex-over-dropout", lambda A, p: dropout(torch.ones_like(A), p), "what is kept is not A / (1 − p)"),
    ("ex-over-dropout", share_kept, "the share that was kept this time"),
    ("ex-over-dropout", drop(lambda shape: shape[1:]), "all along axis 0 the same entries are dropped"),
    (
        "ex-over-dropout",
        drop(lambda shape: (*shape[:-1], 1)),
        "all along axis 1 the same entries are dropped",
    ),
    ("ex-over-dropout", in_place, "A has changed"),
    ("ex-over-dropout", same_each_call, "each call drops the same entries"),
    ("ex-over-dropout", exact_share, "each call drops equally many entries"),
    ("ex-over-dropout", with_nan, "the result holds nan or inf"),
    ("ex-over-dropout", dropout(torch.ones(3), 0.5), "a function is asked for"),
    ("ex-over-shrink", lambda *args: None, "the function returns nothing"),
    (
        "ex-over-shrink",
        lambda *args: shrunk(*args)[0],
        "this is a number, and a row of 2 numbers is asked for",
    ),
    ("ex-over-shrink", lambda *args: shrunk(*args)[::-1], "the two have changed places"),
    ("ex-over-shrink", first(lambda theta, h, lam: lam / (h + lam) * theta), "λ stands in place of h"),
    ("ex-over-shrink", first(lambda theta, h, lam: h / (h + 2 * lam) * theta), "without its ½"),
    ("ex-over-shrink", first(lambda theta, h, lam: h / (h - lam) * theta), "the sign of λ is wrong"),
    ("ex-over-shrink", first(lambda theta, h, lam: h / (h + lam)), "is lowest is wrong: θ* is missing"),
    ("ex-over-shrink", first(lambda theta, h, lam: theta), "the penalty has no effect"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: (1 - lr * h) ** t * theta), "the error that is left"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: -((1 - lr * h) ** t) * theta), "this is θ − θ*, not θ"),
    (
        "ex-over-shrink",
        second(lambda theta, h, lr, t: arrived(1, h, lr, t)),
        "t steps is wrong: θ* is missing",
    ),
    ("ex-over-shrink", second(lambda theta, h, lr, t: theta), "the steps begin at 0, not at θ*"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: t * lr * h * theta), "t times the first step"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: lr * h * theta), "this is a single step"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: arrived(theta, h, lr, t + 1)), "one step too many"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: arrived(theta, h, lr, t - 1)), "one step too few"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: arrived(theta, h, -lr, t)), "not by 1 + ηh"),
    ("ex-over-shrink", second(lambda theta, h, lr, t: (1 - math.exp(-lr * h * t)) * theta), "tiny steps"),
    (
        "ex-over-shrink",
        lambda theta, h, lam, lr, t: (lowest(theta, h, lam), arrived(lowest(theta, h, lam), h + lam, lr, t)),
        "the steps are without penalty",
    ),
    ("ex-over-best", lambda k, n, a: 1 - fewer(n, a + 1) ** k, "a itself counts"),
    (
        "ex-over-best",
        lambda k, n, a: 1 - (1 - math.comb(n, a) / 2**n) ** k,
        "exactly a right; more count too",
    ),
    ("ex-over-best", lambda k, n, a: (1 - fewer(n, a)) ** k, "all k have at least a right"),
    ("ex-over-best", lambda k, n, a: fewer(n, a) ** k, "the best has fewer than a"),
    ("ex-over-best", lambda k, n, a: 1 - fewer(n, a), "k has no effect"),
    ("ex-over-best", lambda k, n, a: fewer(n, a), "a single one has fewer than a"),
    ("ex-over-best", lambda k, n, a: k * (1 - fewer(n, a)), "can be above 1"),
    ("ex-over-best", lambda k, n, a: 100 * best_of(k, n, a), "is it in per cent?"),
    ("ex-over-best", best_of(10, 20, 14), "give the function's name, without parentheses"),
    ("ex-over-best", lambda n, a: 1 - fewer(n, a), "the function is to take (k, n, a)"),
    ("ex-over-leak", ..., "the answer is missing, and a row of 2 numbers is asked for"),
    ("ex-over-leak", 0.238, "this is a number, and a row of 2 numbers is asked for"),
    ("ex-over-leak", (0.456, 0.238), "have they changed places?"),
    ("ex-over-leak", (0.238, 0.296), "is the noise variance, 0.16, added?"),
    ("ex-over-leak", (0.107, 0.186), "is the noise variance, 0.16, added?"),
    ("ex-over-leak", (0.517, 0.517), "do twins, x and y, lie on both sides"),  # no twin on the other side
    ("ex-over-leak", (0.293, 0.315), "do twins, x and y, lie on both sides"),  # twins with noise of their own
    ("ex-over-leak", (0.057, 0.456), "is it the training loss?"),
    ("ex-over-leak", (20 * 0.238, 20 * 0.456), "both are means over the 20 data sets"),
    ("ex-over-leak", (0.0, 0.456), "two positive losses"),
    ("ex-over-leak", (0.238, math.inf), "two positive losses"),
]


TestOverfitting = attempts(overfitting, RIGHT, WRONG)
