"""Sphinx extension: docstrings of plain sentences become lists on the package's page.

The docstrings say "name: what it is." for an argument, and "Returns …", "Raises …", "Source: …". For autodoc
that is one paragraph; here each of these sentences becomes an item. And a name in single backticks is code.
"""

import inspect
import re


def list_sentences(app, what, name, obj, options, lines):  # noqa: PLR0917 (Sphinx calls it so)
    """Break every paragraph but the first before each such sentence."""
    arguments = inspect.signature(obj).parameters if what in ("function", "class", "method") else ()
    names = "|".join(map(re.escape, arguments)) or "(?!)"
    subject = rf"(?:{names})(?:, (?:{names}))*"
    starts = re.compile(rf"(?:^|(?<=[.;)] ))(?=(?:{subject}): |Returns |Raises |Source: )")
    docstring = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", "\n".join(lines).strip())
    first, *others = docstring.split("\n\n")
    lines[:] = [*first.split("\n"), ""]
    for paragraph in others:
        text, *sentences = starts.split(" ".join(paragraph.split()))
        if sentences:
            items = [re.sub(rf"^({subject}): ", r"``\1``: ", sentence) for sentence in sentences]
            lines += [text, "", *(f"* {item}" for item in items), ""]
        else:
            lines += [*paragraph.split("\n"), ""]


def setup(app):
    """Register the extension with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")  # which names the event
    app.connect("autodoc-process-docstring", list_sentences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
