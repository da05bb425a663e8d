"""The runs and schedules that the exercises of "Gradient descent" ask for, and what mistakes make of them."""

import math

import torch

from nnbook import optim
from nnbook.check.measuring import recomputed

F64 = torch.float64
MUS = [0.0, 0.5, 0.7, 0.9, 0.99]


def line() -> tuple[torch.Tensor, torch.Tensor]:
    """The chapter's X_b, float64 (200, 2), and y, float64 (200,)."""
    generator = torch.Generator().manual_seed(0)
    x = 6 * torch.rand(200, dtype=F64, generator=generator)
    y = 2 * x + 1 + torch.randn(200, dtype=F64, generator=generator)
    return torch.stack([x, torch.ones_like(x)], 1), y


def lowest_loss() -> float:
    """The mean squared error of the best line."""
    X_b, y = line()
    return (X_b @ torch.linalg.lstsq(X_b, y[:, None]).solution - y[:, None]).square().mean().item()


@recomputed
def momentum_path(lr: float, goal=1e-6, nesterov=False) -> tuple[dict, dict]:
    """The step from which the excess stays below the goal, and that at which it first is, for each of MUS."""
    X_b, y = line()
    H, target = X_b.T @ X_b / 100, X_b.T @ y / 100
    p_star = torch.linalg.solve(H, target)
    update = optim.nesterov if nesterov else optim.momentum
    column, zeros = torch.tensor(MUS, dtype=F64)[:, None], torch.zeros(len(MUS), 2, dtype=F64)
    path = optim.descend(update, lambda p: p @ H - target, zeros, 3000, lr, mu=column)
    above = 0.5 * ((path - p_star) @ H * (path - p_star)).sum(-1) >= goal
    step = torch.arange(3001)[:, None]
    last, first = torch.where(above, step, 0).amax(0) + 1, torch.where(above, 3001, step).amin(0)
    return dict(zip(MUS, last.tolist(), strict=True)), dict(zip(MUS, first.tolist(), strict=True))


def scheduled(t: float, T_w: int, T: int) -> float:
    """The share of the rate at step t."""
    return (t + 1) / T_w if t < T_w else half_cosine((t - T_w) / (T - T_w))


def half_cosine(part: float) -> float:
    """1 at 0, 0 at 1, along half a cosine."""
    return 0.5 * (1 + math.cos(math.pi * part))


def misread(t: int, lr: float, T_w: int, T: int) -> dict[str, torch.Tensor]:
    """What mistakes make of the rate at step t, as a float64 tensor each."""
    part = (t - T_w) / (T - T_w)
    if t < T_w:
        wrong = {
            "step 0 is to have the rate lr / T_w, and not 0.": lr * t / T_w,
            "there is no climb: the rate is lr already.": lr,
            "the climb is to end at lr in step T_w − 1: t + 1 is divided by T_w.": lr * (t + 1) / (T_w + 1),
        }
    else:
        wrong = {
            "the rate goes on climbing after the warm-up.": lr * (t + 1) / T_w,
            "the rate stays at lr after the warm-up.": lr,
            "the cosine begins at step 0; it should begin at step T_w.": lr * half_cosine(t / T),
            "the cosine has T steps here; from T_w to T there are T − T_w.": lr * half_cosine((t - T_w) / T),
            "π is missing in the cosine.": lr * 0.5 * (1 + math.cos(part)),
            "at step T_w the rate is still lr: the cosine is one step ahead.": (
                lr * half_cosine((t + 1 - T_w) / (T - T_w))
            ),
            "this rate falls from lr to −lr: the cosine is moved up by 1 and halved.": (
                lr * math.cos(math.pi * part)
            ),
            "the rate falls in a line; it is to follow the cosine.": lr * (1 - part),
        }
    wrong["lr has no effect."] = scheduled(t, T_w, T)
    return {text: torch.tensor(value, dtype=F64) for text, value in wrong.items()}


def amsgrad_path(
    gradients: torch.Tensor,
    lr: float,
    *,
    of="v",
    maximum=True,
    corrected=True,
    back=False,
    eps="outside",
) -> torch.Tensor:
    """The points of AMSGrad from 0, or of a variant that a mistake leads to; (steps, …).

    of: of which v the largest is kept, "v" or "v hat". back: whether it is put back into v.
    eps: where ε stands, "outside" the root, "inside" or "nowhere".
    """
    p, m, v, w = torch.zeros(4, *gradients.shape[1:], dtype=F64)
    path = []
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_scale, v_scale = (1 - 0.9**t, 1 - 0.999**t) if corrected else (1, 1)
        kept = v / v_scale if of == "v hat" else v
        w = torch.maximum(w, kept) if maximum else kept
        v = w if back else v
        v_hat = w if of == "v hat" else w / v_scale
        outside, inside = 1e-8 * (eps == "outside"), 1e-8 * (eps == "inside")
        p = p - lr * m / m_scale / ((v_hat + inside).sqrt() + outside)
        path.append(p)
    return torch.stack(path)


@recomputed
def floors(lr: float, shuffled: bool, kind="") -> float:
    """The mean excess of 200 runs of SGD with batches of 10 over the epochs 61 to 100, from the minimum on.

    kind: a mistake: "fixed" shuffles once for all epochs, "ends" looks at the ends of epochs only.
    """
    X_b, y = line()
    H, target = X_b.T @ X_b / 100, X_b.T @ y / 100
    p_star = torch.linalg.solve(H, target)
    p, seen, order = p_star.expand(200, 2), [], None
    for epoch in range(100):
        if order is None or kind != "fixed":
            order = torch.rand(200, 200).argsort(1) if shuffled else torch.randint(200, (200, 200))
        for j in range(0, 200, 10):
            X_B, y_B = X_b[order[:, j : j + 10]], y[order[:, j : j + 10]]
            errors = (X_B @ p[:, :, None])[:, :, 0] - y_B
            p = p - lr / 5 * (errors[:, :, None] * X_B).sum(1)
            if epoch >= 60 and (kind != "ends" or j == 190):
                seen.append((0.5 * ((p - p_star) @ H * (p - p_star)).sum(1)).mean().item())
    return sum(seen) / len(seen)
