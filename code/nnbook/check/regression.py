"""The checkers of the chapter "Regression"."""

import torch

from nnbook.check.compare import as_tensor, call, compare, describe, require_function, tried_with, try_on
from nnbook.check.verdict import Wrong, checker


def number(attempt, right: float, mistakes: dict[str, float], rtol: float = 1e-6) -> None:
    """Compare one number; `mistakes` are sentences with the numbers to which the mistakes lead."""
    wrong = {text: torch.tensor(float(value)) for text, value in mistakes.items()}
    compare(attempt, torch.tensor(float(right)), wrong, rtol=rtol)


@checker("ex-regression-steps")
def steps(attempt) -> str:
    """500 epochs of 16 batches."""
    mistakes = {
        "the last, smaller batch is a step too.": 500 * 15,
        "there are no parts of a step: how many batches has one pass?": 500 * 1000 / 64,
        "that is the number of steps in one epoch.": 16,
        "that would be one step for each point; a step takes a whole batch.": 500 * 1000,
        "that is the number of epochs.": 500,
    }
    number(attempt, 500 * 16, mistakes)
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
    number(attempt, 12, mistakes, rtol=1e-4)
    return "the root of the loss, times the standard deviation of the targets."


@checker("ex-regression-noise")
def noise(attempt) -> str:
    """Median training loss and distance for noise of deviation 10 and 20."""
    if not isinstance(attempt, dict) or set(attempt) != {10, 20}:
        raise Wrong("a dictionary with the keys 10 and 20 is asked for, a pair of numbers for each.")
    (loss, distance), (loss_20, distance_20) = (
        as_tensor(attempt[tau], torch.zeros(2)).tolist() for tau in (10, 20)
    )
    if not min(loss, distance, loss_20, distance_20) > 0:
        raise Wrong("mean squares are positive; is there a nan, or a difference without its square?")
    if max(loss, loss_20) < 2:
        raise Wrong("these losses are in the standardised unit: multiply each by its own s_y².")
    if loss == loss_20 or distance == distance_20:
        raise Wrong("both noises give the same number: does each run use its own data?")
    if max(distance, distance_20) < 2:
        raise Wrong(
            "the distances are in the standardised unit: turn the prediction back before you compare."
        )
    if distance > 1000 or distance_20 > 1000:
        raise Wrong(
            "the distance is that of an untrained network: are grid and prediction both converted "
            "by the training data's mean and deviation?"
        )
    if loss > loss_20:
        raise Wrong("more noise should leave a larger loss: have the two changed places?")
    if not 2 <= loss_20 / loss <= 6:
        raise Wrong("the loss should grow twofold to fivefold: are both runs of 20 networks and 1,000 steps?")
    if distance > loss and distance_20 > loss_20:
        raise Wrong("the loss is the larger of the two here: is the pair in the order (loss, distance)?")
    return "both grow with the variance of the noise."


def points(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """X and y, (n, 1), of which every entry tells its row."""
    X = torch.arange(float(n))[:, None]
    return X, 10 * X + 1


def pair(attempt, inputs: dict) -> list[torch.Tensor]:
    """The two tensors that `bootstrap` gives."""
    result = call(attempt, inputs)
    if result is None or result is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong(f"a pair of tensors is asked for, and this is {describe(result)}.")
    shape = (inputs["n_nets"], *inputs["X"].shape)
    return [as_tensor(part, torch.zeros(shape)) for part in result]


@checker("ex-regression-bootstrap")
def bootstrap(attempt) -> str:
    """Pairs drawn with replacement, other ones for each network."""
    for n, n_nets in [(50, 4), (7, 1), (4, 60)]:
        X, y = points(n)
        inputs = {"X": X, "y": y, "n_nets": n_nets}
        require_function(attempt, {**inputs, "generator": "g"})
        draws = []
        with tried_with(inputs):
            for seed in (0, 0, 1):
                generator = torch.Generator().manual_seed(seed)
                draws.append(pair(attempt, {**inputs, "generator": generator}))
            judge_samples(n, *draws[0])
            if not torch.equal(draws[0][0], draws[1][0]):
                raise Wrong("the same generator gives other samples: does every draw use it?")
            if torch.equal(draws[0][0], draws[2][0]):
                raise Wrong("another generator gives the same samples: is it used, and never seeded inside?")
    return "with replacement, pairs together, a sample of its own for each network."


def judge_samples(n: int, X: torch.Tensor, y: torch.Tensor) -> None:
    """Raise `Wrong` unless X and y, (n_nets, n, 1), may be bootstrap samples of `points(n)`."""
    if torch.equal(y, X):
        raise Wrong("both tensors are the same: the second belongs to y.")
    if not torch.isin(X, points(n)[0].double()).all():
        raise Wrong("the samples hold values that X has not: they consist of rows of X as they are.")
    if not torch.equal(y, 10 * X + 1):
        raise Wrong("x and y are no longer pairs: draw the places once and use them for both.")
    if len(X) > 10 * n and len(X.unique()) < n:  # by chance as good as never
        raise Wrong("a row of X never occurs: randint draws below its upper end, so that end is n.")
    distinct = torch.tensor([len(sample.unique()) for sample in X])
    if (distinct == n).all():
        raise Wrong("each point occurs exactly once: draw with replacement.")
    if (distinct == 1).all():
        raise Wrong("a sample holds one point again and again: draw a place for each of its n rows.")
    if len(X) > 1 and torch.equal(X, X[:1].expand_as(X)):
        raise Wrong("all networks receive the same sample: draw other places for each.")


FOLD_ARGUMENTS = ("W1", "b1", "W2", "b2", "x_mean", "x_std", "y_mean", "y_std")


@checker("ex-regression-fold")
def fold(attempt) -> str:
    """The four parameters with which a network takes raw inputs and gives raw outputs."""
    generator = torch.Generator().manual_seed(0)
    for units in (5, 1):
        W1, b1, W2 = torch.randn(3, units, generator=generator)
        params = [W1[None], b1, W2[:, None], torch.tensor([0.3])]
        inputs = dict(zip(FOLD_ARGUMENTS, [*params, 3.0, 2.0, -7.0, 5.0], strict=True))
        require_function(attempt, inputs)
        own = {name: v.clone() if torch.is_tensor(v) else v for name, v in inputs.items()}
        with tried_with(inputs):
            result = call(attempt, own)
            if result is None or result is ...:
                raise Wrong("the function returns nothing: is a line still to be written?")
            if not isinstance(result, tuple | list) or len(result) != 4:
                raise Wrong(f"four parameters are asked for, and this is {describe(result)}.")
            judge_fold(params, result)
            if any(not torch.equal(own[name], inputs[name]) for name in FOLD_ARGUMENTS[:4]):
                raise Wrong("the result is right, but a parameter was changed in place; return new ones.")
    return "raw in, raw out, the same network."


def judge_fold(params: list[torch.Tensor], result) -> None:
    """Compare each folded parameter, for the means 3 and −7 and the deviations 2 and 5."""
    W1, b1, W2, b2 = params
    mistakes = {
        "W1": {"W1 is multiplied by x_std where it should be divided.": W1 * 2, "W1 is as it was.": W1},
        "b1": {
            "b1 is as it was: the mean of x has to go somewhere.": b1,
            "the mean of x comes into b1 with the wrong sign.": b1 + 1.5 * W1[0],
            "x_mean is to be divided by x_std in b1.": b1 - 3 * W1[0],
            "b1 is divided by x_std; only what is multiplied by x is.": b1 / 2 - 1.5 * W1[0],
        },
        "W2": {"W2 is divided by y_std where it should be multiplied.": W2 / 5, "W2 is as it was.": W2},
        "b2": {
            "b2 itself has to be multiplied by y_std too.": b2 - 7,
            "y_mean is added before the multiplication by y_std.": 5 * (b2 - 7),
            "y_mean is missing in b2.": 5 * b2,
            "y_mean comes into b2 with the wrong sign.": 5 * b2 + 7,
            "b2 is as it was.": b2,
        },
    }
    wanted = {"W1": W1 / 2, "b1": b1 - 1.5 * W1[0], "W2": 5 * W2, "b2": 5 * b2 - 7}
    for (name, want), got in zip(wanted.items(), result, strict=True):
        in_a_row = want.ndim == 1 and torch.is_tensor(got) and got.shape == (1, len(want))
        try:
            compare(got[0] if in_a_row else got, want, mistakes[name])
        except Wrong as wrong:
            raise Wrong(f"in {name}: {wrong}") from None


@checker("ex-regression-dof")
def dof(attempt) -> str:
    """The trace of X (XᵀX + nλ/2 I)⁻¹ Xᵀ."""
    generator = torch.Generator().manual_seed(0)
    for n, p, weight_decay in [(40, 5, 0.3), (40, 5, 0.0), (10, 3, 2.0)]:
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
            "that is what is left of n, the trace of I − M.": n - want,
            "that is the trace of MᵀM; the covariance has M once.": (
                (g / (g + n * weight_decay / 2)).square().sum()
            ),
        }
        try_on(attempt, {"X": X, "weight_decay": weight_decay}, want, mistakes=mistakes, batch=n)
    return "it is the trace of M, and p without a penalty."


@checker("ex-regression-gain")
def gain(attempt) -> str:
    """The variance over the members (divided by r), averaged over the points."""
    generator = torch.Generator().manual_seed(0)
    for r, n in [(6, 30), (2, 1)]:
        Y_hat = torch.randn(r, n, generator=generator) + torch.arange(float(n))
        variance = Y_hat.var(0, correction=0)
        mistakes = {
            "it is divided by r − 1; the mean over the members divides by r.": Y_hat.var(0).mean(),
            "the spread is to be squared: a variance, not a standard deviation.": variance.sqrt().mean(),
            "it is squared after averaging over the points.": variance.sqrt().mean().square(),
            "the variance is taken over the points; it is the members that differ.": (
                Y_hat.var(1, correction=0).mean()
            ),
            "the variance is taken over members and points together.": Y_hat.var(correction=0),
            "it is summed over the points.": variance.sum(),
            "it is summed over the members.": r * variance.mean(),
        }
        if n == 1:  # for one point, some mistakes are none
            mistakes = {text: value for text, value in mistakes.items() if "members together" not in text}
        try_on(attempt, {"Y_hat": Y_hat}, variance.mean(), mistakes=mistakes)
    return "the gain of the mean is the members' variance."


@checker("ex-regression-hole")
def hole(attempt) -> str:
    """Spread and error in the hole, spread and error elsewhere."""
    got = as_tensor(attempt, torch.zeros(4)).tolist()
    spread, error, spread_out, error_out = got
    if not min(got) > 0:
        raise Wrong("four positive numbers are asked for; is there a nan, or is no network left?")
    if max(got) < 1:
        raise Wrong("these are in the standardised unit: turn the predictions back.")
    if max(error, error_out) > 60:
        raise Wrong("such errors are those of untrained networks: is grid standardised by the points left?")
    if error < error_out:
        raise Wrong("the error should be larger in the hole: was it cut, and is the order as asked?")
    if spread < spread_out:
        raise Wrong(
            "the spread should be larger in the hole: are its points left out of the training, and are "
            "stuck networks left out of the ensemble?"
        )
    return "the spread is larger in the hole, as it should be. Now say how far it can be trusted."
