"""Every button that opens or downloads something leads to a file that is there."""

import re
import shutil
import subprocess
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from bookkit.addresses import NOTEBOOKS, STUDENTS, TEACHERS, addresses, chapters, notebook
from bs4 import BeautifulSoup

PAGES = list(chapters())


@pytest.fixture(scope="module")
def pages(site) -> dict[str, BeautifulSoup]:
    """All pages of the built site, by their path without the suffix."""
    found = [path.relative_to(site) for path in site.rglob("*.html")]
    own = [path for path in found if not path.parts[0].startswith("_")]
    return {
        str(path.with_suffix("")): BeautifulSoup((site / path).read_text(encoding="utf-8"), "html.parser")
        for path in own
    }


def blob(clone, branch: str, path: str) -> bytes | None:
    """A file of the repository at a branch; None if it is not there."""
    command = [shutil.which("git"), "cat-file", "blob", f"{branch}:{path}"]
    result = subprocess.run(command, cwd=clone, capture_output=True, check=False)
    return result.stdout if result.returncode == 0 else None


def named(url: str) -> tuple[str, str, str]:
    """The repository, the branch and the path that an address of Colab, of Binder or of the host names."""
    parts = urlsplit(url)
    if parts.netloc == "mybinder.org":
        match = re.fullmatch(r"/v2/gh/([^/]+/[^/]+)/([^/]+)", parts.path)
        (opened,) = parse_qs(parts.query)["urlpath"]
        return match[1], match[2], opened.removeprefix("lab/tree/")
    path = parts.path.removeprefix("/github") if parts.netloc == "colab.research.google.com" else parts.path
    return re.fullmatch(r"/([^/]+/[^/]+)/(?:blob|edit)/([^/]+)/(.+)", path).groups()


def launches(page: BeautifulSoup) -> list[str]:
    """The addresses on a page at which a notebook opens."""
    links = [link["href"] for link in page.select("a[href]")]
    return [link for link in links if re.search(r"colab\.research|mybinder\.org|\.ipynb$", link)]


def test_every_button_that_opens_a_notebook_finds_it_on_the_branch_of_the_notebooks(pages, clone):
    where, found = addresses(), 0
    for page in pages.values():
        for url in launches(page):
            if not url.startswith("https://") or where.name not in url:  # a notebook of others
                continue
            repository, branch, path = named(url)
            assert (repository, branch) == (where.name, NOTEBOOKS), url
            content = blob(clone, branch, path)
            assert content is not None, url
            nbformat.validate(nbformat.reads(content.decode(), as_version=4))
            found += 1
    assert found == len(PAGES) * (2 + 6)  # two buttons on its page, six links in the list


def test_each_chapter_has_the_buttons_of_its_own_notebook(pages):
    where = addresses()
    for name, page in pages.items():
        buttons = [link["href"] for link in page.select(".dropdown-launch-buttons a")]
        wanted = [where.colab(notebook(name)), where.binder(notebook(name))] if name in PAGES else []
        assert buttons == wanted, name


def test_downloads_are_the_files_of_the_repository(site, pages, clone):
    branch = addresses().branch
    for name in PAGES:
        links = [link["href"] for link in pages[name].select(".dropdown-download-buttons a[download]")]
        files = [(site / name).parent.joinpath(link).resolve() for link in links]
        assert [file.suffix for file in files] == [".ipynb", ".md"], name
        assert files[0].read_bytes() == blob(clone, NOTEBOOKS, notebook(name))
        assert files[1].read_bytes() == blob(clone, branch, f"{name}.md")


def test_buttons_for_the_source_lead_to_it(pages, clone):
    where = addresses()
    for name, page in pages.items():
        for link in page.select(".dropdown-source-buttons a"):
            if link["href"] != where.repository:
                repository, branch, path = named(link["href"])
                assert (repository, branch) == (where.name, where.branch), name
                assert blob(clone, branch, path) is not None, link["href"]


def test_the_list_has_both_sets_of_every_chapter(pages):
    rows = pages["book/for-a-class"].select("article table")[0].select("tbody tr")
    where = addresses()
    for page, row in zip(PAGES, rows, strict=True):
        links = [link["href"] for link in row.select("a")][1:]
        sets = [notebook(page, folder) for folder in (STUDENTS, TEACHERS)]
        assert links == [make(path) for path in sets for make in (where.colab, where.binder, where.file)]


def test_a_click_downloads_the_notebook(browser, address, tmp_path):
    with browser.new_context(accept_downloads=True, viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{address}{PAGES[0]}.html")
        page.locator("details.menu > summary", has_text="Page").click()
        with page.expect_download() as download:
            page.locator(".dropdown-download-buttons a", has_text=".ipynb").click()
        download.value.save_as(tmp_path / "chapter.ipynb")
    nbformat.validate(nbformat.read(tmp_path / "chapter.ipynb", as_version=4))


@pytest.mark.parametrize("width", [1280, 360])
def test_the_buttons_can_be_reached_and_have_names(browser, site, width):
    with browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto((site / f"{PAGES[0]}.html").as_uri())
        page.locator("details.menu > summary", has_text="Run").press("Enter")
        for name in ("Colab", "Binder"):
            link = page.locator(".dropdown-launch-buttons").get_by_role("link", name=name)
            assert link.is_visible()
            box = link.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
