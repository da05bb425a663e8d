"""The checkers of the chapter "Convolutions"."""

import torch
import torch.nn.functional as F

from nnbook.check.compare import as_tensor, compare, try_on
from nnbook.check.verdict import Wrong, checker


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    """Standard normal numbers, float64, from a generator of their own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def convolved(x: torch.Tensor, w: torch.Tensor, stride: int = 1, padding: int = 0) -> torch.Tensor:
    """`F.conv2d` of one image (h, h') with one kernel (k, k)."""
    return F.conv2d(x[None, None], w[None, None], stride=stride, padding=padding)[0, 0]


def with_shape(mistakes: dict, want: torch.Tensor) -> dict:
    """Those of the mistakes that have the shape of the right result."""
    return {text: wrong for text, wrong in mistakes.items() if wrong.shape == want.shape}


@checker("ex-conv-count")
def count(attempt) -> str:
    """32 kernels of 3 × 5 × 5 weights, and a bias for each."""
    mistakes = {
        "the biases are missing.": 32 * 75,
        "each kernel reads all three channels.": 32 * 26,
        "each kernel reads all three channels, and there are biases too.": 32 * 25,
        "a kernel has one bias, not one for each channel that it reads.": 32 * 3 * 26,
        "that is one kernel; there are 32.": 76,
        "there is one bias for each feature map.": 32 * 75 + 1,
        "each kernel serves at every place; the places do not count.": 32 * 60 * 60 * 76,
    }
    wrong = {text: torch.tensor(n) for text, n in mistakes.items()}
    compare(attempt, torch.tensor(32 * (3 * 5 * 5 + 1)), wrong, rtol=1e-6)
    return "three channels of 25 weights and a bias, for each of 32 maps."


@checker("ex-conv-field")
def field(attempt) -> str:
    """The side of the receptive field after 3 × 3, pool, 3 × 3, pool."""
    mistakes = {
        "that is the chapter's network; here the kernels are 3 × 3.": 16,
        "that is before the second pooling.": 8,
        "after the first pooling neighbours are two pixels apart.": 7,
        "that is the number of pixels; the height is asked for.": 100,
        "that is the distance between neighbours.": 4,
        "do the fields grow by k − 1 steps, or by k?": 15,
    }
    wrong = {text: torch.tensor(n) for text, n in mistakes.items()}
    compare(attempt, torch.tensor(10), wrong, rtol=1e-6)
    return "each pooling doubles what later layers add."


@checker("ex-conv-strided")
def strided(attempt) -> str:
    """One image and one kernel, against `F.conv2d`."""
    for shape, k, stride, padding in [
        ((9, 9), 3, 1, 0),
        ((8, 11), 3, 2, 1),
        ((7, 7), 4, 3, 0),
        ((6, 5), 1, 1, 2),
    ]:
        x, w = normal(*shape), normal(k, k, seed=1)
        want = convolved(x, w, stride, padding)
        mistakes = {
            "the kernel is turned round: that is the true convolution.": convolved(
                x, w.flip(0, 1), stride, padding
            ),
            "rows and columns of the kernel have changed places.": convolved(x, w.T, stride, padding),
            "the stride has no effect on where the kernel lies, only on how often.": convolved(
                x, w, 1, padding
            )[: len(want), : want.shape[1]],
        }
        inputs = {"x": x, "w": w, "stride": stride, "padding": padding}
        try_on(attempt, inputs, want, mistakes=with_shape(mistakes, want))
    return "it agrees with F.conv2d, also where the image is not square."


@checker("ex-conv-pool")
def pool(attempt) -> str:
    """The largest number of each window, against `F.max_pool2d`."""
    for shape, m in [((2, 3, 8, 8), 2), ((1, 2, 6, 9), 3), ((1, 1, 4, 4), 1), ((1, 2, 4, 4), 4)]:
        X = normal(*shape)
        want = F.max_pool2d(X, m)
        n, c, h, w = shape
        mistakes = {
            "that is the mean of each window.": F.avg_pool2d(X, m),
            "that is the sum of each window.": F.avg_pool2d(X, m) * m**2,
            "that is the smallest number of each window.": -F.max_pool2d(-X, m),
            "that is the number in the corner of each window.": X[..., ::m, ::m],
            "these are not windows of neighbours: does reshape cut each axis into (h/m, m), in this order?": (
                X.reshape(n, c, m, h // m, m, w // m).amax((2, 4))
            ),
            "negative numbers are lost: they are as good as others.": want.relu(),
        }
        try_on(attempt, {"X": X, "m": m}, want, mistakes=with_shape(mistakes, want))
    return "it agrees with F.max_pool2d, for windows of one pixel up to the whole map."


@checker("ex-conv-pointwise")
def pointwise(attempt) -> str:
    """A layer applied to each pixel, against `F.conv2d` with kernels of 1 × 1."""
    for n, c, o, h, width in [(2, 3, 4, 5, 6), (1, 2, 2, 2, 2), (3, 4, 1, 1, 1)]:
        X, W, b = normal(n, c, h, width), normal(o, c, seed=1), normal(o, seed=2)
        want = F.conv2d(X, W[:, :, None, None], b)
        mistakes = {"the bias is missing.": F.conv2d(X, W[:, :, None, None])}
        if c == o:
            mistakes["W and its transpose have changed places."] = F.conv2d(X, W.T[:, :, None, None], b)
        try_on(attempt, {"X": X, "W": W, "b": b}, want, mistakes=mistakes)
    return "it agrees with F.conv2d with kernels of 1 × 1."


@checker("ex-conv-input-gradient")
def input_gradient(attempt) -> str:
    """∂L/∂x for one image and one kernel, against autograd."""
    for shape, k in [((5, 5), 3), ((4, 6), 2), ((1, 1), 3), ((3, 4), 1)]:
        dz, w = normal(*shape), normal(k, k, seed=1)
        x = torch.zeros(shape[0] + k - 1, shape[1] + k - 1).double().requires_grad_()
        (convolved(x, w) * dz).sum().backward()
        padded = F.pad(dz, (k - 1,) * 4)
        mistakes = {
            "the kernel is the wrong way round: mind the signs of a and b in the formula.": convolved(
                padded, w
            ),
            "the kernel is turned along one axis only.": convolved(padded, w.flip(0)),
            "the kernel is transposed.": convolved(padded, w.flip(0, 1).T),
        }
        try_on(attempt, {"dz": dz, "w": w}, x.grad, mistakes=with_shape(mistakes, x.grad))
    return "it agrees with autograd: δz, padded, with the kernel turned round."


@checker("ex-conv-random")
def random_kernels(attempt) -> str:
    """Validation accuracies with the first layer trained, and as drawn."""
    learned, drawn = as_tensor(attempt, torch.zeros(2)).tolist()
    if max(learned, drawn) > 1 and 0 <= min(learned, drawn) <= max(learned, drawn) <= 100:
        raise Wrong("an accuracy is a share, between 0 and 1; are these per cent?")
    if not (0 <= learned <= 1 and 0 <= drawn <= 1):
        raise Wrong("an accuracy is a share, between 0 and 1.")
    if learned < 0.7:
        raise Wrong("the network that learns in full should do better: is each given its three epochs?")
    if drawn < 0.6:
        raise Wrong("with the first layer alone as drawn, more is read: do the other layers still learn?")
    if drawn > learned + 0.03:
        raise Wrong("the second should not be so far ahead: have the two changed places?")
    return "even kernels that were never trained are of use. Now say what follows."
