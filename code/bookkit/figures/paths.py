"""Lines without the points that nobody sees, written in few characters.

Matplotlib writes a path as absolute numbers with six decimals. Here a point goes that is less than a
quarter of a pixel off the line between its neighbours, and numbers are differences with one decimal or two.
"""

import re

import numpy as np

TOLERANCE = 0.18  # points, 96 pixels to 72 of them; a line is 1.8 wide
LONG = 12  # a path with more points has one decimal
COMMAND = re.compile(r"([MLQCz])([^MLQCz]*)")


def short(d: str, at: tuple[float, float] = (0, 0)) -> str:
    """The `d` of a path of Matplotlib's, shortened, and moved by `at`."""
    parts = [(letter, numbers(values) + at) for letter, values in COMMAND.findall(d)]
    if {letter for letter, _ in parts} <= {"M", "L", "z"}:
        parts = [part for subpath in subpaths(parts) for part in thinned(subpath)]
    return relative(parts)


def numbers(text: str) -> np.ndarray:
    """The pairs of numbers in a text, (n, 2)."""
    return np.array(text.split(), dtype=float).reshape(-1, 2)


def subpaths(parts: list) -> list[list]:
    """The commands between one M and the next."""
    starts = [k for k, (letter, _) in enumerate(parts) if letter == "M"]
    return [parts[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def thinned(subpath: list) -> list:
    """One broken line, without what is not seen of it."""
    points = np.concatenate([values for letter, values in subpath if letter != "z"])
    kept = points[visible(points)]
    closed = [("z", numbers(""))] if subpath[-1][0] == "z" else []
    return [("M", kept[:1]), *(("L", point[None]) for point in kept[1:]), *closed]


def visible(points: np.ndarray) -> np.ndarray:
    """Which points, (n, 2), a broken line needs, by Ramer, Douglas and Peucker, as truths, (n,)."""
    needed = np.zeros(len(points), dtype=bool)
    needed[[0, -1]] = True
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        between = points[first + 1 : last] - points[first]
        along = points[last] - points[first]
        length = np.hypot(*along)
        if length:
            share = np.clip(between @ along / length**2, 0, 1)
            off = np.hypot(*(between - share[:, None] * along).T)
        else:
            off = np.hypot(*between.T)
        farthest = off.argmax()
        if off[farthest] > TOLERANCE:
            middle = first + 1 + farthest
            needed[middle] = True
            stack += [(first, middle), (middle, last)]
    return needed


def relative(parts: list) -> str:
    """Commands as text, each point as its difference to the one before."""
    scale = 10 if sum(len(points) for _, points in parts) > LONG else 100
    text, before, here = [], "", np.zeros(2)
    start = here
    for letter, points in parts:
        if letter == "z":
            text.append("z")
            here, before = start, ""
            continue
        rounded = np.rint(points * scale)
        name = letter.lower()
        said = "".join(joined((rounded - here).flatten() / scale))
        here = rounded[-1]
        if letter == "M":
            start, name = here, "m"
        if (name, before) in {("l", "l"), ("l", "m"), ("c", "c"), ("q", "q")}:
            text.append(said if said.startswith("-") else " " + said)
        else:
            text.append(name + said)
        before = name
    return "".join(text)


def circle(d: str) -> float | None:
    """The radius of a path that is Matplotlib's circle around the origin; None if it is none."""
    letters = re.sub("[^A-Za-z]", "", d)
    points = numbers(re.sub("[A-Za-z]", " ", d)) if letters == "MCCCCCCCCz" else numbers("")
    ends = np.hypot(*points[::3].T)
    return float(ends[0]) if len(ends) and np.ptp(ends) < 0.01 else None


def dots(places: list[tuple[float, float]]) -> str:
    """A path of one dot at each place: lines of no length, which are seen if their ends are round."""
    text, before = [], np.zeros(2)
    for place in np.rint(np.array(places) * 10):
        text.append("m" + "".join(joined((place - before) / 10)) + "h0")
        before = place
    return "".join(text)


def joined(values) -> list[str]:
    """Numbers as short texts, each with the space before it that it needs."""
    texts = [number(value) for value in values]
    return [text if k == 0 or text.startswith("-") else " " + text for k, text in enumerate(texts)]


def number(value: float) -> str:
    """A number with two decimals at most, and no zero that is not needed."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    text = text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
    return "0" if text in ("-0", "", "-") else text
