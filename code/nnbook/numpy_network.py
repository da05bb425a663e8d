"""Networks in NumPy, their gradients written out, as the chapter “Backpropagation” derives them.

All arrays are float64, and rows are examples. A weight matrix has the biases in its last row and meets inputs
with a last column of ones, so that biases are weights: a penalty is on them too. The derivative of the loss
by Z is called dZ, and has Z's shape.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy import ndarray as Array


def with_ones(A: Array) -> Array:
    """A, shape (n, u), with a last column of ones, shape (n, u + 1)."""
    return np.hstack([A, np.ones((len(A), 1))])


def relu(Z: Array) -> Array:
    """The maximum of 0 and each entry of Z, in Z's shape."""
    return np.maximum(0, Z)


def relu_slope(Z: Array) -> Array:
    """The derivative of `relu` at each entry of Z: 1 where it is above 0, else 0, in Z's shape."""
    return (Z > 0).astype(float)


def tanh_slope(Z: Array) -> Array:
    """The derivative of `np.tanh` at each entry of Z, in Z's shape."""
    return 1 - np.tanh(Z) ** 2


def squared_error(Y_hat: Array, Y: Array) -> float:
    """The mean over the examples of the squared errors' sum over the outputs: (1/n) Σ_i ‖ŷ_i − y_i‖².

    Y_hat, Y: (n, K). Raises ValueError if their shapes differ, for then NumPy would stretch one of them.
    """
    _same_shape(Y_hat, Y)
    return ((Y_hat - Y) ** 2).sum() / len(Y)


def squared_error_gradient(Y_hat: Array, Y: Array) -> Array:
    """The gradient of `squared_error` by Y_hat: (2/n) (Ŷ − Y), shape (n, K).

    Raises ValueError if the shapes differ.
    """
    _same_shape(Y_hat, Y)
    return 2 / len(Y) * (Y_hat - Y)


def softmax(S: Array) -> Array:
    """Scores (n, K) to probabilities (n, K), safe for large scores."""
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def cross_entropy(S: Array, y: Array) -> float:
    """The mean of −ln p_y over scores S, shape (n, K), and labels y, shape (n,), safe for large scores."""
    S = S - S.max(axis=1, keepdims=True)
    log_P = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
    return -log_P[np.arange(len(y)), y].mean()


def cross_entropy_gradient(S: Array, y: Array) -> Array:
    """The gradient of `cross_entropy` by S: (P − Y)/n with Y one-hot, shape (n, K)."""
    return (softmax(S) - np.eye(S.shape[1])[y]) / len(y)


def penalty(Ws: Sequence[Array], weight_decay: float) -> float:
    """λ/2 times the sum of the squares of all entries of the matrices, biases included."""
    return weight_decay / 2 * sum((W**2).sum() for W in Ws)


def two_layer(X: Array, W1: Array, W2: Array) -> tuple[Array, tuple[Array, Array, Array]]:
    """A ReLU network with one hidden layer: Z = X_b W1, A = max(0, Z), Ŷ = A_b W2.

    X: (n, d). W1: (d + 1, u). W2: (u + 1, K).
    Returns Y_hat, (n, K), and what `two_layer_gradients` needs: X_b, (n, d + 1), Z, (n, u), A_b, (n, u + 1).
    """
    X_b = with_ones(X)
    Z = X_b @ W1
    A_b = with_ones(relu(Z))
    return A_b @ W2, (X_b, Z, A_b)


def two_layer_gradients(
    X: Array, Y: Array, W1: Array, W2: Array, weight_decay: float = 0.0
) -> tuple[Array, Array]:
    """The gradients of `squared_error` plus `penalty` by W1 and W2, in their shapes.

    X: (n, d). Y: (n, K). W1: (d + 1, u). W2: (u + 1, K).
    Raises ValueError if Y has not the shape of the outputs.
    """
    Y_hat, (X_b, Z, A_b) = two_layer(X, W1, W2)
    dY_hat = squared_error_gradient(Y_hat, Y)
    dW2 = A_b.T @ dY_hat + weight_decay * W2
    dA = dY_hat @ W2[:-1].T
    dZ = dA * (Z > 0)
    dW1 = X_b.T @ dZ + weight_decay * W1
    return dW1, dW2


def forward(X: Array, Ws: Sequence[Array], phi: Callable = relu) -> tuple[list[Array], list[Array]]:
    """A network of any depth D: Z_ℓ = [A_{ℓ−1} 1] W_ℓ and A_ℓ = φ(Z_ℓ), from A_0 = X.

    X: (n, u_0). Ws: the D matrices, W_ℓ of shape (u_{ℓ−1} + 1, u_ℓ). phi: the hidden layers' activation.
    Returns the lists of Z_ℓ, (n, u_ℓ), and of A_{ℓ−1} with ones, (n, u_{ℓ−1} + 1). The output is Z_D,
    the last Z; it has no activation.
    """
    Zs, A_bs, A = [], [], X
    for W in Ws:
        A_bs.append(with_ones(A))
        Zs.append(A_bs[-1] @ W)
        A = phi(Zs[-1])
    return Zs, A_bs


def backward(
    dZ: Array,
    Zs: Sequence[Array],
    A_bs: Sequence[Array],
    Ws: Sequence[Array],
    slope: Callable = relu_slope,
    *,
    weight_decay: float = 0.0,
) -> list[Array]:
    """The gradients of a loss plus `penalty` by all matrices of `forward`, from that of the loss by Z_D.

    dZ: (n, u_D). Zs, A_bs: what `forward` returned. Ws: the matrices. slope: the activation's derivative.
    Returns a list of dW_ℓ, in the shapes of Ws.
    """
    dWs = []
    for k in reversed(range(len(Ws))):
        dWs.append(A_bs[k].T @ dZ + weight_decay * Ws[k])
        if k > 0:
            dZ = (dZ @ Ws[k][:-1].T) * slope(Zs[k - 1])
    return dWs[::-1]


def init(units: Sequence[int], seed: int | np.random.Generator) -> list[Array]:
    """Random matrices for `forward`, with He's deviation √(2/inputs) for the weights, and biases 0.

    units: the numbers of inputs, of units in each layer, and of outputs, at least two numbers.
    seed: a number, or a generator that has already given other numbers, such as the inputs. The same
    number for inputs and matrices would make them of the same random numbers.
    Returns matrices of the shapes (units[0] + 1, units[1]), (units[1] + 1, units[2]), and so on.
    """
    rng = np.random.default_rng(seed)
    return [
        np.vstack([rng.normal(0, (2 / inputs) ** 0.5, (inputs, outputs)), np.zeros((1, outputs))])
        for inputs, outputs in pairwise(units)
    ]


def central_differences(f: Callable[[Array], float], at: Array, eps: float = 6e-6) -> Array:
    """The derivative of f by each entry of `at`, (f(at + ε) − f(at − ε)) / 2ε one entry at a time.

    f: from an array of the shape of `at` to a number.
    Returns an array in that shape. `at` stays as it is.
    """
    grad, moved = np.zeros(at.shape), np.array(at, dtype=float)
    for place in np.ndindex(at.shape):
        here = moved[place]
        moved[place] = here + eps
        above = f(moved)
        moved[place] = here - eps
        grad[place] = (above - f(moved)) / (2 * eps)
        moved[place] = here
    return grad


def _same_shape(Y_hat: Array, Y: Array) -> None:
    if Y_hat.shape != Y.shape:
        raise ValueError(f"The outputs have the shape {Y_hat.shape}, the targets {Y.shape}: make them equal.")
