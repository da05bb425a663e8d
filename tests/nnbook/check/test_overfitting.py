"""The checkers of "Overfitting": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nnbook.check import overfitting

from tests.nnbook.check.attempts import attempts, seeds


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


def noise_runs(change, runs=None):
    """Each run of the noisier fits, changed."""
    runs = runs or NOISE_RUNS
    return seeds(lambda seed: change(runs[seed]), len(runs))


def leak_runs(change):
    """Each run of the leak, changed."""
    return seeds(lambda seed: change(*LEAK_RUNS[seed]))


def swapped(i, j):
    """Each run with two of its numbers exchanged."""

    def change(run):
        run = list(run)
        run[i], run[j] = run[j], run[i]
        return run

    return noise_runs(change)


def turned_stride(n, k):
    shift = int(torch.randint(k, ()))
    return [(torch.arange(i, n, k) + shift) % n for i in range(k)]


def turned_neighbours(n, k):
    return ((torch.arange(n) + int(torch.randint(n, ()))) % n).tensor_split(k)


def first_always_first(n, k):
    order = torch.cat([torch.tensor([0]), 1 + torch.randperm(n - 1)])
    return order.tensor_split(k)


def even_and_odd(n, k):
    """Only the even places are mixed."""
    order = torch.arange(n)
    order[::2] = order[::2][torch.randperm(len(order[::2]))]
    return order.tensor_split(k)


def emptied(val_losses, patience):
    result = early_stop(val_losses, patience)
    val_losses.clear()
    return result


def by_a_tenth(val_losses, patience):
    """Only a loss that is a tenth lower counts as a new lowest one."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        best = epoch if loss < 0.9 * val_losses[best] else best
        if epoch and epoch - best >= patience:
            break
    return best, epoch


def begins_with(lowest):
    """The lowest loss so far is at first a given number."""

    def attempt(val_losses, patience):
        least, best, waited = lowest, 0, 0
        for epoch, loss in enumerate(val_losses):
            if loss < least:
                least, best, waited = loss, epoch, 0
            else:
                waited += 1
                if waited >= patience:
                    break
        return best, epoch

    return attempt


def ordered_if_uneven(n, k):
    return (torch.arange(n) if n % k else torch.randperm(n)).tensor_split(k)


def misses(val_losses, patience):
    """Stop after so many epochs without a new lowest loss, however far apart."""
    best = count = 0
    for epoch, loss in enumerate(val_losses):
        best = epoch if loss < val_losses[best] else best
        count += best != epoch
        if count >= patience:
            break
    return best, epoch


def by_pairs(A, p):
    """Neighbours in the last axis are dropped together."""
    keep = torch.rand(A.shape) >= p
    keep[..., 1::2] = keep[..., : 2 * (A.shape[-1] // 2) : 2]
    return A * keep / (1 - p)


def halves(A, p):
    """One mask serves both halves."""
    keep = torch.rand(A.shape) >= p
    half = len(A) // 2
    if half > 1:
        keep[half : 2 * half] = keep[:half]
    return A * keep / (1 - p)


def positive(A, p):
    return dropout(A.abs(), p)


def by_where(A, p):
    return torch.where(torch.rand_like(A) < p, torch.zeros_like(A), A / (1 - p))


def by_the_worst(k, n, a):
    return 1 - (1 - fewer(n, a)) ** k


def normal_best(k, n, a):
    """The binomial by a normal distribution, without the half for continuity."""
    q = 0.5 * (1 + math.erf((a - n / 2) / math.sqrt(n / 2)))
    return 1 - q**k


def by_logarithms(k, n, a):
    q = fewer(n, a)
    return -math.expm1(k * math.log(q)) if q else 1.0


NOISE = [0.877, 0.764, 0.680, 0.527, 0.407, 0.300, 0.328, 0.577]  # runs with seeds 12, 4 and 2
OTHER_NOISE = [0.729, 0.618, 0.585, 0.408, 0.279, 0.232, 0.304, 0.566]
LARGE_NOISE = [2.003, 1.476, 1.116, 0.743, 0.512, 0.279, 0.318, 0.570]
# Runs of the solution with other seeds; then their training losses, and errors with the noise of the chapter.
NOISE_RUNS = [
    [0.865, 0.785, 0.734, 0.497, 0.318, 0.205, 0.314, 0.579],
    [0.895, 0.665, 0.54, 0.356, 0.252, 0.181, 0.305, 0.569],
    [1.011, 0.798, 0.595, 0.456, 0.273, 0.192, 0.3, 0.586],
    [0.697, 0.62, 0.593, 0.408, 0.269, 0.194, 0.346, 0.628],
    [1.185, 1.083, 0.954, 0.637, 0.356, 0.239, 0.336, 0.619],
    [1.048, 1.028, 0.743, 0.456, 0.273, 0.206, 0.289, 0.588],
    [1.024, 0.866, 0.737, 0.552, 0.311, 0.198, 0.274, 0.581],
    [1.294, 0.761, 0.689, 0.484, 0.301, 0.188, 0.278, 0.567],
    [1.314, 0.908, 0.796, 0.5, 0.312, 0.195, 0.325, 0.614],
    [1.397, 0.994, 0.738, 0.506, 0.358, 0.243, 0.329, 0.604],
    [1.093, 0.997, 0.843, 0.456, 0.27, 0.215, 0.322, 0.578],
    [1.436, 1.343, 0.997, 0.684, 0.399, 0.226, 0.301, 0.586],
    [0.853, 0.779, 0.651, 0.446, 0.28, 0.177, 0.256, 0.562],
    [0.93, 0.949, 0.783, 0.509, 0.357, 0.232, 0.277, 0.661],
    [1.101, 0.913, 0.786, 0.59, 0.341, 0.208, 0.316, 0.605],
    [1.552, 1.608, 1.228, 0.734, 0.362, 0.255, 0.277, 0.57],
    [0.848, 0.946, 0.701, 0.563, 0.276, 0.189, 0.303, 0.628],
    [0.977, 1.038, 0.842, 0.624, 0.383, 0.247, 0.325, 0.604],
    [1.014, 0.803, 0.771, 0.437, 0.29, 0.208, 0.3, 0.566],
    [1.081, 0.931, 0.762, 0.555, 0.273, 0.162, 0.314, 0.6],
]
TRAINING_RUNS = [
    [0.209, 0.232, 0.238, 0.307, 0.374, 0.457, 0.713, 1.051],
    [0.261, 0.26, 0.282, 0.333, 0.389, 0.447, 0.703, 1.027],
    [0.212, 0.233, 0.26, 0.296, 0.364, 0.426, 0.701, 1.025],
    [0.204, 0.222, 0.239, 0.304, 0.372, 0.435, 0.704, 0.996],
    [0.219, 0.247, 0.255, 0.316, 0.407, 0.499, 0.778, 1.136],
    [0.188, 0.21, 0.214, 0.266, 0.331, 0.391, 0.644, 1.035],
    [0.202, 0.243, 0.27, 0.319, 0.391, 0.468, 0.75, 1.098],
    [0.23, 0.245, 0.253, 0.291, 0.357, 0.442, 0.734, 1.071],
    [0.216, 0.23, 0.239, 0.287, 0.352, 0.428, 0.687, 1.004],
    [0.185, 0.218, 0.231, 0.296, 0.354, 0.42, 0.715, 1.031],
    [0.202, 0.213, 0.218, 0.282, 0.365, 0.433, 0.701, 1.042],
    [0.269, 0.268, 0.299, 0.356, 0.423, 0.505, 0.811, 1.175],
    [0.197, 0.211, 0.233, 0.275, 0.359, 0.419, 0.723, 1.162],
    [0.202, 0.189, 0.216, 0.289, 0.361, 0.434, 0.673, 1.129],
    [0.217, 0.237, 0.259, 0.339, 0.443, 0.505, 0.765, 1.101],
    [0.229, 0.234, 0.251, 0.304, 0.388, 0.446, 0.698, 1.176],
    [0.221, 0.232, 0.254, 0.283, 0.4, 0.471, 0.734, 1.077],
    [0.253, 0.252, 0.284, 0.33, 0.413, 0.509, 0.789, 1.182],
    [0.258, 0.276, 0.282, 0.358, 0.431, 0.488, 0.731, 1.068],
    [0.211, 0.214, 0.236, 0.306, 0.382, 0.482, 0.733, 1.022],
]
CHAPTER_RUNS = [
    [0.222, 0.21, 0.143, 0.114, 0.088, 0.09, 0.272, 0.581],
    [0.246, 0.182, 0.144, 0.096, 0.071, 0.075, 0.266, 0.574],
    [0.202, 0.159, 0.143, 0.108, 0.08, 0.093, 0.242, 0.531],
    [0.163, 0.137, 0.115, 0.081, 0.074, 0.083, 0.277, 0.589],
    [0.217, 0.169, 0.135, 0.096, 0.072, 0.075, 0.249, 0.557],
    [0.245, 0.19, 0.181, 0.12, 0.083, 0.1, 0.259, 0.562],
]
# Validation loss and loss on new examples of the leaking split; of one that keeps copies on one side; and
# of copies with noise of their own.
LEAK_RUNS = [
    [0.121, 0.348],
    [0.11, 0.331],
    [0.123, 0.347],
    [0.118, 0.352],
    [0.113, 0.304],
    [0.089, 0.329],
    [0.1, 0.305],
    [0.11, 0.324],
    [0.143, 0.329],
    [0.102, 0.347],
    [0.119, 0.335],
    [0.115, 0.3],
    [0.121, 0.353],
    [0.117, 0.344],
    [0.109, 0.349],
    [0.115, 0.364],
    [0.099, 0.332],
    [0.106, 0.362],
    [0.096, 0.343],
    [0.126, 0.358],
]
HONEST_RUNS = [
    [0.276, 0.377],
    [0.332, 0.386],
    [0.349, 0.367],
    [0.312, 0.425],
    [0.374, 0.389],
    [0.314, 0.373],
    [0.305, 0.359],
    [0.27, 0.411],
    [0.348, 0.377],
    [0.321, 0.366],
    [0.337, 0.397],
    [0.418, 0.447],
    [0.312, 0.423],
    [0.348, 0.408],
    [0.308, 0.377],
    [0.447, 0.433],
    [0.286, 0.373],
    [0.332, 0.404],
    [0.264, 0.394],
    [0.324, 0.399],
]
OWN_NOISE_RUNS = [
    [0.205, 0.245],
    [0.19, 0.262],
    [0.23, 0.292],
    [0.194, 0.254],
    [0.25, 0.266],
    [0.221, 0.249],
    [0.25, 0.258],
    [0.222, 0.277],
    [0.193, 0.281],
    [0.231, 0.266],
    [0.234, 0.275],
    [0.214, 0.266],
    [0.235, 0.275],
    [0.23, 0.269],
    [0.225, 0.311],
    [0.194, 0.271],
    [0.203, 0.262],
    [0.2, 0.25],
    [0.222, 0.267],
    [0.233, 0.289],
]
LEAK_TRAINING = [
    [0.057, 0.348],
    [0.057, 0.331],
    [0.054, 0.347],
    [0.061, 0.352],
    [0.07, 0.304],
    [0.054, 0.329],
    [0.054, 0.305],
    [0.061, 0.324],
    [0.059, 0.329],
    [0.058, 0.347],
    [0.067, 0.335],
    [0.06, 0.3],
    [0.056, 0.353],
    [0.059, 0.344],
    [0.061, 0.349],
    [0.061, 0.364],
    [0.055, 0.332],
    [0.056, 0.362],
    [0.057, 0.343],
    [0.052, 0.358],
]
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
    ("ex-over-noise", noise_runs(list)),
    ("ex-over-folds", k_folds),
    ("ex-over-folds", changed(lambda kept, out: [kept.tolist(), set(out.tolist())])),
    ("ex-over-folds", numpy_folds),
    ("ex-over-folds", lambda n, k: tuple(k_folds(n, k))),
    ("ex-over-folds", cut(strided)),
    ("ex-over-patience", early_stop),
    ("ex-over-patience", lowest_so_far),
    ("ex-over-patience", begins_with(math.inf)),
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
    ("ex-over-best", by_logarithms),
    ("ex-over-dropout", by_where),
    ("ex-over-best", lambda k, n, a: np.float64(best_of(k, n, a))),
    ("ex-over-leak", seeds(lambda seed: LEAK_RUNS[seed])),
    ("ex-over-leak", np.array(LEAK_RUNS[0])),
    ("ex-over-leak", (torch.tensor(LEAK_RUNS[1][0]), np.float64(LEAK_RUNS[1][1]))),
    ("ex-over-leak", torch.tensor(LEAK_RUNS[2])),
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
    ("ex-over-noise", noise_runs(list, TRAINING_RUNS), "are they the training losses?"),
    ("ex-over-noise", noise_runs(list, CHAPTER_RUNS), "is the noise 0.8?"),
    ("ex-over-noise", noise_runs(lambda run: [v + 0.64 for v in run]), "the true error has no τ² in it"),
    ("ex-over-noise", noise_runs(lambda run: [v**0.5 for v in run]), "of a flat line"),
    ("ex-over-noise", noise_runs(lambda run: [20 * v for v in run]), "the mean of 20 is asked for"),
    ("ex-over-noise", noise_runs(lambda run: run[::-1]), "in the wrong order?"),
    ("ex-over-noise", noise_runs(lambda run: [*run[1:], run[0]]), "λ"),
    ("ex-over-noise", swapped(0, 5), "exchanged?"),
    ("ex-over-noise", swapped(5, 7), "exchanged?"),
    ("ex-over-noise", swapped(3, 6), "exchanged?"),
    ("ex-over-noise", [0.5] * 8, "all are equal"),
    ("ex-over-noise", NOISE[::-1], "are the numbers in the wrong order?"),
    ("ex-over-noise", [math.sqrt(error) for error in NOISE], "nearly that of a flat line"),
    ("ex-over-noise", [*NOISE[:7], 0.3], "nearly that of a flat line"),
    (
        "ex-over-noise",
        [0.56, 0.53, 0.6, 0.55, 0.52, 0.58, 0.5, 0.57],
        "does each network have its own strength?",
    ),
    ("ex-over-noise", [0.9, 0.8, 0.75, 0.7, 0.65, 0.62, 0.6, 0.55], "is λ in the order of `strengths`?"),
    ("ex-over-noise", [*NOISE[:7], math.nan], "the number is not finite"),
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
    ("ex-over-folds", cut(lambda n, k: torch.arange(n).tensor_split(k)), "the same folds; they are to be"),
    ("ex-over-folds", cut(lambda n, k: [range(i, n, k) for i in range(k)]), "the same folds; they are to be"),
    ("ex-over-folds", lambda n, k: (torch.manual_seed(0), k_folds(n, k))[1], "from no seed of its own"),
    ("ex-over-folds", cut(neighbours), "each fold is a stretch of neighbours"),
    ("ex-over-folds", cut(ordered_if_uneven), "where k does not divide n"),
    ("ex-over-folds", cut(turned_stride), "together too often"),
    ("ex-over-folds", cut(turned_neighbours), "a stretch of neighbours"),
    ("ex-over-folds", cut(first_always_first), "always in the same fold"),
    ("ex-over-folds", cut(even_and_odd), "together too often"),
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
    ("ex-over-patience", other_stop(lambda losses, best, last: (best, last + 1)), "is one too large"),
    ("ex-over-patience", other_stop(lambda losses, best, last: (best, last - 1)), "is one too small"),
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
    ("ex-over-patience", begins_with(10.0), "losses may be large"),
    ("ex-over-patience", begins_with(100.0), "losses may be large"),
    ("ex-over-patience", begins_with(1e9), "losses may be large"),
    ("ex-over-patience", by_a_tenth, "off by the same amount"),
    ("ex-over-patience", emptied, "val_losses has changed"),
    ("ex-over-patience", misses, "a new lowest loss begins the count anew"),
    ("ex-over-patience", lambda losses, patience: (2, 5), "entries are wrong"),
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
    ("ex-over-dropout", by_pairs, "depends on others"),
    ("ex-over-dropout", halves, "depends on others"),
    ("ex-over-dropout", positive, "what is kept is not A / (1 − p)"),
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
    (
        "ex-over-shrink",
        second(lambda theta, h, lr, t: (1 - abs(1 - lr * h) ** t) * theta),
        "1 − ηh is negative, and so is an odd power of it",
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
    ("ex-over-best", by_the_worst, "the worst has fewer than a"),
    ("ex-over-best", lambda k, n, a: 1 - fewer(k * n, a), "k times as many labels"),
    ("ex-over-best", normal_best, "it is too"),
    ("ex-over-best", lambda k, n, a: 100 * best_of(k, n, a), "is it in per cent?"),
    ("ex-over-best", best_of(10, 20, 14), "give the function's name, without parentheses"),
    ("ex-over-best", lambda n, a: 1 - fewer(n, a), "the function is to take (k, n, a)"),
    ("ex-over-leak", ..., "the answer is missing, and a row of 2 numbers is asked for"),
    ("ex-over-leak", 0.238, "this is a number, and a row of 2 numbers is asked for"),
    ("ex-over-leak", leak_runs(lambda a, b: (b, a)), "have they changed places?"),
    ("ex-over-leak", leak_runs(lambda a, b: (a, b - 0.16)), "is the noise variance, 0.16, added?"),
    ("ex-over-leak", leak_runs(lambda a, b: (a, a)), "is the noise variance, 0.16, added?"),
    ("ex-over-leak", leak_runs(lambda a, b: (a, b + 0.16)), "not the median for networks of 16 units"),
    ("ex-over-leak", leak_runs(lambda a, b: (40 * a, 40 * b)), "medians over the 40 data sets"),
    ("ex-over-leak", seeds(lambda seed: HONEST_RUNS[seed]), "do twins, x and y, lie on both sides"),
    ("ex-over-leak", seeds(lambda seed: OWN_NOISE_RUNS[seed]), "do twins, x and y, lie on both sides"),
    ("ex-over-leak", seeds(lambda seed: LEAK_TRAINING[seed]), "is it the training loss?"),
    ("ex-over-leak", (0.151, 0.412), "the second is not the median"),  # means
    ("ex-over-leak", (0.35, 0.35), "all are equal"),
    ("ex-over-leak", (0.0, 0.456), "two positive losses"),
    ("ex-over-leak", (0.238, math.inf), "the number is not finite"),
]


TestOverfitting = attempts(overfitting, RIGHT, WRONG, least=(3, 8))
