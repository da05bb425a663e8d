"""A letter of a formula and its name in the code light up together: by mouse, by tap, by focus."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

CHAPTER, FORMULA = "backpropagation", "#equation-eq-bp-chain-forward"
CELL = f"{FORMULA} ~ .cell"
LIT = """() => ({
  letters: [...document.querySelectorAll(".letter-lit")].map((letter) => letter.textContent),
  words: [...CSS.highlights.get("letter")].map((range) =>
    range.startContainer.data.slice(range.startOffset, range.endOffset)),
})"""


@pytest.fixture(scope="module")
def page(browser, site) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto((site / f"book/{CHAPTER}.html").as_uri())
        yield page


def middle_of_word(page: Page, word: str) -> tuple[float, float]:
    """Where the word stands first in the cell below the formula."""
    box = page.locator(CELL).first.evaluate(
        """(cell, word) => {
          const texts = document.createTreeWalker(cell.querySelector("pre"), NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const at = texts.currentNode.data.search(new RegExp(`\\\\b${word}\\\\b`));
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(texts.currentNode, at);
            range.setEnd(texts.currentNode, at + word.length);
            const { x, y, width, height } = range.getBoundingClientRect();
            return [x + width / 2, y + height / 2];
          }
        }""",
        word,
    )
    return tuple(box)


def test_a_letter_lights_its_name_in_the_code(page):
    letter = page.locator(f"{FORMULA} mi", has_text="z").first
    letter.scroll_into_view_if_needed()
    letter.hover()
    lit = page.evaluate(LIT)
    assert len(lit["letters"]) >= 2
    assert set(lit["letters"]) == {"z"}
    assert len(lit["words"]) >= 3
    assert set(lit["words"]) == {"z"}


def test_a_name_lights_its_letter_in_the_formula(page):
    page.locator(CELL).first.scroll_into_view_if_needed()
    page.mouse.move(*middle_of_word(page, "x"))
    lit = page.evaluate(LIT)
    assert set(lit["letters"]) == set(lit["words"]) == {"x"}


def test_nothing_is_lit_away_from_letters(page):
    page.locator(f"{FORMULA} mi").first.hover()
    assert page.evaluate(LIT)["letters"]
    page.locator("h1").hover()
    assert page.evaluate(LIT) == {"letters": [], "words": []}


def test_a_cell_with_the_focus_shows_all_its_letters(page):
    page.locator(f"{CELL} button.copy").first.focus()
    lit = page.evaluate(LIT)
    assert {"z", "w", "x", "a", "e", "y"} <= set(lit["letters"])
    assert set(lit["letters"]) == set(lit["words"])
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate(LIT) == {"letters": [], "words": []}


def test_letters_with_an_index_and_a_hat_are_names_in_code(page):
    page.locator("#equation-eq-bp-da").scroll_into_view_if_needed()
    found = page.evaluate(
        """() => {
          const names = new Set();
          for (const [k, leaf] of document.querySelectorAll("div[data-tex] mi").entries()) {
            const move = { bubbles: true, pointerType: "mouse", clientX: k };
            leaf.dispatchEvent(new PointerEvent("pointermove", move));
            for (const { startContainer, startOffset, endOffset } of CSS.highlights.get("letter"))
              names.add(startContainer.data.slice(startOffset, endOffset));
          }
          return [...names];
        }"""
    )
    assert {"W1", "W2", "Y_hat", "dZ", "dW2"} <= set(found)


def test_a_tap_lights_it_too(browser, site):
    with browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True) as context:
        page = context.new_page()
        page.goto((site / f"book/{CHAPTER}.html").as_uri())
        page.locator(f"{FORMULA} mi", has_text="w").first.tap()
        assert set(page.evaluate(LIT)["words"]) == {"w"}
