"""How results of two exercises of "Regression" are judged: bootstrap samples and folded networks."""

import torch
import torch.nn.functional as F

from nnbook.check.compare import as_tensor, compare_parts, describe, numbers, parts
from nnbook.check.verdict import Wrong


def points(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """X and y, (n, 1), of which every entry tells its row."""
    X = torch.arange(float(n))[:, None]
    return X, 10 * X + 1


def sample_pair(result, n_nets: int, n: int) -> list[torch.Tensor]:
    """The two tensors that `bootstrap` gives, (n_nets, n, 1) each."""
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise Wrong(f"a pair of tensors is asked for, and this is {describe(result)}.")
    return [as_tensor(part, torch.zeros(n_nets, n, 1)) for part in result]


def judge_samples(n: int, X: torch.Tensor, y: torch.Tensor) -> None:
    """Raise `Wrong` unless X and y, (n_nets, n, 1), may be bootstrap samples of `points(n)`."""
    if torch.equal(y, X):
        raise Wrong("both tensors are the same: the second belongs to y.")
    if not torch.isin(X, points(n)[0].double()).all():
        raise Wrong("the samples hold values that X has not: they consist of rows of X as they are.")
    if not torch.equal(y, 10 * X + 1):
        raise Wrong("x and y are no longer pairs: draw the places once and use them for both.")
    distinct = torch.tensor([len(sample.unique()) for sample in X])
    if len(X) > 1 and (distinct == n).all():  # a single small sample may hold each point by chance
        raise Wrong("each point occurs exactly once: draw with replacement.")
    if (distinct == 1).all():
        raise Wrong("a sample holds one point again and again: draw a place for each of its n rows.")
    if len(X) > 1 and torch.equal(X, X[:1].expand_as(X)):
        raise Wrong("all networks receive the same sample: draw other places for each.")


def judge_chances(X: torch.Tensor) -> None:
    """Raise `Wrong` unless 1000 samples of 20 points look like independent, uniform draws.

    All bounds are six standard deviations or more from what is to be expected.
    """
    places = X[:, :, 0].long()  # (1000, 20)
    counts = places.flatten().bincount(minlength=20)  # 1000 ± 31 each
    shifts = (places[1:] - places[:-1]) % 20
    if (shifts == shifts[:, :1]).all(1).any():
        raise Wrong("one sample is another one, moved on: draw the places of each network anew.")
    times = F.one_hot(places, 20).sum(1)  # (1000, 20), how often each point occurs
    if len(times.unique(dim=0)) < 900:
        raise Wrong("different networks receive the same points: draw other places for each.")
    if (counts == 0).any():
        raise Wrong("a row of X never occurs: randint draws below its upper end, so that end is n.")
    if (counts - 1000).abs().max() > 190:
        raise Wrong("some rows of X occur far more often than others: each has the same chance.")
    distinct = (times > 0).sum(1).double()
    if distinct.std() < 0.5 or abs(distinct.mean() - 20 * (1 - 0.95**20)) > 0.25:  # 12.83 ± 0.04
        raise Wrong("the number of different points in a sample is not that of independent draws.")


def judge_fold(params: list[torch.Tensor], scales: tuple[float, float, float, float], result) -> None:
    """Compare the folded parameters: by what the network gives, and one by one to say what is wrong."""
    got = parts(result, ["W1", "b1", "W2", "b2"])
    W1, b1, W2, b2 = params
    x_mean, x_std, y_mean, y_std = scales
    shift = x_mean / x_std * W1[0]
    wanted = {"W1": W1 / x_std, "b1": b1 - shift, "W2": y_std * W2, "b2": y_std * b2 + y_mean}
    if same_network(got, wanted):
        return
    mistakes = {
        "W1": {"W1 is multiplied by x_std where it should be divided.": W1 * x_std, "W1 is as it was.": W1},
        "b1": {
            "b1 is as it was: the mean of x has to go somewhere.": b1,
            "the mean of x comes into b1 with the wrong sign.": b1 + shift,
            "x_mean is to be divided by x_std in b1.": b1 - x_mean * W1[0],
            "b1 is divided by x_std; only what is multiplied by x is.": b1 / x_std - shift,
            "the mean of x is to be multiplied by W1 before it comes into b1.": b1 - x_mean / x_std,
        },
        "W2": {
            "W2 is divided by y_std where it should be multiplied.": W2 / y_std,
            "W2 is as it was.": W2,
            "W2 is only multiplied; nothing is added to it.": y_std * W2 + y_mean,
        },
        "b2": {
            "b2 itself has to be multiplied by y_std too.": b2 + y_mean,
            "y_mean is added before the multiplication by y_std.": y_std * (b2 + y_mean),
            "y_mean is missing in b2.": y_std * b2,
            "y_mean comes into b2 with the wrong sign.": y_std * b2 - y_mean,
            "b2 is as it was.": b2,
        },
    }
    got = {name: one_row(value, wanted[name]) for name, value in got.items()}
    compare_parts(got, wanted, mistakes)
    raise Wrong("with these parameters the formula does not give the outputs: have shapes changed?")


def one_row(value, want: torch.Tensor):
    """A bias of shape (1, units) as the row that it is, for broadcasting makes no difference."""
    return value[0] if torch.is_tensor(value) and value.shape == (1, *want.shape) else value


def same_network(got: dict, wanted: dict) -> bool:
    """Whether the formula gives the same with both, for two functions in the place of φ."""
    x = torch.linspace(-4, 4, 9, dtype=torch.float64)[:, None]
    try:
        W1, b1, W2, b2 = (numbers(value).double() for value in got.values())
        outputs = [[phi(x @ W1 + b1) @ W2 + b2 for phi in (torch.tanh, torch.relu)]]
    except (TypeError, ValueError, RuntimeError):
        return False
    W1, b1, W2, b2 = (value.double() for value in wanted.values())
    outputs.append([phi(x @ W1 + b1) @ W2 + b2 for phi in (torch.tanh, torch.relu)])
    return all(
        a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-4)
        for a, b in zip(*outputs, strict=True)
    )
