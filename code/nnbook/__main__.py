"""The commands `python -m nnbook data` and `python -m nnbook info`."""

import argparse
import os
import platform
import sys

import matplotlib
import numpy as np
import torch

import nnbook
from nnbook.mnist_download import download
from nnbook.mnist_files import DataError, verify
from nnbook.mnist_source import full_set_folder, mnist_source
from nnbook.torchvision_ops import import_torchvision

torchvision = import_torchvision()


def data() -> None:
    """Fetch the full MNIST set, unless it is there."""
    folder = full_set_folder()
    if os.path.exists(folder / "MNIST" / "raw"):
        verify(folder)
        print(f"The full MNIST set is already in {folder}, whole.")
    else:
        print(f"Fetching the full MNIST set into {folder} (11 MB, 55 MB unpacked).")
        download(folder)
        print(f"The full MNIST set is now in {folder}.")


def info() -> None:
    """Print versions, device, threads and the data in use; nothing is downloaded."""
    print("nnbook     ", nnbook.__version__)
    print("Python     ", platform.python_version())
    for module in (torch, torchvision, np, matplotlib):
        print(f"{module.__name__:11}", module.__version__)
    print("device     ", torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu")
    print("threads    ", torch.get_num_threads())
    source = mnist_source(may_download=False)
    print(source)
    print(source.why)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; with none, show the help.

    arguments: the words after `python -m nnbook`, by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m nnbook", description=nnbook.__doc__)
    commands = parser.add_subparsers(title="commands")
    for command, summary in (
        (data, "fetch the full MNIST set into the folder NNBOOK_DATA, or else into the cache folder"),
        (info, "print versions, device, threads and the data in use"),
    ):
        commands.add_parser(command.__name__, help=summary).set_defaults(run=command)
    parser.set_defaults(run=parser.print_help)
    try:
        parser.parse_args(arguments).run()
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; no half file is left.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
