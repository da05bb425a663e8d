"""How a reader's function is called: errors become sentences, inputs are copies, results are kept."""

import math

import numpy as np
import pytest
import torch
from nnbook.check.calling import call, require_result, results_kept, trying
from nnbook.check.trying import try_on
from nnbook.check.verdict import Wrong
from nnbook.scalar import Scalar


class Stopped(BaseException):
    """As a time limit raises it, which no `except Exception` catches."""


def message(attempt, **inputs):
    with pytest.raises(Wrong) as wrong:
        call(attempt, inputs)
    return str(wrong.value)


def stops_short(y):
    return y


@pytest.mark.parametrize("error", [GeneratorExit, SystemExit, Stopped, StopIteration, RecursionError])
def test_every_error_but_an_interrupt_becomes_a_sentence(error):
    def stops(x):
        raise error

    assert message(stops, x=1) == f"the function stops with {error.__name__}, in the line `raise error`."

    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, {"x": 1})


def test_the_line_is_found_in_a_decorated_function_too():
    @torch.no_grad()
    def stops(x):
        y = x + 1
        return stops_short(y, y)

    assert message(stops, x=1).endswith(", in the line `return stops_short(y, y)`.")
    said = message(lambda x: math.sqrt(-1) + sum([1000000, 2000000, 3000000, 4000000, 5000000, 60000]), x=1)
    assert said.endswith("…`.")
    assert "in the line" not in message(math.sqrt, x=-1), "a function in C has no lines"


def test_what_the_checker_says_in_the_meantime_goes_through_as_it_is():
    def given(x):
        raise Wrong("the function is called with the wrong number.")

    assert message(lambda f: f(1), f=given) == "the function is called with the wrong number."


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda x: x.grad.zero_(), "AttributeError: None has no attribute 'zero_'"),
        (lambda x: x + None, "+: 'Tensor' and None"),
        (lambda x: 1.0 * ..., "*: 'float' and ..."),
        (lambda x: Scalar(2.0) + "a", "TypeError"),
        (lambda x: Scalar.history(3), "AttributeError: 'int' object has no attribute 'inputs'"),
        (lambda x: stops_short(), "TypeError: stops_short() missing 1 required positional argument: 'y'"),
        (lambda x: {}[x.shape], "KeyError: torch.Size([2])"),
    ],
)
def test_errors_show_nothing_of_the_insides(attempt, said):
    heard = message(attempt, x=torch.ones(2))
    assert said in heard
    assert not [word for word in ["NoneType", "ellipsis", "nnbook.", "locals", " at 0x"] if word in heard]


def test_settings_that_a_function_changes_do_not_reach_the_next_one():
    def unsettles(x):
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        np.seterr(all="raise")
        return x

    call(unsettles, {"x": 1})
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()
    assert np.geterr()["over"] == "warn"


def test_draws_go_on_from_call_to_call():
    assert call(torch.rand, {"n": 3}).tolist() != call(torch.rand, {"n": 3}).tolist()


def appends(values):
    values.append(0.0)
    return 1.0


def sets_grad(s):
    s.backward()
    return 1.0


def deep_inside(table):
    table["a"][1][0] = 7
    return 1.0


class Point:
    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def __repr__(self):
        return "a point"


def moves(p):
    p.x += 1
    return 1.0


@pytest.mark.parametrize(
    ("attempt", "inputs"),
    [
        (lambda x: x.add_(1).sum() * 0 + 1, {"x": torch.ones(3)}),
        (lambda x: np.add(x, 1, out=x)[0] * 0 + 1, {"x": np.ones(3)}),
        (lambda x: x.__setitem__(0, 3.0) or 1.0, {"x": torch.full((2,), math.nan)}),
        (appends, {"values": [1.0, 2.0]}),
        (deep_inside, {"table": {"a": [1, torch.zeros(2)]}}),
        (sets_grad, {"s": Scalar(2.0) * 3}),
        (moves, {"p": Point(1)}),
        (lambda model: model.weight.data.zero_().sum() + 1, {"model": torch.nn.Linear(2, 1)}),
        (lambda x: x.tolist().clear() or x.__setitem__(0, None) or 1.0, {"x": np.array([1, "a"], object)}),
    ],
)
def test_every_change_in_an_input_is_noticed_and_reaches_no_original(attempt, inputs):
    (name,) = inputs
    for _ in range(2):  # a second time, for the first may not have changed the checker's own
        with pytest.raises(Wrong, match=f"the result is right, but {name} has changed"):
            try_on(attempt, inputs, 1.0)


def test_what_is_only_used_counts_as_unchanged():
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    generator = torch.Generator().manual_seed(0)
    calls = []

    def uses(*inputs):
        x, values, s, model, _, generator, f = inputs
        x.requires_grad_()
        f(torch.rand(2, generator=generator))
        values[0] + s.value + model(x).sum()
        return 1.0

    nan = torch.tensor([math.nan, 1.0])
    inputs = [nan, [1.0, math.nan], Scalar(1.0) + 2, model, optimizer, generator, calls.append]
    names = ["x", "values", "s", "model", "optimizer", "generator", "f"]
    try_on(uses, dict(zip(names, inputs, strict=True)), 1.0)
    assert len(calls) == 1, "a function of the checker is given as it is, so that it can count"


def test_inputs_that_belong_together_do_so_in_the_copies():
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    before = model.weight.detach().clone()

    def step(model, optimizer):
        model(torch.ones(2)).sum().backward()
        optimizer.step()
        return model.weight.detach().clone()

    with trying(step, {"model": model, "optimizer": optimizer}, may_change=["model", "optimizer"]) as result:
        assert torch.allclose(result, before - 0.1)
    assert torch.equal(model.weight, before)


def test_what_was_tried_is_said_once_and_in_few_words():
    def judge(inputs):
        with pytest.raises(Wrong) as wrong, trying(lambda *_: 1.0, inputs), trying(lambda *_: 1.0, inputs):
            raise Wrong("no.")
        return str(wrong.value)

    assert judge({"x": torch.ones(2, 3), "a": 3}) == "no. (Tried with x of shape (2, 3), a = 3.)"
    assert judge({"x": np.ones(2), "s": object()}) == "no. (Tried with x of shape (2,), s, an object.)"
    assert judge({"values": list(range(99))}) == "no. (Tried with values, a list of length 99.)"


def test_nothing_is_not_a_result():
    for nothing in [None, ...]:
        with pytest.raises(Wrong, match="returns nothing"):
            require_result(nothing)
    require_result(0)


STORE = torch.zeros(2)


@pytest.mark.parametrize(
    ("attempt", "is_kept"),
    [
        (lambda x: x + 1, True),
        (lambda x: STORE.copy_(x + 1), False),
        (lambda x, kept=[]: kept.append(x) or kept, False),
        (lambda x, kept=[]: kept.append(x) or list(kept), True),
    ],
)
def test_a_result_that_a_later_call_changes_is_noticed(attempt, is_kept):
    def both():
        with results_kept():
            for value in (1.0, 2.0):
                with trying(attempt, {"x": torch.tensor([value, 0])}):
                    pass

    if is_kept:
        both()
    else:
        with pytest.raises(Wrong, match="a later call changes an earlier one"):
            both()
