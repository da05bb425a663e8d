"""How a checker judges what is drawn at random: by counts that would be too rare otherwise."""

import torch


def likely(counts, n: int, p: float, rarest: float = 1e-6) -> bool:
    """Whether counts may come from n independent trials each, with the probability p of a hit.

    counts: a number, or a tensor of any shape; the counts may depend on one another.
    rarest: the probability with which right counts are called unlikely, all together at the most.
    Ask it for single entries (is each drawn as often as it should be?), and for pairs (are two of them drawn
    together as often as they should be?): what is even in the first way need not be in the second.
    """
    counts = torch.as_tensor(counts).flatten().long()
    if ((counts < 0) | (counts > n)).any():
        return False
    hits = torch.arange(n + 1, dtype=torch.float64)
    ways = torch.lgamma(torch.tensor(n + 1.0).double()) - torch.lgamma(hits + 1) - torch.lgamma(n - hits + 1)
    chance = (ways + torch.xlogy(hits, torch.tensor(p)) + torch.xlogy(n - hits, torch.tensor(1 - p))).exp()
    at_most, at_least = chance.cumsum(0), chance.flip(0).cumsum(0).flip(0)
    tail = torch.minimum(at_most, at_least)[counts]  # of two, each of which is half of what is too rare
    return bool((tail >= rarest / 2 / max(len(counts), 1)).all())


def together(draws: torch.Tensor) -> torch.Tensor:
    """How often two entries are both True in a draw: (n_draws, k) booleans to (k, k) counts.

    The diagonal holds how often each entry is True.
    """
    hits = draws.double()
    return (hits.T @ hits).long()
