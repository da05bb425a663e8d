"""The browser that prints: playwright's own, or the machine's Chromium or Chrome."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome"]
# Chromium is kept from calling its maker's hosts.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class NoBrowser(Exception):
    """There is no browser here; the message says what to do."""


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        except Error as error:
            raise NoBrowser(
                "The PDF is printed by Chromium or Chrome, and there is none here: install one of them, or"
                f" run `playwright install chromium`. ({error.message.splitlines()[0]})"
            ) from error
        yield started
        started.close()
