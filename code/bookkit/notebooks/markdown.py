"""From the nodes of a page whose references are resolved to Markdown that any notebook shows.

`Markdown.of` has a function for each type of node. Boxes become quotations and folds, references become links
to the site. A node of a type that is unknown here is a warning of the build that names page, line and node.
"""

import re
from collections.abc import Iterable
from functools import singledispatchmethod
from urllib.parse import urldefrag, urljoin

from docutils import nodes
from sphinx.locale import admonitionlabels
from sphinx.util import logging

from bookkit.addresses import Addresses
from bookkit.notebooks.text import escaped, fence, fold, indented, one_line, paragraph, quotation, summary
from bookkit.quizzes.directive import parts, quiz_question
from bookkit.quizzes.source import KINDS

NOT_IN_NOTEBOOKS = {"chapter-times", "section-time"}  # classes of what the site measures
ALIGNMENTS = {"text-left": ":---", "text-center": ":---:", "text-right": "---:"}

logger = logging.getLogger(__name__)


class Markdown:
    """The Markdown of the nodes of one page.

    env: Sphinx's environment, which has the numbers.
    docname: the path of the page without its suffix.
    where: the addresses of the book.
    """

    def __init__(self, env, document: nodes.document, where: Addresses) -> None:
        """Note where the page is and what it cites."""
        self.env = env
        self.docname = env.docname
        self.where = where
        self.warned: set[int] = set()
        self.sources = {id_ for source in document.findall(nodes.citation) for id_ in source["ids"]}

    def number(self, kind: str, ids: list[str]) -> str:
        """The number of a figure, a table, an exercise or a formula (`displaymath`); empty if it has none."""
        numbers = self.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        found = [numbers[id_] for id_ in ids if id_ in numbers]
        return ".".join(map(str, found[0])) if found else ""

    def numbered(self, kind: str, node: nodes.Element) -> str:
        """The number of something in the words of the site, as "Fig. 3.2"."""
        return self.env.config.numfig_format[kind] % self.number(kind, node["ids"])

    def heading(self, title: nodes.title, level: int) -> str:
        """The title of a section with its number."""
        numbers = self.env.toc_secnumbers.get(self.docname, {})
        number = numbers.get(f"#{title.parent['ids'][0]}") or numbers.get("", ())
        words = [*(["".join(f"{part}." for part in number)] if number else []), one_line(self.inside(title))]
        return f"{'#' * level} {' '.join(words)}"

    def caption(self, kind: str, node: nodes.Element, words: nodes.Element) -> str:
        """The caption of a figure or a table."""
        return f"**{self.numbered(kind, node)}.** {one_line(self.inside(words))}"

    def inside(self, node: nodes.Element) -> str:
        """What is in a node that stands in a line."""
        return "".join(map(self.of, node.children))

    def blocks(self, contents: Iterable[nodes.Node], between: str = "\n\n") -> str:
        """Nodes that stand below each other."""
        return between.join(filter(str.strip, map(self.of, contents)))

    @singledispatchmethod
    def of(self, node: nodes.Node) -> str:
        """The Markdown of a node."""
        self.warn(
            node, f"a notebook cannot show a node {type(node).__name__}: give it a function in {__file__}"
        )
        return node.astext()

    def warn(self, node: nodes.Node, sentence: str) -> None:
        """Warn of a node, once for all notebooks of the page."""
        if id(node) not in self.warned:
            self.warned.add(id(node))
            while node.line is None and node.parent is not None:
                node = node.parent
            logger.warning(sentence, location=node)

    # What stands in a line

    @of.register
    def _(self, node: nodes.Text) -> str:
        return escaped(node.astext())

    @of.register
    def _(self, node: nodes.inline) -> str:
        return self.inside(node)

    @of.register(nodes.Invisible | nodes.meta)
    def _(self, node: nodes.Node) -> str:
        return ""

    @of.register
    def _(self, node: nodes.emphasis) -> str:
        return f"*{self.inside(node)}*"

    @of.register
    def _(self, node: nodes.strong) -> str:
        return f"**{self.inside(node)}**"

    @of.register
    def _(self, node: nodes.literal) -> str:
        code = node.astext()
        ticks = fence(code, 1)
        return f"{ticks} {code} {ticks}" if "`" in code[:1] + code[-1:] else f"{ticks}{code}{ticks}"

    @of.register
    def _(self, node: nodes.math) -> str:
        return f"${node.astext()}$"

    @of.register
    def _(self, node: nodes.raw) -> str:
        return node.astext() if "html" in node["format"].split() else ""

    @of.register
    def _(self, node: nodes.reference) -> str:
        address = node.get("refuri") or f"#{node['refid']}"
        if urldefrag(address).fragment in self.sources:  # its anchor has another name in the next build
            return self.inside(node)
        return f"[{self.inside(node)}]({urljoin(self.where.page(self.docname), address)})"

    @of.register
    def _(self, node: nodes.image) -> str:
        uri = node["uri"] if "://" in node["uri"] else self.where.raw(node["uri"])
        return f"![{escaped(node.get('alt', ''))}]({uri})"

    # Blocks

    @of.register
    def _(self, node: nodes.paragraph) -> str:
        return "" if NOT_IN_NOTEBOOKS.intersection(node["classes"]) else paragraph(self.inside(node))

    @of.register(nodes.container | nodes.section | nodes.definition)
    def _(self, node: nodes.Element) -> str:
        listed = all(isinstance(child, nodes.citation) for child in node.children)
        return self.blocks(node.children, "\n" if listed else "\n\n")

    @of.register(nodes.rubric | nodes.term)
    def _(self, node: nodes.Element) -> str:
        return f"**{self.inside(node)}**"

    @of.register
    def _(self, node: nodes.transition) -> str:
        return "---"

    @of.register
    def _(self, node: nodes.block_quote) -> str:
        return quotation(self.blocks(node.children))

    @of.register
    def _(self, node: nodes.literal_block) -> str:
        code, language = node.astext().rstrip("\n"), node.get("language", "")
        ticks = fence(code, 3)
        return f"{ticks}{'' if language == 'none' else language}\n{code}\n{ticks}"

    @of.register
    def _(self, node: nodes.math_block) -> str:
        tex = node.astext().strip()
        if node.get("nowrap"):  # an environment that displays itself
            return tex
        outside = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", "", tex, flags=re.S)
        if "\\\\" in outside:  # Sphinx splits such lines too
            tex = f"\\begin{{split}}\n{tex}\n\\end{{split}}"
        number = self.number("displaymath", node["ids"])
        return f"$$\n{tex}\n" + (f"\\tag{{{number}}}\n" if number else "") + "$$"

    @of.register
    def _(self, node: nodes.bullet_list) -> str:
        return self.items(node, [f"{node.get('bullet', '-')} "] * len(node))

    @of.register
    def _(self, node: nodes.enumerated_list) -> str:
        start = node.get("start", 1)
        return self.items(node, [f"{number}. " for number in range(start, start + len(node))])

    @of.register
    def _(self, node: nodes.definition_list) -> str:
        return self.items(node, ["- "] * len(node))

    def items(self, node: nodes.Element, marks: list[str]) -> str:
        """The items of a list, close together if each is a line or a list of lines."""
        close = all(isinstance(part, nodes.Sequential) for item in node for part in item[1:])
        between = "\n" if close else "\n\n"
        texts = [self.blocks(item.children, between) for item in node]
        pairs = zip(marks, texts, strict=True)
        return between.join(mark + indented(text, " " * len(mark)).lstrip() for mark, text in pairs)

    @of.register
    def _(self, node: nodes.table) -> str:
        rows = [[self.cell(entry) for entry in row] for row in node.findall(nodes.row)]
        first = next(node.findall(nodes.row))
        if not isinstance(first.parent, nodes.thead):
            rows.insert(0, [""] * len(first))
        classes = [[name for name in entry["classes"] if name in ALIGNMENTS] for entry in first]
        rows.insert(1, [ALIGNMENTS[names[0]] if names else "---" for names in classes])
        captions = [self.caption("table", node, title) for title in node if isinstance(title, nodes.title)]
        return "\n\n".join([*captions, "\n".join(f"| {' | '.join(row)} |" for row in rows)])

    def cell(self, entry: nodes.entry) -> str:
        """A cell of a table, on one line and without bars of its own."""
        entry = entry.deepcopy()
        for formula in entry.findall(nodes.math):
            tex = formula.astext().replace("\\|", "\\Vert ").replace("|", "\\vert ")
            formula[:] = [nodes.Text(tex)]
        text = one_line(self.blocks(entry.children, "<br>"))
        return re.sub(r"(?<!\\)\|", r"\\|", re.sub("<br /> ?", "<br>", text))

    @of.register
    def _(self, node: nodes.figure) -> str:
        images = [child for child in node.children if not isinstance(child, nodes.caption)]
        captions = [self.caption("figure", node, child) for child in node if isinstance(child, nodes.caption)]
        return "\n\n".join([self.blocks(images), *captions])

    @of.register
    def _(self, node: nodes.Admonition) -> str:
        own_title = isinstance(node[0], nodes.title)
        title = node[0] if own_title else nodes.title(text=admonitionlabels[node.tagname])
        body = self.blocks(node[1:] if own_title else node.children)
        if "dropdown" in node["classes"]:
            return fold(summary(title), body)
        return quotation(f"**{self.inside(title)}**\n\n{body}")

    @of.register
    def _(self, node: nodes.citation) -> str:
        return f"{node[0].astext()}. {one_line(self.inside(node[-1]))}"

    @of.register
    def _(self, node: quiz_question) -> str:
        """A question, its options, and a fold with the answers."""
        stem, rows = parts(node)
        kind = node["question"].kind
        options = [f"- **{option.label}** {self.of(text)}" for option, text, _ in rows]
        answers = [
            f"- **{option.verdict}:** {indented(self.of(feedback), '  ').lstrip()}"
            for option, _, feedback in rows
        ]
        title = f"**Question {node['number']}** ({KINDS[kind]})"
        shown = [] if kind == "number" else ["\n".join(options)]
        return "\n\n".join([title, self.of(stem), *shown, fold("Answer", "\n".join(answers))])
