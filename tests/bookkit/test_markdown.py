"""Every construct of the chapters becomes Markdown that any notebook shows."""

import re

import nbformat
import pytest
from bookkit.addresses import addresses

from tests.bookkit import tiny_book

SITE, RAW = addresses().site, addresses().raw("")
SETTINGS = """
extensions += ["sphinx_design", "bookkit.exercises", "bookkit.quizzes", "bookkit.notebooks.written"]
myst_enable_extensions += ["deflist", "amsmath"]
bibtex_bibfiles = ["sources.bib"]
bibtex_default_style = "unsrt"
exercise_style = "solution_follow_exercise"
suppress_warnings = ["bibtex.duplicate_citation", "bibtex.duplicate_label"]
"""
SOURCES = """
@misc{a, author={Ann Bee}, title={Of {A_b}}, year=2020, url={https://a.org/~x}}
@misc{b, author={Cy Dee and Ed Eff and Gi Ach}, title={Of {B}}, year=2021}
"""
GLOSSARY = """\
# Glossary

```{glossary}
:sorted:

loss
  What is made small.

ReLU
rectifier
  A function.
```

(some-place)=
## A section
"""
HEAD = f"""\
{tiny_book.CELLS}
# The *title*

Before all.

```{{code-cell}} ipython3
:tags: [remove-cell]
from myst_nb import glue
glue("rate", "61 %", display=False)
```

$$
a = b
$$ (eq-first)

```{{math}}
:label: eq-second
c = d
```

## Drawing

```{{code-cell}} ipython3
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-one
    caption: A {{term}}`loss`, `drawn`.
---
from IPython.display import SVG
SVG('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
```

After the figure.

```{{figure}} dot.svg
:name: fig-two
:alt: a dot

Not *run*.
```
"""
TABLE = "```{list-table}\n:header-rows: 1\n\n* - a\n  - b\n* - 1\\\n    2\n  - $\\lvert x|$ or `|`\n```"
TABS = "::::{tab-set}\n:::{tab-item} Linux\n`ls`\n:::\n:::{tab-item} Windows\n`dir`\n:::\n::::"
FOLD = ":::{admonition} Deeper, {term}`loss` & $a<b$\n:class: dropdown\nTry.\n\n- it\n:::"
QUOTE = "> **Note**\n>\n> Take [(2.2)](SITEtwo.html#equation-eq-second).\n>\n> Twice."
ALIGNED = "$$\n\\begin{aligned}\na \\\\ b\n\\end{aligned}\n$$"
FENCED = "````python\n{eq}`no`\n```\n````"

# What stands in a section of the page, and what in its place in the notebook.
CASES = [
    # Roles
    ("{eq}`eq-second`", "[(2.2)](SITEtwo.html#equation-eq-second)"),
    ("{numref}`fig-one`, {numref}`Figure %s <fig-two>`",
     "[Fig. 2.1](SITEtwo.html#fig-one), [Figure 2.2](SITEtwo.html#fig-two)"),
    ("{ref}`an exercise <ex-one>`", "[an exercise](SITEtwo.html#ex-one)"),
    ("{numref}`ex-one`", "[Exercise 2.1](SITEtwo.html#ex-one)"),
    ("{ref}`some-place`", "[A section](SITEglossary.html#some-place)"),
    ("{doc}`one`", "[One](SITEone.html)"),
    ("{doc}`the\nfirst <one>`", "[the first](SITEone.html)"),
    ("{term}`Loss`", "[Loss](SITEglossary.html#term-loss)"),
    ("{term}`rectified <rectifier>`", "[rectified](SITEglossary.html#term-rectifier)"),
    ("{glue:text}`rate` of {chosen}`300`", "61 % of 300"),
    ("{index}`one-hot <one-hot>`", "one-hot"),
    ("{cite}`a,b` and {cite:t}`b`", "[1, 2] and Dee *et al.* [2]"),
    ("`{eq}` and ``{doc}`one` `` stay", "`{eq}` and ``{doc}`one` `` stay"),
    ("[setup](one.md#the-data)", "[setup](SITEone.html#the-data)"),
    ("[*out*](https://a.org/x_y)", "[*out*](https://a.org/x_y)"),
    ("$a_1 * b_1 * c$ and **so**", "$a_1 * b_1 * c$ and **so**"),
    ("![a dot](dot.svg)", "![a dot](RAWdot.svg)"),
    # Marks that are none
    ("\\$1, \\*2\\*, \\_3\\_, a_b_c, \\`4\\`, \\\\, 1 < 2, \\<b>, \\&amp; [x]",
     "\\$1, \\*2\\*, \\_3\\_, a_b_c, \\`4\\`, \\\\, 1 < 2, \\<b>, \\&amp; [x]"),
    ("1\\. one\n\n\\# two\n\n\\- three\n\n\\> four\n\n**5. five**\n\n-6",
     "1\\. one\n\n\\# two\n\n\\- three\n\n\\> four\n\n**5. five**\n\n-6"),
    # Blocks
    ("```{math}\na \\\\ b\n```", "$$\n\\begin{split}\na \\\\ b\n\\end{split}\n$$"),
    ("\\begin{align}\na &= b\n\\end{align}", "\\begin{align}\na &= b\n\\end{align}"),
    (ALIGNED, ALIGNED),
    ("```{note}\nTake {eq}`eq-second`.\n\nTwice.\n```", QUOTE),
    ("```{warning} Not so.\n```", "> **Warning**\n>\n> Not so."),
    (":::{admonition} The layout\nRows.\n:::", "> **The layout**\n>\n> Rows."),
    (FOLD, "<details>\n<summary>Deeper, loss &amp; $a\\lt b$</summary>\n\n"
     "Try.\n\n- it\n\n</details>"),
    (TABS, "**Linux**\n\n`ls`\n\n**Windows**\n\n`dir`"),
    (TABLE, "| a | b |\n| --- | --- |\n| 1<br>2 | $\\lvert x\\vert $ or `\\|` |"),
    ("```{list-table}\n* - a\n  - b\n```", "|  |  |\n| --- | --- |\n| a | b |"),
    ("| a | b |\n|--:|:-:|\n| 1 | **2** |", "| a | b |\n| ---: | :---: |\n| 1 | **2** |"),
    ("- one\n- two\n  - three\n\n  more\n- four", "- one\n\n- two\n\n  - three\n\n  more\n\n- four"),
    ("* one\n* two\n  1. three", "* one\n* two\n  1. three"),
    ("3. one\n4. two", "3. one\n4. two"),
    ("- item\n\n  ```{note}\n  Here.\n  ```", "- item\n\n  > **Note**\n  >\n  > Here."),
    ("word\n: what it is", "- **word**\n\n  what it is"),
    ("> said\n> so", "> said\n> so"),
    (FENCED, FENCED),
    ("````{div} wide\nWide.\n````", "Wide."),
    ("(label)=\n% a remark\ntext\\\nbelow", "text<br />\nbelow"),
    ("---", "---"),
    ("```{chapter-times}\n```\nafter", "after"),
    ("```{bibliography}\n:filter: docname in docnames\n```",
     "1. Ann Bee. Of A_b. 2020. URL: [https://a.org/~x](https://a.org/~x).\n"
     "2. Cy Dee, Ed Eff, and Gi Ach. Of B. 2021."),
]  # fmt: skip

QUIZ = """\
````{quiz}
:name: q
:check: (1 +
: 1)

What is it, {eq}`eq-first`?

```python
1 + 1
```

- [ ] three
  : Too many.
- [x] two
  : Count.

  Twice.
````

```{quiz}
:name: number
:kind: number

How many?

- [x] 2
  : Count.
- [ ] anything else
  : Count again.
```
"""
EXERCISE = """\
```{exercise-start} To *do* (now)
:label: ex-one
:class: level-derive on-paper
```

Prove it.

```{code-cell} ipython3
x = 1
```

```{exercise-end}
```

```{admonition} Hint
:class: hint dropdown
Begin.
```

```{solution-start} ex-one
:class: dropdown
```

So it is.

```{code-cell} ipython3
x = 2
```

```{solution-end}
```

## Next {term}`loss` one

### Within

Something new[^1].

[^1]: A footnote.
"""


SECTIONS = [f"## Case {number}\n\n{source}" for number, (source, _) in enumerate(CASES)]
PAGE = "\n\n".join([HEAD, *SECTIONS, "## Questions", QUIZ, "## Exercises", EXERCISE])


@pytest.fixture(scope="module")
def said_and_made(tmp_path_factory) -> tuple[str, dict[str, nbformat.NotebookNode]]:
    """What a build said, and the notebooks for students and for teachers that it made."""
    folder = tmp_path_factory.mktemp("markdown")
    chapters = {"one": "# One\n\n## The data", "two": PAGE}
    tiny_book.write(folder, chapters, {"glossary": GLOSSARY}, SETTINGS)
    (folder / "sources.bib").write_text(SOURCES)
    (folder / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    result = tiny_book.build(folder, "html")
    assert result.returncode == 0, result.stdout
    paths = {"students": "two.ipynb", "teachers": "with-solutions/two.ipynb"}
    return result.stdout, {
        name: nbformat.read(folder / "notebooks" / path, as_version=4) for name, path in paths.items()
    }


@pytest.fixture(scope="module")
def made(said_and_made) -> dict[str, nbformat.NotebookNode]:
    return said_and_made[1]


def cells(notebook: nbformat.NotebookNode, name: str) -> list[str]:
    """The cells of a place."""
    return [cell.source for cell in notebook.cells if cell.id.rsplit("-", 1)[0] == name]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[source for source, _ in CASES])
def test_construct(made, number):
    for notebook in made.values():
        (text,) = cells(notebook, f"case-{number}")
        wanted = CASES[number][1].replace("SITE", SITE).replace("RAW", RAW)
        assert text == f"## 2.{number + 2}. Case {number}\n\n{wanted}"


def test_title_note_and_first_cell(made):
    (title, text), (first,) = cells(made["students"], "top"), cells(made["students"], "install")
    cover = f"[*A tiny book*]({SITE}index.html)"
    assert title.startswith(f"# 2. The *title*\n\n> Chapter 2 of {cover}, made from [its page](")
    assert "Numbers in the text are those of the site's own run" in title
    assert addresses().package in first
    assert text == "Before all.\n\n$$\na = b\n\\tag{2.1}\n$$\n\n$$\nc = d\n\\tag{2.2}\n$$"
    assert [cell.id for cell in made["students"].cells][:3] == ["top-1", "install-1", "top-2"]
    (title, _) = cells(made["teachers"], "top")
    assert f"[one without]({addresses().file('two.ipynb')})" in title


def test_figures_and_the_cells_that_draw(made):
    heading, code, caption, after = cells(made["students"], "drawing")
    assert heading == "## 2.1. Drawing"
    assert code.startswith("from IPython.display import SVG")
    assert caption == f"**Fig. 2.1.** A [loss]({SITE}glossary.html#term-loss), `drawn`."
    assert after == f"After the figure.\n\n![a dot]({RAW}dot.svg)\n\n**Fig. 2.2.** Not *run*."
    (cell,) = [cell for cell in made["students"].cells if cell.source == code]
    assert cell.metadata == {
        "tags": ["hide-input"], "jupyter": {"source_hidden": True}, "cellView": "form"
    }  # fmt: skip


def test_hidden_cells_are_left_out(made):
    assert not any("glue" in cell.source for cell in made["teachers"].cells)


def test_questions(made):
    _, first, second = cells(made["students"], "questions")
    assert first.split("\n\n") == [
        "**Question 1** (choose one)",
        f"What is it, [(2.1)]({SITE}two.html#equation-eq-first)?",
        "```python\n1 + 1\n```",
        "- **A** three\n- **B** two",
        "<details>\n<summary>Answer</summary>",
        "- **A, wrong:** Too many.\n- **B, right:** Count.",
        "  Twice.",
        "</details>",
    ]
    assert second.startswith("**Question 2** (type a number)\n\nHow many?\n\n<details>")
    assert "- **2, right:** Count.\n- **Anything else, wrong:** Count again." in second


def test_exercise_of_a_student(made):
    title = "### Exercise 2.1: To *do* (now)\n\n*derive, on paper*\n\nProve it."
    hint = "<details>\n<summary>Hint</summary>\n\nBegin.\n\n</details>"
    link = f"[The solution]({SITE}two.html#ex-one) is folded below the exercise on the site."
    assert cells(made["students"], "ex-one") == [title, "x = 1", f"{hint}\n\n{link}"]
    assert cells(made["students"], "ex-one-solution") == []


def test_exercise_of_a_teacher(made):
    assert cells(made["teachers"], "ex-one")[:2] == cells(made["students"], "ex-one")[:2]
    solution = "#### Solution of exercise 2.1\n\nSo it is."
    assert cells(made["teachers"], "ex-one-solution") == [solution, "x = 2"]


def test_headings_are_numbered_and_name_their_cells(made):
    number = len(CASES) + 4
    heading = f"## 2.{number}. Next [loss]({SITE}glossary.html#term-loss) one"
    assert cells(made["students"], "next-loss-one") == [heading]
    assert cells(made["students"], "within")[0].startswith(f"### 2.{number}.1. Within\n\nSomething new")


def test_a_node_that_no_notebook_shows_is_named_with_page_and_line_and_no_other(said_and_made):
    said = re.findall(r"two\.md:(\d+): WARNING: a notebook cannot show a node (\w+)", said_and_made[0])
    assert said_and_made[0].count("a notebook cannot show") == len(said) == 2  # once for both notebooks
    lines = PAGE.splitlines()
    use, note = lines.index("Something new[^1].") + 1, lines.index("[^1]: A footnote.") + 1
    assert {(int(line), node) for line, node in said} == {(use, "footnote_reference"), (note, "footnote")}
