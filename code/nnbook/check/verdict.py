"""What a checker is and what it says."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

CHECKERS: dict[str, Callable] = {}  # the label of each exercise, and the function that judges an attempt
VERDICT = "nnbook-verdict"  # the key of a verdict in the metadata of the output that shows it


class Wrong(Exception):
    """An attempt is wrong; the message says what is wrong, and not what would be right."""


@dataclass(frozen=True)
class Verdict:
    """Whether an attempt at an exercise is right, and the sentence for the reader."""

    exercise: str
    right: bool
    message: str

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return f"{'✓ Right:' if self.right else '✗ Not yet:'} {self.message}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        """The line for the reader and, beside it, the verdict for the build, which refuses a wrong one."""
        return {"text/plain": str(self)}, {VERDICT: asdict(self)}


def checker(exercise: str) -> Callable:
    """Make a function the checker of `exercise`: it returns the praise or raises `Wrong`.

    Raises ValueError if the exercise has a checker already.
    """

    def register(function: Callable) -> Callable:
        if exercise in CHECKERS:
            raise ValueError(f"The exercise {exercise} has two checkers: rename one.")
        CHECKERS[exercise] = function
        return function

    return register
