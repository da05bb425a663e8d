"""The pixels of an image, in a small file.

Images of the book are ink on nothing: one colour, more or less opaque. So a file needs the opacity alone,
in steps that the eye cannot tell apart.
"""

from base64 import b64decode, b64encode
from io import BytesIO

import numpy as np
from PIL import Image

from bookkit.figures.colours import palette

NEAR = 3  # colours that differ by less are one, rounded
STEPS = 31  # from nothing to ink
PREFIX = "data:image/png;base64,"


def small(uri: str) -> tuple[str, str | None]:
    """An image of Matplotlib's, as a data address, made small, and the variable for its ink.

    An image of more colours than one stays as it is, and has no variable.
    """
    image = Image.open(BytesIO(b64decode(uri.removeprefix(PREFIX))))
    pixels = np.asarray(image.convert("RGBA"))
    if np.ptp(pixels[pixels[..., 3] > 0][:, :3], axis=0).max(initial=0) > NEAR:
        return uri, None
    name = "data"
    levels = np.rint(pixels[..., 3] / 255 * STEPS).astype(np.uint8)
    ink = Image.fromarray(levels, mode="P")
    ink.putpalette(bytes.fromhex(palette("light")[name][1:]) * (STEPS + 1))
    opacity = bytes(round(255 * k / STEPS) for k in range(STEPS + 1))
    file = BytesIO()
    ink.save(file, "png", optimize=True, transparency=opacity)
    return PREFIX + b64encode(file.getvalue()).decode(), name
