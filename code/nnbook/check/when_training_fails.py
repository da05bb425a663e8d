"""The checkers of the chapter "When training fails"."""

import math

import torch

from nnbook.check.clinic import (
    AGAINST,
    CAUSES,
    DIAGNOSIS,
    FAULTS,
    batches_to_guard,
    classifier,
    last_loss,
    reference,
    state_of,
)
from nnbook.check.compare import (
    Case,
    as_tensor,
    between,
    call,
    compare,
    in_order,
    match,
    read_dict,
    require,
    require_function,
    require_result,
    try_on_all,
    trying,
)
from nnbook.check.measuring import refuse_constant
from nnbook.check.verdict import Wrong, checker

DECAYS = (0, 0.001, 0.01, 0.1)


@checker("ex-fail-first")
def first(attempt) -> str:
    """The cross-entropy of 26 equal scores: ln 26."""
    mistakes = {
        "that is the probability of each letter; the loss is made of it.": 1 / 26,
        "that is the value for ten classes.": math.log(10),
        "the natural logarithm is asked for, as in the loss.": math.log2(26),
        "the natural logarithm is asked for; this one has the base 10.": math.log10(26),
        "the sign is wrong: a loss of this kind is never negative.": -math.log(26),
        "this is the number of letters.": 26,
        "give one digit more.": 3.3,
    }
    compare(attempt, math.log(26), mistakes, rtol=1.5e-3)
    return "the logarithm of the number of classes."


@checker("ex-fail-decay")
def decay(attempt) -> str:
    """The last training losses at four weight decays, against runs of its own or by how they are related."""
    got = read_dict(attempt, DECAYS)
    want = {decay: last_loss(decay) for decay in DECAYS}
    if all(math.isclose(got[d], want[d], rel_tol=1e-2) for d in DECAYS):
        return "between 0.01 and 0.1 it ends, and not slowly."
    if min(got[0], got[0.001]) > 0.6 and max(got.values()) <= 1 and got[0.1] < 0.3:
        raise Wrong("these look like accuracies; the training losses of the last epoch are asked for.")
    refuse_constant(got, "all are equal: does each optimizer get its own weight_decay?")
    if max(got.values()) - min(got.values()) < 0.05:
        raise Wrong("the decay has hardly any effect: does each optimizer get its own weight_decay?")
    if min(got.values()) < 0.2:
        raise Wrong("four epochs from a new start do not get so far: does each run begin with `fresh()`?")
    if sorted(round(v, 3) for v in got.values()) == sorted(round(v, 3) for v in want.values()):
        match(got, want)  # the numbers of the chapter's start, so the places must be the same too
    # Another start: of fourteen on each data set the losses were 0.26 to 0.37, 0.28 to 0.38, 0.37 to 0.53
    # and, where the network is dead, those of the class frequencies.
    near_chance = "0.1 should stop the patient: does each run begin with a new one?"
    trains = "with little or no decay the patient should train: is it a new one, for four epochs?"
    require(
        got,
        [
            between(0.1, 2.28, 2.32, say=near_chance),
            between(0, 0.22, 0.42, say=trains),
            between(0.001, 0.22, 0.44, say=trains),
            between(0.01, 0.33, 0.6, say="0.01 should still train, with a larger loss: is it a new patient?"),
            in_order(0, 0.01, 0.1, by=0.03, say="the stronger decay should leave the larger loss."),
            in_order(0.001, 0.01, say="0.01 should leave a larger loss than 0.001."),
        ],
    )
    return "between 0.01 and 0.1 it ends, and not slowly."


@checker("ex-fail-patients")
def patients(attempt) -> str:
    """What is wrong with each of four set-ups, in a dictionary."""
    if not isinstance(attempt, dict) or set(attempt) != set(DIAGNOSIS):
        raise Wrong('a dictionary with the keys "A", "B", "C" and "D" is asked for.')
    for name, place in DIAGNOSIS.items():
        named = attempt[name]
        if not isinstance(named, str) or (named := named.strip().lower()) not in CAUSES:
            raise Wrong(f"patient {name}: {named!r} is none of the seven causes in the exercise.")
        if named != CAUSES[place]:
            raise Wrong(f"patient {name}: {AGAINST[named]}")
    return "all four, each by another instrument."


@checker("ex-fail-step")
def training_step(attempt) -> str:
    """One step of training, against a correct one and against each of its broken variants."""
    require_function(attempt, {"model": 0, "optimizer": 0, "X": 0, "y": 0})
    model, optimizer, batches = classifier()
    losses = []
    for X, y in batches:
        losses.append(call(attempt, {"model": model, "optimizer": optimizer, "X": X.clone(), "y": y.clone()}))
        require_result(losses[-1])
        if isinstance(losses[-1], torch.Tensor):
            raise Wrong("the loss is a tensor; a Python number is asked for.")
    losses = as_tensor(losses, torch.zeros(len(batches)))
    want_losses, want = reference(set())
    got = state_of(model)
    if torch.allclose(got, want, atol=1e-5):
        if not torch.allclose(losses, want_losses, atol=1e-4):
            raise Wrong("the step is right, but what is returned is not the loss before it.")
        return "parameters and running means are those of a correct step, three times in a row."
    names = list(FAULTS)
    for bits in (1, 2, 4, 3, 5, 6, 7):
        faults = {name for k, name in enumerate(names) if bits >> k & 1}
        if torch.allclose(got, reference(faults)[1], atol=1e-5):
            left = f"{len(faults)} of the faults are left; one: " if len(faults) > 1 else ""
            raise Wrong(left + FAULTS[next(name for name in names if name in faults)])
    if torch.allclose(got, state_of(classifier()[0]), atol=1e-7):
        raise Wrong("the parameters have not moved: is there a step, and a gradient for it?")
    raise Wrong("after three steps the parameters are not those of a correct step.")


@checker("ex-fail-guard")
def guard(attempt) -> str:
    """Whether a batch can be given to a classifier, against good ones and bad ones."""
    for what, X_try, y_try, K, want in batches_to_guard():
        with trying(attempt, {"X": X_try, "y": y_try, "K": K}) as got:
            if getattr(got, "ndim", 0) or (hasattr(got, "numel") and got.numel() != 1):
                raise Wrong("one True or False for the whole batch is asked for.")
            if str(getattr(got, "dtype", type(got).__name__)) not in ("bool", "torch.bool"):
                raise Wrong("True or False is asked for.")
            if bool(got) != want:
                raise Wrong(f"{what}, and the answer is {bool(got)}.")
    return "it lets six good batches pass and stops twenty-one others."


@checker("ex-fail-entropy")
def lowest_loss(attempt) -> str:
    """The lowest cross-entropy of one row of scores for all examples: the entropy of the frequencies."""
    generator = torch.Generator().manual_seed(0)
    cases = []
    labels = [torch.arange(12) % 4]  # equally frequent
    for n, K in [(200, 5), (40, 3), (1, 4), (77, 12)]:
        y = torch.randint(K - (n > 1 and K == 3), (n,), generator=generator)
        y[: n // 3] = 0
        labels.insert(-1, y)
    for y, K in zip(labels, (5, 3, 4, 12, 4), strict=True):
        n = len(y)
        f = y.bincount(minlength=K).double() / n
        want = torch.special.entr(f).sum()
        mistakes = {
            "that is ln K, which is lowest only if all classes are equally frequent.": math.log(K),
            "this is to the base 2.": want / math.log(2),
            "the classes count equally here; each counts with its share.": torch.special.entr(f).mean(),
            "that is −ln of the largest share alone.": -f.max().log(),
            "the loss is the mean over the images; here it is their sum.": n * want,
            "that is the number of different classes, in logarithm: their frequencies count.": math.log(
                len(y.unique())
            ),
            "that is a mean of −ln f over the classes that occur; each class counts with its share.": -f[
                f > 0
            ]
            .log()
            .mean(),
            "that is the error of always naming the commonest class, not a cross-entropy.": 1 - f.max(),
            "these are squares of the shares, not logarithms.": 1 - f.square().sum(),
        }
        cases.append(Case({"y": y, "K": K}, want, mistakes))
    try_on_all(attempt, cases)
    return "the entropy of the class frequencies, also where a class does not occur."


@checker("ex-fail-threshold")
def threshold(attempt) -> str:
    """The last weight v at which a first weight w neither shrinks nor grows."""
    cases = []
    for w, c, lam, D in [
        (0.5, 2.3, 0.1, 4),
        (0.3, 1.7, 0.02, 6),
        (1.5, 0.6, 0.3, 3),
        (0.7, 2.1, 0.1, 2),
        (0.2, 0.5, 0.4, 5),
    ]:
        mistakes = {
            "that is the threshold where all weights are equal; here v has its own.": (lam / c)
            ** (1 / (D - 2))
            if D > 2
            else math.inf,
            "the decay's own factor w is missing.": lam / (c * w ** (D - 2)),
            "λ and c have changed places.": c / lam * w ** (3 - D),
            "the power of w has the wrong sign.": lam / c * w ** (D - 3),
            "c is left out.": lam * w ** (3 - D),
            "λ is left out.": w ** (3 - D) / c,
            "the weight's own factor counts once, not for each of the D − 1 layers.": (
                lam / c * w ** (3 - D) / (D - 1)
            ),
        }
        cases.append(Case({"w": w, "c": c, "lam": lam, "D": D}, lam / c * w ** (3 - D), mistakes))
    try_on_all(attempt, cases)
    return "for two to six layers."


@checker("ex-fail-leak")
def leaked(attempt) -> str:
    """The share of the validation rows that occur in the training rows."""
    generator = torch.Generator().manual_seed(0)
    X_train = torch.rand(30, 6, generator=generator)
    fresh = torch.rand(8, 6, generator=generator)
    near = torch.cat([X_train[:2] + torch.tensor([[1e-3], [1e-4]]), X_train[2:3] * (1 + 3e-7)])
    mixed = X_train[4:8].clone()
    mixed[:, 0] = X_train[8:12, 0]  # every entry is known, the row is not
    turned = X_train[20:26].flip(1)  # the same entries in another order
    many = torch.cat([X_train[10:15], fresh, near, mixed, turned, X_train[10:13], fresh[:5]])
    cases, once = [], X_train
    wide = torch.rand(6, 300, generator=generator)
    nearly = wide[:3].clone()
    nearly[:, 7] += 0.5  # all entries but one are those of a known row
    twice = torch.cat([X_train[3:9], X_train[3:5], X_train[9:12], X_train[3:4]])
    for X_train, X_val in [
        (once, many),
        (once, fresh),
        (once, once[:1]),
        (once, torch.cat([once, once[:5], fresh])),
        (twice, torch.cat([once[2:7], fresh, once[3:4]])),
        (wide, torch.cat([wide[3:5], nearly])),
    ]:
        same = (X_val[:, None] == X_train).all(2).any(1).double()
        distances = torch.cdist(X_val, X_train, compute_mode="donot_use_mm_for_euclid_dist")
        sets = {tuple(row) for row in X_train.tolist()} & {tuple(row) for row in X_val.tolist()}
        rounded = torch.cdist(X_val, X_train)
        mistakes = {
            "that is a number of rows; a share is asked for.": same.sum(),
            "copies are missed: `torch.cdist` rounds, and the distance of equal rows need not be 0.": (
                (rounded == 0).any(1).double().mean()
            ),
            "that is the share of the rows that are new.": 1 - same.mean(),
            "that is the share of the training rows.": same.sum() / len(X_train),
            "a row that stands twice in X_val counts twice.": len(sets) / len(X_val),
            "a row counts once, however often it stands in X_train.": (
                (X_val[:, None] == X_train).all(2).double().sum() / len(X_val)
            ),
            "a row that shares single entries with another one is not a copy of it.": (
                (X_val[:, None] == X_train).any(2).any(1).double().mean()
            ),
            "every entry occurs somewhere, but not in one row.": (
                torch.isin(X_val, X_train).all(1).double().mean()
            ),
            "rows are compared as they stand, the first with the first; a copy may stand anywhere.": (
                (X_val[: len(X_train)] == X_train[: len(X_val)]).all(1).double().sum() / len(X_val)
            ),
        }
        for how, limit in [("near", 0.01), ("very near", 1e-3), ("as near as rounding", 1e-5)]:
            counted = (distances < limit).any(1).double().mean()
            mistakes[f"a row counts as a copy if it is equal, not if it is {how}."] = counted
        cases.append(Case({"X_train": X_train, "X_val": X_val}, same.mean(), mistakes))
    try_on_all(attempt, cases)
    return "it counts exact copies only. Now say how you would find the others."
