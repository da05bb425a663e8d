"""The networks of the chapter "XOR", trained again for its checkers."""

from itertools import product

import torch

from nnbook.check import small_networks
from nnbook.check.measuring import recomputed


@recomputed
def largest_errors(width: int, n: int, *, bits=2, activation="sigmoid", output="sigmoid", n_steps=1000):
    """The largest error of each network, (n,), of the seeds 0 to n − 1, trained for parity of so many bits.

    output: "sigmoid" or "linear" with the mean squared error, or "cross-entropy".
    """
    X = torch.tensor(list(product([0.0, 1.0], repeat=bits)))
    y = X.sum(1, keepdim=True) % 2
    losses = {
        "sigmoid": small_networks.squared_of_sigmoid,
        "linear": small_networks.squared,
        "cross-entropy": small_networks.cross_entropy,
    }
    params = small_networks.begin([bits, width, 1], range(n))
    step = small_networks.adamw(params, 0.03, weight_decay=0.01)
    for _ in range(n_steps):
        step(params, small_networks.gradients(params, X, y, activation, losses[output]))
    S = small_networks.forward(params, X, activation)[1]
    return ((S if output == "linear" else S.sigmoid()) - y).abs().amax((1, 2))
