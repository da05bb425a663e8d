"""What to look at when training fails, built in the chapter "When training fails".

No function trains the model but those that say so, and all give it back in the mode in which they found it.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from nnbook.train import step


@contextmanager
def as_in_use(model: nn.Module) -> Iterator[None]:
    """Within it the model is in the mode `eval` and records no gradient; after it, in the mode that it had.

    model: a module, all of whose parts are in one mode.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)


def first_loss(model: nn.Module, X: Tensor, y: Tensor) -> tuple[float, float]:
    """The cross-entropy before training, and ln K, which it should be close to.

    model: a function of X to scores, (n, K).
    X: (n, inputs). y: labels, int64 (n,).
    """
    with as_in_use(model):
        S = model(X)  # (n, K)
        return F.cross_entropy(S, y).item(), math.log(S.shape[1])


def classes_named(model: nn.Module, X: Tensor) -> list[int]:
    """How often the model names each class, a list of K numbers with the sum n.

    model: a function of X to scores, (n, K).
    X: (n, inputs).
    """
    with as_in_use(model):
        S = model(X)  # (n, K)
    return S.argmax(1).bincount(minlength=S.shape[1]).tolist()


def outputs(model: nn.Module, X: Tensor) -> dict[str, Tensor]:
    """What each part of the model gives for X, by the part's name; the hooks that listen are removed.

    A part is a module without modules in it. Of one that is called several times the last result counts.

    X: (n, inputs).
    """
    found: dict[str, Tensor] = {}

    def listen(name: str) -> Callable:
        # A copy, for the next part may work in place.
        return lambda part, inputs, output: found.update({name: output.detach().clone()})

    hooks = [
        part.register_forward_hook(listen(name))
        for name, part in model.named_modules()
        if not list(part.children())
    ]
    try:
        with as_in_use(model):
            model(X)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def statistics(model: nn.Module, X: Tensor) -> dict[str, tuple[float, float]]:
    """Of what each part of the model gives for X, the size and the spread.

    The size is the root mean square of all entries. The spread is the root of the variance between examples,
    averaged over the units: 0 if all examples give the same.

    X: (n, inputs).
    """
    return {
        name: (A.square().mean().sqrt().item(), A.var(0, correction=0).mean().sqrt().item())
        for name, A in outputs(model, X).items()
    }


def dead_fraction(model: nn.Module, X: Tensor) -> dict[str, float]:
    """Of each `nn.ReLU` of the model, the share of units that are 0 for every example.

    X: (n, inputs).
    """
    found = outputs(model, X)
    return {
        name: (found[name] == 0).all(0).float().mean().item()
        for name, part in model.named_modules()
        if isinstance(part, nn.ReLU)
    }


def step_report(model: nn.Module, take_step: Callable) -> dict[str, tuple[float, float]]:
    """Take one step of training; of each parameter return the gradient's norm and the relative update.

    The relative update is ‖p after − p before‖ / ‖p before‖, infinite or nan if p was 0. A parameter without
    a gradient has the norm 0.

    take_step: a function without arguments that takes the step and leaves the gradients in `.grad`.
    """
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    take_step()
    report = {}
    for name, p in model.named_parameters():
        grad = torch.zeros_like(p) if p.grad is None else p.grad
        update = (p.detach() - before[name]).norm() / before[name].norm()
        report[name] = grad.norm().item(), update.item()
    return report


def overfit(
    model: nn.Module, loss_fn: Callable, optimizer: Optimizer, X: Tensor, y: Tensor, *, n_steps: int = 300
) -> float:
    """Train on one small batch only, again and again; returns the loss before the last step.

    model, loss_fn, optimizer, X, y: as for `nnbook.train.step`; a few examples are enough.
    n_steps: the number of steps, 1 or more.
    Raises ValueError if n_steps is not positive.
    """
    if n_steps < 1:
        raise ValueError(f"overfit needs a step at least, not n_steps={n_steps}.")
    return [step(model, loss_fn, optimizer, X, y) for _ in range(n_steps)][-1]
