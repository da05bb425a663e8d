"""From the MyST of a chapter to Markdown that any notebook shows.

Directives become paragraphs, lists, quotations and folds; roles become words, with links to the site. What is
unknown here is an error and names what it met: nothing is left unresolved.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from textwrap import dedent

from bookkit.exercises.exercise import LEVELS
from bookkit.notebooks.labels import GLOSSARY, HEADING, LABELLED_FORMULA, SECTION_LABEL, Book, Target, plain
from bookkit.notebooks.myst_blocks import Block, Directive, Text, blocks
from bookkit.quizzes.source import KINDS, collect

# A role, or code, in which nothing is a role.
INLINE = re.compile(
    r"\{(?P<role>[a-z][\w:+-]*)\}(?P<ticks>`+)(?P<content>.+?)(?P=ticks)(?!`)"
    r"|(?P<code>`+)(?!`).+?(?<!`)(?P=code)(?!`)",
    re.S,
)
AIMED = re.compile(r"(.*?)\s*<([^<>]+)>", re.S)  # words <target>
PAGE_LINK = re.compile(r"\]\(([\w-]+)\.md(?:#([\w-]+))?\)")
ADMONITIONS = ["admonition", "note", "warning", "tip", "hint", "important", "caution", "attention", "danger"]
ADMONITIONS += ["seealso", "error"]


class Unresolved(Exception):
    """Something in a chapter cannot be put into a notebook; the message says what and what to do."""


@dataclass
class Piece:
    """A cell of text: its Markdown, and the name of its place, from which its id is made."""

    text: str
    name: str


@dataclass
class Page:
    """A chapter on its way to a notebook: what it knows of the book, and where it is in the page.

    page: its path without the suffix.
    values: what the cells glued, by name.
    solutions: whether they are kept.
    """

    book: Book
    page: str
    values: dict[str, str]
    solutions: bool
    used: dict[str, str] = field(default_factory=dict)  # those of the values that the text has
    section: str = "top"
    exercise: str = ""  # the label of the exercise that has begun last
    in_solution: bool = False
    questions: int = 0
    headings: list[int] = field(default_factory=lambda: [0, 0])

    # Blocks

    def pieces(self, source: str) -> list[Piece]:
        """The cells of text that a stretch of the chapter becomes."""
        found: list[Piece] = []
        for block in blocks(source):
            for text, starts_cell in self.top_level(block):
                piece = Piece(text.strip("\n"), self.name)
                if not piece.text.strip():
                    continue
                if starts_cell or not found or found[-1].name != piece.name:
                    found.append(piece)
                else:
                    found[-1].text += f"\n\n{piece.text}"
        return found

    @property
    def left_out(self) -> bool:
        """Whether what stands here is a part of a solution, in a notebook without."""
        return self.in_solution and not self.solutions

    @property
    def name(self) -> str:
        """The name of the place in the page, from which ids are made."""
        return f"{self.exercise or self.section}{'-solution' * (self.in_solution and self.solutions)}"

    def top_level(self, block: Block) -> Iterator[tuple[str, bool]]:
        """The texts of a block that stands in no other, and whether each begins a cell.

        They come one by one, for each may change the name of the place.
        """
        if isinstance(block, Directive) and block.name in EXERCISE_PARTS:
            text = EXERCISE_PARTS[block.name](self, block)
            yield text, block.name == "exercise-start" or self.solutions
        elif self.left_out:
            pass
        elif isinstance(block, Text):
            for part in re.split(r"^(?=#{2,3} )", block.source, flags=re.M):
                yield self.part(part)
        else:
            yield self.block(block), isinstance(block, Directive) and block.name == "quiz"

    def part(self, text: str) -> tuple[str, bool]:
        """A part of the text, which may open a section."""
        heading = HEADING.fullmatch(text.split("\n", 1)[0])
        if heading and len(heading[1]) > 1:
            self.exercise = ""
            self.section = make_slug(plain(heading[2]))
        return self.text(text), bool(heading)

    def resolved(self, source: str) -> str:
        """A stretch of MyST as plain Markdown."""
        texts = [self.block(block).strip("\n") for block in blocks(source)]
        return "\n\n".join(text for text in texts if text.strip())

    def block(self, block: Block) -> str:
        """A block as plain Markdown."""
        if isinstance(block, Text):
            return self.text(block.source)
        if not isinstance(block, Directive):
            return block.source
        handler = DIRECTIVES.get(block.name)
        if handler is None:
            raise Unresolved(f"the directive {{{block.name}}} needs a function in DIRECTIVES of {__file__}")
        return indented(handler(self, block), block.indent)

    def text(self, source: str) -> str:
        """Text without blocks, with its roles, numbers and links resolved."""
        lines = []
        for line in source.splitlines():
            if SECTION_LABEL.fullmatch(line.strip()) or line.startswith("% ") or line == "%":
                continue
            if (heading := HEADING.fullmatch(line)) and len(heading[1]) <= 3:
                lines.append(f"{heading[1]} {self.number_of_heading(len(heading[1]))}{heading[2]}")
            else:
                lines.append(LABELLED_FORMULA.sub(self.close_formula, line))
        return self.inline("\n".join(lines))

    def number_of_heading(self, level: int) -> str:
        """The number of the next heading of this level, as the site counts."""
        chapter = self.book.chapters[self.page]
        if level == 1:
            return f"{chapter}. "
        self.headings[level - 2] += 1
        if level == 2:
            self.headings[1] = 0
        return ".".join(map(str, [chapter, *self.headings[: level - 1]])) + ". "

    def close_formula(self, match: re.Match) -> str:
        """The end of a formula that has its label there."""
        return f"\\tag{{{self.target(match[1]).number}}}\n$$"

    def formula(self, block: Directive) -> str:
        """A displayed formula, with its number if it has one."""
        tex = block.body.strip() or block.argument
        outside = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", "", tex, flags=re.S)
        if "\\\\" in outside:  # Sphinx splits such lines too
            tex = f"\\begin{{split}}\n{tex}\n\\end{{split}}"
        if label := block.options.get("label"):
            tex += f"\n\\tag{{{self.target(label).number}}}"
        return f"$$\n{tex}\n$$"

    def admonition(self, block: Directive) -> str:
        """A box: a fold if it is a dropdown, else a quotation."""
        title = block.argument if block.name == "admonition" else block.name.capitalize()
        body = block.body if block.name == "admonition" else "\n".join([block.argument, block.body]).strip()
        if "dropdown" in block.classes:
            return fold(self.inline(title), self.resolved(body))
        return quotation(f"**{self.inline(title)}**\n\n{self.resolved(body)}")

    def figure(self, block: Directive) -> str:
        """A figure that is a file of the repository."""
        path = f"{self.page.rsplit('/', 1)[0]}/{block.argument}"
        image = f"![{block.options.get('alt', '')}]({self.book.where.raw(path)})"
        caption = self.caption(block.options["name"], block.body) if block.options.get("name") else ""
        return "\n\n".join(filter(None, [image, caption]))

    def caption(self, name: str, caption: str) -> str:
        """The line below a figure."""
        return f"**{self.target(name).words}.** {self.inline(' '.join(caption.split()))}"

    def table(self, block: Directive) -> str:
        """A table that is written as a list of lists."""
        rows = [
            re.split(r"^- ", dedent(f"  {row}"), flags=re.M)[1:]
            for row in re.split(r"^\* ", block.body, flags=re.M)[1:]
        ]
        cells = [[self.table_cell(cell) for cell in row] for row in rows]
        if not int(block.options.get("header-rows") or 0):
            cells.insert(0, [""] * len(cells[0]))
        lines = [cells[0], ["---"] * len(cells[0]), *cells[1:]]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def table_cell(self, source: str) -> str:
        """A cell of such a table, on one line."""
        lines = re.split(r"\\\n", self.resolved(source.strip()))
        return "<br>".join(" ".join(line.split()).replace("|", "\\|") for line in lines)

    def tabs(self, block: Directive) -> str:
        """Alternatives, each under its title."""
        return self.resolved(block.body)

    def tab(self, block: Directive) -> str:
        """One of the alternatives."""
        return f"**{self.inline(block.argument)}**\n\n{self.resolved(block.body)}"

    def contents(self, block: Directive) -> str:
        """What only has a class, or a place, around its contents."""
        return self.resolved(block.body)

    def nothing(self, block: Directive) -> str:
        """What the site measures or collects."""
        return ""

    def sources(self, block: Directive) -> str:
        """The list of sources."""
        keys = self.book.citations(self.page)
        return "\n".join(f"{number}. {self.book.entry(key)}" for number, key in enumerate(keys, 1))

    def quiz(self, block: Directive) -> str:
        """A question, its options, and a fold with the answers."""
        question = next(collect(block.source))
        if question.faults:
            raise Unresolved(f"a question: {question.faults[0][1]}")
        self.questions += 1
        title = f"**Question {self.questions}** ({KINDS[question.kind]})"
        options = [f"- **{option.label}** {self.inline(option.text)}" for option in question.options]
        answers = [
            f"- **{option.verdict}:** {indented(self.resolved(option.feedback), '  ').lstrip()}"
            for option in question.options
        ]
        shown = [] if question.kind == "number" else ["\n".join(options)]
        return "\n\n".join([title, self.resolved(question.stem), *shown, fold("Answer", "\n".join(answers))])

    # Exercises

    def begin_exercise(self, block: Directive) -> str:
        """The title of an exercise, with its number and its level."""
        self.exercise = block.options["label"]
        level = ", ".join(LEVELS[name] for name in block.classes if name in LEVELS)
        on_paper = ", on paper" if "on-paper" in block.classes else ""
        title = f"### {self.target(self.exercise).words}: {self.inline(block.argument)}"
        return f"{title}\n\n*{level}{on_paper}*"

    def begin_solution(self, block: Directive) -> str:
        """The title of a solution, or in its place a link to the site's."""
        exercise = self.target(block.argument)
        self.exercise = block.argument
        self.in_solution = True
        if self.solutions:
            return f"#### Solution of exercise {exercise.number}"
        return f"{self.link('The solution', exercise)} is folded below the exercise on the site."

    def end_solution(self, block: Directive) -> str:
        """The end of a solution."""
        self.in_solution = False
        return ""

    # Roles

    def inline(self, text: str) -> str:
        """Text with its roles and its links between pages resolved."""
        text = INLINE.sub(self.role, text)
        pages = self.page.rsplit("/", 1)[0]
        return PAGE_LINK.sub(lambda m: f"]({self.book.where.page(f'{pages}/{m[1]}', m[2] or '')})", text)

    def role(self, match: re.Match) -> str:
        """What stands for a role; code stays."""
        if match["code"]:
            return match[0]
        handler = ROLES.get(match["role"])
        if handler is None:
            raise Unresolved(f"the role {match[0]} needs a function in ROLES of {__file__}")
        aimed = AIMED.fullmatch(match["content"])
        words, target = (aimed[1], aimed[2]) if aimed else ("", match["content"])
        return handler(self, words.strip(), target.strip())

    def target(self, label: str) -> Target:
        """What a label stands for."""
        if label not in self.book.targets:
            raise Unresolved(f"no page has the label {label}")
        return self.book.targets[label]

    def link(self, words: str, target: Target) -> str:
        """A link to the site."""
        return f"[{words}]({self.book.where.page(target.page, target.anchor)})"

    def reference(self, words: str, label: str) -> str:
        """A reference to a figure, an exercise, a section or an equation."""
        target = self.target(label)
        words = words.replace("%s", target.number).replace("{number}", target.number)
        return self.link(words or target.words, target)

    def document(self, words: str, page: str) -> str:
        """A reference to a page."""
        path = page.lstrip("/") if page.startswith("/") else f"{self.page.rsplit('/', 1)[0]}/{page}"
        if path not in self.book.titles:
            raise Unresolved(f"there is no page {page}")
        return self.link(words or self.book.titles[path], Target(path, "", ""))

    def term(self, words: str, term: str) -> str:
        """A word of the glossary."""
        if (key := " ".join(term.lower().split())) not in self.book.terms:
            raise Unresolved(f"the glossary lacks {term}")
        return self.link(words or term, Target(GLOSSARY, self.book.terms[key], ""))

    def glued(self, words: str, name: str) -> str:
        """A number of the site's run."""
        self.used[name] = self.values.get(name, "")
        return self.used[name]

    def number_of_source(self, words: str, keys: str) -> str:
        """Sources by their numbers in the list."""
        listed = self.book.citations(self.page)
        return "[" + ", ".join(str(listed.index(key.strip()) + 1) for key in keys.split(",")) + "]"

    def authors_of_source(self, words: str, keys: str) -> str:
        """Sources by their authors and their numbers."""
        listed = [key.strip() for key in keys.split(",")]
        return ", ".join(f"{self.book.authors(key)} {self.number_of_source('', key)}" for key in listed)

    def words_only(self, words: str, target: str) -> str:
        """The words as they are."""
        return words or target


def fold(title: str, body: str) -> str:
    """A fold, closed at first. The blank lines let the body be read as Markdown."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def quotation(text: str) -> str:
    """A text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def indented(text: str, indent: str) -> str:
    """A text whose lines that are not empty begin with the indent."""
    return "\n".join(indent + line if line else line for line in text.split("\n")) if indent else text


def make_slug(title: str) -> str:
    """A title as a part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "section"


Handler = Callable[[Page, Directive], str]
DIRECTIVES: dict[str, Handler] = {
    **dict.fromkeys(ADMONITIONS, Page.admonition),
    "math": Page.formula,
    "figure": Page.figure,
    "list-table": Page.table,
    "table": Page.contents,
    "quiz": Page.quiz,
    "bibliography": Page.sources,
    "tab-set": Page.tabs,
    "tab-item": Page.tab,
    "div": Page.contents,
    "chapter-times": Page.nothing,
    "index": Page.nothing,
}
EXERCISE_PARTS: dict[str, Handler] = {
    "exercise-start": Page.begin_exercise,
    "exercise-end": Page.nothing,
    "solution-start": Page.begin_solution,
    "solution-end": Page.end_solution,
}
ROLES: dict[str, Callable[[Page, str, str], str]] = {
    "doc": Page.document,
    "term": Page.term,
    "glue": Page.glued,
    "glue:text": Page.glued,
    "cite": Page.number_of_source,
    "cite:p": Page.number_of_source,
    "cite:t": Page.authors_of_source,
    "chosen": Page.words_only,
    "index": Page.words_only,
    "math": lambda page, words, tex: f"${tex}$",
    **dict.fromkeys(["eq", "ref", "numref"], Page.reference),
}
