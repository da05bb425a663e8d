"""Training set-ups that do not work, for the exercises of the chapter "When training fails".

Whoever wants to solve the exercise looks at the patient, not at this file.
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import SGD, Optimizer

from nnbook.data import mnist
from nnbook.train import Batches

N_IMAGES = 1024
NAMES = "ABCD"


def patient(name: str) -> tuple[nn.Module, Callable, Optimizer, Batches]:
    """A set-up that trains a 784–64–32–10 network on 1,024 digits, with one fault in it.

    name: "A", "B", "C" or "D". The set-up is new with each call, and always the same.
    Returns model, loss, optimizer and batches, the arguments of `nnbook.train.fit` but for the last.
    Raises ValueError if there is no patient of that name.
    """
    if name not in tuple(NAMES):
        raise ValueError(f"There is no patient {name!r}: the names are {', '.join(NAMES)}.")
    images, labels = mnist().tensors
    X, y = images[:N_IMAGES].flatten(1), labels[:N_IMAGES]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        if name == "D":
            y = y[torch.randperm(len(y))]
    if name == "A":
        nn.init.constant_(model[2].bias, -10.0)
    optimizer = SGD(model.parameters(), lr=1e-6 if name == "C" else 0.05, momentum=0.9)
    batches = list(zip(X.split(64), y.split(64), strict=True))
    return model, _loss_of_probabilities if name == "B" else F.cross_entropy, optimizer, batches


def _loss_of_probabilities(S: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(S.softmax(1), y)
