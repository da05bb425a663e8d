"""A figure as one SVG that holds it twice: as wide as a line of text, and as wide as a phone.

A page shows the one for which it has room (`bookkit.figures`); whatever else shows the file, shows the wide
one. So no label shrinks where the screen is narrow: the figure is laid out anew, panels that stood side by
side stand below each other, and no text is small.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from itertools import chain

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Annotation, Text

NARROW = 3.75  # inches, 96 pixels each
PANEL = 2.3  # inches: the height of a panel that stood beside others
SMALLEST = 10.5  # points: no text in a narrow figure is smaller
SAVING = {"format": "svg", "bbox_inches": "tight", "pad_inches": 0.02, "metadata": {"Date": None}}


def figure(fig: Figure) -> str:
    """The figure as SVG, with the narrow drawing, which is not displayed, at its end if it needs one."""
    wide = _saved(fig)
    has_words = any(text.get_visible() and text.get_text() for text in fig.findobj(Text))
    if fig.get_figwidth() <= NARROW or not has_words:
        return wide
    with _narrowed(fig):
        narrow = _saved(fig)
    narrow = narrow[narrow.index("<svg") :].replace("<svg", '<svg class="narrow" display="none"', 1)
    return wide[: wide.rindex("</svg>")] + narrow + "</svg>\n"


def name_line(ax: Axes, x: float, y: float, name: str, color) -> None:
    """Write the name of a line at its end (x, y); names that would meet are parted in the drawing."""
    offset = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
    ax.annotate(name, (x, y), color=color, annotation_clip=False, **offset).names_line = True


def _saved(fig: Figure) -> str:
    """The figure as it is now."""
    _part_names(fig)
    frames = [text.get_bbox_patch() for text in fig.findobj(Text) if text.get_bbox_patch()]
    shown = [*fig.get_default_bbox_extra_artists(), *frames]  # the frame of a text is else no reason for room
    file = StringIO()
    fig.savefig(file, bbox_extra_artists=shown, **SAVING)
    return file.getvalue()


@contextmanager
def _narrowed(fig: Figure) -> Iterator[None]:
    """The figure laid out for a phone, as long as the context lasts."""
    with ExitStack() as stack:
        width, height = fig.get_size_inches()
        stack.callback(fig.set_size_inches, width, height)
        panels = _side_by_side(fig)
        if panels:
            _stack(fig, panels, stack)
        fig.set_size_inches(NARROW, PANEL * len(panels) if panels else height * max(0.8, NARROW / width))
        for text in fig.findobj(Text):
            stack.callback(text.set_fontsize, text.get_fontsize())
            text.set_fontsize(max(text.get_fontsize(), SMALLEST))
        yield


def _stack(fig: Figure, panels: list[Axes], stack: ExitStack) -> None:
    """Put panels that share a row below each other; stack: what is to be done to undo it."""
    rows = GridSpec(len(panels), 1, figure=fig)
    for ax, row in zip(panels, rows, strict=True):
        stack.callback(ax.set_subplotspec, ax.get_subplotspec())
        stack.callback(ax.tick_params, labelleft=ax.yaxis.get_tick_params().get("labelleft", True))
        stack.callback(ax.set_ylabel, ax.get_ylabel())
        ax.set_subplotspec(row)
        ax.tick_params(labelleft=True)  # which only the first one has, if they share an axis
        ax.set_ylabel(ax.get_ylabel() or panels[0].get_ylabel())


def _side_by_side(fig: Figure) -> list[Axes]:
    """The panels of a figure that is one row of plots; none if it is laid out otherwise, or of images."""
    axs = [ax for ax in fig.axes if ax.get_subplotspec()]
    grids = {ax.get_subplotspec().get_gridspec() for ax in axs}
    is_row = len(axs) > 1 and len(grids) == 1 and grids.pop().nrows == 1
    return axs if is_row and all(ax.axison for ax in axs) else []


def _part_names(fig: Figure) -> None:
    """Move the names of lines up and down until none touches another."""
    named = [[text for text in ax.texts if getattr(text, "names_line", False)] for ax in fig.axes]
    if not any(named):
        return
    for text in chain.from_iterable(named):
        text.set_position((6, 0))
    fig.draw_without_rendering()
    for names in named:
        _part(names, 72 / fig.dpi)


def _part(names: list[Annotation], points: float) -> None:
    """Part the names of one panel; points: how many points a pixel of the figure has."""
    boxes = {name: name.get_window_extent() for name in names}
    groups = []  # names that would meet stand together: the names, from below, and the middle of them all
    for name in sorted(names, key=lambda name: boxes[name].y0):
        group, middle = [name], (boxes[name].y0 + boxes[name].y1) / 2
        while groups:
            below, its_middle = groups[-1]
            room = sum(boxes[other].height for other in [*below, *group]) / 2
            if middle - its_middle >= room:
                break
            groups.pop()
            middle = (len(below) * its_middle + len(group) * middle) / (len(below) + len(group))
            group = below + group
        groups.append((group, middle))
    for group, middle in groups:
        foot = middle - sum(boxes[name].height for name in group) / 2
        for name in group:
            name.set_position((6, (foot - boxes[name].y0) * points))
            foot += boxes[name].height
