"""MNIST as tensors, and batches that are read quickly.

Which images are used says `nnbook.mnist_source`.
"""

import math
from collections.abc import Iterator

import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, Sampler, Subset, TensorDataset

from nnbook.mnist_files import DataError
from nnbook.mnist_source import Source, fingerprint, full_set_folder, mnist_source
from nnbook.torchvision_ops import import_torchvision

import_torchvision()

from torchvision.datasets import MNIST  # noqa: E402 (after what makes it work beside any torch)

__all__ = ["DataError", "Source", "batches", "fingerprint", "full_set_folder", "mnist", "mnist_source"]


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
    # A part of a part, perhaps: the indices are looked up once, not in every batch.
    while isinstance(whole, Subset):
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
