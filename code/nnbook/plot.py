"""Drawing, so that the chapters need not: every helper takes an axes, draws on it and returns it."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib_inline.backend_inline import set_matplotlib_formats

DATA = "#0072B2"  # blue: examples, inputs, targets
WEIGHT = "#D55E00"  # orange: parameters, and the model that they make
GRADIENT = "#009E73"  # green: derivatives, and steps along them
LOSS = "#CC79A7"  # purple: losses, errors, residuals
TEXT = "#757575"
MUTED = "#7b7b7b"

# From nothing to blue: an image in it has no box around it, on a white page or on a black one.
INK = LinearSegmentedColormap.from_list("ink", [(0.16, 0.50, 0.80, 0.0), (0.16, 0.50, 0.80, 1.0)])

# One a class, beside its colour: never colour alone.
MARKERS = "o^sD"


def use_style() -> None:
    """Draw every figure from here on in the book's style, as SVG that is the same bytes in each build."""
    plt.style.use(Path(__file__).with_name("nnbook.mplstyle"))
    set_matplotlib_formats("svg", bbox_inches="tight", metadata={"Date": None})


def image(ax: Axes, pixels, title: str = "") -> Axes:
    """Draw one grey image, `pixels` of shape (height, width) in [0, 1], with `title` above it."""
    ax.imshow(np.asarray(pixels), cmap=INK, vmin=0, vmax=1)
    ax.set_title(title)
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
    """Make the y axis logarithmic, with plain numbers at 1, 2 and 5 times the powers of ten."""
    ax.set_yscale("log", subs=[2, 5])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("{x:g}")
    return ax


def curves(ax: Axes, x, ys: dict, xlabel: str, ylabel: str) -> Axes:
    """Draw one line a name of `ys` over `x`, each of shape (n,), and write the name at the line's end."""
    for name, y in ys.items():
        (line,) = ax.plot(x, y)
        ax.annotate(
            name,
            (x[-1], y[-1]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=line.get_color(),
        )
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
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
    """Shade the plane by the class that `predict` gives, in the colours of `points`.

    predict: a function of points, float32 (m, 2), to their classes, whole numbers, (m,).
    xlim, ylim: the ends of the two axes.
    Raises ValueError if there are more than four classes.
    """
    x0, x1 = torch.linspace(*xlim, 240), torch.linspace(*ylim, 240)
    grid = torch.cartesian_prod(x1, x0).flip(1)  # (240 * 240, 2), one row of the picture after the other
    with torch.no_grad():
        classes = np.asarray(predict(grid)).reshape(240, 240).astype(int)
    colors = [class_color(k) for k in range(classes.max() + 1)]
    ax.imshow(np.array(colors)[classes], extent=(*xlim, *ylim), origin="lower", aspect="auto", alpha=0.3)
    ax.set(xlim=xlim, ylim=ylim)
    ax.grid(False)
    return ax


def class_color(k: int) -> tuple[float, float, float]:
    """The colour of class k, from 0 to 3, as red, green and blue."""
    if k >= len(MARKERS):
        raise ValueError(f"Class {k} has no marker: at most {len(MARKERS)} classes can be told apart.")
    return to_rgb(f"C{k}")
