import math

import numpy as np
import pytest
import torch
from nnbook import toy

SEEDED = {
    "noisy_cubic": lambda seed: toy.noisy_cubic(50, seed),
    "noisy_cos_square": lambda seed: toy.noisy_cos_square(50, seed),
    "noisy_line": lambda seed: toy.noisy_line(50, slope=2, intercept=-1, noise=0.5, seed=seed),
    "blobs": lambda seed: toy.blobs(25, [(0, 0), (3, 1)], spread=1, seed=seed),
}


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED.keys())
def test_equal_seeds_give_equal_data_and_other_seeds_other_data(make):
    X, y = make(0)
    X_again, y_again = make(0)
    X_other, y_other = make(1)
    assert torch.equal(X, X_again)
    assert torch.equal(y, y_again)
    assert not (torch.equal(X, X_other) and torch.equal(y, y_other))


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED.keys())
def test_global_random_numbers_are_left_alone(make):
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    make(0)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state()[1], numpy_state[1])  # noqa: NPY002


@pytest.mark.parametrize("n", [1, 7])
def test_regression_data_are_float32_columns(n):
    for X, y in (
        toy.waves(n),
        toy.noisy_cubic(n),
        toy.noisy_cos_square(n, seed=0),
        toy.noisy_line(n, slope=1, intercept=0, noise=1, seed=0),
    ):
        assert X.shape == y.shape == (n, 1)
        assert X.dtype == y.dtype == torch.float32


def test_xor():
    X, y = toy.xor()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [[0], [1], [1], [0]]
    assert X.dtype == y.dtype == torch.float32


@pytest.mark.parametrize(
    ("curve", "equation"),
    [
        (toy.wave, lambda x: 3 * math.sin(x / 100) * math.cos(x / 10)),
        (toy.cubic, lambda x: x**3 - x**2 + 25 * math.sin(2 * x)),
        (toy.cos_square, lambda x: math.sin(math.cos(x**2))),
    ],
)
def test_true_curves(curve, equation):
    x = torch.linspace(-3, 3, 6, dtype=torch.float64).reshape(2, 3)
    expected = torch.tensor([[equation(v) for v in row] for row in x.tolist()], dtype=torch.float64)
    torch.testing.assert_close(curve(x), expected)


def test_waves_lie_on_their_curve():
    X, y = toy.waves()
    assert len(X) == 1000
    assert (X[0].item(), X[-1].item()) == (0, 100)
    torch.testing.assert_close(X.diff(dim=0), torch.full((999, 1), 100 / 999), rtol=1e-3, atol=0)
    torch.testing.assert_close(y, toy.wave(X), rtol=0, atol=1e-5)


def test_noise_of_the_cubic_at_seed_42_has_mean_square_82_5():
    X, y = toy.noisy_cubic()
    assert len(X) == 100
    assert X.abs().max() <= 5
    assert (y - toy.cubic(X)).square().mean().item() == pytest.approx(82.5, abs=0.05)


def test_without_noise_the_data_lie_on_their_curves():
    X, y = toy.noisy_cubic(noise=0)
    torch.testing.assert_close(y, toy.cubic(X), rtol=1e-4, atol=1e-4)
    X, y = toy.noisy_cos_square(100, seed=0, noise=0)
    torch.testing.assert_close(y, toy.cos_square(X), rtol=0, atol=1e-5)
    X, y = toy.noisy_line(100, slope=2, intercept=-1, noise=0, seed=0)
    torch.testing.assert_close(y, 2 * X - 1)


def test_noise_has_the_deviation_asked_for():
    X, y = toy.noisy_cos_square(10_000, seed=0)
    assert (y - toy.cos_square(X)).std().item() == pytest.approx(0.1, rel=0.05)
    X, y = toy.noisy_line(10_000, slope=2, intercept=-1, noise=0.5, seed=0)
    assert (y - (2 * X - 1)).std().item() == pytest.approx(0.5, rel=0.05)


def test_cos_square_points_are_an_ordered_grid():
    X, _ = toy.noisy_cos_square(7, seed=0)
    torch.testing.assert_close(X.squeeze(1), torch.arange(-3.0, 4.0))


def test_blobs_surround_their_centres():
    centres = [(0.0, 0.0, 5.0), (4.0, -4.0, 0.0)]
    X, y = toy.blobs(5_000, centres, spread=0.5, seed=0)
    assert (X.shape, X.dtype) == ((10_000, 3), torch.float32)
    assert (y.shape, y.dtype) == ((10_000,), torch.int64)
    for c, centre in enumerate(centres):
        cloud = X[y == c]
        assert len(cloud) == 5_000
        torch.testing.assert_close(cloud.mean(0), torch.tensor(centre), rtol=0, atol=0.05)
        torch.testing.assert_close(cloud.std(0), torch.full((3,), 0.5), rtol=0.05, atol=0)


def test_one_blob_of_one_point():
    X, y = toy.blobs(1, [(1, 2)], spread=0, seed=0)
    assert X.tolist() == [[1, 2]]
    assert y.tolist() == [0]


def test_min_max_maps_each_column_to_the_range():
    X = torch.tensor([[1.0, 10.0], [3.0, 40.0], [2.0, 20.0]])
    assert toy.min_max(X).tolist() == [[0, 0], [1, 1], [0.5, pytest.approx(1 / 3)]]
    assert toy.min_max(X, -0.5, 0.5)[:, 0].tolist() == [-0.5, 0.5, 0]


def test_min_max_of_new_points_uses_the_range_of_the_training_data():
    X_train, X_new = torch.tensor([[0.0], [10.0]]), torch.tensor([[5.0], [20.0]])
    assert toy.min_max(X_new, like=X_train).tolist() == [[0.5], [2]]


@pytest.mark.parametrize(
    "x", [torch.tensor([[1.0, 7.0], [2.0, 7.0]]), torch.tensor([[0.0, 7.0]])[:, 1:], torch.full((3,), 7.0)]
)
def test_min_max_refuses_a_constant_column(x):
    column = x.shape[1] - 1 if x.ndim > 1 else 0
    with pytest.raises(ValueError, match=f"^Column {column} is constant .* leave it out.$"):
        toy.min_max(x)


def test_min_max_refuses_an_empty_range():
    with pytest.raises(ValueError, match="low < high, not low=1 and high=1"):
        toy.min_max(torch.tensor([[1.0], [2.0]]), 1, 1)
