"""What the checker of clipping in "Gradient descent" tries near the limit, where mistaken conditions show."""

import torch

from nnbook.check.compare import as_tensor, trying
from nnbook.check.verdict import Wrong

F64 = torch.float64

# Conditions in place of ‖g‖ > c.
THRESHOLDS = {
    "the length is compared with 1, and not with c.": lambda g, c: g.norm() > 1,
    "the square of the length is compared with c: a root is missing.": lambda g, c: g.square().sum() > c,
    "the length is compared with the square of c.": lambda g, c: g.norm() > c**2,
    "the largest entry is compared with c, and not the length.": lambda g, c: g.abs().max() > c,
    "the sum of the entries' sizes is compared with c, and not the length.": lambda g, c: g.abs().sum() > c,
}


def try_near_limit(attempt) -> None:
    """Try gradients near the length c, shorter and longer, some of them of many small entries."""
    generator = torch.Generator().manual_seed(1)
    found = []
    for c in (0.5, 0.7, 1.5, 4.0):
        for direction in (torch.randn(5, dtype=F64, generator=generator), torch.ones(3, 4, dtype=F64)):
            for share in (0.4, 0.95, 1.05, 1.25):
                g = share * c / direction.norm() * direction
                with trying(attempt, {"g": g, "c": c}) as result:
                    found.append((g, c, as_tensor(result, g)))
    if all(is_clipped(got, g, c, g.norm() > c) for g, c, got in found):
        return
    for sentence, above in THRESHOLDS.items():
        if all(is_clipped(got, g, c, above(g, c)) for g, c, got in found):
            raise Wrong(sentence)
    g, c, _ = next((g, c, got) for g, c, got in found if not is_clipped(got, g, c, g.norm() > c))
    what = "longer than c, and is not scaled to it" if g.norm() > c else "shorter than c, and does not stay"
    raise Wrong(f"a gradient of length {g.norm():.4g} is {what}. (Tried with c = {c:g}.)")


def is_clipped(got: torch.Tensor, g: torch.Tensor, c: float, above) -> bool:
    """Whether the result is g, or, where g is called too long, g scaled to the length c."""
    return torch.allclose(got, g * c / g.norm() if above else g, rtol=1e-4, atol=1e-6)
