"""The built site: its pages as files, and as a browser shows them.

Every page that is found is looked at; a test names all that is wrong, on whichever page.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from tests.building import ROOT

WIDTHS = [1280, 1000, 360]  # with both side columns, with one, a phone
FORMULA_PARTS = {
    "written": ".math",
    "set": ".math:has(math)",
    "wrong": ".unset, merror, .math:not([data-tex])",
}
REFERENCES = {"a": "href", "link": "href", "script": "src", "img": "src", "form": "action"}

# What is wrong with the formulas of a page as it is shown now:
# - a box has a bar although the formula fits, or cuts the formula above or below;
# - what scrolls does not fade at its edge, or cannot be reached by keyboard, or what does not scroll can;
# - the letter or mark that touches a formula is in another line.
FORMULAS = """
() => [...document.querySelectorAll(".math")].flatMap((math) => {
  const box = math.querySelector(".formula, .wide") ?? math;
  if (!box.checkVisibility()) return [];
  const found = [];
  const style = getComputedStyle(box);
  const parts = [...math.querySelectorAll("math")];
  const [first, last] = [parts[0], parts.at(-1)];
  const drawn = (box.querySelector("math") ?? first).getBoundingClientRect();
  if (style.overflowX === "auto") {
    const edge = box.getBoundingClientRect();
    const hasBar = box.offsetHeight > box.clientHeight;
    if (hasBar && drawn.width <= box.clientWidth) found.push("has a bar without need");
    if (drawn.top < edge.top - 1 || box.scrollHeight > box.clientHeight) found.push("is cut");
    if (hasBar && style.maskImage === "none") found.push("scrolls and does not fade");
    if (hasBar !== (box.tabIndex === 0)) found.push("is a tab stop without need, or should be one");
  } else if (!math.closest("table") && drawn.right > document.documentElement.clientWidth) {
    found.push("leaves the page");
  }
  if (math.matches("span")) {
    const block = math.closest("p, li, td, th, dd, dt, h1, h2, h3, label, summary, figcaption, div");
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const neighbour = (start, step) => {
      texts.currentNode = start;
      let text = texts[step]();
      while (text && math.contains(text)) text = texts[step]();
      return text?.data ?? "" ? text : null;
    };
    const after = neighbour(math, "nextNode");
    const before = neighbour(math, "previousNode");
    const range = document.createRange();
    for (const [text, formula, isBefore] of [[before, first, true], [after, last, false]]) {
      if (!text || (isBefore ? /[\\s—–/]$/ : /^\\s/).test(text.data)) continue;
      const place = isBefore ? text.length - 1 : 0;
      range.setStart(text, place);
      range.setEnd(text, place + 1);
      const [mark, line] = [range, formula].map((thing) => thing.getBoundingClientRect());
      if (mark.height && (mark.bottom < line.top || mark.top > line.bottom)) found.push(`has lost ${range}`);
    }
  }
  return found.map((fault) => `${math.dataset.tex}: ${fault}`);
})
"""


@dataclass
class Visit:
    """What a browser met on one page."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    formulas: dict[str, int] = field(default_factory=dict)
    stuck_folds: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    badly_set: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def pages(site) -> dict[str, BeautifulSoup]:
    """Each page's parsed HTML by the name of its file in the site."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    # The themes leave templates in _static; 404.html works only where the site is published: test_sharing.py.
    own = [name for name in names if not name.startswith("_static/") and name != "404.html"]
    return {name: BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser") for name in own}


@pytest.fixture(scope="module")
def listed() -> list[str]:
    """The pages that _toc.yml lists, in its order."""
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    return [f"{name}.html" for name in re.findall(r"\b(?:root|file): *(\S+)", contents)]


@pytest.fixture(scope="module")
def visits(browser, site, pages) -> dict[str, Visit]:
    """Each page, opened once from the disk: where that works, a server does as well."""
    screen = {"width": WIDTHS[0], "height": 800}
    with browser.new_context(viewport=screen, reduced_motion="reduce") as context:
        stay = [name for name, page in pages.items() if not page.select("meta[http-equiv=refresh]")]
        return {name: visit(context.new_page(), site / name) for name in stay}


def visit(page, path: Path) -> Visit:
    """Open a page, unfold it by keyboard, and look at it light and dark, wide and narrow."""
    seen = Visit()
    page.on("console", lambda message: message.type == "error" and seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("requestfailed", lambda request: seen.complaints.append(f"cannot load {request.url}"))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    for name, selector in FORMULA_PARTS.items():
        seen.formulas[name] = page.locator(selector).count()

    for fold in page.locator("article details:is(.dropdown, .hide)").all():
        title, body = fold.locator("> summary"), fold.locator("> :not(summary)").first
        was_closed = body.is_hidden()
        title.press("Enter")
        if not was_closed or body.is_hidden():
            seen.stuck_folds.append(title.inner_text())
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")

    for scheme, width in product(["light", "dark"], WIDTHS):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f"html[data-theme={scheme}]")
        page.set_viewport_size({"width": width, "height": 800})
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            seen.too_wide.append(f"{needed} pixels on a screen of {width}, {scheme}")
        if scheme == "light":
            seen.badly_set += [f"{fault} at {width} pixels" for fault in page.evaluate(FORMULAS)]
        if (scheme, width) in [("light", WIDTHS[0]), ("dark", WIDTHS[-1])]:
            seen.barriers += [f"{scheme}: {barrier}" for barrier in barriers(page)]
    page.close()
    return seen


def barriers(page) -> list[str]:
    """What axe finds wrong with a page as it is shown now."""
    page.wait_for_timeout(400)  # the theme takes 300 ms to notice a change of size
    rules = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [
        f"{rule['help']} ({rule['id']}): {node['html'][:200]}" for rule in rules for node in rule["nodes"]
    ]


def faults(pages: dict, look: Callable[..., Iterable]) -> str:
    """What `look` finds wrong with each page or visit, a line each."""
    return "\n".join(f"{name}: {fault}" for name, page in pages.items() for fault in look(page))


def repeated(things: Iterable) -> list:
    """What occurs more than once."""
    return [thing for thing, count in Counter(things).items() if count > 1]


def test_every_listed_page_is_built(pages, listed):
    assert [name for name in listed if name not in pages] == []


def test_pages_have_a_title_of_their_own_a_description_and_an_icon(pages, listed):
    assert repeated(pages[name].title.get_text() for name in listed) == []
    needed = ["head > title", "meta[name=description][content]", "link[rel~=icon]"]
    missing = {name: [part for part in needed if not pages[name].select(part)] for name in listed}
    assert faults(missing, list) == ""


def test_links_and_anchors_lead_somewhere(site, pages):
    anchors = {site / name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}

    def is_broken(page: Path, reference: str) -> bool:
        url = urlsplit(reference)
        if url.scheme or url.netloc:
            return url.scheme not in ("https", "http", "mailto", "data")
        target = (page.parent / unquote(url.path)).resolve() if url.path else page
        anchor = unquote(url.fragment)
        return not target.is_file() or bool(anchor and anchor not in anchors.get(target, ()))

    def broken(name: str) -> list[str]:
        references = [tag.get(REFERENCES[tag.name], "") for tag in pages[name].find_all(list(REFERENCES))]
        return [reference for reference in references if is_broken(site / name, reference)]

    assert faults({name: broken(name) for name in pages}, list) == ""


def test_no_id_is_given_twice(pages):
    assert faults(pages, lambda page: repeated(tag["id"] for tag in page.find_all(id=True))) == ""


def test_images_are_described(pages):
    def nameless(page: BeautifulSoup) -> Iterator[str]:
        for image in page.find_all("img"):
            alt, file = image.get("alt", "").strip(), PurePosixPath(image["src"])
            if not alt or alt in (file.name, file.stem) or re.fullmatch(r"\S+\.\w{3,4}", alt):
                yield f"{image['src']} is described by {alt!r}"

    assert faults(pages, nameless) == ""


def test_no_error_is_published(pages):
    # A cell tagged raises-exception shows its error on purpose.
    shown = ".stderr, .cell:not(.tag_raises-exception) .traceback, .system-message, .problematic"
    assert faults(pages, lambda page: [tag.get_text()[:200] for tag in page.select(shown)]) == ""


def test_no_other_host_is_asked(site, visits):
    own = (site.as_uri(), "data:", "blob:")
    assert faults(visits, lambda seen: [url for url in seen.requests if not url.startswith(own)]) == ""


def test_no_script_fails_and_no_file_is_missing(visits):
    assert faults(visits, lambda seen: seen.complaints) == ""


def test_every_formula_is_typeset(visits):
    assert any(seen.formulas["written"] for seen in visits.values())

    def untypeset(seen: Visit) -> Iterator[str]:
        if seen.formulas["wrong"] or seen.formulas["set"] != seen.formulas["written"]:
            yield f"formulas {seen.formulas}"

    assert faults(visits, untypeset) == ""


def test_hints_and_solutions_are_closed_and_open_by_keyboard(pages, visits):
    assert any(page.select("details.solution") for page in pages.values())
    unfolded = ".solution:not(details), div.dropdown.admonition, article details[open]"
    assert faults(pages, lambda page: page.select(unfolded)) == ""
    assert faults(visits, lambda seen: seen.stuck_folds) == ""


def test_no_page_is_wider_than_the_screen(visits):
    assert faults(visits, lambda seen: seen.too_wide) == ""


def test_formulas_are_whole_and_keep_the_marks_that_touch_them(visits):
    assert faults(visits, lambda seen: seen.badly_set) == ""


def test_nothing_keeps_a_reader_out(visits):
    assert faults(visits, lambda seen: seen.barriers) == ""


def test_a_page_can_be_read_without_scripts(browser, site, pages):
    name = next(name for name, page in pages.items() if page.select("details.solution"))
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((site / name).as_uri())
        assert page.locator("article h1").is_visible()
        solution = page.locator("details.solution").first
        assert solution.locator("section").is_hidden()
        solution.locator("> summary").press("Enter")
        assert solution.locator("section").is_visible()
