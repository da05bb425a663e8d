"""How the pages look and what they weigh: the numbers that were promised, in files and in a browser."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bookkit.look.cut_fonts import LETTERS
from bs4 import BeautifulSoup, Tag

from tests.conftest import FLAGS, installed
from tests.site.widths import NEEDED, measured

FIRST_VISIT, NEXT_PAGE, REQUESTS = 400_000, 150_000, 20  # bytes compressed, and files
STOPS = 120  # of the Tab key on one page
TELLING = ["book/backpropagation.html", "book/cheat-sheet.html", "book/glossary.html"]
FILES = {"script": "src", "img": "src", "link": "href"}
LOADED = {"stylesheet", "icon", "preload"}
# Rare signs that a face of the system draws.
UNDRAWN = set("ᵀᵗ‖∇∎✗⊙Ŷ")

# How many letters a line of running text holds, lines that end a paragraph left out.
LINES = """
() => [...document.querySelectorAll("article section > p:not([class])")].flatMap((p) => {
  if (p.querySelector("math, .math, code, mjx-container")) return [];
  const words = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
  const range = document.createRange(), lines = [];
  let top = null;
  while (words.nextNode()) {
    for (let i = 0; i < words.currentNode.length; i++) {
      range.setStart(words.currentNode, i);
      range.setEnd(words.currentNode, i + 1);
      const box = range.getBoundingClientRect();
      if (!box.height) continue;
      if (top === null || box.top > top + 12) { lines.push(0); top = box.top; }
      lines[lines.length - 1]++;
    }
  }
  return lines.slice(0, -1);
})
"""
# What can be pressed and is smaller than 24 pixels, links in sentences left out.
SMALL = """
() => {
  const signs = ".headerlink, .report-link, .backrefs a, .report-line a";
  return [...document.querySelectorAll(`button, summary, input, nav a, footer a, ${signs}`)]
    .filter((target) => target.checkVisibility({ visibilityProperty: true }) && !target.closest("dialog"))
    .map((target) => (target.matches("input") && target.labels[0] ? target.parentElement : target))
    .map((target) => [target, target.getBoundingClientRect()])
    .filter(([, { width, height }]) => width && (width < 23.5 || height < 23.5))
    .map(([target, { width, height }]) => `${target.outerHTML.slice(0, 60)} ${width} x ${height}`);
}
"""
# Text that its box cuts off.
CUT = """
() => {
  const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
  return [...document.querySelectorAll("body *")].filter((box) => {
    const style = getComputedStyle(box);
    if (style.clipPath !== "none" || style.clip !== "auto") return false;
    if (box.closest(".math") || !box.checkVisibility()) return false;
    const wide = cuts(style.overflowX) && box.scrollWidth > box.clientWidth + 1;
    return wide || (cuts(style.overflowY) && box.scrollHeight > box.clientHeight + 1);
  }).map((box) => box.outerHTML.slice(0, 80));
}
"""
# What has the focus: its place among all that had it, and whether that is seen.
FOCUS = """
() => {
  const now = document.activeElement, places = (window.places ??= new Map());
  if (now === document.body) return null;
  if (!places.has(now)) places.set(now, places.size);
  const { outlineStyle, outlineWidth } = getComputedStyle(now);
  const ring = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  const seen = ring && now.checkVisibility({ opacityProperty: true });
  return [places.get(now), seen, now.outerHTML.slice(0, 80)];
}
"""
SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
SHIFT = """
() => new Promise((done) => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((shift) => (sum += shift.value));
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})
"""


@pytest.fixture(scope="module")
def pages(site) -> dict[str, BeautifulSoup]:
    """Each page's parsed HTML by the name of its file, without those that lead on to another."""
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    paths.remove(site / "404.html")  # its addresses are those of the published site: test_sharing.py
    texts = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in paths}
    return {
        name: BeautifulSoup(text, "html.parser")
        for name, text in texts.items()
        if 'http-equiv="refresh"' not in text
    }


def weight(path: Path) -> int:
    """The bytes of a file as a server sends it; fonts and pictures of points are compressed already."""
    content = path.read_bytes()
    return len(content if path.suffix in (".woff2", ".png") else gzip.compress(content))


def files_of(site: Path, name: str, page: BeautifulSoup) -> set[Path]:
    """The files that a browser asks for to show a whole page, the fonts of its style sheets among them."""
    found = {site / name}
    for tag in page.find_all(list(FILES)):
        address = tag.get(FILES[tag.name], "")
        if address.startswith("/"):  # of the page at a wrong address, which does not know where it is
            address = "../" * name.count("/") + address.split("/", 2)[2]
        if (
            address
            and (tag.name != "link" or LOADED & set(tag.get("rel", [])))
            and not address.startswith("data:")
        ):
            found.add(((site / name).parent / address.split("?")[0]).resolve())
    for sheet in [path for path in found if path.suffix == ".css"]:
        fonts = re.findall(r"url\(\"?([^\")]+\.woff2?)", sheet.read_text("utf-8"))
        found |= {(sheet.parent / font).resolve() for font in fonts}
    return found


def test_pages_are_light(site, pages):
    heavy = []
    for name, page in pages.items():
        files = files_of(site, name, page)
        shared = {path for path in files if "_static" in path.parts}
        first, after = (sum(map(weight, some)) for some in (files, files - shared))
        if first >= FIRST_VISIT or after >= NEXT_PAGE or len(files) >= REQUESTS:
            heavy.append(f"{name}: {first:,} bytes in {len(files)} files, {after:,} after another page")
    assert heavy == []


def test_a_page_has_one_style_sheet_and_no_file_of_the_theme(site, pages):
    for name, page in pages.items():
        sheets = [link["href"].split("?")[0] for link in page.select("link[rel=stylesheet]")]
        assert [Path(sheet).name for sheet in sheets] == ["book.css"], name
        assert page.select("[class*='fa-'], [data-bs-toggle]") == [], name
    for folder in ("vendor", "scripts", "styles"):
        assert not (site / "_static" / folder).exists()


def letters(pages: dict[str, BeautifulSoup], selector: str) -> set[str]:
    """All letters in some parts of the pages."""
    return {letter for page in pages.values() for tag in page.select(selector) for letter in tag.get_text()}


def test_every_letter_has_a_face(pages):
    known = UNDRAWN | {"\n", "\t"}
    in_code, elsewhere = letters(pages, "article :is(pre, code)"), letters(pages, "body")
    of_others = letters(pages, "math, .math, script, style, svg")
    assert sorted(in_code - set(LETTERS["mono"]) - known) == []
    assert sorted(elsewhere - in_code - of_others - set(LETTERS["serif"]) - known) == []


def is_met(tag: Tag) -> bool:
    """Whether the Tab key meets it when the page is opened on a wide screen."""
    if (
        tag.get("tabindex") == "-1"
        or tag.get("type") == "hidden"
        or tag.find_parent(["dialog", "template", "noscript"])
    ):
        return False
    if {"menu-close", "primary-toggle"} & set(tag.get("class", [])):
        return False
    folds = [fold for fold in tag.find_parents("details") if not fold.has_attr("open")]
    return not any(tag.parent is not fold or tag.name != "summary" for fold in folds)


def stops_of(page: BeautifulSoup) -> set[str]:
    """A name for each stop: the radio buttons of a question, and links that page.js joins, share one."""
    stops = set()
    targets = page.select("a[href], button, input, select, textarea, summary, [tabindex='0']")
    for number, tag in enumerate(filter(is_met, targets)):
        box = tag.find_parent(attrs={"data-one-stop": True})
        question = tag["name"] if tag.get("type") == "radio" else None
        folded = tag.name == "summary" and "hide" in tag.parent.get("class", []) and "folded code"
        stops.add(
            (box and f"list {id(box)}") or question or folded or tag.get("data-terms") or f"own {number}"
        )
    return stops


def test_no_page_has_too_many_stops(pages):
    counts = {name: len(stops_of(page)) + 1 for name, page in pages.items()}  # and one for copying code
    assert {name: count for name, count in counts.items() if count >= STOPS} == {}


@pytest.fixture
def open_page(browser, site) -> Iterator:
    """A function that opens a page of the site, at a width."""
    contexts = []

    def opened(name: str, width: int = 1280, **options):
        contexts.append(
            browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce", **options)
        )
        page = contexts[-1].new_page()
        page.goto((site / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", TELLING)
def test_the_tab_key_goes_through_a_page_in_order_and_is_seen(open_page, name):
    page = open_page(name)
    places, hidden = [], []
    for _ in range(STOPS + 10):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None or focus[0] < len(places):
            break
        places.append(focus[0])
        hidden += [] if focus[1] else [focus[2]]
    assert 5 < len(places) < STOPS
    assert hidden == []


def test_arrow_keys_go_on_where_many_links_are_one_stop(open_page):
    page = open_page(TELLING[2])
    links = page.locator("nav.bd-docs-nav a:visible")
    links.nth(0).focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('nav')?.className") == "bd-links bd-docs-nav"
    assert page.locator("nav.bd-docs-nav [tabindex='0']").count() == 1


def test_lines_have_66_to_72_letters(open_page):
    lines = [
        count
        for name in (TELLING[0], "book/multilayer-perceptrons.html")
        for count in open_page(name).evaluate(LINES)
    ]
    assert len(lines) > 30
    assert 66 <= sum(lines) / len(lines) <= 72


@pytest.mark.parametrize("name", TELLING)
def test_what_can_be_pressed_is_large_enough(open_page, name):
    for width in (1280, 360):
        page = open_page(name, width)
        page.evaluate("document.querySelectorAll('article details').forEach(fold => fold.open = true)")
        assert page.evaluate(SMALL) == [], width


@pytest.mark.parametrize("name", TELLING)
def test_no_page_is_wider_than_a_phone(open_page, name):
    page = open_page(name, 390)
    for width in (390, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(NEEDED) <= width


@pytest.mark.parametrize("name", TELLING)
def test_text_may_be_spaced_out(open_page, name):
    page = open_page(name)
    page.add_style_tag(content=SPACING)
    assert page.evaluate(NEEDED) <= 1280
    assert page.evaluate(CUT) == []


def test_text_may_be_twice_as_large(browser, site, tmp_path):
    (tmp_path / "Default").mkdir()
    settings = {"webkit": {"webprefs": {"default_font_size": 32, "default_fixed_font_size": 26}}}
    (tmp_path / "Default/Preferences").write_text(json.dumps(settings))
    with reader(browser, tmp_path) as context:
        page = context.new_page()
        for name in TELLING:
            page.goto((site / name).as_uri())
            assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 36
            assert page.evaluate(NEEDED) <= 1280, name
            assert page.evaluate(CUT) == [], name


def reader(browser, folder: Path):
    """A browser of the same kind with settings of its own."""
    kind = browser.browser_type
    return kind.launch_persistent_context(
        str(folder), executable_path=installed(), args=FLAGS, viewport={"width": 1280, "height": 800}
    )


def test_the_menu_of_a_phone_needs_no_script(open_page):
    page = open_page(TELLING[0], 360, java_script_enabled=False)
    chapter = page.locator("nav.bd-docs-nav a[href='multilayer-perceptrons.html']")
    assert not chapter.is_visible()
    page.get_by_role("button", name="Contents").click()
    assert chapter.is_visible()
    page.get_by_role("button", name="Close the contents").click()
    assert not chapter.is_visible()
    page.get_by_text("Page", exact=True).click()
    assert page.get_by_role("link", name="Download the notebook").is_visible()


def test_code_is_copied(open_page):
    page = open_page(TELLING[0], permissions=["clipboard-read", "clipboard-write"])
    block = page.locator(".cell_input:visible").first
    block.hover()
    block.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == block.locator("pre").inner_text().rstrip("\n")


def test_wide_code_shows_that_it_goes_on(open_page):
    page = open_page(TELLING[0], 360)
    measured(page)
    wide = page.locator(".is-wide:not(.at-end) pre:visible").first
    assert "gradient" in wide.evaluate("box => getComputedStyle(box).maskImage")
    wide.evaluate("box => box.scrollTo(10_000, 0)")
    page.locator(".is-wide.at-end").first.wait_for()


def test_nothing_moves_when_the_faces_come(browser, address):
    with browser.new_context(viewport={"width": 412, "height": 823}) as context:
        page = context.new_page()
        page.route("**/*.woff2", lambda route: (page.wait_for_timeout(400), route.continue_()))
        page.goto(address + TELLING[0])
        page.evaluate("document.fonts.ready")
        assert page.evaluate(SHIFT) < 0.02
