"""The search, in a browser: what nine queries and some others find first, and how a reader gets there."""

import gzip
import json
import re

import pytest

from tests.site.test_site import barriers

GLOSSARY, PACKAGE = "book/glossary.html", "book/package.html"

# What a reader wants who types this, the first thing first, and why.
WANTED = {
    # What is it? Then: where is it explained?
    "softmax": [f"{GLOSSARY}#term-softmax", "book/mnist-from-scratch.html#softmax"],
    "log-sum-exp": [f"{GLOSSARY}#term-log-sum-exp", "book/linear-models.html#log-sum-exp"],
    # A label is written by a teacher; it means one exercise.
    "ex-top-k": ["book/mnist-from-scratch.html#ex-top-k"],
    # No section has this title; the one that explains it comes before all others that use its words.
    "vanishing gradient": [
        f"{GLOSSARY}#term-vanishing-gradient",
        "book/activations.html#a-factor-for-each-layer",
    ],
    # The book writes cross-entropy.
    "cross entropy": [f"{GLOSSARY}#term-cross-entropy", "book/mnist-from-scratch.html#cross-entropy"],
    # The section Adam before those with longer titles, and before AdamW.
    "Adam": [f"{GLOSSARY}#term-Adam", "book/gradient-descent.html#adam"],
    # A name with dots is that of a function.
    "nnbook.train.fit": [f"{PACKAGE}#nnbook.train.fit"],
    # The section's title has other words, one of them in another form.
    "dead unit": [f"{GLOSSARY}#term-dead-unit", "book/activations.html#how-a-unit-dies"],
    # The one place where the book explains it, not the top of its chapter.
    "einsum": ["book/backpropagation.html#the-same-as-a-sum-over-paths"],
    # Beside the nine: hyphens, case, forms and spellings of a word, slips, parts of a name, numbers.
    "cross-entropy": [f"{GLOSSARY}#term-cross-entropy", "book/mnist-from-scratch.html#cross-entropy"],
    "crossentropy": [f"{GLOSSARY}#term-cross-entropy", "book/mnist-from-scratch.html#cross-entropy"],
    "SOFTMAX": [f"{GLOSSARY}#term-softmax", "book/mnist-from-scratch.html#softmax"],
    "dead units": [f"{GLOSSARY}#term-dead-unit", "book/activations.html#how-a-unit-dies"],
    "regularisation": [f"{GLOSSARY}#term-regularization", "book/overfitting.html"],
    "sofmax": [f"{GLOSSARY}#term-softmax", "book/mnist-from-scratch.html#softmax"],
    "train.fit": [f"{PACKAGE}#nnbook.train.fit"],
    "zero_grad": ["book/when-training-fails.html#the-gradients-are-never-reset"],
    "among the first k": ["book/mnist-from-scratch.html#ex-top-k"],
    "10.4.2": ["book/mnist-from-scratch.html#cross-entropy"],
    "chapter 6": ["book/backpropagation.html"],
    "softm": [
        f"{GLOSSARY}#term-softmax",
        "book/mnist-from-scratch.html#softmax",
    ],  # not finished yet
}
MOST = 320_000  # bytes that the first search loads, compressed


@pytest.fixture(scope="module")
def page(browser, site):
    """A chapter, opened from the disk."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto((site / "book/xor.html").as_uri())
        yield page


@pytest.fixture(scope="module")
def index(site) -> dict:
    """What the script of the index holds."""
    script = (site / "_static/search-index.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("searchIndex = ").rstrip(";\n"))


def search(page, words: str) -> list[str]:
    """What the dialog shows for a query: the addresses, the first first."""
    field = page.locator("dialog.search-dialog input")
    if not field.is_visible():
        page.keyboard.press("/")
    field.fill(words)
    page.wait_for_function("document.querySelector('.search-status').textContent.includes('result')")
    return [
        link.split("/_build/html/")[-1]
        for link in page.locator(".search-results a").evaluate_all("links => links.map(link => link.href)")
    ]


def test_nothing_is_loaded_before_a_reader_searches_and_then_it_is_light(site, page):
    page.wait_for_load_state("networkidle")
    parts = ["search-index.js", "search-rank.js"]
    assert [url for url in page.asked if url.endswith(tuple(parts))] == []
    search(page, "softmax")
    assert len([url for url in page.asked if url.endswith(tuple(parts))]) == len(parts)
    sizes = [len(gzip.compress((site / "_static" / part).read_bytes())) for part in parts]
    assert sum(sizes) < MOST
    assert len(gzip.compress((site / "_static/search.js").read_bytes())) < 4_000  # this one is on every page


@pytest.mark.parametrize("words", WANTED)
def test_what_is_wanted_comes_first(page, words):
    assert search(page, words)[: len(WANTED[words])] == WANTED[words]


def test_a_result_says_what_it_is_where_it_is_and_why_it_was_found(page):
    search(page, "ex-top-k")
    first = page.locator(".search-results li").first.inner_text().splitlines()
    assert first[:3] == ["Exercise", "10.3 Among the first k", "Chapter 10, MNIST from scratch"]
    search(page, "vanishing gradients")
    term, section = (page.locator(".search-results li").nth(place) for place in (0, 1))
    assert "A gradient that shrinks from layer to layer" in term.locator(".search-excerpt").inner_text()
    marked = section.locator(".search-excerpt mark").all_inner_texts()
    assert {word[:6].lower() for word in marked} == {"vanish", "gradie"}


def test_every_result_leads_to_its_place(site, index):
    ids = {
        url: set(re.findall(r'\bid="([^"]*)"', (site / url).read_text(encoding="utf-8")))
        for url in index["pages"]
    }
    places = [(index["pages"][number], anchor) for number, _, anchor, *_ in index["entries"]]
    assert [place for place in places if place[1] and place[1] not in ids[place[0]]] == []
    assert len(set(places)) == len(places)


def test_everything_with_a_name_is_found(site, index):
    found = {
        kind: {entry[2] for entry in index["entries"] if entry[1] == kind} for kind in ("term", "exercise")
    }
    glossary = (site / GLOSSARY).read_text(encoding="utf-8")
    assert found["term"] == set(re.findall(r'<dt id="(term-[^"]*)"', glossary))
    listed = (site / "book/exercises.html").read_text(encoding="utf-8")
    assert found["exercise"] >= set(re.findall(r'href="[\w-]+\.html#(ex-[^"]*)"', listed)) != set()
    empty = [entry[2] for entry in index["entries"] if entry[1] in ("term", "exercise") and not entry[5]]
    assert empty == []


def test_excerpts_are_sentences_not_tex_and_not_toolbars(index):
    texts = [entry[5] for entry in index["entries"]]
    assert [text for text in texts if re.search(r"\\[a-zA-Z(]|\$|\.ipynb \.md|Suggest edit", text)] == []


def test_it_is_worked_by_keyboard_and_says_how_many_were_found(page, site):
    search(page, "softmax")
    assert re.fullmatch(r"\d+ results", page.locator(".search-status[role=status]").inner_text())
    focused = "document.activeElement"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(f"{focused}.href").endswith("mnist-from-scratch.html#softmax")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.type(" r")
    assert page.evaluate(f"{focused}.value") == "softmax r"
    page.keyboard.press("Escape")
    assert page.locator("dialog.search-dialog").is_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax")  # what was there is selected
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#term-softmax")
    page.goto((site / "book/xor.html").as_uri())
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("/")  # WCAG 2.1.4: a reader may not want keys of one character
    assert page.locator("dialog[open]").count() == 0
    page.reload()


def test_a_button_opens_it_and_what_is_beside_it_closes_it(page):
    page.locator("[data-search]:visible").first.click()
    field = page.locator("dialog.search-dialog input")
    assert page.evaluate("document.activeElement.name") == field.get_attribute("name")
    page.mouse.click(5, 5)
    assert field.is_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_it_keeps_no_reader_out_and_fits_a_phone(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740})
    search(page, "cross entropy")
    assert barriers(page) == []
    box = page.locator("dialog.search-dialog").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    found = page.locator(".search-found")
    assert found.evaluate("box => box.scrollWidth <= box.clientWidth")
    page.keyboard.press("Escape")


def test_the_page_of_the_search_takes_a_query(page, site):
    page.goto(f"{(site / 'search.html').as_uri()}?q=dead+unit")
    first = page.locator(".search-results a").first
    assert first.get_attribute("href").endswith("glossary.html#term-dead-unit")
    page.locator("main input").fill("einsum")
    page.wait_for_function("location.search === '?q=einsum'")
    first.click()
    page.wait_for_url("**/backpropagation.html#the-same-as-a-sum-over-paths")


def test_without_scripts_its_links_lead_to_a_page_that_says_what_else_there_is(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((site / "book/xor.html").as_uri())
        page.locator("[data-search]:visible").first.click()
        page.wait_for_url("**/search.html")
        page.locator("noscript a", has_text="index").click()
        page.wait_for_url("**/genindex.html")


def test_nothing_of_sphinx_s_own_search_is_left(site):
    names = ["searchindex.js", "_static/searchtools.js", "_static/language_data.js"]
    assert [name for name in names if (site / name).exists()] == []
