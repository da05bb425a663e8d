"""The look of the editions: their own few rules, with the faces and the colours of the site.

The style sheet of the site is for screens; of it, editions take the variables, in the light palette, and the
faces. `resolved` puts the values in place of the variables, for reading devices know none.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

STYLES = Path(__file__).with_name("styles")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
VARIABLE = re.compile(r"(--[\w-]+)\s*:\s*([^;]+)")
USE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)")
FILE = re.compile(r"url\(\s*['\"]?([^)'\"]+)['\"]?\s*\)")


def sheet_of(site: Path) -> str:
    """The style sheet of the site, without comments."""
    path = site / "_static/book.css"
    return (
        re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) if path.is_file() else ""
    )


def palette(sheet: str) -> dict[str, str]:
    """The variables of the site in light colours."""
    light = without_blocks(sheet, re.compile(r"@(media|supports|keyframes)[^{]*\{"))
    found = {}
    for selector, body in RULE.findall(light):
        if "dark" not in selector and re.search(r":root|html|^\s*body\s*$", selector):
            found |= {name: value.strip() for name, value in VARIABLE.findall(body) if "url(" not in value}
    return {name: resolved(value, found) for name, value in found.items()}


def without_blocks(sheet: str, opening: re.Pattern) -> str:
    """A style sheet without the blocks that begin so."""
    while found := opening.search(sheet):
        depth, end = 1, found.end()
        while depth and end < len(sheet):
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        sheet = sheet[: found.start()] + sheet[end:]
    return sheet


def resolved(text: str, values: dict[str, str]) -> str:
    """Text with the values of its variables; one that has none takes what stands in its place."""

    def value(found: re.Match) -> str:
        return values.get(found[1], (found[2] or "").strip() or "inherit")

    for _ in range(8):  # variables of variables; a circle must end
        text, count = USE.subn(value, text)
        if not count:
            break
    return text


def faces(sheet: str) -> Iterator[tuple[str, list[str]]]:
    """The rules for the faces of the site, and the files of each, as the style sheet names them."""
    for selector, body in RULE.findall(sheet):
        files = [name.partition("#")[0].partition("?")[0] for name in FILE.findall(body)]
        if selector.strip() == "@font-face" and files:  # one without is for the time until a file has come
            yield body, files


def face_rules(sheet: str, place: Callable[[str], str]) -> str:
    """The rules for the faces; place: the address of a file that the style sheet names."""
    moved = (FILE.sub(lambda found: f'url("{place(found[1])}")', body) for body, _ in faces(sheet))
    return "\n".join(f"@font-face {{{body}}}" for body in moved)


def own(*names: str) -> str:
    """The editions' own style sheets."""
    return "\n".join((STYLES / f"{name}.css").read_text(encoding="utf-8") for name in names)
