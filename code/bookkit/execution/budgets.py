"""What running a page may cost, in units of the reference computation that its own kernel does at the end.

A unit is what twenty products of a 500 × 784 and a 784 × 500 matrix, and two million additions in Python,
take of the processor. So budgets hang little on the machine; the build report shows them in its seconds.
"""

from collections.abc import Iterable

from bookkit.execution.kept import Record

# With the full set of digits, on one thread. A page that is not listed has the last.
PAGES = {}
OTHERS = 60
ALL_PAGES = 4000
NOTHING_CHANGED = 40


def cost(record: Record) -> float:
    """What a run took of the processor, in units."""
    return record.cpu / record.reference


def budget(docname: str) -> float:
    """What a page may take, in units."""
    return PAGES.get(docname, OTHERS)


def over_budget(records: Iterable[Record]) -> list[str]:
    """A sentence for each page that takes more than it may."""
    return [
        f"{record.docname} takes {cost(record):.0f} units of its {budget(record.docname)}"
        for record in records
        if cost(record) > budget(record.docname)
    ]
