"""The command `python -m nnbook.published`: make one of the runs that take too long for a page."""

import argparse
import platform
from datetime import date

import torch

from nnbook.data import mnist_source
from nnbook.published import runs

# By name the run, the names of its columns, and how its numbers are written.
RUNS = {
    "noisy-cubic": (runs.noisy_cubic, [f"start_{k}" for k in range(8)], ".1f"),
    "cos-square-loaders": (
        runs.cos_square_loaders,
        [f"{kind}_{k}" for kind in ("training", "validation") for k in range(16)],
        ".4f",
    ),
    "mnist-with-nn": (
        runs.mnist_with_nn,
        ["training_loss", "validation_loss_by_batch", "validation_accuracy"],
        ".6f",
    ),
}


def main(arguments: list[str] | None = None) -> None:
    """Make one run and print it as the text of a file in `ours/`.

    arguments: the words after `python -m nnbook.published`, by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m nnbook.published", description=__doc__)
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--epochs", type=int, help="how many; by default as many as were published")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)

    run, columns, form = RUNS[chosen.run]
    version = torch.__version__.split("+")[0]
    print(f"# {date.today():%-d %B %Y}, {processor()}, one thread, PyTorch {version}.")
    if run is runs.mnist_with_nn:
        print(f"# {mnist_source()}")
    print("epoch", *columns, sep=",")
    for epoch, values in run(**({} if chosen.epochs is None else {"n_epochs": chosen.epochs})):
        print(epoch, *(format(value, form) for value in values), sep=",", flush=True)


def processor() -> str:
    """The kind of processor: its architecture, and the vector instructions that PyTorch uses on it."""
    return f"{platform.machine()} with {torch.backends.cpu.get_cpu_capability()}"


if __name__ == "__main__":
    main()
