"""How a checker calls a reader's function: with copies of the inputs, and a sentence for every error."""

import inspect
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Real

import torch

from nnbook.check.copying import own_copies, own_copy, same_state
from nnbook.check.forbidding import bans_kept
from nnbook.check.reading import describe, first_line, shown
from nnbook.check.surroundings import settings_kept
from nnbook.check.verdict import Wrong

LONGEST = 100  # characters of a line of code in a sentence
TRIED = "(Tried with "
_RETURNED: ContextVar[list | None] = ContextVar("returned", default=None)


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
        if TRIED in str(wrong):
            raise
        given = ", ".join(shown(name, value) for name, value in inputs.items())
        raise Wrong(f"{wrong} {TRIED}{given}.)") from None


def call(attempt: Callable, inputs: Mapping):
    """The result of a reader's function, called with the values of `inputs`.

    What the checker's own code says in the meantime, in a function that it gave to the attempt, goes
    through as it is. Settings that the attempt changes are as before afterwards, but random draws are made.
    """
    try:
        with settings_kept(), bans_kept(attempt):
            return attempt(*inputs.values())
    except (Wrong, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise Wrong(f"the function stops with {first_line(error)}{where(attempt, error)}.") from None


def where(attempt: Callable, error: BaseException) -> str:
    """The line of the reader's function in which an error was raised, if it can be known."""
    for frame in traceback.extract_tb(error.__traceback__)[1:]:
        if frame.line and frame.name == getattr(attempt, "__name__", None):
            line = frame.line if len(frame.line) <= LONGEST else f"{frame.line[:LONGEST]}…"
            return f", in the line `{line}`"
    return ""


def require_result(result) -> None:
    """Raise `Wrong` if a function has returned nothing."""
    if result is None or result is ...:
        raise Wrong("the function returns nothing: is a line still to be written?")


@contextmanager
def trying(attempt, inputs: Mapping, may_change: Iterable[str] = ()) -> Iterator:
    """Call a reader's function with its own copies of the inputs, and give its result to the block.

    inputs: the arguments in their order, under the names that the exercise gives them. The attempt gets
    copies of its own, and it is wrong if one of them has changed, however deep inside.
    may_change: the names of those that it may change.
    """
    require_function(attempt, inputs)
    own = own_copies(inputs)
    with tried_with(inputs):
        result = call(attempt, own)
    require_result(result)
    remember(result)
    with tried_with(inputs):
        yield result
        for name, value in inputs.items():
            if name not in may_change and not same_state(own[name], value):
                raise Wrong(f"the result is right, but {name} has changed; the caller may need it as it was.")


def remember(result) -> None:
    """Keep a copy of a result beside it, if somebody wants to know whether it stays as it is."""
    returned = _RETURNED.get()
    if returned is not None:
        returned.append((result, own_copy(result)))


@contextmanager
def results_kept() -> Iterator[None]:
    """Raise `Wrong` at the end of the block if a result from `trying` has been changed by a later call."""
    token = _RETURNED.set([])
    try:
        yield
        if not all(same_state(result, kept) for result, kept in _RETURNED.get()):
            raise Wrong(
                "the results are right, but a later call changes an earlier one: make a new tensor or list "
                "in each call."
            )
    finally:
        _RETURNED.reset(token)
