"""The checkers of the chapter "Regression"."""

from collections.abc import Iterator

import torch

from nnbook.check.compare import (
    Case,
    as_tensor,
    between,
    compare,
    distinct,
    fulfilled,
    in_order,
    ratio,
    read_named,
    require,
    try_on_all,
    trying,
)
from nnbook.check.measuring import Relation
from nnbook.check.regression_results import judge_chances, judge_fold, judge_samples, points, sample_pair
from nnbook.check.verdict import Wrong, checker


@checker("ex-regression-steps")
def steps(attempt) -> str:
    """500 epochs of 16 batches."""
    mistakes = {
        "the last, smaller batch is a step too.": 500 * 15,
        "there are no parts of a step: how many batches has one pass?": 500 * 1000 / 64,
        "that is the number of steps in one epoch.": 16,
        "that would be one step for each point; a step takes a whole batch.": 500 * 1000,
        "that is the number of epochs.": 500,
        "that is the number of points in a batch times that of the epochs.": 500 * 64,
    }
    compare(attempt, 500 * 16, mistakes, rtol=1e-6)
    return "16 steps an epoch, the last one on 40 points."


@checker("ex-regression-unit")
def unit(attempt) -> str:
    """A loss of 0.09 at s_y = 40: a root mean square of 12."""
    mistakes = {
        "that is the mean square, in square metres: take the root.": 40**2 * 0.09,
        "the loss is a square: take its root before the unit comes in.": 40 * 0.09,
        "that is still in the standardised unit.": 0.3,
        "the root of the loss is to be multiplied by s_y, not divided.": 0.3 / 40,
        "s_y is a standard deviation, not a variance: its square goes with the loss.": (40 * 0.09) ** 0.5,
    }
    compare(attempt, 12, mistakes)
    return "the root of the loss, times the standard deviation of the targets."


LOSSES, DISTANCES = ("loss at 10", "loss at 20"), ("distance at 10", "distance at 20")


@checker("ex-regression-noise")
def noise(attempt) -> str:
    """Mean training loss and distance of the five best of 20, for noise of deviation 10 and 20.

    With 20 seeds the loss grew by a factor of 3.6 to 4.1, and the distance by one of 2.2 to 3.6, from 15.7
    to 22.5 to 48.9 to 60.2.
    """
    if not isinstance(attempt, dict) or set(attempt) != {10, 20}:
        raise Wrong("a dictionary with the keys 10 and 20 is asked for, a pair of numbers for each.")
    v = {}
    for tau in (10, 20):
        pair = as_tensor(attempt[tau], torch.zeros(2)).tolist()
        v |= {f"loss at {tau}": pair[0], f"distance at {tau}": pair[1]}
    if not min(v.values()) > 0:
        raise Wrong("mean squares are positive; is there a nan, or a difference without its square?")
    if max(v[name] for name in LOSSES) < 2:
        raise Wrong("these losses are in the standardised unit: multiply each by its own s_y².")
    if len(set(v.values())) < 4:
        raise Wrong("two are the same number: does each noise have data and networks of its own?")
    if max(v[name] for name in DISTANCES) < 2:
        raise Wrong("the distances are in the standardised unit: turn the prediction back first.")
    if max(v[name] for name in DISTANCES) > 1000:
        raise Wrong(
            "the distance is that of an untrained network: are grid and prediction both converted "
            "by the training data's mean and deviation?"
        )
    if 13.5 < v[DISTANCES[0]] ** 2 < 26 and 42 < v[DISTANCES[1]] ** 2 < 70:
        raise Wrong("the distances are root mean squares; the mean squares are asked for, in the unit of y².")
    true_curve = "that is not the mean distance of the five best to the true curve."
    stuck = "it should grow nearly fourfold: is it the mean of the five lowest of 20, without stuck ones?"
    require(
        v,
        [
            in_order(*LOSSES, say="more noise should leave a larger loss."),
            in_order(*DISTANCES, say="more noise should leave a larger distance, too."),
            between("loss at 10", 58, 82, say="the loss at 10 is not that of the five best of 20."),
            ratio(*LOSSES[::-1], 3.2, 4.6, say=f"the loss: {stuck}"),
            ratio("loss at 10", "distance at 10", 2, say="that distance is not to the true curve."),
            ratio("loss at 20", "distance at 20", 3, say="that distance is not to the true curve."),
            ratio(*DISTANCES[::-1], 1.7, 4.3, say="the distance should grow, by less than fourfold."),
            between("distance at 10", 13.5, 26, say=f"10: {true_curve}"),
            between("distance at 20", 42, 70, say=f"20: {true_curve}"),
        ],
    )
    return "the loss grows nearly with the variance of the noise, the distance by less."


@checker("ex-regression-bootstrap")
def bootstrap(attempt) -> str:
    """Pairs drawn with replacement, other ones for each network."""
    for n, n_nets in [(50, 4), (7, 1), (20, 1000)]:
        X, y = points(n)
        draws = []
        for seed in (0, 0, 1):
            generator = torch.Generator().manual_seed(seed)
            before = generator.get_state()
            with trying(attempt, {"X": X, "y": y, "n_nets": n_nets, "generator": generator}) as result:
                draws.append(sample_pair(result, n_nets, n))
                judge_samples(n, *draws[-1])
                if not torch.equal(draws[0][0], draws[min(len(draws) - 1, 1)][0]):
                    raise Wrong("the same generator gives other samples: does every draw use it?")
                if len(draws) == 3 and torch.equal(draws[0][0], draws[2][0]):
                    raise Wrong(
                        "another generator gives the same samples: is it used, and never seeded inside?"
                    )
                if torch.equal(before, generator.get_state()):
                    raise Wrong("nothing was drawn from the generator: hand it to the function that draws.")
        if n_nets == 1000:
            judge_chances(draws[0][0])
    return "with replacement, pairs together, a sample of its own for each network."


FOLD_ARGUMENTS = ("W1", "b1", "W2", "b2", "x_mean", "x_std", "y_mean", "y_std")


@checker("ex-regression-fold")
def fold(attempt) -> str:
    """The four parameters with which a network takes raw inputs and gives raw outputs."""
    generator = torch.Generator().manual_seed(0)
    for units, scales in [(5, (3.0, 2.5, -7.0, 1.7)), (1, (-0.4, 0.3, 20.0, 6.0))]:
        W1, b1, W2 = torch.randn(3, units, generator=generator)
        params = [W1[None], b1, W2[:, None], torch.tensor([0.3])]
        with trying(attempt, dict(zip(FOLD_ARGUMENTS, [*params, *scales], strict=True))) as result:
            judge_fold(params, scales, result)
    return "raw in, raw out, the same network."


@checker("ex-regression-dof")
def dof(attempt) -> str:
    """The trace of X (XᵀX + nλ/2 I)⁻¹ Xᵀ."""
    try_on_all(attempt, dof_cases())
    return "it is the trace of M, and p without a penalty."


def dof_cases() -> Iterator[Case]:
    """Three matrices, with a penalty and without."""
    generator = torch.Generator().manual_seed(0)
    for n, p, weight_decay in [(40, 5, 0.3), (13, 3, 2.0), (40, 5, 0.0)]:
        X = torch.randn(n, p, generator=generator, dtype=torch.float64) * torch.arange(1, p + 1)
        g = torch.linalg.eigvalsh(X.T @ X)

        def df(strength, g=g):
            return (g / (g + strength)).sum()

        want = df(n * weight_decay / 2)
        mistakes = {
            "the penalty has no effect.": df(0),
            "the factor 1/2 of the penalty is missing.": df(n * weight_decay),
            "the loss is a mean: n is missing beside λ.": df(weight_decay / 2),
            "n and the 1/2 are missing beside λ.": df(weight_decay),
            "the penalty is too strong by a factor of 4: is it multiplied by 2 instead of divided?": df(
                2 * n * weight_decay
            ),
            "the loss is a mean: n stands beside λ, it does not divide it.": df(weight_decay / 2 / n),
            "that is what is left of n, the trace of I − M.": n - want,
            "that is what is left of p.": p - want,
            "that is the trace of MᵀM; the covariance has M once.": (
                (g / (g + n * weight_decay / 2)).square().sum()
            ),
        }
        yield Case({"X": X, "weight_decay": weight_decay}, want, mistakes, n)


@checker("ex-regression-gain")
def gain(attempt) -> str:
    """The variance over the members (divided by r), averaged over the points."""
    try_on_all(attempt, (gain_case(r, n) for r, n in [(6, 30), (3, 7), (2, 1)]))
    return "the gain of the mean is the members' variance."


def gain_case(r: int, n: int) -> Case:
    """Predictions of r members at n points."""
    generator = torch.Generator().manual_seed(r)
    Y_hat = torch.randn(r, n, generator=generator, dtype=torch.float64) + torch.arange(float(n))
    variance = Y_hat.var(0, correction=0)
    mistakes = {
        "it is divided by r − 1; the mean over the members divides by r.": Y_hat.var(0).mean(),
        "the spread is to be squared: a variance, not a standard deviation.": variance.sqrt().mean(),
        "it is squared after averaging over the points.": variance.sqrt().mean().square(),
        "the variance is taken over the points; it is the members that differ.": Y_hat.var(
            1, correction=0
        ).mean(),
        "the variance is taken over members and points together.": Y_hat.var(correction=0),
        "it is the variance of the mean over the points; the members are what differs.": (
            Y_hat.mean(0).var(correction=0)
        ),
        "it is summed over the points.": variance.sum(),
        "it is summed over the members.": r * variance.mean(),
    }
    return Case({"Y_hat": Y_hat}, variance.mean(), mistakes)


HOLE = ["spread in the hole", "error in the hole", "spread elsewhere", "error elsewhere"]


@checker("ex-regression-hole")
def hole(attempt) -> str:
    """Spread and error in the hole, spread and error elsewhere.

    With 30 seeds the error in the hole was 1.2 to 3.6 times the spread there and 3.7 to 4.9 times the error
    elsewhere; of data that were not cut it was at most 1.3 times the error elsewhere. The spread elsewhere
    was 2.9 to 4.2, with the stuck networks 4.7 to 5.4. Means of sizes in place of root mean squares cannot be
    told from another seed.
    """
    v = read_named(attempt, HOLE)
    _, error, _, error_out = HOLE
    if not min(v.values()) > 0:
        raise Wrong("four positive numbers are asked for; is no network left, or a sign?")
    if max(v.values()) < 1:
        raise Wrong("these are in the standardised unit: turn the predictions back.")
    relations = hole_relations()
    if fulfilled({name: value**0.5 for name, value in v.items()}, relations):
        raise Wrong("these are mean squares; their roots are asked for.")
    if max(v[error], v[error_out]) > 60:
        raise Wrong("such errors are those of untrained networks: is grid standardised by the points left?")
    require(v, relations)
    return "the spread is larger in the hole, as it should be. Now say how far it can be trusted."


def hole_relations() -> list[Relation]:
    """What the four numbers of a hole have to fulfil."""
    spread, error, spread_out, error_out = HOLE
    same = "spread and error are the same number: two things are asked for."
    cut = "were the points with 1 < x < 3 left out of the training?"
    stuck = "are stuck networks left out?"
    return [
        ratio(error, error_out, 2.2, 8, say=f"the error should be far larger in the hole: {cut}"),
        ratio(spread, spread_out, 1.25, 6, say=f"the spread should be larger in the hole: {cut}"),
        ratio(error, spread, 1, 5, say="in the hole the mean should be off by more than the spread."),
        distinct(spread, error, say=f"in the hole {same}"),
        distinct(spread_out, error_out, say=f"elsewhere {same}"),
        between(spread_out, 2.2, 4.55, say=f"elsewhere the spread is not that of good fits: {stuck}"),
        ratio(
            error_out,
            spread_out,
            0.9,
            2.2,
            say=f"elsewhere spread and error should be of like size: {stuck}",
        ),
        between(error_out, 3, 9, say="elsewhere the error is not that of a good fit."),
        between(error, 12.5, 36, say=f"the error in the hole is another: {cut}"),
        between(spread, 5, 20, say=f"the spread in the hole is another: {cut}"),
    ]
