"""The cover of the editions: a six that turns, from line to line, until it is a nine."""

import io

import matplotlib as mpl
import numpy as np
from contourpy import LineType, contour_generator
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import PathPatch
from matplotlib.path import Path as MatplotlibPath
from PIL import Image

from bookkit.addresses import ROOT
from bookkit.editions.facts import Facts

SIZE = (6.0, 8.49)  # inches, as high as A4 for its width
ROWS, COLUMNS = 5, 5
IMAGES = ROOT / "code/nnbook/subset/MNIST/raw"
FACES = sorted((ROOT / "code/nnbook/fonts").glob("*.ttf"))
HEADER = {"images": 16, "labels": 8}  # bytes before the numbers
WHICH = 15  # of the sixes; a plain one
DPI = 200
SUBTITLE = "A textbook on neural networks that you run"


def six() -> np.ndarray:
    """A handwritten six of the images that come with the book, as ink between 0 and 1."""
    images = np.frombuffer(
        (IMAGES / "t10k-images-idx3-ubyte").read_bytes(), np.uint8, offset=HEADER["images"]
    )
    labels = np.frombuffer(
        (IMAGES / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=HEADER["labels"]
    )
    return images.reshape(-1, 28, 28)[labels == 6][WHICH] / 255


def drawn(facts: Facts, colours: dict[str, str], kind: str) -> bytes:
    """The cover as a file of a kind that Matplotlib knows: svg, png."""
    paper, ink, accent, muted = (
        colours.get(f"--{name}", other)
        for name, other in [("paper", "white"), ("ink", "black"), ("accent", "#b34700"), ("muted", "#555555")]
    )
    for face in FACES:
        fontManager.addfont(face)
    settings = {"font.family": "Source Serif 4", "svg.fonttype": "path", "svg.hashsalt": "cover"}
    with mpl.rc_context(settings):
        figure = Figure(figsize=SIZE, facecolor=paper)
        draw_sixes(figure, ink, accent)
        *names, last = facts.title.rpartition(", ")[::2]
        figure.text(0.1, 0.895, names[0], size=33, color=ink, va="baseline")
        figure.text(0.1, 0.838, last, size=33, color=accent, va="baseline", style="italic")
        figure.text(0.1, 0.06, SUBTITLE, size=11, color=ink, va="baseline")
        figure.text(0.1, 0.035, f"Edition of {facts.day}", size=11, color=muted, va="baseline")
        file = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(file, format=kind, facecolor=paper, dpi=DPI, metadata=metadata)
    return file.getvalue()


def draw_sixes(figure: Figure, ink: str, accent: str) -> None:
    """Fill the middle of the cover with the six in steps of a half turn; first and last are marked."""
    axes = figure.add_axes([0.06, 0.1, 0.88, 0.70], aspect="equal", xlim=(0, COLUMNS), ylim=(-ROWS, 0))
    axes.set_axis_off()
    points, codes = outline()
    steps = ROWS * COLUMNS
    for step in range(steps):
        angle = np.pi * step / (steps - 1)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        row, column = divmod(step, COLUMNS)
        path = MatplotlibPath(points @ turn + (column + 0.5, -row - 0.5), codes)
        axes.add_patch(PathPatch(path, facecolor=accent if step in (0, steps - 1) else ink, linewidth=0))


def outline() -> tuple[np.ndarray, np.ndarray]:
    """The six as an outline, in a field of size 1 around its middle: points, and what each of them does."""
    large = Image.fromarray((six() * 255).astype(np.uint8)).resize((112, 112), Image.Resampling.BICUBIC)
    lines = contour_generator(z=np.asarray(large) / 255, line_type=LineType.SeparateCode).lines(0.45)
    points = np.concatenate(lines[0]) / 112 - 0.5
    return points * (1, -1), np.concatenate(lines[1])
