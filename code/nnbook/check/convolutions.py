"""The checkers of the chapter "Convolutions"."""

import torch
import torch.nn.functional as F

from nnbook.check.compare import (
    Case,
    as_shares,
    compare,
    in_order,
    read_named,
    require,
    try_on_all,
    without,
    without_autograd,
)
from nnbook.check.measuring import Relation
from nnbook.check.verdict import Wrong, checker
from nnbook.data import mnist_source

CONVOLUTIONS = [
    *(f"torch.{name}" for d in "123" for name in (f"conv{d}d", f"conv_transpose{d}d")),
    *(f"torch.nn.functional.{name}" for d in "123" for name in (f"conv{d}d", f"conv_transpose{d}d")),
    *(f"torch.nn.{name}" for d in "123" for name in (f"Conv{d}d", f"ConvTranspose{d}d")),
    *("torch.convolution", "torch._convolution"),
]
POOLING = [
    *(f"torch.max_pool{d}d" for d in "123"),
    *(f"torch.nn.functional.{kind}max_pool{d}d" for d in "123" for kind in ("", "adaptive_")),
    *(f"torch.nn.functional.max_pool{d}d_with_indices" for d in "123"),
    *(f"torch.nn.{kind}MaxPool{d}d" for d in "123" for kind in ("", "Adaptive")),
]


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    """Standard normal numbers, float64, from a generator of their own."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def convolved(x: torch.Tensor, w: torch.Tensor, stride: int = 1, padding: int = 0) -> torch.Tensor:
    """`F.conv2d` of one image (h, h') with one kernel (k, k)."""
    return F.conv2d(x[None, None], w[None, None], stride=stride, padding=padding)[0, 0]


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
@without(*CONVOLUTIONS, say="PyTorch's convolution does the work here; the loops are asked for.")
def strided(attempt) -> str:
    """One image and one kernel, against `F.conv2d`."""
    cases = []
    for shape, k, stride, padding in [
        ((9, 9), 3, 1, 0),
        ((8, 11), 3, 2, 1),
        ((7, 7), 4, 3, 0),
        ((6, 5), 1, 1, 2),
        ((12, 7), 2, 3, 2),
        ((10, 10), 5, 2, 3),
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
            "the padding repeats the edge; zeros are asked for.": convolved(
                F.pad(x[None], (padding,) * 4, mode="replicate")[0], w, stride
            ),
            "the padding comes after the image only: it belongs on all four sides.": convolved(
                F.pad(x, (0, 2 * padding, 0, 2 * padding)), w, stride
            ),
        }
        cases.append(Case({"x": x, "w": w, "stride": stride, "padding": padding}, want, mistakes))
    try_on_all(attempt, cases)
    return "it agrees with F.conv2d, also where the image is not square."


@checker("ex-conv-pool")
@without(*POOLING, say="PyTorch's pooling does the work here; write it with tensors.")
def pool(attempt) -> str:
    """The largest number of each window, against `F.max_pool2d`."""
    cases = []
    for shape, m in [((2, 3, 8, 8), 2), ((1, 2, 6, 9), 3), ((1, 1, 4, 4), 1), ((1, 2, 4, 8), 4)]:
        X = 20 * normal(*shape)
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
            "the maximum is that of the absolute values.": F.max_pool2d(X.abs(), m),
            "the maximum runs along the rows of a window only.": F.max_pool2d(X, (1, m))[..., ::m, :],
            "the maximum runs along the columns of a window only.": F.max_pool2d(X, (m, 1))[..., ::m],
        }
        cases.append(Case({"X": X, "m": m}, want, mistakes))
    try_on_all(attempt, cases)
    return "it agrees with F.max_pool2d, for windows of one pixel up to the whole map."


@checker("ex-conv-pointwise")
@without(*CONVOLUTIONS, say="PyTorch's convolution does the work here; a product of matrices is asked for.")
def pointwise(attempt) -> str:
    """A layer applied to each pixel, against `F.conv2d` with kernels of 1 × 1."""
    cases = []
    for n, c, o, h, width in [(2, 3, 4, 5, 6), (1, 2, 2, 2, 2), (3, 4, 1, 1, 1), (2, 3, 3, 3, 3)]:
        X, W, b = normal(n, c, h, width), normal(o, c, seed=1), normal(o, seed=2)
        want = F.conv2d(X, W[:, :, None, None], b)
        mistakes = {
            "the bias is missing.": F.conv2d(X, W[:, :, None, None]),
            "the bias is taken off.": F.conv2d(X, W[:, :, None, None], -b),
            "there is a ReLU too many.": want.relu(),
            "the bias is added once for each input channel.": F.conv2d(X, W[:, :, None, None], c * b),
        }
        if c == o:
            mistakes["W and its transpose have changed places."] = F.conv2d(X, W.T[:, :, None, None], b)
        if o == width:
            mistakes["the bias goes along the columns of the image, and not along the channels."] = (
                F.conv2d(X, W[:, :, None, None]) + b
            )
        cases.append(Case({"X": X, "W": W, "b": b}, want, mistakes))
    try_on_all(attempt, cases)
    return "it agrees with F.conv2d with kernels of 1 × 1."


@checker("ex-conv-input-gradient")
@without_autograd()
def input_gradient(attempt) -> str:
    """∂L/∂x for one image and one kernel, against autograd."""
    cases = []
    for shape, k in [((5, 5), 3), ((4, 6), 2), ((1, 1), 3), ((3, 4), 1), ((2, 7), 4)]:
        dz, w = normal(*shape), normal(k, k, seed=1)
        x = torch.zeros(shape[0] + k - 1, shape[1] + k - 1).double().requires_grad_()
        (convolved(x, w) * dz).sum().backward()
        padded = F.pad(dz, (k - 1,) * 4)
        mistakes = {
            "the kernel is the wrong way round: mind the signs of a and b in the formula.": convolved(
                padded, w
            ),
            "the kernel is turned along one axis only.": convolved(padded, w.flip(0)),
            "the kernel is turned along one axis only, the columns.": convolved(padded, w.flip(1)),
            "the kernel is transposed.": convolved(padded, w.flip(0, 1).T),
            "where patches overlap the shares add up; here the last one stays.": last_one(dz, w),
            "δz is left out: each place gives as much as its δz says.": convolved(
                F.pad(torch.ones_like(dz), (k - 1,) * 4), w.flip(0, 1)
            ),
        }
        cases.append(Case({"dz": dz, "w": w}, x.grad, mistakes))
    try_on_all(attempt, cases)
    return "it agrees with autograd: δz, padded, with the kernel turned round."


def last_one(dz: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """What comes out if a patch overwrites what others have left."""
    k = len(w)
    dx = torch.zeros(dz.shape[0] + k - 1, dz.shape[1] + k - 1).double()
    for i in range(dz.shape[0]):
        for j in range(dz.shape[1]):
            dx[i : i + k, j : j + k] = dz[i, j] * w
    return dx


@checker("ex-conv-random")
def random_kernels(attempt) -> str:
    """Validation accuracies with the first layer trained, and as drawn: how they are related.

    Of twelve seeds the trained layer was ahead by 0.003 to 0.014 on the full set, by 0 to 0.018 on the
    subset, with accuracies of 0.946 to 0.970; with both convolutions as drawn it was 0.844 to 0.898. With the
    second as drawn in place of the first it was ahead by 0.021 to 0.034 (five seeds, the full set).
    """
    got = as_shares(read_named(attempt, ["learned", "as drawn"]), "an accuracy")
    if max(got.values()) < 0.25:
        raise Wrong("these look like losses or shares of mistakes; the accuracies are asked for.")
    tie = mnist_source().name == "subset"  # few validation images: may well be equal there
    by, most = (-1e-9, 0.03) if tie else (0.0, 0.02)
    require(
        got,
        [
            in_order("as drawn", "learned", by=by, say="the layer as drawn should do no better."),
            Relation(
                lambda v: v["learned"] > 0.93,
                "the network that learns in full should do better: is each given its three epochs?",
            ),
            Relation(
                lambda v: v["as drawn"] > v["learned"] - most,
                "with the first layer alone as drawn, net[0], more is read: do the other layers still learn?",
            ),
            Relation(
                lambda v: v["learned"] < 0.985,
                "so few images do not teach as much: is it the first 5,120 images, for three epochs?",
            ),
        ],
    )
    return "even kernels that were never trained are of use. Now say what follows."
