"""The colours of `nnbook.colours`, and the page's variables that take their places.

A colour is written as `var(--data, #0b5ca8)`: where no style sheet names the variables, as in an e-book, a
figure is in the colours of the light page.
"""

import re
from functools import cache

from nnbook import colours

from bookkit.addresses import ROOT

VARIABLES = ROOT / "book/_style/variables.css"
RULE = "#7f7f7f"  # the grid of nnbook.mplstyle, faint there, for it must do on white and on black

NAMES = {
    colours.DATA.lower(): "data",
    colours.WEIGHT.lower(): "weight",
    colours.GRADIENT.lower(): "gradient",
    colours.LOSS.lower(): "loss",
    colours.TEXT: "ink",
    colours.INK: "data",
    RULE: "rule",
}
GREY = re.compile(r"#(?!00|ff)(..)\1\1")


@cache
def palette(theme: str) -> dict[str, str]:
    """The page's colours by their names; theme: light or dark."""
    css = VARIABLES.read_text(encoding="utf-8")
    block = re.search(rf'data-theme="{theme}"\] {{(.*?)}}', css, re.DOTALL)[1]
    return dict(re.findall(r"--([\w-]+): (#\w+);", block))


def name_of(colour: str) -> str | None:
    """The variable for a colour of a drawing, `#rrggbb`; other greys are muted. None if no page has it."""
    return NAMES.get(colour) or ("muted" if GREY.fullmatch(colour) else None)


def in_page(colour: str) -> str:
    """A colour of a drawing as it is written in a page; what is none of the book's stays as it is."""
    name = name_of(colour)
    return variable(name) if name else colour


def variable(name: str) -> str:
    """A variable of the page, with the light page's colour beside it."""
    return f"var(--{name},{palette('light')[name]})"
