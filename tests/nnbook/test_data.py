"""A server on this machine stands for MNIST's mirrors, and a few noisy images for the full set."""

import gzip
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from nnbook import data, make_subset
from torch.utils.data import DataLoader, Subset, TensorDataset, random_split
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

N_TRAIN, N_TEST = 20, 10
NOWHERE = "http://127.0.0.1:1/"  # a port at which nobody listens
FILES = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
RETRY = r"run 'python -m nnbook data'"


def small_mnist() -> dict[str, bytes]:
    """The four IDX files of a set of 20 and 10 images, by name."""
    rng = np.random.default_rng(0)
    files = {}
    for part, n in (("train", N_TRAIN), ("t10k", N_TEST)):
        header = bytes([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28])
        files[f"{part}-images-idx3-ubyte"] = header + rng.bytes(n * 28 * 28)
        labels = rng.integers(10, size=n).tolist()
        files[f"{part}-labels-idx1-ubyte"] = bytes([0, 0, 8, 1, 0, 0, 0, n, *labels])
    return files


CONTENT = small_mnist()
ARCHIVES = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENT.items()}
RESOURCES = [(f"{name}.gz", hashlib.md5(ARCHIVES[f"{name}.gz"]).hexdigest()) for name in FILES]


class Handler(BaseHTTPRequestHandler):
    """The first folder of the address says how the server behaves."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        body = ARCHIVES[name]
        self.server.requests.append(self.path)
        if behaviour == "missing":
            self.send_error(404)
            return
        if behaviour == "silent":
            self.hang()
            return
        if behaviour == "meet" and "t10k-labels" in name:  # the last file: go on when all processes are here
            self.server.meeting.wait(60)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if behaviour == "altered":
            body = bytes(len(body))
        stalls = behaviour == "stall" or (behaviour == "stall-at-third" and "t10k-images" in name)
        if behaviour == "cut" or stalls:
            body = body[: len(body) // 2]
        self.wfile.write(body)
        if stalls:
            self.server.stalled.set()
            self.hang()

    def hang(self):
        if not self.server.release.wait(20):
            self.server.hung_too_long = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    hung_too_long = False

    def handle_error(self, request, client_address):
        pass  # clients that go away in the middle are what the tests are about


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.requests, server.release, server.stalled = [], threading.Event(), threading.Event()
    server.meeting = threading.Barrier(2)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mirrors(server, monkeypatch):
    """Set the mirrors to folders of the server, given by their behaviour."""

    def use(*behaviours: str) -> list[str]:
        urls = [f"http://127.0.0.1:{server.server_port}/{behaviour}/" for behaviour in behaviours]
        monkeypatch.setattr(MNIST, "mirrors", urls)
        return urls

    return use


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder that does not exist yet, dead mirrors, and the small set in place of the full one."""
    monkeypatch.delenv("NNBOOK_DATA", raising=False)
    monkeypatch.setattr(data.platformdirs, "user_cache_path", lambda name, **_: tmp_path / "cache" / name)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(MNIST, "mirrors", [NOWHERE, NOWHERE])
    monkeypatch.setattr(MNIST, "resources", RESOURCES)
    monkeypatch.setitem(data.SIZES, "full", (N_TRAIN, N_TEST))
    data._search.cache_clear()
    yield tmp_path / "cache" / "nnbook"
    data._search.cache_clear()


@pytest.fixture
def folder(tmp_path):
    """A folder with a whole set, and no checksums beside it."""
    raw = tmp_path / "folder" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in CONTENT.items():
        (raw / name).write_bytes(content)
    return tmp_path / "folder"


def sums_of(files: dict[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in FILES)


def holds_a_whole_set(root: Path) -> bool:
    raw = root / "MNIST" / "raw"
    expected = {**CONTENT, "SHA256SUMS": sums_of(CONTENT).encode()}
    alone = [path.name for path in raw.parent.iterdir()] == ["raw"]
    return alone and {path.name: path.read_bytes() for path in raw.iterdir()} == expected


# Reading


def test_images_are_what_to_tensor_makes_of_them(monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    for train, n in ((True, 4_000), (False, 1_000)):
        images, labels = data.mnist(train).tensors
        assert (images.shape, images.dtype) == ((n, 1, 28, 28), torch.float32)
        assert (labels.shape, labels.dtype) == ((n,), torch.int64)
        usual = MNIST(data.SUBSET, train=train, transform=ToTensor())
        for k in range(0, n, 97):
            image, label = usual[k]
            assert torch.equal(images[k], image)
            assert labels[k] == label


def test_mnist_reads_the_source_in_use(folder, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    images, labels = data.mnist(train=False).tensors
    assert (255 * images).round().byte().numpy().tobytes() == CONTENT["t10k-images-idx3-ubyte"][16:]
    assert bytes(labels.tolist()) == CONTENT["t10k-labels-idx1-ubyte"][8:]


def examples(n: int) -> TensorDataset:
    return TensorDataset(torch.randn(n, 1, 4, 4), torch.arange(n))


def drawn(loader: DataLoader) -> list:
    """All batches of two epochs at a seed, and a random number after them."""
    torch.manual_seed(3)
    return [*loader, *loader, [torch.rand(1)]]


@pytest.mark.parametrize("n", [1, 23, 24])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("split", [False, True])
def test_batches_are_those_of_the_usual_loader(n, shuffle, split):
    dataset = random_split(examples(n + 7), [n, 7])[0] if split else examples(n)
    ours, usual = data.batches(dataset, 8, shuffle), DataLoader(dataset, 8, shuffle=shuffle)
    assert len(ours) == len(usual)
    for batch, expected in zip(drawn(ours), drawn(usual), strict=True):
        for tensor, tensor_expected in zip(batch, expected, strict=True):
            assert torch.equal(tensor, tensor_expected)
            assert tensor.dtype == tensor_expected.dtype


def test_batches_of_one():
    for X, y in data.batches(examples(3), 1):
        assert (X.shape, y.shape) == ((1, 1, 4, 4), (1,))


def test_a_batch_is_taken_in_one_go():
    class Counting(TensorDataset):
        taken = 0

        def __getitem__(self, index):
            self.taken += 1
            return super().__getitem__(index)

    dataset = Counting(*examples(100).tensors)
    for loader in (data.batches(dataset, 10), data.batches(Subset(dataset, range(100)), 10)):
        dataset.taken = 0
        assert len(list(loader)) == dataset.taken == 10


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "8"])
def test_batch_size_is_a_positive_integer(batch_size):
    with pytest.raises(ValueError, match=f"batch_size should be a positive integer.*{batch_size}"):
        data.batches(examples(3), batch_size)


# The subset


def test_subset_is_balanced_and_in_random_order():
    for train, n in ((True, 400), (False, 100)):
        labels = MNIST(data.SUBSET, train=train).targets
        assert labels.bincount().tolist() == [n] * 10
        assert all(0 < (half == c).sum() < n for half in labels.chunk(2) for c in range(10))


def test_no_image_of_the_subset_is_there_twice():
    images = torch.cat([MNIST(data.SUBSET, train=train).data for train in (True, False)])
    assert len(images.flatten(1).unique(dim=0)) == 5_000


def test_checksums_of_the_subset():
    raw = data.SUBSET / "MNIST" / "raw"
    files = {name: (raw / name).read_bytes() for name in FILES}
    assert (raw / "SHA256SUMS").read_text() == sums_of(files)
    assert sorted(path.name for path in raw.iterdir()) == sorted([*FILES, "SHA256SUMS"])


def test_split_is_stratified_and_in_random_order():
    labels = np.repeat([0, 1, 2], 50)
    train, test = make_subset.split(labels, n_test=10, seed=0)
    assert np.bincount(labels[train]).tolist() == [40] * 3
    assert np.bincount(labels[test]).tolist() == [10] * 3
    assert sorted([*train, *test]) == list(range(150))
    assert all(np.any(np.diff(labels[part]) < 0) for part in (train, test))
    assert not np.array_equal(train, make_subset.split(labels, n_test=10, seed=1)[0])


def test_make_subset_writes_what_torchvision_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(make_subset, "SUBSET", tmp_path)
    rng = np.random.default_rng(0)
    table = np.column_stack([rng.integers(256, size=(1010, 784)), np.repeat(np.arange(10), 101)])
    np.savetxt(tmp_path / "table.csv.gz", table, "%d", delimiter=",")
    make_subset.main(tmp_path / "table.csv.gz")
    monkeypatch.setitem(data.SIZES, "full", (10, 1000))
    data.verify(tmp_path)
    digits = [MNIST(tmp_path, train=train) for train in (True, False)]
    read = np.concatenate([np.column_stack([part.data.flatten(1), part.targets]) for part in digits])
    assert sorted(read.tolist()) == sorted(table.tolist())


# Where the data are looked for


def test_line_of_the_full_set(folder, monkeypatch):
    source = data.Source("full", folder, 60_000, 10_000, why="")
    assert str(source) == "Data: the full MNIST set, 60,000 images to train and 10,000 to test."


def test_subset_on_purpose(monkeypatch, cache):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    cache.mkdir(parents=True)
    source = data.mnist_source()
    assert (source.name, source.root, source.n_train, source.n_test) == ("subset", data.SUBSET, 4_000, 1_000)
    assert source.why == "NNBOOK_DATA asks for the subset."
    assert str(source) == "Data: the book's MNIST subset, 4,000 images to train and 1,000 to test."


def test_named_folder_comes_before_the_cache(folder, cache, monkeypatch):
    shutil.copytree(folder, cache)
    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    source = data.mnist_source()
    assert (source.name, source.root, source.n_train, source.n_test) == ("full", folder, N_TRAIN, N_TEST)
    assert source.why == "NNBOOK_DATA names the folder."


def test_named_folder_may_begin_with_a_tilde(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("NNBOOK_DATA", "~/folder")
    assert data.mnist_source().root == folder


@pytest.mark.parametrize("named", ["absent", ".", "folder/MNIST"])
def test_wrong_named_folder_is_an_error(named, folder, cache, monkeypatch):
    """It is not passed over for the cache, whole as that is."""
    shutil.copytree(folder, cache)
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("NNBOOK_DATA", named)
    with pytest.raises(data.DataError, match=f"NNBOOK_DATA names {Path(named).absolute()}, .*{RETRY}"):
        data.mnist_source()


def test_cache_comes_before_a_download(folder, cache, server, mirrors, monkeypatch):
    shutil.copytree(folder, cache)
    mirrors("good")
    monkeypatch.setenv("NNBOOK_DATA", "")
    source = data.mnist_source()
    assert (source.name, source.root, source.why) == ("full", cache, "The files are in the cache folder.")
    assert server.requests == []


def test_download_comes_before_the_subset(cache, mirrors):
    mirrors("good")
    source = data.mnist_source()
    assert (source.name, source.root) == ("full", cache)
    assert source.why == "The files were downloaded into the cache folder."
    assert holds_a_whole_set(cache)


def test_dead_network_leads_to_the_subset(cache):
    source = data.mnist_source()
    assert (source.name, source.root) == ("subset", data.SUBSET)
    assert "train-images-idx3-ubyte.gz could not be fetched (127.0.0.1:1: " in source.why
    assert "refused" in source.why
    assert not (cache / "MNIST" / "raw").exists()


def test_failed_download_is_not_tried_again(server, mirrors):
    mirrors("missing", "missing")
    first = data.mnist_source()
    tried = len(server.requests)
    assert tried > 0
    assert data.mnist_source() is first
    assert len(server.requests) == tried


def test_unwritable_cache_leads_to_the_subset(cache, mirrors):
    mirrors("good")
    cache.parent.write_text("a file where the folder should be")
    source = data.mnist_source()
    assert source.name == "subset"
    assert source.why.startswith(f"{cache / 'MNIST' / 'raw'} cannot be written (")
    assert "set NNBOOK_DATA to a folder that can" in source.why


def test_download_can_be_forbidden(cache, server, mirrors):
    mirrors("good")
    source = data.mnist_source(may_download=False)
    assert source.name == "subset"
    assert "'python -m nnbook data' fetches it" in source.why
    assert server.requests == []
    assert not cache.exists()


@pytest.mark.parametrize("where", ["NNBOOK_DATA", "cache"])
def test_damaged_files_are_an_error_until_they_are_mended(where, folder, cache, monkeypatch, mirrors):
    mirrors("good")
    if where == "cache":
        shutil.move(folder, cache)
        folder = cache
    else:
        monkeypatch.setenv("NNBOOK_DATA", str(folder))
    labels = folder / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    labels.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(data.DataError, match=f"^{labels} has 0 bytes"):
            data.mnist_source()
    labels.write_bytes(CONTENT[labels.name])
    assert data.mnist_source().root == folder


def test_full_set_folder(tmp_path, cache, monkeypatch):
    assert data.full_set_folder() == cache
    monkeypatch.setenv("NNBOOK_DATA", str(tmp_path / "named"))
    assert data.full_set_folder() == tmp_path / "named"
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    with pytest.raises(data.DataError, match="NNBOOK_DATA is 'subset', which is no folder: unset it"):
        data.full_set_folder()


def test_fingerprint_follows_the_files(folder, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    subset = data.fingerprint()
    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    full = data.fingerprint()
    assert len(full) == 64
    assert full == data.fingerprint() != subset
    images = folder / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-1] + b"\0")
    assert data.fingerprint() not in (full, subset)


# Whether they are whole


def rewrite(name, change):
    def damage(raw: Path):
        (raw / name).write_bytes(change((raw / name).read_bytes()))

    return damage


def replace_by_folder(raw: Path):
    (raw / FILES[0]).unlink()
    (raw / FILES[0]).mkdir()


DAMAGES = {
    "missing": (lambda raw: (raw / FILES[3]).unlink(), FILES[3] + r" cannot be read \(No such file"),
    "a folder": (replace_by_folder, FILES[0] + r" cannot be read \(Is a directory\)"),
    "empty": (rewrite(FILES[1], lambda _: b""), FILES[1] + " has 0 bytes where .* has 28"),
    "truncated": (rewrite(FILES[0], lambda b: b[:-1]), FILES[0] + " has 15,695 bytes where .* has 15,696"),
    "header alone": (
        rewrite(FILES[2], lambda b: b[:7]),
        FILES[2] + " has 7 bytes where .* has 7,856",
    ),
    "too long": (
        rewrite(FILES[2], lambda b: b + b"\0"),
        FILES[2] + " has 7,857 bytes where .* has 7,856",
    ),
    "magic number": (
        rewrite(FILES[0], lambda b: b"\0\0\x09" + b[3:]),
        FILES[0] + r" does not begin as an IDX file of shape \(20, 28, 28\)",
    ),
    "dimensions": (
        rewrite(FILES[2], lambda b: b[:11] + bytes([14, 0, 0, 0, 56]) + b[16:]),
        FILES[2] + r" does not begin as an IDX file of shape \(10, 28, 28\)",
    ),
    "label": (rewrite(FILES[3], lambda b: b[:-1] + b"\x0a"), FILES[3] + " has labels above 9"),
    "old files": (lambda raw: (raw.parent / "processed").mkdir(), "processed holds files that hide those in"),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGES.values(), ids=DAMAGES.keys())
def test_verify_names_the_damaged_file_and_the_remedy(folder, damage, message):
    data.verify(folder)
    raw = folder / "MNIST" / "raw"
    damage(raw)
    with pytest.raises(data.DataError, match=f"{message}.*: move the folder {raw.parent} away, then {RETRY}"):
        data.verify(folder)


def test_verify_compares_checksums_where_there_are_some(folder):
    raw = folder / "MNIST" / "raw"
    flip = rewrite(FILES[0], lambda b: b[:500] + bytes([b[500] ^ 1]) + b[501:])
    flip(raw)
    data.verify(folder)
    (raw / "SHA256SUMS").write_text(sums_of(CONTENT))
    with pytest.raises(
        data.DataError, match=f"{FILES[0]} does not have the checksum that SHA256SUMS gives: .*{RETRY}"
    ):
        data.verify(folder)
    flip(raw)
    data.verify(folder)


def test_damaged_subset_is_to_be_installed_again(tmp_path, monkeypatch):
    copy = tmp_path / "subset"
    shutil.copytree(data.SUBSET, copy)
    monkeypatch.setattr(data, "SUBSET", copy)
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    (copy / "MNIST" / "raw" / FILES[0]).unlink()
    with pytest.raises(
        data.DataError, match=f"{FILES[0]} cannot be read .*: install the package nnbook again"
    ):
        data.mnist_source()


def test_a_set_of_another_size_is_refused(folder, monkeypatch):
    monkeypatch.setitem(data.SIZES, "full", (N_TRAIN + 1, N_TEST))
    with pytest.raises(
        data.DataError, match="train-images-idx3-ubyte has 15,696 bytes where the full set has 16,480"
    ):
        data.verify(folder)


# Downloading


@pytest.mark.parametrize("first", ["missing", "altered", "cut"])
def test_second_mirror_serves_what_the_first_does_not(first, tmp_path, mirrors):
    mirrors(first, "good")
    data.download(tmp_path / "new" / "folder")
    assert holds_a_whole_set(tmp_path / "new" / "folder")


def test_second_mirror_serves_when_the_first_is_dead(tmp_path, mirrors, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", [NOWHERE, *mirrors("good")])
    data.download(tmp_path)
    assert holds_a_whole_set(tmp_path)


@pytest.mark.parametrize("first", ["silent", "stall"])
def test_second_mirror_serves_when_the_first_hangs(first, tmp_path, server, mirrors, monkeypatch):
    monkeypatch.setattr(data, "TIMEOUT", 0.2)
    mirrors(first, "good")
    data.download(tmp_path)
    assert holds_a_whole_set(tmp_path)
    assert not server.hung_too_long


def test_timeout_is_for_the_download_only(tmp_path, mirrors):
    for last in ("good", "missing"):
        mirrors(last)
        before = data.socket.getdefaulttimeout()
        try:
            data.download(tmp_path / last)
        except data.DataError:
            assert last == "missing"
        assert data.socket.getdefaulttimeout() == before


def test_no_mirror_serves(tmp_path, mirrors):
    mirrors("missing", "altered")
    reasons = r"\(127.0.0.1:\d+: Not Found; 127.0.0.1:\d+: File not found or corrupted\)"
    with pytest.raises(
        data.DataError, match=f"^train-images-idx3-ubyte.gz could not be fetched {reasons}: .*{RETRY}"
    ):
        data.download(tmp_path)
    assert list((tmp_path / "MNIST").iterdir()) == []


def test_mirror_that_fails_at_the_last_file_leaves_nothing(tmp_path, mirrors, monkeypatch):
    mirrors("good")
    monkeypatch.setattr(MNIST, "resources", [*RESOURCES[:3], (RESOURCES[3][0], "0" * 32)])
    with pytest.raises(data.DataError, match=r"^t10k-labels-idx1-ubyte.gz could not be fetched"):
        data.download(tmp_path)
    assert list((tmp_path / "MNIST").iterdir()) == []


def test_files_already_there_are_kept(folder, server, mirrors):
    mirrors("good")
    data.download(folder)
    assert server.requests == []
    (folder / "MNIST" / "raw" / FILES[0]).write_bytes(b"mine")
    with pytest.raises(data.DataError, match=f"{FILES[0]} has 4 bytes .*: move the folder"):
        data.download(folder)
    assert (folder / "MNIST" / "raw" / FILES[0]).read_bytes() == b"mine"


@pytest.mark.parametrize("blocked", ["file", "file/folder"])
def test_folder_that_cannot_be_written(blocked, tmp_path, mirrors):
    mirrors("good")
    (tmp_path / "file").write_text("a file where the folder should be")
    raw = tmp_path / blocked / "MNIST" / "raw"
    with pytest.raises(data.DataError, match=rf"^{raw} cannot be written \(.*\): set NNBOOK_DATA .*{RETRY}"):
        data.download(tmp_path / blocked)


# Downloading in processes that are killed or run in parallel

PROGRAM = """
import json, signal, sys
from torchvision.datasets import MNIST
# A job in the background ignores Ctrl-C, and hands that down to the processes that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
import nnbook.__main__
MNIST.mirrors, MNIST.resources, nnbook.data.SIZES["full"] = json.loads(sys.argv[1])
sys.exit(nnbook.__main__.main(["data"]))
"""


def start_download(folder: Path, mirrors: list[str], monkeypatch) -> subprocess.Popen:
    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    setting = json.dumps([mirrors, RESOURCES, (N_TRAIN, N_TEST)])
    command = [sys.executable, "-c", "import nnbook\n" + PROGRAM, setting]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_download_leaves_no_half_file(end, tmp_path, server, mirrors, monkeypatch):
    process = start_download(tmp_path, mirrors("stall-at-third"), monkeypatch)
    assert server.stalled.wait(60)
    process.send_signal(end)
    _, errors = process.communicate(timeout=60)
    left = [path.name for path in (tmp_path / "MNIST").iterdir()]
    assert "raw" not in left
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert errors.endswith("Interrupted; no half file is left.\n")
        assert "Traceback" not in errors
        assert left == []
    mirrors("good")
    data.download(tmp_path)
    data.verify(tmp_path)


def test_parallel_downloads_share_one_result(tmp_path, mirrors, monkeypatch):
    urls = mirrors("meet")
    processes = [start_download(tmp_path, urls, monkeypatch) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert holds_a_whole_set(tmp_path)
