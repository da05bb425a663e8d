"""A check finds sane settings whatever the page has set, and leaves the page's as they were."""

import random
import sys
import warnings

import numpy as np
import pytest
import torch
from nnbook.check import CHECKERS, check
from nnbook.check.surroundings import own_surroundings, settings


def everything():
    return (
        settings(),
        torch.get_default_device(),
        torch.zeros(0).device,
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        np.geterr(),
        list(warnings.filters),
        torch.get_rng_state().tolist(),
        repr(np.random.get_state()),  # noqa: NPY002
        random.getstate(),
    )


def unsettle(*inputs):
    """Change whatever can be changed for the whole program."""
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    torch.use_deterministic_algorithms(True)
    torch.autograd.set_detect_anomaly(True)
    torch.set_float32_matmul_precision("medium")
    torch.set_num_threads(torch.get_num_threads() + 1)
    sys.setrecursionlimit(sys.getrecursionlimit() + 1)
    np.seterr(all="raise")
    warnings.simplefilter("ignore")
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    random.seed(5)
    return 0


@pytest.fixture
def settled():
    """Let no setting of a test outlive it."""
    before, numpy, threads = settings(), np.geterr(), torch.get_num_threads()
    with warnings.catch_warnings():
        yield
    torch.set_default_device(None)
    torch.set_default_dtype(before["dtype"])
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(before["deterministic"][0])
    torch.autograd.set_detect_anomaly(before["anomaly"][0])
    torch.set_float32_matmul_precision(before["precision"])
    torch.set_num_threads(threads)
    sys.setrecursionlimit(before["depth"])
    np.seterr(**numpy)


@pytest.mark.usefixtures("settled")
def test_nothing_that_is_changed_inside_stays_changed():
    before = everything()
    with own_surroundings():
        unsettle()
    assert everything() == before


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("label", CHECKERS)
def test_no_setting_of_an_attempt_outlives_the_check(label):
    before = everything()
    check(label, unsettle)
    assert everything() == before


@pytest.mark.usefixtures("settled")
def test_settings_inside_are_those_of_a_new_program():
    unsettle()
    outside = everything()
    with own_surroundings():
        assert torch.get_default_dtype() == torch.float32
        assert torch.zeros(1).device.type == "cpu"
        assert torch.is_grad_enabled()
        assert not torch.are_deterministic_algorithms_enabled()
        assert not torch.is_anomaly_enabled()
        assert np.geterr() == {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    assert everything() == outside


def stop_unsettled(error):
    unsettle()
    raise error


@pytest.mark.usefixtures("settled")
def test_settings_are_restored_after_an_error_too():
    before = everything()
    for error in (ValueError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), own_surroundings():
            stop_unsettled(error)
        assert everything() == before


def silu_slope(z):
    s = torch.sigmoid(z)
    return s + z * s * (1 - s)


def by_autograd(phi):
    z = torch.randn(100_000, dtype=torch.float64).requires_grad_()
    return torch.autograd.grad(phi(z).sum(), z)[0].square().mean() ** -0.5


def test_a_right_answer_is_right_in_every_mode():
    for mode in (torch.inference_mode, torch.no_grad, lambda: torch.device("meta"), torch.enable_grad):
        with mode():
            assert check("ex-act-silu", silu_slope).right
            assert check("ex-act-backward-gain", by_autograd).right


def test_a_number_from_inference_mode_can_be_read():
    with torch.inference_mode():
        answer = torch.tensor([-1.0, -1.0, 1.5])
    assert check("ex-xor-nand", answer).right
