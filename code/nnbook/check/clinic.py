"""What the checkers of "When training fails" try: steps with faults, batches good and bad, the patient."""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from nnbook.check.compare import recomputed
from nnbook.check.mnist_from_scratch import split_of_chapters
from nnbook.train import fit

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


@recomputed
def last_loss(decay: float) -> float:
    """The training loss of the chapter's patient after four epochs with a weight decay."""
    train_set, _ = split_of_chapters()
    n = min(5120, len(train_set) // 512 * 512)
    X, y = train_set[:n]
    torch.manual_seed(0)
    sizes = (784, 32, 32, 32, 10)
    layers = [part for d in pairwise(sizes) for part in (nn.Linear(*d), nn.ReLU())]
    model = nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=decay)
    batches = list(zip(X.split(64), y.split(64), strict=True))
    return fit(model, F.cross_entropy, optimizer, batches, 4)[-1]


def batches_to_guard() -> list[tuple]:
    """Batches for three classes or more: what each is, its X, y and K, and whether it is good."""
    generator = torch.Generator().manual_seed(0)
    X, y = torch.rand(6, 4, generator=generator), torch.tensor([0, 1, 2, 2, 1, 0])
    with_nan, with_inf, with_minus_inf = X.clone(), X.clone(), X.clone()
    with_nan[2, 1], with_inf[5, 3], with_minus_inf[0, 0] = math.nan, math.inf, -math.inf
    at_limit, above, below = X.clone(), X.clone(), X.clone()
    at_limit[1, 1], above[1, 1], below[4, 0] = -20.0, 20.01, -21.0
    return [
        ("this batch is good", X, y, 3, True),
        ("standardised inputs are good, and may be negative", 3 - 8 * X, y, 3, True),
        ("a batch of one is good", X[:1], y[:1], 3, True),
        ("an input of −20 is not above 20 in size", at_limit, y, 3, True),
        ("a class may be missing in a batch", X, y // 2, 3, True),
        ("there may be twelve classes", X, y + 9, 12, True),
        ("X is float64", X.double(), y, 3, False),
        ("X is float16", X.half(), y, 3, False),
        ("X is made of whole numbers", (9 * X).long(), y, 3, False),
        ("X has a nan", with_nan, y, 3, False),
        ("X has an infinite value", with_inf, y, 3, False),
        ("X has the value −inf", with_minus_inf, y, 3, False),
        ("X goes to 255", 255 * X, y, 3, False),
        ("X goes to −255", -255 * X, y, 3, False),
        ("X has a value of 20.01", above, y, 3, False),
        ("X has a value of −21", below, y, 3, False),
        ("X has three axes", X.reshape(6, 2, 2), y, 3, False),
        ("X has one axis", X[:, 0], y, 3, False),
        ("y is float32", X, y.float(), 3, False),
        ("y is int32", X, y.int(), 3, False),
        ("y is uint8", X, y.byte(), 3, False),
        ("y is made of True and False", X, y > 0, 3, False),
        ("y is a column", X, y[:, None], 3, False),
        ("y has fewer entries than X has rows", X, y[:5], 3, False),
        ("y has more entries than X has rows", X[:5], y, 3, False),
        ("y holds the class K", X, y + 1, 3, False),
        ("y holds the class −1", X, y - 1, 3, False),
    ]


def classifier() -> tuple[nn.Module, torch.optim.Optimizer, list]:
    """A network whose result depends on its mode, its optimizer, and three batches."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
        X, y = torch.randn(36, 5) + 1, torch.randint(3, (36,))
    model.eval()  # as after a measurement
    optimizer = torch.optim.SGD(model.parameters(), lr=0.17, momentum=0.6)
    return model, optimizer, list(zip(X.split(12), y.split(12), strict=True))


def reference(faults: set[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses and numbers after three steps with some of the faults."""
    model, optimizer, batches = classifier()
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
    return torch.tensor(losses, dtype=torch.float64), state_of(model)


def state_of(model: nn.Module) -> torch.Tensor:
    """All parameters and running means in a row."""
    return torch.cat([value.detach().double().flatten() for value in model.state_dict().values()])
