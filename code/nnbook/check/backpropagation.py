"""The checkers of the chapter "Backpropagation"."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import torch
import torch.nn.functional as F

from nnbook import numpy_network as net
from nnbook.check.compare import as_tensor, call, compare, describe, require_function, tried_with
from nnbook.check.verdict import Wrong, checker
from nnbook.scalar import Node, Scalar


def draw(*shapes: tuple[int, ...], seed: int = 0) -> list[torch.Tensor]:
    """Normal numbers of the given shapes, float64, from a generator of their own."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def try_on_arrays(attempt, inputs: Mapping, want: torch.Tensor, **how) -> None:
    """`compare.try_on` for a function that works on NumPy arrays."""
    require_function(attempt, inputs)
    arrays = {name: tensor.numpy().copy() for name, tensor in inputs.items()}
    with tried_with(inputs):
        result = call(attempt, arrays)
    if result is None or result is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")
    with tried_with(inputs):
        compare(result, want, **how)
        for name, tensor in inputs.items():
            if not np.array_equal(arrays[name], tensor.numpy()):
                raise Wrong(f"the result is right, but {name} has changed; the caller may need it as it was.")


def gradient(f: Callable, at: torch.Tensor, seed: torch.Tensor | None = None) -> torch.Tensor:
    """Autograd's derivative of f by `at`; of the sum of f's entries times `seed`, if f is no number."""
    leaf = at.clone().requires_grad_()
    result = f(leaf)
    (grad,) = torch.autograd.grad(result if seed is None else (result * seed).sum(), leaf)
    return grad


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
    for n, k in [(7, 3), (1, 4), (5, 1)]:
        Y_hat, Y = draw((n, k), (n, k), seed=n)
        want = gradient(lambda Q, Y=Y: F.mse_loss(Q, Y), Y_hat)
        mistakes = {
            "that is the gradient of the chapter's loss; F.mse_loss divides by the number of outputs too.": (
                want * k
            ),
            "the factor 2 of the square is missing.": want / 2,
            "the sum is divided by nothing: F.mse_loss is a mean.": want * n * k,
            "the sum is divided by the number of outputs alone.": want * n,
        }
        try_on_arrays(attempt, {"Y_hat": Y_hat, "Y": Y}, want, mistakes=mistakes, batch=n)
    return "it agrees with autograd, for one output and for several, and for a batch of one."


@checker("ex-bp-node")
def node(attempt) -> str:
    """A sigmoid for the scalar engine: value, slope, a second use, and inputs of ±1000."""
    require_function(attempt, {"s": Scalar(0.0)})
    for x in [0.7, 0.0, 1.0, -2.5, 30.0, -30.0, 1000.0, -1000.0]:
        s = Scalar(x)
        try:
            result = call(attempt, {"s": s})
        except Wrong as wrong:
            raise Wrong(f"{wrong} (Tried with Scalar({x:g}).)") from None
        if not isinstance(result, Node):
            raise Wrong(f"a Scalar is to be returned, and this is {describe(result)}.")
        p = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
        if not math.isclose(result.value, p, abs_tol=1e-12):
            raise Wrong(f"the value is wrong for s = {x:g}.")
        try:
            (result + result).backward()
        except (AttributeError, TypeError, ValueError):
            raise Wrong("the inputs are pairs of a node and a slope, as in ((s, slope),).") from None
        slope = 2 * p * (1 - p)  # of result + result
        if math.isclose(s.grad, slope, rel_tol=1e-6, abs_tol=1e-12):
            continue
        if math.isclose(s.grad, 2 * x * (1 - x)):
            raise Wrong("the slope is σ(1 − σ), with σ the value of the result, not s.")
        if s.grad == 0:
            raise Wrong("nothing reaches s: is s, with its slope, among the result's inputs?")
        raise Wrong(f"the value is right and the slope is wrong for s = {x:g}.")
    return "value and slope are right from −1000 to 1000."


@checker("ex-bp-tanh")
def tanh_from_output(attempt) -> str:
    """δZ = δA ⊙ (1 − A²) for A = tanh Z."""
    for n, u in [(6, 4), (1, 3), (5, 1)]:
        Z, dA = draw((n, u), (n, u), seed=n)
        A = Z.tanh()
        want = gradient(torch.tanh, Z, dA)
        mistakes = {
            "that is the slope at A, as if A were what went into tanh; A is what came out.": (
                dA * (1 - A.tanh() ** 2)
            ),
            "that is the slope alone: where is dA?": 1 - A**2,
            "that is the ReLU's mask; here the activation is tanh.": dA * (A > 0),
            "tanh' is 1 − tanh²: a square is missing.": dA * (1 - A),
            "that is the slope of the sigmoid, a (1 − a).": dA * A * (1 - A),
        }
        try_on_arrays(attempt, {"dA": dA, "A": A}, want, mistakes=mistakes)
    return "the output is enough to know the slope."


@checker("ex-bp-tied")
def tied(attempt) -> str:
    """The gradient of (1/n) Σ ‖relu(x W) Wᵀ − x‖² by W, used twice."""
    for n, d, u in [(6, 5, 3), (1, 4, 2), (5, 3, 1), (7, 3, 3)]:
        X, W = draw((n, d), (d, u), seed=n)

        def loss(first, second, X=X, n=n):
            return ((X @ first).relu() @ second.T - X).square().sum() / n

        by_first = gradient(lambda Q, W=W: loss(Q, W), W)
        by_second = gradient(lambda Q, W=W: loss(W, Q), W)
        unmasked = 2 / n * X.T @ (((X @ W).relu() @ W.T - X) @ W) + by_second
        mistakes = {
            "that is the contribution of the first use alone.": by_first,
            "that is the contribution of the second use alone.": by_second,
            "the two contributions are to be added, not averaged.": (by_first + by_second) / 2,
            "the ReLU's mask is missing.": unmasked,
        }
        if d == u:
            mistakes["the second use's contribution belongs to Wᵀ: it has to be turned round."] = (
                by_first + by_second.T
            )
        try_on_arrays(attempt, {"X": X, "W": W}, by_first + by_second, mistakes=mistakes, batch=n)
    return "both uses contribute, and it agrees with autograd."


@checker("ex-bp-softmax")
def softmax(attempt) -> str:
    """δS = P ⊙ (δP − row sums of δP ⊙ P)."""
    for n, k in [(6, 4), (1, 5), (4, 4)]:
        S, dP = draw((n, k), (n, k), seed=n)
        P = S.softmax(1)
        want = gradient(lambda Q: Q.softmax(1), S, dP)
        mistakes = {
            "that lets s_k change p_k alone; the denominator makes it change every p_j.": dP * P * (1 - P),
            "that treats the denominator as a constant.": dP * P,
            "the mean of dP is to be weighted by the probabilities.": P * (dP - dP.mean(1, keepdim=True)),
            "the sum runs over the classes of one example, not over the examples.": (
                P * (dP - (dP * P).sum(0, keepdim=True))
            ),
            "the sum runs over the classes of each example, not over all entries.": P * (dP - (dP * P).sum()),
        }
        try_on_arrays(attempt, {"dP": dP, "P": P}, want, mistakes=mistakes)
    return "it agrees with autograd, for a batch of one too."


def spread_back(dN, N, s, dim: int, divisor: int | None = None) -> torch.Tensor:
    """(dN − mean dN − N · mean(dN ⊙ N)) / s, the means over `dim`; the second mean's sum over `divisor`."""
    divisor = divisor or N.shape[dim]
    return (dN - dN.mean(dim, keepdim=True) - N * (dN * N).sum(dim, keepdim=True) / divisor) / s


def rows_standardised(Z: torch.Tensor) -> torch.Tensor:
    """Each row less its mean, over its deviation; 0 where the row is a single number."""
    return ((Z - Z.mean(1, keepdim=True)) / Z.std(1, correction=0, keepdim=True)).nan_to_num()


@checker("ex-bp-standardise")
def standardise(attempt) -> str:
    """The gradient through (Z − mean)/deviation, taken column by column."""
    for n, u in [(8, 3), (5, 1), (4, 4)]:
        Z, dN = draw((n, u), (n, u), seed=n)
        s = Z.std(0, correction=0)
        N = (Z - Z.mean(0)) / s
        want = gradient(lambda Q: (Q - Q.mean(0)) / Q.std(0, correction=0), Z, dN)
        sample = Z.std(0)
        mistakes = {
            "that treats mean and deviation as constants; both depend on every entry of the column.": dN / s,
            "that treats the deviation as a constant.": (dN - dN.mean(0)) / s,
            "that treats the mean as a constant.": (dN - N * (dN * N).mean(0)) / s,
            "the division by s is missing.": want * s,
            "here s² is the mean of the squares, divided by n; NumPy's std does so, PyTorch's does not.": (
                spread_back(dN, (Z - Z.mean(0)) / sample, sample, 0)
            ),
            "here s² is divided by n, not by n − 1, and so is the mean of dN times N.": (
                spread_back(dN, (Z - Z.mean(0)) / sample, sample, 0, n - 1)
            ),
            "mean and deviation are those of a column, over the examples, not those of a row.": (
                spread_back(dN, rows_standardised(Z), Z.std(1, correction=0, keepdim=True), 1)
            ),
            "the means run over the examples, down a column.": spread_back(dN, N, s, 1),
        }
        try_on_arrays(attempt, {"dN": dN, "Z": Z}, want, mistakes=mistakes, batch=n)
    return "it agrees with autograd: nothing is left along a shift or a stretch of the column."


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


@checker("ex-bp-mask")
def mask(attempt) -> str:
    """The last fits with the right gradient and with the one that masks nothing."""
    got = as_tensor(attempt, torch.zeros(2))
    with_mask, without = run_of_chapter(masked=True), run_of_chapter(masked=False)
    want = torch.stack([with_mask[1, 0], without[1, 0]])
    mistakes = {
        "the right gradient comes first.": want.flip(0),
        "both are the fit with the right gradient: are there two functions, and is one mask all ones?": (
            want[[0, 0]]
        ),
        "both are the fit with the wrong gradient: the right one is two_layer_gradients.": want[[1, 1]],
        "the penalty is in them, and the fit alone is asked for.": want
        + torch.stack([with_mask[1, 1], without[1, 1]]),
        "these are penalties: the fit is in the first column of the history.": (
            torch.stack([with_mask[1, 1], without[1, 1]])
        ),
        "these are the first fits: the last stand in the history's last row.": with_mask[[0, 0], [0, 0]],
    }
    for message, value in mistakes.items():
        if torch.allclose(got, value, rtol=5e-3):
            raise Wrong(message)
    if not got.isfinite().all():
        raise Wrong("a fit is not finite: is the learning rate the chapter's?")
    if not torch.isclose(got[0], want[0], rtol=5e-3):
        raise Wrong("the first is not the chapter's last fit: does the run start from problem(seed=0)?")
    if not torch.isclose(got[1], want[1], rtol=5e-3):
        raise Wrong("the second is not it: is the missing mask the only difference?")
    return "the wrong one trains nearly as well. Now say what would have told you."
