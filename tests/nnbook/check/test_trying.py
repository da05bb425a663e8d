"""Several cases: a cause is named only if it explains them all; and where nan and inf come from."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from nnbook.check.trying import Case, try_on, try_on_all
from nnbook.check.verdict import Wrong


def heard(attempt, cases):
    with pytest.raises(Wrong) as wrong:
        try_on_all(attempt, cases)
    return str(wrong.value).partition(" (Tried with")[0]


def powers(*xs, **mistakes):
    """The cube of each x; as mistakes, the functions of x that are given by name."""
    return [Case({"x": x}, x**3, {text: f(x) for text, f in mistakes.items()}) for x in xs]


def test_a_right_function_passes_all_cases():
    try_on_all(lambda x: x**3, powers(2.0, -0.5, 7.0))
    try_on_all(lambda x: x**3, (case for case in powers(2.0, 1.0)))


def test_a_coincidence_in_one_case_is_not_a_diagnosis():
    assert heard(lambda x: 2 * x**2, powers(1.0, 3.0)) == "it is too large."  # twice, at 1 only
    assert heard(lambda x: x**2, powers(2.0, 3.0)) == "it is too small."  # half, at 2 only
    assert heard(lambda x: x**2, powers(0.5, 1.0)) == "it is too large."  # twice at 1/2, but right at 1
    assert heard(lambda x: 2 * x**3, powers(1.0, 3.0)) == "it is twice the right result."
    assert (
        heard(lambda x: -(x**3) / 2, powers(1.0, 3.0))
        == "the sign is wrong, and it is half the right result."
    )


def test_a_mistake_is_named_only_if_it_leads_to_every_result():
    named = {"a square.": lambda x: x**2, "no power.": lambda x: x}
    assert heard(lambda x: x, powers(1.5, 2.0, **named)) == "no power."
    assert heard(lambda x: x**2, powers(1.5, 2.0, **named)) == "a square."
    assert heard(lambda x: 4.0, powers(2.0, 3.0, **named)) == "it is too small."  # the square of 2, not of 3


def test_a_case_in_which_the_function_is_right_speaks_against_a_cause():
    values = {2.0: 4.0, 3.0: 27.0}
    assert heard(lambda x: values[x], powers(2.0, 3.0, **{"a square.": lambda x: x**2})) == "it is too small."
    assert heard(lambda x: values[x], powers(2.0, **{"a square.": lambda x: x**2})) == "a square."


def test_a_mistake_that_only_some_cases_know_is_named_all_the_same():
    cases = [*powers(2.0, **{"a square.": lambda x: x**2}), *powers(3.0)]
    assert heard(lambda x: x**2, cases) == "a square."


def test_mistakes_of_another_shape_are_not_looked_for():
    case = Case({"x": torch.ones(2)}, torch.ones(2), {"no.": torch.ones(3), "yes.": torch.zeros(2) + 3})
    assert heard(lambda x: x * 3, [case]) == "yes."


@given(
    st.lists(st.floats(0.1, 10), min_size=1, max_size=4), st.sampled_from([2.0, 0.5, -1.0, 1 / math.log(2)])
)
def test_a_factor_that_all_cases_show_is_named(xs, factor):
    said = heard(lambda x: factor * x**3, powers(*xs))
    assert (
        said
        == {
            2.0: "it is twice the right result.",
            0.5: "it is half the right result.",
            -1.0: "the sign is wrong.",
            1 / math.log(2): "it is off by a factor of ln 2: is the logarithm to the base 2?",
        }[factor]
    )


def means(f, *sizes):
    return [Case({"x": torch.arange(1.0, n + 1)}, f(torch.arange(1.0, n + 1)), batch=n) for n in sizes]


def test_a_sum_is_told_from_a_mean_though_both_are_one_for_a_batch_of_one():
    said = "too large by a factor of the batch size: is it a sum where a mean is asked for?"
    assert heard(torch.sum, means(torch.mean, 1, 2, 5)) == said
    assert heard(torch.sum, means(torch.mean, 2, 5, 1)) == said
    assert heard(lambda x: 2 * x.mean(), means(torch.mean, 2, 5)) == "it is twice the right result."


@pytest.mark.filterwarnings("ignore:var")
def test_n_minus_one_is_named_though_it_gives_nan_for_a_batch_of_one():
    def variance(x):
        return x.var(correction=0)

    assert "divided by n − 1" in heard(torch.var, means(variance, 1, 4, 7))
    assert "divided by n − 1" in heard(torch.var, means(variance, 4, 7, 1))
    assert (
        heard(torch.var, means(variance, 1))
        == "the result holds nan or inf: is it a mean or a variance of too few numbers?"
    )


ROW = torch.tensor([0.0, 1.0])


def test_nan_in_some_cases_is_named_though_the_others_are_right():
    def unit(x):
        return x / x.norm()

    cases = [Case({"x": x}, unit(x).nan_to_num()) for x in (torch.ones(3), torch.zeros(3))]
    assert heard(unit, cases) == "the result holds nan or inf: is 0 divided by 0?"
    rows = [Case({"n": n}, torch.arange(2.0 * n).reshape(n, 2)) for n in (1, 2)]
    assert "one and the same tensor" in heard(lambda n: [ROW] * n, rows)


def test_the_neutral_sentence_says_with_which_inputs():
    with pytest.raises(Wrong, match=r"too small\. \(Tried with x = 3\.0\.\)"):
        try_on_all(lambda x: min(x**3, 10), powers(2.0, 3.0, 4.0))


def test_what_stops_later_does_not_hide_an_earlier_fault():
    def stops_at_0(x):
        return 2 * x**4 / x

    assert heard(stops_at_0, powers(2.0, 3.0, 0.0)) == "it is twice the right result."
    assert "ZeroDivisionError" in heard(lambda x: x**4 / x, powers(2.0, 3.0, 0.0))


def table_of(row, n=3):
    """A function whose result is `row` stored so many times, by two routes."""
    x = torch.tensor(row)
    return [lambda: [x] * n, lambda: torch.stack([x] * n)]


@pytest.mark.parametrize("want", [torch.tensor([[1.0, 2], [3, 4], [5, 7]])])
def test_one_tensor_that_is_stored_again_and_again_is_named(want):
    shared, stacked = table_of([5.0, 7.0])
    assert (
        heard(shared, [Case({}, want)])
        == "all rows are one and the same tensor: append a copy, as with x.clone()."
    )
    assert heard(stacked, [Case({}, want)]) == "all rows are equal: is one tensor put there again and again?"
    assert "entries are wrong" in heard(lambda: want[:1, :1].expand(3, 1), [Case({}, want[:, :1])])
    with pytest.raises(Wrong, match="all rows are one"):
        try_on(shared, {}, want, mistakes={"the last one everywhere.": want[-1:].expand_as(want)})


# Where nan and inf come from.

Z = torch.tensor([-1000.0, 0.0, 1000.0])
S = torch.tensor([[0.5, -0.25], [0.0, 0.0]])


def in_numpy(f):
    def called(z):
        with np.errstate(all="warn"):
            return f(z.numpy())

    return called


NOT_FINITE = [
    ("is 0 divided by 0?", S, lambda z: z / z.norm(dim=1, keepdim=True)),
    ("is 0 divided by 0?", S, lambda z: z.div(z)),
    ("is 0 divided by 0?", S, in_numpy(lambda z: z / np.linalg.norm(z, axis=1, keepdims=True))),
    ("is a number divided by 0?", S, lambda z: 1 / z),
    ("is a number divided by 0?", S, in_numpy(lambda z: 1 / z)),
    ("does an exponential overflow?", Z, lambda z: z.exp() / (1 + z.exp())),
    ("does an exponential overflow?", Z, lambda z: torch.log(1 + torch.exp(z)) / torch.exp(z)),
    ("does an exponential overflow?", Z, in_numpy(lambda z: np.exp(z) / (1 + np.exp(z)))),
    ("does a logarithm meet 0?", Z, lambda z: z.softmax(0).log()),
    ("does a logarithm meet 0?", S, in_numpy(lambda z: np.log(np.abs(z)))),
    ("does a logarithm meet a negative number?", S, lambda z: z.log()),
    ("does a logarithm meet a negative number?", S[:1], in_numpy(np.log)),
    ("is it the root of a negative number?", S, lambda z: z.sqrt()),
    ("is it the root of a negative number?", S, in_numpy(np.sqrt)),
    ("does a number get too large?", Z, lambda z: z**20),
    ("is it a mean or a variance of too few numbers?", S, lambda z: z - z[2:].mean()),
]


@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
@pytest.mark.parametrize(("said", "z", "attempt"), NOT_FINITE)
def test_nan_and_inf_are_traced_to_the_operation_that_makes_them(said, z, attempt):
    def twice(z):
        return attempt(z)

    for n_calls in (try_on, lambda f, inputs, want: try_on_all(f, [Case(inputs, want)])):
        with pytest.raises(Wrong) as wrong:
            n_calls(twice, {"z": z}, torch.ones_like(z) / 3)
        assert f"the result holds nan or inf: {said}" in str(wrong.value)


def test_an_overflow_that_does_no_harm_is_not_blamed():
    def harmless(z):
        return 1 / (1 + torch.exp(-z)) + z.abs().log() * 0

    with pytest.raises(Wrong, match="nan or inf"):
        try_on(harmless, {"z": Z}, torch.sigmoid(Z))
    try_on(lambda z: 1 / (1 + torch.exp(-z)), {"z": Z}, torch.sigmoid(Z))
    try_on(lambda z: F.logsigmoid(z), {"z": Z}, F.logsigmoid(Z))  # noqa: PLW0108


def test_without_a_trace_the_result_alone_is_judged():
    def cannot_be_repeated(z, calls=[]):  # noqa: B006
        calls.append(z)
        if len(calls) > 1:
            raise ValueError
        return float("nan")

    with pytest.raises(Wrong, match="is 0 divided by 0, or an infinity by another"):
        try_on(cannot_be_repeated, {"z": 1.0}, 1.0)
