"""What the book costs: each page within its budget, and a build in which nothing changed next to nothing.

Processor seconds are compared with those of a reference computation in the same run, never with a clock's.
"""

import os
import resource
import subprocess
import sys

import pytest
from bookkit.execution import budgets
from bookkit.execution.kept import FOLDER, Record, records_in
from bookkit.execution.kernel import REFERENCE
from nnbook import data

from tests.building import ROOT, build


@pytest.fixture(scope="module")
def records(site) -> dict[str, Record]:
    """The record of the last run of each page of the site."""
    return records_in(site.parent / FOLDER)


def test_every_page_stays_within_its_budget(records):
    if data.mnist_source().name != "full":
        pytest.skip("the budgets are those of the full MNIST set; `python -m nnbook data` fetches it")
    assert set(budgets.PAGES) <= set(records)
    assert budgets.over_budget(records.values()) == []


def test_all_pages_together_stay_within_the_budget_of_a_cold_build(records):
    assert sum(map(budgets.cost, records.values())) <= budgets.ALL_PAGES
    assert sum(budgets.budget(name) for name in records) >= budgets.ALL_PAGES * 0.8  # the two agree


def processor_seconds(run) -> float:
    """What the processor worked for the processes that a function starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def reference() -> float:
    """The processor's seconds for the reference computation, in a process of its own."""
    code = REFERENCE + "\nprint(_reference)"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_a_build_in_which_nothing_changed_costs_next_to_nothing(site):
    """The bound is twice what was measured; a build that reads all pages, or loads PyTorch, breaks it."""
    result = []
    spent = processor_seconds(lambda: result.append(build(ROOT, "-W", "-n", "--keep-going")))
    assert "no targets are out of date" in result[0].stdout
    assert spent <= budgets.NOTHING_CHANGED * reference()
