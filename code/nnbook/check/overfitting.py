"""The checkers of the chapter "Overfitting and regularization"."""

import math

import torch

from nnbook.check.compare import as_tensor, call, compare, numbers, require_function, tried_with, try_on
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
    compare(attempt, torch.tensor(41), rtol=1e-6)
    return "five for each strength, and the last one on all the data."


@checker("ex-over-noise")
def noise(attempt) -> str:
    """Mean true errors for τ = 0.8 at the chapter's eight strengths, from weak to strong."""
    got = as_tensor(attempt, torch.zeros(8))
    if not got.isfinite().all() or (got <= 0).any():
        raise Wrong("a mean true error is a positive number.")
    if (got.diff() > 0).all() and got[0] < 0.5:
        raise Wrong("these rise from the first to the last: are they the training losses?")
    if got.min() > 0.64:
        raise Wrong("all are too large: the true error has no τ² in it, and the mean of 20 is asked for.")
    if (got.max() - got.min()) < 0.3 * got.max():
        raise Wrong("these hardly differ: does each network have its own strength?")
    if got[7] > 0.75 and got[0] < 0.75:
        raise Wrong("λ = 0 comes first and λ = 1 last: is this the order of `strengths`?")
    if not 0.45 < got[7] < 0.75:
        raise Wrong("λ = 1 presses the curve flat, and its true error is then nearly that of a flat line.")
    if got[0] < 0.4:
        raise Wrong("without a penalty the true error should be larger: is the noise 0.8?")
    if got.argmin() in (0, 7) or got.min() > 0.6 * got[0]:
        raise Wrong("some penalty in between should help a good deal: is λ in the order of `strengths`?")
    return "the best brake lies in between, and the error without one has grown most."


@checker("ex-over-folds")
def folds(attempt) -> str:
    """Random folds of nearly equal size; what is kept is everything else."""
    for n, k in [(30, 5), (7, 3), (10, 4), (5, 5)]:
        inputs = {"n": n, "k": k}
        require_function(attempt, inputs)
        with tried_with(inputs):
            judge_folds(call(attempt, inputs), n, k)
    draws = [[entries(out) for _, out in attempt(30, 5)] for _ in range(5)]
    if all(draw == draws[0] for draw in draws):
        raise Wrong("each call gives the same folds; they are to be drawn at random.")
    if all(max(out) - min(out) == 5 for out in draws[0]):
        raise Wrong("each fold is a stretch of neighbours; the examples are to be drawn at random.")
    return "each example is left out once, at random, and the folds are equal up to one."


def entries(indices) -> list:
    """A row of indices as a list of numbers."""
    row = numbers(list(indices) if isinstance(indices, range | set) else indices)
    if row.ndim != 1 or row.dtype != torch.float64:
        raise Wrong("the parts of a pair are rows of indices: not masks, and not tensors with more axes.")
    return row.tolist()


def judge_folds(pairs, n: int, k: int) -> None:
    """Raise `Wrong` unless these are k pairs (kept, left out) that share out 0 to n − 1."""
    if pairs is None or pairs is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")
    try:
        pairs = [(entries(kept), entries(out)) for kept, out in pairs]
    except (TypeError, ValueError, RuntimeError):
        raise Wrong("a list of pairs of index tensors is asked for.") from None
    if len(pairs) != k:
        raise Wrong(f"the list has {len(pairs)} pairs, and one for each fold is asked for.")
    everyone = list(range(n))
    left_out = sorted(i for _, part in pairs for i in part)
    if left_out != everyone:
        if sorted(i for part, _ in pairs for i in part) == everyone:
            raise Wrong("the two of a pair have changed places: what is kept comes first.")
        if len(set(left_out)) < len(left_out):
            raise Wrong("some example is left out more than once.")
        if set(left_out) - set(everyone):
            raise Wrong("the indices go from 0 to n − 1.")
        raise Wrong("some example is never left out.")
    if any(set(kept) & set(out) for kept, out in pairs):
        raise Wrong("what is left out is kept as well.")
    if any(sorted([*kept, *out]) != everyone for kept, out in pairs):
        raise Wrong("what is kept is to be all that is not left out, each once.")
    sizes = [len(out) for _, out in pairs]
    if max(sizes) - min(sizes) > 1:
        raise Wrong("the folds differ in size by more than one.")


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
        ([1.0], 5),
    ]
    for losses, limit in cases:
        best, last = stopped(losses, limit)
        lowest = losses.index(min(losses))
        in_a_row = rises_in_a_row(losses, limit)
        mistakes = [
            ("the two have changed places.", (last, best)),
            ("these are losses; two numbers of epochs are asked for.", (losses[best], losses[last])),
            ("that is the lowest loss; the number of its epoch is asked for.", (losses[best], last)),
            ("epochs are counted from 0.", (best + 1, last + 1)),
            ("the second is the patience; the epoch after which training stops is asked for.", (best, limit)),
            ("training stops one epoch too late.", (best, last + 1)),
            ("training stops one epoch too early.", (best, last - 1)),
            ("a loss equal to the lowest is not a new lowest one.", stopped(losses, limit, ties=True)),
            ("this counts rises; what counts is the epochs since the lowest loss.", in_a_row),
            ("patience has no effect: training stops at the first rise.", rises_in_a_row(losses, 1)),
            ("patience has no effect: this is the lowest of all the losses.", (lowest, len(losses) - 1)),
            ("this has seen the losses that come after the stop.", (lowest, last)),
            ("what is kept are the parameters of the best epoch, not of the last.", (last, last)),
        ]
        wrong = {}
        for text, pair in mistakes:
            if pair != (best, last):
                wrong.setdefault(pair, text)  # the first sentence for a pair counts
        inputs = {"val_losses": list(losses), "patience": limit}
        require_function(attempt, inputs)
        got = call(attempt, inputs)
        if got is None and losses != ups_and_downs:
            raise Wrong("the function returns nothing when the patience never runs out.")
        if got is None or got is ...:
            raise Wrong("the function returns nothing: is a line still to be written?")
        with tried_with({"val_losses": losses, "patience": limit}):
            pair = tuple(as_tensor(got, torch.zeros(2)).tolist())
            if pair in wrong:
                raise Wrong(wrong[pair])
            compare(got, torch.tensor((best, last)), rtol=1e-6)
    return "it keeps the best epoch and stops when patience runs out."


def stopped(losses: list, limit: int, ties: bool = False) -> tuple[int, int]:
    """The best epoch and the last one; with `ties`, an equal loss counts as a new lowest."""
    best = epoch = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] or (ties and loss == losses[best]):
            best = epoch
        if epoch and epoch - best >= limit:
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


@checker("ex-over-dropout")
def dropout(attempt) -> str:
    """Zeros with probability p, anew for each entry and call; the rest divided by 1 − p."""
    for shape, p in [((200, 50), 0.25), ((4, 30, 40), 0.5), ((3, 5), 0.0), ((10_000,), 0.9)]:
        A = 1 + torch.rand(shape, generator=torch.Generator().manual_seed(0))
        inputs = {"A": A.clone(), "p": p}
        require_function(attempt, inputs)
        with tried_with(inputs):
            got = call(attempt, inputs)
            if got is None or got is ...:
                raise Wrong("the function returns nothing: is a line still to be written?")
            if not torch.equal(inputs["A"], A):
                raise Wrong("A has changed; a new tensor is asked for.")
            judge_dropout(as_tensor(got, A), A.double(), p)
    A = torch.ones(100)
    draws = [numbers(attempt(A.clone(), 0.5)) for _ in range(20)]
    if all(torch.equal(draw, draws[0]) for draw in draws):
        raise Wrong("each call drops the same entries; draw anew in each call.")
    if len({draw.count_nonzero().item() for draw in draws}) == 1:
        raise Wrong("each call drops equally many entries; whether one is dropped may not depend on others.")
    return "the share of zeros is p, the rest is scaled, and each call draws anew."


def judge_dropout(got: torch.Tensor, A: torch.Tensor, p: float) -> None:
    """Raise `Wrong` unless a share p of `got` is 0, up to chance, and the rest is A / (1 − p)."""
    if not got.isfinite().all():
        raise Wrong("the result holds nan or inf: is something divided by 0?")
    kept = got != 0
    share = kept.double().mean().item()
    if 0 < share < 1 and A.ndim > 1:
        for axis in range(A.ndim):
            if (kept == kept.narrow(axis, 0, 1)).all():
                raise Wrong(f"all along axis {axis} the same entries are dropped; draw anew for each entry.")
    slack = 5 * math.sqrt(p * (1 - p) / A.numel()) + 1e-9
    if abs(share - (1 - p)) > slack:
        hint = " Are p and 1 − p exchanged?" if abs(share - p) <= slack else ""
        raise Wrong(f"{100 * (1 - share):.0f} % of the entries are 0.{hint}")
    ratio = got[kept] / A[kept]

    def is_divided_by(keep: float) -> bool:
        return torch.allclose(ratio, torch.full_like(ratio, 1 / keep), rtol=1e-4)

    if is_divided_by(1 - p):
        return
    if is_divided_by(1):
        raise Wrong("what is kept is not scaled up, so the mean is too small.")
    if is_divided_by(p):
        raise Wrong("what is kept is divided by p; divide by 1 − p.")
    if is_divided_by(1 / (1 - p)):
        raise Wrong("what is kept is multiplied by 1 − p; divide by it.")
    if is_divided_by(share):
        raise Wrong("what is kept is divided by the share that was kept this time; divide by 1 − p.")
    raise Wrong("what is kept is not A / (1 − p).")


@checker("ex-over-shrink")
def shrink(attempt) -> str:
    """θ* h/(h + λ), and θ* (1 − (1 − ηh)^t)."""
    for theta, h, lam, lr, t in [(2.0, 0.5, 0.1, 0.3, 7), (-1.0, 3.0, 2.0, 0.1, 1), (1.5, 0.2, 0.0, 0.5, 0)]:
        inputs = {"theta_star": theta, "h": h, "lam": lam, "lr": lr, "t": t}
        penalised, arrived = h / (h + lam) * theta, (1 - (1 - lr * h) ** t) * theta
        first = {
            "λ stands in place of h in the numerator.": lam / (h + lam) * theta,
            "that is for the penalty λθ², without its ½.": h / (h + 2 * lam) * theta,
            "the sign of λ is wrong.": h / (h - lam) * theta,
            "θ* is missing.": h / (h + lam),
            "the penalty has no effect.": theta,
        }
        second = {
            "this is the error that is left, not the parameter.": (1 - lr * h) ** t * theta,
            "this is θ − θ*, not θ.": -((1 - lr * h) ** t) * theta,
            "θ* is missing.": 1 - (1 - lr * h) ** t,
            "the steps begin at 0, not at θ*.": theta,
            "this is t times the first step, but the later ones are shorter.": t * lr * h * theta,
            "t has no effect: this is a single step.": lr * h * theta,
            "this is one step too many.": (1 - (1 - lr * h) ** (t + 1)) * theta,
            "this is one step too few.": (1 - (1 - lr * h) ** (t - 1)) * theta,
            "each step multiplies the error by 1 − ηh, not by 1 + ηh.": (1 - (1 + lr * h) ** t) * theta,
            "this is the limit of many tiny steps, and the steps are t.": (1 - math.exp(-lr * h * t)) * theta,
            "the steps are without penalty.": (1 - (1 - lr * (h + lam)) ** t) * penalised,
        }
        require_function(attempt, inputs)
        got = call(attempt, inputs)
        if got is None or got is ...:
            raise Wrong("the function returns nothing: is a line still to be written?")
        with tried_with(inputs):
            pair = as_tensor(got, torch.zeros(2))
            if penalised != arrived and torch.allclose(pair, torch.tensor([arrived, penalised]).double()):
                raise Wrong("the two have changed places.")
            judge_part("the place where the sum is lowest", pair[0], penalised, first)
            judge_part("the place after t steps", pair[1], arrived, second)
    return "both hold back the flat directions most."


def judge_part(name: str, got: torch.Tensor, want: float, mistakes: dict[str, float]) -> None:
    """Compare one of several numbers, and say which of them is wrong."""
    try:
        compare(got, torch.tensor(want), {text: torch.tensor(value) for text, value in mistakes.items()})
    except Wrong as wrong:
        raise Wrong(f"{name} is wrong: {wrong}") from None


@checker("ex-over-best")
def best(attempt) -> str:
    """1 − q^k with q the probability that one has fewer than a of n right."""

    def fewer(n, a):
        return sum(math.comb(n, j) for j in range(a)) / 2**n

    for k, n, a in [(10, 20, 14), (1, 10, 5), (1000, 100, 60), (7, 9, 0)]:
        q = fewer(n, a)
        mistakes = {
            "that is for more than a right; a itself counts.": 1 - fewer(n, a + 1) ** k,
            "that is for exactly a right; more count too.": 1 - (1 - math.comb(n, a) / 2**n) ** k,
            "that is the probability that all k have at least a right.": (1 - q) ** k,
            "that is the probability that the best has fewer than a.": q**k,
            "that is for a single one: k has no effect.": 1 - q,
            "that is the probability that a single one has fewer than a.": q,
            "that is k times the probability of one, and can be above 1.": k * (1 - q),
        }
        wrong = {text: torch.tensor(value, dtype=torch.float64) for text, value in mistakes.items()}
        want = torch.tensor(1 - q**k, dtype=torch.float64)
        try_on(attempt, {"k": k, "n": n, "a": a}, want, mistakes=wrong)
    return "it agrees with the binomial distribution."


@checker("ex-over-leak")
def leak(attempt) -> str:
    """(validation loss with doubled examples, expected loss on new ones)."""
    validation, new = as_tensor(attempt, torch.zeros(2)).tolist()
    if not (math.isfinite(validation) and math.isfinite(new)) or min(validation, new) <= 0:
        raise Wrong("two positive losses are asked for.")
    if new > 1.5:
        raise Wrong("both are means over the 20 data sets, and the second is too large for one.")
    if validation > 1.5 * new:
        raise Wrong("the validation loss comes first and should be the lower: have they changed places?")
    if new < 0.31:
        raise Wrong("the second is too small for a loss on new examples: is the noise variance, 0.16, added?")
    if validation > 0.9 * new:
        raise Wrong(
            "the validation loss should be far too low: do twins, x and y, lie on both sides of the split?"
        )
    if validation < 0.06:
        raise Wrong("the first is too small for a validation loss: is it the training loss?")
    return "the validation loss flatters, for its examples have twins in training."
