"""How far the run of the pages is: one line that is renewed in a terminal, a line for each page elsewhere."""

import sys
import time
from collections.abc import Iterable

from sphinx.util import logging

BAR = 24  # characters

logger = logging.getLogger(__name__)


class Progress:
    """Tells what is running.

    expected: by name of a page, the seconds that it took the last time; pages that never ran are left out.
    """

    def __init__(self, names: Iterable[str], expected: dict[str, float]):
        """Begin with nothing done."""
        self.names = list(names)
        self.expected = expected
        self.begun = time.time()
        self.done = 0
        self.renewed = sys.stdout.isatty()

    def show(self, runs: list) -> None:
        """Renew the line, if there is a terminal. runs: those that are under way, with `page` and `share`."""
        if not self.renewed:
            return
        width = len(self.names)
        share = (self.done + sum(run.share for run in runs)) / width
        bar = "█" * round(BAR * share) + "░" * (BAR - round(BAR * share))
        at_work = ", ".join(run.page.docname.rpartition("/")[2] for run in runs)
        done = f"{self.done} of {width}, {time.time() - self.begun:.0f} s{self.rest()}"
        sys.stdout.write(f"\r\x1b[K{f'running pages {bar} {done}: {at_work}'[:110]}")
        sys.stdout.flush()

    def rest(self) -> str:
        """What all of it took the last time, if that is known."""
        known = [self.expected[name] for name in self.names if name in self.expected]
        return f" (the last time {sum(known):.0f} s of kernels)" if len(known) == len(self.names) else ""

    def tell(self, run) -> None:
        """A line for a page that has ended."""
        self.done += 1
        if self.renewed:
            sys.stdout.write("\r\x1b[K")
        name, seconds = run.page.docname, run.ended - run.begun
        before = f", {self.expected[name]:.0f} s the last time" if name in self.expected else ""
        how = "failed" if run.failures else "ran"
        logger.info("%s %s: %.0f s%s (%d of %d)", name, how, seconds, before, self.done, len(self.names))
