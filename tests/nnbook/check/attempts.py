"""What the tests of all checkers share: right answers, and wrong ones with what they must hear."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest
from nnbook.check import CHECKERS, check

INTERNALS = ("NoneType", "ellipsis", "nnbook.", "<locals>", " at 0x", "\n", "the checker cannot read")


@dataclass(frozen=True)
class Seeds:
    """An attempt that depends on chance: `make` gives one for each seed from 0 to n − 1."""

    make: Callable
    n: int


def seeds(make: Callable, n: int = 20) -> Seeds:
    """An entry of a table that stands for an attempt with each of n seeds, and must be judged alike with all.

    make: a function of the seed that returns the attempt: the numbers, or a function.
    """
    return Seeds(make, n)


def rows(table: list[tuple]) -> list:
    """The entries of a table for pytest, one for each seed; each is named after its exercise."""
    params = []
    for label, attempt, *message in table:
        for seed in range(attempt.n) if isinstance(attempt, Seeds) else [None]:
            name = label if seed is None else f"{label}-seed {seed}"
            params.append(pytest.param(label, attempt, seed, *message, id=name))
    return params


def judged(label: str, attempt, seed: int | None):
    """The verdict on an entry, whose attempt is made now if it needs a seed."""
    return check(label, attempt if seed is None else attempt.make(seed))


def attempts(
    module: ModuleType, right: list[tuple], wrong: list[tuple], least: tuple[int, int] = (1, 1)
) -> type:
    """The class of tests that tries the checkers of a chapter.

    module: the chapter's module in nnbook.check.
    right: label and attempt of each answer that must pass, by different routes.
    wrong: label, attempt and a part of the message of each answer that must not.
    least: how many right and how many wrong entries each checker has to have; seeds count as one.
    """

    class TestAttempts:
        labels = sorted(label for label, judge in CHECKERS.items() if judge.__module__ == module.__name__)

        @pytest.mark.parametrize(("label", "attempt", "seed"), rows(right))
        def test_right_answers_pass(self, label, attempt, seed):
            verdict = judged(label, attempt, seed)
            assert verdict.right, verdict

        @pytest.mark.parametrize(("label", "attempt", "seed", "message"), rows(wrong))
        def test_wrong_answers_hear_what_is_wrong(self, label, attempt, seed, message):
            verdict = judged(label, attempt, seed)
            assert not verdict.right
            assert message, "an empty message is part of every message"
            assert message in verdict.message
            assert not [word for word in INTERNALS if word in verdict.message], verdict

        def test_every_row_names_a_checker_of_the_chapter(self):
            assert {label for label, *_ in [*right, *wrong]} == set(self.labels)

        @pytest.mark.parametrize("label", labels)
        def test_every_checker_has_right_and_wrong_answers(self, label):
            n_right, n_wrong = (Counter(name for name, *_ in table)[label] for table in (right, wrong))
            assert n_right >= least[0], f"{label} has {n_right} right attempts"
            assert n_wrong >= least[1], f"{label} has {n_wrong} wrong attempts"

    return TestAttempts
