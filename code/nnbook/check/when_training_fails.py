"""The checkers of the chapter "When training fails"."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from nnbook.check.compare import as_tensor, call, compare, require_function, try_on
from nnbook.check.mnist_from_scratch import shares
from nnbook.check.verdict import Wrong, checker

CAUSES = (
    "rate too small",
    "rate too large",
    "inputs not scaled",
    "zero weights",
    "dead units",
    "softmax before the loss",
    "labels in a wrong order",
)
DIAGNOSIS = {"A": 4, "B": 5, "C": 0, "D": 6}  # places in CAUSES
# What the reader can see and what speaks against each cause, unless it is the right one.
AGAINST = {
    "rate too small": "compare the relative updates of one step with a thousandth.",
    "rate too large": "compare the relative updates of one step with a thousandth.",
    "inputs not scaled": "look at the smallest and the largest input.",
    "zero weights": "look at the norms of the weights.",
    "dead units": "look at `dead_fraction` before the first step.",
    "softmax before the loss": "train on ten examples: how low does the loss go?",
    "labels in a wrong order": "look at some images beside their labels.",
}
FAULTS = {
    "mode": "the model is not in the mode for training: its batch normalisation ignores the batch.",
    "softmax": "what reaches F.cross_entropy is not scores.",
    "reset": "the second step still has the first one's gradient in it.",
}


@checker("ex-fail-first")
def first(attempt) -> str:
    """The cross-entropy of 26 equal scores: ln 26."""
    mistakes = {
        "that is the probability of each letter; the loss is made of it.": 1 / 26,
        "that is the value for ten classes.": math.log(10),
        "the natural logarithm is asked for, as in the loss.": math.log2(26),
        "the natural logarithm is asked for; this one has the base 10.": math.log10(26),
        "the sign is wrong: a loss of this kind is never negative.": -math.log(26),
    }
    want = torch.tensor(math.log(26), dtype=torch.float64)
    compare(attempt, want, {text: torch.tensor(v) for text, v in mistakes.items()}, rtol=3e-3)
    return "the logarithm of the number of classes."


@checker("ex-fail-decay")
def decay(attempt) -> str:
    """The validation accuracies at four weight decays, in a dictionary."""
    decays = [0, 0.001, 0.01, 0.1]
    if not isinstance(attempt, dict) or set(attempt) != set(decays):
        raise Wrong("a dictionary with the keys 0, 0.001, 0.01 and 0.1 is asked for.")
    none, little, more, much = shares([attempt[d] for d in decays]).tolist()
    if none == little == more == much:
        raise Wrong("all are equal: does each run use its own decay?")
    if min(none, little) < 0.7:
        raise Wrong("with little or no decay the patient should train: is it a new one, at the usual rate?")
    if much > 0.4:
        raise Wrong("0.1 should stop the patient: does each run begin with a new one?")
    if more <= much:
        raise Wrong("0.01 should still train: are two of the runs mixed up?")
    return "between 0.01 and 0.1 it ends, and not slowly."


@checker("ex-fail-patients")
def patients(attempt) -> str:
    """What is wrong with each of four set-ups, in a dictionary."""
    if not isinstance(attempt, dict) or set(attempt) != set(DIAGNOSIS):
        raise Wrong('a dictionary with the keys "A", "B", "C" and "D" is asked for.')
    for name, place in DIAGNOSIS.items():
        named = attempt[name]
        if named not in CAUSES:
            raise Wrong(f"patient {name}: {named!r} is none of the seven causes in the exercise.")
        if named != CAUSES[place]:
            raise Wrong(f"patient {name}: {AGAINST[named]}")
    return "all four, each by another instrument."


@checker("ex-fail-step")
def training_step(attempt) -> str:
    """One step of training, against a correct one and against each of its broken variants."""
    require_function(attempt, {"model": 0, "optimizer": 0, "X": 0, "y": 0})
    model, optimizer, batches = _classifier()
    losses = [call(attempt, {"model": model, "optimizer": optimizer, "X": X, "y": y}) for X, y in batches]
    if any(loss is None for loss in losses):
        raise Wrong("the function returns nothing: the loss is asked for.")
    if any(isinstance(loss, torch.Tensor) for loss in losses):
        raise Wrong("the loss is a tensor; a Python number is asked for.")
    losses = as_tensor(losses, torch.zeros(len(batches)))
    want_losses, want = _reference(set())
    got = _numbers(model)
    if torch.allclose(got, want, atol=1e-5):
        if not torch.allclose(losses, want_losses, atol=1e-4):
            raise Wrong("the step is right, but what is returned is not the loss before it.")
        return "parameters and running means are those of a correct step, three times in a row."
    names = list(FAULTS)
    for bits in (1, 2, 4, 3, 5, 6, 7):
        faults = {name for k, name in enumerate(names) if bits >> k & 1}
        if torch.allclose(got, _reference(faults)[1], atol=1e-5):
            left = f"{len(faults)} of the faults are left; one: " if len(faults) > 1 else ""
            raise Wrong(left + FAULTS[next(name for name in names if name in faults)])
    if torch.allclose(got, _numbers(_classifier()[0]), atol=1e-7):
        raise Wrong("the parameters have not moved: is there a step, and a gradient for it?")
    raise Wrong("after three steps the parameters are not those of a correct step.")


@checker("ex-fail-guard")
def guard(attempt) -> str:
    """Whether a batch can be given to a classifier, against a good one and eleven bad ones."""
    generator = torch.Generator().manual_seed(0)
    X, y = torch.rand(6, 4, generator=generator), torch.tensor([0, 1, 2, 2, 1, 0])
    with_nan, with_inf = X.clone(), X.clone()
    with_nan[2, 1], with_inf[0, 0] = math.nan, -math.inf
    tries = [
        ("this batch is good", X, y, True),
        ("standardised inputs are good, and may be negative", 3 - 8 * X, y, True),
        ("a batch of one is good", X[:1], y[:1], True),
        ("X is float64", X.double(), y, False),
        ("X is made of whole numbers", (9 * X).long(), y, False),
        ("X has a nan", with_nan, y, False),
        ("X has an infinite value", with_inf, y, False),
        ("X goes to 255", 255 * X, y, False),
        ("X goes to −255", -255 * X, y, False),
        ("X has three axes", X.reshape(6, 2, 2), y, False),
        ("y is float32", X, y.float(), False),
        ("y is a column", X, y[:, None], False),
        ("y has fewer entries than X has rows", X, y[:5], False),
        ("y holds the class K", X, y + 1, False),
        ("y holds the class −1", X, y - 1, False),
    ]
    require_function(attempt, {"X": X, "y": y, "K": 3})
    for what, X_try, y_try, want in tries:
        got = call(attempt, {"X": X_try.clone(), "y": y_try.clone(), "K": 3})
        if got is None or got is ...:
            raise Wrong("the function returns nothing: is a line still to be written?")
        if isinstance(got, torch.Tensor) and got.numel() != 1:
            raise Wrong("one True or False for the whole batch is asked for.")
        if bool(got) != want:
            raise Wrong(f"{what}, and the answer is {bool(got)}. (Tried with K = 3.)")
    return "it lets three good batches pass and stops twelve others."


@checker("ex-fail-entropy")
def lowest_loss(attempt) -> str:
    """The lowest cross-entropy of one row of scores for all examples: the entropy of the frequencies."""
    generator = torch.Generator().manual_seed(0)
    for n, K in [(200, 5), (40, 3), (1, 4)]:
        y = torch.randint(K - (n > 1 and K == 3), (n,), generator=generator)
        y[: n // 3] = 0
        f = y.bincount(minlength=K).double() / n
        want = torch.special.entr(f).sum()
        mistakes = {
            "that is ln K, which is lowest only if all classes are equally frequent.": torch.tensor(
                math.log(K)
            ),
            "this is to the base 2.": want / math.log(2),
            "the classes count equally here; each counts with its share.": torch.special.entr(f).mean(),
            "that is −ln of the largest share alone.": -f.max().log(),
        }
        try_on(attempt, {"y": y, "K": K}, want, mistakes=mistakes)
    return "the entropy of the class frequencies, also where a class does not occur."


@checker("ex-fail-threshold")
def threshold(attempt) -> str:
    """The last weight v at which a first weight w neither shrinks nor grows."""
    for w, c, lam, D in [(0.5, 2.0, 0.1, 4), (0.3, 1.0, 0.02, 6), (1.5, 0.5, 0.3, 3), (0.7, 2.0, 0.1, 2)]:
        want = lam / c * w ** (3 - D)
        mistakes = {
            "that is the threshold where all weights are equal; here v has its own.": (lam / c)
            ** (1 / max(D - 2, 1)),
            "the decay's own factor w is missing.": lam / (c * w ** (D - 2)),
            "λ and c have changed places.": c / lam * w ** (3 - D),
            "the power of w has the wrong sign.": lam / c * w ** (D - 3),
        }
        try_on(
            attempt,
            {"w": w, "c": c, "lam": lam, "D": D},
            torch.tensor(want),
            mistakes={text: torch.tensor(float(v)) for text, v in mistakes.items()},
        )
    return "for two, three, four and six layers."


@checker("ex-fail-leak")
def leaked(attempt) -> str:
    """The share of the validation rows that occur in the training rows."""
    generator = torch.Generator().manual_seed(0)
    X_train = torch.rand(30, 6, generator=generator)
    fresh = torch.rand(8, 6, generator=generator)
    near = X_train[:3] + 1e-3
    mixed = X_train[4:8].clone()
    mixed[:, 0] = X_train[8:12, 0]  # every entry is known, the row is not
    for X_val in (torch.cat([X_train[10:15], fresh, near, mixed, X_train[10:13]]), fresh, X_train[:1]):
        same = (X_val[:, None] == X_train).all(2).any(1).double()
        mistakes = {
            "that is a number of rows; a share is asked for.": same.sum(),
            "that is the share of the rows that are new.": 1 - same.mean(),
            "that is the share of the training rows.": same.sum() / len(X_train),
            "a row that shares single entries with another one is not a copy of it.": (
                (X_val[:, None] == X_train).any(2).any(1).double().mean()
            ),
            "a row counts as a copy if it is equal, not if it is near.": (
                (torch.cdist(X_val, X_train) < 0.01).any(1).double().mean()
            ),
        }
        try_on(attempt, {"X_train": X_train, "X_val": X_val}, same.mean(), mistakes=mistakes)
    return "it counts exact copies only. Now say how you would find the others."


def _classifier() -> tuple[nn.Module, torch.optim.Optimizer, list]:
    """A network whose result depends on its mode, its optimizer, and three batches."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
        X, y = torch.randn(36, 5) + 1, torch.randint(3, (36,))
    model.eval()  # as after a measurement
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    return model, optimizer, list(zip(X.split(12), y.split(12), strict=True))


def _reference(faults: set[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses and numbers after three steps with some of the faults."""
    model, optimizer, batches = _classifier()
    losses = []
    for X, y in batches:
        model.train("mode" not in faults)
        S = model(X)
        loss = F.cross_entropy(S.softmax(1) if "softmax" in faults else S, y)
        if "reset" not in faults:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses, dtype=torch.float64), _numbers(model)


def _numbers(model: nn.Module) -> torch.Tensor:
    """All parameters and running means in a row."""
    return torch.cat([value.detach().double().flatten() for value in model.state_dict().values()])
