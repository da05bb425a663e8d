"""Sphinx extension: Matplotlib has a folder that it can write before a cell imports it.

Where it finds none, it says so on stderr, and so in the page of the first cell that draws. It also says there
that it takes long to list the fonts, on a slow machine that never did so before.
"""

import importlib
import logging as python_logging
import os
from contextlib import contextmanager
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)


@contextmanager
def silent(name: str):
    """Keep a logger of that name from saying less than an error."""
    other = python_logging.getLogger(name)
    before = other.level
    other.setLevel(python_logging.ERROR)
    try:
        yield
    finally:
        other.setLevel(before)


def settle_folder(app, config) -> None:
    """Have Matplotlib choose its folders here, for all processes that this one starts.

    Where the usual ones cannot be written, it makes a folder for the time of this process, and lets
    MPLCONFIGDIR name it.
    """
    named = os.environ.get("MPLCONFIGDIR")
    with silent("matplotlib"):
        matplotlib = importlib.import_module("matplotlib")  # here, for it looks for its folders at once
        folder = matplotlib.get_cachedir()
        matplotlib.get_configdir()
        if not list(Path(folder).glob("fontlist-*.json")):
            importlib.import_module("matplotlib.font_manager")  # which lists the fonts
    if os.environ.get("MPLCONFIGDIR") != named:
        logger.info("Matplotlib's own folder cannot be written; in this build it uses %s.", folder)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("config-inited", settle_folder)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
