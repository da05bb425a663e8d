"""The checkers of the chapter "Activations"."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from nnbook.check.compare import as_tensor, call, compare, numbers, require_function, try_on
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


def as_tensors(mistakes: dict[str, float]) -> dict[str, Tensor]:
    """The wrong results as `compare` wants them."""
    return {message: torch.tensor(float(value)) for message, value in mistakes.items()}


def returned(attempt: Callable, inputs: dict):
    """What a reader's function returns, if it returns something."""
    require_function(attempt, inputs)
    result = call(attempt, inputs)
    if result is None or result is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")
    return result


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
    compare(attempt, torch.tensor(33), as_tensors(mistakes), rtol=1e-6)
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
    want = torch.tensor([sigmoid, tanh], dtype=torch.float64)
    right = torch.isclose(got, want, rtol=5e-3)
    compare(
        got, want, {text: torch.tensor(z) for text, z in mistakes.items()} | one_right(right, got), rtol=5e-3
    )
    return "beyond these points hardly any gradient passes."


def one_right(right: Tensor, got: Tensor) -> dict[str, Tensor]:
    """The sentence for two numbers of which just one is right."""
    if right.sum() != 1:
        return {}
    return {f"the {'second' if right[0] else 'first'} number is wrong, the other is right.": got}


@checker("ex-act-centre")
def centre(attempt) -> str:
    """The dead units of ten networks that were trained on centred inputs."""
    got = as_tensor(numbers(attempt).flatten() if torch.is_tensor(attempt) else attempt, torch.zeros(10))
    if (got < 0).any() or (got > 50).any():
        raise Wrong("each network has 50 units, so a count is from 0 to 50.")
    if (got != got.round()).any():
        raise Wrong("counts are asked for, and these are not whole numbers: are they shares or losses?")
    median = got.median().item()
    if median >= 45:
        raise Wrong("so many are dead in the chapter's run: is it the centred inputs that are trained on?")
    if median > 5:
        raise Wrong("too many: do both the training and the count have the centred inputs?")
    return "with inputs on both sides of 0 hardly a unit dies."


@checker("ex-act-silu")
def silu(attempt) -> str:
    """The derivative of z σ(z), against autograd."""
    generator = torch.Generator().manual_seed(0)
    for z in [3 * torch.randn(200, generator=generator), 3 * torch.randn(4, 5, generator=generator)]:
        s = torch.sigmoid(z)
        mistakes = {
            "this is SiLU itself; its derivative is asked for.": z * s,
            "the product rule has two terms, and the one with σ' is missing.": s,
            "the product rule has two terms, and σ itself is missing.": z * s * (1 - s),
            "the factor z is missing in the second term.": s + s * (1 - s),
            "this is the derivative of σ alone.": s * (1 - s),
        }
        try_on(attempt, {"z": z}, slope(F.silu, z), mistakes=mistakes)
    z = torch.tensor([-1000.0, -100.0, 0.0, 100.0, 1000.0])
    try_on(attempt, {"z": z}, torch.tensor([0.0, 0.0, 0.5, 1.0, 1.0]))
    return "it agrees with autograd, and large inputs do not break it."


@checker("ex-act-backward-gain")
def backward_gain(attempt) -> str:
    """1 / √E[φ'(z)²] for standard normal z, for several activations."""
    activations = {"tanh": torch.tanh, "GELU": F.gelu, "sigmoid": torch.sigmoid, "ReLU": F.relu}
    for name, phi in activations.items():
        slopes = slope(phi, Z_GRID)
        square, mean = normal_mean(slopes**2), normal_mean(slopes)
        forward = normal_mean(phi(Z_GRID) ** 2)
        mistakes = {
            "this is the gain of the forward pass.": forward**-0.5,
            "the root is missing: g² is 1 over the mean square.": 1 / square,
            "this is the root mean square of the slopes; the gain is to undo it.": square**0.5,
            "this is χ or its like; which g makes it 1?": square / forward,
            "it is the mean of the squared slopes that counts, and not the square of their mean.": 1 / mean,
            "it is the mean square of the slopes that counts, and not their variance.": (
                max(square - mean**2, 1e-9) ** -0.5
            ),
        }
        try:
            result = returned(attempt, {"phi": phi})
            # one per cent of room, for a mean over random draws
            compare(result, torch.tensor(square**-0.5), as_tensors(mistakes), rtol=1e-2)
        except Wrong as wrong:
            raise Wrong(f"{wrong} (Tried with {name}.)") from None
    return "it fits tanh, GELU, sigmoid and ReLU."


@checker("ex-act-as-sigmoid")
def as_sigmoid(attempt) -> str:
    """The parameters of a sigmoid network equal to a tanh network, judged by the outputs."""
    for d_out in [3, 1]:
        generator = torch.Generator().manual_seed(d_out)
        shapes = [(4, 6), (6,), (6, d_out), (d_out,)]
        W1, b1, W2, b2 = given = [torch.randn(shape, generator=generator) for shape in shapes]
        X = torch.randn(50, 4, generator=generator)
        kept = [p.clone() for p in given]
        inputs = dict(zip(["W1", "b1", "W2", "b2"], given, strict=True))
        result = returned(attempt, inputs)
        if not isinstance(result, tuple | list) or len(result) != len(shapes):
            raise Wrong("four parameters are to be returned, in the order W1, b1, W2, b2.")
        if not all(torch.equal(p, old) for p, old in zip(given, kept, strict=True)):
            raise Wrong("a parameter that was given has changed; the tanh network may still be needed.")
        params = []
        for name, value, shape in zip(inputs, result, shapes, strict=True):
            one_row = len(shape) == 1 and getattr(value, "shape", ()) == (1, *shape)  # a bias as a matrix
            try:
                params.append(as_tensor(value[0] if one_row else value, torch.zeros(shape)))
            except Wrong as wrong:
                raise Wrong(f"{name}: {wrong}") from None

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
        compare(outputs(*params), want, {text: outputs(*p) for text, p in wrong.items()})
    return "the sigmoid network computes what the tanh network does, with three outputs and with one."


@checker("ex-act-leaky-gain")
def leaky_gain(attempt) -> str:
    """√(2 / (1 + c²)) for several slopes c."""
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
                (2 / (1 - c**2)) ** 0.5 if c < 1 else 0.0
            ),
        }
        try_on(attempt, {"slope": c}, torch.tensor(half**-0.5), mistakes=as_tensors(mistakes))
    return "it is PyTorch's; and for a slope of √5 it is 1/√3."


@checker("ex-act-deep-sigmoid")
def deep_sigmoid(attempt) -> str:
    """A gain for which the gradient comes through twenty sigmoid layers, tried on networks of its own."""
    g = as_tensor(attempt, torch.tensor(0.0)).item()
    if not (math.isfinite(g) and g > 0):
        raise Wrong("a gain is a positive number.")
    generator = torch.Generator().manual_seed(9)
    A = torch.randn(10, 64, 100, generator=generator, dtype=torch.float64).requires_grad_()
    Zs = []
    for _ in range(20):
        W = torch.randn(10, 100, 100, generator=generator, dtype=torch.float64)
        Zs.append(A @ (g / 10 * W))
        A = torch.sigmoid(Zs[-1])
    V = torch.randn(A.shape, generator=generator, dtype=torch.float64)
    first, last = torch.autograd.grad((A * V).sum(), [Zs[0], Zs[-1]])
    passed = (first.square().mean((1, 2)) / last.square().mean((1, 2))).sqrt().median().item()
    if passed < 1 / 5:  # the exercise says 3; the checker's networks are others
        raise Wrong("the gradient still shrinks on its way through ten networks of the checker's own.")
    if passed > 5:
        raise Wrong("the gradient grows on its way through ten networks of the checker's own.")
    return "the gradient arrives. Now see what is wrong with this network."
