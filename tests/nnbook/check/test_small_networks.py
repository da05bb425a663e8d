"""Networks trained without autograd take the steps that PyTorch takes."""

import pytest
import torch
from nnbook.check import small_networks
from torch import nn
from torch.nn import functional as F

X = torch.tensor([[0.1, -0.4], [0.9, 0.3], [-0.7, 0.2]], dtype=torch.float64)
Y = torch.tensor([[1.0], [0.0], [1.0]], dtype=torch.float64)
PHI = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "leaky": F.leaky_relu}
LOSSES = {
    small_networks.squared: lambda S, y: (S - y).square().mean((1, 2)),
    small_networks.squared_of_sigmoid: lambda S, y: (S.sigmoid() - y).square().mean((1, 2)),
    small_networks.cross_entropy: lambda S, y: F.binary_cross_entropy(
        S.sigmoid(), y.expand_as(S), reduction="none"
    ).mean((1, 2)),
}


def networks(sizes=(2, 4, 3, 1)):
    return [p.double() for p in small_networks.begin(list(sizes), range(5))]


def by_autograd(params, activation, loss):
    A = X
    for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        A = PHI[activation](A @ W + b)
    return loss(A @ params[-2] + params[-1], Y)


def test_they_begin_as_linear_layers_do():
    found = small_networks.begin([2, 4, 1], [3, 7])
    for place, seed in enumerate([3, 7]):
        torch.manual_seed(seed)
        for k, layer in enumerate([nn.Linear(2, 4), nn.Linear(4, 1)]):
            assert torch.equal(found[2 * k][place], layer.weight.T)
            assert torch.equal(found[2 * k + 1][place, 0], layer.bias)


@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_are_those_of_autograd(activation, loss):
    params = networks()
    leaves = [p.clone().requires_grad_() for p in params]
    by_autograd(leaves, activation, LOSSES[loss]).sum().backward()
    for got, leaf in zip(small_networks.gradients(params, X, Y, activation, loss), leaves, strict=True):
        torch.testing.assert_close(got, leaf.grad)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda params: small_networks.sgd(0.1), lambda leaves: torch.optim.SGD(leaves, 0.1)),
        (lambda params: small_networks.adamw(params, 0.1), lambda leaves: torch.optim.Adam(leaves, 0.1)),
        (
            lambda params: small_networks.adamw(params, 0.1, 0.3),
            lambda leaves: torch.optim.AdamW(leaves, 0.1, weight_decay=0.3),
        ),
    ],
)
def test_steps_are_those_of_torch_optim(ours, theirs):
    params = networks()
    leaves = [p.clone().requires_grad_() for p in params]
    step, optimizer = ours(params), theirs(leaves)
    for _ in range(20):
        step(params, small_networks.gradients(params, X, Y))
        optimizer.zero_grad()
        by_autograd(leaves, "tanh", LOSSES[small_networks.squared]).sum().backward()
        optimizer.step()
    for got, leaf in zip(params, leaves, strict=True):
        torch.testing.assert_close(got, leaf.detach())


def test_each_network_may_have_a_rate_of_its_own():
    params, alone = networks(), networks()
    rates = torch.tensor([0.1, 0.1, 0.5, 0.1, 0.1])[:, None, None]
    small_networks.sgd(rates)(params, small_networks.gradients(params, X, Y))
    small_networks.sgd(0.5)(alone, small_networks.gradients(alone, X, Y))
    assert torch.allclose(params[0][2], alone[0][2])
    assert not torch.allclose(params[0][1], alone[0][1])


def test_losses_are_mean_squared_errors():
    params = networks()
    torch.testing.assert_close(
        small_networks.losses(params, X, Y), by_autograd(params, "tanh", LOSSES[small_networks.squared])
    )
