"""Self-check questions: what their source may be, what their pages show, and whether their keys are true."""

import functools
import math
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import nnbook.toy
import numpy as np
import pytest
import torch
from bookkit.quizzes.source import check_page, collect, disagreement
from torch.nn import functional as F

from tests.building import ROOT

ONE = """\
```{quiz}
:name: shift
:check: ("nothing" if torch.ones(2).softmax(0).equal(torch.zeros(2).softmax(0)) else "all")

Adding $5$ to each logit changes

- [ ] each probability, by $e^5$
  : Numerator and denominator
    both gain the factor.
- [x] nothing
  : Only differences count.
```
"""
SEVERAL = """\
````{quiz}
:name: infinite
:kind: several
:check: [x for x in ("1/0", "log(0)")
:  if x]

Which are infinite?

```python
from torch import log
```

- [x] `1/0`
  : Floats divide by zero.
- [ ] `0/0`
  : Not a number.
- [x] `log(0)`
  : Minus infinity.
````
"""
NUMBER = """\
```{quiz}
:name: half
:kind: number
:tolerance: 0.01
:check: torch.tensor(0.).sigmoid()

The logistic function at 0 is

- [x] 0.5
  : As likely as not.

    - **Heads**
    - or tails
- [ ] 1
  : That is its limit, see [](absent).
- [ ] anything else
  : Put $e^0 = 1$ into the formula.
```
"""
PAGE = "\n".join(["# Page\n", ONE, SEVERAL, NUMBER]).replace(", see [](absent)", "")
CONF = f"""\
extensions = ["myst_nb", "bookkit.look.style_sheet", "bookkit.formulas", "bookkit.quizzes"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_static_path = [{str(ROOT / "book/_static")!r}]
"""

# ------------------------------------------------------------------------------------------------ the source


@pytest.mark.parametrize(
    ("source", "old", "new", "line", "sentence"),
    [
        (ONE, ":name: shift\n", "", 1, "give `:name:`"),
        (ONE, "shift\n", "Shift 1\n", 1, "give `:name:`"),
        (ONE, ":name: shift", ":name: shift\n:kind: pair", 1, "`:kind:` is one, several, number; not pair"),
        (ONE, ":name: shift", ":name: shift\n:level: 1", 1, "Unknown option keys"),
        (ONE, ":name: shift", ":name: shift\n:tolerance: 1", 1, "`:tolerance:` needs `:kind: number`"),
        (ONE, "Adding $5$ to each logit changes", "", 1, "no question before the options"),
        (ONE, "- [x]", "- [ ]", 1, "no option is marked right"),
        (ONE, "- [ ]", "- [x]", 1, "2 right options; say `:kind: several`"),
        (ONE, "- [ ]", "* [ ]", 1, "1 options found, two are needed"),
        (ONE, "- [ ]", "- [-]", 7, "write `- [x]` or `- [ ]`, not `- [-]`"),
        (ONE, "each probability, by $e^5$", "", 7, "an option without text"),
        (ONE, "each probability, by $e^5$", "nothing", 10, "two options are equal: nothing"),
        (ONE, "  : Only differences count.\n", "", 10, "an option without feedback"),
        (ONE, "    both gain", "both gain", 9, "neither option nor feedback"),
        (NUMBER, "- [ ] 1", "- [ ] one", 14, "one is neither a number nor `anything else`"),
        (NUMBER, "- [ ] anything else", "- [ ] 2", 1, "one option `- [ ] anything else`"),
        (NUMBER, ":tolerance: 0.01", ":tolerance: small", 1, "give `:tolerance:`"),
        (NUMBER, ":tolerance: 0.01\n", "", 1, "give `:tolerance:`"),
        (NUMBER, "- [ ] 1", "- [ ] 0.51", 14, "0.51 equals 0.5 within the tolerance"),
    ],
)
def test_a_fault_of_a_question_is_named_with_its_line(source, old, new, line, sentence):
    before, after = "Text.\n\n", source.replace(old, new, 1)
    assert after != source
    (question,) = collect(before + after)
    assert len(question.faults) == 1
    assert question.faults[0][0] == 2 + line
    assert sentence in question.faults[0][1]


def test_a_well_formed_question_is_read_whole():
    one, several, number = collect(PAGE)
    assert one.faults + several.faults + number.faults == []
    assert (one.name, one.kind, one.stem.strip()) == ("shift", "one", "Adding $5$ to each logit changes")
    assert [option.right for option in one.options] == [False, True]
    assert one.options[0].feedback == "Numerator and denominator\nboth gain the factor."
    assert several.check == '[x for x in ("1/0", "log(0)") if x]'
    assert [option.verdict for option in number.options] == ["0.5, right", "1, wrong", "Anything else, wrong"]


def test_a_whole_number_needs_no_tolerance():
    (question,) = collect(NUMBER.replace(":tolerance: 0.01\n", "").replace("0.5", "2"))
    assert question.faults == []
    assert question.accepts(question.options[0], 2.0)
    assert not question.accepts(question.options[0], 2.01)


@pytest.mark.parametrize(("count", "sentence"), [(2, "not 2"), (7, "not 7")])
def test_a_page_has_three_to_six_questions(count, sentence):
    questions = [next(collect(ONE.replace("shift", f"shift-{i}"))) for i in range(count)]
    assert [(line, sentence in text) for line, text in check_page(questions)] == [(1, True)]
    assert check_page([]) == []


def test_a_name_stands_once_on_a_page():
    questions = list(collect(PAGE + "\n" + ONE))
    assert check_page(questions) == [(questions[-1].line, "the page has two questions named shift")]


def test_another_wording_is_another_version_and_another_feedback_is_not():
    def version(source):
        return next(collect(source)).version

    assert version(ONE.replace("each logit", "every logit")) != version(ONE)
    assert version(ONE.replace("nothing\n", "nothing at all\n")) != version(ONE)
    assert version(ONE.replace("Only differences", "Differences alone")) == version(ONE)


# ------------------------------------------------------------------------------------------------ the key


def key_faults(path: str, source: str) -> list[str]:
    """Every question whose `:check:` fails or contradicts its key, as file, line and sentence."""
    names = {"math": math, "np": np, "torch": torch, "F": F, "nnbook": nnbook}
    faults = []
    for question in collect(source):
        if question.check:
            torch.manual_seed(0)
            try:
                fault = disagreement(question, eval(question.check, dict(names)))
            except Exception as error:
                fault = f"`:check:` fails: {error!r}"
            faults += [f"{path}:{question.line}: {fault}"] if fault else []
    return faults


def test_a_wrong_key_is_named_with_file_and_line():
    assert key_faults("page.md", PAGE) == []
    assert key_faults("page.md", "\n" + NUMBER.replace("- [x] 0.5", "- [x] 0.52")) == [
        "page.md:2: `:check:` gives tensor(0.5000), the key says 0.52"
    ]
    assert key_faults("page.md", ONE.replace("ones(2)", "tensor([1., 2])")) == [
        "page.md:1: `:check:` gives 'all', the key says nothing"
    ]
    assert key_faults("page.md", SEVERAL.replace("- [x] `log(0)`", "- [ ] `log(0)`"))
    (fault,) = key_faults("page.md", NUMBER.replace("torch.tensor", "torch.tenser"))
    assert fault.startswith("page.md:1: `:check:` fails: AttributeError")


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("`(64, 10)`", (64, 10), True),
        ("$0.368$", math.exp(-1), True),
        ("$0.37$", torch.tensor(-1.0).exp(), True),
        ("$0.36$", math.exp(-1), False),
        ("1e-3", np.float32(0.001), True),
        ("$44{,}458$", 44458, True),
        ("44,458", 44457, False),
        ("yes", True, False),
        ("True", True, True),
    ],
)
def test_an_option_states_a_computed_value(text, value, agrees):
    (question,) = collect(ONE.replace("nothing\n", text + "\n"))
    assert (disagreement(question, value) is None) == agrees


def test_a_value_that_two_options_state_is_no_key():
    (question,) = collect(ONE.replace("nothing\n", "0.368\n").replace("each probability, by $e^5$", "0.37"))
    assert disagreement(question, math.exp(-1))


def test_the_questions_of_the_book_are_well_formed_and_their_keys_are_true():
    faults, names = [], Counter()
    for path in sorted((ROOT / "book").rglob("*.md")):
        source, file = path.read_text(), path.relative_to(ROOT)
        questions = list(collect(source))
        names.update(question.name for question in questions)
        found = [fault for question in questions for fault in question.faults] + check_page(questions)
        faults += [f"{file}:{line}: {sentence}" for line, sentence in found] or key_faults(file, source)
    assert faults == []
    assert [name for name, count in names.items() if count > 1] == []  # the book on one page is sound too


# ------------------------------------------------------------------------------------------------ the build


def sphinx(folder, page, builder="html", *options):
    """Build a book of one page, which is `page`, and return the finished process."""
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(page)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", builder, *options, folder, folder / builder]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of a small site with one page of three questions."""
    folder = tmp_path_factory.mktemp("quiz")
    result = sphinx(folder, PAGE, "html", "-W", "-n")
    assert result.returncode == 0, result.stderr
    return folder / "html"


def test_a_broken_question_fails_the_build_with_file_and_line(tmp_path):
    page = "\n".join(["# Page\n", ONE, ONE.replace("[x]", "[ ]"), NUMBER, f"::::{{note}}\n{SEVERAL}::::"])
    result = sphinx(tmp_path, page, "html", "-W", "--keep-going")
    assert result.returncode == 1
    found = re.findall(r"index\.md:(\d+): WARNING: (.*)", result.stderr)
    lines = page.splitlines()
    assert [(lines[int(line) - 1], sentence.partition("`")[0]) for line, sentence in found] == [
        ("```{quiz}", "quiz: no option is marked right, with "),
        ("````{quiz}", "quiz: a question stands by itself, not inside another block"),
        ("```{quiz}", "quiz: the page has two questions named shift"),
        (
            "  : That is its limit, see [](absent).",
            "'myst' cross-reference target not found: 'absent' [myst.xref_missing]",
        ),
    ]
    assert [int(line) for line, _ in found[:3:2]] == [16, 16]


def test_a_page_without_html_lists_the_options_and_then_the_answers(tmp_path):
    result = sphinx(tmp_path, PAGE, "text", "-W")
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "text/index.txt").read_text()
    questions, answers = text.split("Answers")
    assert "**Question 1 (choose one)**" in questions
    assert "**B** nothing" in questions
    assert "Only differences count." not in questions
    assert "0.5" not in questions
    assert re.search(r"Question 1.*B, right.*Only differences count.*Question 3.*0\.5, right", answers, re.S)


def test_mathematics_and_code_stay_what_they_are(built):
    html = (built / "index.html").read_text()
    assert re.search(
        r'by <span class="math [^>]* data-tex="e\^5"><math>.*?</math></span></span></label>', html
    )
    assert re.search(r"<label [^>]*><b>A</b> <span><code [^>]*><span class=\"pre\">1/0</span></code>", html)


# ------------------------------------------------------------------------------------------------ the page


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address(built):
    """Where the small site is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=built))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def context(browser):
    """A reader's fresh browser."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context, address):
    """The page of three questions, in a fresh browser; no script may fail and no other host may be asked."""
    page, errors, hosts = context.new_page(), [], set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(address)
    yield page
    assert errors == []
    assert hosts == {address.split("/")[2]}


def verdict(page, name):
    """What the page tells the reader about an answer."""
    return " ".join(page.locator(f"[data-name={name}] [role=status]").inner_text().split())


def progress(page):
    """What the page says about all answers."""
    return page.locator(".quiz-progress [role=status]").inner_text()


def test_a_reader_answers_with_the_keyboard_alone(page):
    assert progress(page) == "0 of 3 answered, 0 right. Kept in this browser only."
    page.get_by_role("radiogroup", name=re.compile("Question 1.*Adding")).get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert verdict(page, "shift") == "Right. Only differences count."
    for key in ["Tab", "Tab", "Space", "Tab", "Tab", "Space", "Enter"]:  # past the first question's answers
        page.keyboard.press(key)
    assert verdict(page, "infinite").startswith("Right. A, right: Floats divide")
    for key in ["Tab", "Tab", "Tab", "1", "Enter"]:
        page.keyboard.press(key)
    assert verdict(page, "half") == "Not right. That is its limit."
    assert progress(page).startswith("3 of 3 answered, 2 right.")


TYPED = {
    "0.5": "Right. As likely as not. Heads or tails",
    " 0.51 ": "Right. As likely as not. Heads or tails",
    "5e-1": "Right. As likely as not. Heads or tails",
    "1": "Not right. That is its limit.",
    "0.52": "Not right. Put",
    "−0.5": "Not right. Put",
    "": "Type a number first.",
    "0,5": "This is not a number. Write it like 1200, 0.25 or 1e-3.",
    "half": "This is not a number.",
}
CHOSEN = {
    "": "Choose an answer first.",
    "A": "Not complete: more is right than you chose. A, right: Floats divide by zero.",
    "AB": "Not right. A, right: Floats divide by zero. B, wrong: Not a number.",
    "ABC": "Not right. A, right",
    "AC": "Right. A, right: Floats divide by zero. C, right: Minus infinity.",
}


def test_a_typed_number_meets_its_own_feedback(page):
    box = page.get_by_label("Your answer")
    for typed, told in TYPED.items():
        box.fill(typed)
        box.press("Enter")
        assert (typed, verdict(page, "half")[: len(told)]) == (typed, told)
    assert progress(page).startswith("1 of 3 answered, 0 right")  # the last that was a number


def test_several_answers_are_right_together_only(page):
    form = page.locator("[data-name=infinite]")
    for chosen, told in CHOSEN.items():
        for letter in "ABC":
            form.get_by_role("checkbox", name=letter).set_checked(letter in chosen)
        form.get_by_role("button").click()
        assert (chosen, verdict(page, "infinite")[: len(told)]) == (chosen, told)
        assert (chosen, ", 1 right" in progress(page)) == (chosen, told.startswith("Right"))


def answer(page, choice):
    """Answer the first question."""
    form = page.locator("[data-name=shift]")
    form.get_by_role("radio").nth(choice).check()
    form.get_by_role("button").click()


def test_a_verdict_goes_when_the_answer_changes_and_the_answers_wait_for_a_first_try(page):
    answers = page.locator("[data-name=shift] summary")
    assert not answers.is_visible()
    answer(page, 0)
    assert verdict(page, "shift").startswith("Not right. Numerator")
    assert answers.is_visible()
    page.locator("[data-name=shift]").get_by_role("radio").nth(1).check()
    assert verdict(page, "shift") == ""


def test_answers_stay_in_the_browser_until_they_are_cleared(page):
    answer(page, 1)
    page.get_by_label("Your answer").fill("1")
    page.get_by_label("Your answer").press("Enter")
    page.reload()
    assert progress(page).startswith("2 of 3 answered, 1 right. Kept in this browser only.")
    assert verdict(page, "shift") == "Right. Only differences count."
    assert page.get_by_label("Your answer").input_value() == "1"

    page.evaluate("localStorage.setItem('other', 'kept')")
    page.get_by_role("button", name="Clear").click()
    assert progress(page).startswith("0 of 3 answered")
    assert page.get_by_label("Your answer").input_value() == ""
    assert page.evaluate("Object.keys(localStorage)") == ["other"]
    page.reload()
    assert progress(page).startswith("0 of 3 answered")
    assert not page.locator("[data-name=shift]").get_by_role("radio").nth(1).is_checked()


def test_a_stored_answer_to_another_wording_counts_for_nothing(page):
    for kept in ['{"version": "00000000", "answer": ["B"]}', "no JSON", "null"]:
        page.evaluate("kept => localStorage.setItem('nnbook-quiz:index:shift', kept)", kept)
        page.reload()
        assert progress(page).startswith("0 of 3 answered")
    answer(page, 1)
    page.reload()
    assert progress(page).startswith("1 of 3 answered, 1 right")


def test_a_browser_that_forbids_storage_still_answers(context, address):
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() {throw Error('forbidden')}})"
    )
    page = context.new_page()
    page.goto(address)
    answer(page, 1)
    assert progress(page).startswith("1 of 3 answered, 1 right. Not kept, for this browser stores nothing")


def test_without_scripts_a_question_is_a_list_with_a_folded_answer(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    form = page.locator("[data-name=shift]")
    assert form.get_by_text("nothing").is_visible()
    assert not page.locator("form.quiz :is(input, button)").filter(visible=True).count()
    assert not form.get_by_text("Only differences count.").is_visible()
    form.locator("summary").click()
    assert form.get_by_text("Only differences count.").is_visible()
    context.close()


def test_on_paper_the_answers_are_unfolded_and_nothing_asks_for_a_click(page):
    page.emulate_media(media="print")
    form = page.locator("[data-name=shift]")
    assert form.get_by_text("Only differences count.").is_visible()
    assert (
        not page.locator(":is(form.quiz, .quiz-progress) :is(input, button, summary)")
        .filter(visible=True)
        .count()
    )


def test_a_question_fits_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 700})
    answer(page, 0)
    right_edges = "[...document.querySelectorAll('.quiz *')].map(e => e.getBoundingClientRect().right)"
    assert max(page.evaluate(right_edges)) <= 360
