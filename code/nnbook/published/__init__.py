"""Runs that others have published, and how far ours agree with them: for the page "Published results".

`theirs/` holds the published numbers as they were printed, and `ours/` those of our runs that take too long
for a page; `python -m nnbook.published` makes these. The README beside this file names the sources.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent

Table = dict[int, dict[str, str]]


def table(name: str, whose: str = "theirs") -> Table:
    """The numbers of a run by epoch and column, as text, so that each has the digits that were printed.

    name: that of a file in the folder `whose`, without its ending.
    whose: "theirs" or "ours".
    Raises FileNotFoundError if there is no such file.
    """
    header, *rows = [line.split(",") for line in _lines(name, whose) if not line.startswith("#")]
    return {int(row[0]): dict(zip(header[1:], row[1:], strict=True)) for row in rows}


def made_with(name: str) -> str:
    """What one of our files says of the run that made it: the day, the processor, PyTorch.

    Raises FileNotFoundError if there is no such file.
    """
    return " ".join(line.removeprefix("# ") for line in _lines(name, "ours") if line.startswith("#"))


def n_digits(printed: str) -> int:
    """How many significant digits a number has as it is printed: four in "0.0970", three in "362"."""
    return len(Decimal(printed).as_tuple().digits)


def digits_in_common(printed: str, ours: float) -> int:
    """The largest number of significant digits to which both numbers, rounded, are the same.

    printed: the published number, as it was printed; it has no more digits than these to agree in.
    """
    places = range(n_digits(printed), 0, -1)
    return next((n for n in places if _rounded(Decimal(printed), n) == _rounded(Decimal(ours), n)), 0)


def as_printed(printed: str, ours: float) -> str:
    """Our number with as many decimal places as the published one was printed with."""
    places = -Decimal(printed).as_tuple().exponent
    return f"{ours:.{max(places, 0)}f}"


def agreement(printed: str, ours: float) -> str:
    """How many of the published digits ours has, as text: "3 of 4"."""
    return f"{digits_in_common(printed, ours)} of {n_digits(printed)}"


def beside(name: str, ours: Mapping[int, Sequence[float]], show: Sequence[int]) -> dict[str, str]:
    """What is glued to lay a run of ours beside the published one: texts by key.

    name: of the published run. ours: by epoch the numbers in the order of the file's columns.
    show: the epochs whose numbers are shown one by one. For the first column of epoch 3, "NAME-3-0-published"
    is the published number, "NAME-3-0" is ours, and "NAME-3-0-digits" says how many digits agree.
    Of all epochs together, "NAME-same" counts the numbers that agree in every digit, "NAME-all" all numbers,
    and "NAME-off" is the largest difference.
    """
    theirs = table(name)
    texts, pairs = {}, []
    for epoch, values in ours.items():
        for column, pair in enumerate(zip(theirs[epoch].values(), values, strict=True)):
            pairs.append(pair)
            if epoch in show:
                key = f"{name}-{epoch}-{column}"
                texts[f"{key}-published"] = pair[0]
                texts[key] = as_printed(*pair)
                texts[f"{key}-digits"] = agreement(*pair)
    same = sum(digits_in_common(*pair) == n_digits(pair[0]) for pair in pairs)
    off = max(abs(float(printed) - value) for printed, value in pairs)
    return texts | {f"{name}-same": f"{same}", f"{name}-all": f"{len(pairs)}", f"{name}-off": f"{off:.4f}"}


def beside_starts(name: str, epoch: int, column: int, ours: Sequence[float]) -> dict[str, str]:
    """The same for one number of a run without a seed, beside several starts of ours.

    ours: the number from each start.
    Returns, as in `beside`, the published number, our "low", "median" and "high" in its digits, the digits in
    which the median agrees, and in which "place" the published number stands: within, below or above ours.
    """
    printed = list(table(name)[epoch].values())[column]
    low, high = min(ours), max(ours)
    place = "below" if float(printed) < low else "above" if float(printed) > high else "within"
    numbers = {"low": low, "median": median(ours), "high": high}
    texts = {"published": printed, "digits": agreement(printed, median(ours)), "place": place}
    texts |= {word: as_printed(printed, value) for word, value in numbers.items()}
    return {f"{name}-{epoch}-{column}-{word}": text for word, text in texts.items()}


def _lines(name: str, whose: str) -> list[str]:
    return (HERE / whose / f"{name}.csv").read_text(encoding="utf-8").splitlines()


def _rounded(number: Decimal, n: int) -> str:
    return f"{number:.{n - 1}e}"
