"""Networks side by side are what each of them is alone."""

from itertools import pairwise

import pytest
import torch
from nnbook import many
from torch import nn

X = torch.linspace(-1, 1, 9)[:, None]
Y = X.square()


def alone(sizes, seed):
    """The same network as a module."""
    torch.manual_seed(seed)
    layers = [nn.Linear(d, units) for d, units in pairwise(sizes)]
    modules = [m for layer in layers for m in (layer, nn.Tanh())]
    return nn.Sequential(*modules[:-1])


@pytest.mark.parametrize("sizes", [[1, 1], [1, 4, 1], [1, 5, 3, 1]])
def test_a_network_in_the_stack_gives_what_it_gives_alone(sizes):
    params = many.start(sizes, [3, 8])
    results = many.forward(X, params, torch.tanh)
    assert results.shape == (2, 9, 1)
    for row, seed in enumerate([3, 8]):
        torch.testing.assert_close(results[row], alone(sizes, seed)(X))


def test_a_network_in_the_stack_trains_as_it_does_alone():
    params = many.start([1, 4, 1], [0, 1, 2])
    history = many.train(X, Y, params, torch.tanh, torch.optim.Adam(params, lr=0.01), n_steps=20)
    assert history.shape == (20, 3)
    model = alone([1, 4, 1], 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for k in range(20):
        loss = nn.functional.mse_loss(model(X), Y)
        torch.testing.assert_close(history[k, 1], loss.detach())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.testing.assert_close(many.forward(X, params, torch.tanh)[1], model(X), atol=1e-5, rtol=1e-4)


def test_each_network_may_have_data_of_its_own():
    params = many.start([1, 4, 1], [0, 0])
    data = torch.stack([X, 2 * X])
    results = many.forward(data, params, torch.tanh)
    torch.testing.assert_close(results[1], many.forward(2 * X, params, torch.tanh)[0])


def test_a_copy_has_a_memory_of_its_own():
    params = many.start([1, 2, 1], [0])
    kept = many.copy(params)
    many.train(X, Y, params, torch.tanh, torch.optim.SGD(params, lr=0.1), n_steps=3)
    assert not torch.equal(kept[0], params[0])
    assert all(p.requires_grad and p.is_leaf for p in kept)


def test_no_step_changes_nothing():
    params = many.start([1, 2, 1], [0])
    before = many.copy(params)
    history = many.train(X, Y, params, torch.relu, torch.optim.SGD(params, lr=0.1), n_steps=0)
    assert history.shape == (0, 1)
    assert all(torch.equal(p, q) for p, q in zip(params, before, strict=True))


@pytest.mark.parametrize(("sizes", "seeds"), [([2, 1], []), ([2], [0])])
def test_nothing_to_start_is_said(sizes, seeds):
    with pytest.raises(ValueError, match="needs a seed and two sizes"):
        many.start(sizes, seeds)
