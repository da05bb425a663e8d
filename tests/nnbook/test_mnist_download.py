"""The download: mirrors that fail in many ways, processes that are killed or run in parallel."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nnbook import mnist_download, mnist_files
from nnbook.mnist_files import DataError
from torchvision.datasets import MNIST

from tests.nnbook.small_mnist import (
    CHECKSUMS,
    FILES,
    N_TEST,
    N_TRAIN,
    NOWHERE,
    RESOURCES,
    RETRY,
    holds_a_whole_set,
)

pytestmark = pytest.mark.usefixtures("cache")

TORCHVISION, OURS = list(MNIST.resources), dict(mnist_files.OFFICIAL)  # as they are without the small set


def test_every_archive_has_a_checksum_of_its_own():
    """One of torchvision's, and for the file in it one of this package's."""
    names, md5s = zip(*TORCHVISION, strict=True)
    assert [name.removesuffix(".gz") for name in names] == list(OURS)
    for checksums, length in ((md5s, 32), (OURS.values(), 64)):
        assert len(set(checksums)) == 4
        assert all(re.fullmatch(f"[0-9a-f]{{{length}}}", checksum) for checksum in checksums)


@pytest.mark.parametrize("first", ["missing", "altered", "cut"])
def test_second_mirror_serves_what_the_first_does_not(first, tmp_path, mirrors):
    mirrors(first, "good")
    mnist_download.download(tmp_path / "new" / "folder")
    assert holds_a_whole_set(tmp_path / "new" / "folder")


def test_second_mirror_serves_when_the_first_is_dead(tmp_path, mirrors, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", [NOWHERE, *mirrors("good")])
    mnist_download.download(tmp_path)
    assert holds_a_whole_set(tmp_path)


@pytest.mark.parametrize("first", ["silent", "stall", "trickle", "slow%20header"])
def test_second_mirror_serves_when_the_first_hangs(first, tmp_path, server, mirrors, monkeypatch):
    monkeypatch.setattr(mnist_download, "TIMEOUT", 0.3)
    mirrors(first, "good")
    mnist_download.download(tmp_path)
    assert holds_a_whole_set(tmp_path)
    assert not server.hung_too_long


def test_a_mirror_that_is_slow_but_not_too_slow_is_waited_for(tmp_path, mirrors, monkeypatch):
    monkeypatch.setattr(mnist_download, "TIMEOUT", 0.3)
    monkeypatch.setattr(mnist_download, "LEAST_RATE", 1)
    monkeypatch.setattr(MNIST, "resources", RESOURCES[1:2])
    mirrors("trickle")
    with pytest.raises(DataError, match=r":\d+: timed out\)"):  # of the silence after the last byte
        mnist_download.download(tmp_path)


def test_too_slow_is_said_in_a_sentence(tmp_path, mirrors, monkeypatch):
    monkeypatch.setattr(mnist_download, "TIMEOUT", 0.3)
    mirrors("trickle")
    with pytest.raises(
        DataError, match=rf"127.0.0.1:\d+: timed out, with \d bytes in 0.3 seconds\): .*{RETRY}"
    ):
        mnist_download.download(tmp_path)


def test_a_mirror_that_never_ends_is_left(tmp_path, mirrors, monkeypatch):
    monkeypatch.setattr(mnist_download, "MOST", 2**22)
    mirrors("endless", "good")
    mnist_download.download(tmp_path)
    assert holds_a_whole_set(tmp_path)


def test_an_archive_with_the_right_md5_and_other_content_is_refused(tmp_path, mirrors, monkeypatch):
    mirrors("good")
    monkeypatch.setitem(mnist_files.OFFICIAL, FILES[2], "0" * 64)
    with pytest.raises(
        DataError, match=f"^{FILES[2]}.gz could not be fetched .*a file with a wrong checksum"
    ):
        mnist_download.download(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_download_left_goes_when_it_is_old(tmp_path, folder):
    raw = folder / "MNIST" / "raw"
    old, young, other = [raw.with_name(f"raw.{name}") for name in ("0" * 32, "1" * 32, "backup")]
    for left in (old, young, other):
        left.mkdir()
        (left / FILES[0]).write_bytes(b"half")
    for left in (old, other):
        os.utime(left, (0, 0))
    mnist_download.download(folder)
    assert sorted(path.name for path in raw.parent.iterdir()) == ["raw", young.name, other.name]
    assert (other / FILES[0]).exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_is_not_called_a_dead_network(number, tmp_path, mirrors, monkeypatch):
    def refuse(self, content):
        raise OSError(number, os.strerror(number))

    mirrors("good")
    monkeypatch.setattr(Path, "write_bytes", refuse)
    room = "make room on that disk or " if number == errno.ENOSPC else ""
    with pytest.raises(
        DataError, match=rf"raw cannot be written \({os.strerror(number)}\): {room}set NNBOOK"
    ):
        mnist_download.download(tmp_path)
    assert list((tmp_path / "MNIST").iterdir()) == []


def test_no_mirror_serves(tmp_path, mirrors):
    mirrors("missing", "altered")
    reasons = r"\(127.0.0.1:\d+: Not Found; 127.0.0.1:\d+: [0-9,]+ bytes with a wrong checksum\)"
    with pytest.raises(
        DataError, match=f"^train-images-idx3-ubyte.gz could not be fetched {reasons}: .*{RETRY}"
    ):
        mnist_download.download(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_mirror_that_fails_at_the_last_file_leaves_nothing(tmp_path, mirrors, monkeypatch):
    mirrors("good")
    monkeypatch.setattr(MNIST, "resources", [*RESOURCES[:3], (RESOURCES[3][0], "0" * 32)])
    with pytest.raises(DataError, match=r"^t10k-labels-idx1-ubyte.gz could not be fetched"):
        mnist_download.download(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_already_there_are_kept(folder, server, mirrors):
    mirrors("good")
    mnist_download.download(folder)
    assert server.requests == []
    (folder / "MNIST" / "raw" / FILES[0]).write_bytes(b"mine")
    with pytest.raises(DataError, match=f"{FILES[0]} has 4 bytes .*: move the folder"):
        mnist_download.download(folder)
    assert (folder / "MNIST" / "raw" / FILES[0]).read_bytes() == b"mine"


@pytest.mark.parametrize("blocked", ["file", "file/folder"])
def test_folder_that_cannot_be_written(blocked, tmp_path, mirrors):
    mirrors("good")
    (tmp_path / "file").write_text("a file where the folder should be")
    raw = tmp_path / blocked / "MNIST" / "raw"
    with pytest.raises(DataError, match=rf"^{raw} cannot be written \(.*\): set NNBOOK_DATA .*{RETRY}"):
        mnist_download.download(tmp_path / blocked)


# Downloading in processes that are killed or run in parallel

PROGRAM = """
import json, signal, sys
from torchvision.datasets import MNIST
# A job in the background ignores Ctrl-C, and hands that down to the processes that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
import nnbook.__main__
from nnbook.mnist_files import OFFICIAL, SIZES
MNIST.mirrors, MNIST.resources, SIZES["full"], checksums = json.loads(sys.argv[1])
OFFICIAL.update(checksums)
sys.exit(nnbook.__main__.main(["data"]))
"""


def start_download(folder: Path, mirrors: list[str], monkeypatch) -> subprocess.Popen:
    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    setting = json.dumps([mirrors, RESOURCES, (N_TRAIN, N_TEST), CHECKSUMS])
    command = [sys.executable, "-c", "import nnbook.data\n" + PROGRAM, setting]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_download_leaves_no_half_file(end, tmp_path, server, mirrors, monkeypatch):
    process = start_download(tmp_path, mirrors("stall-at-third"), monkeypatch)
    assert server.stalled.wait(60)
    process.send_signal(end)
    _, errors = process.communicate(timeout=60)
    assert list(tmp_path.iterdir()) == []
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert errors.endswith("Interrupted; no half file is left.\n")
        assert "Traceback" not in errors
    mirrors("good")
    mnist_download.download(tmp_path)
    mnist_files.verify(tmp_path)


def test_parallel_downloads_share_one_result(tmp_path, mirrors, monkeypatch):
    urls = mirrors("meet")
    processes = [start_download(tmp_path, urls, monkeypatch) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert holds_a_whole_set(tmp_path)
