"""The checkers of the chapter "Activations"."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from nnbook.check.compare import (
    Case,
    as_tensor,
    compare,
    parts,
    try_on_all,
    trying,
    without_autograd,
)
from nnbook.check.tensors_autograd import Formula
from nnbook.check.verdict import Wrong, checker

Z_GRID = torch.linspace(-12, 12, 24_001, dtype=torch.float64)


def slope(phi: Callable, z: Tensor) -> Tensor:
    """The derivative of an activation at each entry of z, of the same shape."""
    z = z.clone().requires_grad_()
    return torch.autograd.grad(phi(z).sum(), z)[0]


def normal_mean(values: Tensor) -> float:
    """The mean of f(z) for a standard normal z, from the values of f at `Z_GRID`."""
    density = torch.exp(-(Z_GRID**2) / 2) / math.sqrt(2 * math.pi)
    return torch.trapezoid(values * density, Z_GRID).item()


@checker("ex-act-one-map")
def one_map(attempt) -> str:
    """The collapse of 10–50–50–3 without activation: 10·3 + 3 numbers."""
    mistakes = {
        "the bias is missing.": 10 * 3,
        "that is the number in the three layers; how many does the one map have?": 3253,
        "those are the weights of the three layers; how many does the one map have?": 3150,
        "the one map has one bias, and that has a number for each output.": 10 * 3 + 10,
        "the hidden units do not show in the one map.": 10 * 50 + 50,
    }
    compare(attempt, 33, mistakes, rtol=1e-6)
    return "a matrix of 10 × 3 and a row of 3, however many layers there were."


@checker("ex-act-flat")
def flat(attempt) -> str:
    """Where σ' and tanh' fall to 0.01."""
    a = (1 + math.sqrt(0.96)) / 2
    sigmoid, tanh = math.log(a / (1 - a)), math.atanh(math.sqrt(0.99))
    got = as_tensor(attempt, torch.zeros(2))
    of_largest = (1 + math.sqrt(0.99)) / 2
    mistakes = {
        "the two have changed places: the sigmoid comes first.": [tanh, sigmoid],
        "the sigmoid's slope is to be below 0.01, and not below a hundredth of its largest slope.": [
            math.log(of_largest / (1 - of_largest)),
            tanh,
        ],
        "these are the outputs a at these points; the inputs z are asked for.": [a, math.sqrt(0.99)],
        "z > 0 is asked for; these are the points on the left.": [-sigmoid, -tanh],
    }
    right = (got - torch.tensor([sigmoid, tanh])).abs() < 0.0101  # a grid of steps of 0.01 will do
    if not right.all():
        known = {text: torch.tensor(z, dtype=got.dtype) for text, z in mistakes.items()} | one_right(
            right, got
        )
        raise Wrong(next((text for text, z in known.items() if torch.allclose(got, z, rtol=5e-3)), NEITHER))
    return "beyond these points hardly any gradient passes."


NEITHER = "neither is right: where is the slope 0.01? Two decimals are asked for."


def one_right(right: Tensor, got: Tensor) -> dict[str, Tensor]:
    """The sentence for two numbers of which just one is right."""
    if right.sum() != 1:
        return {}
    which = "second" if right[0] else "first"
    return {f"the {which} number is wrong, the other is right; two decimals are asked for.": got}


@checker("ex-act-silu")
@without_autograd()
def silu(attempt) -> str:
    """The derivative of z σ(z), against autograd."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    for z in [3 * torch.randn(200, generator=generator), 3 * torch.randn(4, 5, generator=generator)]:
        s = torch.sigmoid(z)
        mistakes = {
            "this is SiLU itself; its derivative is asked for.": z * s,
            "the product rule has two terms, and the one with σ' is missing.": s,
            "the product rule has two terms, and σ itself is missing.": z * s * (1 - s),
            "the factor z is missing in the second term.": s + s * (1 - s),
            "this is the derivative of σ alone.": s * (1 - s),
            "the two terms are to be added.": s - z * s * (1 - s),
            "σ' is σ (1 − σ), and here a factor is missing.": s + z * (1 - s),
        }
        cases.append(Case({"z": z}, slope(F.silu, z), mistakes))
    try_on_all(attempt, cases)
    z = torch.tensor([-1000.0, -100.0, 0.0, 100.0, 1000.0])
    try_on_all(attempt, [Case({"z": z}, torch.tensor([0.0, 0.0, 0.5, 1.0, 1.0]))])
    return "it agrees with autograd, and large inputs do not break it."


@checker("ex-act-backward-gain")
def backward_gain(attempt) -> str:
    """1 / √E[φ'(z)²] for standard normal z, for several activations."""
    activations = {"tanh": torch.tanh, "GELU": F.gelu, "sigmoid": torch.sigmoid, "ReLU": F.relu}
    cases = []
    for name, phi in activations.items():
        slopes = slope(phi, Z_GRID)
        square, mean = normal_mean(slopes**2), normal_mean(slopes)
        forward = normal_mean(phi(Z_GRID) ** 2)
        mistakes = {
            "this is the gain of the forward pass.": forward**-0.5,
            "the root is missing: g² is 1 over the mean square.": 1 / square,
            "this is the root mean square of the slopes; the gain is to undo it.": square**0.5,
            "this is the mean square of the slopes; the gain is 1 over its root.": square,
            "this is χ or its like; which g makes it 1?": square / forward,
            "it is the mean of the squared slopes that counts, and not the square of their mean.": 1 / mean,
            "it is the mean square of the slopes that counts, and not their variance.": (
                max(square - mean**2, 1e-9) ** -0.5
            ),
        }
        # two per cent of room, for a mean over random draws
        cases.append(Case({"phi": Formula(name, phi)}, square**-0.5, mistakes, rtol=2e-2))
    try_on_all(attempt, cases)
    return "it fits tanh, GELU, sigmoid and ReLU."


@checker("ex-act-as-sigmoid")
def as_sigmoid(attempt) -> str:
    """The parameters of a sigmoid network equal to a tanh network, judged by the outputs."""
    for d_out in [3, 1]:
        generator = torch.Generator().manual_seed(d_out)
        shapes = [(4, 6), (6,), (6, d_out), (d_out,)]
        W1, b1, W2, b2 = given = [torch.randn(shape, generator=generator) for shape in shapes]
        X = torch.randn(50, 4, generator=generator)
        inputs = dict(zip(["W1", "b1", "W2", "b2"], given, strict=True))

        def outputs(W1, b1, W2, b2, X=X):
            return torch.sigmoid(X.double() @ W1.double() + b1.double()) @ W2.double() + b2.double()

        ones = W2.sum(0)
        wrong = {
            "the outputs are those with the parameters as they were.": (W1, b1, W2, b2),
            "the inner factor 2 is missing: it multiplies W1 and b1.": (W1, b1, 2 * W2, b2 - ones),
            "b1 lacks the factor 2.": (2 * W1, b1, 2 * W2, b2 - ones),
            "the outer factor 2 is missing: it multiplies W2.": (2 * W1, 2 * b1, W2, b2 - ones),
            "each hidden unit has a −1 too; what does it add to the outputs?": (2 * W1, 2 * b1, 2 * W2, b2),
            "the −1 of the hidden units has the wrong sign.": (2 * W1, 2 * b1, 2 * W2, b2 + ones),
            "the −1 of a hidden unit reaches the outputs through W2.": (2 * W1, 2 * b1, 2 * W2, b2 - 1),
            "b2 has too much taken from it: the −1 meets W2 as it was, without the factor 2.": (
                2 * W1,
                2 * b1,
                2 * W2,
                b2 - 2 * ones,
            ),
            "each output has a sum of its own: of its column of W2.": (2 * W1, 2 * b1, 2 * W2, b2 - W2.sum()),
        }
        want = torch.tanh(X.double() @ W1.double() + b1.double()) @ W2.double() + b2.double()
        with trying(attempt, inputs) as result:
            params = four_params(result, inputs)
            compare(outputs(*params), want, {text: outputs(*p) for text, p in wrong.items()})
    return "the sigmoid network computes what the tanh network does, with three outputs and with one."


def four_params(result, like: dict[str, Tensor]) -> list[Tensor]:
    """The four parameters that a function returns, in the shapes of those in `like`; a bias may be a row."""
    params = []
    for name, value in parts(result, like).items():
        shape = tuple(like[name].shape)
        one_row = len(shape) == 1 and getattr(value, "shape", ()) == (1, *shape)
        try:
            params.append(as_tensor(value[0] if one_row else value, like[name]))
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None
    return params


@checker("ex-act-leaky-gain")
def leaky_gain(attempt) -> str:
    """√(2 / (1 + c²)) for several slopes c."""
    cases = []
    for c in [0.2, 0.01, 0.0, 1.0, math.sqrt(5)]:
        half = (1 + c**2) / 2
        mistakes = {
            "the root is missing: this is g².": 1 / half,
            "this is E[φ(z)²], for E[z²] = 1; the gain is 1 over its root.": half,
            "this is the root of E[φ(z)²], for E[z²] = 1; the gain is 1 over it.": half**0.5,
            "the slope is to be squared, since z² becomes c² z².": (2 / (1 + c)) ** 0.5,
            "this is ReLU's gain: the negative half is missing.": 2**0.5,
            "each half counts half: has a factor 2 been lost?": (1 / (1 + c**2)) ** 0.5,
            "the negative half adds to the mean square, and here it is subtracted.": (
                (2 / abs(1 - c**2)) ** 0.5 if c != 1 else math.inf
            ),
        }
        cases.append(Case({"slope": c}, half**-0.5, mistakes))
    try_on_all(attempt, cases)
    return "it is PyTorch's; and for a slope of √5 it is 1/√3."
