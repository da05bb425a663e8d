"""What running a page may cost, in units of the reference computation that its own kernel does at the end.

A unit is what twenty products of a 500 × 784 and a 784 × 500 matrix, and two million additions in Python,
take of the processor. So budgets hang little on the machine; the build report shows them in its seconds.
"""

from collections.abc import Iterable

from bookkit.execution.kept import Record

# With the full set of digits, on one thread. A page that is not listed has the last.
PAGES = {
    "book/activations": 320,
    "book/backpropagation": 150,
    "book/build-report": 120,
    "book/convolutions": 440,
    "book/first-network": 200,
    "book/gradient-descent": 340,
    "book/linear-models": 240,
    "book/mnist-from-scratch": 760,
    "book/mnist-with-nn": 440,
    "book/multilayer-perceptrons": 520,
    "book/overfitting": 640,
    "book/published-results": 340,
    "book/regression": 480,
    "book/tensors": 110,
    "book/when-training-fails": 320,
    "book/xor": 400,
}
OTHERS = 60
ALL_PAGES = 5300  # 560 seconds of the machine on which this was measured: 280 of its two cores
NOTHING_CHANGED = 90


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
