"""The checkers of "Regression": right answers pass, typical wrong ones hear what is wrong."""

import numpy as np
import torch
from nnbook.check import regression

from tests.nnbook.check.attempts import attempts, seeds


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


# Runs of the solutions with twenty seeds: loss and distance at 10, loss and distance at 20.
NOISE_RUNS = [
    (68.5, 17.3, 273.8, 51.7),
    (67.3, 17.8, 271.3, 54.3),
    (68.4, 17.1, 272.0, 52.4),
    (68.0, 18.9, 277.4, 59.7),
    (68.2, 18.3, 268.8, 57.4),
    (73.3, 22.5, 263.7, 49.6),
    (67.8, 18.1, 267.6, 54.4),
    (68.2, 18.3, 272.1, 58.5),
    (67.9, 17.4, 273.6, 54.4),
    (69.1, 18.5, 271.0, 54.8),
    (73.2, 19.4, 273.9, 56.5),
    (67.2, 17.1, 262.7, 51.4),
    (72.5, 19.8, 277.4, 55.1),
    (67.2, 19.9, 277.6, 48.9),
    (65.4, 18.9, 268.0, 60.2),
    (68.1, 18.1, 266.5, 54.4),
    (65.4, 15.7, 269.0, 56.6),
    (66.2, 19.1, 269.2, 53.7),
    (66.1, 20.1, 269.9, 50.4),
    (73.1, 20.5, 271.4, 56.9),
]
# Spread and error in the hole, spread and error elsewhere; then the same of data from which nothing was cut.
HOLE_RUNS = [
    [11.9, 18.4, 3.8, 4.8],
    [6.5, 23.7, 3.7, 4.9],
    [9.8, 20.1, 3.8, 4.5],
    [9.0, 25.0, 3.9, 5.8],
    [8.6, 21.1, 4.0, 4.8],
    [9.3, 18.9, 4.0, 4.9],
    [8.2, 24.5, 3.7, 5.6],
    [9.2, 22.8, 3.8, 5.5],
    [8.6, 21.0, 3.0, 4.6],
    [10.3, 28.0, 4.0, 6.3],
    [9.4, 19.4, 3.3, 4.7],
    [9.0, 22.1, 2.9, 4.6],
    [6.6, 23.5, 3.7, 5.0],
    [6.8, 22.4, 4.2, 5.2],
    [9.1, 25.8, 4.0, 5.8],
    [9.3, 21.8, 4.0, 4.9],
    [9.0, 21.4, 2.9, 4.8],
    [10.2, 21.6, 3.8, 5.3],
    [8.3, 22.6, 3.8, 5.2],
    [10.1, 16.8, 3.0, 4.2],
]
MORE_HOLES = [
    [10.2, 21.2, 4.0, 5.2],
    [10.0, 20.0, 3.8, 5.2],
    [8.2, 24.9, 3.9, 6.1],
    [9.6, 16.9, 3.7, 4.3],
    [9.4, 18.2, 2.9, 4.5],
    [7.0, 22.2, 3.7, 4.7],
    [7.3, 25.7, 3.8, 6.1],
    [14.5, 16.9, 3.3, 4.5],
    [9.6, 22.2, 3.4, 4.9],
    [9.6, 19.2, 3.1, 4.4],
    [10.1, 15.9, 2.9, 4.5],
    [14.9, 24.4, 4.2, 5.7],
    [8.2, 26.6, 4.2, 5.9],
    [8.2, 19.7, 3.6, 4.6],
    [10.7, 18.5, 3.9, 4.3],
    [7.9, 26.7, 3.9, 5.8],
    [11.0, 20.8, 3.7, 4.8],
    [6.3, 25.1, 3.3, 5.1],
    [9.7, 18.3, 3.4, 4.0],
    [9.1, 21.6, 3.9, 5.0],
]
UNCUT_RUNS = [
    [3.4, 3.2, 3.5, 3.5],
    [3.5, 3.2, 3.6, 3.6],
    [2.9, 3.8, 2.5, 3.5],
    [3.2, 3.6, 3.1, 3.8],
    [3.7, 3.1, 4.3, 3.4],
    [6.3, 6.3, 5.7, 5.6],
    [2.9, 3.8, 3.7, 3.6],
    [3.1, 3.1, 2.4, 3.9],
    [3.0, 3.2, 3.6, 3.3],
    [3.5, 3.1, 3.7, 3.7],
    [3.5, 3.3, 3.8, 3.7],
    [2.7, 3.5, 2.9, 3.5],
    [5.9, 9.0, 5.5, 7.6],
    [2.5, 3.7, 2.6, 3.7],
    [3.0, 3.5, 3.7, 3.4],
    [2.8, 3.7, 3.3, 3.5],
    [2.9, 3.6, 2.9, 3.4],
    [2.6, 3.9, 2.4, 3.5],
    [2.2, 3.6, 2.6, 3.6],
    [3.8, 2.5, 4.0, 4.2],
]
NOISE = {10: NOISE_RUNS[0][:2], 20: NOISE_RUNS[0][2:]}
HOLE = HOLE_RUNS[0]


def noise_run(seed, change=lambda *v: v):
    """The dictionary of a run, its four numbers changed."""
    a, b, c, d = change(*NOISE_RUNS[seed])
    return {10: (a, b), 20: (c, d)}


def hole_run(*order):
    """The four numbers of each run in this order."""
    return seeds(lambda seed: [HOLE_RUNS[seed][i] for i in order])


def from_noise(change):
    """The numbers of each noise run, changed."""
    return seeds(lambda seed: noise_run(seed, change))


def skewed(X, y, n_nets, generator):
    i = (torch.rand(n_nets, len(X), generator=generator) ** 2 * len(X)).long()
    return X[i], y[i]


def shuffled_sample(X, y, n_nets, generator):
    """The same points for each network, in another order."""
    i = torch.randint(len(X), (len(X),), generator=generator)
    i = torch.stack([i[torch.randperm(len(X), generator=generator)] for _ in range(n_nets)])
    return X[i], y[i]


def moved_on(X, y, n_nets, generator):
    i = torch.randint(len(X), (len(X),), generator=generator)
    i = (i + torch.arange(n_nets)[:, None]) % len(X)
    return X[i], y[i]


def half_without(X, y, n_nets, generator):
    """The first half of each sample without replacement, the second as well."""

    def half():
        return torch.stack([torch.randperm(len(X), generator=generator) for _ in range(n_nets)])

    i = torch.cat([half()[:, : len(X) // 2], half()[:, len(X) // 2 :]], 1)
    return X[i], y[i]


def seed_copied(X, y, n_nets, generator):
    torch.manual_seed(generator.initial_seed())
    i = torch.randint(len(X), (n_nets, len(X)))
    return X[i], y[i]


def partly_seeded(X, y, n_nets, generator):
    i = (torch.randint(len(X), (n_nets, len(X)), generator=generator) + torch.randint(len(X), (1,))) % len(X)
    return X[i], y[i]


def seeded_inside(X, y, n_nets, generator):
    return bootstrap(X, y, n_nets, generator.manual_seed(3))


def by_rand(X, y, n_nets, generator):
    i = (torch.rand(n_nets, len(X), generator=generator) * len(X)).long()
    return X[i], y[i]


def sorted_rows(X, y, n_nets, generator):
    i = torch.randint(len(X), (n_nets, len(X)), generator=generator).sort(1).values
    return X[i], y[i]


def by_multinomial(X, y, n_nets, generator):
    i = torch.multinomial(torch.ones(n_nets, len(X)), len(X), replacement=True, generator=generator)
    return torch.stack([X[row] for row in i]), torch.stack([y[row] for row in i])


def sorted_in_place(X, y, n_nets, generator):
    result = bootstrap(X, y, n_nets, generator)
    X.zero_()
    return result


def folded_in_double(*arguments):
    params = [p.double() for p in arguments[:4]]
    return fold(*params, *arguments[4:])


def units_turned(*arguments):
    """The same network with its units in another order."""
    W1, b1, W2, b2 = fold(*arguments)
    return W1.flip(1), b1.flip(0), W2.flip(0), b2


def by_svd(X, weight_decay):
    g = torch.linalg.svdvals(X) ** 2
    return (g / (g + len(X) * weight_decay / 2)).sum()


def by_covariance(X, weight_decay):
    """The sum of M_ii, one row at a time."""
    A = torch.linalg.inv(X.T @ X + len(X) * weight_decay / 2 * torch.eye(X.shape[1], dtype=X.dtype))
    return sum(float(x @ A @ x) for x in X)


def by_errors(Y_hat, f=0.3):
    """The members' mean squared error less that of their mean, for any truth."""
    return (Y_hat - f).square().mean() - (Y_hat.mean(0) - f).square().mean()


def by_pairs(Y_hat):
    """Half the mean squared difference of two members."""
    return (Y_hat[:, None] - Y_hat[None]).square().mean() / 2


RIGHT = [
    ("ex-regression-steps", 8000),
    ("ex-regression-steps", torch.tensor(8000.0)),
    ("ex-regression-unit", 12),
    ("ex-regression-unit", np.float32(12.0)),
    ("ex-regression-steps", np.ceil(1000 / 64) * 500),
    ("ex-regression-unit", torch.tensor(0.09).sqrt() * 40),
    ("ex-regression-noise", NOISE),
    ("ex-regression-noise", {tau: [torch.tensor(v) for v in pair] for tau, pair in NOISE.items()}),
    ("ex-regression-noise", seeds(noise_run)),
    ("ex-regression-bootstrap", by_rand),
    ("ex-regression-bootstrap", sorted_rows),
    ("ex-regression-bootstrap", by_multinomial),
    ("ex-regression-fold", folded_in_double),
    ("ex-regression-fold", units_turned),
    ("ex-regression-dof", by_svd),
    ("ex-regression-dof", by_covariance),
    ("ex-regression-gain", by_errors),
    ("ex-regression-gain", by_pairs),
    ("ex-regression-bootstrap", bootstrap),
    ("ex-regression-bootstrap", in_lists),
    ("ex-regression-fold", fold),
    ("ex-regression-fold", lambda *arguments: [p.numpy() for p in fold(*arguments)]),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] - a[4] / a[5] * a[0])),  # (1, units)
    ("ex-regression-dof", right_df),
    ("ex-regression-dof", lambda X, weight_decay: right_df(X, weight_decay).item()),
    ("ex-regression-gain", gain),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0, correction=0).mean().item()),
    ("ex-regression-hole", np.array(HOLE)),
    ("ex-regression-hole", torch.tensor([10.3, 21.2, 4.0, 5.2])),
    ("ex-regression-hole", seeds(lambda seed: HOLE_RUNS[seed])),
    ("ex-regression-hole", seeds(lambda seed: MORE_HOLES[seed], len(MORE_HOLES))),
]

WRONG = [
    ("ex-regression-steps", 7500, "the last, smaller batch is a step too"),
    ("ex-regression-steps", 7812.5, "there are no parts of a step"),
    ("ex-regression-steps", 16, "in one epoch"),
    ("ex-regression-steps", 500_000, "one step for each point"),
    ("ex-regression-steps", 500, "the number of epochs"),
    ("ex-regression-steps", 8001, "too large"),
    ("ex-regression-steps", ..., "the answer is missing"),
    ("ex-regression-steps", 500 * 64, "the number of points in a batch"),
    ("ex-regression-steps", -8000, "the sign is wrong"),
    ("ex-regression-unit", 144, "take the root"),
    ("ex-regression-unit", 3.6, "take its root before the unit comes in"),
    ("ex-regression-unit", 0.3, "still in the standardised unit"),
    ("ex-regression-unit", 0.0075, "not divided"),
    ("ex-regression-unit", 3.6**0.5, "not a variance"),
    ("ex-regression-unit", 480, "it is too large"),
    ("ex-regression-unit", 1200, "a hundred times"),
    ("ex-regression-unit", 40, "it is too large"),
    ("ex-regression-noise", [NOISE[10], NOISE[20]], "a dictionary with the keys 10 and 20"),
    ("ex-regression-noise", {10: NOISE[10]}, "a dictionary with the keys 10 and 20"),
    ("ex-regression-noise", {10: 71.6, 20: 283.5}, "a row of 2 numbers is asked for"),
    ("ex-regression-noise", {10: (71.6, -1), 20: (283.5, 69.2)}, "mean squares are positive"),
    (
        "ex-regression-noise",
        from_noise(lambda a, b, c, d: (a / 3159, b, c / 3398, d)),
        "multiply each by its own",
    ),
    ("ex-regression-noise", dict.fromkeys([10, 20], (68.1, 18.4)), "two are the same number"),
    ("ex-regression-noise", {10: (68.1, 68.1), 20: (271.1, 271.1)}, "two are the same number"),
    (
        "ex-regression-noise",
        from_noise(lambda a, b, c, d: (a, b / 3159, c, d / 3398)),
        "turn the prediction back",
    ),
    ("ex-regression-noise", {10: (68.1, 2800), 20: (271.1, 2900)}, "an untrained network"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (c, d, a, b)), "changed places"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (b, a, d, c)), "changed places"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (a, d, c, b)), "are 'distance at 10' and"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (a, a - 0.1, c, c - 0.1)), "not to the true curve"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (a, b, 1.2 * a, d)), "nearly fourfold"),
    (
        "ex-regression-noise",
        from_noise(lambda a, b, c, d: (a**0.5, b**0.5, c**0.5, d**0.5)),
        "root mean squares",
    ),
    (
        "ex-regression-noise",
        from_noise(lambda a, b, c, d: (a, b**0.5, c, d**0.5)),
        "the mean squares are ask",
    ),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (a, 0.3 * b, c, 0.3 * d)), "to the true curve"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (a, 0.65 * b, c, 0.65 * d)), "to the true curve"),
    ("ex-regression-noise", from_noise(lambda a, b, c, d: (a, 1.5 * b, c, 1.5 * d)), "to the true curve"),
    ("ex-regression-noise", {10: (100.5, 38.1), 20: (303.1, 70.0)}, "five best of 20"),  # medians
    ("ex-regression-noise", {10: (100.5, 70.0), 20: (303.1, 38.1)}, "a larger distance, too"),
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
    ("ex-regression-bootstrap", skewed, "the same chance"),
    ("ex-regression-bootstrap", shuffled_sample, "different networks receive the same points"),
    ("ex-regression-bootstrap", moved_on, "one sample is another one, moved on"),
    ("ex-regression-bootstrap", half_without, "not that of independent draws"),
    ("ex-regression-bootstrap", seed_copied, "nothing was drawn from the generator"),
    ("ex-regression-bootstrap", sorted_in_place, "X has changed"),
    ("ex-regression-bootstrap", unseeded, "nothing was drawn from the generator"),
    ("ex-regression-bootstrap", partly_seeded, "does every draw use it?"),
    ("ex-regression-bootstrap", own_seed, "nothing was drawn from the generator"),
    ("ex-regression-bootstrap", seeded_inside, "never seeded inside"),
    ("ex-regression-fold", lambda *a: None, "returns nothing"),
    ("ex-regression-fold", lambda *a: fold(*a)[:3], "W1, b1, W2 and b2 are asked for"),
    ("ex-regression-fold", other_fold(0, lambda *a: a[0] * a[5]), "W1: W1 is multiplied by x_std"),
    ("ex-regression-fold", other_fold(0, lambda *a: a[0]), "W1 is as it was"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1]), "the mean of x has to go somewhere"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] + a[4] / a[5] * a[0][0]), "the wrong sign"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] - a[4] * a[0][0]), "divided by x_std in b1"),
    ("ex-regression-fold", other_fold(1, lambda *a: (a[1] - a[4] * a[0][0]) / a[5]), "b1 is divided"),
    ("ex-regression-fold", other_fold(1, lambda *a: a[1] - a[4] / a[5] * a[0].T), "b1: this is a tensor"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3] * a[7] - a[6]), "comes into b2 with the wrong"),
    ("ex-regression-fold", other_fold(2, lambda *a: a[2] / a[7]), "W2 is divided"),
    ("ex-regression-fold", other_fold(2, lambda *a: a[2]), "W2 is as it was"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3] + a[6]), "b2 itself has to be multiplied"),
    ("ex-regression-fold", other_fold(3, lambda *a: (a[3] + a[6]) * a[7]), "before the multiplication"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3] * a[7]), "y_mean is missing"),
    ("ex-regression-fold", other_fold(3, lambda *a: a[3]), "b2 is as it was"),
    ("ex-regression-fold", fold_in_place, "b1 has changed"),
    ("ex-regression-dof", df_with(lambda n, w: 0), "the penalty has no effect"),
    ("ex-regression-dof", df_with(lambda n, w: n * w), "the factor 1/2 of the penalty is missing"),
    ("ex-regression-dof", df_with(lambda n, w: w / 2), "n is missing beside λ"),
    ("ex-regression-dof", df_with(lambda n, w: w), "n and the 1/2 are missing"),
    ("ex-regression-dof", df_with(lambda n, w: 2 * n * w), "a factor of 4"),
    ("ex-regression-dof", lambda X, weight_decay: len(X) - right_df(X, weight_decay), "I − M"),
    ("ex-regression-dof", df_of_squares, "the covariance has M once"),
    ("ex-regression-dof", df_with(lambda n, w: w / 2 / n), "n stands beside λ"),
    (
        "ex-regression-dof",
        lambda X, weight_decay: X.shape[1] - right_df(X, weight_decay),
        "what is left of p",
    ),
    ("ex-regression-dof", lambda X, weight_decay: X.shape[1], "the penalty has no effect"),
    ("ex-regression-dof", lambda X, weight_decay: smoother(X, 0.1), "and a number is asked for"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0).mean(), "divides by r."),
    ("ex-regression-gain", lambda Y_hat: Y_hat.std(0, correction=0).mean(), "not a standard deviation"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.std(0, correction=0).mean() ** 2, "squared after averaging"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(1, correction=0).mean(), "taken over the points"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(correction=0), "members and points together"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0, correction=0).sum(), "summed over the points"),
    ("ex-regression-gain", lambda Y_hat: len(Y_hat) * gain(Y_hat), "summed over the members"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.mean(0).var(correction=0), "the variance of the mean"),
    ("ex-regression-gain", lambda Y_hat: -gain(Y_hat), "the sign is wrong"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.sub_(Y_hat.mean(0)).square().mean(), "Y_hat has changed"),
    ("ex-regression-gain", lambda Y_hat: Y_hat.var(0, correction=0), "a number is asked for"),
    ("ex-regression-hole", HOLE[:3], "a row of 4 numbers"),
    ("ex-regression-hole", [float("nan"), *HOLE[1:]], "the number is not finite"),
    ("ex-regression-hole", [-HOLE[0], *HOLE[1:]], "four positive numbers"),
    (
        "ex-regression-hole",
        seeds(lambda seed: [v / 56 for v in HOLE_RUNS[seed]]),
        "turn the predictions back",
    ),
    ("ex-regression-hole", seeds(lambda seed: [v**2 for v in HOLE_RUNS[seed]]), "these are mean squares"),
    ("ex-regression-hole", [104.8, 448.7, 16.2, 26.9], "these are mean squares"),
    ("ex-regression-hole", [11.3, 22.8, 5.36, 5.41], "are stuck networks left out?"),
    ("ex-regression-hole", [3.4, 3.2, 6.1, 11.5], "were the points with 1 < x < 3 left out"),  # −3 < x < −1
    ("ex-regression-hole", [12, 70, 4, 80], "standardised by the points left"),
    ("ex-regression-hole", [59, 59, 58, 58], "far larger in the hole"),
    ("ex-regression-hole", [12, 12, 12, 12], "all are equal"),
    ("ex-regression-hole", [3, 8, 4, 4.1], "were the points with 1 < x < 3 left out"),
    ("ex-regression-hole", seeds(lambda seed: UNCUT_RUNS[seed], len(UNCUT_RUNS)), "were the points with"),
    ("ex-regression-hole", [HOLE[i] for i in (0, 0, 2, 2)], "spread and error are the same number"),
    ("ex-regression-hole", [HOLE[i] for i in (1, 1, 3, 3)], "spread and error are the same number"),
    ("ex-regression-hole", [HOLE[i] for i in (0, 1, 2, 2)], "elsewhere spread and error are the same"),
    ("ex-regression-hole", hole_run(1, 0, 3, 2), "changed places"),  # error before spread
    ("ex-regression-hole", hole_run(2, 3, 0, 1), "changed places"),  # elsewhere before the hole
    ("ex-regression-hole", hole_run(0, 2, 1, 3), "are 'error in the hole' and 'spread elsewhere' exchanged"),
    (
        "ex-regression-hole",
        hole_run(1, 0, 2, 3),
        "are 'spread in the hole' and 'error in the hole' exchanged",
    ),
    ("ex-regression-hole", hole_run(0, 1, 3, 2), "are 'spread elsewhere' and 'error elsewhere' exchanged"),
]


TestRegression = attempts(regression, RIGHT, WRONG, least=(3, 8))
