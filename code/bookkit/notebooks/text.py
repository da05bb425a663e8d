"""Pieces of Markdown as text."""

import re
from html import escape

from docutils import nodes

MARK = re.compile(
    r"[\\*`$|]|~(?=~)"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word it marks nothing
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\[(?=[^\]]*\][(:\[])"
)
MARK_OF_LINE = re.compile(r"^(?:#{1,6}(?= )|[-+](?= )|>)|(?:(?<=^\d)|(?<=^\d\d))[.)](?= )", re.M)


def escaped(text: str) -> str:
    """A text in which nothing is a mark of Markdown."""
    return MARK.sub(r"\\\g<0>", text)


def paragraph(text: str) -> str:
    """A paragraph of which no line begins a heading, a list or a quotation."""
    return MARK_OF_LINE.sub(r"\\\g<0>", text)


def fence(code: str, shortest: int) -> str:
    """Backticks that are more than any in the code."""
    return "`" * max([shortest, *(len(ticks) + 1 for ticks in re.findall(f"`{{{shortest},}}", code))])


def fold(title: str, body: str) -> str:
    """A fold, closed at first. The blank lines let the body be read as Markdown."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def summary(title: nodes.title) -> str:
    """The title of a fold, where no Markdown is read, but formulas are: they have no marks of HTML."""
    found = ""
    for part in title.children:
        if isinstance(part, nodes.math):
            tex = part.astext().replace("<", "\\lt ").replace(">", "\\gt ")
            found += f"${tex}$"
        else:
            found += escape(part.astext(), quote=False)
    return found


def quotation(text: str) -> str:
    """A text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def indented(text: str, indent: str) -> str:
    """A text whose lines that are not empty begin with the indent."""
    return "\n".join(indent + line if line else line for line in text.split("\n"))


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
