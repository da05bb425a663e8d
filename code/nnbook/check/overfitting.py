"""The checkers of the chapter "Overfitting and regularization"."""

import torch

from nnbook.check.compare import (
    as_tensor,
    between,
    call,
    compare,
    in_order,
    own_copies,
    ratio,
    read_named,
    require,
    try_on_all,
    trying,
)
from nnbook.check.measuring import Relation
from nnbook.check.overfitting_cases import best_cases, stop_case
from nnbook.check.overfitting_results import entries, judge_chances, judge_dropout, judge_folds, judge_shrunk
from nnbook.check.verdict import Wrong, checker


@checker("ex-over-count")
def count(attempt) -> str:
    """8 strengths times 5 folds, and one training with all the data."""
    each = "each strength is tried on each fold."
    last = "one last training is enough: that with the chosen strength."
    mistakes = {
        8: each,
        8 + 1: each,
        8 + 5: each,
        8 + 5 + 1: each,
        8 * 4: "there are five folds, not four, and then comes one last training.",
        8 * 4 + 1: "there are five folds, and each is left out once for each strength.",
        8 * 5: "the network that will be used still has to be trained, on all the data.",
        8 * 5 + 5: last,
        8 * 5 + 8: last,
    }
    got = as_tensor(attempt, torch.tensor(41)).item()
    if got in mistakes:
        raise Wrong(mistakes[got])
    compare(attempt, 41, rtol=1e-6)
    return "five for each strength, and the last one on all the data."


STRENGTHS = [f"λ = {strength:g}" for strength in [0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1.0]]


@checker("ex-over-noise")
def noise(attempt) -> str:
    """Mean true errors for τ = 0.8 at the chapter's eight strengths, from weak to strong.

    With 16 seeds 0.01 was the best each time, with 0.14 to 0.4 of the error without a penalty; from 0 to
    there the error fell at each strength; at 0.1 it was 0.25 to 0.35, at 1 it was 0.56 to 0.63.
    """
    v = read_named(attempt, STRENGTHS)
    errors = list(v.values())
    if min(errors) <= 0:
        raise Wrong("a mean true error is a positive number.")
    if errors[0] < 0.5 and 0.8 < errors[-1] < 1.5 and errors[5] > errors[0]:
        raise Wrong("these rise from the first to the last: are they the training losses?")
    if min(errors) > 0.64:
        raise Wrong("all are too large: the true error has no τ² in it, and the mean of 20 is asked for.")
    if 0 < max(errors) - min(errors) < 0.3 * max(errors):
        raise Wrong("these hardly differ: does each network have its own strength?")
    none, *weak, best, strong, flat = STRENGTHS
    order = "is λ in the order of `strengths`?"

    def least(v) -> bool:
        return min(v, key=v.get) in STRENGTHS[4:6]

    require(
        v,
        [
            between(
                flat, 0.5, 0.7, say="λ = 1 presses the curve flat: its error is nearly that of a flat line."
            ),
            between(none, 0.4, 6, say="without a penalty the true error should be larger: is the noise 0.8?"),
            between(
                best,
                0.13,
                0.34,
                say=f"the best error is not that of networks trained on noise of 0.8; {order}",
            ),
            ratio(best, none, 0.03, 0.55, say=f"some penalty in between should help a good deal: {order}"),
            ratio(strong, best, 1, 2.2, say=f"λ = 0.1 is a little too strong, here too: {order}"),
            between(strong, 0.22, 0.42, say="λ = 0.1 is nearly as good as the best, and not better."),
            in_order(strong, weak[-2], say="λ = 0.001 is far too weak here, and worse than 0.1."),
            Relation(least, f"the best penalty is a moderate one: {order}"),
            in_order(
                best,
                weak[-1],
                weak[-2],
                say=f"a weaker penalty than the best lets more noise in: {order}",
                by=-0.02,
            ),
            Relation(
                lambda v: all(1.25 * v[a] > v[b] for a, b in zip([none, *weak], [*weak, best], strict=True)),
                f"from λ = 0 to the best strength the error should fall: {order}",
            ),
        ],
    )
    return "the best brake lies in between, and the error without one has grown most."


@checker("ex-over-folds")
def folds(attempt) -> str:
    """Random folds of nearly equal size; what is kept is everything else."""
    for n, k in [(30, 5), (7, 3), (10, 4), (5, 5)]:
        with trying(attempt, {"n": n, "k": k}) as result:
            judge_folds(result, n, k)
    judge_chances([[entries(out) for _, out in call(attempt, {"n": 20, "k": 4})] for _ in range(200)])
    uneven = [[entries(out) for _, out in call(attempt, {"n": 10, "k": 4})] for _ in range(20)]
    if all(draw == uneven[0] for draw in uneven):
        raise Wrong("each call gives the same folds where k does not divide n.")
    return "each example is left out once, at random, and the folds are equal up to one."


@checker("ex-over-patience")
def patience(attempt) -> str:
    """The best epoch and the last one: `patience` epochs without a new lowest loss, or the end."""
    ups_and_downs = [5.0, 3.0, 4.0, 2.0, 2.5, 2.4, 2.6, 2.7, 2.8, 1.0, 0.9]
    cases = [
        (ups_and_downs, 3),
        (ups_and_downs, 4),
        (ups_and_downs, 2),
        ([3.0, 2.0, 1.0], 2),
        ([1.0, 2.0, 3.0, 0.5], 1),
        ([2.0, 1.0, 1.0, 1.0, 1.5, 1.6, 1.7, 1.8], 2),
        ([3.0, 2.0, 1.98, 1.97, 1.96, 2.5, 1.95, 2.1, 2.2, 2.3, 2.4], 3),
        ([1.0], 5),
    ]
    first, endless = ({"val_losses": losses, "patience": limit} for losses, limit in (cases[0], cases[3]))
    with trying(attempt, first):
        pass
    if call(attempt, own_copies(endless)) is None:
        raise Wrong("the function returns nothing when the patience never runs out.")
    try_on_all(attempt, (stop_case(losses, limit) for losses, limit in cases))
    for scale in (1e3, 1e12):
        case = stop_case([scale * loss for loss in ups_and_downs], 3)
        with trying(attempt, case.inputs) as result:
            if not torch.equal(as_tensor(result, torch.zeros(2)), torch.tensor(case.want).double()):
                raise Wrong(
                    "losses may be large: at first the lowest is that of epoch 0, and no chosen number."
                )
    return "it keeps the best epoch and stops when patience runs out."


@checker("ex-over-dropout")
def dropout(attempt) -> str:
    """Zeros with probability p, anew for each entry and call; the rest divided by 1 − p."""
    for shape, p in [((200, 50), 0.25), ((4, 30, 40), 0.6), ((3, 5), 0.0), ((10_000,), 0.9)]:
        generator = torch.Generator().manual_seed(0)
        A = (1 + torch.rand(shape, generator=generator)) * (
            2 * torch.randint(2, shape, generator=generator) - 1
        )
        with trying(attempt, {"A": A, "p": p}) as result:
            judge_dropout(as_tensor(result, A), A.double(), p)
    A = torch.ones(100)
    draws = [as_tensor(call(attempt, {"A": A.clone(), "p": 0.4}), A) for _ in range(40)]
    if all(torch.equal(draw, draws[0]) for draw in draws):
        raise Wrong("each call drops the same entries; draw anew in each call.")
    if len({draw.count_nonzero().item() for draw in draws}) == 1:
        raise Wrong("each call drops equally many entries; whether one is dropped may not depend on others.")
    return "the share of zeros is p, the rest is scaled, and each call draws anew."


@checker("ex-over-shrink")
def shrink(attempt) -> str:
    """θ* h/(h + λ), and θ* (1 − (1 − ηh)^t)."""
    names = ("theta_star", "h", "lam", "lr", "t")
    cases = [
        (2.0, 0.5, 0.1, 0.3, 7),
        (-1.3, 3.0, 2.0, 0.1, 1),
        (0.7, 1.7, 0.6, 0.2, 4),
        (1.5, 0.2, 0.0, 0.5, 0),
        (1.2, 4.0, 0.5, 0.4, 3),
    ]
    cases = [dict(zip(names, case, strict=True)) for case in cases]
    results = []
    for case in cases:
        with trying(attempt, case) as result:
            results.append(as_tensor(result, torch.zeros(2)))
    judge_shrunk(cases, results)
    return "both hold back the flat directions most."


@checker("ex-over-best")
def best(attempt) -> str:
    """1 − q^k with q the probability that one has fewer than a of n right."""
    try_on_all(attempt, best_cases())
    return "it agrees with the binomial distribution."


LOSSES = ["validation loss", "loss on new examples"]


@checker("ex-over-leak")
def leak(attempt) -> str:
    """(validation loss with doubled examples, expected loss on new ones), medians of 40 data sets.

    With 20 seeds the first was 0.27 to 0.44 of the second; if all copies lay on one side it was 0.66 to 1.03,
    if the copies had noise of their own 0.69 to 0.97. The training loss was at most 0.23 of it.
    """
    v = read_named(attempt, LOSSES)
    validation, new = LOSSES
    if min(v.values()) <= 0:
        raise Wrong("two positive losses are asked for.")
    if v[new] > 1.5:
        raise Wrong("both are medians over the 40 data sets, and the second is too large for one.")
    if v[validation] > 1.5 * v[new]:
        raise Wrong("the validation loss comes first and should be the lower: have they changed places?")
    if v[new] < 0.24:
        raise Wrong("the second is too small for a loss on new examples: is the noise variance, 0.16, added?")
    twins = "the validation loss should be far too low: do twins, x and y, lie on both sides of the split?"
    require(
        v,
        [
            ratio(validation, new, 0, 0.55, say=twins),
            between(new, 0.27, 0.4, say="the second is not the median for networks of 16 units."),
            ratio(
                validation,
                new,
                0.25,
                say="the first is too small: is it the training loss? Or are the 60 not mixed?",
            ),
        ],
    )
    return "the validation loss flatters, for its examples have twins in training."
