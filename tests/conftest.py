"""What several test modules share: the built site and a browser."""

import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import nnbook  # noqa: F401 (before any torchvision, which may need its help)
import pytest
from bookkit.addresses import addresses
from hypothesis import settings
from playwright.sync_api import Error, sync_playwright

from tests.building import ROOT, built_site
from tests.environments import copy_of_repository

settings.register_profile("book", deadline=None)  # on a busy machine the clock fails what is right
settings.load_profile("book")


@pytest.fixture(scope="session")
def site() -> Path:
    """The site as the README's line builds it, on the data in use."""
    return built_site(ROOT)


@pytest.fixture(scope="session")
def subset_site() -> Path:
    """The site on the images that ship with the book."""
    return built_site(ROOT / "_build" / "subset", NNBOOK_DATA="subset")


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Path:
    """A copy of the repository whose branch, the one that addresses name, holds the files as they are now."""
    return copy_of_repository(tmp_path_factory.mktemp("clone"), addresses().branch)


@pytest.fixture(scope="session")
def browser():
    """A browser without a window: playwright's own, or the machine's Chromium or Chrome."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    installed = next(filter(None, map(shutil.which, names)), None)
    # The flags keep Chromium from calling its maker's hosts.
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed, args=flags)
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
