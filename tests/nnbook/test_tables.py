"""The tables are read as they were published."""

import pytest
import torch
from nnbook import tables


def test_the_diabetes_table_is_the_published_one():
    X, y, names = tables.diabetes()
    assert (X.shape, X.dtype, y.shape, y.dtype) == ((442, 10), torch.float32, (442, 1), torch.float32)
    assert names == ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    assert X[0].tolist() == pytest.approx([59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87])
    # Least squares on all of it leaves what the paper's readers know: R² = 0.5177.
    design = torch.cat([X, torch.ones(442, 1)], 1).double()
    fit = design @ torch.linalg.lstsq(design, y.double(), driver="gelsd").solution
    left = (y - fit).square().sum() / (y - y.mean()).square().sum()
    assert 1 - left.item() == pytest.approx(0.5177, abs=1e-4)
