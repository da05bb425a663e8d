"""Whether the files are whole: the small set is damaged in many ways."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from nnbook import data, make_subset, mnist_files
from torchvision.datasets import MNIST

from tests.nnbook.small_mnist import CONTENT, FILES, N_TEST, N_TRAIN, RETRY, sums_of

pytestmark = pytest.mark.usefixtures("cache")


def test_subset_is_balanced_and_in_random_order():
    for train, n in ((True, 400), (False, 100)):
        labels = MNIST(mnist_files.SUBSET, train=train).targets
        assert labels.bincount().tolist() == [n] * 10
        assert all(0 < (half == c).sum() < n for half in labels.chunk(2) for c in range(10))


def test_no_image_of_the_subset_is_there_twice():
    images = torch.cat([MNIST(mnist_files.SUBSET, train=train).data for train in (True, False)])
    assert len(images.flatten(1).unique(dim=0)) == 5_000


def test_checksums_of_the_subset():
    raw = mnist_files.SUBSET / "MNIST" / "raw"
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
    monkeypatch.setitem(mnist_files.SIZES, "full", (10, 1000))
    mnist_files.verify(tmp_path)
    digits = [MNIST(tmp_path, train=train) for train in (True, False)]
    read = np.concatenate([np.column_stack([part.data.flatten(1), part.targets]) for part in digits])
    assert sorted(read.tolist()) == sorted(table.tolist())


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
    mnist_files.verify(folder)
    raw = folder / "MNIST" / "raw"
    damage(raw)
    with pytest.raises(
        mnist_files.DataError, match=f"{message}.*: move the folder {raw.parent} away, then {RETRY}"
    ):
        mnist_files.verify(folder)


@pytest.mark.parametrize("name", [FILES[0], FILES[3]])
def test_a_changed_byte_is_noticed_without_a_file_of_checksums(folder, name):
    raw = folder / "MNIST" / "raw"
    rewrite(name, lambda b: b[:-1] + bytes([b[-1] ^ 1]))(raw)
    with pytest.raises(
        mnist_files.DataError, match=f"{name} is not that file of MNIST, for its checksum .*: move .*{RETRY}"
    ):
        mnist_files.verify(folder)


def test_a_copy_without_the_faintest_pixels_is_accepted_and_said_to_be_one(folder, monkeypatch):
    raw = folder / "MNIST" / "raw"
    assert mnist_files.verify(folder) == ""
    rewrite(FILES[0], lambda b: b[:16] + b[16:].replace(b"\1", b"\0"))(raw)
    monkeypatch.setattr(
        mnist_files, "WITHOUT_FAINTEST", hashlib.sha256((raw / FILES[0]).read_bytes()).hexdigest()
    )
    assert "in which the faintest pixels of the training images, of intensity 1, are 0" in mnist_files.verify(
        folder
    )
    monkeypatch.setenv("NNBOOK_DATA", str(folder))
    assert data.mnist_source().why.startswith("NNBOOK_DATA names the folder. It is a copy in which")


def test_verify_compares_checksums_with_those_beside_the_files(folder):
    raw = folder / "MNIST" / "raw"
    flip = rewrite(FILES[0], lambda b: b[:500] + bytes([b[500] ^ 1]) + b[501:])
    flip(raw)
    (raw / "SHA256SUMS").write_text(sums_of(CONTENT))
    with pytest.raises(
        mnist_files.DataError, match=f"{FILES[0]} does not have the checksum that SHA256SUMS gives: .*{RETRY}"
    ):
        mnist_files.verify(folder)
    flip(raw)
    assert mnist_files.verify(folder) == ""


@pytest.mark.parametrize("change", [str.upper, str.lower], ids=["upper case", "lower case"])
def test_checksums_may_be_written_as_other_systems_do(folder, change):
    lines = [f"{change(line[:64])} *{line[66:]}\r\n" for line in sums_of(CONTENT).splitlines()]
    (folder / "MNIST" / "raw" / "SHA256SUMS").write_bytes("".join(lines).encode())
    assert mnist_files.verify(folder) == ""


def test_another_set_of_digits_may_vouch_for_itself(folder):
    raw = folder / "MNIST" / "raw"
    rewrite(FILES[0], lambda b: b[:-1] + bytes([b[-1] ^ 1]))(raw)
    (raw / "SHA256SUMS").write_text(mnist_files.sha256_sums(raw))
    assert mnist_files.verify(folder) == (
        "It is not the official set, but the one that SHA256SUMS beside it lists."
    )


def test_the_subset_needs_its_checksums(tmp_path, monkeypatch):
    copy = shutil.copytree(mnist_files.SUBSET, tmp_path / "subset")
    monkeypatch.setattr(mnist_files, "SUBSET", copy)
    (copy / "MNIST" / "raw" / "SHA256SUMS").unlink()
    with pytest.raises(mnist_files.DataError, match=r"SHA256SUMS cannot be read .*: install the package"):
        mnist_files.verify(copy, "subset")


def test_damaged_subset_is_to_be_installed_again(tmp_path, monkeypatch):
    copy = tmp_path / "subset"
    shutil.copytree(mnist_files.SUBSET, copy)
    monkeypatch.setattr(mnist_files, "SUBSET", copy)
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    (copy / "MNIST" / "raw" / FILES[0]).unlink()
    with pytest.raises(
        mnist_files.DataError, match=f"{FILES[0]} cannot be read .*: install the package nnbook again"
    ):
        data.mnist_source()


def test_a_set_of_another_size_is_refused(folder, monkeypatch):
    monkeypatch.setitem(mnist_files.SIZES, "full", (N_TRAIN + 1, N_TEST))
    with pytest.raises(
        mnist_files.DataError, match="train-images-idx3-ubyte has 15,696 bytes where the full set has 16,480"
    ):
        mnist_files.verify(folder)
