"""Images that are moved, for the checker of shifted digits in "MNIST from scratch"."""

import torch

from nnbook.check.compare import as_tensor, trying
from nnbook.check.verdict import Wrong


def try_full_images(attempt, net, generator: torch.Generator) -> None:
    """Raise `Wrong` if what leaves an image on the right comes back in a lower row, or in another image.

    Otherwise it is the reader's to choose what comes in on the left. Which way of rolling it was is seen by
    the accuracies, for each way has its share of the images that are read rightly if it is taken.
    """
    X = torch.rand(200, 28, 28, generator=generator)
    ways = {
        "": lambda p: X.roll(p, 2).flatten(1),
        "what leaves an image on the right comes back one row lower: roll the rows of an image, and not its "
        "784 pixels in line.": lambda p: X.flatten(1).roll(p, 1),
        "what leaves the last row comes back in another image: `roll` without dims joins all pixels.": (
            lambda p: X.roll(p).flatten(1)
        ),
    }
    named = {text: torch.stack([net(way(p)).argmax(1) for p in range(5)]) for text, way in ways.items()}
    place, whose = (torch.randint(n, (200,), generator=generator) for n in (5, 3))
    y = torch.stack(list(named.values()))[whose, place, torch.arange(200)]
    with trying(attempt, {"net": net, "X": X.flatten(1), "y": y}) as result:
        got = as_tensor(result, torch.zeros(5))
        for text, names in named.items():
            if torch.allclose(got, (names == y).double().mean(1), atol=1e-5):
                if text:
                    raise Wrong(text)
                return


def moved(X: torch.Tensor, pixels: int, axis: int) -> torch.Tensor:
    """Images (n, 28, 28), moved along an axis, in rows."""
    return X.roll(pixels, axis).flatten(1)


def accuracies(net, X: torch.Tensor, y: torch.Tensor, shifts, axis: int) -> dict[int, float]:
    """The accuracy of `net` for each shift, by the number of the shift."""
    named = [net(moved(X, pixels, axis)).argmax(1) for pixels in shifts]
    return {k: (name == y).double().mean().item() for k, name in enumerate(named)}
