"""Which images are in use: where MNIST is looked for, and in which order.

First the folder that the environment variable `NNBOOK_DATA` names (the word `subset` chooses the subset on
purpose), then the user's cache folder, then a download into that folder, and last the subset that ships with
this package. Nothing here needs PyTorch: the build asks before it computes.
"""

import functools
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from nnbook import mnist_files
from nnbook.mnist_download import download
from nnbook.mnist_files import FETCH, SIZES, DataError, raw_folder, sha256, sha256_sums, verify


@dataclass(frozen=True)
class Source:
    """The data in use; `str(source)` is the line that a page shows.

    name: "full" or "subset". root: the folder to give to `torchvision.datasets.MNIST`. n_train, n_test: the
    numbers of images. why: how these data were chosen, in a sentence or two.
    """

    name: str
    root: Path
    n_train: int
    n_test: int
    why: str

    def __str__(self) -> str:
        which = {"full": "the full MNIST set", "subset": "the book's MNIST subset"}
        return f"Data: {which[self.name]}, {self.n_train:,} images to train and {self.n_test:,} to test."


def mnist_source(may_download: bool = True) -> Source:
    """Find the data, and remember where they are for the rest of the process.

    may_download: whether to fetch the full set if it is not on this machine.
    Returns the source in use: after a download that failed the subset, with the reason in `why`.
    Raises DataError if NNBOOK_DATA or the cache folder holds anything but the whole, undamaged set.
    """
    return _search(os.environ.get("NNBOOK_DATA", ""), may_download)


def full_set_folder() -> Path:
    """The folder that `python -m nnbook data` fills: the one that NNBOOK_DATA names, else the cache folder.

    Raises DataError if NNBOOK_DATA is the word `subset`, or if the home folder that is meant does not exist.
    """
    named = os.environ.get("NNBOOK_DATA", "")
    if named == "subset":
        raise DataError("NNBOOK_DATA is 'subset', which is no folder: unset it, or name the folder to fill.")
    try:
        if not named:
            return platformdirs.user_cache_path("nnbook", appauthor=False)
        return Path(named).expanduser().absolute()
    except RuntimeError as error:  # of a ~ that stands for no folder
        fault = (
            f"NNBOOK_DATA names {named}, but there is no home folder of that name: give the absolute path."
            if named
            else "You have no home folder for a cache: let NNBOOK_DATA name the folder of the full MNIST set."
        )
        raise DataError(fault) from error


def fingerprint() -> str:
    """A key that changes when the data in use change: SHA-256, in hexadecimal, over their four files.

    Raises DataError as `mnist_source` does.
    """
    return sha256(sha256_sums(raw_folder(mnist_source().root)).encode())


@functools.cache
def _search(named: str, may_download: bool) -> Source:
    if named == "subset":
        return _source("subset", "NNBOOK_DATA asks for the subset.")
    if named:
        _check_named(full_set_folder())
        return _source("full", "NNBOOK_DATA names the folder.")
    try:
        why = _found_or_fetched(full_set_folder(), may_download)
    except DataError as error:
        return _source("subset", str(error))
    return _source("full", why)


def _found_or_fetched(cache: Path, may_download: bool) -> str:
    """How the full set came into the cache folder; raise DataError if it is not there."""
    if os.path.exists(raw_folder(cache)):
        return "The files are in the cache folder."
    if not may_download:
        raise DataError(f"The full set is not on this machine; '{FETCH}' fetches it.")
    download(cache)
    return "The files were downloaded into the cache folder."


def _source(name: str, why: str) -> Source:
    root = full_set_folder() if name == "full" else mnist_files.SUBSET
    remark = verify(root, name)
    return Source(name, root, *SIZES[name], f"{why} {remark}".rstrip())


def _check_named(folder: Path) -> None:
    """Raise DataError unless the folder that NNBOOK_DATA names holds `MNIST/raw`."""
    if os.path.isfile(folder):  # not Path.is_file, which some errors escape
        raise DataError(f"NNBOOK_DATA names {folder}, which is a file: name the folder that holds MNIST/raw.")
    try:
        raw_folder(folder).stat()
    except FileNotFoundError as error:
        raise DataError(
            f"NNBOOK_DATA names {folder}, which holds no folder MNIST/raw: give the absolute path of one "
            f"that does, or run '{FETCH}' to fetch the data into it."
        ) from error
    except OSError as error:
        raise DataError(
            f"NNBOOK_DATA names {folder}, but MNIST/raw in it cannot be opened ({error.strerror}): change "
            "that, or name another folder."
        ) from error
