"""What is read as numbers, what is not, and what is said of it."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nnbook.check import CHECKERS, check
from nnbook.check.reading import as_tensor, describe, first_line, numbers, shown
from nnbook.check.verdict import Wrong

ROW, NUMBER = torch.zeros(3), torch.tensor(0.0)


def heard(got, like=ROW):
    with pytest.raises(Wrong) as wrong:
        as_tensor(got, like)
    return str(wrong.value)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2, 3],
        (1.0, Fraction(2), np.float32(3)),
        [torch.tensor(1), np.int64(2), 3],
        range(1, 4) and [1, 2, 3],
        np.array([3, 2, 1])[::-1],
        torch.tensor([1, 2, 3]).to_sparse(),
        torch.eye(3).to_sparse() @ torch.tensor([1.0, 2, 3]),
        np.longdouble([1, 2, 3]),
        np.array([1, 2, 3], np.float16),
        torch.nn.Parameter(torch.tensor([1.0, 2, 3])),
    ],
)
def test_numbers_are_read_from_whatever_holds_them(value):
    assert as_tensor(value, ROW).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10**400, "this is a whole number of more than 300 digits, and a row of 3 numbers is asked for."),
        ([1, 10**400, 2], "Its entry [1] is a whole number of more than 300 digits."),
        ("0.5", "this is a str of length 3, and a row of 3 numbers is asked for. Leave out the quotes."),
        ("half", "this is a str of length 4, and a row of 3 numbers is asked for."),
        (["1", 2, 3], "Its entry [0] is a str of length 1."),
        ([1, None, 3], "and a row of 3 numbers is asked for. The entry [1] is missing."),
        ([[1], [1, 2], [3]], "Its entries differ in shape."),
        (np.array([1, "a", None], object), "this is a NumPy array of objects of shape (3,)"),
        (np.array(["1", "2", "3"]), "this is a NumPy array of shape (3,)"),
        (1j, "this is made of complex numbers"),
        ([1j, 2, 3], "complex"),
        (Decimal(1), "this is a Decimal"),
        ({1, 2, 3}, "this is a set of length 3"),
        (torch.zeros(3, device="meta"), "on the device meta"),
        (torch.eye(3).to_sparse(), "this is a tensor of shape (3, 3), and a row of 3 numbers"),
        (torch.nn.Linear, "this is a type"),
        (torch.nested.nested_tensor([ROW, ROW], layout=torch.jagged), "this is a nested tensor"),
    ],
)
def test_what_holds_no_numbers_gets_a_sentence(value, said):
    assert said in heard(value)


@pytest.mark.parametrize("label", CHECKERS)
@pytest.mark.parametrize("value", [10**400, torch.eye(3).to_sparse()])
def test_no_checker_is_at_a_loss(label, value):
    """With values, and with functions that return them."""
    for attempt in (value, lambda *inputs: value):
        assert "the checker cannot read" not in check(label, attempt).message


@given(st.integers(0, 5000))
def test_whole_numbers_of_any_size_are_described(n):
    for value in (10**n, -(10**n)):
        assert describe(value) == ("a number" if n < 309 else "a whole number of more than 300 digits")


def test_what_is_read_is_a_copy():
    x = torch.zeros(3, dtype=torch.float64)
    for read in (numbers(x), as_tensor(x, ROW)):
        x.add_(1)
        assert not read.any()
        x.zero_()
    with torch.inference_mode():
        x = torch.ones(3)
    assert not numbers(x).is_inference()


@pytest.mark.parametrize(
    ("shape", "like", "asked"), [((2, 2), (), False), ((3, 3), (3,), True), ((), (), None)]
)
def test_a_column_and_a_row_are_only_suspected_where_a_row_is_asked_for(shape, like, asked):
    if asked is None:
        assert as_tensor(torch.zeros(shape), torch.zeros(like)) == 0
    else:
        assert ("meet a row" in heard(torch.zeros(shape), torch.zeros(like))) == asked


class Silent(Exception):
    def __str__(self):
        raise ValueError


def test_an_error_is_told_in_one_line():
    assert first_line(ValueError("first.\nsecond")) == "ValueError: first"
    assert first_line(ValueError()) == first_line(ValueError("\n")) == "ValueError"
    assert first_line(Silent()) == "Silent"
    assert (
        first_line(TypeError("unsupported: 'float' and 'NoneType'"))
        == "TypeError: unsupported: 'float' and None"
    )
    assert first_line(TypeError("nnbook.check.xor.f.<locals>.g() at 0x7f")) == "TypeError: g()"
    assert first_line(NameError("name 'nnbook' is not defined")) == "NameError: name 'nnbook' is not defined"


def test_arguments_are_shown_in_few_words():
    assert shown("x", torch.zeros(2, 3)) == "x of shape (2, 3)"
    assert shown("a", 0.5) == "a = 0.5"
    assert shown("f", math.sin) == "f = <built-in function sin>"
    assert shown("f", lambda x: x) == "f, a function"
