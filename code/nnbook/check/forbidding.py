"""What an exercise forbids: functions that a reader's function may not call while it is tried."""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from nnbook.check.verdict import Wrong

AUTOGRAD = (
    "torch.Tensor.backward",
    "torch.autograd.backward",
    "torch.autograd.grad",
    *(f"torch.autograd.functional.{name}" for name in ["jacobian", "hessian", "vjp", "jvp", "hvp", "vhp"]),
    *(
        f"torch.func.{name}"
        for name in ["grad", "grad_and_value", "vjp", "jvp", "jacrev", "jacfwd", "hessian"]
    ),
)
_BANS: ContextVar[tuple] = ContextVar("bans", default=())


@contextmanager
def without(*names: str, say: str = "") -> Iterator[None]:
    """Have `call` refuse a function that calls one of these; it is a decorator of a checker too.

    names: the full names, such as "torch.linalg.pinv" or "torch.Tensor.backward"; aliases count singly.
    say: the sentence for the reader; by default one that names the function.
    The checker's own code may call them, inside the block as outside, and so may what it gives to the
    attempt. Raises AttributeError or ImportError for a name that does not exist.
    """
    bans = {name: say or f"`{name}` does the whole work here: write it out." for name in names}
    for name in bans:
        owner_of(name)
    token = _BANS.set((*_BANS.get(), bans))
    try:
        yield
    finally:
        _BANS.reset(token)


def without_autograd(say: str = "autograd is used, and the derivative is to be written out."):
    """Have `call` refuse a function that lets PyTorch differentiate, in whatever way; as `without`."""
    return without(*AUTOGRAD, say=say)


def owner_of(name: str) -> tuple[object, str]:
    """The module or class in which a function of that full name is looked up, and its short name."""
    path, _, short = name.rpartition(".")
    try:
        owner = importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, kind = path.rpartition(".")
        owner = getattr(importlib.import_module(module or path), kind)
    getattr(owner, short)
    return owner, short


@contextmanager
def bans_kept(attempt: Callable) -> Iterator[None]:
    """While the attempt runs, have what is forbidden refuse it, also if it catches the refusal."""
    bans = {name: say for group in _BANS.get() for name, say in group.items()}
    refusals: list[Wrong] = []
    undo: list[Callable] = []
    try:
        for name, say in bans.items():
            owner, short = owner_of(name)
            allowed = getattr(owner, short)
            allowed = getattr(allowed, "allowed", allowed)  # of a call within a call
            refused = refusing(allowed, say, refusals)
            replace(vars(owner), owner, short, refused, undo)
            if attempt is allowed:
                raise Wrong(say)
            for namespace in namespaces(attempt):
                for alias in [key for key, value in namespace.items() if value is allowed]:
                    replace(namespace, namespace, alias, refused, undo)
        yield
    finally:
        for step in reversed(undo):
            step()
    if refusals:
        raise refusals[0]


def namespaces(attempt: Callable) -> list[dict]:
    """Where a function's names may be bound already, as by `from torch.linalg import pinv`."""
    function = inspect.unwrap(getattr(attempt, "func", attempt))  # a partial function, a decorated one
    function = getattr(function, "__func__", function)
    function = function.__init__ if isinstance(function, type) else function
    if not hasattr(function, "__globals__"):
        kind = type(attempt)
        function = getattr(kind, "forward" if hasattr(kind, "forward") else "__call__", None)
    namespace = getattr(function, "__globals__", None)
    own = namespace is None or str(namespace.get("__name__", "")).split(".")[0] in ("torch", "nnbook")
    return [] if own else [namespace]


def replace(names, owner, name: str, value, undo: list[Callable]) -> None:
    """Bind a name to another value, and note how to bind it as it was."""
    was_there, before = name in names, names.get(name)
    if isinstance(owner, dict):
        owner[name] = value
        undo.append(lambda: owner.__setitem__(name, before))
        return
    setattr(owner, name, value)
    undo.append(lambda: setattr(owner, name, before) if was_there else delattr(owner, name))


def refusing(allowed: Callable, say: str, refusals: list[Wrong]) -> Callable:
    """A stand-in for a function, which the reader's code cannot call and the checker's can."""

    def refused(*args, **kwargs):
        if called_by_checker():
            return allowed(*args, **kwargs)
        refusals.append(Wrong(say))
        raise refusals[-1]

    refused.allowed = allowed
    return refused


def called_by_checker() -> bool:
    """Whether some function of a checker stands between the reader's code and this."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module == "nnbook.check.calling":
            return False
        if module.startswith("nnbook.check."):
            return True
        frame = frame.f_back
    return True
