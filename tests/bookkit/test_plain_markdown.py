"""MyST becomes Markdown that any notebook shows, piece by piece."""

import pytest
from bookkit.addresses import Addresses
from bookkit.notebooks.labels import Book
from bookkit.notebooks.plain_markdown import Page, Unresolved
from pybtex.database import parse_string

SITE = "https://someone.github.io/digits/"
SOURCE = """\
# The title

## First

$$
a = b
$$ (eq-first)

```{math}
:label: eq-second
c = d
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-one
    caption: A line.
---
plot()
```

```{exercise-start} To do
:label: ex-one
:class: level-derive on-paper
```

Prove it.

```{exercise-end}
```

It is {cite:t}`b`, and {cite}`a,b`.
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
SOURCES = """
@misc{a, author={Ann Bee}, title={Of {A}}, year=2020, url={https://a.org/x}}
@misc{b, author={Cy Dee and Ed Eff and Gi Ach}, title={Of {B}}, year=2021}
"""


@pytest.fixture
def book():
    return Book(
        Addresses("https://github.com/someone/digits", "v1"),
        {"book/one": "# One", "book/two": SOURCE, "book/glossary": GLOSSARY},
        {"book/one": 1, "book/two": 2},
        parse_string(SOURCES, "bibtex"),
    )


@pytest.fixture
def page(book):
    return Page(book, "book/two", {"rate": "61 %"}, solutions=False)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{eq}`eq-second`", f"[(2.2)]({SITE}book/two.html#equation-eq-second)"),
        ("{numref}`fig-one`", f"[Fig. 2.1]({SITE}book/two.html#fig-one)"),
        ("{ref}`an exercise <ex-one>`", f"[an exercise]({SITE}book/two.html#ex-one)"),
        ("{ref}`some-place`", f"[A section]({SITE}book/glossary.html#some-place)"),
        ("{doc}`one`", f"[One]({SITE}book/one.html)"),
        ("{doc}`the\nfirst <one>`", f"[the\nfirst]({SITE}book/one.html)"),
        ("{term}`Loss`", f"[Loss]({SITE}book/glossary.html#term-loss)"),
        ("{term}`rectified <rectifier>`", f"[rectified]({SITE}book/glossary.html#term-rectifier)"),
        ("{glue:text}`rate` of {chosen}`300`", "61 % of 300"),
        ("{index}`one-hot <one-hot>`", "one-hot"),
        ("{cite}`a,b` and {cite:t}`b`", "[2, 1] and Dee *et al.* [1]"),
        ("`{eq}` and ``{doc}`one` `` stay", "`{eq}` and ``{doc}`one` `` stay"),
        ("[setup](one.md#the-data)", f"[setup]({SITE}book/one.html#the-data)"),
    ],
)
def test_roles(page, source, wanted):
    assert page.inline(source) == wanted


TABLE = "```{list-table}\n:header-rows: 1\n\n* - a\n  - b\n* - 1\\\n    2\n  - 3\n```"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("```{math}\n:label: eq-second\nc = d\n```", "$$\nc = d\n\\tag{2.2}\n$$"),
        ("```{math}\na \\\\ b\n```", "$$\n\\begin{split}\na \\\\ b\n\\end{split}\n$$"),
        ("$$\na = b\n$$ (eq-first)", "$$\na = b\n\\tag{2.1}\n$$"),
        ("```{note}\nTake {eq}`eq-second`.\n\nTwice.\n```", "> **Note**\n>\n> Take [(2.2)]"),
        (":::{admonition} The layout\nRows.\n:::", "> **The layout**\n>\n> Rows."),
        ("```{admonition} Hint\n:class: dropdown\nTry.\n```", "<details>\n<summary>Hint</summary>\n\nTry.\n"),
        ("::::{tab-set}\n:::{tab-item} Linux\n`ls`\n:::\n::::", "**Linux**\n\n`ls`"),
        (TABLE, "| a | b |\n| --- | --- |\n| 1<br>2 | 3 |"),
        ("- item\n\n  ```{note}\n  Here.\n  ```", "- item\n\n  > **Note**\n  >\n  > Here."),
        ("```python\n{eq}`no`\n```", "```python\n{eq}`no`\n```"),
        ("(label)=\n% a remark\ntext", "text"),
    ],
)  # fmt: skip
def test_blocks(page, source, wanted):
    assert page.resolved(source).startswith(wanted)


QUIZ = """\
````{quiz}
:name: q
:check: (1 +
: 1)

What is it?

```python
1 + 1
```

- [ ] three
  : Too many.
- [x] two
  : Count.

  Twice.
````
"""


def test_question(page):
    parts = [
        "**Question 1** (choose one)",
        "What is it?",
        "```python\n1 + 1\n```",
        "- **A** three\n- **B** two",
        "<details>\n<summary>Answer</summary>",
        "- **A, wrong:** Too many.\n- **B, right:** Count.",
        "  Twice.",
        "</details>",
    ]
    assert page.resolved(QUIZ) == "\n\n".join(parts)


EXERCISE = """\
## Exercises

```{exercise-start} To do
:label: ex-one
:class: level-derive on-paper
```

Prove it.

```{exercise-end}
```

```{solution-start} ex-one
:class: dropdown
```

So it is.

```{solution-end}
```

## Next
"""


def test_exercise_of_a_student(page):
    pieces = page.pieces(EXERCISE)
    assert [piece.name for piece in pieces] == ["exercises", "ex-one", "next"]
    assert pieces[1].text == (
        "### Exercise 2.1: To do\n\n*derive, on paper*\n\nProve it.\n\n"
        f"[The solution]({SITE}book/two.html#ex-one) is folded below the exercise on the site."
    )


def test_exercise_of_a_teacher(book):
    pieces = Page(book, "book/two", {}, solutions=True).pieces(EXERCISE)
    assert [piece.name for piece in pieces] == ["exercises", "ex-one", "ex-one-solution", "next"]
    assert pieces[2].text == "#### Solution of exercise 2.1\n\nSo it is."


def test_headings_are_numbered_and_name_their_cells(page):
    pieces = page.pieces("## First one\n\nA.\n\n### Within\n\nB.\n\n## Second\n\nC.\n")
    assert [piece.text.split("\n")[0] for piece in pieces] == [
        "## 2.1. First one",
        "### 2.1.1. Within",
        "## 2.2. Second",
    ]
    assert [piece.name for piece in pieces] == ["first-one", "within", "second"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("```{mermaid}\na\n```", "the directive {mermaid}"),
        ("{kbd}`x`", "the role {kbd}`x`"),
        ("{eq}`eq-third`", "eq-third"),
        ("{term}`gain`", "the glossary lacks gain"),
        ("{doc}`three`", "no page three"),
    ],
)  # fmt: skip
def test_what_is_unknown_is_named(page, source, message):
    with pytest.raises(Unresolved) as raised:
        page.resolved(source)
    assert message in str(raised.value)


def test_an_open_block_is_named(page):
    with pytest.raises(ValueError, match="never closed"):
        page.resolved("```{note}\nText")


@pytest.mark.parametrize(
    ("repository", "site"),
    [
        ("https://github.com/Someone/digits", "https://someone.github.io/digits/"),
        ("https://github.com/someone/digits.git", "https://someone.github.io/digits/"),
        ("https://github.com/someone/someone.github.io", "https://someone.github.io/"),
    ],
)
def test_address_of_the_site(repository, site):
    assert Addresses(repository, "main").site == site


def test_sources_are_listed_in_the_order_of_citation(page):
    assert page.resolved("```{bibliography}\n:filter: docname in docnames\n```") == (
        "1. Cy Dee, Ed Eff, and Gi Ach. Of B. 2021.\n"
        "2. Ann Bee. Of A. 2020. URL: [https://a.org/x](https://a.org/x)."
    )
