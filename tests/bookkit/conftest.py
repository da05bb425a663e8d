"""The small book, built once for all tests of the build."""

import shutil
from pathlib import Path

import pytest

from tests.bookkit import small_book


@pytest.fixture(scope="session")
def good(tmp_path_factory) -> Path:
    """The small book, built without a warning."""
    return small_book.make_good(tmp_path_factory.mktemp("good") / "book")


@pytest.fixture
def book(good, tmp_path) -> Path:
    """A copy of the small book to break, with the runs that its build kept."""
    return shutil.copytree(good, tmp_path / "book")


@pytest.fixture
def settled(book) -> Path:
    """Such a copy, built where it is, for Sphinx reads all pages of a book that was moved."""
    small_book.succeeds(small_book.make(book, *small_book.STRICT))
    return book
