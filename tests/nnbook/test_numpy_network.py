"""The NumPy networks: autograd has the right answers, central differences a second opinion."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nnbook import numpy_network as net

SIZES = st.integers(1, 9)
PENALTIES = st.sampled_from([0.0, 0.5, 2.0])
SEEDS = st.integers(0, 10_000)
PHIS = {"relu": (net.relu, net.relu_slope, torch.relu), "tanh": (np.tanh, net.tanh_slope, torch.tanh)}


def random_network(n, units, seed):
    """X, Y and matrices whose biases are not 0."""
    rng = np.random.default_rng(seed)
    Ws = [W + 0.3 * rng.normal(size=W.shape) for W in net.init(units, rng)]
    return rng.normal(size=(n, units[0])), rng.normal(size=(n, units[-1])), Ws


def torch_forward(X, Ws, phi):
    A = torch.from_numpy(X)
    for k, W in enumerate(Ws):
        Z = A @ W[:-1] + W[-1]  # biases apart, as in nn.Linear
        A = phi(Z) if k < len(Ws) - 1 else Z
    return A


def torch_gradients(X, Ws, phi, loss, weight_decay):
    leaves = [torch.tensor(W, requires_grad=True) for W in Ws]
    total = loss(torch_forward(X, leaves, phi))
    total = total + weight_decay / 2 * sum(W.square().sum() for W in leaves)
    return [g.numpy() for g in torch.autograd.grad(total, leaves)]


def assert_equal(ours, theirs, tolerance=1e-10):
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= tolerance * max(1, np.abs(b).max())


@given(n=SIZES, units=st.tuples(SIZES, SIZES, SIZES), weight_decay=PENALTIES, seed=SEEDS)
@example(n=1, units=(3, 4, 2), weight_decay=0.5, seed=0)
@example(n=5, units=(3, 1, 2), weight_decay=0.5, seed=0)
@example(n=1, units=(1, 1, 1), weight_decay=0.5, seed=0)
def test_two_layer_gradients_are_autograd_s(n, units, weight_decay, seed):
    X, Y, Ws = random_network(n, units, seed)
    before = [array.copy() for array in (X, Y, *Ws)]
    ours = net.two_layer_gradients(X, Y, *Ws, weight_decay)

    def loss(Y_hat):
        return (Y_hat - torch.from_numpy(Y)).square().sum(1).mean()

    assert_equal(ours, torch_gradients(X, Ws, torch.relu, loss, weight_decay))
    assert all(np.array_equal(a, b) for a, b in zip(before, (X, Y, *Ws), strict=True))
    assert all(dW.dtype == np.float64 for dW in ours)


@given(
    n=SIZES,
    units=st.lists(SIZES, min_size=2, max_size=6),
    phi=st.sampled_from(sorted(PHIS)),
    weight_decay=PENALTIES,
    seed=SEEDS,
)
@example(n=1, units=[1, 1], phi="relu", weight_decay=0.5, seed=0)
@example(n=1, units=[3, 1, 1, 2], phi="tanh", weight_decay=0.5, seed=0)
def test_gradients_at_any_depth_are_autograd_s(n, units, phi, weight_decay, seed):
    ours_phi, slope, theirs_phi = PHIS[phi]
    X, Y, Ws = random_network(n, units, seed)
    Zs, A_bs = net.forward(X, Ws, ours_phi)
    assert_equal([Zs[-1]], [torch_forward(X, [torch.from_numpy(W) for W in Ws], theirs_phi).numpy()])
    dZ = net.squared_error_gradient(Zs[-1], Y)
    ours = net.backward(dZ, Zs, A_bs, Ws, slope, weight_decay=weight_decay)

    def loss(Y_hat):
        return (Y_hat - torch.from_numpy(Y)).square().sum(1).mean()

    assert_equal(ours, torch_gradients(X, Ws, theirs_phi, loss, weight_decay))


@given(n=SIZES, units=st.lists(SIZES, min_size=2, max_size=5), seed=SEEDS)
@example(n=1, units=[2, 1, 3], seed=0)
def test_gradients_of_a_classifier_are_autograd_s(n, units, seed):
    X, _, Ws = random_network(n, units, seed)
    y = np.random.default_rng(seed).integers(units[-1], size=n)
    Zs, A_bs = net.forward(X, Ws)
    ours = net.backward(net.cross_entropy_gradient(Zs[-1], y), Zs, A_bs, Ws)
    theirs = torch_gradients(X, Ws, torch.relu, lambda S: F.cross_entropy(S, torch.from_numpy(y)), 0.0)
    assert_equal(ours, theirs)


@settings(max_examples=25)
@given(n=st.integers(1, 4), d=st.integers(1, 4), u=st.integers(1, 4), k=st.integers(1, 3), seed=SEEDS)
def test_two_layer_gradients_are_those_of_central_differences(n, d, u, k, seed):
    X, Y, (W1, W2) = random_network(n, [d, u, k], seed)
    eps = 6e-6
    moved = (1 + np.abs(X).sum(1).max()) * eps
    if np.abs(net.with_ones(X) @ W1).min() < moved:  # a kink of the ReLU within reach
        return

    def loss(W1, W2):
        return net.squared_error(net.two_layer(X, W1, W2)[0], Y) + net.penalty([W1, W2], 0.5)

    ours = net.two_layer_gradients(X, Y, W1, W2, 0.5)
    theirs = [
        net.central_differences(lambda W: loss(W, W2), W1, eps),
        net.central_differences(lambda W: loss(W1, W), W2, eps),
    ]
    assert_equal(ours, theirs, tolerance=1e-7)


@given(n=SIZES, d=SIZES, u=SIZES, k=SIZES, seed=SEEDS)
def test_depth_two_is_the_two_layer_network(n, d, u, k, seed):
    X, Y, Ws = random_network(n, [d, u, k], seed)
    Zs, A_bs = net.forward(X, Ws)
    deep = net.backward(net.squared_error_gradient(Zs[-1], Y), Zs, A_bs, Ws, weight_decay=0.5)
    assert_equal([Zs[-1]], [net.two_layer(X, *Ws)[0]])
    assert_equal(deep, net.two_layer_gradients(X, Y, *Ws, 0.5))


@given(n=SIZES, k=SIZES, scale=st.sampled_from([1.0, 1000.0]), seed=SEEDS)
def test_softmax_and_cross_entropy_are_pytorch_s(n, k, scale, seed):
    rng = np.random.default_rng(seed)
    S, y = scale * rng.normal(size=(n, k)), rng.integers(k, size=n)
    leaf = torch.tensor(S, requires_grad=True)
    loss = F.cross_entropy(leaf, torch.from_numpy(y))
    loss.backward()
    assert net.cross_entropy(S, y) == pytest.approx(loss.item(), rel=1e-10, abs=1e-10)
    assert_equal([net.softmax(S)], [leaf.detach().softmax(1).numpy()])
    assert_equal([net.cross_entropy_gradient(S, y)], [leaf.grad.numpy()])


def test_at_exactly_zero_the_relu_passes_nothing_as_in_pytorch():
    X, Y = np.ones((2, 1)), np.ones((2, 1))
    W1, W2 = (
        np.array([[1.0, 2.0], [-1.0, -1.0]]),
        np.ones((3, 1)),
    )  # Z is 0 in the first column, 1 in the second
    dW1, _ = net.two_layer_gradients(X, Y, W1, W2)
    assert dW1[:, 0].tolist() == [0, 0]
    assert dW1[:, 1].any()
    assert net.relu_slope(np.array([-1.0, 0.0, 2.0])).tolist() == [0, 0, 1]


def test_squared_error_sums_over_outputs_and_averages_over_examples():
    Y_hat, Y = np.zeros((2, 3)), np.ones((2, 3))
    assert net.squared_error(Y_hat, Y) == 3
    assert 3 * F.mse_loss(torch.zeros(2, 3), torch.ones(2, 3)).item() == 3


@pytest.mark.parametrize("shape", [(4,), (4, 2), (1, 1)])
def test_targets_of_another_shape_are_refused(shape):
    Y_hat, Y = np.zeros((4, 1)), np.zeros(shape)
    for function in (net.squared_error, net.squared_error_gradient):
        with pytest.raises(ValueError, match="make them equal"):
            function(Y_hat, Y)


def test_init_draws_he_s_deviation_and_biases_of_zero():
    W1, W2 = net.init([400, 300, 2], seed=3)
    assert W1.shape == (401, 300)
    assert W2.shape == (301, 2)
    assert W1[:-1].std() == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert not W1[-1].any()
    assert not W2[-1].any()
    assert np.array_equal(net.init([400, 300, 2], seed=3)[0], W1)
    assert not np.array_equal(net.init([400, 300, 2], seed=4)[0], W1)


def test_init_goes_on_with_a_generator_so_that_matrices_are_not_the_inputs():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(64, 10))
    drawn = net.init([10, 100, 2], rng)[0][:-1] / (2 / 10) ** 0.5
    assert abs(np.corrcoef(X.ravel(), drawn.ravel()[: X.size])[0, 1]) < 0.2
    again = net.init([10, 100, 2], 0)[0][:-1] / (2 / 10) ** 0.5
    assert np.allclose(again.ravel()[: X.size], X.ravel())  # a number begins anew


def test_central_differences_find_a_known_gradient_and_leave_their_argument():
    at = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = at.copy()
    grad = net.central_differences(lambda Q: (Q**3).sum(), at)
    assert np.allclose(grad, 3 * at**2, atol=1e-8)
    assert np.array_equal(at, before)
