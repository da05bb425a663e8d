"""Self-check questions as their authors write them: how one is read and what is a fault in it.

A question is a block with its stem first, then its options, each with its own feedback::

    ```{quiz}
    :name: softmax-shift
    :check: ("nothing" if torch.equal(torch.ones(3).softmax(0), (torch.ones(3) + 5).softmax(0)) else "?")

    Adding $5$ to each of the ten logits changes in the *softmax*

    - [ ] each probability by the factor $e^5$
      : Numerator and denominator both gain the factor, so it cancels.
    - [x] nothing
      : Softmax depends on the differences of the logits only.
    ```

`[x]` marks the right option. The page says "right" or "wrong" itself: the feedback gives the reason.
Stem and feedback are any Markdown, an option is one paragraph. A question that holds a block of code is
fenced by four backticks. What stands above the stem:

:name: key of the question in this page, never changed: the reader's browser keeps answers under it.
:kind: `one` option is right (the default), `several` are, or the reader types a `number`. The options of
    a number are the right one, likely wrong ones, and `- [ ] anything else`.
:tolerance: how far a typed number may be from the right one; needed unless that is an integer.
:check: a Python expression for the key, evaluated by the tests with `math`, `np`, `torch`, `F` and
    `nnbook`: the number, the text of the right option, or a list of such texts. A long one goes on in
    lines that start with a colon; one that starts with a quote needs parentheses.

A page has no question or three to six. `directive.py` shows the questions.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from string import ascii_uppercase

from docutils.parsers.rst import Directive
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from myst_parser.parsers.directives import parse_directive_text

KINDS = {"one": "choose one", "several": "choose all that are right", "number": "type a number"}
NAME = re.compile("[a-z][a-z0-9-]*")
OPTION = re.compile(r"- \[(.?)\] *(.*)")
FEEDBACK = re.compile(r" +: +(.*)")
NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")
ELSE = "anything else"


class Block(Directive):
    """How a question is told from its settings, for a page and for its source alike."""

    has_content = True
    option_spec = dict.fromkeys(("name", "kind", "tolerance", "check"), lambda value: (value or "").strip())


@dataclass
class Option:
    """One option: its label (a letter, or the number itself), whether it is right, its text and feedback."""

    label: str
    right: bool
    line: int
    text: str
    feedback: str = ""
    feedback_line: int = 0

    @property
    def verdict(self) -> str:
        """The label with the verdict in words."""
        return f"{self.label.capitalize()}, {'right' if self.right else 'wrong'}"


@dataclass
class Question:
    """One question as its author wrote it; a fault is (line of the file, sentence)."""

    line: int
    stem_line: int
    name: str = ""
    kind: str = "one"
    tolerance: str = "0"
    check: str = ""
    stem: str = ""
    options: list[Option] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def version(self) -> str:
        """Hash of what the reader sees: an answer to an older wording is none to this one."""
        seen = [self.kind, self.stem.strip(), *(option.text for option in self.options)]
        return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:8]

    def accepts(self, option: Option, number: float) -> bool:
        """Whether a typed number counts as this option; the factor forgives the rounding of decimals."""
        return abs(number - float(option.text)) <= float(self.tolerance) * (1 + 1e-9)


def read(settings: dict[str, str], body: list[str], line: int, body_line: int) -> Question:
    """Read one question and note its faults.

    Args:
        settings: name, kind, tolerance and check, as far as they are given.
        body: the lines of stem, options and feedback.
        line: line of the file on which the block starts.
        body_line: line of the file on which the body starts.

    """
    given = {key: value for key, value in settings.items() if value}
    question = Question(line, body_line, **given)
    for number, text in enumerate(body, body_line):
        option = question.options[-1] if question.options else None
        if match := OPTION.fullmatch(text):
            label = match[2] if question.kind == "number" else ascii_uppercase[len(question.options)]
            question.options.append(Option(label, match[1] in {"x", "X"}, number, match[2]))
            if match[1] not in {"x", "X", " "}:
                question.faults.append((number, f"write `- [x]` or `- [ ]`, not `- [{match[1]}]`"))
        elif option is None:
            question.stem += text + "\n"
        elif text.strip() and not text.startswith("  "):
            question.faults.append((number, "neither option nor feedback; indent the line to continue one"))
        elif option.feedback_line:
            option.feedback += "\n" + re.sub("^ {1,4}", "", text)
        elif match := FEEDBACK.fullmatch(text):
            option.feedback, option.feedback_line = match[1], number
        elif text.strip():
            option.text += "\n" + text.strip()
    check_schema(question, "tolerance" in given)
    return question


def check_schema(question: Question, has_tolerance: bool) -> None:
    """Note what is wrong with a question: the one place that decides what a well-formed one is."""
    options, numeric = question.options, question.kind == "number"
    right = [option for option in options if option.right]
    numbers = [option for option in options if option.text != ELSE]
    unfit = [option for option in numbers if not NUMBER.fullmatch(option.text)]

    def require(condition: object, sentence: str, line: int = question.line) -> None:
        if not condition:
            question.faults.append((line, sentence))

    require(NAME.fullmatch(question.name), "give `:name:`, of small letters, digits and hyphens")
    require(question.kind in KINDS, f"`:kind:` is {', '.join(KINDS)}; not {question.kind}")
    require(question.stem.strip(), "there is no question before the options")
    few = "options found, two are needed, as `- [x] …` or `- [ ] …`; around code, fence by four backticks"
    require(len(options) >= 2, f"{len(options)} {few}")
    require(right, "no option is marked right, with `- [x]`")
    require(len(right) < 2 or question.kind == "several", f"{len(right)} right options; say `:kind: several`")
    for i, option in enumerate(options):
        require(option.text, "an option without text", option.line)
        require(option.feedback.strip(), "an option without feedback; add it below as `  : …`", option.line)
        same = [other.text for other in options[:i] if other.text.split() == option.text.split()]
        require(not same, f"two options are equal: {option.text}", option.line)
    if not numeric:
        require(not has_tolerance, "`:tolerance:` needs `:kind: number`")
        return
    for option in unfit:
        require(False, f"{option.text} is neither a number nor `{ELSE}`", option.line)
    others = [option.right for option in options if option.text == ELSE]
    require(others == [False], f"a question for a number has one option `- [ ] {ELSE}`")
    whole = all(re.fullmatch(r"-?\d+", option.text) for option in right)
    fit = NUMBER.fullmatch(question.tolerance) and (has_tolerance or whole)
    require(fit, "give `:tolerance:`, a number such as 0.005")
    if fit and not unfit:
        for i, option in enumerate(numbers):
            near = [other.text for other in numbers[:i] if question.accepts(other, float(option.text))]
            require(not near, f"{option.text} equals {', '.join(near)} within the tolerance", option.line)


def check_page(questions: list[Question]) -> list[tuple[int, str]]:
    """Faults of the questions of a page taken together."""
    names = [question.name for question in questions]
    twice = [question for i, question in enumerate(questions) if question.name in names[:i]]
    faults = [(question.line, f"the page has two questions named {question.name}") for question in twice]
    if questions and not 3 <= len(questions) <= 6:
        faults.append((questions[0].line, f"a page has three to six questions, not {len(questions)}"))
    return faults


def collect(source: str) -> Iterator[Question]:
    """Read the questions of a page from its Markdown source."""
    for token in MarkdownIt("commonmark").use(colon_fence_plugin).parse(source):
        name, _, rest = token.info.strip().partition(" ")
        if name == "{quiz}":
            line = token.map[0] + 1
            parsed = parse_directive_text(Block, rest, token.content)
            question = read(parsed.options, parsed.body, line, line + parsed.body_offset + 1)
            question.faults += [(line, warning.msg) for warning in parsed.warnings]
            yield question


def states(option: Option, value: object) -> bool:
    """Whether an option states a computed value: its text, or a number that rounds to what is written."""
    text = re.sub(r"[$`]|\{,\}|(?<=\d),(?=\d{3})", "", option.text)
    if hasattr(value, "item"):  # a tensor or a NumPy scalar
        value = value.item()
    if isinstance(value, Real) and NUMBER.fullmatch(text):
        half_digit = 0.5 * 10.0 ** Decimal(text).as_tuple().exponent
        return abs(value - float(text)) <= half_digit
    return str(value) == text


def disagreement(question: Question, value: object) -> str | None:
    """How the key differs from the computed value of `:check:`; None if it does not."""
    right = [option for option in question.options if option.right]
    if question.kind == "number":
        found = right if question.accepts(right[0], float(value)) else []
    else:
        values = value if question.kind == "several" else [value]
        found = [option for option in question.options if any(states(option, v) for v in values)]
    key = ", ".join(option.text for option in right)
    return None if found == right else f"`:check:` gives {value!r}, the key says {key}"
