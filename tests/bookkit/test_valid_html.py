"""Each fault of the packages behind the pages breaks a rule, and is mended; what is right stays as it is."""

import pytest
from bookkit.pages.html_mends import PLAIN
from bookkit.pages.valid_html import MENDS, make_valid
from bs4 import BeautifulSoup

from tests.html_rules import RULES, broken_rules

FAULTS = {
    "one_viewport": '<head><meta name="viewport"><meta name="viewport"></head>',
    "words_in_summaries": "<details><summary><p>Show</p><p>Hide</p></summary></details>",
    "types_of_buttons": "<p><button>Do</button></p>",
    "names_of_controls": '<p><button type="button" title="Do"></button><a href="#" title="Go"></a></p>',
    "submit_buttons": '<form action="search.html"><input name="q"></form>',
    "plain_ids": '<p id="book/xor-solution-1"><a href="#book/xor-solution-1">a</a></p>',
    "native_elements": '<div role="list"><div role="listitem">a</div></div><main role="main"></main>'
    '<article><p class="caption" role="heading" aria-level="2">Part I</p></article><div role="region"></div>',
    "bodies_of_tables": "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>",
    "words_in_headings": "<h1> </h1>",
    "attributes_once": '<script defer="defer" src="a.js"></script>',
}


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_every_rule_has_an_example():
    assert {rule.__name__ for rule in RULES} == FAULTS.keys()


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_breaks_a_rule_and_is_mended(rule):
    soup = parsed(FAULTS[rule])
    assert [line.split(":")[0] for line in broken_rules(soup)] == [rule] * len(broken_rules(soup)) != []
    make_valid(None, soup, {})
    assert broken_rules(soup) == []


def test_every_mend_mends_one_of_the_faults():
    for mend in MENDS:
        soup = parsed("".join(FAULTS.values()))
        before = str(soup)
        mend(soup)
        assert str(soup) != before, mend.__name__


def test_links_follow_the_ids_that_are_renamed():
    soup = parsed(FAULTS["plain_ids"] + '<a href="https://example.org/#a/b">b</a>')
    make_valid(None, soup, {})
    here, elsewhere = soup.find_all("a")
    assert here["href"] == f"#{soup.p['id']}"
    assert elsewhere["href"] == "https://example.org/#a/b"


def test_what_is_right_stays_as_it_is():
    html = (
        '<form action="s"><button type="submit">Go</button></form><table><tbody><tr></tr></tbody></table>'
        '<a href="#a" title="b">c</a><ul role="list"><li>d</li></ul><h2>e</h2><br>'
    )
    soup = parsed(html)
    make_valid(None, soup, {})
    assert soup.decode(formatter=PLAIN) == html
