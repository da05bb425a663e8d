"""An epoch of "MNIST from scratch", against the usual loader and against the machine's own matrix product.

The table that `pytest tests/benchmarks` ends with has, for one thread and for two, three lines to compare:
- chapter: the training epoch, as the page runs it;
- usual_loader: the same epoch over `DataLoader(MNIST(transform=ToTensor()), batch_size=128, shuffle=True)`;
- matrix_product: as many floating-point operations as the epoch's, in products of square matrices alone.
"""

import jupytext
import matplotlib as mpl
import pytest
import torch
from nnbook import data
from torch.utils.data import DataLoader, random_split
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

from tests.building import ROOT

mpl.use("agg")


def flatten(image):
    """(1, 28, 28) to (784,)."""
    return ToTensor()(image).flatten()


@pytest.fixture(scope="module")
def page() -> dict:
    """The names of the chapter as they stand before its run begins."""
    names = {}
    for cell in jupytext.read(ROOT / "book/mnist-from-scratch.md").cells:
        if cell.cell_type == "code" and "remove-cell" not in cell.metadata.get("tags", []):
            exec(cell.source.split("history = run(")[0], names)
            if "history = run(" in cell.source:
                return names
    raise AssertionError("the chapter has no cell with `history = run(`")


@pytest.fixture(params=[1, 2], ids=["1_thread", "2_threads"])
def threads(request, benchmark):
    """Run on so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    benchmark.group = f"an epoch on {request.param} thread(s)"
    yield request.param
    torch.set_num_threads(before)


def usual_loader(page) -> DataLoader:
    """The loader of every tutorial, over the chapter's own split."""
    everything = MNIST(data.mnist_source().root, transform=flatten)
    n_val = len(page["val_set"])
    torch.manual_seed(7)
    train_set, _ = random_split(everything, [len(everything) - n_val, n_val])
    return DataLoader(train_set, batch_size=128, shuffle=True)


def epoch_loss(page, batches) -> float:
    """The training loss of one epoch from the same parameters in the same order, whatever the loader."""
    torch.manual_seed(7)
    return page["epoch"](batches, page["init"](), 0.1)


def test_chapter(page, benchmark, threads):
    benchmark.pedantic(epoch_loss, (page, page["train_batches"]), rounds=5, warmup_rounds=1)


def test_usual_loader(page, benchmark, threads):
    loss = benchmark.pedantic(epoch_loss, (page, usual_loader(page)), rounds=2)
    assert loss == epoch_loss(page, page["train_batches"])  # digit for digit


def test_matrix_product(page, benchmark, threads):
    """Forward X W₁ and A W₂, backward Xᵀ ∂Z, Aᵀ ∂S and ∂S W₂ᵀ: 2·784·500·2 + 2·500·10·3 of an image."""
    size = 1024
    a, b = torch.rand(size, size), torch.rand(size, size)
    operations = len(page["train_set"]) * (2 * 784 * 500 * 2 + 2 * 500 * 10 * 3)

    def products():
        for _ in range(round(operations / (2 * size**3))):
            a @ b

    benchmark.pedantic(products, rounds=5, warmup_rounds=1)
