"""What a reader has done: noticed, shown, kept in the browser, saved to a file and read from one.

The pages are served: on the disk, Chromium may open the next page before what the last one stored is there.
"""

import json
import re

import pytest
from playwright.sync_api import expect

CHAPTER = "book/backpropagation"
EXERCISE = "ex-bp-shapes"
# A browser without room; one that forbids storage is shown a stand-in (html_mends.py).
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


@pytest.fixture
def context(browser):
    with browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce") as context:
        yield context


@pytest.fixture
def page(context, address):
    page = context.new_page()
    page.clock.install()
    page.goto(f"{address}{CHAPTER}.html")
    return page


def sections(page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('article > section > section[id]')].map(({ id }) => id)"
    )


def see(page, section: str, edge: str, seconds: float = 5):
    """Bring the start or the end of a section into view, and stay."""
    page.locator(f"section#{section}").evaluate(f"section => section.scrollIntoView({{block: '{edge}'}})")
    page.clock.run_for(1000 * seconds)


def panel(page, address):
    page.goto(f"{address}book/how-to-use.html")
    return page.locator(f".progress-table tr:has(a[href^='{CHAPTER.removeprefix('book/')}']) td")


def tick(page) -> str | None:
    mark = page.locator(f".bd-links a[href='{CHAPTER.removeprefix('book/')}.html'] .progress-mark")
    return mark.get_attribute("aria-label") if mark.count() else None


def test_a_section_is_read_when_its_end_has_been_in_view_for_a_while_after_its_start(page):
    first, second, *_ = sections(page)
    read = f"nnbookProgress.state.pages['{CHAPTER}'].read"
    see(page, second, "end")
    assert page.evaluate(read) == []  # nobody has been at its start
    see(page, second, "start", seconds=0.5)
    see(page, second, "end", seconds=1.5)
    assert second not in page.evaluate(read)  # too quick
    see(page, second, "start")
    see(page, second, "end")
    assert second in page.evaluate(read)
    page.reload()
    assert second in page.evaluate(read)
    assert page.locator(f".page-toc a[href='#{second}'] [aria-label=read]").count() == 1
    assert page.locator(f".page-toc a[href='#{first}'] [aria-label=read]").count() == 0


def test_the_sidebar_tells_a_chapter_begun_from_one_that_is_read(page, address):
    assert page.locator(".progress-mark").count() == 0
    for section in sections(page)[:-1]:
        see(page, section, "start")
        see(page, section, "end")
    page.goto(f"{address}book/how-to-use.html")
    assert tick(page) == "partly read"
    page.goto(f"{address}{CHAPTER}.html")
    see(page, sections(page)[-1], "start")
    see(page, sections(page)[-1], "end")
    page.goto(f"{address}book/how-to-use.html")
    assert tick(page) == "read"


def test_one_goes_on_where_one_was(page, address):
    section = sections(page)[2]
    see(page, section, "start", seconds=10)
    heading = page.locator(f"section#{section} > h2 .section-number").inner_text().strip(" .")
    panel(page, address)
    link = page.locator("article a.continue-reading")
    assert link.inner_text().startswith(f"Continue at {heading} ")
    link.click()
    page.wait_for_url(f"**/{CHAPTER}.html#{section}")


def test_exercises_are_done_when_the_reader_or_a_checker_says_so(page, address):
    box = page.locator(f"#{EXERCISE}").get_by_role("checkbox")
    box.scroll_into_view_if_needed()
    number = page.locator(f"#{EXERCISE} .caption-number").text_content().strip()
    assert page.get_by_role("checkbox", name=f"Done {number}").count() == 1
    box.check()
    page.reload()
    assert box.is_checked()
    box.uncheck()
    page.evaluate(f"nnbookProgress.exercise('{EXERCISE}', true)")
    assert box.is_checked()
    page.evaluate("nnbookProgress.exercise('no-such-exercise', true)")
    assert panel(page, address).nth(3).inner_text().startswith("1 of ")


def test_the_panel_counts_answers_and_adds_up(page, address):
    form = page.locator("form.quiz[data-kind=one]").first
    form.get_by_role("radio").first.check()
    form.get_by_role("button", name="Check").click()
    assert panel(page, address).nth(2).inner_text().startswith("1 of ")
    whole = page.locator(".progress-table tbody tr").last.locator("td").nth(2).inner_text()
    done, there_are = map(int, whole.split(" of "))
    assert (done, there_are >= 10) == (1, True)


def test_what_was_done_goes_to_another_browser_as_a_file(page, browser, address, tmp_path):
    page.evaluate(f"nnbookProgress.exercise('{EXERCISE}')")
    page.evaluate(f"localStorage.setItem('nnbook-quiz:{CHAPTER}:quiz-bp-order', 'kept')")
    see(page, sections(page)[1], "start")
    see(page, sections(page)[1], "end")
    before = panel(page, address).all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)

    with browser.new_context() as other:
        page = other.new_page()
        row = panel(page, address)
        assert row.all_inner_texts() != before
        page.locator(".progress-panel input[type=file]").set_input_files(path)
        page.get_by_role("status").get_by_text("was added").wait_for()
        assert row.all_inner_texts() == before
        assert page.get_by_role("link", name="Continue at").count() == 1


@pytest.mark.parametrize(
    "content",
    ["no JSON", "null", "[]", '{"nnbook": "progress"}', '{"nnbook": "progress", "progress": {"version": 2}}'],
)
def test_a_bad_file_changes_nothing_and_is_said_to_be_bad(page, address, content):
    page.evaluate(f"nnbookProgress.exercise('{EXERCISE}')")
    before = panel(page, address).all_inner_texts()
    file = {"name": "mine.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator(".progress-panel input[type=file]").set_input_files(file)
    page.get_by_text("“mine.json” is not a file that this page has saved; nothing was changed.").wait_for()
    assert panel(page, address).all_inner_texts() == before


def test_a_file_cannot_lead_out_of_the_book(page, address):
    last = {"page": "javascript:alert(1)//", "section": "", "title": "here"}
    content = {"nnbook": "progress", "progress": {"version": 1, "pages": {"//elsewhere": {}}, "last": last}}
    panel(page, address)
    file = {"name": "mine.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
    page.locator(".progress-panel input[type=file]").set_input_files(file)
    page.get_by_text("was added").wait_for()
    assert page.locator("a.continue-reading:visible").count() == 0
    assert page.evaluate("Object.keys(nnbookProgress.state.pages)") == []


def test_all_is_forgotten_after_a_question(page, address):
    page.evaluate(f"nnbookProgress.exercise('{EXERCISE}')")
    page.evaluate(f"localStorage.setItem('nnbook-quiz:{CHAPTER}:quiz-bp-order', 'kept')")
    row = panel(page, address)
    for answer, kept in {"Keep them": 1, "Forget all": 0}.items():
        page.locator(".progress-panel > p").get_by_role("button", name="Forget all").click()
        page.get_by_role("dialog").get_by_role("button", name=answer).click()
        for column in (2, 3):
            expect(row.nth(column)).to_have_text(re.compile(rf"^\s*{kept} of "))
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('nnbook-quiz'))") == []


def test_a_browser_without_room_forgets_and_nothing_fails(context, address):
    context.add_init_script(FULL)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}{CHAPTER}.html")
    page.locator(f"#{EXERCISE}").get_by_role("checkbox").check()
    assert page.evaluate(f"nnbookProgress.state.pages['{CHAPTER}'].exercises") == [EXERCISE]
    assert errors == []


def test_stored_nonsense_counts_for_nothing(page):
    for nonsense in [
        "no JSON",
        "null",
        '{"version": 1}',
        '{"version": 1, "pages": {"book/xor": 3}, "last": 7}',
    ]:
        page.evaluate("nonsense => localStorage.setItem('nnbook-progress', nonsense)", nonsense)
        page.reload()
        assert page.evaluate("nnbookProgress.state.last") is None
        assert page.locator(".bd-links .progress-mark").count() == 0


def test_without_scripts_the_panel_says_what_there_is_to_do(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        row = panel(page, address)
        assert all(text.isdecimal() for text in row.all_inner_texts()[1:])
        assert page.locator(".progress-panel").is_hidden()
        page.goto(f"{address}{CHAPTER}.html")
        assert page.locator(".exercise-done").filter(visible=True).count() == 0
