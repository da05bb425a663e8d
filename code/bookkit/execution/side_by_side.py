"""The pages that must be run are run side by side, one on each core, those with the largest budgets first."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from sphinx.util import logging

from bookkit.execution import kept
from bookkit.execution.budgets import budget
from bookkit.execution.kernel import Failure, Run
from bookkit.execution.page import Page
from bookkit.execution.progress import Progress

logger = logging.getLogger(__name__)


def run_pages(pages: list[Page], folder: Path, timeout: int) -> list[Failure]:
    """Run the pages and keep what came of each as soon as it has ended; returns all that failed.

    folder: where runs are kept. timeout: seconds for a cell.
    """
    expected = {page.docname: seconds for page in pages if (seconds := last_seconds(folder, page.docname))}
    first = sorted(pages, key=lambda page: budget(page.docname), reverse=True)
    progress, failures = Progress([page.docname for page in pages], expected), []
    runs = [Run(page, timeout) for page in first]
    with ThreadPoolExecutor(n_workers()) as pool, interruptible(runs, pool):
        waiting = {pool.submit(run.go) for run in runs}
        while waiting:
            ended, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for run in (future.result() for future in ended):
                failures += run.failures
                if run.record and not run.failures:
                    kept.keep(folder, run.notebook, run.record)
                progress.tell(run)
            progress.show([run for run in runs if run.begun and not run.ended])
    return failures


def n_workers() -> int:
    """The number of pages that run at once: BOOKKIT_WORKERS, else as many as there are cores."""
    if os.environ.get("BOOKKIT_WORKERS", "").isdigit():
        return max(1, int(os.environ["BOOKKIT_WORKERS"]))
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def last_seconds(folder: Path, docname: str) -> float | None:
    """How long a page took when it ran last; None if that is not known."""
    return next((found.record.seconds for found in kept.runs_of(folder, docname)), None)


@contextmanager
def interruptible(runs: list[Run], pool: ThreadPoolExecutor) -> Iterator[None]:
    """End all kernels and then the build, with a sentence, if somebody interrupts or terminates it."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    before = in_main_thread and signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        under_way = [run for run in runs if run.begun and not run.ended]
        for run in runs:
            run.stop()
        pool.shutdown()
        names = ", ".join(run.page.docname for run in under_way)
        sys.stdout.write("\n")
        sys.exit(f"Stopped while {names} ran; what had ended is kept, and the next build goes on from there.")
    finally:
        if in_main_thread:
            signal.signal(signal.SIGTERM, before)
