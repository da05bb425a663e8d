"""How results of three exercises of "Overfitting" are judged: folds, dropout and shrunken parameters."""

import math

import torch

from nnbook.check.compare import numbers
from nnbook.check.comparing import diagnose, explain
from nnbook.check.verdict import Wrong


def entries(indices) -> list:
    """A row of indices as a list of numbers."""
    row = numbers(list(indices) if isinstance(indices, range | set) else indices)
    if row.ndim != 1 or row.dtype != torch.float64:
        raise Wrong("the parts of a pair are rows of indices: not masks, and not tensors with more axes.")
    return row.tolist()


def judge_folds(pairs, n: int, k: int) -> None:
    """Raise `Wrong` unless these are k pairs (kept, left out) that share out 0 to n − 1."""
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


def judge_chances(draws: list) -> None:
    """Raise `Wrong` unless 200 draws of four folds of 20 examples look random; each is a list of rows.

    Two examples are in one fold with a probability of 4/19, so 42 ± 5.8 times in 200 draws.
    """
    if all(draw == draws[0] for draw in draws):
        raise Wrong(
            "each call gives the same folds; they are to be drawn at random, from no seed of its own."
        )
    fold_of = torch.zeros(len(draws), 20, dtype=torch.long)
    for row, draw in zip(fold_of, draws, strict=True):
        for k, out in enumerate(draw):
            row[torch.tensor(out).long()] = k
    together = (fold_of[:, :, None] == fold_of[:, None, :]).sum(0)
    if (together.diagonal(1) > 85).sum() > 5:
        raise Wrong("each fold is a stretch of neighbours; the examples are to be drawn at random.")
    pairs = together[~torch.eye(20, dtype=torch.bool)]
    if pairs.max() > 85 or pairs.min() == 0:
        raise Wrong("some examples are together too often: draw which ones a fold holds at random.")
    if (fold_of == fold_of[0]).all(0).any():
        raise Wrong("some example is always in the same fold; the examples are to be drawn at random.")


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
    judge_neighbours(~kept, p)
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


def judge_neighbours(dropped: torch.Tensor, p: float) -> None:
    """Raise `Wrong` if neighbours are dropped together more often, or less, than by chance."""
    for axis in range(dropped.ndim):
        n = dropped.shape[axis]
        if n < 3 or not 0 < p < 1:
            continue
        for step in (1, n // 2):
            both = dropped.narrow(axis, 0, n - step) & dropped.narrow(axis, step, n - step)
            slack = 9 * math.sqrt(p**2 * (1 - p**2) / both.numel())
            if abs(both.double().mean().item() - p**2) > slack:
                raise Wrong("whether an entry is dropped depends on others: draw for each entry by itself.")


def judge_shrunk(cases: list[dict], results: list[torch.Tensor]) -> None:
    """Compare the penalised minimum and the place after t steps, each over all the cases."""
    wanted = [torch.tensor([part[0] for part in shrunk_parts(**case)], dtype=torch.float64) for case in cases]
    differ = [not torch.allclose(got, want) for got, want in zip(results, wanted, strict=True)]
    swapped = [torch.allclose(got.flip(0), want) for got, want in zip(results, wanted, strict=True)]
    if any(differ) and all(swapped):
        raise Wrong("the two have changed places.")
    for place, name in enumerate(["the place where the sum is lowest", "the place after t steps"]):
        found = []
        for case, got in zip(cases, results, strict=True):
            want, mistakes = shrunk_parts(**case)[place]
            found.append(diagnose(got[place], want, mistakes))
        try:
            explain(found)
        except Wrong as wrong:
            raise Wrong(f"{name} is wrong: {wrong}") from None


def shrunk_parts(theta_star: float, h: float, lam: float, lr: float, t: int) -> list[tuple[float, dict]]:
    """The two right values, each with those to which mistakes lead."""
    theta, left = theta_star, (1 - lr * h) ** t
    penalised, arrived = h / (h + lam) * theta, (1 - left) * theta
    first = {
        "λ stands in place of h in the numerator.": lam / (h + lam) * theta,
        "that is for the penalty λθ², without its ½.": h / (h + 2 * lam) * theta,
        "the sign of λ is wrong.": h / (h - lam) * theta,
        "θ* is missing.": h / (h + lam),
        "the penalty has no effect.": theta,
        "h is missing in the numerator.": theta / (h + lam),
        "that is for h = 1.": theta / (1 + lam),
    }
    second = {
        "this is the error that is left, not the parameter.": left * theta,
        "this is θ − θ*, not θ.": -left * theta,
        "θ* is missing.": 1 - left,
        "the steps begin at 0, not at θ*.": theta,
        "this is t times the first step, but the later ones are shorter.": t * lr * h * theta,
        "t has no effect: this is a single step.": lr * h * theta,
        "this is one step too many.": (1 - (1 - lr * h) ** (t + 1)) * theta,
        "this is one step too few.": (1 - (1 - lr * h) ** (t - 1)) * theta,
        "each step multiplies the error by 1 − ηh, not by 1 + ηh.": (1 - (1 + lr * h) ** t) * theta,
        "where ηh is above 1, 1 − ηh is negative, and so is an odd power of it.": (
            (1 - abs(1 - lr * h) ** t) * theta
        ),
        "this is the limit of many tiny steps, and the steps are t.": (1 - math.exp(-lr * h * t)) * theta,
        "the steps are without penalty.": (1 - (1 - lr * (h + lam)) ** t) * penalised,
        "h is missing: each step multiplies the error by 1 − ηh.": (1 - (1 - lr) ** t) * theta,
    }
    return [(penalised, first), (arrived, second)]
