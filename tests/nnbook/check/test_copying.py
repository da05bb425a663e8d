"""Results that are one and the same object, and states that are equal."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from nnbook.check.copying import not_shared, own_copy, place, same_state
from nnbook.check.verdict import Wrong
from nnbook.scalar import Scalar

X = torch.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([X] * 3, "all rows are one and the same tensor: append a copy, as with x.clone()."),
        ([X, X.detach(), X.view(-1)], "all rows are one and the same tensor"),
        ([X, X.clone(), X], "some rows are one and the same tensor"),
        ([np.ones(2)] * 2, "all rows are one and the same array: append a copy, as with x.copy()."),
        ([[1]] * 2, "all rows are one and the same list: append a copy, as with copy.deepcopy(x)."),
        ([X, X.numpy()], "all rows are one and the same tensor"),
    ],
)
def test_one_tensor_stored_again_and_again_is_named(results, said):
    with pytest.raises(Wrong) as wrong:
        not_shared(results)
    assert str(wrong.value).startswith(said)
    with pytest.raises(Wrong, match=r"(all|some) points are"):
        not_shared(results, "points")


def test_different_tensors_share_nothing_even_if_they_are_parts_of_one():
    not_shared([X, X.clone(), X + 0])
    not_shared(list(X))
    not_shared(X.unbind(1))
    not_shared([1.0, 1.0, True, None, "a", "a"])
    not_shared([torch.zeros(0), torch.zeros(0), np.zeros(0)])
    not_shared([0.0] * 100_000)  # at once
    not_shared([X.to_sparse(), X.to("meta"), X.to("meta")])
    not_shared([])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | arrays(float, 3),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts) | st.tuples(parts, parts),
)


@given(VALUES)
def test_a_copy_has_the_same_state_and_nothing_in_common(value):
    copied = own_copy(value)
    assert same_state(value, copied)
    if isinstance(value, list | dict | np.ndarray):
        assert place(value) != place(copied)


@given(VALUES, VALUES)
def test_what_differs_has_another_state(a, b):
    assert same_state([a], [b]) == same_state([b], [a])
    assert not same_state([a], [a, b])
    assert not same_state({"a": a}, {"b": a})
    if repr(a) == repr(b):
        assert same_state(a, b)
    elif isinstance(a, bool | str | int | None) and type(a) is type(b):
        assert not same_state(a, b)


@pytest.mark.parametrize(
    ("a", "b", "is_same"),
    [
        (torch.tensor([1.0, math.nan]), torch.tensor([1.0, math.nan]), True),
        (torch.tensor([1.0, math.nan]), torch.tensor([1.0, 2.0]), False),
        (torch.ones(2), torch.ones(2, dtype=torch.float64), False),
        (torch.ones(2), torch.ones(1), False),
        (X.to_sparse(), X.to_sparse(), True),
        (X.to_sparse(), (X + 1).to_sparse(), False),
        (np.array([None, "a"]), np.array([None, "a"]), True),
        (np.array([None, "a"]), np.array([None, "b"]), False),
        (1, 1.0, False),
        (Scalar(1.0), "1", False),
        (torch.nn.Linear(1, 1), torch.nn.Linear(1, 1), False),
    ],
)
def test_states_are_equal_in_every_entry_and_type(a, b, is_same):
    assert same_state(a, b) == is_same


def test_structures_may_be_deep_or_closed_in_themselves():
    circle = [1]
    circle.append(circle)
    other = own_copy(circle)
    assert same_state(circle, other)
    other[0] = 2
    assert not same_state(circle, other)
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert same_state(deep, own_copy(deep))


class Hostile:
    def refuse(self, *_):
        raise RuntimeError

    __eq__ = __ne__ = __bool__ = __deepcopy__ = __hash__ = refuse


def test_what_cannot_be_compared_or_copied_does_no_harm():
    hostile = Hostile()
    assert own_copy(hostile) is hostile
    assert same_state(hostile, Hostile())
