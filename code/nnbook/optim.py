"""The optimizers of the chapter "Gradient descent": one update each, as short as its equation.

Every update takes a parameter p, the gradient g of the loss by p, what it remembers, and its settings. It
returns the new p and what to remember; nothing is changed in place. What is remembered is None before the
first step. A setting may be a tensor that broadcasts against p: then the rows of p are as many runs at once.
The letters and the defaults are those of the chapter. With equal settings each update is that of
`torch.optim`.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def sgd(p: Tensor, g: Tensor, state=None, lr=0.01) -> tuple[Tensor, None]:
    """One step of gradient descent, p − lr g.

    p, g: any shape, the same. state: nothing is remembered.
    Returns the new p and None.
    """
    return p - lr * g, None


def momentum(p: Tensor, g: Tensor, state=None, lr=0.01, mu=0.9) -> tuple[Tensor, Tensor]:
    """One step with momentum as in PyTorch: u ← μ u + g, then p ← p − lr u.

    p, g: any shape, the same. state: u, of that shape, or None, which stands for 0.
    Returns the new p and u. Polyak (1964) has it in one line, p − lr g + μ (p − the p before).
    """
    u = g if state is None else mu * state + g
    return p - lr * u, u


def nesterov(p: Tensor, g: Tensor, state=None, lr=0.01, mu=0.9) -> tuple[Tensor, Tensor]:
    """One step with Nesterov's momentum as in PyTorch: u ← μ u + g, then p ← p − lr (g + μ u).

    p, g: any shape, the same. state: u, of that shape, or None, which stands for 0.
    Returns the new p and u.
    """
    u = g if state is None else mu * state + g
    return p - lr * (g + mu * u), u


def rmsprop(p: Tensor, g: Tensor, state=None, lr=0.01, *, alpha=0.99, eps=1e-8) -> tuple[Tensor, Tensor]:
    """One step of RMSProp: v ← α v + (1 − α) g², then p ← p − lr g / (√v + ε).

    p, g: any shape, the same. state: v, of that shape, or None, which stands for 0.
    Returns the new p and v.
    """
    v = alpha * (0 if state is None else state) + (1 - alpha) * g**2
    return p - lr * g / (v.sqrt() + eps), v


def adam(
    p: Tensor, g: Tensor, state=None, lr=0.001, *, beta1=0.9, beta2=0.999, eps=1e-8
) -> tuple[Tensor, tuple]:
    """One step of Adam: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², p ← p − lr m̂ / (√v̂ + ε).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), where t counts the steps from 1 (Kingma and Ba, 2015).

    p, g: any shape, the same. state: (m, v, t), or None, which stands for (0, 0, 0).
    Returns the new p and (m, v, t).
    """
    m, v, t = state or (0, 0, 0)
    m, v, t = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2, t + 1
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return p - lr * m_hat / (v_hat.sqrt() + eps), (m, v, t)


def adamw(p: Tensor, g: Tensor, state=None, lr=0.001, weight_decay=0.01, **settings) -> tuple[Tensor, tuple]:
    """One step of AdamW: that of `adam`, and p shrinks by lr · weight_decay of itself.

    p, g: any shape, the same. state: (m, v, t), or None. settings: the others of `adam`.
    Returns the new p and (m, v, t). The g is that of the loss alone (Loshchilov and Hutter, 2019).
    """
    p_adam, state = adam(p, g, state, lr, **settings)
    return p_adam - lr * weight_decay * p, state


def descend(update: Callable, gradient: Callable, p: Tensor, n_steps: int, lr, **settings) -> Tensor:
    """The points that an optimizer visits.

    update: one of the functions above. gradient: a function of p, to the gradient there, of p's shape.
    p: where to start, any shape. lr: a number, a tensor that broadcasts against p, or a function of the step,
    which counts from 0, to one of these. settings: the others of `update`.
    Returns the start and the point after each step, shape (n_steps + 1, the shape of p).
    """
    path, state = [p], None
    for t in range(n_steps):
        p, state = update(p, gradient(p), state, lr=lr(t) if callable(lr) else lr, **settings)
        path.append(p)
    return torch.stack(path)
