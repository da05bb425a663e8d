"""The checkers of the chapter "Tensors and automatic differentiation": the exercises with autograd."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from nnbook.check.compare import Case, as_tensor, compare, try_on_all, trying, without
from nnbook.check.measuring import places
from nnbook.check.tensors import random
from nnbook.check.verdict import Wrong, checker


@dataclass
class Formula:
    """A function whose `str` is its formula, for the sentence that says what was tried."""

    text: str
    function: Callable

    def __call__(self, x):
        """The function's value."""
        return self.function(x)

    def __str__(self) -> str:
        return self.text


@dataclass
class Noting(Formula):
    """A formula that notes with which weights `backward` is called on its results."""

    noted: list[torch.Tensor] = field(default_factory=list)

    def __call__(self, x):
        """The function's value."""
        y = self.function(x)
        if y.requires_grad:
            y.register_hook(self.note)
        return y

    def note(self, u: torch.Tensor) -> None:
        """Keep the weights, unless they are those of all rows at once, which cannot be read here."""
        with contextlib.suppress(RuntimeError):
            self.noted.append(u.detach().clone())

    def single_ones(self) -> bool:
        """Whether each weight vector so far had a 1 and else zeros."""
        return all((u.sum() == 1) and (u != 0).sum() == 1 for u in self.noted)


@dataclass
class Seeing(Formula):
    """A formula that notes at which numbers it is computed."""

    points: list[complex] = field(default_factory=list)

    def __call__(self, x):
        """The function's value."""
        with contextlib.suppress(Exception):  # what torch.func hands over may have no number to see
            self.points += torch.as_tensor(x).detach().flatten().tolist()
        return self.function(x)


WHOLE_JACOBIANS = (
    *(f"torch.autograd.functional.{name}" for name in ["jacobian", "jvp", "vjp", "hessian"]),
    *(f"torch.func.{name}" for name in ["jacrev", "jacfwd", "jvp", "vjp", "grad", "vmap"]),
)


@checker("ex-tensors-jacobian")
@without(*WHOLE_JACOBIANS, say="that function does the whole work: use `backward` or `torch.autograd.grad`.")
def jacobian(attempt) -> str:
    """All derivatives of a function from (d) to (m), against torch.autograd.functional.jacobian."""
    M = random(3, 4)
    for f, d in [
        (Noting("M @ x.sin(), M of shape (3, 4)", lambda x: M @ x.sin()), 4),
        (Noting("x**2", lambda x: x**2), 3),
        (Noting("x.prod().reshape(1)", lambda x: x.prod().reshape(1)), 3),
        (Noting("x**3, twice", lambda x: torch.cat([x**3, x**3])), 2),
    ]:
        x = random(d, seed=d)
        want = torch.autograd.functional.jacobian(f.function, x)
        with trying(attempt, {"f": f, "x": x}) as result:
            compare(result, want, shared_memory(want, f.single_ones()))
    return "it agrees with torch.autograd.functional.jacobian, for square, flat, tall and single-row ones."


def shared_memory(want: torch.Tensor, single: bool) -> dict[str, torch.Tensor]:
    """The mistakes with `x.grad`, for a Jacobian; `single` says whether backward had single weights."""
    sums = want.cumsum(0)
    total = (
        "every row is the sum of the rows: all turns add to the one x.grad, and every row shares its memory."
        if single
        else "every row is the sum of the rows: which weights give a single one?"
    )
    return {
        "each row holds the rows above it too: what does backward do with the last gradient?": sums,
        total: sums[-1:].expand_as(want),
        "every row is the last one: do all share the memory of one x.grad?": want[-1:].expand_as(want),
        "every row is zero: do all share the memory of one x.grad, which was filled with zeros?": 0 * want,
    }


@checker("ex-tensors-newton")
def newton(attempt) -> str:
    """Some steps of x ← x − f(x) / f′(x), against the same steps with f′ by hand."""
    cases = []
    for f, slope, start, n_steps in [
        (Formula("x**2 - 2", lambda x: x**2 - 2), lambda x: 2 * x, 1.0, 1),
        (Formula("x**2 - 2", lambda x: x**2 - 2), lambda x: 2 * x, 1.0, 2),
        (Formula("x**3 - 5", lambda x: x**3 - 5), lambda x: 3 * x**2, 1.0, 3),
        (Formula("x.cos() - x", lambda x: x.cos() - x), lambda x: -x.sin() - 1, 2.0, 2),
        (Formula("x.cos() - x", lambda x: x.cos() - x), lambda x: -x.sin() - 1, 2.0, 6),
    ]:

        def after(step, n, f=f, slope=slope, start=start):
            x, grad = torch.tensor(start, dtype=torch.float64), 0.0
            for _ in range(n):
                grad = grad + slope(x)
                x = step(x, f(x), slope(x), grad)
            return x

        def right(x, y, dy, grad):
            return x - y / dy

        mistakes = {
            "it makes a step too many.": after(right, n_steps + 1),
            "it makes a step too few.": after(right, n_steps - 1),
            "the gradients of the steps add up: the last one is to be forgotten.": after(
                lambda x, y, dy, grad: x - y / grad, n_steps
            ),
            "the step has the wrong sign.": after(lambda x, y, dy, grad: x + y / dy, n_steps),
            "the step is f(x) · f′(x); the formula divides.": after(
                lambda x, y, dy, grad: x - y * dy, n_steps
            ),
            "the step is f′(x) / f(x); the formula has it the other way round.": after(
                lambda x, y, dy, grad: x - dy / y, n_steps
            ),
            "the step is f′(x) alone.": after(lambda x, y, dy, grad: x - dy, n_steps),
            "the step is f(x) alone; f′(x) is missing.": after(lambda x, y, dy, grad: x - y, n_steps),
            "x has not moved.": torch.tensor(start),
            "it makes one step, whatever n_steps is.": after(right, 1),
            "this is the zero itself; n_steps steps are asked for.": after(right, 20),
        }
        cases.append(Case({"f": f, "x": start, "n_steps": n_steps}, after(right, n_steps), mistakes))
    try_on_all(attempt, cases)
    seen = Seeing("x**2 - 2", lambda x: x**2 - 2)
    with trying(attempt, {"f": seen, "x": 1.0, "n_steps": 1}):
        if any(point != 1 and abs(point - 1) < 0.3 for point in seen.points):
            raise Wrong("f is looked at close beside x: let autograd find f′, and not a difference quotient.")
    f = Formula("x**2 - 2", lambda x: x**2 - 2)
    with trying(attempt, {"f": f, "x": 1, "n_steps": 2}) as result:
        compare(result, 17 / 12)
    return "it agrees with derivatives by hand, after 1, 2, 3 and 6 steps."


CORNERS = {
    "abs": torch.abs,
    "relu": torch.relu,
    "sqrt": torch.sqrt,
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "where": lambda x: torch.where(x > 0, x.sqrt(), 0.0),
}


@checker("ex-tensors-corners")
def corners(attempt) -> str:
    """What PyTorch gives as the derivative at 0 of five functions that have none there."""
    if not isinstance(attempt, dict) or set(attempt) != set(CORNERS):
        raise Wrong(f"a dictionary with the keys {', '.join(CORNERS)} is asked for.")
    want = {}
    for name, f in CORNERS.items():
        x = torch.tensor(0.0, requires_grad=True)
        f(x).backward()
        want[name] = x.grad.item()
    got = {name: number(name, attempt[name]) for name in CORNERS}
    total = 0.0
    for name in CORNERS:
        total += want[name]
        if same(got[name], want[name]):
            continue
        moved = places(got, lambda v: all(same(v[key], want[key]) for key in want))
        if moved:
            raise Wrong(moved)
        if same(got[name], total):
            raise Wrong(f"{name}: the gradients before it are added in; start each from a new x.")
        if got[name] == 0:
            raise Wrong(f"{name}: PyTorch gives another. (0 is the function's value there.)")
        raise Wrong(f"{name}: PyTorch gives another; take x.grad after backward, at 0.")
    return "that is what PyTorch gives. Now say which of them you would call a derivative."


def number(name: str, value) -> float:
    """An answer as a float, nan and infinity included."""
    try:
        return as_tensor(value, torch.tensor(0.0)).item()
    except Wrong as wrong:
        raise Wrong(f"{name}: {wrong}") from None


def same(a: float, b: float) -> bool:
    """Whether two numbers are equal, nan and infinity included."""
    return a == b or (a != a and b != b) or abs(a - b) < 1e-6  # noqa: PLR0124
