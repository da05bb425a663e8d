"""How the book is found and shared, on functions and on the small book."""

import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from bookkit.addresses import addresses, chapters
from bookkit.sharing import know_the_site, pictures
from bookkit.sharing.cite import bibtex, in_words
from bookkit.sharing.crawlers import NAMESPACE, front_door, robots, sitemap
from bookkit.sharing.drawing import WIDTH, draw
from bookkit.sharing.edition import Edition, edition
from bs4 import BeautifulSoup
from docutils import nodes
from PIL import Image

SITE = addresses().site
BOOK = "Neural Networks, Line by Line", "The authors", "https://example.org/"


@pytest.fixture
def app(tmp_path) -> SimpleNamespace:
    """As much of Sphinx as the pictures need: a book of a cover and two chapters."""
    names = ["book/index", *list(chapters())[:2]]
    titles = {name: nodes.title(text=f"The title of {name}") for name in names}
    return SimpleNamespace(
        builder=SimpleNamespace(name="html"),
        config=SimpleNamespace(root_doc="book/index"),
        env=SimpleNamespace(found_docs=set(names), titles=titles),
        outdir=str(tmp_path),
    )


def drawn(app) -> dict[str, int]:
    """The pictures in the site, and when each was written."""
    files = Path(app.outdir, pictures.FOLDER).glob("*.png")
    return {path.name: path.stat().st_mtime_ns for path in files}


def test_a_picture_has_the_size_that_is_asked_for_and_is_small_and_the_same_each_time():
    picture = draw("Tensors and automatic differentiation", 1, "k" * 64)
    image = Image.open(BytesIO(picture))
    assert image.size == (1200, 630) == (pictures.WIDTH, pictures.HEIGHT)
    assert len(picture) < 60_000
    assert picture == draw("Tensors and automatic differentiation", 1, "k" * 64)
    assert picture != draw("Tensors and automatic differentiation", 2, "k" * 64)


@pytest.mark.parametrize(
    "title", ["XOR", "A title of so many words that two lines of the largest letters cannot hold it"]
)
def test_a_title_stays_inside_its_picture(title):
    image = Image.open(BytesIO(draw(title, 3, "k"))).convert("L")
    edges = [image.crop((0, 0, 70, 630)), image.crop((WIDTH - 70, 0, WIDTH, 630))]
    assert all(edge.getextrema()[0] > 200 for edge in edges)


def test_pictures_are_drawn_once_and_again_only_under_another_title_or_look(app, monkeypatch):
    pictures.draw_pictures(app, None)
    first, second = (f"{name.rpartition('/')[2]}.png" for name in list(chapters())[:2])
    before = drawn(app)
    assert before.keys() == {"book.png", first, second}
    pictures.draw_pictures(app, None)
    assert drawn(app) == before
    app.env.titles[next(iter(chapters()))] = nodes.title(text="Another title")
    pictures.draw_pictures(app, None)
    assert {name for name, time in drawn(app).items() if time != before[name]} == {first}
    before = drawn(app)
    monkeypatch.setattr(pictures, "look", lambda: "another")
    pictures.draw_pictures(app, None)
    assert all(time != before[name] for name, time in drawn(app).items())


def test_an_edition_is_of_the_day_that_the_environment_or_the_repository_names(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert edition(tmp_path) == Edition("1.2.0", None)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-04T12:00:00Z")
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    assert edition(tmp_path).day == date(2026, 3, 4)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    assert edition(tmp_path).day == date(2026, 9, 21)


def test_a_citation_has_edition_day_and_address():
    known = Edition("1.2.0", date(2026, 3, 4))
    assert in_words(*BOOK, known).endswith("edition 1.2.0 of 4 March 2026, https://example.org/")
    for line in ("edition = {1.2.0}", "year = {2026}", "date = {2026-03-04}", "url = {https://example.org/}"):
        assert line in bibtex(*BOOK, known)
    assert "year" not in bibtex(*BOOK, Edition("1.2.0", None))


def test_the_address_of_the_site_is_that_of_the_settings_or_follows_from_the_repository():
    for given, known in {"": SITE, "https://example.org/book": "https://example.org/book/"}.items():
        config = SimpleNamespace(html_baseurl=given)
        know_the_site(None, config)
        assert config.html_baseurl == known


def test_a_site_map_can_be_read():
    pages = ["https://example.org/a.html", "https://example.org/b.html?c&d"]
    found = ElementTree.fromstring(sitemap(pages)).iterfind(f"{{{NAMESPACE}}}url/{{{NAMESPACE}}}loc")
    assert [place.text for place in found] == pages
    assert "Sitemap: https://example.org/sitemap.xml" in robots("https://example.org/").splitlines()


def test_the_front_door_says_of_itself_what_the_cover_does():
    cover = (
        '<title>A book</title><meta name="description" content="b"><link rel="icon" href="../_static/i.svg">'
    )
    door = BeautifulSoup(front_door(cover, "book/index.html"), "html.parser")
    assert door.title.string == door.main.a.string == "A book"
    assert door.select_one("link[rel=icon]")["href"] == "_static/i.svg"
    assert door.select_one("meta[name=description]")["content"] == "b"


def test_the_small_book_is_found(good):
    html = good / "_build/html"
    assert (html / ".nojekyll").exists()
    assert f"<loc>{SITE}book/page.html</loc>" in (html / "sitemap.xml").read_text()
    assert f'href="{SITE}book/page.html"' in (html / "book/page.html").read_text()
    assert (html / pictures.FOLDER / "book.png").exists()
    missing = BeautifulSoup((html / "404.html").read_text(), "html.parser")
    links = [tag.get("href") or tag.get("src") for tag in missing.select("[href], [src]")]
    assert [link for link in links if not link.startswith(("/", "#", "https:"))] == []
    assert any(link.endswith("/book/page.html") for link in links)
