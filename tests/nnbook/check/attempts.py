"""What the tests of all checkers share: right answers, and wrong ones with what they must hear."""

from types import ModuleType

import pytest
from nnbook.check import CHECKERS, check


def attempts(module: ModuleType, right: list[tuple], wrong: list[tuple]) -> type:
    """The class of tests that tries the checkers of a chapter.

    module: the chapter's module in nnbook.check.
    right: label and attempt of each answer that must pass.
    wrong: label, attempt and a part of the message of each answer that must not.
    """

    class TestAttempts:
        @pytest.mark.parametrize(("label", "attempt"), right)
        def test_right_answers_pass(self, label, attempt):
            verdict = check(label, attempt)
            assert verdict.right, verdict

        @pytest.mark.parametrize(("label", "attempt", "message"), wrong)
        def test_wrong_answers_hear_what_is_wrong(self, label, attempt, message):
            verdict = check(label, attempt)
            assert not verdict.right
            assert message in verdict.message

        def test_every_checker_has_right_and_wrong_answers(self):
            labels = {label for label, judge in CHECKERS.items() if judge.__module__ == module.__name__}
            assert {label for label, _ in right} == labels
            assert {label for label, _, _ in wrong} == labels

    return TestAttempts
