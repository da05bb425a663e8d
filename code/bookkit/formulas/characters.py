"""The characters that the font of the formulas has."""

import unicodedata


def span(first: int, last: int) -> set[str]:
    """The characters from one to another, as far as Unicode names them."""
    return {chr(code) for code in range(first, last + 1) if unicodedata.name(chr(code), "")}


# What the book uses and what a chapter may want next: letters, digits, Greek, signs of a first course.
CHARACTERS = (
    span(0x20, 0x7E)  # ASCII
    | span(0x391, 0x3C9)  # Greek
    | {"\N{GREEK THETA SYMBOL}", "\N{GREEK PHI SYMBOL}", "\N{GREEK LUNATE EPSILON SYMBOL}"}
    | span(0x1D400, 0x1D433)  # bold
    | span(0x1D434, 0x1D467)  # italic, in which a browser draws a single letter
    | span(0x1D6E2, 0x1D71B)  # the same of Greek
    | span(0x1D7CE, 0x1D7D7)  # bold digits
    | span(0x1D5A0, 0x1D5B9)  # sans-serif capitals
    | set("\u00a0\u2009\u200a\u2061\u2062\u2063\u2064")  # spaces, and signs that are read but not seen
    | set("ℎℓ𝟙ℂℕℙℚℝℤ𝔼𝟏ℒ")
    | set("±×÷·⋅−∓∗∘⋆⊙⊗⊕∑∏∫√∂∇∞∀∃∅")
    | set("≤≥≠≈∼≡≪≫∝∈∉∋⊂⊆∪∩∥∣⊥⊤≔")
    | set("←→↔↦⇐⇒⇔⟵⟶⟸⟹⟺")
    | set("‖⟨⟩⌊⌋⌈⌉⏞⏟⎴⎵…⋯⋮⋱‴″′")
    | set("¯ˆ˜˙¨´`ˇ˘→‾\u0302\u0303\u0304\u0307\u20d7")  # accents
)
