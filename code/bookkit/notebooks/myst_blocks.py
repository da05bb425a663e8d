"""The blocks of a MyST source: directives, code, and the text between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

import yaml

OPENING = re.compile(r"( *)(`{3,}|~{3,}|:{3,})(.*)")
DIRECTIVE = re.compile(r"\{([a-z][\w:.+-]*)\} *(.*)")
OPTION = re.compile(r":([\w-]+):(?: +(.*))?")


@dataclass
class Text:
    """Markdown without blocks."""

    source: str


@dataclass
class Code:
    """A block of code that is only shown."""

    source: str


@dataclass
class Directive:
    """A directive: its name, what stands after the name, its options, its body, and all of it as written."""

    name: str
    argument: str
    options: dict
    body: str
    source: str
    indent: str = field(default="")

    @property
    def classes(self) -> list[str]:
        """The words of the option `class`."""
        return str(self.options.get("class") or "").split()

    @property
    def tags(self) -> list[str]:
        """The tags of a cell."""
        tags = self.options.get("tags") or []
        return re.findall(r"[\w-]+", tags) if isinstance(tags, str) else list(tags)


Block = Text | Code | Directive


def blocks(source: str) -> Iterator[Block]:
    """The blocks of a source, in their order; those within a directive are in its body."""
    lines, text = source.splitlines(), []
    at = 0
    while at < len(lines):
        opening = OPENING.fullmatch(lines[at])
        directive = opening and DIRECTIVE.fullmatch(opening[3].strip())
        if opening is None or (opening[2][0] == ":" and not directive):
            text.append(lines[at])
            at += 1
            continue
        if text:
            yield Text("\n".join(text))
            text = []
        end = closing(lines, at, opening[2])
        written = "\n".join(lines[at : end + 1])
        if directive:
            options, body = read_options(dedent("\n".join(lines[at + 1 : end])))
            yield Directive(directive[1], directive[2].strip(), options, body, written, opening[1])
        else:
            yield Code(written)
        at = end + 1
    if text:
        yield Text("\n".join(text))


def closing(lines: list[str], at: int, fence: str) -> int:
    """The line that closes the fence of line `at`."""
    for number in range(at + 1, len(lines)):
        line = lines[number].strip()
        if line and set(line) == {fence[0]} and len(line) >= len(fence):
            return number
    raise ValueError(f"the block that opens with “{lines[at].strip()}” is never closed")


def read_options(content: str) -> tuple[dict, str]:
    """The options of a directive and its body."""
    lines = content.splitlines()
    if lines and lines[0].strip() == "---":
        end = lines.index("---", 1)
        return yaml.safe_load("\n".join(lines[1:end])) or {}, "\n".join(lines[end + 1 :]).strip("\n")
    options = {}
    while lines and (match := OPTION.fullmatch(lines[0].rstrip())):
        options[match[1]] = match[2] or ""
        lines.pop(0)
        while lines and lines[0].startswith(":") and not OPTION.fullmatch(lines[0].rstrip()):
            options[match[1]] += " " + lines.pop(0)[1:].strip()  # a long value goes on
    return options, "\n".join(lines).strip("\n")


def front_matter(source: str) -> tuple[dict, str]:
    """The settings at the top of a page, and the rest."""
    match = re.match(r"---\n(.*?)\n---\n", source, re.S)
    return (yaml.safe_load(match[1]), source[match.end() :]) if match else ({}, source)
