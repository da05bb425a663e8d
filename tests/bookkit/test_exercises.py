"""Every part of the exercise ladder is taken away once, in a small book, and the strict build says so."""

import re
import shutil

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.bookkit.tiny_book import CELLS
from tests.building import ROOT, STRICT, build

NOTEBOOK = (
    CELLS
    + """
# {title}

```{{code-cell}}
from nnbook.check import check
```
"""
)

CHECKERS = """
from nnbook.check.verdict import Wrong, checker


def one(attempt):
    if attempt != 1:
        raise Wrong("it is not 1.")
    return "it is 1."


{checkers}
"""

CELL = '```{{code-cell}}\ncheck("{label}", {attempt})\n```'
HINT = "```{admonition} Hint\n:class: hint dropdown\nCount.\n```"
FORMULA = "$$\nx = 1\n$$"


def exercise(
    label, *, level="level-write", title="A title", starter="...", hint=HINT, solution="1", fold="dropdown"
):
    """An exercise as an author writes it; starter and solution are what their cells check, or their text."""
    parts = {
        name: CELL.format(label=label, attempt=part) if part in {"...", "0", "1"} else part
        for name, part in {"starter": starter, "solution": solution}.items()
    }
    return f"""
```{{exercise-start}} {title}
:label: {label}
:class: {level}
```

What is asked.

{parts["starter"]}

```{{exercise-end}}
```

{hint}

```{{solution-start}} {label}
:class: {fold}
```

{parts["solution"]}

```{{solution-end}}
```
"""


def on_paper(label, level):
    """An exercise without code."""
    return exercise(label, level=f"{level} on-paper", starter="", solution=FORMULA)


# Exercises with one fault each: the arguments that plant it, the part whose line is named, the message.
FAULTS = {
    "no-level": ({"level": "hard"}, "exercise", "say its level"),
    "two-levels": ({"level": "level-write level-open"}, "exercise", "say its level"),
    "no-title": ({"title": ""}, "exercise", "give it a title"),
    "no-checker": ({}, "exercise", "it has no checker"),
    "no-starter": (
        {"starter": ""},
        "exercise",
        'its starter has no cell that ends in `check("no-starter", …)`',
    ),
    "silent-starter": (
        {"starter": '```{code-cell}\ncheck("silent-starter", ...);\n```'},
        "exercise",
        "its starter has no cell that ends in",
    ),
    "other-starter": (
        {"starter": CELL.format(label="no-hint", attempt="...")},
        "exercise",
        "its starter checks no-hint",
    ),
    "full-starter": ({"starter": "1"}, "exercise", "its starter passes the checker as it stands"),
    "no-hint": ({"hint": ""}, "exercise", "it has no hint"),
    "open-hint": ({"hint": HINT.replace(" dropdown", "")}, "hint", "its hint is open"),
    "open-solution": ({"fold": "unfolded"}, "solution", "its solution is open"),
    "wrong-solution": ({"solution": "0"}, "solution", "its solution fails the checker: it is not 1."),
    "unchecked-solution": ({"solution": "One."}, "solution", "its solution has no cell that ends in"),
    "mistyped-solution": (
        {"solution": CELL.format(label="mistyped", attempt=1)},
        "solution",
        "its solution checks mistyped",
    ),
    "late-wrong-solution": (
        {"solution": "\n\n".join(CELL.format(label="late-wrong-solution", attempt=n) for n in [1, 0])},
        "solution",
        "its solution fails the checker",
    ),
    "paper-checker": (
        {"level": "level-write on-paper"},
        "exercise",
        "it is `on-paper` and has a checker; drop the class or the checker",
    ),
    "no-formula": ({"level": "level-derive"}, "solution", "its solution derives nothing"),
}
NO_SOLUTION = exercise("no-solution").partition("```{solution-start}")[0]
PARTS = {"exercise": "{exercise-start}", "hint": "{admonition} Hint", "solution": "{solution-start}"}


def make_book(folder, pages, checkers):
    """A book of these pages and the list of exercises, with the package of the book and other checkers."""
    shutil.copytree(ROOT / "code", folder / "code")
    shutil.copytree(ROOT / "book/_static", folder / "book/_static")
    for name in ("book/_style", "book/_templates"):
        shutil.copytree(ROOT / name, folder / name)
    package = folder / "code/nnbook/check"
    for path in package.glob("*.py"):
        if "@checker(" in path.read_text() and path.name not in ("__init__.py", "verdict.py"):
            path.unlink()
    (package / "small.py").write_text(
        CHECKERS.format(checkers="\n".join(f'checker("{label}")(one)' for label in checkers))
    )

    pages = {"index": "# A book\n", **pages, "exercises": "# All\n\n```{exercise-list}\n```\n"}
    for name, text in pages.items():
        (folder / "book" / f"{name}.md").write_text(text)
    real = yaml.safe_load((ROOT / "_config.yml").read_text())
    config = {
        "title": "Exercises",
        "only_build_toc_files": True,
        "execute": real["execute"],
        "sphinx": {
            "extra_extensions": ["bookkit.exercises"],
            "config": {"exercise_style": real["sphinx"]["config"]["exercise_style"]},
        },
    }
    chapters = [{"file": f"book/{name}"} for name in pages if name != "index"]
    toc = {"format": "jb-book", "root": "book/index", "parts": [{"numbered": True, "chapters": chapters}]}
    for name, settings in {"_config.yml": config, "_toc.yml": toc}.items():
        (folder / name).write_text(yaml.safe_dump(settings))


def make(folder):
    """Build strictly; the exit status, and the warnings as file, line and sentence."""
    result = build(folder, *STRICT, PYTHONPATH=str(folder / "code"), NNBOOK_DATA="subset", NO_COLOR="1")
    log = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    return result.returncode, re.findall(r"([\w.-]+):(\d+): (?:WARNING|ERROR): (.*)", log)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """The exit status and the warnings of the book with all faults, and the lines of its pages."""
    folder = tmp_path_factory.mktemp("faulty") / "book"
    pages = {
        "faults": NOTEBOOK.format(title="Faults")
        + NO_SOLUTION
        + "".join(exercise(label, **changes) for label, (changes, _, _) in FAULTS.items()),
        "ladder": "# Ladder\n"
        + on_paper("first", "level-recall")
        + on_paper("second", "level-derive")
        + on_paper("third", "level-change"),
    }
    make_book(folder, pages, [*(set(FAULTS) - {"no-checker"}), "no-solution", "nowhere"])
    status, warnings = make(folder)
    return status, warnings, {f"{name}.md": text.splitlines() for name, text in pages.items()}


def found(faulty, label):
    """The warnings about an exercise: the text of the line that is named, and the sentence."""
    _, warnings, pages = faulty
    return [
        (pages[file][int(line) - 1], sentence.removeprefix(f"exercise {label}: "))
        for file, line, sentence in warnings
        if sentence.startswith(f"exercise {label}: ") and file in pages
    ]


def test_a_book_with_faults_is_refused(faulty):
    assert faulty[0] != 0


@pytest.mark.parametrize("label", FAULTS)
def test_a_fault_in_an_exercise_is_named_with_its_line(faulty, label):
    _, part, message = FAULTS[label]
    [(text, sentence)] = found(faulty, label)
    assert PARTS[part] in text
    assert message in sentence


def test_an_exercise_without_solution_is_named(faulty):
    assert found(faulty, "no-solution") == [("```{exercise-start} A title", "it has no solution")]


def test_levels_out_of_order_and_too_few_exercises_are_named(faulty):
    assert found(faulty, "third") == [
        ("```{exercise-start} A title", "level-change stands after second, which is level-derive")
    ]
    assert found(faulty, "first") == [
        ("```{exercise-start} A title", "a page has no exercises or 5 at least, not 3")
    ]


def test_a_checker_without_an_exercise_is_named(faulty):
    line = len(CHECKERS.splitlines()) + len(FAULTS)  # the last of the checkers, as `faulty` lists them
    assert ("small.py", str(line), "exercise nowhere: it has a checker and is on no page") in faulty[1]


def test_nothing_else_is_named(faulty):
    labels = {
        sentence.split()[1].rstrip(":") for _, _, sentence in faulty[1] if sentence.startswith("exercise ")
    }
    assert labels == {*FAULTS, "no-solution", "first", "third", "nowhere"}


def test_a_whole_ladder_is_shown_and_listed_and_listed_anew(tmp_path):
    """The second build finds the outputs in the cache and reads one page again."""
    folder = tmp_path / "book"
    ladder = [
        on_paper("recalled", "level-recall"),
        exercise("changed", level="level-change", title="One of $x$"),
        exercise("written"),
        exercise(
            "derived",
            level="level-derive",
            solution=f"{FORMULA}\n\n{CELL.format(label='derived', attempt=1)}",
        ),
        on_paper("asked", "level-open"),
    ]
    page = NOTEBOOK.format(title="A chapter") + "".join(ladder)
    make_book(folder, {"chapter": page}, ["changed", "written", "derived"])
    assert make(folder) == (0, [])

    html = (folder / "_build/html/book/chapter.html").read_text()
    titles = [
        title.get_text()
        for title in BeautifulSoup(html, "html.parser").select(".exercise > .admonition-title")
    ]
    assert titles == [
        "Exercise 1.1  (A title) recall, on paper",
        r"Exercise 1.2  (One of \(x\)) change a number",
        "Exercise 1.3  (A title) write a function",
        "Exercise 1.4  (A title) derive",
        "Exercise 1.5  (A title) open question, on paper",
    ]
    assert listed(folder)[0] == "1. A chapter"
    assert listed(folder)[1:] == [re.sub(r" \((.*)\)", r"\1", title) for title in titles]

    path = folder / "book/chapter.md"
    path.write_text(page.replace("A title", "A new title").replace("# A chapter", "# The chapter"))
    assert make(folder) == (0, [])
    assert listed(folder)[0] == "1. The chapter"
    assert listed(folder)[1] == "Exercise 1.1 A new title recall, on paper"


def listed(folder):
    """The text of each line of the list, whose links lead to where they say."""
    list_page = folder / "_build/html/book/exercises.html"
    entries = BeautifulSoup(list_page.read_text(), "html.parser").select(".exercise-list p")
    for entry in entries:
        file, _, anchor = entry.a["href"].partition("#")
        target = BeautifulSoup((list_page.parent / file).read_text(), "html.parser")
        assert not anchor or target.find(id=anchor)
    return [entry.get_text() for entry in entries]
