"""Draw what is shared: the pictures of the chapters, and the digits of the page that is not there.

A picture has number and title of a chapter over a six that is turned upside down, a step a chapter.
"""

import re
from functools import cache
from io import BytesIO

import numpy as np
from nnbook.mnist_files import SUBSET
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from bookkit.addresses import ROOT
from bookkit.sharing.pictures import HEIGHT, WIDTH

MARGIN = 80
FONTS = ROOT / "book/_static/fonts"
COLOURS = ROOT / "book/_style/variables.css"
SIX = 2131  # the place of a six that is a six at a glance, and upside down a nine
NOT_FOUND = [262, 36, 65]  # those of a four, a zero and another four
STEP = 15  # degrees; thirteen steps make half a turn
LARGEST, LEADING = 148, 1.08  # the height of the title's letters, and its lines by it


def draw(title: str, number: int, key: str) -> bytes:
    """The picture as PNG; number: of the chapter, 0 for the book as a whole; key: is noted in the file."""
    colour = colours()
    picture = Image.new("RGB", (WIDTH, HEIGHT), colour["paper"])
    pen = ImageDraw.Draw(picture)
    if number:
        pen.text((MARGIN, 74), f"Chapter {number}", colour["accent"], face("sans", 34), "lt")
    write_title(pen, title, colour["ink"], top=138 if number else 60)
    draw_turning_six(picture, number, colour)
    if number:
        name = "Neural Networks, Line by Line"
        pen.text((WIDTH - MARGIN, 74), name, colour["muted"], face("sans", 30), "rt")
    return png(picture, key)


def write_title(pen: ImageDraw.ImageDraw, title: str, colour: str, top: int) -> None:
    """Write the title in letters as large as two lines allow."""
    for size in range(LARGEST, 40, -4):
        font = face("title", size)
        lines = two_lines(title, font)
        if max(map(font.getlength, lines)) <= WIDTH - 2 * MARGIN:
            break
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + size * (0.8 + LEADING * number)), line, colour, font, "ls")


def two_lines(title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """The title in one line, or broken where the longer of two is shortest."""
    if font.getlength(title) <= WIDTH - 2 * MARGIN:
        return [title]
    words = title.split()
    breaks = [[" ".join(words[:k]), " ".join(words[k:])] for k in range(1, len(words))] or [[title]]
    return min(breaks, key=lambda lines: max(map(font.getlength, lines)))


def draw_turning_six(picture: Image.Image, number: int, colour: dict[str, str]) -> None:
    """Draw the steps side by side: that of the chapter dark, the others pale; all dark without a number."""
    side = (WIDTH - 2 * MARGIN) // 13
    for step in range(13):
        turned = six().rotate(-STEP * step, Image.Resampling.BILINEAR).crop((4, 4, 32, 32))
        mask = turned.resize((side, side), Image.Resampling.LANCZOS)
        is_own = step == number - 1
        if number and not is_own:
            mask = mask.point(lambda value: value * 0.22)
        place = (MARGIN + side * step, HEIGHT - 70 - side)
        picture.paste(colour["accent" if is_own else "data"], place, mask)


@cache
def digits() -> np.ndarray:
    """The images that ship with the book, to be picked from, (4000, 28, 28)."""
    file = SUBSET / "MNIST/raw/train-images-idx3-ubyte"
    return np.frombuffer(file.read_bytes(), np.uint8, offset=16).reshape(-1, 28, 28)


@cache
def six() -> Image.Image:
    """A six with room to be turned."""
    return Image.fromarray(np.pad(digits()[SIX], 4))


def dotted(chosen: list[int]) -> str:
    """Some of the images side by side as SVG, in 14 rows of dots, the larger the darker."""
    strip = np.hstack(digits()[chosen]).reshape(14, 2, -1, 2).max((1, 3)) / 255
    sizes = np.round(6 * strip).astype(int)
    paths = []
    for size in range(1, 7):
        places = "".join(f"M{8 * x + 4} {8 * y + 4}h0" for y, x in np.argwhere(sizes == size))
        paths.append(f'<path stroke-width="{1.2 * size:.1f}" d="{places}"/>')
    width, height = 8 * sizes.shape[1], 8 * sizes.shape[0]
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{"".join(paths)}</svg>'


@cache
def colours() -> dict[str, str]:
    """The colours of the book on paper, by name."""
    light = re.search(r'\[data-theme="light"\]\s*{(.*?)}', COLOURS.read_text(encoding="utf-8"), re.DOTALL)
    return dict(re.findall(r"--([\w-]+):\s*(#\w+)", light[1]))


@cache
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A face of the book in one size."""
    return ImageFont.truetype(FONTS / f"{name}.woff2", size)


def png(picture: Image.Image, key: str) -> bytes:
    """The picture as a small file: of its many colours sixty-four are enough."""
    notes = PngInfo()
    notes.add_text("key", key)
    file = BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True, pnginfo=notes)
    return file.getvalue()
