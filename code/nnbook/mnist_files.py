"""The four files of MNIST: which they are, and whether they are whole.

`nnbook.data` looks for them and reads them, `nnbook.mnist_download` fetches them.
"""

import hashlib
import math
import os
import struct
from pathlib import Path

SIZES = {"full": (60_000, 10_000), "subset": (4_000, 1_000)}  # images to train, images to test
SUBSET = Path(__file__).with_name("subset")
SUMS = "SHA256SUMS"
FETCH = "python -m nnbook data"

# What sha256sum prints of the files of http://yann.lecun.com/exdb/mnist/, unpacked.
OFFICIAL = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
# The training images of some copies of MNIST: in 55,000 of them the pixels of intensity 1 of 255, a pixel in
# 2,000, became 0. Losses agree with those of the official file to the fourth digit.
WITHOUT_FAINTEST = "c105cf81eaca3b3fbe88f5c84576429eac44d699d923456d6744c13801c37834"


class DataError(RuntimeError):
    """The data are missing or damaged; the message is one sentence that names the file and the remedy."""


class _Fault(Exception):
    """What is wrong with the files, without the remedy."""


def verify(root: Path, name: str = "full") -> str:
    """Check the four files: length, header, labels and checksums.

    torchvision checks the archives that it downloads, but reads unpacked files as they are. The checksums are
    those of the file `SHA256SUMS` beside the four, if there is one, else those of the official files.

    root: the folder that holds `MNIST/raw`.
    name: "full" or "subset", which tells how many images there should be.
    Returns a sentence if the full set is accepted though it is not the official one, else nothing.
    Raises DataError if a file is missing, unreadable, truncated or altered.
    """
    raw = raw_folder(root)
    try:
        checksums = _checksums(raw, name)
    except (OSError, _Fault) as error:
        is_fault = isinstance(error, _Fault)
        fault = str(error) if is_fault else f"{error.filename} cannot be read ({error.strerror})"
        remedy = (
            "install the package nnbook again"
            if root == SUBSET
            else f"move the folder {raw.parent} away, then run '{FETCH}' to fetch it again"
        )
        raise DataError(f"{fault}: {remedy}.") from error
    if name == "subset" or checksums == OFFICIAL:
        return ""
    if checksums == {**OFFICIAL, "train-images-idx3-ubyte": WITHOUT_FAINTEST}:
        return "It is a copy in which the faintest pixels of the training images, of intensity 1, are 0."
    return f"It is not the official set, but the one that {SUMS} beside it lists."


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of an IDX file, the format of MNIST: a magic number and the shape, 4 bytes each.

    shape: of the array of bytes in the file: (n, 28, 28) for images, (n,) for labels.
    Source: http://yann.lecun.com/exdb/mnist/
    """
    return struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape)


def sha256(content: bytes) -> str:
    """The SHA-256 checksum of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_sums(raw: Path) -> str:
    """The checksums of the four files in the folder `raw`, in the lines that `sha256sum` prints."""
    return "".join(f"{sha256((raw / file).read_bytes())}  {file}\n" for file in OFFICIAL)


def raw_folder(root: Path) -> Path:
    """The folder of the four files, where torchvision looks for it below the folder `root`."""
    return root / "MNIST" / "raw"


def _shapes(name: str) -> dict[str, tuple[int, ...]]:
    n_train, n_test = SIZES[name]
    return {
        "train-images-idx3-ubyte": (n_train, 28, 28),
        "train-labels-idx1-ubyte": (n_train,),
        "t10k-images-idx3-ubyte": (n_test, 28, 28),
        "t10k-labels-idx1-ubyte": (n_test,),
    }


def _checksums(raw: Path, name: str) -> dict[str, str]:
    """The checksum of each file, all of which are as they should be."""
    # Files of torchvision's early versions, which its loader would read in place of those checked here.
    if os.path.exists(old := raw.parent / "processed"):
        raise _Fault(f"{old} holds files that hide those in {raw}")
    sums = raw / SUMS
    has_sums = name == "subset" or os.path.lexists(sums)
    listed = _listed(sums) if has_sums else None
    checksums = {}
    for file, shape in _shapes(name).items():
        path, content = raw / file, (raw / file).read_bytes()
        _check_idx(path, content, shape, name)
        checksums[file] = sha256(content)
        if listed is None and checksums[file] not in (OFFICIAL[file], WITHOUT_FAINTEST):
            raise _Fault(f"{path} is not that file of MNIST, for its checksum is another")
        if listed is not None and (checksums[file], file) not in listed:
            raise _Fault(f"{path} does not have the checksum that {SUMS} gives")
    return checksums


def _listed(sums: Path) -> list[tuple[str, ...]]:
    """The pairs of checksum and name in a file that sha256sum wrote; it marks names by * on some systems."""
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    return [(line[:64].lower(), line[64:].strip().removeprefix("*")) for line in lines]


def _check_idx(path: Path, content: bytes, shape: tuple[int, ...], name: str) -> None:
    """Check what can be told without a checksum, for the sake of a better message."""
    header = idx_header(shape)
    length = len(header) + math.prod(shape)
    if len(content) != length:
        raise _Fault(f"{path} has {len(content):,} bytes where the {name} set has {length:,}")
    if not content.startswith(header):
        raise _Fault(f"{path} does not begin as an IDX file of shape {shape} does")
    if len(shape) == 1 and max(content[len(header) :]) > 9:
        raise _Fault(f"{path} has labels above 9")
