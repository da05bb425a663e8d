"""Copies of what a reader's function is given and of what it returns, and whether it is still the same."""

import copy
import random
from collections.abc import Iterable, Mapping

import numpy as np
import torch

from nnbook.check.verdict import Wrong

AS_THEY_ARE = torch.Generator | np.random.Generator | np.random.RandomState | random.Random


def own_copies(inputs: Mapping) -> dict:
    """Deep copies of all values; what is one object in several of them is one in the copies too.

    Random generators, functions and what cannot be copied stay as they are: a draw is to be seen in the
    generator, and a function that counts its calls is to count them.
    """
    memo = {}
    return {name: own_copy(value, memo) for name, value in inputs.items()}


def own_copy(value, memo: dict | None = None):
    """A deep copy of a value, or itself if that cannot or need not be copied."""
    if is_left_alone(value):
        return value
    if torch.is_tensor(value) and not value.is_leaf:
        return value.clone()  # PyTorch copies no result of a graph
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # whatever the class does; a generator cannot be copied
        return value


def is_left_alone(value) -> bool:
    """Whether a value is a random generator or a function, of which no copy is made."""
    return isinstance(value, AS_THEY_ARE) or (callable(value) and not isinstance(value, torch.nn.Module))


def same_state(a, b) -> bool:
    """Whether two values are equal in every part, nan and all; what cannot be compared counts as equal."""
    try:
        return _same(a, b, set())
    except Exception:  # whatever the class does; too deep a structure
        return True


def _same(a, b, seen: set) -> bool:
    """`same_state`, for parts; `seen` holds the pairs that are being compared further up."""
    if a is b or (id(a), id(b)) in seen or type(a) is not type(b):
        return type(a) is type(b)
    seen.add((id(a), id(b)))
    if isinstance(a, torch.Tensor | np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and _same_entries(a, b, seen)
    if isinstance(a, dict):
        a, b = list(a.items()), list(b.items())
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_same(p, q, seen) for p, q in zip(a, b, strict=True))
    if _parts(a) and not is_left_alone(a):
        return _same_parts(_parts(a), _parts(b), seen)
    return is_left_alone(a) or bool(a == b) or bool(a != a and b != b)  # noqa: PLR0124 (nan)


def _same_parts(a: dict, b: dict, seen: set) -> bool:
    """Whether objects with these attributes are equal; one may have a private attribute more."""
    if any(name[0] != "_" for name in a.keys() ^ b.keys()):
        return False
    return all(_same(a[name], b[name], seen) for name in a.keys() & b.keys())


def _same_entries(a, b, seen: set) -> bool:
    """Whether two tensors or arrays of one shape have the same entries."""
    if isinstance(a, np.ndarray) and a.dtype == object:
        return _same(a.tolist(), b.tolist(), seen)
    if torch.is_tensor(a):
        a, b = (t.detach().to_dense() if t.layout != torch.strided else t.detach() for t in (a, b))
    return bool(((a == b) | ((a != a) & (b != b))).all())  # noqa: PLR0124 (nan)


def _parts(value) -> dict:
    """The attributes of an object, those in `__slots__` too."""
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    return getattr(value, "__dict__", {}) | {
        name: getattr(value, name) for name in slots if hasattr(value, name) and not name.startswith("__")
    }


def place(value) -> tuple | None:
    """What two values have in common if they are one in memory; None for what cannot be changed."""
    if isinstance(value, list | dict):
        return "object", id(value)
    if torch.is_tensor(value):
        strided = value.layout == torch.strided and value.device.type != "meta"
        return ("memory", value.data_ptr()) if strided and value.numel() else ("object", id(value))
    if isinstance(value, np.ndarray):
        return ("memory", value.__array_interface__["data"][0]) if value.size else ("object", id(value))
    return None


def not_shared(results: Iterable, what: str = "rows") -> None:
    """Raise `Wrong` if two of the results are one and the same tensor, array or list.

    what: the name of the results in the sentence, in the plural.
    """
    sentence = sharing(results, what)
    if sentence:
        raise Wrong(sentence)


def sharing(results, what: str = "rows") -> str:
    """The sentence of `not_shared`; none if the results are no list or share nothing."""
    results = list(results) if isinstance(results, Iterable) else []
    places = [place(value) for value in results]
    known = [where for where in places if where]
    if len(set(known)) == len(known):
        return ""
    who = f"all {what}" if len(set(places)) == 1 else f"some {what}"
    kind = {list: "list", dict: "dictionary", np.ndarray: "array"}.get(type(results[0]), "tensor")
    how = {"tensor": "x.clone()", "array": "x.copy()"}.get(kind, "copy.deepcopy(x)")
    return f"{who} are one and the same {kind}: append a copy, as with {how}."
