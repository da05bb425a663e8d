"""The download of MNIST: from one mirror after the other, whole or not at all.

Nothing is on the disk before all four files are in memory and checked (66 MB), so that a download that is
killed leaves nothing behind.
"""

import errno
import gzip
import hashlib
import os
import shutil
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from nnbook.mnist_files import FETCH, OFFICIAL, SUMS, DataError, raw_folder, sha256, sha256_sums, verify

TIMEOUT = 10.0  # seconds after which a mirror that was silent, or nearly so, counts as dead
LEAST_RATE = 10_000  # bytes in a second; the 11 MB then take 19 minutes
MOST = 2**25  # bytes in an archive; the largest has 10 MB
ABANDONED = 600.0  # seconds after which a folder that another download was writing counts as left behind


def download(root: Path) -> None:
    """Fetch the full set, and show the progress; files that are there already are checked and stay.

    Each archive is tried at one mirror after the other. The four files appear together, by renaming a
    finished folder, so that an interrupted or a parallel download never leaves a half file.

    root: the folder in which to put `MNIST/raw`; made if it does not exist.
    Raises DataError if no mirror serves an archive, the folder cannot be written, or files there are damaged.
    """
    raw = raw_folder(root)
    _remove_abandoned(raw)
    if not os.path.exists(raw):
        try:
            _check_writable(raw)  # before 11 MB are fetched for nothing
            files = {
                archive.removesuffix(".gz"): _fetch(archive, md5) for archive, md5 in _archives().resources
            }
            _write(files, raw)
        except OSError as error:
            room = "make room on that disk or " if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
            raise DataError(
                f"{raw} cannot be written ({error.strerror}): {room}set NNBOOK_DATA to a folder that can, "
                f"then run '{FETCH}'."
            ) from error
    verify(root)


def _archives() -> type:
    """The class of torchvision that knows archives and mirrors; PyTorch is loaded only to download."""
    from nnbook.torchvision_ops import import_torchvision  # noqa: PLC0415

    return import_torchvision().datasets.MNIST


def _check_writable(raw: Path) -> None:
    """Write a nameless file where the folder will be, or its folder, or the folder of that."""
    with TemporaryFile(dir=next(folder for folder in raw.parents if os.path.lexists(folder))) as file:
        file.write(b"?")


def _fetch(archive: str, md5: str) -> bytes:
    """Download and unpack an archive from the first mirror that serves it whole."""
    reasons = []
    for mirror in _archives().mirrors:
        try:
            return _unpacked(_content_of(mirror + archive), archive, md5)
        except (_NotServed, OSError) as error:  # OSError: gzip's
            reasons.append(f"{urlsplit(mirror).netloc}: {error}")
    raise DataError(
        f"{archive} could not be fetched ({'; '.join(reasons)}): check the network, then run '{FETCH}'."
    )


def _unpacked(content: bytes, archive: str, md5: str) -> bytes:
    """Unpack an archive that has the right checksum, into a file that has the right one."""
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise _NotServed(f"{len(content):,} bytes with a wrong checksum")
    file = gzip.decompress(content)
    if (
        sha256(file) != OFFICIAL[archive.removesuffix(".gz")]
    ):  # one mirror has no https, and md5 can be forged
        raise _NotServed("a file with a wrong checksum")
    return file


class _NotServed(Exception):
    """Why a mirror did not serve an archive."""


class _Transfer(Thread):
    """What an address serves, read beside the thread that watches how fast it comes.

    For a server can keep a reader waiting in many places (name, handshake, header, body), and a limit on the
    silence between two bytes, which is all that a socket knows, lets a byte a second pass.
    """

    def __init__(self, url: str):
        super().__init__(daemon=True)  # one that hangs does not keep the process alive
        self.request = Request(url, headers={"User-Agent": "nnbook"})
        self.content, self.length, self.fault, self.is_wanted = bytearray(), None, "", True

    def run(self) -> None:
        """Read until the end, or until nobody wants the rest."""
        try:
            with urlopen(self.request, timeout=TIMEOUT) as response:
                self.length = response.length
                while self.is_wanted and (piece := response.read1(2**16)):
                    self.content += piece
        except Exception as error:
            # Only the words: with its traceback, the error would keep the connection open.
            self.fault = str(getattr(error, "reason", error)).rstrip(".") or type(error).__name__


def _content_of(url: str) -> bytes:
    """What an address serves, at a rate that is worth waiting for."""
    name = urlsplit(url).path.rpartition("/")[2]
    transfer = _Transfer(url)
    transfer.start()
    try:
        _watch(transfer, name)
    finally:
        transfer.is_wanted = False
    if transfer.fault:
        raise _NotServed(transfer.fault)
    _show(name, transfer)
    print(file=sys.stderr)
    return bytes(transfer.content)


def _watch(transfer: _Transfer, name: str) -> None:
    """Wait for the end; raise _NotServed if the transfer is too slow or too long."""
    before, end = 0, time.monotonic() + TIMEOUT
    while transfer.is_alive():
        transfer.join(0.2)
        received = len(transfer.content)
        if received > MOST:
            raise _NotServed(f"more than {MOST:,} bytes")
        if received:
            _show(name, transfer)
        if time.monotonic() > end and transfer.is_alive():
            if received - before < LEAST_RATE * TIMEOUT:
                raise _NotServed(f"timed out, with {received - before:,} bytes in {TIMEOUT:g} seconds")
            before, end = received, time.monotonic() + TIMEOUT


def _show(name: str, transfer: _Transfer) -> None:
    """Show how much of an archive is here, in a line that the next one overwrites."""
    percent = 100 * len(transfer.content) // transfer.length if transfer.length else 0
    print(f"\r{name}: {percent:3} %", end="", file=sys.stderr, flush=True)


def _write(files: dict[str, bytes], raw: Path) -> None:
    """Write the files into a new folder of another name, and rename it."""
    part = raw.with_name(f"raw.{uuid.uuid4().hex}")
    try:
        part.mkdir(parents=True)
        for name, content in files.items():
            (part / name).write_bytes(content)
        (part / SUMS).write_text(sha256_sums(part), newline="\n")
        _rename_if_first(part, raw)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _rename_if_first(part: Path, raw: Path) -> None:
    try:
        part.rename(raw)
    except OSError:
        if not raw.is_dir():  # else another process was quicker, and its files are as good
            raise


def _remove_abandoned(raw: Path) -> None:
    """Remove the folders of downloads that were killed while they wrote, which takes a second or so."""
    for part in raw.parent.glob("raw." + 32 * "[0-9a-f]"):
        try:
            if time.time() - part.stat().st_mtime > ABANDONED:
                shutil.rmtree(part, ignore_errors=True)
        except OSError:  # another process was quicker
            continue
