"""Claims are asserted, and recorded as they were asserted."""

import math
from statistics import mean, stdev

import numpy as np
import pytest
import torch
from nnbook import claims
from nnbook.claims import bounds, claim, number, with_spread


@pytest.fixture
def recorded(monkeypatch):
    """What the claims of the test record."""
    bundles = []
    monkeypatch.setattr(claims, "display", lambda bundle, raw: bundles.append((bundle, raw)))
    return bundles


def test_a_true_claim_is_recorded(recorded):
    claim("two is between one and three", 2, 1, 3)
    record = {"text": "two is between one and three", "values": [2], "low": 1, "high": 3}
    assert recorded == [({"application/vnd.nnbook.claim+json": record}, True)]


def test_a_missing_bound_is_recorded_as_none(recorded):
    claim("small", 0.5, high=1)
    claim("large", 0.5, low=0)
    assert [bundle[claims.CLAIM_TYPE]["low"] for bundle, _ in recorded] == [None, 0]
    assert [bundle[claims.CLAIM_TYPE]["high"] for bundle, _ in recorded] == [1, None]


@pytest.mark.parametrize(
    ("value", "values"),
    [
        (1, [1]),
        (0.1, [0.1]),
        (np.float64(0.1), [0.1]),
        (torch.tensor(0.5), [0.5]),
        (torch.tensor(0.5, requires_grad=True), [0.5]),
        (torch.tensor([[0.5], [0.25]]), [0.5, 0.25]),
        (np.array([0.5, 0.25]), [0.5, 0.25]),
        ([0.5, 0.25], [0.5, 0.25]),
        (True, [True]),
    ],
)
def test_what_a_value_may_be(recorded, value, values):
    claim("it is", value, 0, 1)
    [(bundle, _)] = recorded
    assert bundle[claims.CLAIM_TYPE]["values"] == values
    assert [type(v) for v in bundle[claims.CLAIM_TYPE]["values"]] == [type(v) for v in values]


@pytest.mark.parametrize("value", [True, np.bool_(True), torch.tensor(True), [True, True]])
def test_what_is_true_needs_no_bounds(recorded, value):
    claim("it is so", value)
    [(bundle, _)] = recorded
    assert bundle[claims.CLAIM_TYPE]["values"][0] is True


@pytest.mark.parametrize("value", [False, torch.tensor(False), [True, False]])
def test_what_is_false_is_no_claim(recorded, value):
    with pytest.raises(AssertionError, match=r"^The claim “it is so” is false: 0 is not true"):
        claim("it is so", value)
    assert recorded == []


@pytest.mark.parametrize(
    ("value", "low", "high", "fault"),
    [
        (0.949999988079, 0.95, 1.05, "0.949999988079 is not between 0.95 and 1.05."),
        (3, 0, 2, "3 is not between 0 and 2."),
        (3, -math.inf, 2, "3 is not at most 2."),
        (1, 2, math.inf, "1 is not at least 2."),
        (111, 110, 110, "111 is not exactly 110."),
        (math.nan, 0, 1, "nan is not between 0 and 1."),
        (math.nan, -math.inf, 1, "nan is not at most 1."),
        (0.5, math.nan, 1, "0.5 is not between nan and 1."),
        (math.inf, 0, math.inf, "inf is not finite."),
        (-math.inf, -math.inf, 1, "-inf is not finite."),
        ([0.5, 2, 3], 0, 1, "2 is not between 0 and 1 (2 of 3 values are wrong)."),
    ],
)
def test_a_false_claim_is_refused_and_says_why(recorded, value, low, high, fault):
    with pytest.raises(AssertionError) as error:
        claim("it holds", value, low, high)
    assert str(error.value) == f"The claim “it holds” is false: {fault}"
    assert recorded == []


def test_a_claim_that_cannot_be_false_is_refused(recorded):
    with pytest.raises(ValueError, match=r"^The claim “it is” has no bound: give low, high or both\.$"):
        claim("it is", 0.5)
    with pytest.raises(ValueError, match=r"^The claim “all are small” has no value\.$"):
        claim("all are small", [], high=1)
    assert recorded == []


def test_spread_is_that_of_a_sample():
    values = [0.9431, 0.9479, 0.9402]
    assert with_spread(values) == f"{mean(values):.4f} ± {stdev(values):.4f}" == "0.9437 ± 0.0039"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, 2, 3], "2.0 ± 1.0"),
        ([100, 150, 200], "150 ± 50"),
        ([1000, 2000], "1,500 ± 707"),
        ([0.5, 0.5], "0.5000 ± 0.0000"),
        ([94.31, 94.79], "94.55 ± 0.34"),
    ],
)
def test_spread_has_two_digits_and_the_mean_ends_where_it_does(values, text):
    assert with_spread(values) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (397_500.0, "397,500"),
        (2e18, "2e+18"),
        (0.95, "0.95"),
        (1e-5, "1e-05"),
        (2 / 3, "0.666667"),
        (True, "true"),
        (-2, "-2"),
    ],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.95, 1.05, "between 0.95 and 1.05"),
        (None, 1, "at most 1"),
        (0, None, "at least 0"),
        (110, 110, "exactly 110"),
        (True, True, "true"),
    ],
)
def test_bounds(low, high, text):
    assert bounds(low, high) == text
