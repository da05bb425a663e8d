"""How the exercise "A module with a memory" tries a class: made, called, saved and loaded again."""

import torch
from torch import nn

from nnbook.check.compare import as_tensor, compare, first_line, own_copies, same_state, trying
from nnbook.check.verdict import Wrong


def check_results(module: nn.Module, X: torch.Tensor, new: torch.Tensor) -> None:
    """Raise `Wrong` unless the module, made from X, standardises `new`, and does so again."""
    mean, std = X.mean(0), X.std(0, correction=0)
    std[2] = 1.0
    others = std.clone()
    others[[0, 1, 3, 4]] = X.std(0)[[0, 1, 3, 4]]
    want = (new - mean) / std
    mistakes = {
        "the deviation has n − 1 in it; correction=0 is asked for.": (new - mean) / others,
        "the mean is taken off, and the deviation does nothing.": new - mean,
        "nothing is shifted.": new / std,
        "mean and deviation are those of all columns together; each column has its own.": (
            (new - X.mean()) / X.std(correction=0)
        ),
        "it divides by the variance.": (new - mean) / std.square(),
        "it multiplies by the deviation.": (new - mean) * std,
        "a column that varies little is to be divided as well: only a deviation of 0 is replaced.": (
            torch.cat([want[:, :4], (new - mean)[:, 4:]], 1)
        ),
        "the mean is divided too little: first less the mean, then divided.": new / std - mean,
    }
    if len(new) > 1:
        mistakes |= {
            "mean and deviation are those of the new inputs; use those of the training inputs.": (
                (new - new.mean(0)) / new.std(0, correction=0).where(new.std(0) > 0, 1.0)
            ),
        }
    for _ in range(2):
        with trying(module, {"X": new}) as result:
            got = as_tensor(result, want)
            kept = [0, 1, 3, 4]
            if torch.allclose(got[:, kept], want[:, kept].double(), rtol=1e-4, atol=1e-5):
                if not torch.allclose(got, want.double(), rtol=1e-4, atol=1e-5):
                    raise Wrong("a column that is constant in the training inputs is to be shifted only.")
            elif len(new) > 1 and not got.isfinite().all() and got[:, kept].isfinite().all():
                compare(got[:, kept], want[:, kept], {t: v[:, kept] for t, v in mistakes.items()})
            compare(got, want, mistakes, batch=len(X))


def made(module: type, X: torch.Tensor) -> nn.Module:
    """The reader's module, made from X; what goes wrong is told in a sentence."""
    own = own_copies({"X": X})["X"]
    try:
        result = module(own)
    except Exception as error:
        raise Wrong(f"Standardise(X) stops with {first_line(error)}.") from None
    if not same_state(own, X):
        raise Wrong("Standardise(X) changes X; the caller may need it as it was.")
    return result


def load_into(module: nn.Module, state: dict) -> None:
    """Load a state_dict, and tell in a sentence what goes wrong."""
    try:
        module.load_state_dict(state)
    except Exception as error:
        raise Wrong(
            f"another module made by the class cannot load the state_dict: {first_line(error)}."
        ) from None
