"""Every rule refuses its planted fault, with file and line, and lets a good page pass."""

import re

import pytest
from bookkit.lints.typed_numbers import measured_looking, prose
from docutils import nodes
from sphinx import addnodes

from tests.bookkit import tiny_book

FRONT_MATTER = tiny_book.CELLS.replace("---\n", "---\nmyst:\n  html_meta:\n    description: What it is.\n", 1)
ALT = ":alt: Two circles, a larger one around a smaller one.\n"
FIGURE = f"""\
```{{figure}} picture.svg
:name: figure-KEY
{ALT}
A ring.
```
"""
BIBLIOGRAPHY = "```{bibliography}\n:filter: docname in docnames\n:labelprefix: KEY\n```\n"
CELL = "```{code-cell} ipython3\n"
CHAPTER = f"""\
{FRONT_MATTER}
# A chapter

At the end of this chapter you will have

- trained a network that reads digits;
- measured it once.

**You need** [Python](https://docs.python.org).

```{{chapter-times}}
```

{CELL}from nnbook import data
images, labels = data.mnist(train=True).tensors
print(data.mnist_source())
```

A sentence of two
lines.

:::{{list-table}} Published results
:class: chosen

* - accuracy
  - 0.9794
:::

{FIGURE}
## In short

You have trained a network on digits, and measured how well it reads.

## Further reading

- {{cite:t}}`KEY`

{BIBLIOGRAPHY}
"""

# Of each page: what is replaced in the good chapter, by what; if that is a fault, also how the line begins
# that the warnings name, and how each of them begins.
CHAPTERS = {
    "good": ("", ""),
    "one-aim": ("\n- measured it once.", "", "# A chapter", "aims: 1 aims"),
    "five-aims": ("- measured", "- a\n- b\n- c\n- measured", "# A chapter", "aims: 5 aims"),
    "no-aims": ("At the end of this chapter", "Soon", "# A chapter", "aims: 0 aims"),
    "no-needs": ("**You need**", "Have", "# A chapter", "needs: before the first section"),
    "needs-without-link": ("[Python](https://docs.python.org)", "Python", "**You need**", "needs: link"),
    "no-times": ("```{chapter-times}\n```\n", "", "# A chapter", "times: before the first section"),
    "no-closing": ("In short", "End", "# A chapter", "closing: close with a section"),
    "aim-not-met": (
        ", and measured how well it reads",
        "",
        "## In short",
        "closing: take up the aim “measured it once.”",
    ),
    # Of an aim's longer words a third is enough.
    "aim-met-by-two": ("reads digits;", "reads digits, quickly, calmly, gladly and nimbly;"),
    "aim-met-by-one": (
        "network that reads digits;",
        "colleague, quickly, calmly and gladly;",
        "## In short",
        "closing: take up the aim “trained a colleague, quickly, calmly and gladly;”",
    ),
    "no-further-reading": ("Further reading", "Books", "# A chapter", "further reading: end with a section"),
    "nothing-cited": ("{cite:t}`KEY`", "{doc}`good`", "## Further reading", "further reading: cite a source"),
    "no-sources": (
        BIBLIOGRAPHY + "\n",
        "",
        "## Further reading",
        "further reading: end with the list of sources",
        "could not find",  # of sphinxcontrib-bibtex
    ),
    "no-description": ("description: What", "keywords: what", "---", "description: describe the chapter"),
    "longest-cell": (CELL, CELL + "x = 1\n" * 22),
    "long-cell": (CELL, CELL + "x = 1\n" * 23, "x = 1", "short cells: split this cell of 26 lines"),
    "long-hidden-cell": (CELL, f"{CELL}:tags: [remove-cell]\n" + "x = 1\n" * 26 + f"```\n\n{CELL}"),
    "four-cells": (CELL, f"{CELL}x = 1\n```\n\n" * 3 + CELL),
    "five-cells": (
        CELL,
        f"{CELL}x = 1\n```\n\n" * 4 + CELL,
        "from nnbook",
        "prose between cells: say something within these 5",
    ),
    "headings": ("A sentence of two\nlines.", "| loss | rate $\\eta$ |\n|---|---|\n| a | |"),
    "no-heading": (
        "A sentence of two\nlines.",
        "| loss | |\n|---|---|\n| a | b |",
        "| loss",
        "table headings: give each column",
    ),
    "formula-heading": (
        "A sentence of two\nlines.",
        "| loss | $\\eta$ |\n|---|---|\n| a | b |",
        "| loss",
        "table headings: give each column",
    ),
    "no-alt": (ALT, "", "```{figure}", "figures: say under alt what is seen in the figure"),
    "empty-alt": (ALT, ":alt:\n", "```{figure}", "figures: say under alt what is seen in the figure"),
    "file-alt": (ALT, ":alt: two-circles-in-a-ring.svg\n", "```{figure}", "figures: say"),
    "short-alt": (
        "Two circles, a larger one around a smaller one",
        "Two circles",
        "```{figure}",
        "figures: say",
    ),
    "alt-is-caption": (
        "A ring",
        "two circles, a larger one around a smaller one",
        "```{figure}",
        "figures: say",
    ),
    "no-caption": ("A ring.\n", "", "```{figure}", "figures: give the figure a caption"),
    "no-name": (":name: figure-KEY\n", "", "```{figure}", "figures: give the figure a name"),
    "image": (
        FIGURE,
        f"```{{image}} picture.svg\n{ALT}```\n",
        "```{image}",
        "figures: give the figure a caption",
        "figures: give the figure a name",
    ),
    "markdown-image": (
        FIGURE,
        "![](picture.svg)\n",
        "![](picture.svg)",
        "figures: say under alt what is seen in the figure",
        "figures: give the figure a caption",
        "figures: give the figure a name",
    ),
    "button": (FIGURE, "[![Open this page in Colab](picture.svg)](https://example.org)\n"),
    "sign-in-text": (FIGURE, "Press ![the sign of two circles](picture.svg) to begin.\n"),
    "html-image": (FIGURE, '<img src="picture.svg">\n', "<img", "figures: use the directive {figure}"),
    "good-html-image": (FIGURE, '<img src="picture.svg" alt="Two circles around one another">\n'),
    "figure-elsewhere": (
        FIGURE,
        "```{glue} figure\n:doc: executed.md\n```\n",
        "```{glue}",
        "figures: draw this here",
    ),
    "number": ("lines.", "lines, or 0.9794 of them.", "lines", "typed numbers: 0.9794 looks measured"),
    "number-in-bold": ("lines.", "lines, or **98.1** %.", "lines", "typed numbers: 98.1 looks measured"),
    "number-in-formula": ("lines.", "lines, or $98.1\\,\\%$.", "lines", "typed numbers: 98.1 looks measured"),
    "number-in-title": (
        "## In short",
        "## 98 %\n\n## In short",
        "## 98 %",
        "typed numbers: 98 looks measured",
    ),
    "number-in-caption": ("A ring.", "A loss of 0.31.", "A loss", "typed numbers: 0.31 looks measured"),
    "number-in-alt": (
        "a smaller one.",
        "a smaller one, 98 % of it.",
        "```{figure}",
        "typed numbers: 98 in the alternative text looks measured",
    ),
    "number-in-table": ("* - accuracy", "* - 97 %", "* - 97 %", "typed numbers: 97 looks measured"),
    "number-chosen": ("lines.", "lines, or {chosen}`0.9794` of them."),
    "number-in-code": ("lines.", "lines, `0.9794`, and $e \\approx 2.718$."),
    "number-in-link": ("lines.", "lines, [0.9794](https://example.org)."),
}
CHAPTERS["number-in-table"] = (
    ":class: chosen\n\n* - accuracy",
    "\n* - accuracy",
    "  - 0.9794",
    "typed numbers: 0.9794",
)

# Not a chapter, so that only the rules of all pages hold; run, for what comes out of cells.
DISPLAY = "display(SVG(\"<svg xmlns='http://www.w3.org/2000/svg'/>\"))"
DRAWN = """\
---
mystnb:
  image:
    alt: figure-of-the-loss-curves.svg
  figure:
    name: drawn
    caption: A loss of 0.31.
---
"""
VALUE = """\
---
mystnb:
  figure:
    name: value
    caption: It is shown as a figure.
---
42
"""
RUN = tiny_book.CELLS.replace("---", "---\nmystnb:\n  execution_mode: cache", 1)
DATA = f"{RUN}\n# Digits\n\n{CELL}class data: mnist = mnist_source = str\n```\n\n{CELL}data.mnist()\n```\n"
HIDDEN = f"{CELL}:tags: [remove-cell]\n"
GLUE = "from myst_nb import glue; glue('data', data.mnist_source(), display=False)"
EXECUTED = f"""\
{RUN}
# What comes out of cells

{CELL}from IPython.display import SVG, Markdown
from myst_nb import glue

glue("figure", SVG("<svg xmlns='http://www.w3.org/2000/svg'/>"), display=False)
glue("accuracy", "97.9 %", display=False)
print("accuracy 0.9794")
display(Markdown("accuracy 0.9794"))
```

{CELL}{DISPLAY}
```

{CELL}{DRAWN}{DISPLAY}
```

{CELL}---
mystnb:
  image:
    alt: Nothing is seen, for nothing is drawn.
  figure:
    name: drawn-well
    caption: It ends at {{glue:text}}`accuracy`.
---
{DISPLAY}
```

{CELL}{VALUE}```

```{{glue:figure}} figure
:name: glued

A caption.
```

```{{glue:figure}} figure
:name: glued-well
:alt: Nothing is seen, for nothing is drawn.

It ends at {{glue:text}}`accuracy`.
```
"""
DATA_PAGES = {
    "data-said": f"{DATA}\n{CELL}print(data.mnist_source())\n```\n",
    "data-glued": f"{DATA}\n{HIDDEN}{GLUE}\n```\n",
    "data-not-said": DATA,
    "data-said-unseen": f"{DATA}\n{HIDDEN}print(data.mnist_source())\n```\n",
}


@pytest.fixture(scope="module")
def warnings(tmp_path_factory):
    """What the build says of each page: pairs of a line number and a sentence."""
    folder = tmp_path_factory.mktemp("lints")
    (folder / "picture.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    chapters = {name: faulty(name) for name in CHAPTERS}
    tiny_book.write(folder, chapters, {"executed": EXECUTED, **DATA_PAGES})
    result = tiny_book.build(folder, "dummy", "-q", "-n", "-D", "nb_execution_mode=off")
    found = {name: [] for name in [*CHAPTERS, "executed", *DATA_PAGES]}
    for name, line, sentence in re.findall(r"^.*/([\w-]+)\.md:(\d+): WARNING: (.*)$", result.stdout, re.M):
        found[name].append((int(line), sentence))
    assert result.stdout.count("WARNING:") == sum(map(len, found.values())), result.stdout
    return found


def faulty(name):
    """The good chapter with its fault."""
    good, bad = CHAPTERS[name][:2]
    assert good in CHAPTER
    return CHAPTER.replace(good, bad, 1).replace("KEY", name)


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter(warnings, name):
    _, _, *expected = CHAPTERS[name]
    lines = faulty(name).splitlines()
    start, messages = (expected[0], expected[1:]) if expected else ("", [])
    assert len(warnings[name]) == len(messages), warnings[name]
    for (line, sentence), message in zip(warnings[name], messages, strict=True):
        assert sentence.startswith(message)
        assert lines[line - 1].startswith(start) or message == "could not find"


def test_what_comes_out_of_cells(warnings):
    expected = [
        (DISPLAY, "figures: say under alt what is seen in the figure."),
        (DISPLAY, "figures: give the figure a caption that says what it means."),
        (DISPLAY, "figures: give the figure a name, so that the text can refer to it."),
        (
            DRAWN,
            "figures: say under alt what is seen, for “figure-of-the-loss-curves.svg” is the name of a file.",
        ),
        ("```{glue:figure} figure\n:name: glued\n", "figures: say under alt what is seen in the figure."),
        (VALUE, "figures: end the cell's last line with a semicolon"),
        (DRAWN, "typed numbers: 0.31 looks measured but was typed"),
    ]
    lines = EXECUTED.splitlines(keepends=True)
    assert len(warnings["executed"]) == len(expected)
    for (line, sentence), (text, start) in zip(warnings["executed"], expected, strict=True):
        assert "".join(lines[line - 1 :]).startswith(text), (line, sentence)
        assert sentence.startswith(start)


@pytest.mark.parametrize("name", ["data-said", "data-glued"])
def test_data_said(warnings, name):
    assert warnings[name] == []


@pytest.mark.parametrize("name", ["data-not-said", "data-said-unseen"])
def test_data_not_said(warnings, name):
    [(line, sentence)] = warnings[name]
    assert DATA_PAGES[name].splitlines()[line - 1] == "data.mnist()"
    assert sentence.startswith("data in use: this uses MNIST: show a cell with print(data.mnist_source())")


def test_a_fault_fails_the_strict_build(tmp_path):
    tiny_book.write(tmp_path, {}, {"page": "# A page\n\nIt reads 98 % of the images."})
    result = tiny_book.build(tmp_path, "dummy", "-W", "--keep-going")
    assert result.returncode == 1
    assert re.search(r"page\.md:3: WARNING: typed numbers: 98 looks measured", result.stdout)


def test_options_of_a_quiz_and_docstrings_are_no_prose():
    option, docstring = nodes.inline(text="0.9794"), addnodes.desc("", nodes.paragraph(text="0.9794"))
    stem = nodes.paragraph(text="0.9794")
    assert list(prose(nodes.container("", stem, option, docstring))) == [stem]


@pytest.mark.parametrize(
    "text",
    [
        "0.9794",
        "97.9 %",
        "98 %",
        "98\N{NO-BREAK SPACE}%",
        "98%",
        "12.3 s",
        "40 seconds",
        "5 ms",
        "3 minutes",
        "0.5 ± 0.1",
        "± 0.1",
        "5 times faster",
        "4 times as fast",
        "1.5 times the loss",
        "82.5",
        "1,234.5",
        "2.3e-4 seconds",
        "accuracy of 0.98",
        "an accuracy of about 0.98",
        "the losses are 0.31",
        "a loss ≈0.31",
        "the error falls to 0.4",
    ],
)
def test_measured_looking(text):
    assert len(list(measured_looking(f"Here ({text}) it stands."))) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "the rate 0.1",
        "0.01, 0.1, 1.0 and 2.0",
        "28 × 28 pixels",
        "55,000 images",
        "batches of 128",
        "the numbers 0 to 9",
        "1 in 12",
        "the 1990s",
        "float32",
        "1e-3",
        "0.001",
        "Python 3.11 or newer",
        "torch 2.13.0",
        "10 times",
        "3D",
        "a loss of 0",
        "Section 3.2",
        "at 0.5",
    ],
)
def test_not_measured_looking(text):
    assert list(measured_looking(f"Here ({text}) it stands.")) == []
