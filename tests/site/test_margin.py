"""The margin: notes of citations and claims stand beside the text, and run into nothing."""

import pytest

PAGES = ["book/backpropagation.html", "book/tensors.html", "book/linear-models.html"]
BESIDE = """
() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((part) => part.checkVisibility());
  const notes = seen(".margin-note");
  const others = ".cell_input, .output, figcaption, div.math, .admonition, .quiz, .table-box, h2, h3, p, .margin-note";
  const faults = notes.flatMap((note) => seen(others).filter((part) => {
    if (part === note || part.contains(note) || note.contains(part)) return false;
    const [a, b] = [note, part].map((one) => {
      const letters = document.createRange(); // the box of a heading reaches out, for signs that are not seen
      letters.selectNodeContents(one);
      return (one.matches("h2, h3") ? letters : one).getBoundingClientRect();
    });
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  }).map((part) => `${note.textContent.slice(0, 40)} and ${part.className || part.tagName}`));
  return { count: notes.length, faults };
}
"""  # noqa: E501


@pytest.mark.parametrize("name", PAGES)
def test_notes_run_into_nothing_and_are_not_there_without_a_margin(browser, site, name):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((site / name).as_uri(), wait_until="domcontentloaded")
        for width in (1280, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            # What is far from the screen has a height that is a guess, and may reach over what follows.
            page.add_style_tag(content="article section { content-visibility: visible !important; }")
            beside = page.evaluate(BESIDE)
            assert beside["count"] > 10
            assert beside["faults"] == []
        page.set_viewport_size({"width": 1100, "height": 800})
        assert page.evaluate(BESIDE)["count"] == 0


def test_a_mark_shows_its_claims_and_is_no_stop_of_the_keyboard(browser, site):
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto((site / PAGES[0]).as_uri(), wait_until="domcontentloaded")
        mark = page.locator(".claim-mark", has_text="claims").first
        count = int(mark.inner_text().split()[-2])
        assert mark.get_attribute("tabindex") == "-1"
        mark.hover()
        page.locator(".preview:popover-open").wait_for()
        assert page.locator(".preview li").count() == count
        mark.click()
        page.wait_for_url("**/claims.html#claims-of-book-backpropagation-*")
        assert page.locator("tr:target").count() == 1
        page.go_back()
        page.locator(".chapter-times a[href^='claims.html#']").click()
        page.wait_for_url("**/claims.html#claims-of-book-backpropagation")
