"""What functions of the chapter "Backpropagation" are tried on: gradients by autograd, and wrong ones."""

from collections.abc import Callable

import torch
import torch.nn.functional as F

from nnbook.check.compare import Case


def draw(*shapes: tuple[int, ...], seed: int = 0) -> list[torch.Tensor]:
    """Normal numbers of the given shapes, float64, from a generator of their own."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def of_arrays(inputs: dict[str, torch.Tensor], want: torch.Tensor, mistakes: dict, batch: int = 1) -> Case:
    """A case for a function that works on NumPy arrays."""
    return Case({name: tensor.numpy() for name, tensor in inputs.items()}, want, mistakes, batch)


def gradient(f: Callable, at: torch.Tensor, seed: torch.Tensor | None = None) -> torch.Tensor:
    """Autograd's derivative of f by `at`; of the sum of f's entries times `seed`, if f is no number."""
    leaf = at.clone().requires_grad_()
    result = f(leaf)
    (grad,) = torch.autograd.grad(result if seed is None else (result * seed).sum(), leaf)
    return grad


def mse_case(n: int, k: int) -> Case:
    """N examples with k outputs."""
    Y_hat, Y = draw((n, k), (n, k), seed=n)
    want = gradient(lambda Q: F.mse_loss(Q, Y), Y_hat)
    mistakes = {
        "that is the gradient of the chapter's loss; F.mse_loss divides by the number of outputs too.": want
        * k,
        "the factor 2 of the square is missing.": want / 2,
        "the sum is divided by nothing: F.mse_loss is a mean.": want * n * k,
        "the sum is divided by the number of outputs alone.": want * n,
        "that is the difference alone: where are the 2 and the number of entries?": Y_hat - Y,
    }
    return of_arrays({"Y_hat": Y_hat, "Y": Y}, want, mistakes, n)


def tanh_case(n: int, u: int) -> Case:
    """N examples with u units."""
    Z, dA = draw((n, u), (n, u), seed=n)
    A = Z.tanh()
    want = gradient(torch.tanh, Z, dA)
    mistakes = {
        "that is the slope at A, as if A were what went into tanh; A is what came out.": dA
        * (1 - A.tanh() ** 2),
        "that is the slope alone: where is dA?": 1 - A**2,
        "that is the ReLU's mask; here the activation is tanh.": dA * (A > 0),
        "tanh' is 1 − tanh²: a square is missing.": dA * (1 - A),
        "that is the slope of the sigmoid, a (1 − a).": dA * A * (1 - A),
        "it is A that is squared, not dA.": A * (1 - dA**2),
        "tanh' is 1 − tanh²; the 1 is missing, and the sign.": dA * A**2,
    }
    return of_arrays({"dA": dA, "A": A}, want, mistakes)


def tied_case(n: int, d: int, u: int) -> Case:
    """N examples with d inputs and u units."""
    X, W = draw((n, d), (d, u), seed=n)

    def loss(first, second):
        return ((X @ first).relu() @ second.T - X).square().sum() / n

    by_first = gradient(lambda Q: loss(Q, W), W)
    by_second = gradient(lambda Q: loss(W, Q), W)
    unmasked = 2 / n * X.T @ (((X @ W).relu() @ W.T - X) @ W) + by_second
    mistakes = {
        "that is the contribution of the first use alone.": by_first,
        "that is the contribution of the second use alone.": by_second,
        "it is half of it: are the two contributions averaged, or is the 2 of the square missing?": (
            by_first + by_second
        )
        / 2,
        "the two contributions are to be added, not subtracted.": by_first - by_second,
        "the ReLU's mask is missing.": unmasked,
    }
    if d == u:
        mistakes["the second use's contribution belongs to Wᵀ: it has to be turned round."] = (
            by_first + by_second.T
        )
    return of_arrays({"X": X, "W": W}, by_first + by_second, mistakes, n)


def softmax_case(n: int, k: int) -> Case:
    """N examples with k classes."""
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
        "that is the derivative of the logarithm of P; P itself is the result.": (
            dP - P * dP.sum(1, keepdim=True)
        ),
    }
    return of_arrays({"dP": dP, "P": P}, want, mistakes)


def spread_back(dN, N, s, dim: int, divisor: int | None = None) -> torch.Tensor:
    """(dN − mean dN − N · mean(dN ⊙ N)) / s, the means over `dim`; the second mean's sum over `divisor`."""
    divisor = divisor or N.shape[dim]
    return (dN - dN.mean(dim, keepdim=True) - N * (dN * N).sum(dim, keepdim=True) / divisor) / s


def rows_standardised(Z: torch.Tensor) -> torch.Tensor:
    """Each row less its mean, over its deviation; 0 where the row is a single number."""
    return ((Z - Z.mean(1, keepdim=True)) / Z.std(1, correction=0, keepdim=True)).nan_to_num()


def standardise_case(n: int, u: int) -> Case:
    """N examples with u columns."""
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
    return of_arrays({"dN": dN, "Z": Z}, want, mistakes, n)
