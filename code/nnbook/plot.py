"""Drawing, so that the chapters need not: every helper takes an axes, draws on it and returns it.

Four colours have one meaning each in the whole book, in figures, formulas and code: `DATA`, `WEIGHT`,
`GRADIENT` and `LOSS`. What shows one of these is drawn in its colour. Lines and classes that are only to be
told apart take the same four in this order, which Matplotlib calls "C0" to "C3". What is beside the matter,
such as a guide line, is `MUTED`; words are in `TEXT` unless they name a line. In a notebook they read on
white and on black; in a page the build puts the page's own colours in their place, for light and for dark
(`bookkit.figures.colours`).
"""

import textwrap
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.core.interactiveshell import InteractiveShell
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib_inline.backend_inline import set_matplotlib_formats

from nnbook import colours, svg
from nnbook.colours import DATA, GRADIENT, LOSS, MUTED, TEXT, WEIGHT  # noqa: F401 (chapters say plot.DATA)

# From nothing to blue: an image in it has no box around it, on a white page or on a black one.
INK = LinearSegmentedColormap.from_list("ink", [(*to_rgb(colours.INK), 0.0), (*to_rgb(colours.INK), 1.0)])

# One a class, beside its colour: never colour alone.
MARKERS = "o^sD"


def use_style() -> None:
    """Draw every figure from here on in the book's style, as SVG that is the same bytes in each build."""
    here = Path(__file__).parent
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for font in sorted(map(str, here.glob("fonts/*.ttf"))):
        if font not in known:
            font_manager.fontManager.addfont(font)
    plt.style.use(here / "nnbook.mplstyle")
    set_matplotlib_formats("svg")
    formatters = InteractiveShell.instance().display_formatter.formatters
    formatters["image/svg+xml"].for_type(Figure, svg.figure)


def image(ax: Axes, pixels, title: str = "") -> Axes:
    """Draw one grey image, `pixels` of shape (height, width) in [0, 1], with `title` above it."""
    ax.imshow(np.asarray(pixels), cmap=INK, vmin=0, vmax=1)
    ax.set_title(title, loc="center")
    ax.set_axis_off()
    return ax


def images(axs, pixels, titles=()):
    """Draw the images `pixels`, shape (n, height, width), on the first n axes of `axs`, an axes or an array.

    `titles` has one text an image, or none. Axes that are left over stay blank. Returns `axs`.
    Raises ValueError if there are more images than axes.
    """
    if len(pixels) > np.size(axs):
        raise ValueError(f"{len(pixels)} images do not fit on {np.size(axs)} axes: make more of them.")
    for k, ax in enumerate(np.ravel(axs)):
        ax.set_axis_off()
        if k < len(pixels):
            image(ax, pixels[k], titles[k] if len(titles) else "")
    return axs


def log_scale(ax: Axes) -> Axes:
    """Make the y axis logarithmic, with plain numbers at powers of ten and, if they are few, between."""
    ax.set_yscale("log", subs=[2, 5])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(FuncFormatter(partial(_between_powers, ax)))
    return ax


def _between_powers(ax: Axes, value: float, place: int) -> str:
    """The number between two powers of ten, unless the axis spans more than three of them."""
    low, high = ax.get_ylim()
    return f"{value:g}" if high <= 1000 * low else ""


def curves(ax: Axes, x, ys: dict, xlabel: str, ylabel: str) -> Axes:
    """Draw one line a name of `ys` over `x`, each of shape (n,), and write the name at the line's end."""
    for name, y in ys.items():
        (line,) = ax.plot(x, y)
        svg.name_line(ax, x[-1], y[-1], name, line.get_color())
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    return ax


def name_lines(ax: Axes) -> Axes:
    """Write each line's label at its right end, instead of a legend."""
    for line in ax.lines:
        x, y = (np.asarray(values, dtype=float) for values in line.get_data())
        if len(x) and not line.get_label().startswith("_"):
            end = np.nanargmax(np.where(np.isfinite(y), x, np.nan))
            name = textwrap.fill(line.get_label(), 16)
            svg.name_line(ax, x[end], y[end], name, line.get_color())
    return ax


def points(ax: Axes, X, y) -> Axes:
    """Draw the points `X`, shape (n, 2), in a colour and with a marker for each class of `y`, shape (n,).

    Raises ValueError if there are more than four classes.
    """
    X, y = np.asarray(X), np.asarray(y).reshape(-1).astype(int)
    for k in np.unique(y):
        color = class_color(k)
        ax.scatter(*X[y == k].T, s=22, marker=MARKERS[k], color=color, label=f"class {k}", zorder=3)
    return ax


def regions(ax: Axes, predict, xlim: tuple[float, float], ylim: tuple[float, float]) -> Axes:
    """Shade the plane by the class that `predict` gives, in the colours of `points`, with lines between.

    predict: a function of points, float32 (m, 2), to their classes, whole numbers, (m,).
    xlim, ylim: the ends of the two axes.
    Raises ValueError if there are more than four classes.
    """
    x0, x1 = torch.linspace(*xlim, 240), torch.linspace(*ylim, 240)
    grid = torch.cartesian_prod(x1, x0).flip(1)  # (240 * 240, 2), one row of the picture after the other
    with torch.no_grad():
        classes = np.asarray(predict(grid)).reshape(240, 240).astype(int)
    for k in np.unique(classes):
        color = class_color(k)
        inside = _blurred(classes == k)
        ax.contourf(x0, x1, inside, [0.5, 1.5], colors=[color], alpha=0.3)
        if k and (classes != k).any():
            ax.contour(x0, x1, inside, [0.5], colors=[MUTED], linewidths=0.8)
    ax.set(xlim=xlim, ylim=ylim)
    ax.grid(False)
    return ax


def _blurred(picture):
    """A picture of zeros and ones, (m, n), blurred a little, so that borders have no stairs."""
    padded = np.pad(picture.astype(float), 2, mode="edge")
    for axis in (0, 1):
        for _ in range(2):
            padded = (np.roll(padded, 1, axis) + 2 * padded + np.roll(padded, -1, axis)) / 4
    return padded[2:-2, 2:-2]


def class_color(k: int) -> tuple[float, float, float]:
    """The colour of class k, from 0 to 3, as red, green and blue."""
    if k >= len(MARKERS):
        raise ValueError(f"Class {k} has no marker: at most {len(MARKERS)} classes can be told apart.")
    return to_rgb(f"C{k}")
