"""How a checker finds what is wrong with a result.

A sentence names the fault and not the right value, nor how far off a single number is, unless that tells
the cause.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations

import torch

from nnbook.check.copying import sharing
from nnbook.check.reading import as_tensor, describe, numbers
from nnbook.check.verdict import Wrong

NOT_FINITE = "the result holds nan or inf: "


@dataclass(frozen=True)
class Diagnosis:
    """What a comparison has found.

    right: whether the result is right. finite: whether it is finite wherever the right one is.
    judged: each cause that was looked for, the likeliest first, and whether it explains the result.
    optional: the causes that need not be looked for in every case. neutral: what can be said in any case.
    """

    right: bool
    finite: bool
    judged: dict[str, bool]
    optional: frozenset[str]
    neutral: str

    def holds(self, cause: str, optional: frozenset[str] = frozenset()) -> bool:
        """Whether a cause explains this result; one that was not looked for does only if it is optional."""
        return self.judged.get(cause, cause in optional)


def compare(got, want, mistakes: Mapping | None = None, batch: int = 1, rtol=1e-4) -> None:
    """Raise `Wrong` with the likeliest cause unless `got` equals `want`.

    got: the reader's answer. want: the right one, a tensor of any shape or a number; the answer has to have
    its shape.
    mistakes: sentences for the reader, each with the tensor or number to which the mistake leads; one of
    another shape is not looked for.
    batch: the number of examples, to tell a sum from a mean.
    rtol: how far an entry may be off: this share of itself, and a hundredth of that of the largest entry.
    """
    explain([diagnose(got, want, mistakes, batch, rtol)])


def explain(diagnoses: list[Diagnosis]) -> None:
    """Raise `Wrong` with a cause that explains the results of all cases, right ones too; or the neutral one.

    Results that are not finite say least: they count only if no finite one is wrong.
    """
    wrong = [d for d in diagnoses if not d.right]
    if not wrong:
        return
    telling = [d for d in wrong if d.finite] or wrong
    weighed = [d for d in diagnoses if d.right or d in telling]
    first = telling[0]
    for cause, holds in first.judged.items():
        if holds and all(d.holds(cause, first.optional) for d in weighed):
            raise Wrong(cause)
    raise Wrong(first.neutral)


def diagnose(got, want, mistakes: Mapping | None = None, batch=1, rtol=1e-4, *, not_finite="") -> Diagnosis:
    """What is wrong with one result, as `compare`; it raises `Wrong` only for what cannot be compared.

    not_finite: how nan or inf come into the result, if that is known.
    """
    shared = sharing(got) if isinstance(got, list | tuple) else ""
    want = numbers(want)
    got = as_tensor(got, want)
    want = want.double()
    largest = want[want.isfinite()].abs().amax().item() if want.isfinite().any() else 0
    tolerance = {"rtol": rtol, "atol": rtol / 100 * (largest or 1)}

    def same(a, b, **how) -> bool:
        return torch.allclose(a, b, **tolerance, **how)

    known = {text: numbers(wrong).double() for text, wrong in (mistakes or {}).items()}
    known = {text: wrong for text, wrong in known.items() if wrong.shape == want.shape}
    finite = bool(got[want.isfinite()].isfinite().all())
    judged = {shared: True} if shared else {}
    optional = {*known, *OF_SAMPLES, *judged}
    judged |= {text: same(got, wrong, equal_nan=True) for text, wrong in known.items()}
    if not finite:
        why = NOT_FINITE + (not_finite or why_not_finite(got))
        judged[why] = True
        optional.add(why)
    judged["the result is zero throughout."] = not got.any()
    factors = {"the sign is wrong.": -1} | known_factors(batch)
    judged |= {text: same(got, factor * want) for text, factor in factors.items()}
    one = want.numel() == 1
    if not one:
        judged |= several_causes(got, want, same)
    off = ~torch.isclose(got, want, **tolerance)
    if one:
        neutral = f"it is too {'large' if got.sum() > want.sum() else 'small'}."
    else:
        neutral = f"{off.sum()} of {off.numel()} entries are wrong"
        neutral += f", the first at {off.nonzero()[0].tolist()}." if off.any() else "."
    return Diagnosis(same(got, want), finite, judged, frozenset(optional), neutral)


def several_causes(got: torch.Tensor, want: torch.Tensor, same) -> dict[str, bool]:
    """What can be wrong with more than one number, in relation to the right ones."""
    factor = ((got * want).sum() / want.square().sum()).item()
    orders = [want.permute(axes) for axes in permutations(range(want.ndim))]
    reordered = any(order.shape == got.shape and same(got, order) for order in orders)
    rows = want.ndim > 1 and len(want) > 1 and want[0].numel() > 1
    return {
        f"it is the right result times {factor:.4g}.": factor != 0 and same(got / factor, want),
        "every entry is off by the same amount.": same(got - (got - want).mean(), want),
        f"{'rows and columns' if want.ndim == 2 else 'the axes'} have changed places.": reordered,
        "the right values stand in the wrong places.": same(
            got.flatten().sort()[0], want.flatten().sort()[0]
        ),
        "all rows are equal: is one tensor put there again and again?": (
            rows and same(got, got[:1].expand_as(got)) and not same(want, want[:1].expand_as(want))
        ),
    }


# What a variance shows whose divisor is another; for one example there is none.
OF_SAMPLES = {
    "too large by n/(n − 1): is a sum divided by n − 1 where n is asked for?": lambda n: n / (n - 1),
    "too small by (n − 1)/n: is a sum divided by n where n − 1 is asked for?": lambda n: (n - 1) / n,
}


def known_factors(batch: int) -> dict[str, float]:
    """The factors that tell their cause, each with its sentence; then the same ones with the sign wrong."""
    causes = {
        "it is twice the right result.": 2,
        "it is half the right result.": 1 / 2,
        "it is off by a factor of ln 2: is the logarithm to the base 2?": 1 / math.log(2),
        "it is off by a factor of ln 10: is the logarithm to the base 10?": 1 / math.log(10),
        "too large by a factor of the batch size: is it a sum where a mean is asked for?": batch,
        "too small by a factor of the batch size: is the mean taken twice?": 1 / batch,
    }
    if batch > 1:
        causes |= {text: factor(batch) for text, factor in OF_SAMPLES.items()}
    causes["it is a hundred times the right result: is it in per cent?"] = 100
    return causes | {f"the sign is wrong, and {text}": -factor for text, factor in causes.items()}


def why_not_finite(got: torch.Tensor) -> str:
    """The likeliest reason for nan or inf, judged by the result alone."""
    if got.isinf().any():
        minus = (got[got.isinf()] < 0).all() and not got.isnan().any()
        return (
            "does a logarithm meet 0?"
            if minus
            else "does an exponential overflow, or is there a division by 0?"
        )
    return "is 0 divided by 0, or an infinity by another?"


def parts(result, names: Iterable[str]) -> dict:
    """What a function returns as several values, under their names.

    Raises `Wrong` if it is no tuple, list, tensor or array of as many.
    """
    names = list(names)
    wanted = f"{', '.join(names[:-1])} and {names[-1]} are asked for, in this order"
    try:
        values = list(result) if hasattr(result, "__getitem__") and not isinstance(result, str | dict) else []
    except Exception:  # whatever the class does
        values = []
    if len(values) != len(names):
        raise Wrong(f"this is {describe(result)}, and {wanted}.")
    return dict(zip(names, values, strict=True))


def compare_parts(got: Mapping, want: Mapping, mistakes: Mapping | None = None, batch=1, rtol=1e-4) -> None:
    """Compare several values by their names, and say which is wrong, or which two have changed places.

    got, want: the values of the reader and the right ones, under the same names.
    mistakes: for each name, its mistakes as in `compare`.
    """
    found = {}
    for name, right in want.items():
        try:
            diagnosis = diagnose(got[name], right, (mistakes or {}).get(name), batch, rtol)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
        if not diagnosis.right:
            found[name] = diagnosis
    for a, b in permutations(found, 2):
        swapped = all(is_right(got[name], want[other], rtol) for name, other in [(a, b), (b, a)])
        if swapped:
            raise Wrong(f"{a} and {b} have changed places.")
    for name, diagnosis in found.items():
        try:
            explain([diagnosis])
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None


def is_right(got, want, rtol=1e-4) -> bool:
    """Whether `compare` has nothing to say."""
    try:
        return diagnose(got, want, rtol=rtol).right
    except Wrong:
        return False
