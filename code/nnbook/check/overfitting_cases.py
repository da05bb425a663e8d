"""What functions of "Overfitting" are tried on: where to stop, the best of k, and where mistakes lead."""

import math
from collections.abc import Iterator

import torch

from nnbook.check.compare import Case


def stop_case(losses: list, limit: int) -> Case:
    """Losses and a patience, with where to stop and the pairs to which mistakes lead."""
    best, last = stopped(losses, limit)
    lowest = losses.index(min(losses))
    mistakes = {
        "the two have changed places.": (last, best),
        "these are losses; two numbers of epochs are asked for.": (losses[best], losses[last]),
        "that is the lowest loss; the number of its epoch is asked for.": (losses[best], last),
        "epochs are counted from 0.": (best + 1, last + 1),
        "the second is the patience; the epoch after which training stops is asked for.": (best, limit),
        "training stops one epoch too late.": stopped(losses, limit + 1),
        "the second number is one too large: it is the epoch after which training stops.": (best, last + 1),
        "the second number is one too small: it is the epoch after which training stops.": (best, last - 1),
        "a loss equal to the lowest is not a new lowest one.": stopped(losses, limit, ties=True),
        "this counts rises; what counts is the epochs since the lowest loss.": rises_in_a_row(losses, limit),
        "patience has no effect: training stops at the first rise.": rises_in_a_row(losses, 1),
        "patience has no effect: this is the lowest of all the losses.": (lowest, len(losses) - 1),
        "this has seen the losses that come after the stop.": (lowest, last),
        "what is kept are the parameters of the best epoch, not of the last.": (last, last),
        "all rises are counted; a new lowest loss begins the count anew.": all_rises(losses, limit),
    }
    if limit > 1:
        mistakes["training stops one epoch too early."] = stopped(losses, limit - 1)
    return Case({"val_losses": losses, "patience": limit}, (best, last), mistakes, rtol=1e-6)


def stopped(losses: list, limit: int, ties: bool = False) -> tuple[int, int]:
    """The best epoch and the last one; with `ties`, an equal loss counts as a new lowest."""
    best = epoch = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] or (ties and loss == losses[best]):
            best = epoch
        if epoch and epoch - best >= limit:
            break
    return best, epoch


def all_rises(losses: list, limit: int) -> tuple[int, int]:
    """The same for those who count every epoch without a new lowest loss, and never begin anew."""
    best = epoch = misses = 0
    for epoch, loss in enumerate(losses):
        best = epoch if loss < losses[best] else best
        misses += epoch > 0 and best != epoch
        if misses >= limit:
            break
    return best, epoch


def rises_in_a_row(losses: list, limit: int) -> tuple[int, int]:
    """The same for those who count how many times in a row the loss is not below the one before it."""
    best = epoch = rises = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        rises = rises + 1 if epoch and loss >= losses[epoch - 1] else 0
        if rises >= limit:
            break
    return best, epoch


def best_cases() -> Iterator[Case]:
    """Numbers of flippers and labels, and how many are to be right: an odd and an extreme case among them."""

    def fewer(n, a):
        return sum(math.comb(n, j) for j in range(a)) / 2**n

    for k, n, a in [(10, 20, 14), (3, 11, 7), (1, 10, 5), (1000, 100, 60), (7, 9, 0)]:
        q = fewer(n, a)
        mistakes = {
            "that is for more than a right; a itself counts.": 1 - fewer(n, a + 1) ** k,
            "that is for exactly a right; more count too.": 1 - (1 - math.comb(n, a) / 2**n) ** k,
            "that is the probability that all k have at least a right.": (1 - q) ** k,
            "that is the probability that the best has fewer than a.": q**k,
            "that is for a single one: k has no effect.": 1 - q,
            "that is the probability that a single one has fewer than a.": q,
            "that is k times the probability of one, and can be above 1.": k * (1 - q),
            "that is for one flipper who guesses k times as many labels.": 1 - fewer(k * n, a),
            "that is the probability that the worst has fewer than a.": 1 - (1 - q) ** k,
        }
        wanted = torch.tensor(1 - q**k, dtype=torch.float64)
        yield Case({"k": k, "n": n, "a": a}, wanted, mistakes)
