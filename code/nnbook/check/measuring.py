"""How a checker judges what a reader has measured: by running it again, or by how the numbers are related.

Two kinds of numbers can be told from measured ones whatever was measured: those that are all the same, and
those that stand in the wrong places. `require` looks for both before it says which relation fails.
"""

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise, permutations

import torch

from nnbook.check.reading import as_tensor, describe
from nnbook.check.surroundings import own_surroundings
from nnbook.check.verdict import Wrong

NUMBER = torch.tensor(0.0)
ALL_EQUAL = "all are equal: does each number have a run of its own?"
NONE_RIGHT = "none of the numbers is what a run gives: are data, seed, rate and number of steps as asked for?"


def recomputed(function: Callable) -> Callable:
    """Make a function, which measures in under two seconds, keep its result: a decorator.

    It runs with the settings of a new program and with seed 0, whatever the page has set or drawn. Its
    arguments must be hashable; who receives the result must not change it.
    """

    @functools.cache
    @functools.wraps(function)
    def measured(*args, **kwargs):
        with own_surroundings():
            torch.manual_seed(0)
            return function(*args, **kwargs)

    return measured


def read_named(attempt, names: Iterable) -> dict:
    """The numbers of a dictionary with these keys, or of a row of as many, each finite, by name.

    A dictionary must have all the keys and no other. A row is a list, a tuple, a tensor or an array.
    """
    names = list(names)
    if isinstance(attempt, dict):
        absent = [name for name in names if name not in attempt]
        foreign = [key for key in attempt if key not in names]
        if absent or foreign:
            what = f"{absent[0]!r} is missing" if absent else f"{foreign[0]!r} is none of them"
            raise Wrong(f"a dictionary with the keys {listed(names)} is asked for: {what}.")
        values = [attempt[name] for name in names]
    else:
        values = row(attempt, names)
    read = {}
    for name, value in zip(names, values, strict=True):
        try:
            read[name] = as_tensor(value, NUMBER).item()
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
        if not math.isfinite(read[name]):
            raise Wrong(f"{name}: the number is not finite.")
    return read


def read_dict(attempt, names: Iterable) -> dict:
    """As `read_named`, for exercises that ask for a dictionary and for nothing else."""
    names = list(names)
    if not isinstance(attempt, dict):
        raise Wrong(
            f"a dictionary with the keys {listed(names)} is asked for, and this is {describe(attempt)}."
        )
    return read_named(attempt, names)


def listed(names: list) -> str:
    """Names in a sentence: 'a', 'b' and 'c'."""
    texts = [repr(name) for name in names]
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]


def row(attempt, names: list) -> list:
    """The entries of a list, a tuple, a tensor or an array of as many numbers as there are names."""
    if isinstance(attempt, list | tuple) and len(attempt) == len(names):
        return list(attempt)
    try:
        return list(as_tensor(attempt, torch.zeros(len(names))))
    except Wrong as wrong:
        raise Wrong(f"{str(wrong).removesuffix('.')}: {', '.join(map(str, names))}.") from None


def as_shares(values: Mapping, what: str = "a share") -> dict:
    """The values, if each is between 0 and 1; it asks for per cent if that is what they look like."""
    if all(value >= 0 for value in values.values()) and 1 < max(values.values()) <= 100:
        raise Wrong(f"{what} is between 0 and 1; is this in per cent?")
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise Wrong(f"{name}: {what} is between 0 and 1.")
    return dict(values)


def as_counts(values: Mapping, most: float = math.inf, what: str = "a count") -> dict:
    """The values, if each is a whole number from 0 to `most`."""
    for name, value in values.items():
        if value != round(value) or value < 0:
            raise Wrong(f"{name}: {what} is a whole number; is this a share or a loss?")
        if value > most:
            raise Wrong(f"{name}: {what} is at most {most}.")
    return dict(values)


@dataclass(frozen=True)
class Relation:
    """What measured numbers have to fulfil, as a function of them by name, and the sentence if not."""

    holds: Callable[[Mapping], bool]
    sentence: str


def in_order(*names, say: str, by: float = 0.0) -> Relation:
    """Each number is larger than the one named before it, by more than `by`."""
    return Relation(lambda v: all(v[b] - v[a] > by for a, b in pairwise(names)), say)


def ratio(above, below, least: float, most: float = math.inf, *, say: str) -> Relation:
    """The number `above` is from `least` to `most` times the positive number `below`."""
    return Relation(lambda v: v[below] > 0 and least <= v[above] / v[below] <= most, say)


def between(name, least: float, most: float, *, say: str) -> Relation:
    """The number is from `least` to `most`."""
    return Relation(lambda v: least <= v[name] <= most, say)


def near(name, want: float, *, say: str, rtol: float = 0.0, atol: float = 0.0) -> Relation:
    """The number is as near to `want` as `math.isclose` asks."""
    return Relation(lambda v: math.isclose(v[name], want, rel_tol=rtol, abs_tol=atol), say)


def distinct(*names, say: str) -> Relation:
    """No two of these numbers are equal."""
    return Relation(lambda v: len({v[name] for name in names}) == len(names), say)


def require(values: Mapping, relations: Iterable[Relation]) -> None:
    """Raise `Wrong` unless all relations hold between the numbers.

    If all numbers are equal, it says so. If no two are, and all relations hold after numbers have changed
    places, it asks which are exchanged. Otherwise the sentence is that of the first relation that fails:
    put what says most first. If it is the only one, it comes before the question, for a single number that
    is off may fit by chance in another's place.
    """
    relations = list(relations)
    failing = [relation for relation in relations if not relation.holds(values)]
    if not failing:
        return
    refuse_constant(values)
    exchanged = ""
    if len(set(values.values())) == len(values):
        exchanged = places(values, lambda v: fulfilled(v, relations))
    if exchanged and len(failing) == 1:
        raise Wrong(f"{failing[0].sentence} Or {exchanged}")
    raise Wrong(exchanged or failing[0].sentence)


def fulfilled(values: Mapping, relations: Iterable[Relation]) -> bool:
    """Whether all relations hold between the numbers."""
    return all(relation.holds(values) for relation in relations)


def refuse_constant(values: Mapping, say: str = ALL_EQUAL) -> None:
    """Raise `Wrong` if there are several numbers and all are equal."""
    if len(values) > 1 and len(set(values.values())) == 1:
        raise Wrong(say)


def places(values: Mapping, fits: Callable[[Mapping], bool]) -> str:
    """The question which numbers have changed places, if they fit then; none if they never do."""
    names = list(values)
    orders = permutations(names) if len(names) < 6 else swaps(names)
    others = [order for order in orders if fits(dict(zip(order, values.values(), strict=True)))]
    moved = [[name for name, place in zip(names, order, strict=True) if name != place] for order in others]
    moved = sorted((names for names in moved if names), key=len)
    if not moved:
        return ""
    if len(moved[0]) > 2:
        return (
            f"are the numbers in the wrong order? Each may be right: {listed(moved[0])} have changed places."
        )
    return f"are {moved[0][0]!r} and {moved[0][1]!r} exchanged?"


def swaps(names: list) -> Iterable[list]:
    """The orders in which two names have changed places, and the reversed one."""
    for k in range(len(names)):
        for j in range(k):
            order = list(names)
            order[j], order[k] = names[k], names[j]
            yield order
    yield names[::-1]


def match(
    values: Mapping,
    want: Mapping,
    mistakes: Mapping | None = None,
    rtol=1e-2,
    atol=0.0,
    *,
    none: str = NONE_RIGHT,
    equal: str = ALL_EQUAL,
) -> None:
    """Raise `Wrong` unless the numbers are those that the checker has found itself.

    values, want: the reader's numbers and the checker's, under the same names.
    mistakes: sentences, each with the numbers to which the mistake leads, by name; names may be absent.
    rtol, atol: how far each may be off, as in `math.isclose`.
    none, equal: the sentences for numbers of which none is right, and for equal ones. What they say if left
    out is for what a training run gives; an exercise in which nothing is trained needs its own.
    """
    if fits(values, want, rtol, atol):
        return
    recognise(values, mistakes or {}, rtol, atol)
    refuse_constant(values, equal)
    exchanged = places(values, lambda v: fits(v, want, rtol, atol))
    raise Wrong(exchanged or off_sentence(values, want, rtol, atol, none))


def recognise(values: Mapping, mistakes: Mapping, rtol=1e-2, atol=0.0) -> None:
    """Raise `Wrong` with the first sentence whose numbers these are; the arguments are those of `match`."""
    for sentence, wrong in mistakes.items():
        if fits(values, wrong, rtol, atol):
            raise Wrong(sentence)


def fits(values: Mapping, want: Mapping, rtol: float, atol: float) -> bool:
    """Whether all the wanted numbers are there, as near as `math.isclose` asks."""
    return all(math.isclose(values[name], want[name], rel_tol=rtol, abs_tol=atol) for name in want)


def off_sentence(values: Mapping, want: Mapping, rtol: float, atol: float, none: str = NONE_RIGHT) -> str:
    """Which of the numbers are not the checker's."""
    off = [n for n in want if not math.isclose(values[n], want[n], rel_tol=rtol, abs_tol=atol)]
    if len(off) == len(want) > 1:
        return none
    side = "large" if values[off[0]] > want[off[0]] else "small"
    others = (
        f", and so is that for {listed(off[1:])}" if len(off) == 2 else f", and {len(off) - 1} others are"
    )
    return f"the number for {off[0]!r} is off{others if len(off) > 1 else ''}: it is too {side}."
