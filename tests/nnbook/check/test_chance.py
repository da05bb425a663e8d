"""Counts that are too rare to come about by chance."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nnbook.check.chance import likely, together

N_DRAWS = 400


def exact_tail(hits, n, p):
    """The smaller of the probabilities of at most and of at least so many hits, from Python's integers."""
    chances = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    return min(sum(chances[: hits + 1]), sum(chances[hits:]))


@settings(deadline=None)
@given(st.integers(1, 60), st.floats(0, 1), st.data())
def test_a_count_is_unlikely_if_its_tail_is_below_half_of_what_is_too_rare(n, p, data):
    hits = data.draw(st.integers(0, n))
    tail = exact_tail(hits, n, p)
    for rarest in (1e-6, 0.01):
        if not math.isclose(tail, rarest / 2, rel_tol=1e-3):
            assert likely(hits, n, p, rarest) == (tail >= rarest / 2)


def test_what_cannot_be_is_unlikely():
    assert not likely(11, 10, 0.5)
    assert not likely(-1, 10, 0.5)
    assert not likely(1, 10, 0.0)
    assert likely(0, 10, 0.0)
    assert likely(10, 10, 1.0)
    assert not likely([5, 5, 0], 10, 0.999)
    assert likely(torch.full((3, 4), 5), 10, 0.5)


def dropped(shape, p, generator):
    return torch.rand(shape, generator=generator) >= p


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_right_draws_are_never_called_unlikely(p):
    generator = torch.Generator().manual_seed(0)
    off_diagonal = ~torch.eye(12, dtype=torch.bool)
    for _ in range(200):
        pairs = together(dropped((N_DRAWS, 12), p, generator))
        assert likely(pairs.diag(), N_DRAWS, 1 - p)
        assert likely(pairs[off_diagonal], N_DRAWS, (1 - p) ** 2)


def repeated(generator):
    half = dropped((N_DRAWS, 6), 0.5, generator)
    return torch.cat([half, half], 1)


def opposite(generator):
    half = dropped((N_DRAWS, 6), 0.5, generator)
    return torch.cat([half, ~half], 1)


def exactly_half(generator):
    return torch.rand((N_DRAWS, 12), generator=generator).argsort(1) < 6


@pytest.mark.parametrize("draw", [repeated, opposite])
def test_draws_that_hang_together_are_seen_in_pairs_only(draw):
    pairs = together(draw(torch.Generator().manual_seed(0)))
    assert likely(pairs.diag(), N_DRAWS, 0.5)
    assert not likely(pairs[~torch.eye(12, dtype=torch.bool)], N_DRAWS, 0.25)


def test_a_weak_dependence_needs_more_draws():
    generator = torch.Generator().manual_seed(0)
    draws = torch.cat([exactly_half(generator) for _ in range(50)])
    pairs = together(draws)
    assert likely(pairs.diag(), len(draws), 0.5)
    assert likely(pairs[0, 1], len(draws), 6 * 5 / (12 * 11))
    assert not likely(pairs[~torch.eye(12, dtype=torch.bool)], len(draws), 0.25)


def test_places_that_are_not_drawn_evenly_are_unlikely():
    generator = torch.Generator().manual_seed(0)
    draws = torch.rand(50 * N_DRAWS, generator=generator)
    assert likely((50 * draws).long().bincount(minlength=50), len(draws), 1 / 50)
    assert not likely((50 * draws**2).long().bincount(minlength=50), len(draws), 1 / 50)
