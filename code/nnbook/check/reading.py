"""How a checker reads what it is given, and how it says what that is."""

import re
from numbers import Real

import numpy as np
import torch

from nnbook.check.verdict import Wrong

# What a reader need not know of an error's words, and what stands in its place.
INTERNALS = {
    r"'NoneType' object": "None",
    r"'?\bNoneType\b'?": "None",
    r"'ellipsis' object": "...",
    r"'?\bellipsis\b'?": "...",
    r"[\w.]*<locals>\.": "",
    r"\bnnbook\.(?:\w+\.)+(?=\w)": "",
    r" at 0x[0-9a-fA-F]+": "",
}


def first_line(error: BaseException) -> str:
    """The type of an error and the first line of its message, without anything of this package's insides."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # whatever the reader's class of errors does
        lines = []
    said = ": ".join([type(error).__name__, *lines[:1]])
    for internal, plain in INTERNALS.items():
        said = re.sub(internal, plain, said)
    return said.rstrip(".")


def describe(value) -> str:
    """What a value is, in a few words: 'a number', 'a tensor of shape (3, 10)', 'an empty list'."""
    if value is None or value is ...:
        return "nothing"
    if isinstance(value, torch.Tensor | np.ndarray) and value.ndim:
        return describe_table(value)
    if isinstance(value, complex | np.complexfloating):
        return "a complex number"
    if isinstance(value, Real | torch.Tensor | np.ndarray) and not isinstance(value, bool):
        huge = isinstance(value, Real) and not is_float(value)
        return "a whole number of more than 300 digits" if huge else "a number"
    if isinstance(value, str | list | tuple | dict | set):
        name = type(value).__name__
        return f"a {name} of length {len(value)}" if value else f"an empty {name}"
    return named(value)


def describe_table(value: torch.Tensor | np.ndarray) -> str:
    """`describe`, for what has axes."""
    if torch.is_tensor(value):
        return "a nested tensor" if value.is_nested else f"a tensor of shape {tuple(value.shape)}"
    return f"a NumPy array {'of objects ' if value.dtype == object else ''}of shape {tuple(value.shape)}"


def named(value) -> str:
    """The name of a value's type, with its article."""
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def is_float(value: Real) -> bool:
    """Whether a number can be turned into a float."""
    try:
        float(value)
    except OverflowError:
        return False
    return True


def shown(name: str, value) -> str:
    """An argument as a sentence says with what was tried: a shape, a short value, or what it is."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return f"{name} of shape {tuple(value.shape)}"
    try:
        text = str(value)
    except Exception:  # whatever the class does
        text = ""
    hidden = not text or len(text) > 80 or "\n" in text or " at 0x" in text
    return f"{name}, {describe(value)}" if hidden else f"{name} = {text}"


def numbers(value) -> torch.Tensor:
    """A number, a tensor, an array, or lists of these as one new tensor: float64, complex or boolean.

    Raises TypeError, ValueError or RuntimeError, in PyTorch's words, if it is none of these.
    """
    if isinstance(value, Real) and not isinstance(value, bool):
        if not is_float(value):
            raise ValueError("the number is too large for a float")
        return torch.tensor(float(value), dtype=torch.float64)
    if isinstance(value, list | tuple):
        return torch.stack([numbers(entry) for entry in value])
    if isinstance(value, np.ndarray):
        # PyTorch takes no array that is read-only or that runs backwards, and no long double
        value = value.astype(np.float64) if value.dtype.kind == "f" else value.copy()
    tensor = torch.as_tensor(value).detach().cpu()
    if tensor.is_nested:
        raise TypeError("a nested tensor has no shape")
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    tensor = tensor.clone()  # later changes of the reader's tensor do not reach it
    return tensor if tensor.is_complex() or tensor.dtype == torch.bool else tensor.double()


def as_tensor(got, like: torch.Tensor) -> torch.Tensor:
    """The reader's answer in float64, a copy, if it is made of numbers and has the shape of `like`."""
    shape = tuple(like.shape)
    wanted = ["a number", f"a row of {like.numel()} numbers", f"a tensor of shape {shape}"][min(like.ndim, 2)]
    if got is None or got is ...:
        raise Wrong(f"the answer is missing, and {wanted} is asked for.")
    try:
        tensor = numbers(got)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(unreadable(got, wanted)) from None
    if tensor.is_complex():
        raise Wrong("this is made of complex numbers, and real ones are asked for.")
    if (tensor.dtype == torch.bool) != (like.dtype == torch.bool):
        is_made, asked = ("True and False", "numbers")[:: -1 if like.dtype == torch.bool else 1]
        raise Wrong(f"this is made of {is_made}, and {asked} are asked for.")
    if tensor.shape != like.shape:
        question = ""
        if tensor.ndim == 2 and shape == tuple(tensor.T.shape):
            question = " Have rows and columns changed places?"
        elif len(shape) == 1 and tuple(tensor.shape) == 2 * shape:
            question = " Does a column of shape (n, 1) meet a row of shape (n,)?"
        what = describe(got if tensor.ndim < 2 else tensor)
        raise Wrong(f"this is {what}, and {wanted} is asked for.{question}")
    return tensor.double()


def unreadable(value, wanted: str) -> str:
    """The sentence on a value that holds no numbers, or none that go into one tensor."""
    said = f"this is {describe(value)}, and {wanted} is asked for."
    if isinstance(value, str):
        return said + (" Leave out the quotes." if is_numeral(value) else "")
    if isinstance(value, torch.Tensor) and value.device.type == "meta":
        return f"{said} It is on the device meta, where tensors have shapes and no numbers."
    if not isinstance(value, list | tuple):
        return said
    for place, entry in enumerate(value):
        if entry is None or entry is ...:
            return f"{said} The entry [{place}] is missing."
        try:
            numbers(entry)
        except (TypeError, ValueError, RuntimeError):
            return f"{said} Its entry [{place}] is {describe(entry)}."
    return said + (" Its entries differ in shape." if value else "")


def is_numeral(text: str) -> bool:
    """Whether a text is a number within quotes."""
    try:
        float(text)
    except ValueError:
        return False
    return True
