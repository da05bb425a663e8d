"""A page of the site on paper."""

import re
import shutil
import subprocess

import pytest

# What could stand alone or mean nothing on paper: a sign that folds, a button, a bar.
SEEN_ON_SCREEN_ONLY = (
    "summary::before, .headerlink, .report-link, .copy, .prev-next-footer, .bd-header-article"
)
STILL_SHOWN = """
(selectors) => selectors.split(", ").filter((selector) => {
  const [element, pseudo] = selector.split("::");
  return [...document.querySelectorAll(element)].some(
    (found) => getComputedStyle(found, pseudo && `::${pseudo}`).display !== "none" &&
      (pseudo ? getComputedStyle(found, `::${pseudo}`).content !== "none" : found.offsetParent !== null));
})
"""


@pytest.fixture(scope="module")
def page(site, browser):
    """A chapter in dark colours, which paper has not."""
    with browser.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.goto((site / "book/xor.html").as_uri())
        page.wait_for_selector("html[data-theme=dark]")
        yield page


def test_sheets_are_numbered_and_hold_what_is_folded(page, site, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext; Debian's package poppler-utils has it")
    page.pdf(path=tmp_path / "xor.pdf", format="A4", prefer_css_page_size=True)
    command = ["pdftotext", tmp_path / "xor.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sheets = text.removesuffix("\f").split("\f")
    assert len(sheets) > 10
    assert all(f"{number} / {len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1))
    for folded in ("details.solution pre", "details.figure-code pre", "details.hint p"):
        words = page.locator(folded).first.evaluate("(tag) => tag.textContent").split()[:3]
        assert re.search(r"\s+".join(map(re.escape, words)), text), folded


def test_paper_is_light_and_has_no_signs_to_click(page):
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 29, 26)"
    assert page.evaluate(STILL_SHOWN, SEEN_ON_SCREEN_ONLY) == []
    page.emulate_media(media="screen")
