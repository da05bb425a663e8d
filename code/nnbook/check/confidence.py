"""What the two exercises on confidence compare with: measured again from the reader's own scores."""

import torch

from nnbook.check.compare import as_tensor, describe, numbers
from nnbook.check.verdict import Wrong

TEMPERATURES = (0.1, 0.5, 1, 2, 10)
ANSWERED = (100, 99, 95, 90, 80)  # per cent of the images


def scores_of(value) -> torch.Tensor:
    """The reader's scores (n, 10), in float64."""
    try:
        S = numbers(value)
    except (TypeError, ValueError, RuntimeError):
        S = None
    if S is None or S.ndim != 2 or S.shape[1] != 10:
        raise Wrong(
            f"S_val is to be the scores of the validation images, (n, 10), and this is {describe(value)}."
        )
    S = as_tensor(S, torch.zeros(S.shape))
    if (S >= 0).all() and torch.allclose(S.sum(1), torch.ones(len(S), dtype=S.dtype), atol=1e-3):
        raise Wrong("S_val holds probabilities; the scores are asked for, before the softmax.")
    return S


def means(of: dict, measure) -> dict:
    """A measure of the probabilities at each temperature."""
    return {T: measure(P).item() for T, P in of.items()}


def mean_confidences(S: torch.Tensor) -> dict:
    """The mean confidence at each temperature."""
    return means({T: (S / T).softmax(1) for T in TEMPERATURES}, lambda P: P.amax(1).mean())


def mistaken_confidences(S: torch.Tensor) -> dict:
    """What typical mistakes lead to, by their sentences."""
    wrong = {
        "are the scores multiplied by T?": {T: (S * T).softmax(1) for T in TEMPERATURES},
        "the scores are divided, not the probabilities: the division comes before the softmax.": {
            T: (S.softmax(1) / T).softmax(1) for T in TEMPERATURES
        },
        "the softmax runs over the images and not over the classes.": {
            T: (S / T).softmax(0) for T in TEMPERATURES
        },
        "T has no effect.": dict.fromkeys(TEMPERATURES, S.softmax(1)),
    }
    P = {T: (S / T).softmax(1) for T in TEMPERATURES}
    divided_last = {T: S.softmax(1).amax(1).mean().item() / T for T in TEMPERATURES}
    return {text: means(Q, lambda p: p.amax(1).mean()) for text, Q in wrong.items()} | {
        "the probabilities are divided; the division comes before the softmax.": divided_last,
        "these are the largest of the mean probabilities; each image has a largest one of its own.": means(
            P, lambda p: p.mean(0).amax()
        ),
        "these are the smallest probabilities of the images; the confidence is the largest.": means(
            P, lambda p: p.amin(1).mean()
        ),
        "the mean is asked for, and this is the median.": means(P, lambda p: p.amax(1).median()),
        "these are the means of all probabilities; the largest of each image is asked for.": means(
            P, lambda p: p.mean()
        ),
        "this is the largest confidence of all, and not their mean.": means(P, lambda p: p.amax()),
        "this is the smallest confidence, and not their mean.": means(P, lambda p: p.amax(1).amin()),
    }


def surest_first(S: torch.Tensor) -> torch.Tensor:
    """The order of the images by confidence, computed in float32 as the reader does."""
    return S.float().softmax(1).amax(1).argsort(descending=True)


def answered(S: torch.Tensor, y: torch.Tensor, order: torch.Tensor) -> dict:
    """The accuracy on the first images of an order, by the per cent of them that is answered."""
    right = (S.argmax(1) == y).double()[order]
    return {p: right[: round(p / 100 * len(order))].mean().item() for p in ANSWERED}


def mistaken_answered(S: torch.Tensor, y: torch.Tensor) -> dict:
    """What typical mistakes lead to, by their sentences."""
    surest, n = surest_first(S), len(S)
    orders = {
        "the surest are refused, and not the least sure.": surest.flip(0),
        "the images are sorted by the largest score, and not by the confidence.": S.amax(1).argsort(
            descending=True
        ),
        "the images are not sorted: these are the first of them as they stand.": torch.arange(n),
        "they are sorted by the probability of the right class, which nobody knows in use.": (
            S.softmax(1)[torch.arange(n), y].argsort(descending=True)
        ),
    }
    right = (S.argmax(1) == y).double()[surest]
    refused = {p: right[round(p / 100 * n) :].mean().item() for p in ANSWERED[1:]}
    right_shares = answered(S, y, surest)
    shares = {p: share * p / 100 for p, share in right_shares.items()}
    confidence = S.softmax(1).amax(1)[surest]
    sure = {p: confidence[: round(p / 100 * n)].mean().item() for p in ANSWERED}
    return {text: answered(S, y, order) for text, order in orders.items()} | {
        "these are the shares of mistakes; the accuracies are asked for.": {
            p: 1 - share for p, share in right_shares.items()
        },
        "these are mean confidences; the accuracies are asked for.": sure,
        "these are the accuracies on the images that are refused.": refused,
        "these are shares of all images: divide by the number of those answered.": shares,
    }
