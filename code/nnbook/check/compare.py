"""How a checker tries a reader's function, and finds what is wrong with a result.

Everything here raises `Wrong` with a sentence for the reader. A sentence names the fault and not the right
value, nor how far off a single number is, unless that tells the cause.
"""

import inspect
import math
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import permutations
from numbers import Real

import numpy as np
import torch

from nnbook.check.verdict import Wrong


def try_on(attempt: Callable, inputs: Mapping, want: torch.Tensor, **how) -> None:
    """Call a reader's function and `compare` its result with `want`; it must leave its inputs as they are.

    inputs: the arguments in their order, under the names that the exercise gives them.
    how: the remaining arguments of `compare`.
    """
    require_function(attempt, inputs)
    own = {name: value.clone() if torch.is_tensor(value) else value for name, value in inputs.items()}
    with tried_with(inputs):
        result = call(attempt, own)
    if result is None or result is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")
    with tried_with(inputs):
        compare(result, want, **how)
        for name, value in inputs.items():
            if torch.is_tensor(value) and not torch.equal(own[name], value):
                raise Wrong(f"the result is right, but {name} has changed; the caller may need it as it was.")


def require_function(attempt, inputs: Mapping) -> None:
    """Raise `Wrong` unless the attempt can be called with as many arguments as there are `inputs`."""
    if not callable(attempt):
        called = isinstance(attempt, Real | torch.Tensor)
        hint = ": give the function's name, without parentheses" if called else ""
        raise Wrong(f"a function is asked for, and this is {describe(attempt)}{hint}.")
    try:
        inspect.signature(attempt).bind(*inputs.values())
    except TypeError as error:
        raise Wrong(f"the function is to take ({', '.join(inputs)}): {error}.") from None
    except ValueError:
        pass  # some functions that are written in C do not tell their parameters


@contextmanager
def tried_with(inputs: Mapping) -> Iterator[None]:
    """Have what is found wrong say with which inputs it was found."""
    try:
        yield
    except Wrong as wrong:
        given = [
            f"{name} of shape {tuple(value.shape)}" if torch.is_tensor(value) else f"{name} = {value}"
            for name, value in inputs.items()
        ]
        raise Wrong(f"{wrong} (Tried with {', '.join(given)}.)") from None


def call(attempt: Callable, inputs: Mapping):
    """The result of a reader's function, called with the values of `inputs`."""
    try:
        return attempt(*inputs.values())
    except (Exception, SystemExit) as error:
        frame = traceback.extract_tb(error.__traceback__, limit=2)[-1]
        is_own = frame.line and frame.name == getattr(attempt, "__name__", None)
        where = f", in the line `{frame.line}`" if is_own else ""
        raise Wrong(f"the function stops with {first_line(error)}{where}.") from None


def first_line(error: BaseException) -> str:
    """The type of an error and the first line of its message."""
    return traceback.format_exception_only(error)[-1].splitlines()[0].rstrip(".")


def describe(value) -> str:
    """What a value is, in a few words: 'a number', 'a tensor of shape (3, 10)', 'an empty list'."""
    if value is None or value is ...:
        return "nothing"
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim:
        kind = "tensor" if torch.is_tensor(value) else "NumPy array"
        return f"a {kind} of shape {tuple(value.shape)}"
    if isinstance(value, Real | torch.Tensor | np.ndarray) and not isinstance(value, bool):
        return "a number"
    name = type(value).__name__
    if isinstance(value, str | list | tuple | dict | set):
        return f"a {name} of length {len(value)}" if value else f"an empty {name}"
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def numbers(value) -> torch.Tensor:
    """A number, a tensor, an array, or lists of these as one tensor: float64, complex or boolean.

    Raises TypeError, ValueError or RuntimeError, in PyTorch's words, if it is none of these.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        return torch.tensor(float(value), dtype=torch.float64)
    if isinstance(value, list | tuple):
        return torch.stack([numbers(entry) for entry in value])
    if isinstance(value, np.ndarray):
        value = value.copy()  # PyTorch takes no array that is read-only or that runs backwards
    tensor = torch.as_tensor(value).detach().cpu()
    return tensor if tensor.is_complex() or tensor.dtype == torch.bool else tensor.double()


def as_tensor(got, like: torch.Tensor) -> torch.Tensor:
    """The reader's answer in float64, if it is made of numbers and has the shape of `like`."""
    shape = tuple(like.shape)
    wanted = ["a number", f"a row of {like.numel()} numbers", f"a tensor of shape {shape}"][min(like.ndim, 2)]
    if got is None or got is ...:
        raise Wrong(f"the answer is missing, and {wanted} is asked for.")
    try:
        tensor = numbers(got)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(f"this is {describe(got)}, and {wanted} is asked for.") from None
    if tensor.is_complex():
        raise Wrong("this is made of complex numbers, and real ones are asked for.")
    if (tensor.dtype == torch.bool) != (like.dtype == torch.bool):
        is_made, asked = ("True and False", "numbers")[:: -1 if like.dtype == torch.bool else 1]
        raise Wrong(f"this is made of {is_made}, and {asked} are asked for.")
    if tensor.shape != like.shape:
        question = ""
        if tensor.ndim == 2 and shape == tuple(tensor.T.shape):
            question = " Have rows and columns changed places?"
        elif tuple(tensor.shape) == 2 * shape:
            question = " Does a column of shape (n, 1) meet a row of shape (n,)?"
        what = describe(got if tensor.ndim < 2 else tensor)
        raise Wrong(f"this is {what}, and {wanted} is asked for.{question}")
    return tensor.double()


def compare(got, want: torch.Tensor, mistakes: Mapping | None = None, batch: int = 1, rtol=1e-4) -> None:
    """Raise `Wrong` with the likeliest cause unless `got` equals `want`.

    got: the reader's answer. want: the right one, of any shape, which the answer has to have.
    mistakes: sentences for the reader, each with the tensor, of that shape too, to which the mistake leads.
    batch: the number of examples, to tell a sum from a mean.
    rtol: how far an entry may be off: this share of itself, and a hundredth of that of the largest entry.
    """
    got, want = as_tensor(got, want), want.detach().cpu().double()
    largest = want[want.isfinite()].abs().amax().item() if want.isfinite().any() else 0
    tolerance = {"rtol": rtol, "atol": rtol / 100 * (largest or 1)}

    def same(a, b) -> bool:
        return torch.allclose(a, b, **tolerance)

    if same(got, want):
        return
    one = want.numel() == 1
    blow_up = want.isfinite().all() and not got.isfinite().all()
    factor = ((got * want).sum() / want.square().sum()).item()
    scaled = factor != 0 and same(got / factor, want)
    orders = [want.permute(axes) for axes in permutations(range(want.ndim))]
    reordered = any(order.shape == got.shape and same(got, order) for order in orders)
    permuted = same(got.flatten().sort()[0], want.flatten().sort()[0])
    off = ~torch.isclose(got, want, **tolerance)
    causes = [
        *((same(got, wrong.detach().cpu().double()), message) for message, wrong in (mistakes or {}).items()),
        (blow_up, "the result holds nan or inf: does an exponential overflow, or a logarithm meet 0?"),
        (not got.any(), "the result is zero throughout."),
        (same(got, -want), "the sign is wrong."),
        (scaled, known_factor(factor, batch)),
        (scaled and not one, f"it is the right result times {factor:.4g}."),
        (one, f"it is too {'large' if got.sum() > want.sum() else 'small'}."),
        (same(got - (got - want).mean(), want), "every entry is off by the same amount."),
        (reordered, f"{'rows and columns' if want.ndim == 2 else 'the axes'} have changed places."),
        (permuted, "the right values stand in the wrong places."),
        (True, f"{off.sum()} of {off.numel()} entries are wrong, the first at {off.nonzero()[0].tolist()}."),
    ]
    raise Wrong(next(message for holds, message in causes if holds and message))


def known_factor(factor: float, batch: int) -> str:
    """The sentence for a result that is `factor` times the right one; none if the factor says nothing."""
    causes = {
        2: "it is twice the right result.",
        1 / 2: "it is half the right result.",
        100: "it is a hundred times the right result: is it in per cent?",
        1 / math.log(2): "it is off by a factor of ln 2: is the logarithm to the base 2?",
        1 / math.log(10): "it is off by a factor of ln 10: is the logarithm to the base 10?",
    }
    if batch > 1:
        causes |= {
            batch / (batch - 1): "too large by n/(n − 1): is a sum divided by n − 1 where n is asked for?",
            (batch - 1) / batch: "too small by (n − 1)/n: is a sum divided by n where n − 1 is asked for?",
            batch: "too large by a factor of the batch size: is it a sum where a mean is asked for?",
            1 / batch: "too small by a factor of the batch size: is the mean taken twice?",
        }
    for known, cause in causes.items():
        if math.isclose(abs(factor), known, rel_tol=1e-4):
            return ("the sign is wrong, and " if factor < 0 else "") + cause
    return ""
