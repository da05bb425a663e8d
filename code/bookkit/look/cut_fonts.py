"""Cut the faces of the book out of Adobe's fonts: only the letters, weights and sizes that the pages use.

    python -m bookkit.look.cut_fonts FOLDER

`FOLDER` is where npm unpacked the packages `source-serif` (4.5.1), `source-sans` (3.52.0) and
`source-code-pro` (2.42.0), a folder `node_modules`. What comes out is committed in `book/_static/fonts`,
so nobody who builds the book needs this, nor the package `brotli`, which writes woff2. Whoever adds a
letter to `LETTERS` runs it again; a test tells when a page has a letter that no face of the book draws.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from bookkit.addresses import ROOT

TARGET = ROOT / "book/_static/fonts"

ASCII = "".join(map(chr, range(0x20, 0x7F)))
DASHES_AND_QUOTES = "\u00a0\u00ad\u2009\u202f–—‘’“”…·•©§«»°"
NAMES = "".join(map(chr, range(0xC0, 0x100))) + "ıŒœŞşŠšŽžČčŁłĞğŐőŰűŶŷ\u0302"
GREEK = "αβγδεζηθικλμνξπρσςτυφχψωΓΔΘΛΞΠΣΦΨΩ"
SIGNS = "←→−×÷±√∞≈≤≥∂∑ℓ✓⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉½¼¾"
ARTICLE = ASCII + DASHES_AND_QUOTES + NAMES + GREEK + SIGNS
INTERFACE = ASCII + "\u00a0–—‘’“”…·•©×−±≈≤≥←→↑↓²√✓" + "éöüıŷ" + GREEK
CODE = ASCII + "\u00a0–—‘’“”…·•°×÷−±²³√∞≈≤≥←→✓éıŷ₀₁₂⁻" + GREEK + "─│┌┐└┘├┤┬┴┼█▁▂▃▄▅▆▇"
TITLE = ASCII + "\u00a0–—‘’“”…·×−éöüış"
LETTERS = {"serif": ARTICLE, "italic": ARTICLE, "sans": INTERFACE, "mono": CODE, "title": TITLE}

ROMAN = "source-serif/VAR/SourceSerif4Variable-Roman.ttf"
ITALIC = "source-serif/VAR/SourceSerif4Variable-Italic.ttf"
SANS = "source-sans/VF/SourceSans3VF-Upright.ttf"
MONO = "source-code-pro/target/VAR/SourceCodeVF-Roman.ttf"

# The file that is cut, and what remains of its axes: `opsz` is the size, in points, for which letters are
# drawn.
FACES = {
    "serif": (ROMAN, {"opsz": 16, "wght": (400, 700)}),
    "italic": (ITALIC, {"opsz": 16, "wght": 400}),
    "title": (ROMAN, {"opsz": 48, "wght": 600}),
    "sans": (SANS, {"wght": (400, 700)}),
    "mono": (MONO, {"wght": (400, 600)}),
}
FEATURES = ["kern", "liga", "mark", "ccmp"]
NAMED = {1, 3, 4, 6, 16}  # the entries of a font that hold its name


def cut(source: Path, name: str, letters: str, axes: dict) -> TTFont:
    """The font with these letters and axes alone, under its own name: "Source" is kept for the whole."""
    font = TTFont(source)
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, axes)
    for entry in font["name"].names:
        if entry.nameID in NAMED:
            entry.string = f"Book-{name.title()}" if entry.nameID == 6 else f"Book {name.title()}"
    font.flavor = "woff2"
    return font


def cut_all(packages: Path) -> None:
    """Write all faces."""
    for name, (source, axes) in FACES.items():
        target = TARGET / f"{name}.woff2"
        cut(packages / source, name, LETTERS[name], axes).save(target)
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    cut_all(Path(sys.argv[1]))
