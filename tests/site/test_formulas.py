"""Formulas in a browser: without scripts, copied as TeX, scrolled by keyboard, as high as a line of text."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.site.widths import measured

HARD = "backpropagation"
WIDE = "multilayer-perceptrons"
BUDGET = 60 * 1024  # bytes of the font and the script of the formulas


@pytest.fixture(scope="module")
def phone(browser, site) -> Iterator[Page]:
    """A page with wide formulas on a phone; it may copy."""
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.goto((site / f"book/{WIDE}.html").as_uri())
        page.evaluate("document.fonts.ready.then(() => true)")
        yield page


def copied(page: Page, selector: str) -> dict[str, str]:
    """What a reader copies who selects the elements that match, from the first to the last."""
    return page.evaluate(
        """(selector) => {
          const found = [...document.querySelectorAll(selector)];
          getSelection().setBaseAndExtent(found[0], 0, found.at(-1), found.at(-1).childNodes.length);
          const event = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), cancelable: true });
          document.dispatchEvent(event);
          const { types } = event.clipboardData;
          return Object.fromEntries([...types].map((type) => [type, event.clipboardData.getData(type)]));
        }""",
        selector,
    )


def test_formulas_are_drawn_without_scripts_in_their_font(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((site / f"book/{HARD}.html").as_uri())
        formula = page.locator("#equation-eq-bp-da math")
        assert formula.is_visible()
        assert "Book Math" in formula.evaluate("element => getComputedStyle(element).fontFamily")
        heights = [letter.bounding_box()["y"] for letter in formula.locator("mi").all()]
        assert max(heights) > min(heights) + 8  # shapes stand below their factors


def test_a_brace_is_drawn_from_end_to_end(browser, site):
    # Chromium draws in squares; of a brace that it takes to be in one of them it would draw no more.
    with browser.new_context(viewport={"width": 1100, "height": 800}, device_scale_factor=1.5) as context:
        page = context.new_page()
        page.goto((site / f"book/{HARD}.html").as_uri())
        page.evaluate("document.fonts.ready.then(() => true)")
        braces = page.locator("munder > mo", has_text="⏟")
        assert braces.count() > 1
        for brace in braces.all():
            brace.scroll_into_view_if_needed()
            box = brace.locator("xpath=preceding-sibling::*").bounding_box()
            below = {"x": box["x"], "y": box["y"] + box["height"], "width": box["width"], "height": 9}
            picture = Image.open(BytesIO(page.screenshot(clip=below))).convert("L")
            columns = np.asarray(picture).astype(int)
            drawn = columns.max(axis=0) - columns.min(axis=0) > 60
            assert drawn[2:-2].all()


def test_the_font_is_there_and_small(browser, site):
    files = [site / "_static/formulas.js", *Path(site / "_static/fonts").glob("stix*.woff2")]
    assert sum(path.stat().st_size for path in files) < BUDGET
    assert (site / "_static/fonts/stix-two-math.LICENSE.txt").exists()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((site / f"book/{HARD}.html").as_uri())
        assert page.evaluate("document.fonts.load('16px Book Math').then((faces) => faces.length)") == 1


def test_what_is_copied_holds_tex(phone):
    sentence = copied(phone, "p:has(> .math, > .kept)")
    assert "$" in sentence["text/plain"]
    assert "<math" in sentence["text/html"]
    formula = phone.locator("div.math").first
    tex = formula.get_attribute("data-tex")
    assert copied(phone, "div.math:first-of-type mi")["text/plain"].strip().startswith(f"$$\n{tex}\n$$")


def test_what_holds_no_formula_is_copied_as_ever(phone):
    assert copied(phone, "article h1") == {}


def test_a_wide_formula_is_reached_and_scrolled_by_keyboard_and_no_other(phone):
    measured(phone)
    wide = phone.locator(".formula[tabindex]")
    assert wide.count() > 0
    box = wide.first
    box.focus()
    phone.keyboard.press("ArrowRight")
    phone.wait_for_function("() => document.activeElement.scrollLeft > 0")
    phone.set_viewport_size({"width": 1280, "height": 800})
    phone.wait_for_function("() => !document.querySelector('.formula[tabindex], span.math[tabindex]')")
    phone.set_viewport_size({"width": 360, "height": 800})


def test_formulas_leave_the_lines_of_a_paragraph_alone(browser, site):
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto((site / f"book/{HARD}.html").as_uri())
        page.evaluate("document.fonts.ready.then(() => true)")
        heights = page.evaluate(
            """() => [...document.querySelectorAll("article p:has(.math)")].flatMap((p) => {
              if (!p.checkVisibility()) return [];
              const line = parseFloat(getComputedStyle(p).lineHeight);
              return [[p.textContent, p.getBoundingClientRect().height, line]];
            }).filter(([, height]) => height)"""
        )
        assert len(heights) > 20
        grown = [text for text, height, line in heights if abs(height - round(height / line) * line) > 4]
        assert grown == []
