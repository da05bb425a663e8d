"""The shared package of the book *Neural Networks, Line by Line*."""

from importlib.metadata import version

__version__ = version("nnbook")
