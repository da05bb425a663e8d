"""The quiz directive: self-check questions in the page, as `source.py` reads them.

In HTML a question is a form that `quiz.js` brings to life; without JavaScript it is a list with a folded
answer, on paper a list with the answers after the last question of the page.
"""

from html import escape
from itertools import chain, groupby

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bookkit.quizzes.source import KINDS, Block, Option, check_page, read

LOGGER = logging.getLogger(__name__)


class quiz_question(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """A question: its stem, then text and feedback of each option in turn."""


class Quiz(SphinxDirective):
    """The quiz directive."""

    has_content = True
    option_spec = Block.option_spec

    def run(self) -> list[nodes.Node]:
        """Parse the Markdown of a question; a faulty one is left out, with a warning for each fault."""
        start = self.lineno + self.content_offset + 1
        question = read(self.options, list(self.content), self.lineno, start)
        if not isinstance(self.state_machine.node, nodes.document | nodes.section):
            question.faults.append((self.lineno, "a question stands by itself, not inside another block"))
        on_page = self.env.temp_data.setdefault("quiz_questions", [])
        on_page.append(question)
        if question.faults:
            warn(self.env.docname, question.faults)
            return []
        node = quiz_question(question=question, number=len(on_page), page=self.env.docname)
        self.set_source_info(node)
        self.add_name(node)
        node += self.parsed(question.stem, question.stem_line)
        for option in question.options:
            text, messages = self.state.inline_text(option.text, option.line)
            node += nodes.inline("", "", *text, *messages)
            node += self.parsed(option.feedback, option.feedback_line)
        return [node]

    def parsed(self, text: str, line: int) -> nodes.container:
        """The nodes of Markdown that starts on this line of the file."""
        node = nodes.container()
        self.state.nested_parse(StringList(text.splitlines()), line - self.lineno - 1, node)
        return node


def warn(docname: str, faults: list[tuple[int, str]]) -> None:
    """Make each fault a warning of the build, with file and line."""
    for line, sentence in faults:
        LOGGER.warning("quiz: %s", sentence, location=(docname, line))


def warn_of_page(app, doctree: nodes.document) -> None:
    """Check the questions of a page together, once it has been read."""
    warn(app.env.docname, check_page(app.env.temp_data.get("quiz_questions", [])))


class ShowQuestions(SphinxPostTransform):
    """Make each question a form in HTML; elsewhere a list, with the answers after the last of the page."""

    default_priority = 200  # after references are resolved

    def run(self, **kwargs) -> None:
        """Replace every question of the document."""
        html = self.app.builder.format == "html"
        for _, group in groupby(list(self.document.findall(quiz_question)), lambda node: node["page"]):
            page = list(group)
            for node in page:
                shown = form(node) if html else option_list(node)
                if node is page[-1] and not html:
                    shown += [nodes.rubric(text="Answers"), *chain.from_iterable(map(answer_list, page))]
                node.replace_self([nodes.target(ids=node["ids"]), *shown])


def parts(node: quiz_question) -> tuple[nodes.Element, list[tuple[Option, nodes.Element, nodes.Element]]]:
    """The stem of a question, and each option with its text and its feedback."""
    stem, *rest = node.children
    return stem, list(zip(node["question"].options, rest[::2], rest[1::2], strict=True))


def form(node: quiz_question) -> list[nodes.Node]:
    """The question as an HTML form: without quiz.js a list with a folded answer."""
    question, (stem, rows) = node["question"], parts(node)
    name, kind = question.name, question.kind
    role = "radiogroup" if kind == "one" else "group"
    box = f'type="radio" name="{name}"' if kind == "one" else 'type="checkbox"'
    pieces = [
        f'<form class="quiz" autocomplete="off" data-page="{escape(node["page"])}" data-name="{name}"'
        f' data-kind="{kind}" data-tolerance="{question.tolerance}" data-version="{question.version}">\n'
        f'<p class="quiz-title" id="{name}-title">Question {node["number"]}'
        f" <span>({KINDS[kind]})</span></p>\n"
        f'<div class="quiz-stem" id="{name}-stem">',
        *stem.children,
        f'</div>\n<div class="quiz-options" role="{role}" aria-labelledby="{name}-title {name}-stem">\n',
    ]
    if kind == "number":
        pieces.append(f'<label for="{name}-0">Your answer</label> <input type="text" id="{name}-0">\n')
    else:
        for option, text, _ in rows:
            id_ = f"{name}-{option.label.lower()}"
            pieces += [
                f'<div class="quiz-option"><input {box} id="{id_}" value="{option.label}">'
                f'<label for="{id_}"><b>{option.label}</b> ',
                text,
                "</label></div>\n",
            ]
    pieces.append(
        '</div>\n<button type="submit">Check</button>\n<div class="quiz-verdict" role="status"></div>\n'
        '<details class="quiz-answers"><summary>Answer</summary>\n<ul>\n'
    )
    for option, _, feedback in rows:
        right = " data-right" if option.right else ""
        start = f'<li data-label="{option.label}"{right}><strong>{option.verdict}:</strong> '
        pieces += [start, *feedback.children, "</li>\n"]
    pieces.append("</ul></details>\n</form>\n")
    return [nodes.raw("", piece, format="html") if isinstance(piece, str) else piece for piece in pieces]


def option_list(node: quiz_question) -> list[nodes.Node]:
    """The question on paper: its stem and its lettered options."""
    kind = node["question"].kind
    stem, rows = parts(node)
    title = nodes.strong(text=f"Question {node['number']} ({KINDS[kind]})")
    options = [
        nodes.paragraph("", "", nodes.strong(text=option.label), nodes.Text(" "), text)
        for option, text, _ in rows
    ]
    return [nodes.paragraph("", "", title), *stem.children, *([] if kind == "number" else options)]


def answer_list(node: quiz_question) -> list[nodes.Node]:
    """The answers to the question on paper."""
    items = [
        nodes.list_item("", nodes.paragraph("", "", nodes.strong(text=option.verdict)), *feedback.children)
        for option, _, feedback in parts(node)[1]
    ]
    return [nodes.paragraph(text=f"Question {node['number']}"), nodes.bullet_list("", *items, bullet="-")]
