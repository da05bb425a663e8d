"""What all checkers share: they pass nothing empty, raise nothing, touch nothing, and name what is wrong."""

import math
import pkgutil
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nnbook import check as package
from nnbook.check import CHECKERS, check
from nnbook.check.compare import compare, try_on
from nnbook.check.verdict import VERDICT, Wrong, checker
from nnbook.exercise_labels import labels_by_module

MECHANISM = {
    "chance",
    "calling",
    "compare",
    "comparing",
    "copying",
    "forbidding",
    "measuring",
    "reading",
    "surroundings",
    "trying",
    "verdict",
}

EMPTY = {
    "None": None,
    "...": ...,
    "empty text": "",
    "empty list": [],
    "empty dictionary": {},
    "list of ...": [...],
    "zero": 0,
    "False": False,
    "zeros": [0] * 5,
    "table of zeros": torch.zeros(10, 10),
    "function that returns nothing": lambda *inputs: None,
    "function that returns its first input": lambda *inputs: inputs[0],
    "function that returns its last input": lambda *inputs: inputs[-1],
    "function that returns zero": lambda *inputs: 0,
    "function that returns one": lambda *inputs: torch.tensor(1.0),
    "function that returns zeros of its input's shape": lambda *inputs: torch.zeros_like(inputs[0]),
    "function that returns a table of zeros": lambda *inputs: torch.zeros(10, 10),
}


def stops(*inputs):
    raise ValueError("no such\nthing")


def leaves(*inputs):
    raise SystemExit


def recurs(*inputs):
    return recurs(*inputs)


def yields(*inputs):
    yield 1


class Hostile:
    """An object that raises whatever is asked of it."""

    def refuse(self, *_):
        raise RuntimeError("leave me alone")

    __bool__ = __eq__ = __float__ = __hash__ = __len__ = __str__ = __repr__ = __array__ = __call__ = refuse


class Unprintable(Exception):
    def __str__(self):
        raise ValueError("no message")


def raises_unprintable(*inputs):
    raise Unprintable


def clears(*inputs):
    for value in inputs:
        if torch.is_tensor(value):
            value.zero_()
    return 0


ODD = {
    "error": stops,
    "error without message": raises_unprintable,
    "exit": leaves,
    "endless recursion": recurs,
    "generator": yields,
    "too few parameters": lambda: 0,
    "parameter by name only": lambda *inputs, name: 0,
    "class": list,
    "builtin": print,
    "C function": math.atan2,
    "result that is a function": lambda *inputs: stops,
    "result that is complex": lambda *inputs: torch.tensor(1j),
    "result that is text": lambda *inputs: "0.5",
    "result that is ragged": lambda *inputs: [[1], [2, 3]],
    "result without numbers": lambda *inputs: torch.zeros(0),
    "result that is nan": lambda *inputs: math.nan,
    "result that is infinite": lambda *inputs: torch.tensor(math.inf),
    "result without data": lambda *inputs: torch.zeros((), device="meta"),
    "huge number": 10**400,
    "nan": math.nan,
    "complex number": 1j,
    "text": "79500",
    "numbers as text": ["0.9"] * 5,
    "object": object(),
    "hostile object": Hostile(),
    "list of hostile objects": [Hostile()] * 5,
    "dictionary of hostile objects": dict.fromkeys([0.01, 0.1, 1.0, 2.0], Hostile()),
    "array of objects": np.array([None] * 5),
    "table with too many axes": torch.zeros(1, 2, 3, 4),
}


@pytest.mark.parametrize("label", CHECKERS)
@pytest.mark.parametrize("attempt", EMPTY.values(), ids=EMPTY)
def test_nothing_empty_passes(label, attempt):
    assert not check(label, attempt).right


@pytest.mark.parametrize("label", CHECKERS)
@pytest.mark.parametrize("attempt", ODD.values(), ids=ODD)
def test_nothing_is_raised(label, attempt, capsys):
    verdict = check(label, attempt)
    assert not verdict.right
    assert verdict.message.endswith((".", ".)", "?", "?)"))
    assert "\n" not in verdict.message


def test_an_interrupt_gets_through():
    def endless(*inputs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("ex-gradient", endless)


def test_every_module_of_checkers_is_imported_and_tested():
    names = {module.name for module in pkgutil.iter_modules(package.__path__)} - MECHANISM
    sources = {name: Path(package.__path__[0], f"{name}.py").read_text() for name in names}
    judging = {name for name, source in sources.items() if "@checker(" in source}
    assert judging == {judge.__module__.rpartition(".")[2] for judge in CHECKERS.values()}
    for name in judging:
        assert Path(__file__).with_name(f"test_{name}.py").exists()
    for name in names - judging:  # what serves them is tested through them
        used = re.compile(rf"from nnbook\.check(\.{name} import| import .*\b{name}\b)")
        assert any(map(used.search, sources.values())), name


def test_a_check_imports_the_module_of_its_exercise_and_no_other():
    code = (
        "import sys\nfrom nnbook.check import check\nprint(check('ex-xor-nand', [-2, -2, 3]).right)\n"
        "print(sorted(name for name in sys.modules if name in "
        "('nnbook.check.xor', 'nnbook.check.tensors', 'nnbook.check.regression')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n['nnbook.check.xor']\n"


def test_every_label_is_found_in_the_source_of_its_module():
    found = {label: name for name, labels in labels_by_module().items() for label in labels if label}
    assert found == {label: judge.__module__.rpartition(".")[2] for label, judge in CHECKERS.items()}


def test_an_unknown_label_gets_an_answer_with_the_likeliest():
    assert check("ex-topk", 1).message == 'there is no exercise "ex-topk". Is "ex-top-k" meant?'
    assert not check("something else", 1).right
    assert "comes first" in check(math.sin, "ex-top-k").message
    assert "comes first" in check([], 1).message


def test_a_second_checker_of_an_exercise_is_refused():
    with pytest.raises(ValueError, match="ex-count has two checkers"):
        checker("ex-count")(print)


def test_a_verdict_has_a_line_for_the_reader_and_a_record_for_the_build():
    verdict = check("ex-count", 3)
    data, metadata = verdict._repr_mimebundle_()
    assert data == {"text/plain": "✗ Not yet: it is too small."}
    assert metadata == {VERDICT: {"exercise": "ex-count", "right": False, "message": "it is too small."}}
    assert not verdict
    assert str(check("ex-count", 79_500)) == "✓ Right: two matrices and one bias."


def random_states():
    return torch.get_rng_state().tolist(), repr(np.random.get_state()), random.getstate()  # noqa: NPY002


@pytest.mark.parametrize("label", CHECKERS)
def test_the_random_state_of_the_page_is_untouched(label):
    def draws(*inputs):
        torch.manual_seed(0)
        return torch.randn(()), np.random.rand(), random.random()  # noqa: NPY002

    before = random_states()
    for attempt in [draws, *EMPTY.values()]:
        check(label, attempt)
    assert random_states() == before


def test_settings_of_the_page_do_not_matter():
    def loss_gradient(S, y):
        return (S.softmax(1) - torch.nn.functional.one_hot(y, S.shape[1])) / len(y)

    with torch.no_grad(), torch.device("meta"):
        assert check("ex-gradient", loss_gradient).right
    torch.set_default_dtype(torch.float64)
    try:
        assert check("ex-gradient", loss_gradient).right
    finally:
        torch.set_default_dtype(torch.float32)


# try_on: the sum of x times a.


def try_sum(attempt, **how):
    x = torch.tensor([[1.0, 2.0], [4.0, 8.0]])
    try_on(attempt, {"x": x, "a": 3}, 3 * x.sum(), **how)


@pytest.mark.parametrize(
    "result",
    [float, int, torch.Tensor.double, torch.Tensor.half, torch.Tensor.numpy, np.float64, torch.nn.Parameter],
)
def test_a_result_counts_whatever_its_type(result):
    try_sum(lambda x, a: result(a * x.sum()))


class Summer(torch.nn.Module):
    def forward(self, x, a):
        return a * x.sum()


def test_anything_that_can_be_called_is_a_function(capsys):
    try_sum(Summer())
    try_sum(lambda x, a=1, verbose=False: a * x.sum())
    try_sum(lambda *inputs: print("I am here") or inputs[1] * inputs[0].sum())
    assert capsys.readouterr().out == "I am here\n"


def test_a_function_that_changes_its_input_is_told_so_even_if_it_clears_it():
    with pytest.raises(Wrong, match="x has changed"):
        try_sum(lambda x, a: a * x.mul_(1).add_(0).sum() + 0 * x.zero_().sum())
    with pytest.raises(Wrong, match="zero throughout"):
        try_sum(lambda x, a: a * x.zero_().sum())


def stops_further_in(x, a):
    y = x + 1
    return stops(y)


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (3, "a function is asked for, and this is a number: give the function's name, without parentheses."),
        ("sum", "a function is asked for, and this is a str of length 3."),
        (lambda x: 0, "the function is to take (x, a): too many positional arguments."),
        (lambda x, a, b: 0, "the function is to take (x, a): missing a required argument: 'b'."),
        (stops_further_in, "the function stops with ValueError: no such, in the line `return stops(y)`."),
        (leaves, "the function stops with SystemExit, in the line `raise SystemExit`."),
        (lambda x, a: None, "the function returns nothing: is a line still to be written?"),
        (yields, "this is a generator, and a number is asked for."),
        (lambda x, a: (1, 2), "this is a tuple of length 2, and a number is asked for."),
        (lambda x, a: a * x.sum() + 0j, "this is made of complex numbers, and real ones are asked for."),
        (lambda x, a: x.sum() > 0, "this is made of True and False, and numbers are asked for."),
    ],
)
def test_what_is_wrong_with_a_function(attempt, message):
    with pytest.raises(Wrong) as wrong:
        try_sum(attempt)
    assert str(wrong.value).removesuffix(" (Tried with x of shape (2, 2), a = 3.)") == message


def test_a_mistake_of_the_exercise_is_named_before_a_general_one():
    with pytest.raises(Wrong, match=r"^a has no effect\."):
        try_sum(lambda x, a: x.sum(), mistakes={"a has no effect.": torch.tensor(15.0)})


# compare: tensors of any shape, with entries of any size.


def for_all(*strategies):
    """As hypothesis's `given`, with no limit of seconds."""
    return lambda test: settings(deadline=None)(given(*strategies)(test))


@st.composite
def tensors(draw, fewest_axes=0, most_axes=3, shortest=1):
    """Tensors of the sizes 1 to n in any order, with any signs, in any unit."""
    shape = draw(st.lists(st.integers(shortest, 4), min_size=fewest_axes, max_size=most_axes))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
    sizes = torch.randperm(math.prod(shape), generator=generator) + 1.0
    signs = torch.randint(2, sizes.shape, generator=generator) * 2 - 1
    return 10.0 ** draw(st.integers(-6, 6)) * (sizes * signs).double().reshape(shape)


def message(got, want, **how):
    with pytest.raises(Wrong) as wrong:
        compare(got, want, **how)
    return str(wrong.value)


@for_all(tensors())
def test_the_right_tensor_passes(want):
    compare(want, want)
    compare(want.float(), want)
    compare(want.numpy(), want)
    compare(want.tolist(), want)
    compare(want.clone().requires_grad_(), want)
    if want.ndim:
        compare(want.numpy()[::-1], want.flip(0))


@for_all(tensors())
def test_a_negated_tensor_has_the_wrong_sign(want):
    assert message(-want, want) == "the sign is wrong."


@for_all(tensors(), st.integers(3, 100))
def test_a_sum_in_place_of_a_mean_is_told_by_its_factor(want, n):
    assert "is it a sum where a mean is asked for?" in message(n * want, want, batch=n)
    assert "is the mean taken twice?" in message(want / n, want, batch=n)
    assert "divided by n − 1" in message(want * n / (n - 1), want, batch=n)
    assert message(-n * want, want, batch=n).startswith("the sign is wrong, and too large by a factor")


@for_all(tensors(), st.sampled_from([-30.0, 0.3, 0.99, 1.01, 7.0]))
def test_a_scaled_tensor_is_told_its_factor_and_a_number_is_not(want, factor):
    if want.numel() > 1:
        assert message(factor * want, want) == f"it is the right result times {factor:.4g}."
    else:
        assert message(factor * want, want) in {"it is too large.", "it is too small."}


@for_all(tensors(1, shortest=2), st.sampled_from([-2.0, 0.01, 1.0, 30.0]))
def test_a_shifted_tensor_is_told_so(want, shift):
    assert message(want + shift * want.abs().max(), want) == "every entry is off by the same amount."


@for_all(tensors(2, shortest=2))
def test_a_transposed_tensor_is_told_so(want):
    said = message(want.transpose(0, -1), want)
    if want.shape[0] == want.shape[-1]:
        assert said.endswith("have changed places.")
    else:
        assert f"this is a tensor of shape {tuple(want.transpose(0, -1).shape)}, and a" in said
        assert ("Have rows and columns changed places?" in said) == (want.ndim == 2)


@for_all(tensors(1, 1, shortest=3))
def test_reordered_and_single_wrong_entries_are_told_apart(want):
    assert message(want.roll(1), want) == "the right values stand in the wrong places."
    got = want.clone()
    got[-1] += want.abs().max()
    said = f"1 of {len(want)} entries are wrong, the first at [{len(want) - 1}]."
    assert message(got, want) == said


@for_all(tensors(), st.sampled_from([math.nan, math.inf, -math.inf]))
def test_an_entry_that_is_not_finite_is_told_so(want, value):
    got = want.clone()
    got.view(-1)[0] = value
    assert "nan or inf" in message(got, want)


@for_all(tensors())
def test_nothing_is_as_good_as_zeros(want):
    assert message(torch.zeros_like(want), want) == "the result is zero throughout."


@pytest.mark.parametrize("n", [2, 5])
def test_a_column_that_meets_a_row_is_told_so(n):
    column = torch.arange(n)[:, None]
    assert "Does a column of shape (n, 1) meet a row" in message(column - torch.arange(n), torch.zeros(n))


def test_infinities_and_booleans_can_be_right():
    compare([-math.inf, 1.0], torch.tensor([-math.inf, 1.0]))
    compare([True, False], torch.tensor([True, False]))
    assert "True and False are asked for" in message([1, 0], torch.tensor([True, False]))
    assert "entries are wrong" in message([1.0, 1.0], torch.tensor([-math.inf, 1.0]))


def test_a_single_number_is_not_given_away():
    """What is said of a wrong number does not depend on how wrong it is."""
    assert message(3.0, torch.tensor(5.0)) == message(4.9, torch.tensor(5.0)) == "it is too small."


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (2, "twice"),
        (0.5, "half"),
        (100, "per cent"),
        (1 / math.log(2), "base 2?"),
        (1 / math.log(10), "base 10?"),
    ],
)
def test_factors_that_tell_their_cause(factor, said):
    assert said in message(3.7 * factor, torch.tensor(3.7))
