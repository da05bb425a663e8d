"""What is measured is judged by a run of the checker's own, or by how the numbers are related."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from nnbook.check.measuring import (
    as_counts,
    as_shares,
    between,
    distinct,
    in_order,
    match,
    near,
    ratio,
    read_dict,
    read_named,
    recomputed,
    require,
)
from nnbook.check.verdict import Wrong

NAMES = ["wide", "narrow", "scaled"]
RIGHT = {"wide": 60.0, "narrow": 35.0, "scaled": 9.0}
RELATIONS = [
    in_order("scaled", "narrow", "wide", say="the order is another."),
    ratio("wide", "narrow", 1.2, 3, say="wide is to narrow otherwise."),
    ratio("narrow", "scaled", 2, say="scaling helps more."),
    between("wide", 40, 90, say="wide is elsewhere."),
    distinct("wide", "narrow", say="two are equal."),
    near("scaled", 9, atol=3, say="scaled is elsewhere."),
]


def heard(function, *args, **how):
    with pytest.raises(Wrong) as wrong:
        function(*args, **how)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"wide": 35.0, "narrow": 60.0}, "are 'wide' and 'narrow' exchanged?"),
        ({"wide": 9.0, "scaled": 60.0}, "are 'wide' and 'scaled' exchanged?"),
        ({"wide": 9.0, "narrow": 60.0, "scaled": 35.0}, "in the wrong order"),
        (
            {"wide": 5.0, "narrow": 5.0, "scaled": 5.0},
            "all are equal: does each number have a run of its own?",
        ),
        ({"wide": 3.0, "narrow": 2.0, "scaled": 1.0}, "wide is elsewhere."),
        ({"scaled": 20.0}, "scaling helps more."),
        ({"wide": 36.0}, "wide is to narrow otherwise."),
        ({"narrow": 5.0}, "the order is another."),
        ({"scaled": 13.0}, "scaled is elsewhere."),
    ],
)
def test_the_first_relation_that_fails_is_told_and_a_swap_before_it(changed, said):
    require(RIGHT, RELATIONS)
    assert said in heard(require, RIGHT | changed, [RELATIONS[k] for k in (0, 1, 3, 2, 4, 5)])


def test_a_single_number_that_is_off_is_told_before_the_exchange_that_would_fit():
    relations = [between("b", 3, 9, say="b is elsewhere."), between("a", 0, 9, say="a is elsewhere.")]
    assert heard(require, {"a": 5.0, "b": 1.0}, relations) == "b is elsewhere. Or are 'a' and 'b' exchanged?"
    relations[1] = between("a", 0, 2, say="a is elsewhere.")
    assert heard(require, {"a": 5.0, "b": 1.0}, relations) == "are 'a' and 'b' exchanged?"


def test_an_exercise_without_a_run_has_sentences_of_its_own():
    own = {"none": "no share fits.", "equal": "one share for all."}
    assert heard(match, {"a": 1.0, "b": 2.0}, {"a": 5.0, "b": 6.0}, **own) == "no share fits."
    assert heard(match, {"a": 1.0, "b": 1.0}, {"a": 5.0, "b": 6.0}, **own) == "one share for all."


def test_equal_numbers_and_orders_by_a_margin():
    require(
        {"a": 1.0, "b": 1.5, "c": 3},
        [in_order("a", "b", "c", by=0.4, say="no."), distinct("a", "b", say="no.")],
    )
    assert heard(require, {"a": 1.0, "b": 1.5}, [in_order("a", "b", by=0.5, say="no.")]) == "no."
    assert heard(require, {"a": 1.0, "b": 1.0, "c": 3}, [distinct("a", "b", say="same.")]) == "same."
    assert heard(require, {"a": 0.0, "b": 0.0, "c": 1}, [ratio("a", "b", 1, say="no.")]) == "no."


@given(st.lists(st.floats(1, 100), min_size=2, max_size=7, unique=True), st.randoms())
def test_two_numbers_that_changed_places_are_always_found(numbers, chance):
    numbers = sorted(numbers)
    assume(all(b > 1.1 * a for a, b in pairwise(numbers)))
    want = {f"n{k}": value for k, value in enumerate(numbers)}
    a, b = sorted(chance.sample(list(want), 2))
    said = heard(match, want | {a: want[b], b: want[a]}, want)
    assert said in (f"are {a!r} and {b!r} exchanged?", f"are {b!r} and {a!r} exchanged?")
    match({name: value * 1.001 for name, value in want.items()}, want)


WANT = {0.1: 20.0, 0.5: 40.0, 0.9: 80.0}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({0.5: 41.0}, "the number for 0.5 is off: it is too large."),
        ({0.5: 30.0}, "the number for 0.5 is off: it is too small."),
        ({0.5: 30.0, 0.9: 1.0}, "the number for 0.5 is off, and so is that for 0.9: it is too small."),
        ({0.1: 1.0, 0.5: 2.0, 0.9: 3.0}, "none of the numbers is what a run gives"),
        ({0.1: 10.0, 0.5: 10.0, 0.9: 10.0}, "all are equal"),
        ({0.1: 40.0, 0.5: 80.0, 0.9: 160.0}, "these are doubled."),
        ({0.1: 5.0}, "five is the first alone."),
        ({0.1: 80.0, 0.9: 20.0}, "are 0.1 and 0.9 exchanged?"),
    ],
)
def test_numbers_that_a_run_gave_are_told_which_is_off(changed, said):
    mistakes = {
        "these are doubled.": {name: 2 * value for name, value in WANT.items()},
        "five is the first alone.": {0.1: 5.0},
    }
    match(WANT, WANT, mistakes)
    assert said in heard(match, WANT | changed, WANT, mistakes, rtol=0.01)


def test_a_tolerance_can_be_absolute():
    match({"a": 11.0, "b": 1.0}, {"a": 10.0, "b": 0.0}, rtol=0, atol=1)
    assert "'a' is off" in heard(match, {"a": 11.1, "b": 1.0}, {"a": 10.0, "b": 0.0}, rtol=0, atol=1)


@pytest.mark.parametrize(
    "attempt",
    [
        {"scaled": 3, "wide": 1, "narrow": torch.tensor(2.0)},
        [1, 2.0, np.float32(3)],
        (1, 2, 3),
        torch.tensor([1, 2, 3]),
        np.array([1.0, 2, 3]),
    ],
)
def test_named_numbers_are_read_from_a_dictionary_or_a_row(attempt):
    assert read_named(attempt, NAMES) == {"wide": 1, "narrow": 2, "scaled": 3}


KEYS = "a dictionary with the keys 'wide', 'narrow' and 'scaled' is asked for"


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ({"wide": 1}, f"{KEYS}: 'narrow' is missing."),
        ({"wide": 1, "narrow": 1, "scaled": 1, 4: 1}, f"{KEYS}: 4 is none of them."),
        ({"wide": 1, "narrow": ..., "scaled": 1}, "narrow: the answer is missing"),
        (
            {"wide": 1, "narrow": [1], "scaled": 1},
            "narrow: this is a list of length 1, and a number is asked for.",
        ),
        ({"wide": 1, "narrow": math.nan, "scaled": 1}, "narrow: the number is not finite."),
        (
            {"wide": 1, "narrow": 10**400, "scaled": 1},
            "narrow: this is a whole number of more than 300 digits",
        ),
        ([1, 2], "this is a list of length 2, and a row of 3 numbers is asked for: wide, narrow, scaled."),
        (3, "this is a number, and a row of 3 numbers is asked for"),
        (None, "the answer is missing"),
        ("abc", "this is a str of length 3"),
    ],
)
def test_what_is_not_read_is_told_by_name(attempt, said):
    assert said in heard(read_named, attempt, NAMES)


def test_where_a_dictionary_is_asked_for_a_row_is_not_enough():
    assert heard(read_dict, [1, 2, 3], NAMES) == f"{KEYS}, and this is a list of length 3."
    assert read_dict({0.1: 1, 1: 2}, [0.1, 1.0]) == {0.1: 1, 1.0: 2}
    assert heard(read_dict, {0.1: 1}, [0.5]) == "a dictionary with the keys 0.5 is asked for: 0.5 is missing."


def test_shares_and_counts():
    assert as_shares({"a": 0, "b": 1}) == {"a": 0, "b": 1}
    assert (
        heard(as_shares, {"a": 50.0, "b": 1}, "an accuracy")
        == "an accuracy is between 0 and 1; is this in per cent?"
    )
    assert heard(as_shares, {"a": 0.5, "b": -0.1}) == "b: a share is between 0 and 1."
    assert heard(as_shares, {"a": 101, "b": 0.1}) == "a: a share is between 0 and 1."
    assert as_counts({"a": 0, "b": 20.0}, 20) == {"a": 0, "b": 20}
    assert heard(as_counts, {"a": 0.5}) == "a: a count is a whole number; is this a share or a loss?"
    assert heard(as_counts, {"a": 21}, 20) == "a: a count is at most 20."


def test_what_is_recomputed_is_run_once_and_touches_nothing():
    runs = []

    @recomputed
    def measured(n, scale=1.0):
        """The mean of n draws."""
        runs.append(n)
        torch.set_default_dtype(torch.float64)
        return (scale * torch.randn(n)).mean().item()

    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = measured(5)
    torch.manual_seed(2)
    with torch.no_grad(), torch.device("meta"):
        assert measured(5) == first
        other = measured(5, scale=2.0)
    assert math.isclose(other, 2 * first)
    assert runs == [5, 5]
    assert torch.get_default_dtype() == torch.float32
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), before)
    assert measured.__doc__ == "The mean of n draws."
