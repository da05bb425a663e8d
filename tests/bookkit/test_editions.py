"""The editions of a small book: PDF, EPUB and offline copy, and the links of the site to them."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from bookkit.editions import anchors, style, xhtml
from bookkit.editions.appendices import ANSWERS, CODE, HINTS, SOLUTIONS, appendices
from bookkit.editions.contents import fill, number_index
from bookkit.editions.facts import FILES, STEM
from bookkit.editions.manuscript import Page
from bookkit.editions.paper import for_paper, new
from bs4 import BeautifulSoup

from tests.bookkit import small_book

EPOCH = "1735689600"  # the first second of 2025
XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
MORE = """\
## An exercise, and more

$a^2 + b^2$ is a formula.

```{exercise-start} Twice
:label: ex-twice
:class: level-recall
```
How much is twice two?
```{exercise-end}
```

```{admonition} Hint
:class: hint dropdown
Count.
```

```{solution-start} ex-twice
:class: dropdown
```
Four, by {eq}`square`.
```{solution-end}
```
"""

# A page as the site has it, with all that editions change.
SITE_PAGE = """
<div><section id="one">
<h1><span class="section-number">Chapter 3 </span>One<a class="headerlink" href="#one">#</a></h1>
<p id="x">See <a href="two.html#y">there</a>, <a href="gone.html#z">gone</a>, <a href="https://a.test/">out</a>,
<a href="../notebooks/one.ipynb">notebook</a>, <a href="#nowhere">nowhere</a>.</p>
<div class="cell"><details class="hide"><summary>Show</summary><div class="cell_input"><div class="highlight">
<pre><span></span><span class="n">plot</span><span class="p">()</span><span class="c1"># why</span></pre>
</div></div></details>
<div class="cell_output"><figure id="fig"><svg viewbox="0 0 1 1">
<clippath id="c"><rect width="1"></rect></clippath>
<path clip-path="url(#c)" d="M0 0" fill="var(--data, #123456)"></path></svg>
<figcaption><p><span class="caption-number">Fig. 3.1 </span>A figure.</p></figcaption></figure></div></div>
<div class="exercise" id="ex">
<p class="admonition-title"><span class="caption-number">Exercise 3.1 </span> Title
<span class="exercise-level">recall</span></p>
<div class="cell"><div class="cell_output"><pre>✗ Not yet</pre></div></div></div>
<details class="hint"><summary>Hint</summary><p>a hint</p></details>
<details class="solution" id="book/one-solution-1"><summary>Solution</summary><p>a solution</p></details>
<form class="quiz"><p class="quiz-title" id="q-title">Question 1 <span>(choose one)</span></p>
<div class="quiz-options"><div class="quiz-option">
<input id="a" type="radio"/><label for="a"><b>A</b> yes</label></div></div><button>Check</button>
<details class="quiz-answers"><summary>Answer</summary><p>an answer</p></details></form>
<details class="dropdown"><summary>Deeper</summary><p>deep</p></details></section></div>
"""


def make(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    """Run the command of the editions in a book."""
    own = {"PYTHONPATH": str(folder / "code"), "NNBOOK_DATA": "subset", "SOURCE_DATE_EPOCH": EPOCH}
    return subprocess.run(
        [sys.executable, "-m", "bookkit.editions", *options],
        cwd=folder,
        env=os.environ | own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def edition(folder: Path, name: str) -> Path:
    return folder / "_build/editions" / FILES[name]


@pytest.fixture(scope="module")
def pocket(good, tmp_path_factory) -> Path:
    """The small book with an exercise, its EPUB and its offline copy."""
    folder = shutil.copytree(good, tmp_path_factory.mktemp("pocket") / "book")
    small_book.add(folder, "page.md", MORE)
    small_book.add(folder, "index.md", "```{editions}\n```")
    result = make(folder, "epub", "offline")
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="module")
def files(pocket) -> dict[str, bytes]:
    """The files of the EPUB by name, in their order."""
    with zipfile.ZipFile(edition(pocket, "epub")) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture
def pages() -> list[Page]:
    """Two pages in the middle of becoming an edition: their links are settled."""
    two = new('<div><section id="two"><h1>Two</h1><p id="y">y</p></section></div>')
    found = [Page("book/one", "One", "3", new(SITE_PAGE)), Page("book/two", "Two", "", two)]
    anchors.settle(found, "https://site.test/")
    return found


def test_links_lead_to_pages_of_the_edition_or_to_the_site(pages):
    anchors.drop_dead(pages)
    assert [link["href"] for link in pages[0].body.select("p#one--x a")] == [
        *("#two--y", "https://site.test/book/gone.html#z", "https://a.test/"),
        *("https://site.test/notebooks/one.ipynb", "#one"),
    ]


def test_drawings_keep_their_clips(pages):
    assert pages[0].body.select_one("path")["clip-path"] == f"url(#{pages[0].body.clippath['id']})"


def test_hints_solutions_answers_and_code_go_to_the_end_and_back(pages):
    end = appendices(pages)
    assert [page.slug for page in end.pages] == [kind.slug for kind in (HINTS, SOLUTIONS, ANSWERS, CODE)]
    text = pages[0].body.get_text()
    for page, words in zip(end.pages, ["a hint", "a solution", "an answer", "plot()"], strict=True):
        assert words in page.body.get_text()
        assert words not in text
        piece = page.body.select_one(".piece")
        there, back = piece["id"], piece.select_one(".piece-title a")["href"][1:]
        assert pages[0].body.select_one(f'a[href="#{there}"]'), there
        assert pages[0].body.find(id=back), back
    titles = [page.body.select_one(".piece-title").get_text() for page in end.pages]
    assert titles == ["Exercise 3.1 Title", "Exercise 3.1 Title", "Question 1", "Fig. 3.1"]


def test_on_paper_nothing_is_clicked_and_every_fold_is_open(pages):
    appendices(pages)
    body = pages[0].body
    for_paper(body)
    assert body.select("button, input, label, form, details, summary, .headerlink") == []
    assert body.select_one(".fold").get_text() == "Deeperdeep"
    assert "✗" not in body.get_text()
    assert body.select_one(".quiz-option").get_text().split() == ["A", "yes"]


def test_code_keeps_only_what_is_set_apart(pages):
    end = appendices(pages)
    for_paper(end.pages[-1].body)
    assert [span["class"] for span in end.pages[-1].body.select("pre span")] == [["c1"]]


def test_index_lists_each_page_of_paper_once_the_main_one_first():
    html = """<div><div class="indextable"><ul><li><a href="#g"><strong>loss</strong></a>,
        <a href="#a">[1]</a>, <a href="#b">[2]</a>, <a href="#c">[3]</a></li></ul></div></div>"""
    index = Page("genindex", "Index", "", new(html))
    number_index(index)
    for numbers in ({"g": 90, "a": 70, "b": 12, "c": 70}, {"g": 8, "a": 7, "b": 6, "c": 5}):
        fill([index.body], numbers)
        places = [place for place in index.body.select(".place") if "again" not in place["class"]]
        shown = [place.get_text() for place in places]
        assert shown == [str(numbers["g"]), *map(str, sorted({numbers["a"], numbers["b"], numbers["c"]}))]
    assert index.body.li.get_text() == "loss8567"


def test_variables_have_light_values_or_what_stands_in_their_place():
    sheet = (
        'html[data-theme="light"] { --ink: #111; --paper: #fff; } html[data-theme="dark"] { --ink: #eee; }'
        "@media (prefers-color-scheme: dark) { :root { --ink: #ddd; } } :root { --mark: var(--ink); }"
    )
    colours = style.palette(sheet)
    assert colours == {"--ink": "#111", "--paper": "#fff", "--mark": "#111"}
    assert (
        style.resolved("var(--mark) var(--no, var(--paper)) var(--no, rgb(1 2 3))", colours)
        == "#111 #fff rgb(1 2 3)"
    )


def test_drawings_have_their_names_as_xml_wants_them(pages):
    body = pages[0].body
    xhtml.make_strict(body)
    text = xhtml.check("one", xhtml.document("One", str(body.svg), "book.css"))
    assert 'viewBox="0 0 1 1"' in text
    assert "clipPath" in text


def test_epub_opens_as_reading_devices_expect(files):
    assert next(iter(files)) == "mimetype"
    assert files["mimetype"] == b"application/epub+zip"
    for name, contents in files.items():
        if name.endswith((".xhtml", ".svg", ".opf", ".xml")):
            ElementTree.fromstring(contents)
        if name.endswith((".xhtml", ".svg", ".css")):
            assert b"var(" not in contents, name


def test_epub_lists_its_files_and_their_order(files):
    package = ElementTree.fromstring(files["book/package.opf"])
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    listed = {f"book/{item.get('href')}" for item in items.values()}
    assert listed == set(files) - {"mimetype", "META-INF/container.xml", "book/package.opf"}
    order = [items[item.get("idref")].get("href") for item in package.iter(f"{OPF}itemref")]
    first = ["cover.xhtml", "imprint.xhtml", "contents.xhtml", "index.xhtml", "page.xhtml", "figure.xhtml"]
    assert order == [*first, "hints.xhtml", "solutions.xhtml", "genindex.xhtml"]
    stated = {item.get("properties") for item in items.values()}
    assert {"nav", "cover-image", "mathml"} <= stated
    text = files["book/package.opf"].decode()
    for said in ("Neural Networks, Line by Line", "CC BY 4.0", "2025-01-01T00:00:00Z", "urn:uuid:", ">en<"):
        assert said in text


def test_epub_has_contents_of_parts_pages_and_sections_and_no_dead_link(files):
    contents = BeautifulSoup(files["book/contents.xhtml"], "html.parser")
    assert contents.select_one("nav > ol > li > span").get_text() == "Pages"
    assert "An exercise, and more" in [link.get_text() for link in contents.select("nav li li li a")]
    pages = {
        name: BeautifulSoup(text, "html.parser") for name, text in files.items() if name.endswith(".xhtml")
    }
    for name, page in pages.items():
        for tag in page.find_all(["a", "img", "link"]):
            target = tag.get("href") or tag["src"]
            if not re.match("https?:|mailto:", target):
                file, _, anchor = target.partition("#")
                file = f"book/{file}" if file else name
                assert file in files, f"{name}: {target}"
                assert not anchor or pages[file].find(id=anchor), f"{name}: {target}"


def test_epub_passes_epubcheck(pocket):
    program = shutil.which("epubcheck")
    if program is None:
        pytest.skip("no epubcheck; Debian's package of that name has it")
    jar = Path(program).resolve()
    command = [shutil.which("java"), "-jar", jar] if jar.suffix == ".jar" else [program]
    result = subprocess.run([*command, edition(pocket, "epub")], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_editions_are_the_same_bytes_again(pocket):
    before = {name: edition(pocket, name).read_bytes() for name in ("epub", "offline")}
    result = make(pocket, *before, "--site", "_build/html")
    assert result.returncode == 0, result.stderr
    assert {name: edition(pocket, name).read_bytes() for name in before} == before


def test_offline_copy_is_the_site_with_a_word_on_how_to_open_it(pocket):
    with zipfile.ZipFile(edition(pocket, "offline")) as file:
        names = set(file.namelist())
        assert "python -m http.server" in file.read(f"{STEM}/README.txt").decode()
        page = file.read(f"{STEM}/book/index.html").decode()
    html = pocket / "_build/html"
    site = {f"{STEM}/{path.relative_to(html).as_posix()}" for path in html.rglob("*") if path.is_file()}
    assert names - {f"{STEM}/README.txt"} == {name for name in site if f"{STEM}/editions/" not in name}
    assert "This is the offline copy of 1 January 2025" in page


def test_site_links_to_editions_once_they_are_there(pocket):
    page, html = pocket / "_build/html/book/index.html", pocket / "_build/html"
    line = BeautifulSoup(page.read_text(), "html.parser").select_one(".editions")
    assert "python -m bookkit.editions makes a PDF" in line.get_text()
    small_book.succeeds(small_book.make(pocket))
    links = BeautifulSoup(page.read_text(), "html.parser").select(".editions a")
    assert [link["href"] for link in links] == [f"../editions/{FILES[name]}" for name in ("epub", "offline")]
    assert all((page.parent / link["href"]).is_file() for link in links)
    edition(pocket, "epub").unlink()
    small_book.succeeds(small_book.make(pocket))
    assert not (html / "editions" / FILES["epub"]).exists()
    assert FILES["epub"] not in page.read_text()


def test_command_says_what_it_cannot_do(good, tmp_path):
    assert "There is no edition mobi: choose among pdf, epub, offline." in make(good, "mobi").stderr
    result = make(good, "epub", "--site", str(tmp_path / "none"))
    assert result.returncode == 1
    assert "build the site first" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_browser_the_pdf_is_refused_in_a_sentence(pocket, tmp_path):
    nowhere = {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    result = make(pocket, "pdf", "--site", "_build/html", **nowhere)
    assert result.returncode == 1
    assert "The PDF is printed by Chromium or Chrome" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture(scope="module")
def printed(pocket, browser) -> Path:
    """The small book as a PDF."""
    result = make(pocket, "pdf", "--site", "_build/html")
    assert result.returncode == 0, result.stderr
    return edition(pocket, "pdf")


def test_pdf_has_outline_and_links(printed):
    with pikepdf.open(printed) as document:
        titles = outline(document.Root.Outlines)
        assert {"Contents", "Pages", "A page", "An exercise, and more", "Solutions", "Index"} <= set(titles)
        assert titles.index("Pages") < titles.index("A page") < titles.index("Solutions")
        targets = targets_of(document)
        assert targets["page"] < targets["figure"] < targets["solutions"] < targets["genindex"]
        links = [link for page in document.pages for link in page.get("/Annots", [])]
        inner = {str(link.Dest)[1:] for link in links if "/Dest" in link}
        assert {"page--ex-twice", "solutions", "page"} <= inner <= set(targets)
        info = document.docinfo
        assert info["/CreationDate"] == "D:20250101000000Z"
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "en"


def test_pdf_says_on_its_pages_where_things_are(printed):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext; Debian's package poppler-utils has it")
    with pikepdf.open(printed) as document:
        targets = targets_of(document)
    command = ["pdftotext", "-layout", printed, "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    texts = result.stdout.split("\f")
    assert re.search(rf"A page\W+{targets['page']}\n", texts[2])
    assert re.search(rf"An exercise, and more\W+{targets['page--an-exercise-and-more']}\n", texts[2])
    first = texts[targets["page"] - 1]
    assert first.splitlines()[0].split() == ["Neural", "Networks,", "Line", "by", "Line", "A", "page"]
    assert first.split()[-1] == str(targets["page"])
    assert f"Solution p. {targets['page--book-page-solution-1']}" in " ".join(first.split())
    assert re.search(r"a\s*2\s*\+\s*b", "".join(texts).replace("𝑎", "a").replace("𝑏", "b"))


def targets_of(document: pikepdf.Pdf) -> dict[str, int]:
    """The page on which each target of a link stands."""
    places = {page.objgen: number for number, page in enumerate(document.pages, 1)}
    return {name[1:]: places[target[0].objgen] for name, target in document.Root.Dests.items()}


def outline(item: pikepdf.Dictionary) -> list[str]:
    """The titles of an outline, in their order."""
    titles, child = [], item.get("/First")
    while child is not None:
        titles += [str(child.Title), *outline(child)]
        child = child.get("/Next")
    return titles
