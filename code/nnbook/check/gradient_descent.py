"""The checkers of the chapter "Gradient descent"."""

import math

import torch

from nnbook import optim
from nnbook.check.compare import as_tensor, call, compare, describe, numbers, require_function, try_on
from nnbook.check.verdict import Wrong, checker

F64 = torch.float64


def line() -> tuple[torch.Tensor, torch.Tensor]:
    """The chapter's X_b, float64 (200, 2), and y, float64 (200,)."""
    generator = torch.Generator().manual_seed(0)
    x = 6 * torch.rand(200, dtype=F64, generator=generator)
    y = 2 * x + 1 + torch.randn(200, dtype=F64, generator=generator)
    return torch.stack([x, torch.ones_like(x)], 1), y


@checker("ex-gd-limits")
def limits(attempt) -> str:
    """2/h₁ and 2(1 + μ)/h₁ for h₁ = 8, μ = 0.9."""
    right = torch.tensor([2 / 8, 3.8 / 8], dtype=F64)
    mistakes = {
        "the steepest direction sets the limit, and this is from the flattest.": right * 16,
        "at 1/h_1 the steepest direction is solved at once; the limit is farther.": right / 2,
        "the second is the rate itself with momentum; μ widens the range, it does not narrow it.": (
            torch.tensor([0.25, 0.025], dtype=F64)
        ),
        "1/(1 − μ) is how much longer the steps get on a constant gradient, not the limit.": (
            torch.tensor([0.25, 2.5], dtype=F64)
        ),
        "both are equal; the stable range with momentum is another.": right[:1].expand(2),
        "the two have changed places.": right.flip(0),
    }
    compare(attempt, right, mistakes, rtol=1e-3)
    return "momentum almost doubles the range."


@checker("ex-gd-mu")
def how_much_momentum(attempt) -> str:
    """The steps that momentum needs at rate 0.05, for five values of μ, in a dictionary."""
    mus = [0.0, 0.5, 0.7, 0.9, 0.99]
    if not isinstance(attempt, dict) or set(attempt) != set(mus):
        raise Wrong("a dictionary with the keys 0.0, 0.5, 0.7, 0.9 and 0.99 is asked for.")
    got = torch.stack([as_tensor(attempt[mu], torch.tensor(0.0)) for mu in mus])

    X_b, y = line()
    H, target = X_b.T @ X_b / 100, X_b.T @ y / 100
    p_star = torch.linalg.solve(H, target)
    column = torch.tensor(mus, dtype=F64)[:, None]
    zeros = torch.zeros(5, 2, dtype=F64)
    path = optim.descend(optim.momentum, lambda p: p @ H - target, zeros, 3000, 0.05, mu=column)
    above = 0.5 * ((path - p_star) @ H * (path - p_star)).sum(-1) >= 1e-6
    step = torch.arange(3001)[:, None]
    last, first = torch.where(above, step, 0).amax(0) + 1, torch.where(above, 3001, step).amin(0)

    if (got - last).abs().max() <= 1:  # who counts from 0, and who from 1
        return "the best of these is neither the smallest nor the largest."
    if (got - first).abs().max() <= 1:
        raise Wrong("that is when the excess is first below 10⁻⁶; it rises again. When does it stay below?")
    if (got == got[0]).all():
        raise Wrong("all are equal: does each run use its own mu?")
    wrong = [mu for mu, off in zip(mus, (got - last).abs() > 1, strict=True) if off]
    raise Wrong(f"the number for mu = {wrong[0]} is off: are rate, start and goal as asked for?")


@checker("ex-gd-clip")
def clipping(attempt) -> str:
    """A gradient scaled to the length c if it is longer."""
    generator = torch.Generator().manual_seed(0)
    for shape, scale, c in [((5,), 10.0, 1.0), ((3, 4), 10.0, 2.5), ((5,), 0.01, 1.0), ((4,), 0.0, 1.0)]:
        g = scale * torch.randn(*shape, dtype=F64, generator=generator)
        want = g if g.norm() <= c else g * c / g.norm()
        mistakes = {
            "each entry was clipped by itself; that changes the direction.": g.clamp(-c, c),
            "a gradient that is longer than c stays as it is here.": g,
            "the length comes out as 1, and not as c.": g / g.norm(),
            "the largest entry was taken for the length.": g * c / g.abs().max(),
            "the sum of the sizes was taken for the length; the root of the sum of the squares is meant.": (
                g * c / g.abs().sum()
            ),
            "each row was clipped by itself; the length is that of all entries together.": (
                g * (c / g.norm(dim=-1, keepdim=True)).clamp(max=1)
            ),
        }
        if 0 < g.norm() <= c:
            mistakes = {"a gradient shorter than c was made longer.": g * c / g.norm(), **mistakes}
        if (
            not g.any()
            and callable(attempt)
            and numbers(call(attempt, {"g": g.clone(), "c": c})).isnan().any()
        ):
            raise Wrong("for a gradient of 0 it gives nan: 0 is divided by 0.")
        try_on(attempt, {"g": g, "c": c}, want, mistakes=mistakes)
    return "long gradients are shortened, short ones stay, and 0 does no harm."


@checker("ex-gd-schedule")
def schedule(attempt) -> str:
    """A linear climb over T_w steps, then a cosine to 0 at step T."""
    for lr, T_w, T in [(0.3, 4, 10), (1.0, 1, 5), (0.1, 10, 110)]:
        for t in [0, T_w - 1, T_w, (T_w + T) // 2, T - 1]:
            climb, part = (t + 1) / T_w, (t - T_w) / (T - T_w)
            want = climb if t < T_w else 0.5 * (1 + math.cos(math.pi * part))
            mistakes = {"lr has no effect.": want}
            if t < T_w:
                mistakes["step 0 is to have the rate lr / T_w, and not 0."] = lr * t / T_w
                mistakes["there is no climb: the rate is lr already."] = lr
            else:
                mistakes["the rate goes on climbing after the warm-up."] = lr * climb
                mistakes["the cosine begins at step 0; it should begin at step T_w."] = (
                    lr * 0.5 * (1 + math.cos(math.pi * t / T))
                )
                mistakes["the cosine has T steps here; from T_w to T there are T − T_w."] = (
                    lr * 0.5 * (1 + math.cos(math.pi * (t - T_w) / T))
                )
                mistakes["π is missing in the cosine."] = lr * 0.5 * (1 + math.cos(part))
                mistakes["at step T_w the rate is still lr: the cosine is one step ahead."] = (
                    lr * 0.5 * (1 + math.cos(math.pi * (t + 1 - T_w) / (T - T_w)))
                )
                mistakes["this rate falls from lr to −lr: the cosine is moved up by 1 and halved."] = (
                    lr * math.cos(math.pi * part)
                )
            as_tensors = {text: torch.tensor(value, dtype=F64) for text, value in mistakes.items()}
            # cos has no exact 0: rounding may come out of it, and lr sets the scale.
            right = torch.tensor(lr * want, dtype=F64)
            if lr == 1.0:
                as_tensors.pop("lr has no effect.")
            try_on(attempt, {"t": t, "lr": lr, "T_w": T_w, "T": T}, right, mistakes=as_tensors)
    return "it climbs, and it falls along the cosine."


def amsgrad_path(
    gradients: torch.Tensor, lr: float, *, maximum=True, of_v_hat=False, corrected=True, back=False
):
    """The points of AMSGrad from 0, or of a variant that a mistake leads to; (steps, d)."""
    p, m, v, w = torch.zeros(4, *gradients.shape[1:], dtype=F64)
    path = []
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_scale, v_scale = (1 - 0.9**t, 1 - 0.999**t) if corrected else (1, 1)
        w = torch.maximum(w, v / v_scale if of_v_hat else v) if maximum else v
        v = w if back else v
        p = p - lr * m / m_scale / ((w if of_v_hat else w / v_scale).sqrt() + 1e-8)
        path.append(p)
    return torch.stack(path)


@checker("ex-gd-amsgrad")
def amsgrad(attempt) -> str:
    """AMSGrad over 60 steps, against `torch.optim.Adam(amsgrad=True)`."""
    lr = 0.01
    gradients = torch.randn(60, 3, dtype=F64, generator=torch.Generator().manual_seed(0))
    gradients[::20] *= 30  # rare large ones, which AMSGrad does not forget
    leaf = torch.zeros(3, dtype=F64, requires_grad=True)
    optimizer = torch.optim.Adam([leaf], lr, amsgrad=True)
    want, path = [], []
    p, state = torch.zeros(3, dtype=F64), None
    for t, g in enumerate(gradients):
        leaf.grad = g.clone()
        optimizer.step()
        want.append(leaf.detach().clone())
        inputs = {"p": p, "g": g.clone(), "state": state, "lr": lr}
        require_function(attempt, inputs)
        result = call(attempt, inputs)
        if result is None or result is ...:
            raise Wrong("the function returns nothing: is a line still to be written?")
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise Wrong(f"it returns {describe(result)}; the new p and the new state are asked for.")
        if not torch.equal(inputs["g"], g):
            raise Wrong("g has changed; the caller may need it as it was.")
        p, state = as_tensor(result[0], p), result[1]
        if t and state is None:
            raise Wrong("the new state is None, so nothing is remembered.")
        path.append(p)
    mistakes = {
        "that is plain Adam: a large v is still forgotten.": amsgrad_path(gradients, lr, maximum=False),
        "the maximum is taken after the division by 1 − β₂ᵗ; it is to be taken before.": amsgrad_path(
            gradients, lr, of_v_hat=True
        ),
        "the maximum was put back into v; v itself goes on as in Adam.": amsgrad_path(
            gradients, lr, back=True
        ),
        "the bias corrections are missing.": amsgrad_path(gradients, lr, corrected=False),
    }
    compare(torch.stack(path), torch.stack(want), mistakes, rtol=1e-6)
    return "it agrees with torch.optim.Adam(amsgrad=True) over 60 steps."


@checker("ex-gd-weights")
def adam_weights(attempt) -> str:
    """(1 − β) βᵗ⁻ˢ / (1 − βᵗ) for s = 1 … t."""
    for t, beta in [(4, 0.9), (1, 0.9), (20, 0.5)]:
        newest_first = beta ** torch.arange(t, dtype=F64)
        want = (1 - beta) * newest_first.flip(0) / (1 - beta**t)
        mistakes = {
            "these sum to 1 − βᵗ: the bias correction is missing.": want * (1 - beta**t),
            "the factor 1 − β is missing.": want / (1 - beta),
            "the weights run the wrong way: the newest gradient counts most.": want.flip(0),
            "that is the plain mean: later gradients are to count more.": torch.full((t,), 1 / t, dtype=F64),
            "the division by 1 − βᵗ comes once, at the end, and is the same for every gradient.": (
                (1 - beta) * newest_first.flip(0) / (1 - beta ** torch.arange(1, t + 1, dtype=F64))
            ),
            "g_t has been multiplied by β already: it enters in step t itself.": want * beta,
            "without (1 − β)/(1 − βᵗ) they do not sum to 1.": newest_first.flip(0),
        }
        try_on(attempt, {"t": t, "beta": beta}, want, mistakes=mistakes)
    return "they sum to 1 at every t."


@checker("ex-gd-nesterov")
def nesterov_limit(attempt) -> str:
    """2(1 + μ) / ((1 + 2μ) h₁)."""
    for mu, h_1 in [(0.9, 8.0), (0.5, 0.1), (0.0, 25.0)]:
        want = 2 * (1 + mu) / ((1 + 2 * mu) * h_1)
        mistakes = {
            "that is the limit of plain gradient descent.": 2 / h_1,
            "that is the limit of momentum in Polyak's form.": 2 * (1 + mu) / h_1,
            "h_1 has no effect.": want * h_1,
            "that is 1 − a, or a, without the 1: at the limit 1 − η h = a.": -1 / ((1 + 2 * mu) * h_1),
            "it is 1/h_1 short: 1 − a is 1 + 1/(1 + 2μ).": 1 / ((1 + 2 * mu) * h_1),
        }
        as_tensors = {text: torch.tensor(value, dtype=F64) for text, value in mistakes.items()}
        try_on(attempt, {"mu": mu, "h_1": h_1}, torch.tensor(want, dtype=F64), mistakes=as_tensors)
    return "Nesterov's form has the narrower range."


@checker("ex-gd-shuffle")
def shuffled_epochs(attempt) -> str:
    """The floors of SGD with independent and with shuffled batches, B = 10 and η = 0.002."""
    independent, shuffled = as_tensor(attempt, torch.zeros(2, dtype=F64)).tolist()
    X_b, y = line()
    errors = (X_b @ torch.linalg.lstsq(X_b, y[:, None]).solution)[:, 0] - y
    predicted = 0.002 / 10 * (2 * errors[:, None] * X_b).square().sum(1).mean().item() / 4
    if min(independent, shuffled) < 0:
        raise Wrong("an excess is never below 0.")
    if min(independent, shuffled) > 0.5:
        raise Wrong("that is the loss itself; the excess over its minimum is asked for.")
    if independent == shuffled:
        raise Wrong("both are equal: are the examples drawn in two ways?")
    if abs(shuffled / predicted - 1) < 0.25 and independent < 0.6 * predicted:
        raise Wrong("the two have changed places.")
    if abs(independent / predicted - 1) > 0.25:
        how = "higher" if independent > predicted else "lower"
        raise Wrong(
            f"the first should be near η τ*²/(4B), and it is {how}: are rate, batch and waiting as asked for?"
        )
    if shuffled > 0.6 * independent:
        raise Wrong("shuffling should help more: is each example used once in each epoch?")
    if shuffled < 0.05 * independent:
        raise Wrong("the second is too small: is it averaged over all steps, with a new shuffle per epoch?")
    return "shuffling lowers the floor. Now say why."
