"""The checkers of "Gradient descent": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import torch
from nnbook.check import check, gradient_descent

from tests.nnbook.check.attempts import attempts


def clip(g, c):
    return g * min(1.0, c / g.norm().item()) if g.any() else g


def rate(t, lr, T_w, T):
    if t < T_w:
        return lr * (t + 1) / T_w
    return lr * 0.5 * (1 + math.cos(math.pi * (t - T_w) / (T - T_w)))


def after_climb(later):
    """The schedule with another rule from step T_w on."""

    def attempt(t, lr, T_w, T):
        return rate(t, lr, T_w, T) if t < T_w else later(t, lr, T_w, T)

    return attempt


def amsgrad_like(maximum=True, of_v_hat=False, corrected=True, sign=1):
    def attempt(p, g, state, lr):
        m, v, w, t = state or (0, 0, torch.zeros_like(p), 0)
        m, v, t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2, t + 1
        c1, c2 = (1 - 0.9**t, 1 - 0.999**t) if corrected else (1, 1)
        kept = v / c2 if of_v_hat else v
        w = torch.maximum(w, kept) if maximum else kept
        v_hat = w if of_v_hat else w / c2
        return p - sign * lr * m / c1 / (v_hat.sqrt() + 1e-8), (m, v, w, t)

    return attempt


def amsgrad_in_place(p, g, state, lr):
    result = amsgrad_like()(p, g.clone(), state, lr)
    g.mul_(2)
    return result


def amsgrad_with_one_memory(p, g, state, lr):
    m, v, t = state or (0, torch.zeros_like(p), 0)
    m, v, t = 0.9 * m + 0.1 * g, torch.maximum(v, 0.999 * v + 0.001 * g**2), t + 1
    return p - lr * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)).sqrt() + 1e-8), (m, v, t)


def weights(t, beta):
    s = torch.arange(1, t + 1)
    return (1 - beta) * beta ** (t - s) / (1 - beta**t)


def nesterov_limit(mu, h_1):
    return 2 * (1 + mu) / ((1 + 2 * mu) * h_1)


MU = {0.0: 227, 0.5: 108, 0.7: 54, 0.9: 171, 0.99: 1814}
FLOORS = [0.00288, 0.00078]

RIGHT = [
    ("ex-gd-limits", [0.25, 0.475]),
    ("ex-gd-limits", (torch.tensor(0.25), np.float64(0.475))),
    ("ex-gd-limits", np.array([0.25, 0.475])),
    ("ex-gd-mu", MU),
    ("ex-gd-mu", {mu: torch.tensor(steps - 1) for mu, steps in MU.items()}),
    ("ex-gd-clip", clip),
    ("ex-gd-clip", lambda g, c: g / max(1, g.norm() / c)),
    ("ex-gd-clip", lambda g, c: g.numpy() * min(1, c / (np.linalg.norm(g.numpy()) + 1e-300))),
    ("ex-gd-schedule", rate),
    ("ex-gd-schedule", lambda t, lr, T_w, T: torch.tensor(rate(t, lr, T_w, T))),
    ("ex-gd-amsgrad", amsgrad_like()),
    ("ex-gd-amsgrad", lambda p, g, state, lr: list(amsgrad_like()(p, g, state, lr))),
    ("ex-gd-weights", weights),
    ("ex-gd-weights", lambda t, beta: [weights(t, beta)[s].item() for s in range(t)]),
    ("ex-gd-nesterov", nesterov_limit),
    ("ex-gd-nesterov", lambda mu, h_1: (1 + 1 / (1 + 2 * mu)) / torch.tensor(h_1)),
    ("ex-gd-shuffle", FLOORS),
    ("ex-gd-shuffle", [0.00277, 0.00085]),
    ("ex-gd-shuffle", torch.tensor(FLOORS)),
]

WRONG = [
    ("ex-gd-limits", [4, 7.6], "this is from the flattest"),
    ("ex-gd-limits", [0.125, 0.2375], "the limit is farther"),
    ("ex-gd-limits", [0.25, 0.025], "it does not narrow it"),
    ("ex-gd-limits", [0.25, 2.5], "how much longer the steps get"),
    ("ex-gd-limits", [0.25, 0.25], "both are equal"),
    ("ex-gd-limits", [0.475, 0.25], "the two have changed places"),
    ("ex-gd-limits", 0.25, "a row of 2 numbers is asked for"),
    ("ex-gd-mu", list(MU.values()), "a dictionary with the keys"),
    ("ex-gd-mu", {0.9: 171}, "a dictionary with the keys"),
    ("ex-gd-mu", dict.fromkeys(MU, 171), "all are equal"),
    ("ex-gd-mu", dict.fromkeys(MU), "the answer is missing"),
    ("ex-gd-mu", {**MU, 0.7: 80}, "the number for mu = 0.7 is off"),
    ("ex-gd-clip", lambda g, c: g.clamp(-c, c), "each entry was clipped by itself"),
    ("ex-gd-clip", lambda g, c: g, "longer than c stays as it is"),
    ("ex-gd-clip", lambda g, c: g * c / g.norm(), "shorter than c was made longer"),
    (
        "ex-gd-clip",
        lambda g, c: g / g.norm() * g.norm().clamp(max=c),
        "0 is divided by 0",
    ),
    ("ex-gd-clip", lambda g, c: g / g.norm() if g.norm() > c else g, "comes out as 1, and not as c"),
    ("ex-gd-clip", lambda g, c: g * (c / g.norm(dim=-1, keepdim=True)).clamp(max=1), "each row was clipped"),
    ("ex-gd-clip", lambda g, c: g * min(1, c / g.abs().max().clamp(min=1e-9)), "the largest entry was taken"),
    (
        "ex-gd-clip",
        lambda g, c: g * c / g.abs().sum() if g.norm() > c else g,
        "the sum of the sizes was taken",
    ),
    ("ex-gd-clip", lambda g, c: None, "returns nothing"),
    ("ex-gd-clip", lambda g: g, "the function is to take (g, c)"),
    ("ex-gd-schedule", lambda t, lr, T_w, T: rate(t, 1.0, T_w, T), "lr has no effect"),
    ("ex-gd-schedule", lambda t, lr, T_w, T: lr * t / T_w if t < T_w else rate(t, lr, T_w, T), "and not 0"),
    ("ex-gd-schedule", lambda t, lr, T_w, T: lr if t < T_w else rate(t, lr, T_w, T), "there is no climb"),
    ("ex-gd-schedule", lambda t, lr, T_w, T: lr * (t + 1) / T_w, "goes on climbing"),
    (
        "ex-gd-schedule",
        after_climb(lambda t, lr, T_w, T: lr * 0.5 * (1 + math.cos(math.pi * t / T))),
        "the cosine begins at step 0",
    ),
    (
        "ex-gd-schedule",
        after_climb(lambda t, lr, T_w, T: lr * 0.5 * (1 + math.cos(math.pi * (t - T_w) / T))),
        "from T_w to T there are T − T_w",
    ),
    (
        "ex-gd-schedule",
        after_climb(lambda t, lr, T_w, T: lr * math.cos(math.pi * (t - T_w) / (T - T_w))),
        "moved up by 1 and halved",
    ),
    (
        "ex-gd-schedule",
        after_climb(lambda t, lr, T_w, T: lr * 0.5 * (1 + math.cos((t - T_w) / (T - T_w)))),
        "π is missing",
    ),
    (
        "ex-gd-schedule",
        after_climb(lambda t, lr, T_w, T: rate(t + 1, lr, T_w, T)),
        "one step ahead",
    ),
    ("ex-gd-amsgrad", amsgrad_with_one_memory, "the maximum was put back into v"),
    ("ex-gd-amsgrad", amsgrad_like(maximum=False), "that is plain Adam"),
    ("ex-gd-amsgrad", amsgrad_like(of_v_hat=True), "it is to be taken before"),
    ("ex-gd-amsgrad", amsgrad_like(corrected=False), "the bias corrections are missing"),
    ("ex-gd-amsgrad", amsgrad_like(sign=-1), "the sign is wrong"),
    ("ex-gd-amsgrad", lambda p, g, state, lr: amsgrad_like()(p, g, state, lr)[0], "a tensor of shape (3,)"),
    (
        "ex-gd-amsgrad",
        lambda p, g, state, lr: (amsgrad_like()(p, g, state, lr)[0], None),
        "nothing is remembered",
    ),
    ("ex-gd-amsgrad", amsgrad_in_place, "g has changed"),
    ("ex-gd-amsgrad", lambda p, g, state, lr: None, "returns nothing"),
    ("ex-gd-amsgrad", lambda p, g, state, lr: (p - state, 1), "the function stops with TypeError"),
    ("ex-gd-weights", lambda t, beta: weights(t, beta) * (1 - beta**t), "the bias correction is missing"),
    ("ex-gd-weights", lambda t, beta: weights(t, beta) / (1 - beta), "the factor 1 − β is missing"),
    ("ex-gd-weights", lambda t, beta: weights(t, beta).flip(0), "run the wrong way"),
    ("ex-gd-weights", lambda t, beta: weights(t, beta) * beta, "multiplied by β already"),
    ("ex-gd-weights", lambda t, beta: beta ** torch.arange(t).flip(0), "they do not sum to 1"),
    ("ex-gd-weights", lambda t, beta: torch.ones(t) / t, "the plain mean"),
    (
        "ex-gd-weights",
        lambda t, beta: weights(t, beta) * (1 - beta**t) / (1 - beta ** torch.arange(1, t + 1)),
        "comes once, at the end",
    ),
    ("ex-gd-weights", lambda t, beta: weights(t, beta).sum(), "a row of 4 numbers is asked for"),
    ("ex-gd-nesterov", lambda mu, h_1: 2 / h_1, "the limit of plain gradient descent"),
    ("ex-gd-nesterov", lambda mu, h_1: 2 * (1 + mu) / h_1, "in Polyak's form"),
    ("ex-gd-nesterov", lambda mu, h_1: nesterov_limit(mu, 1), "h_1 has no effect"),
    ("ex-gd-nesterov", lambda mu, h_1: -1 / ((1 + 2 * mu) * h_1), "without the 1"),
    ("ex-gd-nesterov", lambda mu, h_1: 1 / ((1 + 2 * mu) * h_1), "1/h_1 short"),
    ("ex-gd-nesterov", lambda mu, h_1: 1.2 / h_1, "it is too small"),
    ("ex-gd-shuffle", FLOORS[::-1], "the two have changed places"),
    ("ex-gd-shuffle", [0.0029, 0.0029], "both are equal"),
    ("ex-gd-shuffle", [-0.0029, 0.0008], "never below 0"),
    ("ex-gd-shuffle", [0.93, 0.92], "that is the loss itself"),
    ("ex-gd-shuffle", [0.0376, 0.0324], "and it is higher"),
    ("ex-gd-shuffle", [0.0002, 0.0001], "and it is lower"),
    ("ex-gd-shuffle", [0.00288, 0.00270], "is each example used once"),
    ("ex-gd-shuffle", [0.00288, 0.00001], "the second is too small"),
    ("ex-gd-shuffle", 0.00288, "a row of 2 numbers is asked for"),
]


TestGradientDescent = attempts(gradient_descent, RIGHT, WRONG)


def test_the_first_time_below_the_goal_is_not_enough():
    X_b, y = gradient_descent.line()
    H, target = X_b.T @ X_b / 100, X_b.T @ y / 100
    p_star = torch.linalg.solve(H, target)
    first = {}
    for mu in MU:
        p, u = torch.zeros(2, dtype=torch.float64), 0
        first[mu] = 0
        while 0.5 * (p - p_star) @ H @ (p - p_star) >= 1e-6:
            u = mu * u + p @ H - target
            p = p - 0.05 * u
            first[mu] += 1
    assert "it rises again" in check("ex-gd-mu", first).message


def test_the_line_is_that_of_the_chapter():
    torch.manual_seed(0)
    x = 6 * torch.rand(200, dtype=torch.float64)
    y = 2 * x + 1 + torch.randn(200, dtype=torch.float64)
    X_b, y_checker = gradient_descent.line()
    assert torch.equal(X_b[:, 0], x)
    assert torch.equal(y_checker, y)
