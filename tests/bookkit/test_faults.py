"""What goes wrong around a build, injected into the small book: it is noticed, mended, or said in a sentence.

Faults that take longer are in `tests/faults.py`.
"""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bookkit.pages import leftovers
from bookkit.surroundings import disk
from sphinx.errors import ExtensionError

from tests.bookkit import tiny_book
from tests.bookkit.small_book import fails, kept, make, replace, run, succeeds
from tests.building import STRICT, build

ANEW = "all pages are written anew"


def html(book: Path, page: str = "page") -> Path:
    return book / "_build" / "html" / "book" / f"{page}.html"


def images(book: Path) -> list[Path]:
    return [path for path in (book / "_build/html/_images").iterdir() if path.is_file()]


# The site


def text(file: Path) -> bytes:
    """The file without the versions of style sheets, which Sphinx leaves out where they do not exist yet."""
    return re.sub(rb"\?v=\w+", b"", file.read_bytes())


# These damage the small book itself and mend it: in a copy, at another path, Sphinx reads all pages anyway.


def test_a_page_that_was_overwritten_is_written_anew_and_nothing_is_run(good):
    before, ran, executed = text(html(good)), run(good), kept(good)
    html(good).write_text("<p>mine</p>")
    log = succeeds(make(good, *STRICT))
    assert f"The site is not as the last build left it (book/page.html, say): {ANEW}" in log
    assert text(html(good)) == before
    assert (run(good), kept(good)) == (ran, executed)


def test_files_that_were_deleted_are_back(good):
    site = good / "_build" / "html"
    names = ["_images/*.png", "objects.inv", "_static/book.css", "_sources/book/page.md", "genindex.html"]
    before = {file: text(file) for name in names for file in site.glob(name)}
    assert len(before) == len(names)
    for file in before:
        file.unlink()
    assert ANEW in succeeds(make(good, *STRICT))
    assert {file: text(file) for file in before} == before


def test_a_cut_list_of_the_site_is_no_reason_to_fail(good):
    manifest = good / "_build" / ".doctrees" / leftovers.MANIFEST
    listed = json.loads(manifest.read_text())
    manifest.write_text(manifest.read_text()[:100])
    assert ANEW in succeeds(make(good, *STRICT))
    assert json.loads(manifest.read_text()).keys() == listed.keys()


def test_a_cut_doctree_is_made_anew(good):
    doctree = good / "_build" / ".doctrees" / "book" / "page.doctree"
    os.truncate(doctree, doctree.stat().st_size // 2)
    log = succeeds(make(good, *STRICT))
    assert "What the last build kept of book/page cannot be read, so it is made anew." in log
    assert "Traceback" not in log
    assert "no targets are out of date" in succeeds(make(good, *STRICT))


def test_a_cut_environment_is_made_anew(good):
    before = text(html(good))
    pickled = good / "_build" / ".doctrees" / "environment.pickle"
    os.truncate(pickled, pickled.stat().st_size // 2)
    assert "Traceback" not in succeeds(make(good, *STRICT))
    assert text(html(good)) == before


def test_what_a_dropped_page_left_goes_and_so_do_reports_and_unused_images(book):
    site = book / "_build" / "html"
    report = site / "reports" / "book" / "page.err.log"
    report.parent.mkdir(parents=True)
    report.write_text("ValueError: it failed once")
    assert len(images(book)) == 1
    replace(book, "_toc.yml", "      - file: book/figure\n", "")
    replace(book, "book/index.md", ", to {numref}`parabola`", "")
    log = succeeds(make(book, *STRICT))
    assert "Removed the page book/figure from the site" in log
    assert [path for path in site.rglob("*") if "figure" in path.name] == []
    assert images(book) == []
    assert not report.parent.parent.exists()
    assert html(book).exists()
    assert (site / "genindex.html").exists()
    assert ANEW not in succeeds(make(book, *STRICT))


def test_a_page_that_is_listed_and_not_there_fails_the_plain_command(book):
    replace(book, "_toc.yml", "book/figure", "book/nowhere")
    log = fails(make(book))
    assert "Traceback" not in log
    assert log.splitlines()[-1] == (
        "_toc.yml lists a page that is not there, book/nowhere: write what is missing, or take its line out."
    )


# The home folder


def settled(**environment: str) -> subprocess.CompletedProcess:
    """What a process says in which Matplotlib's folder is settled, and another that then draws."""
    program = """
import os, subprocess, sys
from bookkit.surroundings.matplotlib_folder import settle_folder
settle_folder(None, None)
print(os.environ.get("MPLCONFIGDIR", ""), flush=True)
print(os.listdir(__import__("matplotlib").get_cachedir()), flush=True)
subprocess.run([sys.executable, "-c", "import matplotlib.pyplot"], check=True)
"""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("MPLCONFIGDIR", "XDG_CACHE_HOME")
    }
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def test_matplotlib_says_nothing_of_a_home_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be")
    result = settled(HOME=str(tmp_path / "file" / "home"))
    folder, fonts = result.stdout.splitlines()
    assert Path(folder).name.startswith("matplotlib-")
    assert not Path(folder).exists()  # it was for the time of the process
    assert "fontlist" in fonts
    assert result.stderr == ""


def test_matplotlib_has_listed_the_fonts_before_a_cell_draws(tmp_path):
    result = settled(HOME=str(tmp_path))
    folder, fonts = result.stdout.splitlines()
    assert folder == ""
    assert "fontlist" in fonts
    assert result.stderr == ""


def test_a_home_that_cannot_be_written_leaves_no_trace_on_a_page(book, tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be")
    with (book / "requirements.txt").open("a") as file:  # so that the cells are run again
        file.write("# a change\n")
    home = {
        "HOME": str(tmp_path / "file" / "home"),
        "PYTHONPATH": str(book / "code"),
        "NNBOOK_DATA": "subset",
    }
    log = succeeds(build(book, *STRICT, **home))
    assert "Matplotlib's own folder cannot be written; in this build it uses" in log
    assert "wrote to stderr" not in log
    assert "atplotlib created" not in html(book, "figure").read_text()


# The disk


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
DISK_ERRORS = {
    "itself": (FULL, r"a file in /book/_build \(No space left on device\): make room on that disk"),
    "in an extension": (ExtensionError("a handler", FULL, "some.module"), "No space left on device"),
    "cause": (raised(RuntimeError("so it failed"), FULL), "No space left on device"),
    "read-only": (
        OSError(errno.EROFS, "", "/book/_build/x"),
        r"/book/_build/x \(Read-only file system\): build a copy",
    ),
    "not allowed": (
        PermissionError(errno.EACCES, "", "/x"),
        r"/x \(Permission denied\): give yourself the right",
    ),
}


@pytest.mark.parametrize(("error", "words"), DISK_ERRORS.values(), ids=DISK_ERRORS.keys())
def test_an_error_of_the_disk_is_one_sentence(error, words):
    said = disk.sentence(error, Path("/book/_build"))
    assert re.match(rf"The build stopped at .*{words}.*, then build again\.$", said)


@pytest.mark.parametrize(
    "error", [ValueError("no disk"), FileNotFoundError(errno.ENOENT, "", "x"), KeyError()]
)
def test_other_errors_keep_their_traceback(error):
    assert disk.sentence(error, Path("/book/_build")) is None


def test_an_error_that_is_its_own_cause_ends_too():
    error = ValueError("a circle")
    error.__cause__ = error
    assert disk.sentence(error, Path("/book/_build")) is None


@pytest.mark.parametrize("event", ["env-updated", "html-page-context", "build-finished"])
def test_a_disk_that_is_full_at_any_time_ends_the_build_with_one_sentence(tmp_path, event):
    tiny_book.write(tmp_path, {"chapter": "# A chapter"}, {})
    with (tmp_path / "conf.py").open("a") as conf:
        conf.write(f"""
extensions = [name for name in extensions if not name.startswith("bookkit")] + ["bookkit.surroundings.disk"]

def fill_the_disk(app, *args):
    if "{event}" != "build-finished" or args == (None,):
        raise OSError({errno.ENOSPC}, "No space left on device")

def setup(app):
    app.connect("{event}", fill_the_disk)
""")
    result = tiny_book.build(tmp_path, "html")
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    assert result.stdout.splitlines()[-1] == (
        f"The build stopped at a file in {tmp_path} (No space left on device): make room on that disk, "
        "then build again."
    )


def test_a_file_where_a_folder_should_be_is_said_before_anything_is_run(book):
    (book / "_build").rename(book / "elsewhere")
    (book / "_build").write_text("a file")
    log = fails(make(book))
    assert "Traceback" not in log
    assert log.splitlines()[-1] == (
        f"The build stopped at a file in {book / '_build'} (Not a directory): remove the file that stands "
        "where a folder should be, then build again."
    )


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_folders_are_tried_first(tmp_path, monkeypatch, number):
    def refuse(dir):
        raise OSError(number, os.strerror(number), "/a/nameless/file")

    disk.check_writable(tmp_path / "_build" / "html", tmp_path / "_build" / ".doctrees")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(disk, "TemporaryFile", refuse)
    with pytest.raises(SystemExit, match=rf"at a file in {tmp_path} \({os.strerror(number)}\)"):
        disk.check_writable(tmp_path / "_build" / "html", tmp_path / "_build" / ".doctrees")


# The browser

FORBIDDEN = {
    "throws": "get() { throw new DOMException('denied', 'SecurityError'); }",
    "is null": "get() { return null; }",
    "is full": "get() { return { setItem() { throw new DOMException('full', 'QuotaExceededError'); } }; }",
}


@pytest.mark.parametrize("storage", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_menu_search_and_colours_work_where_storage_is_forbidden(good, browser, storage):
    with browser.new_context(viewport={"width": 360, "height": 700}, color_scheme="light") as context:
        context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {storage} }})")
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(html(good).as_uri())
        mode = page.locator("html").get_attribute("data-mode")
        page.locator(".theme-switch-button:visible").first.click()
        assert page.locator("html").get_attribute("data-mode") != mode
        menu = page.locator(".bd-sidebar-primary, dialog").get_by_role("link", name="A figure").first
        assert not menu.is_visible()
        page.locator(".primary-toggle:visible").first.click()
        menu.wait_for(state="visible")
        page.keyboard.press("Escape")
        menu.wait_for(state="hidden")
        page.keyboard.press("Control+k")
        page.locator(".search-words:visible").first.wait_for()
        assert page.evaluate("localStorage instanceof Storage") is False  # what the quizzes ask
        assert errors == []


def test_a_storage_that_works_is_left_alone(good, browser):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(html(good).as_uri())
        assert page.evaluate("localStorage instanceof Storage") is True
        assert page.evaluate("localStorage.getItem('nnbook-test')") is None
