"""The scalar engine: PyTorch has the right answers."""

import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from nnbook import scalar
from nnbook.scalar import Scalar, exp, log, relu, tanh

NUMBERS = st.floats(-3, 3).map(lambda x: round(x, 3))
# Each works on Scalars, with this module's functions, and on float64 tensors, with PyTorch's.
UNARY = {
    "minus": lambda lib, a: -a,
    "exp": lambda lib, a: lib.exp(a),
    "log": lambda lib, a: lib.log(a * a + 1),
    "tanh": lambda lib, a: lib.tanh(a),
    "relu": lambda lib, a: lib.relu(a),
    "square": lambda lib, a: a**2,
    "cube": lambda lib, a: a**3,
    "root": lambda lib, a: (a**2 + 1) ** 0.5,
    "power 0": lambda lib, a: a**0,
    "1 − a": lambda lib, a: 1 - a,
    "2 a": lambda lib, a: 2 * a,
    "1 / (a² + 1)": lambda lib, a: 1 / (a * a + 1),
    "a + 3": lambda lib, a: a + 3,
    "3 + a": lambda lib, a: 3 + a,
}
BINARY = {
    "+": lambda lib, a, b: a + b,
    "-": lambda lib, a, b: a - b,
    "*": lambda lib, a, b: a * b,
    "/": lambda lib, a, b: a / (b * b + 1),
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 20)),
        st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 20), st.integers(0, 20)),
    ),
    min_size=1,
    max_size=12,
)


def run(steps, leaves, lib):
    """Each result joins the values, among which a step picks its operands, so that nodes are shared."""
    values = list(leaves)
    for name, *places in steps:
        operands = [values[place % len(values)] for place in places]
        values.append((UNARY | BINARY)[name](lib, *operands))
    return values


@given(leaves=st.lists(NUMBERS, min_size=1, max_size=3), steps=STEPS, calls=st.integers(1, 3))
def test_random_programs_agree_with_pytorch(leaves, steps, calls):
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in leaves]
    try:
        ours = [Scalar(x) for x in leaves]
        *_, result = run(steps, ours, scalar)
    except OverflowError:  # Python's floats complain where PyTorch's become infinite
        return
    *_, expected = run(steps, theirs, torch)
    assume(abs(result.value) < 1e100)
    for _ in range(calls):
        result.backward()
        expected.backward(retain_graph=True)
    assume(all(p.grad is None or p.grad.abs() < 1e100 for p in theirs))
    assert result.value == pytest.approx(expected.item(), rel=1e-9, abs=1e-12)
    for p, q in zip(ours, theirs, strict=True):
        want = 0.0 if q.grad is None else q.grad.item()
        assert p.grad == pytest.approx(want, rel=1e-8, abs=1e-10)


def test_a_reused_variable_collects_from_each_use():
    w = Scalar(3.0)
    (w * w + w).backward()
    assert w.grad == 2 * 3 + 1


def test_a_shared_node_passes_on_the_whole_of_its_gradient():
    w = Scalar(2.0)
    shared = w * w
    (shared * shared + shared).backward()  # w⁴ + w²
    assert shared.grad == 2 * 4 + 1
    assert w.grad == 4 * 2**3 + 2 * 2


def test_a_node_behind_another_input_waits_for_all_its_uses():
    """The same node reached by a short and by a long way: it may pass on nothing before both have arrived."""
    w = Scalar(2.0)
    s = w * w
    long_way = ((s + 1) * 3 + s) * s
    (s + long_way).backward()  # 4s² + 4s at s = w²
    assert w.grad == (8 * 4 + 4) * 2 * 2


@pytest.mark.parametrize("calls", [2, 3])
def test_backward_again_adds_the_same_to_every_node(calls):
    w = Scalar(1.5)
    s = w * w
    result = s * s
    for _ in range(calls):
        result.backward()
    assert w.grad == pytest.approx(calls * 4 * 1.5**3)
    assert s.grad == pytest.approx(calls * 2 * 1.5**2)
    assert result.grad == calls


def test_two_results_of_the_same_nodes_add_up():
    w = Scalar(0.5)
    s = tanh(w)
    (s * 2).backward()
    (s * 3).backward()
    assert w.grad == pytest.approx(5 * (1 - math.tanh(0.5) ** 2))


def test_a_node_outside_the_history_keeps_its_gradient():
    a, b = Scalar(1.0), Scalar(2.0)
    (a * 2).backward()
    assert b.grad == 0
    assert a.grad == 2


def test_a_leaf_alone_has_the_derivative_one():
    w = Scalar(7.0)
    w.backward()
    assert w.grad == 1


def test_relu_at_zero_has_slope_zero_as_in_pytorch():
    w, v = Scalar(0.0), torch.zeros(1, requires_grad=True)
    relu(w).backward()
    v.relu().backward()
    assert w.grad == v.grad.item() == 0


def test_a_long_chain_meets_no_recursion_limit():
    result = w = Scalar(1.0)
    for _ in range(20_000):
        result = result + 1e-4 * w
    result.backward()
    assert w.grad == pytest.approx(3)
    del result  # the nodes are freed one after the other, too


def test_the_history_holds_each_node_once_and_results_before_their_inputs():
    w = Scalar(2.0)
    s = w * w
    result = s + s * w
    history = result.history()
    assert len(history) == len(set(history)) == 4
    assert history[0] is result
    assert history[-1] is w
    for place, node in enumerate(history):
        assert all(history.index(source) > place for source, _ in node.inputs)


def test_operands_that_are_no_numbers_are_refused():
    with pytest.raises(TypeError, match="str"):
        Scalar(1.0) + "1"
    with pytest.raises(TypeError, match="exponent"):
        Scalar(2.0) ** Scalar(3.0)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: log(Scalar(0.0)), ValueError),
        (lambda: Scalar(-8.0) ** 0.5, ValueError),
        (lambda: Scalar(1.0) / 0, ZeroDivisionError),
        (lambda: exp(Scalar(1000.0)), OverflowError),
    ],
)
def test_what_has_no_value_is_an_error(make, error):
    with pytest.raises(error):
        make()


def test_a_scalar_shows_its_value_and_its_gradient():
    w = Scalar(3)
    (w * 2).backward()
    assert repr(w) == "Scalar(value=3, grad=2)"
