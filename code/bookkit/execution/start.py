"""What every build settles first: the package and the data in use, threads, and that it is alone here.

All of it is set for the kernels too, which inherit this process's environment.
"""

import os
import sys
from pathlib import Path

import nnbook
from filelock import FileLock, Timeout
from nnbook import mnist_source
from nnbook.mnist_files import DataError
from sphinx.util import logging

LOCK = ".lock"  # in the folder of the build

logger = logging.getLogger(__name__)


def settle(app, config) -> None:
    """Settle everything, or end the build with one sentence."""
    # sys.exit: Jupyter Book answers any exception with pages of its own traceback.
    own = Path(app.srcdir).resolve() / "code"
    if own.is_dir() and not Path(nnbook.__file__).resolve().is_relative_to(own):
        sys.exit(f"The package nnbook is that of {nnbook.__file__}: run `pip install -e .` in {own.parent}.")
    try:
        source = settle_data()
    except DataError as error:
        sys.exit(str(error))
    logger.info("%s %s", source, source.why)
    settle_threads()
    # Kept by the application: another build in this folder waits until this process has ended.
    app.bookkit_lock = wait_for_other_builds(Path(app.outdir).parent)


def settle_data() -> mnist_source.Source:
    """Find the data in use, and have every process that this one starts use the same."""
    source = mnist_source.mnist_source()
    os.environ["NNBOOK_DATA"] = "subset" if source.name == "subset" else str(source.root)
    return source


def settle_threads() -> None:
    """Give each kernel one thread, unless the user has said otherwise: there is a kernel for each core.

    The number is always the same, for sums that are split otherwise are rounded otherwise.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A thread that waits gives its core to the others instead of spinning.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def wait_for_other_builds(folder: Path) -> FileLock:
    """The lock of a build's folder, once it is ours; the system frees it when the process ends, however."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.info("Another build is at work in %s: this one waits until it has ended.", folder)
        lock.acquire()
    return lock
