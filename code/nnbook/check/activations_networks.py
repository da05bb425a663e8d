"""The checkers of the chapter "Activations": the exercises in which networks are run."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from nnbook.check.compare import as_tensor, numbers, parts, recomputed
from nnbook.check.verdict import Wrong, checker

X_POSITIVE = torch.linspace(0, 3, 100)[:, None]
X_CENTRED = X_POSITIVE - X_POSITIVE.mean()


def start_params() -> list[Tensor]:
    """The chapter's `new_params(seed=0)`."""
    generator = torch.Generator().manual_seed(0)
    W1 = 2**0.5 * torch.randn(10, 1, 50, generator=generator)
    W2 = torch.randn(10, 50, 1, generator=generator)
    return [W1, torch.zeros(10, 1, 50), (2 / 50) ** 0.5 * W2, torch.zeros(10, 1, 1)]


def losses(X: Tensor, params: list[Tensor]) -> Tensor:
    """The mean squared error of each of the ten networks, on the chapter's targets: (10,)."""
    W1, b1, W2, b2 = params
    return (F.relu(X @ W1 + b1) @ W2 + b2 - torch.cos(2 * X_POSITIVE)).square().mean((1, 2))


def dead(X: Tensor, params: list[Tensor]) -> Tensor:
    """How many units of each network are positive for no example: (10,)."""
    return (X @ params[0] + params[1] <= 0).all(1).sum(1)


@recomputed
def trained(*, centred: bool) -> list[Tensor]:
    """The chapter's ten networks after 1,000 steps on the inputs as they are, or centred."""
    X = X_CENTRED if centred else X_POSITIVE
    params = [p.requires_grad_() for p in start_params()]
    for _ in range(1000):
        grads = torch.autograd.grad(losses(X, params).sum(), params)
        steps = zip(params, grads, strict=True)
        params = [(p - 0.02 * grad).detach().requires_grad_() for p, grad in steps]
    return [p.detach() for p in params]


@checker("ex-act-centre")
def centre(attempt) -> str:
    """The dead units of ten networks that were trained on centred inputs, and the largest of their losses."""
    given = parts(attempt, ["n_dead", "largest_loss"])
    n_dead = given["n_dead"]
    n_dead = as_tensor(numbers(n_dead).flatten() if torch.is_tensor(n_dead) else n_dead, torch.zeros(10))
    if (n_dead < 0).any() or (n_dead > 50).any():
        raise Wrong("n_dead: each network has 50 units, so a count is from 0 to 50.")
    if (n_dead != n_dead.round()).any():
        raise Wrong("n_dead: counts are asked for; these are not whole numbers: are they shares or losses?")
    largest = given["largest_loss"]
    if (torch.is_tensor(largest) and largest.numel() > 1) or isinstance(largest, list | tuple):
        raise Wrong("largest_loss: one number is asked for, the largest of the ten losses.")
    largest = as_tensor(largest, torch.tensor(0.0)).item()
    require_counts(n_dead)
    if not math.isclose(largest, losses(X_CENTRED, trained(centred=True)).max().item(), rel_tol=0.01):
        raise Wrong(f"n_dead is right; largest_loss: {wrong_loss(largest)}")
    return "with inputs on both sides of 0 hardly a unit dies."


def require_counts(n_dead: Tensor) -> None:
    """Raise `Wrong` unless the counts are those of the networks trained on centred inputs."""
    healthy = trained(centred=True)
    off = (n_dead - dead(X_CENTRED, healthy)).abs()
    if off.max() <= 1 and off.sum() <= 3:  # another processor may round otherwise
        return
    ill = trained(centred=False)
    if n_dead.median() >= 45:
        raise Wrong("n_dead: so many are dead in the chapter's run: are the centred inputs trained on?")
    mistakes = {
        "these networks were trained on X as it was, and counted on the centred inputs.": (X_CENTRED, ill),
        "these were trained on the centred inputs, and counted on X as it was.": (X_POSITIVE, healthy),
        "these are the units that are dead before training, on X as it was.": (X_POSITIVE, start_params()),
    }
    for text, (X, params) in mistakes.items():
        if (n_dead - dead(X, params)).abs().max() <= 1:
            raise Wrong(f"n_dead: {text}")
    raise Wrong("n_dead: do training and count have the centred inputs, and the chapter's rate and steps?")


def wrong_loss(value: float) -> str:
    """What is wrong with the largest loss, as far as it can be told."""
    healthy = trained(centred=True)
    right = losses(X_CENTRED, healthy)
    mistakes = {
        "this is the smallest of the ten; the largest is asked for.": right.min(),
        "this is the mean of the ten; the largest is asked for.": right.mean(),
        "this is the sum of the ten; the largest is asked for.": right.sum(),
        "this is the loss before training.": losses(X_CENTRED, start_params()).max(),
        "this is the loss on X as it was, and the networks were trained on the centred inputs.": losses(
            X_POSITIVE, healthy
        ).max(),
        "this is that of the networks trained on X as it was.": losses(
            X_POSITIVE, trained(centred=False)
        ).max(),
    }
    near = {text: abs(math.log(max(value, 1e-9) / wrong.item())) for text, wrong in mistakes.items()}
    text = min(near, key=near.get)
    if near[text] < 0.01:
        return text
    return f"it is too {'large' if value > right.max() else 'small'}."


def passed(g: float, seed: int) -> float:
    """The share of the gradient that comes through the chapter's twenty sigmoid layers, drawn with a seed."""
    generator = torch.Generator().manual_seed(seed)
    W = (g / 10 * torch.randn(20, 10, 100, 100, generator=generator)).requires_grad_()
    generator = torch.Generator().manual_seed(1)
    A, Zs = torch.randn(10, 64, 100, generator=generator), []
    for W_layer in W:
        Zs.append(A @ W_layer)
        A = torch.sigmoid(Zs[-1])
    V = torch.randn(A.shape, generator=generator)
    first, last = torch.autograd.grad((A * V).sum(), [Zs[0], Zs[-1]])
    return (first.square().mean((1, 2)) / last.square().mean((1, 2))).sqrt().median().item()


@checker("ex-act-deep-sigmoid")
def deep_sigmoid(attempt) -> str:
    """A gain for which the gradient comes through twenty sigmoid layers, in one of four sets of networks."""
    g = as_tensor(attempt, torch.tensor(0.0)).item()
    if not (math.isfinite(g) and g > 0):
        raise Wrong("a gain is a positive number.")
    shares = [passed(g, seed) for seed in range(4)]  # the chapter's networks have seed 0
    if max(shares) < 1 / 3:
        raise Wrong(
            "the gradient still shrinks on its way through the chapter's networks and through others."
        )
    if min(shares) > 3:
        raise Wrong("the gradient grows on its way through the chapter's networks and through others.")
    return "the gradient arrives. Now see what is wrong with this network."
