"""The checkers of "Regression": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
from nnbook.check import regression

from tests.nnbook.check.attempts import attempts


def bootstrap(X, y, n_nets, generator):
    i = torch.randint(len(X), (n_nets, len(X)), generator=generator)
    return X[i], y[i]


def in_lists(X, y, n_nets, generator):
    draws = [torch.randint(len(X), (len(X),), generator=generator) for _ in range(n_nets)]
    return [[X[i] for i in draws], np.stack([y[i].numpy() for i in draws])]


def two_tables(X, y, n_nets, generator):
    return bootstrap(X, y, n_nets, generator)[0], bootstrap(X, y, n_nets, generator)[1]


def permuted(X, y, n_nets, generator):
    i = torch.stack([torch.randperm(len(X), generator=generator) for _ in range(n_nets)])
    return X[i], y[i]


def one_for_all(X, y, n_nets, generator):
    i = torch.randint(len(X), (len(X),), generator=generator).expand(n_nets, -1)
    return X[i], y[i]


def never_the_last(X, y, n_nets, generator):
    i = torch.randint(len(X) - 1, (n_nets, len(X)), generator=generator)
    return X[i], y[i]


def one_point(X, y, n_nets, generator):
    i = torch.randint(len(X), (n_nets, 1), generator=generator).expand(-1, len(X))
    return X[i], y[i]


def unseeded(X, y, n_nets, generator):
    return bootstrap(X, y, n_nets, None)


def own_seed(X, y, n_nets, generator):
    return bootstrap(X, y, n_nets, torch.Generator().manual_seed(3))


def jittered(X, y, n_nets, generator):
    X, y = bootstrap(X, y, n_nets, generator)
    return X + 0.5, y


def fold(*arguments):
    W1, b1, W2, b2, x_mean, x_std, y_mean, y_std = arguments
    return W1 / x_std, b1 - x_mean / x_std * W1[0], y_std * W2, y_std * b2 + y_mean


def other_fold(place, value):
    """`fold` with one of its results in place of the right one, a function of the arguments."""

    def attempt(*arguments):
        result = list(fold(*arguments))
        result[place] = value(*arguments)
        return result

    return attempt


def fold_in_place(*arguments):
    W1, b1, W2, b2, x_mean, x_std, y_mean, y_std = arguments
    b1 -= x_mean / x_std * W1[0]
    W2 *= y_std
    return W1 / x_std, b1, W2, y_std * b2 + y_mean


def smoother(X, strength):
    """H for a penalty that adds `strength` to the diagonal."""
    return X @ torch.linalg.inv(X.T @ X + strength * torch.eye(X.shape[1], dtype=X.dtype)) @ X.T


def df_with(strength):
    return lambda X, weight_decay: smoother(X, strength(len(X), weight_decay)).trace()


right_df = df_with(lambda n, w: n * w / 2)


def df_of_squares(X, weight_decay):
    H = smoother(X, len(X) * weight_decay / 2)
    return (H.T @ H).trace()


def gain(Y_hat):
    return (Y_hat - Y_hat.mean(0)).square().mean()


NOISE = {10: (71.6, 22.2), 20: (283.5, 69.2)}
HOLE = [12.2, 12.6, 4.0, 4.1]

RIGHT = [
    ("ex-regression-steps", 8000),
    ("ex-regression-steps", torch.tensor(8000.0)),
    ("ex-regression-unit", 12),
    ("ex-regression-unit", np.float32(12.0)),
    ("ex-regression-noise", NOISE),
    ("ex-regression-noise", {tau: [torch.tensor(v) for v in pair] for tau, pair in NOISE.items()}),
    ("ex-regression-noise", {10: (100.9, 38.0), 20: (303.2, 69.9)}),  # with another seed
    ("ex-regression-bootstrap", bootstrap),
    ("ex-regression-bootstrap", in_lists),
    ("ex-regression-fold", fold),
    ("ex-regression-fold", lambda *arguments: [p.numpy() for p in fold(*arguments)]),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] - a[4] / a[5] * a[0])),  # (1, units)
    ("ex-regression-dof", right_df),
    ("ex-regression-dof", lambda X, weight_decay: right_df(X, weight_decay).item()),
    ("ex-regression-gain", gain),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0, correction=0).mean().item()),
    ("ex-regression-hole", HOLE),
    ("ex-regression-hole", torch.tensor([10.3, 21.2, 4.0, 5.2])),
]

WRONG = [
    ("ex-regression-steps", 7500, "the last, smaller batch is a step too"),
    ("ex-regression-steps", 7812.5, "there are no parts of a step"),
    ("ex-regression-steps", 16, "in one epoch"),
    ("ex-regression-steps", 500_000, "one step for each point"),
    ("ex-regression-steps", 500, "the number of epochs"),
    ("ex-regression-steps", 8001, "too large"),
    ("ex-regression-steps", ..., "the answer is missing"),
    ("ex-regression-unit", 144, "take the root"),
    ("ex-regression-unit", 3.6, "take its root before the unit comes in"),
    ("ex-regression-unit", 0.3, "still in the standardised unit"),
    ("ex-regression-unit", 0.0075, "not divided"),
    ("ex-regression-unit", 3.6**0.5, "not a variance"),
    ("ex-regression-noise", [NOISE[10], NOISE[20]], "a dictionary with the keys 10 and 20"),
    ("ex-regression-noise", {10: NOISE[10]}, "a dictionary with the keys 10 and 20"),
    ("ex-regression-noise", {10: 71.6, 20: 283.5}, "a row of 2 numbers is asked for"),
    ("ex-regression-noise", {10: (71.6, -1), 20: (283.5, 69.2)}, "mean squares are positive"),
    ("ex-regression-noise", {10: (0.02, 22.2), 20: (0.08, 69.2)}, "multiply each by its own"),
    ("ex-regression-noise", dict.fromkeys([10, 20], (71.6, 22.2)), "the same number"),
    ("ex-regression-noise", {10: (71.6, 0.007), 20: (283.5, 0.02)}, "turn the prediction back"),
    ("ex-regression-noise", {10: (71.6, 2800), 20: (283.5, 2900)}, "an untrained network"),
    ("ex-regression-noise", {10: NOISE[20], 20: NOISE[10]}, "changed places"),
    ("ex-regression-noise", {10: (71.6, 22.2), 20: (80, 69.2)}, "twofold to fivefold"),
    ("ex-regression-noise", {10: (22.2, 71.6), 20: (69.2, 283.5)}, "in the order (loss, distance)"),
    ("ex-regression-bootstrap", lambda X, y, n_nets, generator: None, "returns nothing"),
    ("ex-regression-bootstrap", lambda X, y, n_nets, generator: X, "a pair of tensors is asked for"),
    ("ex-regression-bootstrap", lambda X, y, n_nets: (X, y), "the function is to take"),
    ("ex-regression-bootstrap", lambda X, y, n_nets, generator: (X, y), "is asked for"),
    ("ex-regression-bootstrap", lambda *a: 2 * [bootstrap(*a)[0]], "both tensors are the same"),
    ("ex-regression-bootstrap", jittered, "rows of X as they are"),
    ("ex-regression-bootstrap", two_tables, "no longer pairs"),
    ("ex-regression-bootstrap", permuted, "draw with replacement"),
    ("ex-regression-bootstrap", one_point, "one point again and again"),
    ("ex-regression-bootstrap", one_for_all, "draw other places for each"),
    ("ex-regression-bootstrap", never_the_last, "a row of X never occurs"),
    ("ex-regression-bootstrap", unseeded, "does every draw use it?"),
    ("ex-regression-bootstrap", own_seed, "never seeded inside"),
    ("ex-regression-fold", lambda *a: None, "returns nothing"),
    ("ex-regression-fold", lambda *a: fold(*a)[:3], "four parameters are asked for"),
    ("ex-regression-fold", other_fold(0, lambda *a: a[0] * a[5]), "in W1: W1 is multiplied by x_std"),
    ("ex-regression-fold", other_fold(0, lambda *a: a[0]), "W1 is as it was"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1]), "the mean of x has to go somewhere"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] + a[4] / a[5] * a[0][0]), "the wrong sign"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] - a[4] * a[0][0]), "divided by x_std in b1"),
    ("ex-regression-fold", other_fold(1, lambda *a: (a[1] - a[4] * a[0][0]) / a[5]), "b1 is divided"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] - a[4] / a[5] * a[0].T), "in b1: this is a tensor"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3] * a[7] - a[6]), "comes into b2 with the wrong"),
    ("ex-regression-fold", other_fold(2, lambda *a: a[2] / a[7]), "W2 is divided"),
    ("ex-regression-fold", other_fold(2, lambda *a: a[2]), "W2 is as it was"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3] + a[6]), "b2 itself has to be multiplied"),
    ("ex-regression-fold", other_fold(3, lambda *a: (a[3] + a[6]) * a[7]), "before the multiplication"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3] * a[7]), "y_mean is missing"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3]), "b2 is as it was"),
    ("ex-regression-fold", fold_in_place, "changed in place"),
    ("ex-regression-dof", df_with(lambda n, w: 0), "the penalty has no effect"),
    ("ex-regression-dof", df_with(lambda n, w: n * w), "the factor 1/2 of the penalty is missing"),
    ("ex-regression-dof", df_with(lambda n, w: w / 2), "n is missing beside λ"),
    ("ex-regression-dof", df_with(lambda n, w: w), "n and the 1/2 are missing"),
    ("ex-regression-dof", df_with(lambda n, w: 2 * n * w), "a factor of 4"),
    ("ex-regression-dof", lambda X, weight_decay: len(X) - right_df(X, weight_decay), "I − M"),
    ("ex-regression-dof", df_of_squares, "the covariance has M once"),
    ("ex-regression-dof", lambda X, weight_decay: smoother(X, 0.1), "and a number is asked for"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0).mean(), "divides by r."),
    ("ex-regression-gain", lambda Y_hat: Y_hat.std(0, correction=0).mean(), "not a standard deviation"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.std(0, correction=0).mean() ** 2, "squared after averaging"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(1, correction=0).mean(), "taken over the points"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(correction=0), "members and points together"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0, correction=0).sum(), "summed over the points"),
    ("ex-regression-gain", lambda Y_hat: len(Y_hat) * gain(Y_hat), "summed over the members"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0, correction=0), "a number is asked for"),
    ("ex-regression-hole", HOLE[:3], "a row of 4 numbers"),
    ("ex-regression-hole", [float("nan"), *HOLE[1:]], "four positive numbers"),
    ("ex-regression-hole", [v / 56 for v in HOLE], "turn the predictions back"),
    ("ex-regression-hole", [12, 70, 4, 80], "standardised by the points left"),
    ("ex-regression-hole", [3, 3, 4, 4.1], "the error should be larger in the hole"),
    ("ex-regression-hole", [3, 8, 4, 4.1], "are its points left out"),
]


TestRegression = attempts(regression, RIGHT, WRONG)
