"""What a check finds around it, and what it leaves: no setting and no random draw crosses over."""

import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
import torch

SANE = {
    "dtype": torch.float32,
    "deterministic": (False, False),
    "anomaly": (False, True),
    "precision": "highest",
}


@contextmanager
def own_surroundings() -> Iterator[None]:
    """Let no setting of the page reach the checker, and no setting or random draw of the attempt the page."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (the reader may use the old generator)
    try:
        with settings_kept(SANE), torch.random.fork_rng(devices=used_devices()):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def used_devices() -> list[int]:
    """The numbers of the CUDA devices that may have drawn random numbers."""
    return list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []


@contextmanager
def settings_kept(inside: dict | None = None) -> Iterator[None]:
    """Have everything that can be set for the whole program set after the block as it was before.

    inside: what of it is another in the block; modes of gradients and of NumPy's errors are the usual ones.
    """
    before = settings()
    with ExitStack() as stack:
        stack.callback(restore, before)
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(torch.device("cpu"))
        restore(before | (inside or {}))
        yield


def settings() -> dict:
    """The settings that have no context manager of their own."""
    return {
        "dtype": torch.get_default_dtype(),
        "deterministic": (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ),
        "anomaly": (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        "precision": torch.get_float32_matmul_precision(),
        "threads": torch.get_num_threads(),
        "depth": sys.getrecursionlimit(),
    }


def restore(wanted: dict) -> None:
    """Set what differs from the wanted settings."""
    now = settings()
    differ = {name: value for name, value in wanted.items() if value != now[name]}
    if "dtype" in differ:
        torch.set_default_dtype(differ["dtype"])
    if "deterministic" in differ:
        mode, warn_only = differ["deterministic"]
        torch.use_deterministic_algorithms(mode, warn_only=warn_only)
    if "anomaly" in differ:
        torch.autograd.set_detect_anomaly(*differ["anomaly"])
    if "precision" in differ:
        torch.set_float32_matmul_precision(differ["precision"])
    if "threads" in differ:
        torch.set_num_threads(differ["threads"])
    if "depth" in differ:
        sys.setrecursionlimit(differ["depth"])
