"""The checkers of "Gradient descent": right answers pass, typical wrong ones hear what is wrong."""

import math

import numpy as np
import torch
from nnbook.check import check, descents, gradient_descent

from tests.nnbook.check.attempts import attempts, seeds


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


def clip_in_numpy(g, c):
    array = g.numpy()
    length = np.sqrt((array**2).sum())
    return array * c / length if length > c else array


def clip_if(above):
    """Clipping under another condition."""
    return lambda g, c: g * c / g.norm() if above(g, c) else g


def clip_safely(g, c):
    return g / torch.maximum(g.norm() / c, torch.ones(()))


def rate_by_interpolation(t, lr, T_w, T):
    climb = np.arange(1, T_w + 1) / T_w
    fall = (1 + np.cos(np.pi * np.arange(T - T_w + 1) / (T - T_w))) / 2
    return lr * np.concatenate([climb, fall])[t]


def rate_by_squares(t, lr, T_w, T):
    return min(lr * (t + 1) / T_w, lr) if t < T_w else lr * math.cos(math.pi * (t - T_w) / (T - T_w) / 2) ** 2


def amsgrad_like(*, maximum=True, of_v_hat=False, corrected=True, sign=1, eps=1e-8, eps_inside=0.0):
    def attempt(p, g, state, lr):
        m, v, w, t = state or (0, 0, torch.zeros_like(p), 0)
        m, v, t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2, t + 1
        c1, c2 = (1 - 0.9**t, 1 - 0.999**t) if corrected else (1, 1)
        kept = v / c2 if of_v_hat else v
        w = torch.maximum(w, kept) if maximum else kept
        v_hat = w if of_v_hat else w / c2
        return p - sign * lr * m / c1 / ((v_hat + eps_inside).sqrt() + eps), (m, v, w, t)

    return attempt


def amsgrad_in_place(p, g, state, lr):
    result = amsgrad_like()(p, g.clone(), state, lr)
    g.mul_(2)
    return result


def amsgrad_that_changes_p(p, g, state, lr):
    """Right, as many optimizers do it: the parameter that is handed in is the one that is handed back."""
    state = state or {"m": torch.zeros_like(p), "v": torch.zeros_like(p), "w": torch.zeros_like(p), "t": 0}
    state["t"] += 1
    state["m"].mul_(0.9).add_(g, alpha=0.1)
    state["v"].mul_(0.999).addcmul_(g, g, value=0.001)
    torch.maximum(state["w"], state["v"], out=state["w"])
    m_hat, v_hat = state["m"] / (1 - 0.9 ** state["t"]), state["w"] / (1 - 0.999 ** state["t"])
    p -= lr * m_hat / (v_hat.sqrt() + 1e-8)
    return p, state


def amsgrad_by_torch(p, g, state, lr):
    """Right: the state is PyTorch's optimizer."""
    if state is None:
        leaf = p.clone().requires_grad_()
        state = (leaf, torch.optim.Adam([leaf], lr, amsgrad=True))
    leaf, optimizer = state
    leaf.grad = g.clone()
    optimizer.step()
    return leaf.detach().clone(), state


class Remembering:
    """Wrong: one memory, in a variable of its own, for all parameters."""

    state = None

    def __call__(self, p, g, state, lr):
        shape_is_new = self.state is None or self.state[0].shape != p.shape
        p, self.state = amsgrad_like()(p, g, None if shape_is_new else self.state, lr)
        return p, "none"


def amsgrad_with_fixed_rate(p, g, state, lr):
    return amsgrad_like()(p, g, state, 0.01)


def amsgrad_with_one_memory(p, g, state, lr):
    m, v, t = state or (0, torch.zeros_like(p), 0)
    m, v, t = 0.9 * m + 0.1 * g, torch.maximum(v, 0.999 * v + 0.001 * g**2), t + 1
    return p - lr * m / (1 - 0.9**t) / ((v / (1 - 0.999**t)).sqrt() + 1e-8), (m, v, t)


def weights(t, beta):
    s = torch.arange(1, t + 1)
    return (1 - beta) * beta ** (t - s) / (1 - beta**t)


def nesterov_limit(mu, h_1):
    return 2 * (1 + mu) / ((1 + 2 * mu) * h_1)


def steps(lr=0.05, goal=1e-6, nesterov=False, stays=True, off=0):
    """The steps that torch.optim needs, each μ on its own."""
    X_b, y = descents.line()
    best = torch.linalg.lstsq(X_b, y[:, None]).solution[:, 0]
    least, found = (X_b @ best - y).square().mean(), {}
    for mu in [0.0, 0.5, 0.7, 0.9, 0.99]:
        p = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([p], lr, momentum=mu, nesterov=nesterov and mu > 0)
        above = []
        for _ in range(2600):
            loss = (X_b @ p - y).square().mean()
            above.append(bool(loss - least >= goal))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        first = above.index(False) if False in above else 2600
        found[mu] = off + (2600 - above[::-1].index(True) if stays else first)
    return found


def floors(seed, lr=0.002, B=10, *, runs=100, kind="", wait=60):
    """The two floors of the exercise; `kind` names a mistake."""
    generator = torch.Generator().manual_seed(seed)
    X_b, y = descents.line()
    H = X_b.T @ X_b / 100
    best = torch.linalg.solve(H, X_b.T @ y / 100)
    found = []
    for shuffled in [False, True]:
        p, seen, order = best.repeat(runs, 1), [], None
        if kind == "from 0":
            p = 0 * p
        for epoch in range(wait + 40):
            if order is None or kind != "one shuffle":
                order = torch.rand(runs, 200, generator=generator).argsort(1)
                if not shuffled:
                    order = torch.randint(200, (runs, 200), generator=generator)
            for batch in order.split(B, dim=1):
                p = p - lr * 2 / B * torch.einsum(
                    "rb,rbd->rd", torch.einsum("rbd,rd->rb", X_b[batch], p) - y[batch], X_b[batch]
                )
                excess = 0.5 * ((p - best) @ H * (p - best)).sum(1).mean().item()
                if epoch >= wait:
                    seen.append(excess)
            if kind == "ends" and seen:
                seen = [*seen[: epoch - wait], seen[-1]]
        found.append(sum(seen) / len(seen))
    return found


MU = {0.0: 227, 0.5: 108, 0.7: 54, 0.9: 171, 0.99: 1814}
FLOORS = [0.00288, 0.00077]

RIGHT = [
    ("ex-gd-limits", [0.25, 0.475]),
    ("ex-gd-limits", (torch.tensor(0.25), np.float64(0.475))),
    ("ex-gd-limits", np.array([0.25, 0.475])),
    ("ex-gd-mu", MU),
    ("ex-gd-mu", seeds(lambda seed: steps(), 1)),
    ("ex-gd-mu", {mu: torch.tensor(steps) for mu, steps in MU.items()}),
    ("ex-gd-limits", [2 / 8, 2 * 1.9 / 8]),
    ("ex-gd-clip", clip_in_numpy),
    ("ex-gd-clip", clip_safely),
    ("ex-gd-clip", clip_if(lambda g, c: g.norm() > c)),
    ("ex-gd-clip", clip_if(lambda g, c: g.square().sum() > c**2)),
    ("ex-gd-clip", lambda g, c: g * (c / (g.norm() + 1e-6)).clamp(max=1)),  # as PyTorch's clip_grad_norm_
    ("ex-gd-schedule", rate_by_interpolation),
    ("ex-gd-schedule", rate_by_squares),
    ("ex-gd-amsgrad", amsgrad_that_changes_p),
    ("ex-gd-amsgrad", amsgrad_by_torch),
    (
        "ex-gd-weights",
        lambda t, beta: np.array([beta ** (t - s) for s in range(1, t + 1)]) * (1 - beta) / (1 - beta**t),
    ),
    ("ex-gd-weights", lambda t, beta: torch.softmax(torch.arange(t) * math.log(beta) * -1.0, 0)),
    ("ex-gd-nesterov", lambda mu, h_1: np.float64((1 + mu) / (0.5 + mu) / h_1)),
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
    ("ex-gd-shuffle", seeds(floors, 20)),
    ("ex-gd-shuffle", torch.tensor(FLOORS)),
]

WRONG = [
    ("ex-gd-limits", [4, 7.6], "this is from the flattest"),
    ("ex-gd-limits", [0.125, 0.2375], "the limit is farther"),
    ("ex-gd-limits", [0.25, 0.025], "it does not narrow it"),
    ("ex-gd-limits", [0.25, 2.5], "how much longer the steps get"),
    ("ex-gd-limits", [0.25, 0.25], "both are equal"),
    ("ex-gd-limits", [0.475, 0.25], "the two have changed places"),
    ("ex-gd-limits", [2 / 8.5, 3.8 / 8.5], "the best rate of the long run"),
    ("ex-gd-limits", [0.25, 3.8 / 22.4], "the limit of Nesterov's form"),
    ("ex-gd-limits", 0.25, "a row of 2 numbers is asked for"),
    ("ex-gd-mu", list(MU.values()), "a dictionary with the keys"),
    ("ex-gd-mu", {0.9: 171}, "0.0 is missing"),
    ("ex-gd-mu", dict.fromkeys(MU, 171), "all are equal"),
    ("ex-gd-mu", dict.fromkeys(MU), "the answer is missing"),
    ("ex-gd-mu", {**MU, 0.7: 80}, "the number for 0.7 is off: it is too large"),
    ("ex-gd-mu", {**MU, 0.5: MU[0.7], 0.7: MU[0.5]}, "are 0.5 and 0.7 exchanged?"),
    ("ex-gd-mu", dict(zip(MU, reversed(MU.values()), strict=True)), "in the wrong order?"),
    ("ex-gd-mu", seeds(lambda seed: steps(stays=False), 1), "it rises again"),
    ("ex-gd-mu", seeds(lambda seed: steps(nesterov=True), 1), "with Nesterov's form"),
    ("ex-gd-mu", seeds(lambda seed: steps(goal=1e-4), 1), "with the goal 10⁻⁴"),
    ("ex-gd-mu", seeds(lambda seed: steps(off=10), 1), "none of the numbers"),
    ("ex-gd-mu", seeds(lambda seed: steps(off=1), 1), "each is one too large"),
    ("ex-gd-mu", {mu: steps - 1 for mu, steps in MU.items()}, "each is one too small"),
    ("ex-gd-mu", {**MU, 0.5: 109}, "the number for 0.5 is off: it is too large"),
    ("ex-gd-mu", {0.0: 230, 0.5: 110, 0.7: 55, 0.9: 170, 0.99: 1800}, "none of the numbers"),
    ("ex-gd-clip", lambda g, c: g.clamp(-c, c), "each entry was clipped by itself"),
    ("ex-gd-clip", lambda g, c: g, "longer than c stays as it is"),
    ("ex-gd-clip", lambda g, c: g * c / g.norm(), "shorter than c was made longer"),
    (
        "ex-gd-clip",
        lambda g, c: g / g.norm() * g.norm().clamp(max=c),
        "is 0 divided by 0?",
    ),
    ("ex-gd-clip", lambda g, c: g / g.norm() if g.norm() > c else g, "comes out as 1, and not as c"),
    ("ex-gd-clip", lambda g, c: g * (c / g.norm(dim=-1, keepdim=True)).clamp(max=1), "each row was clipped"),
    ("ex-gd-clip", lambda g, c: g * min(1, c / g.abs().max().clamp(min=1e-9)), "the largest entry was taken"),
    (
        "ex-gd-clip",
        lambda g, c: g * c / g.abs().sum() if g.norm() > c else g,
        "the sum of the sizes was taken",
    ),
    (
        "ex-gd-clip",
        lambda g, c: g * min(1.0, c / (g.square().sum().item() + 1e-300)),
        "the square of the length",
    ),
    ("ex-gd-clip", lambda g, c: g.mul_(clip(g, c).norm() / max(g.norm(), 1e-9)), "but g has changed"),
    ("ex-gd-clip", lambda g, c: clip(g, 1.0), "comes out as 1, and not as c"),
    ("ex-gd-clip", lambda g, c: c * g.sign() / g.numel() ** 0.5, "entries are wrong"),
    ("ex-gd-clip", clip_if(lambda g, c: g.norm() > 1), "compared with 1, and not with c"),
    ("ex-gd-clip", clip_if(lambda g, c: g.square().sum() > c), "a root is missing"),
    ("ex-gd-clip", clip_if(lambda g, c: g.norm() > c * c), "with the square of c"),
    ("ex-gd-clip", clip_if(lambda g, c: (g.abs() > c).any()), "the largest entry is compared"),
    ("ex-gd-clip", clip_if(lambda g, c: g.abs().sum() > c), "the sum of the entries' sizes is compared"),
    ("ex-gd-clip", clip_if(lambda g, c: g.norm() > 2), "of length 0.525 is longer than c, and is not scaled"),
    ("ex-gd-clip", clip_if(lambda g, c: g.norm() > 0.9 * c), "of length 0.475 is shorter than c, and does"),
    ("ex-gd-clip", clip_if(lambda g, c: g.norm() > 1.1 * c), "is longer than c, and is not scaled"),
    ("ex-gd-clip", lambda g, c: clip(g, c) if g.norm() > 1 else g, "is longer than c, and is not scaled"),
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
    ("ex-gd-schedule", lambda t, lr, T_w, T: lr * min(1, (t + 1) / T_w), "the rate stays at lr"),
    (
        "ex-gd-schedule",
        after_climb(lambda t, lr, T_w, T: lr * (T - t) / (T - T_w)),
        "falls in a line; it is to follow the cosine",
    ),
    (
        "ex-gd-schedule",
        lambda t, lr, T_w, T: lr * (t + 1) / (T_w + 1) if t < T_w else rate(t, lr, T_w, T),
        "t + 1 is divided by T_w",
    ),
    ("ex-gd-schedule", lambda t, lr, T_w, T: 0.01, "it is too small"),
    ("ex-gd-amsgrad", amsgrad_like(eps=0.0), "ε is missing"),
    ("ex-gd-amsgrad", amsgrad_like(eps=0.0, eps_inside=1e-8), "ε stands under the root"),
    ("ex-gd-amsgrad", amsgrad_with_fixed_rate, "right result times 0.3333"),
    ("ex-gd-amsgrad", Remembering(), "entries are wrong"),
    ("ex-gd-amsgrad", lambda p, g, state, lr: (p - lr * g, 1), "entries are wrong"),
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
    (
        "ex-gd-weights",
        lambda t, beta: (1 - beta) * beta ** torch.arange(1, t + 1) / (1 - beta**t),
        "β to the power s",
    ),
    ("ex-gd-weights", lambda t, beta: weights(t, 0.9), "entries are wrong"),
    ("ex-gd-nesterov", lambda mu, h_1: -1 / (1 + 2 * mu), "that is a, and not the rate"),
    ("ex-gd-nesterov", lambda mu, h_1: (1 - 1 / (1 + 2 * mu)) / h_1, "a is negative at r = −1"),
    ("ex-gd-nesterov", lambda mu, h_1: nesterov_limit(mu, 1 / h_1), "h_1 stands above the line"),
    ("ex-gd-nesterov", lambda mu, h_1: nesterov_limit(h_1, max(mu, 1e-9)), "mu and h_1 have changed places"),
    ("ex-gd-nesterov", lambda mu, h_1: 2 / h_1, "the limit of plain gradient descent"),
    ("ex-gd-nesterov", lambda mu, h_1: 2 * (1 + mu) / h_1, "in Polyak's form"),
    ("ex-gd-nesterov", lambda mu, h_1: nesterov_limit(mu, 1), "h_1 has no effect"),
    ("ex-gd-nesterov", lambda mu, h_1: -1 / ((1 + 2 * mu) * h_1), "that is a/h_1, without the 1"),
    ("ex-gd-nesterov", lambda mu, h_1: 1 / ((1 + 2 * mu) * h_1), "1/h_1 short"),
    ("ex-gd-nesterov", lambda mu, h_1: 1.2 / h_1, "it is too small"),
    ("ex-gd-shuffle", FLOORS[::-1], "the two have changed places"),
    ("ex-gd-shuffle", [0.0029, 0.0029], "both are equal"),
    ("ex-gd-shuffle", [-0.0029, 0.0008], "never below 0"),
    ("ex-gd-shuffle", [1.134, 1.132], "that is the loss itself"),
    ("ex-gd-shuffle", seeds(lambda seed: floors(seed, kind="from 0", wait=0), 2), "begin at θ*"),
    ("ex-gd-shuffle", [0.0376, 0.0324], "and it is higher"),  # at the rate 0.02
    ("ex-gd-shuffle", [0.0002, 0.0001], "and it is lower"),
    ("ex-gd-shuffle", [0.00288, 0.00270], "is each example used once"),
    ("ex-gd-shuffle", [0.00288, 0.00001], "the second is too small"),
    ("ex-gd-shuffle", [0.00288, 0.00100], "the second is too large"),
    ("ex-gd-shuffle", 0.00288, "this is a number, and a row of 2 numbers is asked for"),
    ("ex-gd-shuffle", seeds(lambda seed: floors(seed, kind="one shuffle"), 3), "and it is higher"),
    (
        "ex-gd-shuffle",
        seeds(lambda seed: [FLOORS[0], floors(seed, kind="one shuffle")[1]], 20),
        "is there a new shuffle for each epoch?",
    ),
    ("ex-gd-shuffle", seeds(lambda seed: floors(seed, kind="ends"), 5), "at the ends of the epochs"),
    ("ex-gd-shuffle", seeds(lambda seed: floors(seed, kind="from 0"), 3), "and it is higher"),
    ("ex-gd-shuffle", seeds(lambda seed: floors(seed, B=20), 3), "and it is lower"),
    ("ex-gd-shuffle", seeds(lambda seed: floors(seed, lr=0.003), 3), "and it is higher"),
]


TestGradientDescent = attempts(gradient_descent, RIGHT, WRONG, least=(3, 8))


def test_the_first_time_below_the_goal_is_not_enough():
    X_b, y = descents.line()
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
    X_b, y_checker = descents.line()
    assert torch.equal(X_b[:, 0], x)
    assert torch.equal(y_checker, y)
