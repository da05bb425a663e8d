"""The cover, the page where no page is, and what the site says of itself to others."""

import re
from collections.abc import Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from bookkit.addresses import ROOT, addresses, chapters, pages
from bookkit.sharing.crawlers import NAMESPACE
from bookkit.sharing.edition import edition
from bs4 import BeautifulSoup
from PIL import Image

from tests.html_rules import broken_rules

SITE = addresses().site
FOLDER = urlsplit(SITE).path  # where the server has the site
OWN = ["search", "genindex"]  # pages that no author wrote
TELLING = ["book/index", "book/backpropagation", "book/glossary", "genindex", "search", "404", "index"]

# The elements of a page as a browser understands its text, each with its depth.
UNDERSTOOD = """
(text) => {
  const depth = (tag) => { let n = 0; while ((tag = tag.parentElement)) n++; return n; };
  const all = new DOMParser().parseFromString(text, "text/html").querySelectorAll("*");
  return [...all].map((tag) => `${depth(tag)} ${tag.localName.toLowerCase()}`);
}
"""


@pytest.fixture(scope="module")
def page_of(site):
    """The parsed HTML of a page, by its name without the suffix."""
    return cache(
        lambda name: BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    )


@pytest.fixture(scope="module")
def head_of(site):
    """The parsed head of a page, which takes a hundredth of the time of the whole."""

    def head(name: str) -> BeautifulSoup:
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        return BeautifulSoup(text.partition("</head>")[0], "html.parser")

    return head


@pytest.fixture(scope="module")
def published(site) -> Iterator[str]:
    """The address of a server that has the site in the folder where it is published, and shows 404.html."""

    class Published(SimpleHTTPRequestHandler):
        def translate_path(self, path):
            inside = path.startswith(FOLDER)
            return super().translate_path(path.removeprefix(FOLDER) if inside else "/nowhere")

        def send_error(self, code, *args):
            content = Path(self.directory, "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Published, directory=site)) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}{FOLDER}"
        server.shutdown()


def content(soup: BeautifulSoup, name: str) -> str:
    """What a line of the head says."""
    return soup.select_one(f"meta[name='{name}'], meta[property='{name}']")["content"]


def test_every_page_says_what_it_is_and_where(head_of, site):
    descriptions, addresses_said = [], []
    for name in [*pages(), "genindex"]:
        soup = head_of(name)
        descriptions.append(content(soup, "description"))
        addresses_said.append(soup.select_one("link[rel=canonical]")["href"])
        assert content(soup, "og:url") == addresses_said[-1] == f"{SITE}{name}.html"
        assert content(soup, "og:description") == descriptions[-1]
        with Image.open(site / content(soup, "og:image").removeprefix(SITE)) as picture:
            assert picture.size == (1200, 630)
    assert len(set(descriptions)) == len(descriptions)
    assert [text for text in descriptions if not 40 <= len(text) <= 300] == []


def test_each_chapter_has_a_picture_of_its_own_and_all_are_small(head_of, site):
    shown = [content(head_of(name), "og:image") for name in chapters()]
    assert len(set(shown)) == len(shown) == len(chapters())
    files = [site / address.removeprefix(SITE) for address in shown]
    assert max(path.stat().st_size for path in files) < 60_000


def test_search_and_404_are_not_to_be_found_by_a_search(head_of):
    for name in ["search", "404"]:
        assert content(head_of(name), "robots") == "noindex"
        assert content(head_of(name), "description")


def test_the_title_of_a_chapter_has_its_number(head_of):
    assert head_of("book/xor").title.get_text().startswith("5. XOR")
    assert not head_of("book/glossary").title.get_text()[0].isdigit()


def test_titles_are_not_doubled(head_of):
    for name in ["book/index", "index", "book/xor", *OWN, "404"]:
        assert head_of(name).title.get_text().count("Line by Line") == 1, name


def test_the_front_door_can_be_shared(head_of):
    door = head_of("index")
    for line in ["description", "og:title", "og:image", "twitter:card"]:
        assert content(door, line) == content(head_of("book/index"), line)
    assert door.select_one("link[rel=icon]")["href"] == "_static/favicon.svg"


def test_the_site_map_lists_every_page_once_in_order(site):
    listed = ElementTree.parse(site / "sitemap.xml").iterfind(f"{{{NAMESPACE}}}url/{{{NAMESPACE}}}loc")
    assert [place.text for place in listed] == [f"{SITE}{name}.html" for name in pages()]
    assert f"Sitemap: {SITE}sitemap.xml" in (site / "robots.txt").read_text()
    assert (site / ".nojekyll").exists()


def test_every_footer_leads_to_how_to_cite_this_edition(page_of, site):
    for name in ["book/index", "book/xor", "genindex", "book/how-to-use"]:
        link = page_of(name).find("a", string="How to cite")
        path, anchor = link["href"].split("#")
        page = site / f"{name}.html"
        assert (page.parent / path if path else page).resolve() == site / "book/how-to-use.html"
    section = page_of("book/how-to-use").find(id=anchor).get_text()
    known = edition(ROOT)
    title = f"title = {{{{{page_of('book/index').h1.find(string=True)}}}}}"
    for line in (title, f"edition = {{{known.version}}}", f"date = {{{known.day}}}", f"url = {{{SITE}}}"):
        assert line in section


@pytest.mark.parametrize("name", TELLING)
def test_html_is_valid(name, page_of):
    assert broken_rules(page_of(name)) == []


def test_a_browser_understands_each_page_as_it_is_written(browser, page_of, site):
    with browser.new_context() as context:
        blank = context.new_page()
        for name in TELLING:
            tags = page_of(name).find_all(True)
            written = [f"{len(list(tag.parents)) - 1} {tag.name.lower()}" for tag in tags]
            understood = blank.evaluate(UNDERSTOOD, (site / f"{name}.html").read_text(encoding="utf-8"))
            other = [pair for pair in zip(written, understood, strict=False) if pair[0] != pair[1]]
            assert (other[:1], len(written)) == ([], len(understood)), name


def test_the_road_on_the_cover_has_the_numbers_of_the_chapters(page_of):
    shares = []
    for stop in page_of("book/index").select(".cover-stop"):
        share, chapter = stop.select_one(".pasted-text").get_text(), stop.a["href"].removesuffix(".html")
        shares.append(float(share.removesuffix(" %")))
        said = re.findall(r"(\d+\.\d+) %", page_of(f"book/{chapter}").article.get_text())
        assert shares[-1] in [round(float(number), 1) for number in said]
        low, high = map(float, stop.select(".pasted-text")[1].get_text().split(" to "))
        assert low < shares[-1] < high
    assert len(shares) == 3
    assert shares == sorted(shares)


def test_the_cards_have_all_chapters_in_order_and_their_times(page_of):
    cards = page_of("book/index").select(".cover-part")
    listed = [
        [f"book/{link['href'].removesuffix('.html')}" for link in card.select("li a")] for card in cards
    ]
    assert [name for names in listed for name in names] == list(chapters())
    for card, names in zip(cards, listed, strict=True):
        times = [page_of(name).select_one(".chapter-times").get_text() for name in names]
        minutes = sum(int(re.search(r"about (\d+) minutes", time)[1]) for time in times)
        said = dict(re.findall(r"(\d+) (h|min)", card.select_one(".reading-time").get_text()))
        hours, rest = divmod(minutes, 60)
        assert {unit: int(number) for number, unit in said.items()} == {
            unit: number for unit, number in {"h": hours, "min": rest}.items() if number
        }
        assert card.select_one("svg path")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1280, "dark"), (360, "light")])
def test_the_cover_is_whole_on_every_screen_and_without_scripts(browser, site, width, scheme):
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=False
    ) as context:
        page = context.new_page()
        page.goto((site / "book/index.html").as_uri())
        column, figure = page.locator("article > section"), page.locator("#fig-cover :is(img, svg)").first
        assert figure.bounding_box()["width"] > 0.8 * column.bounding_box()["width"]
        start = page.get_by_role("link", name="Start reading")
        assert start.bounding_box()["y"] + start.bounding_box()["height"] < 900  # seen without scrolling
        assert page.locator(".continue-reading").is_hidden()
        assert page.locator(".bd-sidebar-primary").is_hidden() or width < 1000


def test_who_came_to_a_wrong_address_can_search_and_choose(browser, published):
    with browser.new_context(viewport={"width": 360, "height": 800}, reduced_motion="reduce") as context:
        page, failed = context.new_page(), []
        page.on("response", lambda answer: answer.status >= 400 and failed.append(answer.url))
        wrong = f"{published}book/no/such/page.html"
        page.goto(wrong)
        assert failed == [wrong]  # and nothing that the page loads
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("article nav a").count() >= len(pages()) - 1
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [rule["help"] for rule in violations] == []
        page.locator("article input[name=q]").fill("softmax")
        page.locator("article form [type=submit]").click()
        page.wait_for_url(f"{published}search.html?q=softmax")
        page.locator(".search-results a").first.wait_for()
