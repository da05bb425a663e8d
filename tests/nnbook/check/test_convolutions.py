"""The checkers of "Convolutions": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
import torch.nn.functional as F
from nnbook.check import convolutions

from tests.nnbook.check.attempts import attempts, seeds


def strided(x, w, stride, padding):
    x, k = F.pad(x, (padding,) * 4), len(w)
    rows, columns = ((size - k) // stride + 1 for size in x.shape)
    z = torch.zeros(rows, columns, dtype=x.dtype)
    for i in range(rows):
        for j in range(columns):
            z[i, j] = (w * x[stride * i : stride * i + k, stride * j : stride * j + k]).sum()
    return z


def by_patches(x, w, stride, padding):
    k = len(w)
    patches = F.unfold(x[None, None], k, stride=stride, padding=padding)
    size = [(side + 2 * padding - k) // stride + 1 for side in x.shape]
    return (w.flatten() @ patches[0]).reshape(size)


def square_only(x, w, stride, padding):
    z = strided(x, w, stride, padding)
    return z[: min(z.shape), : min(z.shape)]


def max_pool(X, m):
    n, c, h, w = X.shape
    return X.reshape(n, c, h // m, m, w // m, m).amax((3, 5))


def pool_by_unfold(X, m):
    return X.unfold(2, m, m).unfold(3, m, m).amax((-1, -2))


def wrong_windows(X, m):
    n, c, h, w = X.shape
    return X.reshape(n, c, m, h // m, m, w // m).amax((2, 4))


def pool_from_zero(X, m):
    return max_pool(X, m).clamp(min=0)


def pointwise(X, W, b):
    return (X.movedim(1, -1) @ W.T + b).movedim(-1, 1)


def pool_in_place(X, m):
    result = max_pool(X, m)
    X.zero_()
    return result


def image_gradient(dz, w):
    k = len(w)
    dx = torch.zeros(dz.shape[0] + k - 1, dz.shape[1] + k - 1).to(w)
    for i in range(dz.shape[0]):
        for j in range(dz.shape[1]):
            dx[i : i + k, j : j + k] += dz[i, j] * w
    return dx


def padded_with(turn):
    """The gradient by the image with the kernel turned in some way."""
    return lambda dz, w: by_patches(F.pad(dz, (len(w) - 1,) * 4), turn(w), 1, 0)


def pool_by_loops(X, m):
    rows, columns = X.shape[2] // m, X.shape[3] // m
    result = X.new_empty(*X.shape[:2], rows, columns)
    for i in range(rows):
        for j in range(columns):
            window = X[:, :, m * i : m * i + m, m * j : m * j + m]
            result[:, :, i, j] = window.flatten(2).max(2).values
    return result


def pointwise_by_channels(X, W, b):
    out = [sum(W[o, c] * X[:, c] for c in range(X.shape[1])) + b[o] for o in range(len(b))]
    return torch.stack(out, 1)


def class_of(kind, *shape):
    """A layer of torch.nn with weights of its own, where it is forbidden."""

    def attempt(x, w, stride, padding):
        layer = kind(1, 1, len(w), stride=stride, padding=padding, bias=False).double()
        layer.weight.data = w[None, None]
        return layer(x[None, None]).detach()[0, 0]

    return attempt


def by_autograd(dz, w):
    k = len(w)
    x = torch.zeros(dz.shape[0] + k - 1, dz.shape[1] + k - 1, dtype=w.dtype, requires_grad=True)
    (F.conv2d(x[None, None], w[None, None])[0, 0] * dz).sum().backward()
    return x.grad


def overwriting(dz, w):
    k = len(w)
    dx = torch.zeros(dz.shape[0] + k - 1, dz.shape[1] + k - 1).to(w)
    for i in range(dz.shape[0]):
        for j in range(dz.shape[1]):
            dx[i : i + k, j : j + k] = dz[i, j] * w
    return dx


# Accuracies of twelve seeds on the full set: all learned, the first layer as drawn, both as drawn.
MEASURED = [
    (0.9694, 0.9618, 0.8570),
    (0.9642, 0.9528, 0.8676),
    (0.9678, 0.9590, 0.8804),
    (0.9666, 0.9566, 0.8844),
    (0.9614, 0.9584, 0.8672),
    (0.9632, 0.9578, 0.8780),
    (0.9618, 0.9550, 0.8538),
    (0.9678, 0.9542, 0.8626),
    (0.9664, 0.9604, 0.8946),
    (0.9626, 0.9506, 0.8504),
    (0.9636, 0.9566, 0.8804),
    (0.9628, 0.9570, 0.8664),
]
# The layer trained, and the second convolution as drawn in place of the first.
OTHER_LAYER = [(0.963, 0.931), (0.9624, 0.9408), (0.9634, 0.9296), (0.9642, 0.9396), (0.9670, 0.9438)]
RIGHT = [
    ("ex-conv-count", 2432),
    ("ex-conv-count", torch.tensor(2432)),
    ("ex-conv-count", np.int64(2432)),
    ("ex-conv-field", 10),
    ("ex-conv-field", 10.0),
    ("ex-conv-field", torch.tensor(10)),
    ("ex-conv-strided", strided),
    ("ex-conv-strided", by_patches),
    ("ex-conv-strided", lambda x, w, stride, padding: strided(x, w, stride, padding).numpy()),
    ("ex-conv-pool", max_pool),
    ("ex-conv-pool", pool_by_unfold),
    ("ex-conv-pool", pool_by_loops),
    ("ex-conv-pool", lambda X, m: max_pool(X.double(), m).numpy()),
    ("ex-conv-pointwise", pointwise),
    ("ex-conv-pointwise", lambda X, W, b: torch.einsum("nchw,oc->nohw", X, W) + b[:, None, None]),
    ("ex-conv-pointwise", pointwise_by_channels),
    ("ex-conv-input-gradient", image_gradient),
    ("ex-conv-input-gradient", padded_with(lambda w: w.flip(0, 1))),
    (
        "ex-conv-input-gradient",
        lambda dz, w: F.conv_transpose2d(dz[None, None], w[None, None])[0, 0],
    ),
    ("ex-conv-random", seeds(lambda seed: MEASURED[seed][:2], 12)),
    ("ex-conv-random", torch.tensor([0.97, 0.96])),
    ("ex-conv-random", {"learned": 0.9604, "as drawn": np.float32(0.9476)}),
]


WRONG = [
    ("ex-conv-count", ..., "the answer is missing"),
    ("ex-conv-count", 32 * 75, "the biases are missing"),
    ("ex-conv-count", 32 * 26, "reads all three channels"),
    ("ex-conv-count", 32 * 25, "reads all three channels, and there are biases"),
    ("ex-conv-count", 32 * 78, "not one for each channel"),
    ("ex-conv-count", 76, "that is one kernel"),
    ("ex-conv-count", 2401, "one bias for each feature map"),
    ("ex-conv-count", 32 * 60 * 60 * 76, "the places do not count"),
    ("ex-conv-count", 3000, "too large"),
    ("ex-conv-field", 16, "here the kernels are 3 × 3"),
    ("ex-conv-field", 8, "before the second pooling"),
    ("ex-conv-field", 7, "neighbours are two pixels apart"),
    ("ex-conv-field", 100, "the height is asked for"),
    ("ex-conv-field", 4, "the distance between neighbours"),
    ("ex-conv-field", 9, "too small"),
    ("ex-conv-field", 15, "k − 1 steps, or by k"),
    ("ex-conv-field", (10, 10), "a number is asked for"),
    ("ex-conv-strided", lambda x, w, stride, padding: None, "returns nothing"),
    (
        "ex-conv-strided",
        lambda x, w, stride, padding: strided(x, w.flip(0, 1), stride, padding),
        "turned round",
    ),
    ("ex-conv-strided", lambda x, w, stride, padding: strided(x, w.T, stride, padding), "changed places"),
    ("ex-conv-strided", lambda x, w, stride, padding: strided(x, w, 1, padding), "this is a tensor of shape"),
    ("ex-conv-strided", lambda x, w, stride, padding: strided(x, w, stride, 0), "this is a tensor of shape"),
    ("ex-conv-strided", square_only, "this is a tensor of shape"),
    ("ex-conv-strided", lambda x, w: strided(x, w, 1, 0), "is to take (x, w, stride, padding)"),
    (
        "ex-conv-strided",
        lambda x, w, stride, padding: strided(x, w, 1, padding)[
            : (x.shape[0] + 2 * padding - len(w)) // stride + 1,
            : (x.shape[1] + 2 * padding - len(w)) // stride + 1,
        ],
        "the stride has no effect on where",
    ),
    ("ex-conv-strided", class_of(torch.nn.Conv2d), "PyTorch's convolution does the work"),
    (
        "ex-conv-strided",
        lambda x, w, stride, padding: F.conv2d(x[None, None], w[None, None], None, stride, padding)[0, 0],
        "PyTorch's convolution does the work",
    ),
    (
        "ex-conv-strided",
        lambda x, w, stride, padding: strided(
            F.pad(x[None], (padding,) * 4, mode="replicate")[0] if padding else x, w, stride, 0
        ),
        "zeros are asked for",
    ),
    (
        "ex-conv-strided",
        lambda x, w, stride, padding: strided(F.pad(x, (0, 2 * padding) * 2), w, stride, 0),
        "it belongs on all four sides",
    ),
    (
        "ex-conv-strided",
        lambda x, w, stride, padding: strided(x, w, stride, padding) / len(w) ** 2,
        "entries",
    ),
    ("ex-conv-pool", F.max_pool2d, "PyTorch's pooling does the work"),
    ("ex-conv-pool", lambda X, m: torch.nn.MaxPool2d(m)(X), "PyTorch's pooling does the work"),
    ("ex-conv-pool", lambda X, m: max_pool(X.abs(), m), "of the absolute values"),
    ("ex-conv-pool", lambda X, m: X.unfold(3, m, m).amax(-1)[:, :, ::m], "along the rows of a window only"),
    ("ex-conv-pool", F.avg_pool2d, "the mean of each window"),
    ("ex-conv-pool", lambda X, m: F.avg_pool2d(X, m) * m**2, "the sum of each window"),
    ("ex-conv-pool", lambda X, m: -max_pool(-X, m), "the smallest number of each window"),
    ("ex-conv-pool", lambda X, m: X[..., ::m, ::m], "in the corner of each window"),
    ("ex-conv-pool", wrong_windows, "not windows of neighbours"),
    ("ex-conv-pool", lambda X, m: max_pool(X, m).clamp(min=-9), "entries are wrong"),
    ("ex-conv-pool", pool_from_zero, "negative numbers are lost"),
    ("ex-conv-pool", lambda X, m: X.unfold(2, m, m).unfold(3, m, m), "this is a tensor of shape"),
    ("ex-conv-pool", pool_in_place, "X has changed"),
    ("ex-conv-pointwise", lambda X, W, b: None, "returns nothing"),
    ("ex-conv-pointwise", lambda X, W, b: pointwise(X, W, 0 * b), "the bias is missing"),
    ("ex-conv-pointwise", lambda X, W, b: X.movedim(1, -1) @ W.T + b, "of shape"),
    ("ex-conv-pointwise", lambda X, W, b: X @ W.T + b, "the function stops with RuntimeError"),
    (
        "ex-conv-pointwise",
        lambda X, W, b: pointwise(X, W.T if len(W) == W.shape[1] else W, b),
        "W and its transpose",
    ),
    (
        "ex-conv-pointwise",
        lambda X, W, b: F.conv2d(X, W[:, :, None, None], b),
        "PyTorch's convolution does the work",
    ),
    ("ex-conv-pointwise", lambda X, W, b: pointwise(X, W, -b), "the bias is taken off"),
    ("ex-conv-pointwise", lambda X, W, b: pointwise(X, W, b).relu(), "a ReLU too many"),
    ("ex-conv-pointwise", lambda X, W, b: pointwise(X, W, X.shape[1] * b), "once for each input channel"),
    ("ex-conv-pointwise", lambda X, W, b: pointwise(X, W, b).mT, "of shape (2, 4, 6, 5)"),
    ("ex-conv-pointwise", lambda X, W, b: pointwise(X, W, b).mean((2, 3)), "this is a tensor of shape"),
    ("ex-conv-input-gradient", by_autograd, "autograd is used"),
    ("ex-conv-input-gradient", overwriting, "where patches overlap the shares add up"),
    ("ex-conv-input-gradient", padded_with(lambda w: w.flip(1)), "the columns"),
    ("ex-conv-input-gradient", lambda dz, w: image_gradient(torch.ones_like(dz), w), "δz is left out"),
    ("ex-conv-input-gradient", padded_with(lambda w: w), "the wrong way round"),
    ("ex-conv-input-gradient", padded_with(lambda w: w.flip(0)), "along one axis only"),
    ("ex-conv-input-gradient", padded_with(lambda w: w.flip(0, 1).T), "the kernel is transposed"),
    ("ex-conv-input-gradient", lambda dz, w: -image_gradient(dz, w), "the sign is wrong"),
    ("ex-conv-input-gradient", lambda dz, w: dz, "this is a tensor of shape"),
    ("ex-conv-random", ..., "the answer is missing"),
    ("ex-conv-random", 0.97, "this is a number"),
    ("ex-conv-random", (97.1, 96.2), "is this in per cent?"),
    ("ex-conv-random", (1.2, -0.5), "between 0 and 1"),
    ("ex-conv-random", seeds(lambda seed: MEASURED[seed][1::-1], 12), "exchanged?"),
    ("ex-conv-random", seeds(lambda seed: MEASURED[seed][::2], 12), "do the other layers still learn?"),
    ("ex-conv-random", seeds(lambda seed: MEASURED[seed][1:], 12), "do the other layers still learn?"),
    ("ex-conv-random", seeds(lambda seed: OTHER_LAYER[seed], 5), "as drawn, net[0], more is read"),
    ("ex-conv-random", (0.129, 0.149), "these look like losses or shares of mistakes"),
    ("ex-conv-random", (0.037, 0.042), "these look like losses or shares of mistakes"),
    ("ex-conv-random", (0.3, 0.2), "its three epochs"),
    ("ex-conv-random", (0.97, 0.1), "do the other layers still learn?"),
    ("ex-conv-random", (0.9914, 0.9886), "so few images do not teach as much"),
    ("ex-conv-random", (0.9636, 0.9722), "exchanged?"),
]


TestConvolutions = attempts(convolutions, RIGHT, WRONG, least=(3, 8))
