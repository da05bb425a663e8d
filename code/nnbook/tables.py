"""Data sets that are tables with several features; the chapter "Regression" uses them."""

from importlib.resources import files

import numpy as np
import torch
from torch import Tensor


def diabetes() -> tuple[Tensor, Tensor, list[str]]:
    """442 people with diabetes: ten measurements, and how far the disease has gone a year later.

    Returns X, float32 (442, 10), each column in its own unit, y, float32 (442, 1), and the columns' names.
    Source: Efron, Hastie, Johnstone, Tibshirani, Least angle regression (2004); see `diabetes/README.md`.
    """
    with (files("nnbook") / "diabetes" / "diabetes.csv").open() as lines:
        *names, _ = next(lines).strip().split(",")
        table = torch.from_numpy(np.loadtxt(lines, delimiter=",", dtype=np.float32))
    return table[:, :-1].contiguous(), table[:, -1:].contiguous(), names
