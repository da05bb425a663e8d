"""MNIST: where it is, whether it is whole, and how to read it quickly.

The data are looked for in this order: the folder that the environment variable `NNBOOK_DATA` names (the word
`subset` chooses the subset on purpose), the user's cache folder, a download into that folder, and the subset
that ships with this package.
"""

import functools
import hashlib
import math
import os
import shutil
import socket
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, Sampler, Subset, TensorDataset
from torchvision.datasets import MNIST
from torchvision.datasets.utils import download_and_extract_archive

SIZES = {"full": (60_000, 10_000), "subset": (4_000, 1_000)}  # images to train, images to test
SUBSET = Path(__file__).with_name("subset")
SUMS = "SHA256SUMS"
TIMEOUT = 10.0  # seconds of silence after which a mirror counts as dead
FETCH = "python -m nnbook data"


class DataError(RuntimeError):
    """The data are missing or damaged; the message is one sentence that names the file and the remedy."""


@dataclass(frozen=True)
class Source:
    """The data in use; `str(source)` is the line that a page shows.

    name: "full" or "subset". root: the folder to give to `torchvision.datasets.MNIST`. n_train, n_test: the
    numbers of images. why: one sentence on how these data were chosen.
    """

    name: str
    root: Path
    n_train: int
    n_test: int
    why: str

    def __str__(self) -> str:
        which = {"full": "the full MNIST set", "subset": "the book's MNIST subset"}
        return f"Data: {which[self.name]}, {self.n_train:,} images to train and {self.n_test:,} to test."


def mnist(train: bool = True) -> TensorDataset:
    """The training or the test set of MNIST, whole and in memory.

    train: whether to read the training set.
    Returns a data set of n pairs. Its tensors are the images, float32 (n, 1, 28, 28), from 0 for paper to 1
    for ink, as `torchvision.transforms.ToTensor` makes them, and the labels, int64 (n,).
    Raises DataError as `mnist_source` does.
    """
    digits = MNIST(mnist_source().root, train=train)
    return TensorDataset(digits.data.unsqueeze(1).float().div_(255), digits.targets)


def batches(dataset: Dataset, batch_size: int, shuffle: bool = True) -> DataLoader:
    """A loader that takes each batch out of the data set in one go, not example by example.

    dataset: a `TensorDataset`, or a part of one that `random_split` made.
    batch_size: the number of examples in a batch; the last batch may have fewer.
    shuffle: whether each pass goes through the examples in a new random order.
    Returns a loader of lists [X, y]. With the same seed its batches are those of
    `DataLoader(dataset, batch_size, shuffle)`, for it draws the same random numbers.
    Raises ValueError if batch_size is not a positive integer or the data set is empty.
    """
    whole, places = dataset, torch.arange(len(dataset))
    while isinstance(
        whole, Subset
    ):  # a part of a part, perhaps: look the indices up once, not in every batch
        whole, places = whole.dataset, torch.as_tensor(whole.indices)[places]
    # batch_size=None, because the sampler gives whole batches: a tensor of indices is one index.
    return DataLoader(whole, batch_size=None, sampler=_Order(places, batch_size, shuffle))


class _Order(Sampler):
    """The indices of each batch as a tensor: what PyTorch's own samplers give, in one piece."""

    def __init__(self, places: torch.Tensor, batch_size: int, shuffle: bool):
        BatchSampler(places, batch_size, drop_last=False)  # refuses what is no batch size
        if not len(places):
            raise ValueError("The data set is empty.")
        self.places, self.batch_size, self.shuffle = places, batch_size, shuffle

    def __iter__(self) -> Iterator[torch.Tensor]:
        places = self.places
        if self.shuffle:  # as RandomSampler does it: a number from the global generator seeds one of its own
            seed = int(torch.empty((), dtype=torch.int64).random_().item())
            generator = torch.Generator().manual_seed(seed)
            places = places[torch.randperm(len(places), generator=generator)]
        yield from places.split(self.batch_size)

    def __len__(self) -> int:
        return math.ceil(len(self.places) / self.batch_size)


def mnist_source(may_download: bool = True) -> Source:
    """Find the data, and remember where they are for the rest of the process.

    may_download: whether to fetch the full set if it is not on this machine.
    Returns the source in use: after a download that failed the subset, with the reason in `why`.
    Raises DataError if NNBOOK_DATA or the cache folder holds anything but the whole, undamaged set.
    """
    return _search(os.environ.get("NNBOOK_DATA", ""), may_download)


def full_set_folder() -> Path:
    """The folder that `python -m nnbook data` fills: the one that NNBOOK_DATA names, else the cache folder.

    Raises DataError if NNBOOK_DATA is the word `subset`.
    """
    named = os.environ.get("NNBOOK_DATA", "")
    if named == "subset":
        raise DataError("NNBOOK_DATA is 'subset', which is no folder: unset it, or name the folder to fill.")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_cache_path("nnbook", appauthor=False)


def fingerprint() -> str:
    """A key that changes when the data in use change: SHA-256, in hexadecimal, over their four files.

    Raises DataError as `mnist_source` does.
    """
    return _sha256(sha256_sums(_raw(mnist_source().root)).encode())


def verify(root: Path, name: str = "full") -> None:
    """Check the four files: length, header, labels and, where `SHA256SUMS` is beside them, checksums.

    torchvision checks the archives that it downloads, but reads unpacked files as they are.

    root: the folder that holds `MNIST/raw`.
    name: "full" or "subset", which tells how many images there should be.
    Raises DataError if a file is missing, unreadable, truncated or altered.
    """
    raw = _raw(root)
    try:
        fault = _fault(raw, name)
    except OSError as error:
        fault = f"{error.filename} cannot be read ({error.strerror})"
    if fault and root == SUBSET:
        raise DataError(f"{fault}: install the package nnbook again.")
    if fault:
        raise DataError(f"{fault}: move the folder {raw.parent} away, then run '{FETCH}' to fetch it again.")


def download(root: Path) -> None:
    """Fetch the full set, with a progress bar; files that are there already are checked and stay.

    Each archive is tried at one mirror after the other. The four files appear together, by renaming a
    finished folder, so that an interrupted or a parallel download never leaves a half file.

    root: the folder in which to put `MNIST/raw`; made if it does not exist.
    Raises DataError if no mirror serves an archive, the folder cannot be written, or files there are damaged.
    """
    raw = _raw(root)
    if not os.path.exists(raw):
        try:
            _download_into(raw)
        except OSError as error:
            raise DataError(
                f"{raw} cannot be written ({error.strerror}): set NNBOOK_DATA to a folder that can, "
                f"then run '{FETCH}'."
            ) from error
    verify(root)


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of an IDX file, the format of MNIST: a magic number and the shape, 4 bytes each.

    shape: of the array of bytes in the file: (n, 28, 28) for images, (n,) for labels.
    Source: http://yann.lecun.com/exdb/mnist/
    """
    return struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape)


def sha256_sums(raw: Path) -> str:
    """The checksums of the four files in the folder `raw`, in the lines that `sha256sum` prints."""
    return "".join(f"{_sha256((raw / file).read_bytes())}  {file}\n" for file in _shapes("full"))


@functools.cache
def _search(named: str, may_download: bool) -> Source:
    if named == "subset":
        return _source("subset", SUBSET, "NNBOOK_DATA asks for the subset.")
    folder = full_set_folder()
    there = os.path.exists(_raw(folder))
    if named and not there:
        raise DataError(
            f"NNBOOK_DATA names {folder}, which holds no folder MNIST/raw: give the absolute path of one "
            f"that does, or run '{FETCH}' to fetch the data into it."
        )
    if named:
        return _source("full", folder, "NNBOOK_DATA names the folder.")
    if there:
        return _source("full", folder, "The files are in the cache folder.")
    if not may_download:
        return _source("subset", SUBSET, f"The full set is not on this machine; '{FETCH}' fetches it.")
    try:
        download(folder)
    except DataError as error:
        return _source("subset", SUBSET, str(error))
    return _source("full", folder, "The files were downloaded into the cache folder.")


def _source(name: str, root: Path, why: str) -> Source:
    verify(root, name)
    return Source(name, root, *SIZES[name], why)


def _raw(root: Path) -> Path:
    return root / "MNIST" / "raw"


def _shapes(name: str) -> dict[str, tuple[int, ...]]:
    n_train, n_test = SIZES[name]
    return {
        "train-images-idx3-ubyte": (n_train, 28, 28),
        "train-labels-idx1-ubyte": (n_train,),
        "t10k-images-idx3-ubyte": (n_test, 28, 28),
        "t10k-labels-idx1-ubyte": (n_test,),
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fault(raw: Path, name: str) -> str | None:
    """What is wrong with the files, if anything is."""
    # Files of torchvision's early versions, which its loader would read in place of those checked here.
    if os.path.exists(old := raw.parent / "processed"):
        return f"{old} holds files that hide those in {raw}"
    sums = raw / SUMS
    listed = sums.read_text(errors="replace").splitlines() if os.path.exists(sums) else None
    for file, shape in _shapes(name).items():
        path, header, content = raw / file, idx_header(shape), (raw / file).read_bytes()
        length = len(header) + math.prod(shape)
        if len(content) != length:
            return f"{path} has {len(content):,} bytes where the {name} set has {length:,}"
        if not content.startswith(header):
            return f"{path} does not begin as an IDX file of shape {shape} does"
        if len(shape) == 1 and max(content[len(header) :]) > 9:
            return f"{path} has labels above 9"
        if listed is not None and f"{_sha256(content)}  {file}" not in listed:
            return f"{path} does not have the checksum that {SUMS} gives"
    return None


def _download_into(raw: Path) -> None:
    part = raw.with_name(f"raw.{uuid.uuid4().hex}")
    try:
        part.mkdir(parents=True)
        with _socket_timeout(TIMEOUT):
            for archive, md5 in MNIST.resources:
                _fetch(archive, md5, part)
        (part / SUMS).write_text(sha256_sums(part), newline="\n")
        _rename_if_first(part, raw)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _fetch(archive: str, md5: str, folder: Path) -> None:
    """Download and unpack an archive from the first mirror that serves it whole."""
    reasons = []
    for mirror in MNIST.mirrors:
        try:
            download_and_extract_archive(
                mirror + archive, folder, filename=archive, md5=md5, remove_finished=True
            )
        except (OSError, RuntimeError, HTTPException) as error:  # RuntimeError: a wrong checksum
            reasons.append(f"{urlsplit(mirror).netloc}: {str(getattr(error, 'reason', error)).rstrip('.')}")
        else:
            return
    raise DataError(
        f"{archive} could not be fetched ({'; '.join(reasons)}): check the network and the free space on "
        f"disk, then run '{FETCH}'."
    )


def _rename_if_first(part: Path, raw: Path) -> None:
    try:
        part.rename(raw)
    except OSError:
        if not raw.is_dir():  # else another process was quicker, and its files are as good
            raise


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Set the timeout of all new connections in this block, since torchvision's download has none."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
