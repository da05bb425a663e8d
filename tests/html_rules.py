"""Rules of valid HTML that the packages behind the pages break, for tests to hold; no browser minds them."""

import re
from collections.abc import Callable, Iterator

from bs4 import BeautifulSoup, Tag

# The elements that a line of text may hold, which is all that <summary>, <button> and <p> may hold.
WORDS = {
    *(
        "a",
        "abbr",
        "b",
        "br",
        "button",
        "cite",
        "code",
        "em",
        "i",
        "img",
        "input",
        "kbd",
        "label",
        "math",
        "q",
    ),
    *("s", "small", "span", "strong", "sub", "sup", "svg", "time", "u", "var", "wbr"),
}
NATIVE = {
    "list": "ul",
    "listitem": "li",
    "heading": "h2",
    "region": "section",
    "navigation": "nav",
    "main": "main",
}
HEADINGS = re.compile("^h[1-6]$")


def one_viewport(soup: BeautifulSoup) -> Iterator[Tag]:
    """A page says once how wide it is."""
    yield from soup.select("meta[name=viewport]")[1:]


def words_in_summaries(soup: BeautifulSoup) -> Iterator[Tag]:
    """A <summary> holds words, or one heading."""
    for summary in soup.find_all("summary"):
        yield from (tag for tag in summary.find_all(recursive=False) if not is_of_words(tag))


def is_of_words(tag: Tag) -> bool:
    """Whether a <summary> may hold it."""
    return tag.name in WORDS or bool(HEADINGS.match(tag.name))


def types_of_buttons(soup: BeautifulSoup) -> Iterator[Tag]:
    """A button says what it does."""
    yield from soup.select("button:not([type])")


def names_of_controls(soup: BeautifulSoup) -> Iterator[Tag]:
    """A button or a link that is seen has words, or a name."""
    for control in soup.select("button, a[href]"):
        named = control.get("aria-label") or control.get_text(strip=True) or control.select("img[alt]")
        if not named and not control.has_attr("hidden") and control.get("aria-hidden") != "true":
            yield control


def submit_buttons(soup: BeautifulSoup) -> Iterator[Tag]:
    """A form that has an address to go to has a button that sends it."""
    yield from soup.select("form[action]:not(:has([type=submit]))")


def plain_ids(soup: BeautifulSoup) -> Iterator[Tag]:
    """An id can be named in a style sheet as it is, and is not empty."""
    yield from (tag for tag in soup.find_all(id=True) if not re.fullmatch(r"[\w.:-]+", tag["id"]))


def native_elements(soup: BeautifulSoup) -> Iterator[Tag]:
    """What an element says, no role says instead or again."""
    for role in NATIVE:
        yield from soup.select(f"[role={role}]:not(ol, ul, dl)")


def bodies_of_tables(soup: BeautifulSoup) -> Iterator[Tag]:
    """The rows of a table are in its head or its body."""
    yield from soup.select("table > tr")


def words_in_headings(soup: BeautifulSoup) -> Iterator[Tag]:
    """A heading says something."""
    yield from (tag for tag in soup.find_all(HEADINGS) if not tag.get_text(strip=True))


def attributes_once(soup: BeautifulSoup) -> Iterator[Tag]:
    """A flag is raised by being there."""
    yield from soup.select("script[defer]:not([defer='']), script[async]:not([async=''])")


RULES: list[Callable[[BeautifulSoup], Iterator[Tag]]] = [
    one_viewport,
    words_in_summaries,
    types_of_buttons,
    names_of_controls,
    submit_buttons,
    plain_ids,
    native_elements,
    bodies_of_tables,
    words_in_headings,
    attributes_once,
]


def broken_rules(soup: BeautifulSoup) -> list[str]:
    """Each rule that a page breaks, with what breaks it."""
    return [f"{rule.__name__}: {str(tag)[:120]}" for rule in RULES for tag in rule(soup)]
