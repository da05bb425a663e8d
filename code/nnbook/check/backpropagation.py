"""The checkers of the chapter "Backpropagation"."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from nnbook import numpy_network as net
from nnbook.check.backpropagation_cases import mse_case, softmax_case, standardise_case, tanh_case, tied_case
from nnbook.check.compare import describe, near, read_named, recomputed, require, try_on_all, trying
from nnbook.check.verdict import Wrong, checker
from nnbook.scalar import Node, Scalar


@checker("ex-bp-shapes")
def shapes(attempt) -> str:
    """The shapes of the five gradients for n = 32, 10 inputs, 100 hidden units, 3 outputs."""
    right = {"dY_hat": (32, 3), "dW2": (101, 3), "dA": (32, 100), "dZ": (32, 100), "dW1": (11, 100)}
    if not isinstance(attempt, dict) or set(attempt) != set(right):
        raise Wrong(f"a dictionary with the keys {', '.join(right)} is asked for.")
    for name, want in right.items():
        if attempt[name] is ... or attempt[name] is None:
            raise Wrong(f"the shape of {name} is missing.")
        if not isinstance(attempt[name], tuple | list):
            raise Wrong(f"{name}: this is {describe(attempt[name])}, and a tuple is asked for.")
        got = tuple(attempt[name])
        if got == want:
            continue
        if got == want[::-1]:
            raise Wrong(f"{name}: rows and columns have changed places.")
        if name.startswith("dW") and got == (want[0] - 1, want[1]):
            raise Wrong(f"{name}: the row of the biases is missing.")
        if name in ("dA", "dZ") and got == (32, 101):
            raise Wrong(f"{name}: there is a column too many; nothing flows to the ones.")
        raise Wrong(f"{name} has the shape of {name[1:]}, and this is not it.")
    return "every gradient has the shape of what it is the gradient of."


@checker("ex-bp-mse")
def mse(attempt) -> str:
    """The gradient of `F.mse_loss` by the outputs."""
    try_on_all(attempt, (mse_case(n, k) for n, k in [(7, 3), (1, 4), (5, 1)]))
    return "it agrees with autograd, for one output and for several, and for a batch of one."


@checker("ex-bp-node")
def node(attempt) -> str:
    """A sigmoid for the scalar engine: value, slope, a second use, and inputs of ±1000."""
    found = [judge_sigmoid(attempt, x) for x in [0.7, 0.0, 1.0, -2.5, 30.0, -30.0, -22.0, 1000.0, -1000.0]]
    faults = [fault for fault in found if fault]
    for mistake, sentence in SIGMOID_SLOPES.items():
        if faults and all(mistake in fault for fault in faults):
            raise Wrong(sentence)
    if faults:
        raise Wrong(next(iter(faults[0].values())))
    return "value and slope are right from −1000 to 1000."


SIGMOID_SLOPES = {
    "of the input": "the slope is σ(1 − σ), with σ the value of the result, not s.",
    "none": "nothing reaches s: is s, with its slope, among the result's inputs?",
    "the value": "that slope is σ itself; the factor 1 − σ is missing.",
    "of tanh": "that is the slope of tanh, 1 − a²; that of the sigmoid is another.",
    "negative": "the slope has the wrong sign.",
}


def judge_sigmoid(attempt, x: float) -> dict[str, str]:
    """What is wrong with the slope at x: the names of the mistakes that lead there, and a sentence."""
    s = Scalar(x) * Scalar(1.0)  # a result, so that a changed list of inputs is seen
    before = s.value, s.inputs, s.grad
    with trying(attempt, {"s": s}, may_change=["s"]):
        pass  # refuses what is no function and what returns nothing
    try:
        result = attempt(s)
    except Exception as error:  # it has just been called without one
        raise Wrong(f"the function stops with {type(error).__name__} in a second call.") from None
    with at(x):
        if not isinstance(result, Node):
            result = of_own_class(result, s)
        if (s.value, s.inputs, s.grad) != before:
            raise Wrong("s has changed; the caller may need it as it was: return a new Scalar.")
        p = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
        if not isinstance(result.value, int | float) or not math.isclose(result.value, p, abs_tol=1e-12):
            raise Wrong(f"the value is wrong for s = {x:g}.")
        try:
            (result + result).backward()
        except (AttributeError, TypeError, ValueError):
            raise Wrong("the inputs are pairs of a node and a slope, as in ((s, slope),).") from None
    slopes = {"": p * (1 - p), "of the input": x * (1 - x), "none": 0, "the value": p, "of tanh": 1 - p * p}
    slopes["negative"] = -p * (1 - p)
    near = [k for k, v in slopes.items() if math.isclose(s.grad, 2 * v, rel_tol=1e-6, abs_tol=1e-12)]
    return (
        {}
        if "" in near
        else dict.fromkeys([*near, ""], f"the value is right and the slope is wrong for s = {x:g}.")
    )


def of_own_class(result, s: Node) -> Node:
    """A result of another class Scalar, as the chapter writes one, as a node that comes from s."""
    if type(result).__name__ != "Scalar" or not hasattr(result, "value") or not hasattr(result, "inputs"):
        raise Wrong(f"a Scalar is to be returned, and this is {describe(result)}.")
    try:
        return Scalar(result.value, ((s, derivative(result, s)),))
    except (AttributeError, TypeError, ValueError):
        raise Wrong("the inputs are pairs of a node and a slope, as in ((s, slope),).") from None


def derivative(result, s) -> float:
    """The derivative of a node by another one, by the chain rule along all ways, whatever their classes."""
    if result is s:
        return 1.0
    return sum(slope * derivative(source, s) for source, slope in result.inputs)


@contextmanager
def at(x: float) -> Iterator[None]:
    """Have what is found wrong say for which scalar."""
    try:
        yield
    except Wrong as wrong:
        raise Wrong(f"{wrong} (Tried with Scalar({x:g}).)") from None


@checker("ex-bp-tanh")
def tanh_from_output(attempt) -> str:
    """δZ = δA ⊙ (1 − A²) for A = tanh Z."""
    try_on_all(attempt, (tanh_case(n, u) for n, u in [(6, 4), (1, 3), (5, 1)]))
    return "the output is enough to know the slope."


@checker("ex-bp-tied")
def tied(attempt) -> str:
    """The gradient of (1/n) Σ ‖relu(x W) Wᵀ − x‖² by W, used twice."""
    try_on_all(attempt, (tied_case(*sizes) for sizes in [(6, 5, 3), (1, 4, 2), (5, 3, 1), (7, 3, 3)]))
    return "both uses contribute, and it agrees with autograd."


@checker("ex-bp-softmax")
def softmax(attempt) -> str:
    """δS = P ⊙ (δP − row sums of δP ⊙ P)."""
    try_on_all(attempt, (softmax_case(n, k) for n, k in [(6, 4), (1, 5), (4, 4)]))
    return "it agrees with autograd, for a batch of one too."


@checker("ex-bp-standardise")
def standardise(attempt) -> str:
    """The gradient through (Z − mean)/deviation, taken column by column."""
    try_on_all(attempt, (standardise_case(n, u) for n, u in [(8, 3), (5, 1), (4, 4)]))
    return "it agrees with autograd: nothing is left along a shift or a stretch of the column."


@recomputed
def run_of_chapter(*, masked: bool) -> torch.Tensor:
    """Fit and penalty before the first and before the last of the chapter's 250 steps, (2, 2)."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(64, 10))
    Y = np.stack([X[:, 0] * X[:, 1], np.maximum(X[:, 2], X[:, 3])], axis=1)
    W1, W2 = net.init([10, 100, 2], rng)
    history = []
    for _ in range(250):
        Y_hat, (X_b, Z, A_b) = net.two_layer(X, W1, W2)
        history.append((net.squared_error(Y_hat, Y), net.penalty([W1, W2], 0.5)))
        dY_hat = net.squared_error_gradient(Y_hat, Y)
        dZ = dY_hat @ W2[:-1].T * (Z > 0 if masked else 1)
        W1, W2 = W1 - 1e-3 * (X_b.T @ dZ + 0.5 * W1), W2 - 1e-3 * (A_b.T @ dY_hat + 0.5 * W2)
    return torch.tensor([history[0], history[-1]])


PRINTED = 1.5e-3  # how far off a fit is that was rounded to three digits


@checker("ex-bp-mask")
def mask(attempt) -> str:
    """The last fits with the right gradient and with the one that masks nothing."""
    names = ["right", "wrong"]
    got = read_named(attempt, names)
    with_mask, without = run_of_chapter(masked=True), run_of_chapter(masked=False)
    fits = with_mask[1, 0].item(), without[1, 0].item()
    penalties = with_mask[1, 1].item(), without[1, 1].item()
    first = with_mask[0, 0].item()
    mistakes = {
        "the right gradient comes first.": fits[::-1],
        "both are the fit with the right gradient: are there two functions, and is one mask all ones?": (
            2 * fits[:1]
        ),
        "both are the fit with the wrong gradient: the right one is two_layer_gradients.": 2 * fits[1:],
        "the penalty is in them, and the fit alone is asked for.": [
            a + b for a, b in zip(fits, penalties, strict=True)
        ],
        "these are penalties: the fit is in the first column of the history.": penalties,
        "these are the first fits: the last stand in the history's last row.": (first, first),
    }
    for text, (a, b) in mistakes.items():
        if all(math.isclose(got[name], v, rel_tol=PRINTED) for name, v in zip(names, (a, b), strict=True)):
            raise Wrong(text)
    start = "the first is not the chapter's last fit: does the run start from problem(seed=0)?"
    other = "the second is not it: is the missing mask the only difference?"
    say = {"right": start, "wrong": other}
    require(got, [near(name, v, rtol=PRINTED, say=say[name]) for name, v in zip(names, fits, strict=True)])
    return "the wrong one trains nearly as well. Now say what would have told you."
