"""The shared package of the book *Neural Networks, Line by Line*."""

from importlib.metadata import version

from nnbook.torchvision_ops import import_torchvision

import_torchvision()

__version__ = version("nnbook")
