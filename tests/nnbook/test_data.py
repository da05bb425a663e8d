"""Where the data are looked for, and how they are read: with a few noisy images in place of the full set."""

import shutil
from pathlib import Path

import pytest
import torch
from nnbook import data, mnist_files, mnist_source
from torch.utils.data import DataLoader, Subset, TensorDataset, random_split
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

from tests.nnbook.small_mnist import CONTENT, FILES, N_TEST, N_TRAIN, RETRY, holds_a_whole_set

pytestmark = pytest.mark.usefixtures("cache")


# Reading


def test_images_are_what_to_tensor_makes_of_them(monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    for train, n in ((True, 4_000), (False, 1_000)):
        images, labels = data.mnist(train).tensors
        assert (images.shape, images.dtype) == ((n, 1, 28, 28), torch.float32)
        assert (labels.shape, labels.dtype) == ((n,), torch.int64)
        usual = MNIST(mnist_files.SUBSET, train=train, transform=ToTensor())
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


# Where the data are looked for


def test_line_of_the_full_set(folder, monkeypatch):
    source = data.Source("full", folder, 60_000, 10_000, why="")
    assert str(source) == "Data: the full MNIST set, 60,000 images to train and 10,000 to test."


def test_subset_on_purpose(monkeypatch, cache):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    cache.mkdir(parents=True)
    source = data.mnist_source()
    assert (source.name, source.root, source.n_train, source.n_test) == (
        "subset",
        mnist_files.SUBSET,
        4_000,
        1_000,
    )
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


def test_a_home_that_is_nobodys_is_an_error(folder, cache, monkeypatch):
    shutil.copytree(folder, cache)
    monkeypatch.setenv("NNBOOK_DATA", "~nobody2/x")
    with pytest.raises(
        data.DataError,
        match=r"^NNBOOK_DATA names ~nobody2/x, but there is no home .*: give the absolute path\.$",
    ):
        data.mnist_source()


def test_nobody_without_a_home_gets_the_subset(monkeypatch):
    def no_home(*_, **__):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(mnist_source.platformdirs, "user_cache_path", no_home)
    source = data.mnist_source()
    assert source.name == "subset"
    assert source.why.startswith("You have no home folder for a cache: let NNBOOK_DATA name the folder")
    with pytest.raises(data.DataError, match=r"^You have no home folder"):
        data.full_set_folder()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("folder/MNIST/raw/" + FILES[0], "which is a file: name the folder that holds MNIST/raw"),
        (
            "blocked",
            r"but MNIST/raw in it cannot be opened \(Not a directory\): change that, or name another",
        ),
        ("loop", r"but MNIST/raw in it cannot be opened \(Too many levels of symbolic links\)"),
        ("x" * 300, r"but MNIST/raw in it cannot be opened \(File name too long\)"),
    ],
    ids=["file", "file within", "loop", "long name"],
)
def test_the_remedy_fits_what_is_wrong_with_the_named_folder(named, message, folder, monkeypatch):
    (folder.parent / "blocked").mkdir()
    (folder.parent / "blocked" / "MNIST").write_text("a file where a folder should be")
    (folder.parent / "loop").symlink_to("loop")
    monkeypatch.setenv("NNBOOK_DATA", str(folder.parent / named))
    with pytest.raises(data.DataError, match=f"^NNBOOK_DATA names {folder.parent / named}, {message}"):
        data.mnist_source()


def test_a_folder_that_may_not_be_searched_is_not_said_to_hold_nothing(folder, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    monkeypatch.setattr(mnist_source.Path, "stat", refuse)
    with pytest.raises(
        data.DataError, match=r"MNIST/raw in it cannot be opened \(Permission denied\): change"
    ):
        mnist_source._check_named(folder)


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
    assert (source.name, source.root) == ("subset", mnist_files.SUBSET)
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
