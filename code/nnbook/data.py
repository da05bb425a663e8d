"""MNIST as tensors, and batches that are read quickly.

Which images are used says `nnbook.mnist_source`.
"""

from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    RandomSampler,
    SequentialSampler,
    TensorDataset,
)

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
    order = RandomSampler(dataset) if shuffle else SequentialSampler(dataset)
    # batch_size=None, because the sampler gives lists of indices and the data set takes a list as one index.
    return DataLoader(dataset, batch_size=None, sampler=BatchSampler(order, batch_size, drop_last=False))
