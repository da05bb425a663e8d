"""The command that cuts the font of the formulas down to the characters that the book may need.

    pip install brotli
    python -m bookkit.formulas.font STIXTwoMath-Regular.woff2

reads the whole font (https://github.com/stipub/stixfonts, or npm's @fontsource/stix-two-math) and writes the
part that the book serves, a tenth of it. Run it when a build warns that the font lacks a character.
"""

import sys
from pathlib import Path

from fontTools import subset

from bookkit.addresses import ROOT
from bookkit.formulas.characters import CHARACTERS

# Lengths in the font, in thousandths of its size, that give in a browser what TeX gives. A browser lowers
# an index below what hangs from its letter, so that the indices of x and y would stand at two heights.
LENGTHS = {
    "SubscriptBaselineDropMin": 0,  # an index stands at y as it does at x
    "SuperscriptBaselineDropMax": 300,  # a power stands at W as it does at x
    "FractionNumeratorShiftUp": 440,  # a fraction in a line does not push the lines apart
    "FractionDenominatorShiftDown": 390,
    "AccentBaseHeight": 445,  # between a letter and its hat there is air, also in small print
}
# How much wider than its smallest size a sign may be that grows with what it holds. A browser keeps room for
# the widest size, whichever it draws, so that the wide sizes would leave gaps beside the small ones.
GROWTH = dict.fromkeys("()[]{}|‖⌊⌋⌈⌉⟨⟩", 1.2) | {"√": 1.0}
FILE = ROOT / "book/_static/fonts/stix-two-math.woff2"


def cut(source: Path, target: Path) -> None:
    """Write the part of a font that has these characters, with all sizes of its brackets and signs."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=[], notdef_outline=True)
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(CHARACTERS))
    subsetter.subset(font)
    for name, length in LENGTHS.items():
        getattr(font["MATH"].table.MathConstants, name).Value = length
    for glyph, width in widths_to_keep(font).items():
        squeeze(font, glyph, width)
    subset.save_font(font, target, options)


def widths_to_keep(font) -> dict[str, int]:
    """The width that each size and part of the growing signs may have."""
    variants, widths = font["MATH"].table.MathVariants, {}
    growth = {font.getBestCmap()[ord(sign)]: factor for sign, factor in GROWTH.items()}
    for name, sizes in zip(variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True):
        glyphs = [size.VariantGlyph for size in sizes.MathGlyphVariantRecord]
        glyphs += [part.glyph for part in sizes.GlyphAssembly.PartRecords] if sizes.GlyphAssembly else []
        for glyph in glyphs if name in growth else []:
            widths[glyph] = round(font["hmtx"][name][0] * growth[name])
    return widths


def squeeze(font, name: str, width: int) -> None:
    """Make a glyph narrower, if it is wider than this."""
    (advance, _), glyph = font["hmtx"][name], font["glyf"][name]
    if advance > width:
        glyph.coordinates.scale((width / advance, 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = width, glyph.xMin


if __name__ == "__main__":
    cut(Path(sys.argv[1]), FILE)
    print(f"{FILE}: {FILE.stat().st_size:,} bytes")
