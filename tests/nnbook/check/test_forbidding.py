"""Forbidden functions are refused to the reader's code, by whatever name, and to nobody else."""

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nnbook.check.calling import call
from nnbook.check.comparing import compare
from nnbook.check.forbidding import AUTOGRAD, owner_of, without, without_autograd
from nnbook.check.trying import try_on
from nnbook.check.verdict import Wrong
from torch.linalg import pinv

M = torch.tensor([[2.0, 1.0], [0.0, 1.0]])
SAID = "`torch.linalg.pinv` does the whole work here: write it out."


def by_attribute(x):
    return torch.linalg.pinv(x)


def by_name(x):
    return pinv(x)


def in_a_helper(x):
    return by_name(x)


def quietly(x):
    try:
        return pinv(x)
    except Exception:
        return torch.linalg.inv(x)


@torch.no_grad()
def decorated(x):
    return pinv(x)


class Module(torch.nn.Module):
    def forward(self, x):
        return pinv(x)


class Callable:
    def __call__(self, x):
        return pinv(x)

    def method(self, x):
        return pinv(x)


@pytest.mark.parametrize(
    "attempt",
    [
        by_attribute,
        by_name,
        in_a_helper,
        quietly,
        decorated,
        partial(by_name),
        Module(),
        Callable(),
        Callable().method,
        pinv,
    ],
)
def test_a_forbidden_function_is_refused_by_every_route(attempt):
    before = torch.linalg.pinv
    with without("torch.linalg.pinv"), pytest.raises(Wrong) as wrong:
        call(attempt, {"x": M})
    assert str(wrong.value) == SAID
    assert torch.linalg.pinv is pinv is before
    assert torch.allclose(call(attempt, {"x": M}), M.inverse(), atol=1e-6), "it is allowed outside"


class Made:
    def __init__(self, x):
        self.x = pinv(x)


def test_a_class_and_a_call_within_a_call_are_refused_too():
    with without("torch.linalg.pinv"), pytest.raises(Wrong, match="pinv"):
        call(Made, {"x": M})
    within = {"__name__": "nnbook.check.some_chapter", "call": call, "attempt": by_name}
    outer = eval("lambda x: call(attempt, {'x': x})", within)  # as a checker that wraps the attempt
    with without("torch.linalg.pinv"), pytest.raises(Wrong, match="pinv"):
        call(outer, {"x": M})
    assert torch.linalg.pinv is pinv


def test_what_is_not_named_is_allowed():
    with without("torch.linalg.pinv", "torch.Tensor.pinverse"):
        try_on(torch.linalg.inv, {"x": M}, M.inverse())
        with pytest.raises(Wrong, match="pinverse"):
            call(lambda x: x.pinverse(), {"x": M})
    assert "pinverse" not in vars(torch.Tensor)


def test_the_checker_itself_may_call_it():
    with without("torch.linalg.pinv", "torch.allclose"):
        compare(torch.linalg.pinv(M), M.inverse(), rtol=1e-2)


def test_it_decorates_a_checker_and_can_have_a_sentence_of_its_own():
    @without("numpy.linalg.inv", say="solve the equations instead.")
    def judge(attempt):
        return call(attempt, {"x": np.eye(2)})

    with pytest.raises(Wrong, match=r"^solve the equations instead\.$"):
        judge(np.linalg.inv)
    with pytest.raises(Wrong, match=r"^solve the equations instead\.$"):
        judge(lambda x: 1 * np.linalg.inv(x))
    assert judge(lambda x: x)[0, 0] == 1
    assert np.linalg.inv(np.eye(2))[0, 0] == 1


def test_what_pytorch_calls_for_the_reader_is_refused_too():
    with without("torch.nn.functional.conv2d"), pytest.raises(Wrong, match="conv2d"):
        call(torch.nn.Conv2d(1, 1, 2), {"x": torch.zeros(1, 1, 3, 3)})
    with without("torch.Tensor.softmax"), pytest.raises(Wrong, match="softmax"):
        call(lambda x: F.softmax(x, 1), {"x": M})


def backwards(x):
    leaf = x.detach().clone().requires_grad_()
    leaf.square().sum().backward()
    return leaf.grad


@pytest.mark.parametrize(
    "attempt",
    [
        backwards,
        lambda x: torch.autograd.grad(x.requires_grad_().square().sum(), x)[0],
        lambda x: torch.autograd.functional.jacobian(lambda q: q.square().sum(), x),
        torch.func.grad(lambda q: q.square().sum()),
        lambda x: 1 * torch.func.jacrev(lambda q: q.square().sum())(x),
        lambda x: torch.autograd.functional.vjp(lambda q: q.square().sum(), x)[1],
    ],
)
def test_autograd_is_refused_by_every_route(attempt):
    assert torch.allclose(call(attempt, {"x": M}), 2 * M)
    with without_autograd(), pytest.raises(Wrong, match="autograd is used"):
        call(attempt, {"x": M})


def test_by_hand_and_tensors_that_require_gradients_are_allowed():
    with without_autograd():
        try_on(lambda x: 2 * x.requires_grad_(), {"x": M}, 2 * M)
        compare(backwards(M), 2 * M)


def test_groups_add_up_and_end():
    def both(x):
        return pinv(backwards(x))

    with without("torch.linalg.pinv"):
        with without_autograd(), pytest.raises(Wrong, match="autograd"):
            call(both, {"x": M})
        with pytest.raises(Wrong, match="pinv"):
            call(both, {"x": M})


@pytest.mark.parametrize("name", AUTOGRAD)
def test_every_route_of_autograd_exists(name):
    owner, short = owner_of(name)
    assert callable(getattr(owner, short))


@pytest.mark.parametrize(
    "name", ["torch.linalg.nothing", "torch.nothing.pinv", "nothing.at.all", "nothing.at_all"]
)
def test_a_name_that_does_not_exist_is_an_error_of_the_checker(name):
    with pytest.raises((AttributeError, ImportError)), without(name):
        pass
