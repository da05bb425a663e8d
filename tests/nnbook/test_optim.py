"""The updates of `nnbook.optim` are those of `torch.optim`, over 100 steps and for any settings."""

import pytest
import torch
import torch.optim as to
from hypothesis import given, settings
from hypothesis import strategies as st
from nnbook import optim

F64 = torch.float64
START = torch.tensor([-1.0, 1.5], dtype=F64)


def valley(p):
    return (1 - p[..., 0]) ** 2 + 10 * (p[..., 1] - p[..., 0] ** 2) ** 2


def gradient(p):
    p = p.detach().requires_grad_()
    return torch.autograd.grad(valley(p).sum(), p)[0]


def torch_path(make, n_steps=100, schedule=None):
    """The points that a PyTorch optimizer visits in the valley; schedule: step to rate."""
    p = START.clone().requires_grad_()
    optimizer = make([p])
    path = [START]
    for t in range(n_steps):
        if schedule:
            optimizer.param_groups[0]["lr"] = schedule(t)
        optimizer.zero_grad()
        valley(p).backward()
        optimizer.step()
        path.append(p.detach().clone())
    return torch.stack(path)


def same(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-11)


SETTINGS = [
    (optim.sgd, {"lr": 0.01}, lambda p: to.SGD(p, 0.01)),
    (optim.sgd, {"lr": 0.001}, lambda p: to.SGD(p, 0.001)),
    (optim.momentum, {"lr": 0.005}, lambda p: to.SGD(p, 0.005, momentum=0.9)),
    (optim.momentum, {"lr": 0.01, "mu": 0.5}, lambda p: to.SGD(p, 0.01, momentum=0.5)),
    (optim.nesterov, {"lr": 0.005}, lambda p: to.SGD(p, 0.005, momentum=0.9, nesterov=True)),
    (optim.nesterov, {"lr": 0.01, "mu": 0.5}, lambda p: to.SGD(p, 0.01, momentum=0.5, nesterov=True)),
    (optim.rmsprop, {}, to.RMSprop),
    (optim.rmsprop, {"lr": 0.1, "alpha": 0.9, "eps": 0.1}, lambda p: to.RMSprop(p, 0.1, 0.9, 0.1)),
    (optim.adam, {}, to.Adam),
    (optim.adam, {"lr": 0.1, "beta1": 0.5, "beta2": 0.9}, lambda p: to.Adam(p, 0.1, (0.5, 0.9))),
    (optim.adam, {"lr": 0.1, "eps": 0.1}, lambda p: to.Adam(p, 0.1, eps=0.1)),
    (optim.adamw, {}, to.AdamW),
    (optim.adamw, {"lr": 0.1, "weight_decay": 0.5}, lambda p: to.AdamW(p, 0.1, weight_decay=0.5)),
    (optim.adamw, {"lr": 0.1, "beta1": 0.5, "eps": 0.1}, lambda p: to.AdamW(p, 0.1, (0.5, 0.999), 0.1)),
]


@pytest.mark.parametrize(("update", "given_settings", "make"), SETTINGS)
def test_a_hundred_steps_are_those_of_torch_optim(update, given_settings, make):
    rate = {"lr": given_settings.get("lr", 0.01 if update is optim.rmsprop else 0.001)}
    same(optim.descend(update, gradient, START, 100, **{**given_settings, **rate}), torch_path(make))


@settings(max_examples=25, deadline=None)
@given(lr=st.floats(1e-4, 0.1), beta1=st.floats(0, 0.99), beta2=st.floats(0.5, 0.9999), decay=st.floats(0, 1))
def test_adamw_with_any_settings_is_that_of_torch_optim(lr, beta1, beta2, decay):
    ours = optim.descend(optim.adamw, gradient, START, 30, lr, beta1=beta1, beta2=beta2, weight_decay=decay)
    same(ours, torch_path(lambda p: to.AdamW(p, lr, (beta1, beta2), weight_decay=decay), 30))


@settings(max_examples=25, deadline=None)
@given(lr=st.floats(1e-4, 0.005), mu=st.floats(0.01, 0.95), with_nesterov=st.booleans())
def test_momentum_with_any_settings_is_that_of_torch_optim(lr, mu, with_nesterov):
    update = optim.nesterov if with_nesterov else optim.momentum
    theirs = torch_path(lambda p: to.SGD(p, lr, momentum=mu, nesterov=with_nesterov), 30)
    same(optim.descend(update, gradient, START, 30, lr, mu=mu), theirs)


@settings(max_examples=25, deadline=None)
@given(g=st.floats(1e-3, 1e6), sign=st.sampled_from([-1, 1]), lr=st.floats(1e-4, 1))
def test_adams_first_step_is_plus_or_minus_the_rate(g, sign, lr):
    p, _ = optim.adam(torch.zeros(1, dtype=F64), torch.tensor([sign * g], dtype=F64), lr=lr)
    assert p.item() == pytest.approx(-sign * lr, rel=1e-4)


@pytest.mark.parametrize("update", [optim.momentum, optim.nesterov, optim.adam])
def test_a_rate_that_falls_is_used_as_torch_optim_uses_it(update):
    def schedule(t):
        return 0.005 if t < 10 else 0.0005

    make = {
        optim.momentum: lambda p: to.SGD(p, 1, momentum=0.9),
        optim.nesterov: lambda p: to.SGD(p, 1, momentum=0.9, nesterov=True),
        optim.adam: lambda p: to.Adam(p, 1),
    }[update]
    same(optim.descend(update, gradient, START, 30, schedule), torch_path(make, 30, schedule))


@pytest.mark.parametrize(
    "update", [optim.sgd, optim.momentum, optim.nesterov, optim.rmsprop, optim.adam, optim.adamw]
)
def test_rows_are_runs_of_their_own(update):
    rates = torch.tensor([0.001, 0.003, 0.01], dtype=F64)
    together = optim.descend(update, gradient, START.expand(3, 2), 20, rates[:, None])
    assert together.shape == (21, 3, 2)
    for k, lr in enumerate(rates.tolist()):
        torch.testing.assert_close(together[:, k], optim.descend(update, gradient, START, 20, lr))


@pytest.mark.parametrize(
    "update", [optim.sgd, optim.momentum, optim.nesterov, optim.rmsprop, optim.adam, optim.adamw]
)
def test_nothing_is_changed_in_place(update):
    p, g, state = START.clone(), torch.tensor([3.0, -2.0], dtype=F64), None
    for _ in range(2):
        p_next, state_next = update(p, g, state)
        kept = [t.clone() for t in (state if isinstance(state, tuple) else (state,)) if torch.is_tensor(t)]
        update(p, g, state)
        now = [t for t in (state if isinstance(state, tuple) else (state,)) if torch.is_tensor(t)]
        assert all(torch.equal(a, b) for a, b in zip(kept, now, strict=True))
        assert torch.equal(g, torch.tensor([3.0, -2.0], dtype=F64))
        assert p_next is not p
        p, state = p_next, state_next


def test_descend_begins_at_the_start_and_takes_no_step_if_none_is_asked():
    path = optim.descend(optim.sgd, gradient, START, 0, 0.1)
    assert torch.equal(path, START[None])
