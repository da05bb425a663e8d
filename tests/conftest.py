"""What several test modules share: the built site and a browser."""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

os.environ.setdefault("OMP_NUM_THREADS", "1")  # modules run side by side, and threads that wait would spin

import nnbook.data  # noqa: F401 (before any torchvision, which may need its help)
import pytest
from bookkit.addresses import addresses
from bookkit.execution.kept import FOLDER as KEPT
from hypothesis import settings
from playwright.sync_api import Error, sync_playwright

from tests.building import ROOT, built_site
from tests.environments import copy_of_repository, notebooks_command

# What a test must build before it can begin, and the modules that take longest, which begin first.
SLOW = {
    *("site", "subset_site", "clone", "notebooks", "browser"),
    *("good", "broken", "faulty", "warnings", "built", "python", "server"),
}
LONGEST = ["test_standalone", "test_site", "test_build", "test_execution", "test_binder", "test_incremental"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are quick, and put first the modules that take long."""

    def place(item: pytest.Item) -> int:
        return LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST)

    for item in items:
        if not SLOW & set(item.fixturenames):
            item.add_marker(pytest.mark.quick)
    items.sort(key=place)


settings.register_profile("book", deadline=None)  # on a busy machine the clock fails what is right
settings.load_profile("book")


@pytest.fixture(scope="session")
def site() -> Path:
    """The site as the README's line builds it, on the data in use."""
    return built_site(ROOT)


@pytest.fixture(scope="session")
def subset_site(site) -> Path:
    """The site on the images that ship with the book; pages without digits are those of the other site."""
    runs, own = (folder / "_build" / KEPT for folder in (ROOT, ROOT / "_build" / "subset"))
    shutil.copytree(runs, own, dirs_exist_ok=True)
    return built_site(ROOT / "_build" / "subset", NNBOOK_DATA="subset")


@pytest.fixture(scope="session")
def notebooks(site) -> Path:
    """The folder of the notebooks that the build wrote with the site."""
    return site.parent / "notebooks"


@pytest.fixture(scope="session")
def clone(notebooks, tmp_path_factory) -> Path:
    """A copy of the repository, with the files as they are now on its branch, and the notebooks on theirs."""
    folder = copy_of_repository(tmp_path_factory.mktemp("clone"), addresses().branch)
    shutil.copytree(notebooks, folder / "_build" / "notebooks")
    result = notebooks_command(folder)
    assert result.returncode == 0, result.stderr
    return folder


# The flags keep Chromium from calling its maker's hosts.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def installed() -> str | None:
    """The machine's own Chromium or Chrome."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser():
    """A browser without a window: playwright's own, or the machine's Chromium or Chrome."""
    with sync_playwright() as playwright:
        try:
            # Scroll bars are seen, as on Windows and Linux: without a window, Chromium would hide them.
            browser = playwright.chromium.launch(
                executable_path=installed(), args=FLAGS, ignore_default_args=["--hide-scrollbars"]
            )
        except Error as error:
            pytest.skip(
                f"no browser; install Chromium or run `playwright install chromium` ({error.message[:60]})"
            )
        yield browser
        browser.close()


@pytest.fixture
def address(site) -> Iterator[str]:
    """The address of a server of the site, for what a browser lets no file do: search, download."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
