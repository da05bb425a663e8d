"""The checkers of "Activations" for the exercises in which networks are run."""

import math

import numpy as np
import torch
from nnbook.check import activations_networks
from nnbook.check.activations_networks import X_CENTRED, X_POSITIVE, dead, losses, start_params, trained
from torch.nn import functional as F

from tests.nnbook.check.attempts import attempts, seeds

HEALTHY, ILL = trained(centred=True), trained(centred=False)
DEAD = dead(X_CENTRED, HEALTHY).tolist()
LOSSES = losses(X_CENTRED, HEALTHY)
LOSS = LOSSES.max().item()


def guessed(seed):
    """Ten small counts and a small loss that nobody measured."""
    generator = torch.Generator().manual_seed(seed)
    counts = torch.randint(0, 6, (10,), generator=generator)
    return counts.tolist(), 0.03 * torch.rand(1, generator=generator).item()


def ready_made(X):
    """The counts and the loss as the functions of the chapter give them."""
    return (X @ HEALTHY[0] + HEALTHY[1] <= 0).all(1, keepdim=True).sum((1, 2)), losses(X, HEALTHY).max()


RIGHT = [
    ("ex-act-centre", (DEAD, LOSS)),
    ("ex-act-centre", [torch.tensor(DEAD), LOSSES.max()]),
    ("ex-act-centre", (torch.tensor(DEAD)[:, None, None], LOSS)),
    ("ex-act-centre", (np.array(DEAD), round(LOSS, 4))),
    ("ex-act-centre", ready_made(X_CENTRED)),
    ("ex-act-centre", ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0], LOSS)),
    ("ex-act-deep-sigmoid", 10),
    ("ex-act-deep-sigmoid", torch.tensor(10.5)),
    ("ex-act-deep-sigmoid", 9.6),
    ("ex-act-deep-sigmoid", np.float64(11.5)),
    ("ex-act-deep-sigmoid", seeds(lambda seed: 9.5 + 0.1 * seed)),
]

WRONG = [
    ("ex-act-centre", DEAD, "n_dead and largest_loss are asked for"),
    ("ex-act-centre", (DEAD, ...), "the answer is missing"),
    ("ex-act-centre", ([], ...), "this is an empty list, and a row of 10 numbers"),
    ("ex-act-centre", (LOSS, DEAD), "this is a number, and a row of 10 numbers"),
    ("ex-act-centre", (DEAD, LOSSES), "largest_loss: one number is asked for"),
    ("ex-act-centre", (DEAD, LOSSES.tolist()), "largest_loss: one number is asked for"),
    ("ex-act-centre", (LOSSES, LOSS), "these are not whole numbers"),
    ("ex-act-centre", ([0] * 9 + [500], LOSS), "a count is from 0 to 50"),
    ("ex-act-centre", ([0] * 9 + [-1], LOSS), "a count is from 0 to 50"),
    ("ex-act-centre", (DEAD[:2], LOSS), "a list of length 2"),
    ("ex-act-centre", ([5] * 10, LOSS), "do training and count have the centred inputs"),
    ("ex-act-centre", ([0] * 5 + [50] * 5, LOSS), "do training and count have the centred inputs"),
    ("ex-act-centre", (dead(X_POSITIVE, ILL), losses(X_POSITIVE, ILL).max()), "so many are dead"),
    ("ex-act-centre", (dead(X_CENTRED, ILL), losses(X_CENTRED, ILL).max()), "trained on X as it was, and"),
    ("ex-act-centre", (dead(X_POSITIVE, HEALTHY), LOSS), "counted on X as it was"),
    ("ex-act-centre", (dead(X_POSITIVE, start_params()), LOSS), "dead before training, on X as it was"),
    (
        "ex-act-centre",
        (dead(X_CENTRED, start_params()), losses(X_CENTRED, start_params()).max()),
        "the loss before training",
    ),
    ("ex-act-centre", (DEAD, LOSSES.min()), "the smallest of the ten"),
    ("ex-act-centre", (DEAD, LOSSES.mean()), "the mean of the ten"),
    ("ex-act-centre", (DEAD, LOSSES.sum()), "the sum of the ten"),
    ("ex-act-centre", (DEAD, losses(X_POSITIVE, HEALTHY).max()), "this is the loss on X as it was"),
    ("ex-act-centre", (DEAD, losses(X_POSITIVE, ILL).max()), "of the networks trained on X as it was"),
    ("ex-act-centre", (DEAD, 0.02), "it is too large"),
    ("ex-act-centre", (DEAD, 0.0), "it is too small"),
    ("ex-act-centre", seeds(guessed), "n_dead"),
    ("ex-act-deep-sigmoid", 1, "still shrinks"),
    ("ex-act-deep-sigmoid", 1.846, "still shrinks"),
    ("ex-act-deep-sigmoid", 4, "still shrinks"),
    ("ex-act-deep-sigmoid", 8.5, "still shrinks"),
    ("ex-act-deep-sigmoid", 13, "grows"),
    ("ex-act-deep-sigmoid", 20, "grows"),
    ("ex-act-deep-sigmoid", 0, "a gain is a positive number"),
    ("ex-act-deep-sigmoid", -10, "a gain is a positive number"),
    ("ex-act-deep-sigmoid", math.nan, "a gain is a positive number"),
    ("ex-act-deep-sigmoid", math.inf, "a gain is a positive number"),
    ("ex-act-deep-sigmoid", [10, 11], "a number is asked for"),
    ("ex-act-deep-sigmoid", ..., "the answer is missing"),
]


TestActivationsNetworks = attempts(activations_networks, RIGHT, WRONG, least=(3, 8))


def test_the_losses_are_those_of_a_network_in_pytorch():
    W1, b1, W2, b2 = HEALTHY
    outputs = F.linear(F.relu(F.linear(X_CENTRED, W1[3].T, b1[3, 0])), W2[3].T, b2[3, 0])
    torch.testing.assert_close(LOSSES[3], F.mse_loss(outputs, torch.cos(2 * X_POSITIVE)))
