"""What counts as done, what previews show of a page, and what stands in its margin."""

import json

import pytest
from bookkit.reading.citations import add_notes
from bookkit.reading.claim_marks import words
from bookkit.reading.previews import places
from bs4 import BeautifulSoup

from tests.bookkit import small_book

ARTICLE = """
<head><meta name="description" content="What a &lt; b says."></head>
<article><section id="page"><h1>Page<a class="headerlink" href="#page">#</a></h1>
<section id="one"><span id="label"></span><h2>One<a class="headerlink" href="#one">#</a></h2>
<p>First, <a href="glossary.html"><span id="use">a term</span></a>.</p><p>Second.</p>
<div class="math" id="equation-a"><span class="eqno">(1)<a class="headerlink" href="#equation-a">#</a></span>a = b</div>
<figure id="fig-a"><svg></svg><figcaption><p>Fig. 1</p></figcaption></figure>
<div class="exercise" id="ex-a"><p class="admonition-title">Exercise 1</p><section><p>Show it.</p><p>Then</p></section></div>
<dl><dt id="term-bias">bias</dt><dd><p>A number.</p><p>→ <a href="#">Page</a></p></dd></dl>
<div class="citation" id="id3"><span>[1]</span><p>A. Author. A title.</p></div>
</section></section></article>
"""  # noqa: E501


def test_previews_show_what_a_place_says_and_lead_nowhere():
    soup = BeautifulSoup(ARTICLE, "html.parser")
    one = '<p class="preview-title">One</p><p>First, <span>a term</span>.</p>'
    assert dict(places(soup, soup.article)) == {
        "": '<p class="preview-title">Page</p><p>What a &lt; b says.</p>',
        "term-bias": "<p>A number.</p>",
        "equation-a": '<div class="math"><span class="eqno">(1)</span>a = b</div>',
        "id3": "<p>A. Author. A title.</p>",
        "fig-a": "<figcaption><p>Fig. 1</p></figcaption>",
        "ex-a": '<p class="preview-title">Exercise 1</p><p>Show it.</p>',
        "one": one,
        "label": one,
    }
    assert str(soup) == str(BeautifulSoup(ARTICLE, "html.parser"))  # the page itself is as it was


def previews(book, page: str) -> dict[str, str]:
    text = (book / f"_build/html/_static/previews/book/{page}.js").read_text(encoding="utf-8")
    assert text.startswith(f'nnbookPreviews("book/{page}", {{')
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def test_previews_are_as_new_as_their_page_and_go_with_it(settled):
    small_book.add(settled, "figure.md", "## A new section\n\nWith a first sentence.")
    small_book.succeeds(small_book.make(settled, *small_book.STRICT))
    assert "With a first sentence." in previews(settled, "figure")["a-new-section"]

    small_book.replace(settled, "_toc.yml", "  - file: book/figure\n", "")
    (settled / "book/figure.md").unlink()
    small_book.make(settled)
    kept = settled.glob("_build/html/_static/previews/book/*.js")
    assert {path.stem for path in kept} == {"index", "page"}


def test_the_panel_and_the_pages_agree_on_what_there_is_to_do(settled):
    small_book.replace(
        settled, "_toc.yml", "  - caption: Pages\n", "  - caption: Pages\n    numbered: true\n"
    )
    small_book.add(settled, "page.md", "## One\n\nText.\n\n### Of one\n\nText.\n\n## Two\n\nText.")
    small_book.add(settled, "index.md", "## Mine\n\n```{reading-progress}\n```")
    small_book.succeeds(small_book.make(settled))  # a chapter of two sections is not what the lints expect
    soup = {
        name: BeautifulSoup((settled / f"_build/html/book/{name}.html").read_text(), "html.parser")
        for name in ("index", "page", "figure")
    }
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td")]
        for row in soup["index"].select(".progress-table tbody tr")
    ]
    counting = [page for page in soup.values() if page.article.get("data-progress")]
    assert [row[:2] for row in rows] == [["1A page", "2"], ["2A figure", "0"], ["The whole book", "2"]]
    assert ["A page" in counting[0].h1.get_text(), "A figure" in counting[1].h1.get_text()] == [True, True]
    assert int(rows[-1][1]) == sum(len(page.select("article > section > section")) for page in counting)
    assert int(rows[-1][3]) == sum(len(page.select(".exercise-done")) for page in counting)


# ------------------------------------------------------------------------------------------------ the margin

LONG = "word " * 100
REFERENCE = '<div class="citation" id="id3"><p>A. Author. <em>A title</em>, 1986. doi:10.1/2.3.</p></div>'


def with_notes(paragraph: str) -> str:
    citation = '<span class="bibtex-citation">[<a href="#id3">1</a>]</span>'
    article = f"<article><section>{paragraph.format(citation=citation)}{REFERENCE}</section></article>"
    soup = BeautifulSoup(article, "html.parser")
    add_notes(None, soup, {})
    for note in soup.select(".margin-note"):
        note.replace_with(f"|{note.get_text()}|")
    return soup.p.get_text()


def test_a_note_stands_beside_its_citation_without_addresses():
    assert with_notes(f"<p>Said {{citation}}. {LONG}</p>") == f"Said |1 A. Author. A title, 1986.|[1]. {LONG}"


def test_a_note_that_would_reach_below_its_paragraph_begins_higher():
    long_reference = REFERENCE.replace("A title", "A very long title " * 15)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "REFERENCE", long_reference)
        before, _, after = with_notes(f"<p>{LONG}as is said {{citation}}.</p>").split("|")
    assert before + after == f"{LONG}as is said [1]."
    assert before.endswith("word ")  # between two words
    assert 136 < len(after) < 350  # the note has 8 lines, a line of the text 68 characters
    assert with_notes("<p>Said {citation}.</p>").startswith("Said |")


def test_citations_in_cards_have_no_notes():
    assert "|" not in with_notes('<div class="admonition"><section><p>Said {citation}.</p></section></div>')


@pytest.mark.parametrize(
    ("values", "low", "high", "said"),
    [
        ([0.91666], 0.9, 1, "claim: 0.917 in [0.9, 1]"),
        ([-2e-7], None, 0, "claim: −2e−07 ≤ 0"),
        ([3], 1, None, "claim: 3 ≥ 1"),
        ([6], 6, 6, "claim: 6 = 6"),
        ([1, 2], 0, 3, "claim: 2 values in [0, 3]"),
        ([True], True, True, "claim"),
    ],
)
def test_a_mark_says_value_and_bounds(values, low, high, said):
    claim = {"text": "it is so", "values": values, "low": low, "high": high}
    assert words([claim]) == said
    assert words([claim, claim]) == "2 claims"
