"""What a link leads to, shown beside it; and the keys that turn pages."""

import pytest

CHAPTER = "book/backpropagation.html"
# A link to each kind of place, and what its preview shows.
KINDS = {
    "term": ("a[href$='#term-gradient']", "derivatives of one number"),
    "equation": ("a.reference[href^='#equation-']", "("),
    "citation": (".bibtex-citation a", "Nature"),
    "figure": ("a.reference[href^='#fig-']", "Fig."),
    "page": ("a[href='multilayer-perceptrons.html']", "Multilayer perceptrons"),
}


@pytest.fixture
def page(browser, site):
    with browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto((site / CHAPTER).as_uri(), wait_until="domcontentloaded")
        yield page


def link_to(page, kind: str):
    return page.locator(f"article {KINDS[kind][0]}:not(.headerlink):visible").first


def preview(page):
    return page.locator("main .preview:popover-open")  # in a landmark


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_shows_what_it_leads_to(page, kind):
    link = link_to(page, kind)
    link.scroll_into_view_if_needed()
    page.wait_for_timeout(300)  # what comes near the screen is laid out
    height = page.evaluate("document.documentElement.scrollHeight")
    link.hover()
    preview(page).wait_for()
    assert KINDS[kind][1] in preview(page).inner_text()
    assert preview(page).locator("img, svg").count() == (kind == "figure")
    assert preview(page).locator("a, button, [id]:not(svg *)").count() == 0
    assert page.evaluate("document.documentElement.scrollHeight") == height  # nothing moved
    assert link.get_attribute("title") is None  # no second note of the same
    if kind != "equation":
        assert link.get_attribute("aria-describedby") == preview(page).get_attribute("id")


def test_a_preview_stays_while_the_pointer_is_on_it_and_goes_when_it_is_away(page):
    link_to(page, "term").hover()
    preview(page).wait_for()
    preview(page).hover()
    page.wait_for_timeout(600)
    assert preview(page).is_visible()
    page.mouse.move(1, 400)
    preview(page).wait_for(state="hidden")
    assert link_to(page, "term").get_attribute("aria-describedby") is None


def test_a_preview_comes_with_the_focus_and_goes_with_it_or_with_esc(page):
    link = link_to(page, "citation")
    title = link.get_attribute("title")
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    preview(page).wait_for()
    assert page.evaluate("document.activeElement.matches('.bibtex-citation a')")
    page.keyboard.press("Escape")
    preview(page).wait_for(state="hidden")
    assert link.get_attribute("title") == title
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    preview(page).wait_for()
    page.keyboard.press("Shift+Tab")
    page.wait_for_function(
        "document.querySelector('.preview:popover-open')?.textContent.includes('Nature') !== true"
    )


def test_a_first_tap_shows_and_a_second_follows(browser, site):
    with browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.goto((site / CHAPTER).as_uri(), wait_until="domcontentloaded")
        link = link_to(page, "term")
        link.tap()
        preview(page).wait_for()
        box = preview(page).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        page.locator("article h1").tap()
        preview(page).wait_for(state="hidden")
        link.tap()
        preview(page).wait_for()
        link.tap()
        page.wait_for_url("**/glossary.html#term-gradient")


def test_what_cannot_be_shown_is_followed_at_once(browser, site):
    with browser.new_context(has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.route("**/previews/**", lambda route: route.abort())
        page.goto((site / CHAPTER).as_uri(), wait_until="domcontentloaded")
        link_to(page, "term").tap()
        page.wait_for_url("**/glossary.html#term-gradient")


# ------------------------------------------------------------------------------------------------------ keys


def at(page) -> str:
    return page.url.rsplit("/", 1)[1]


def test_arrows_turn_the_pages(page):
    following, before = (
        page.locator(f"a.{side}").get_attribute("href") for side in ("right-next", "left-prev")
    )
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/{following}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/{CHAPTER}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/{before}")


def test_keys_that_belong_to_a_field_a_box_or_the_browser_are_left_to_them(page):
    address = page.url
    form = page.locator("form.quiz[data-kind=one]").first
    form.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    page.locator("article").evaluate(
        "article => article.insertAdjacentHTML('afterbegin', '<pre tabindex=0>a</pre>')"
    )
    page.locator("pre[tabindex]").first.focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_timeout(300)
    assert page.url == address
    assert form.get_by_role("radio").nth(1).is_checked()


def test_the_keys_are_listed_and_can_be_switched_off(page):
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    assert page.evaluate("localStorage.getItem('nnbook-keys')") == "off"
    page.wait_for_timeout(300)  # a browser stores a little later
    page.reload(wait_until="domcontentloaded")
    page.locator("html[data-keys=off]").wait_for(state="attached")
    address, theme = page.url, page.evaluate("document.documentElement.dataset.mode")
    for key in ("ArrowRight", "t", "?", "/"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert (page.url, page.evaluate("document.documentElement.dataset.mode")) == (address, theme)
    assert page.locator("dialog[open]").count() == 0
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("dialog", name="Keys").get_by_role("checkbox").check()
    page.get_by_role("dialog", name="Keys").get_by_role("button", name="Close").click()
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.mode") != theme
