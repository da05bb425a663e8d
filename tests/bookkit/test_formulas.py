"""Formulas are set as MathML: all of the book, the hard ones as by TeX, in every builder that writes HTML."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from bookkit.formulas.breaking import LONG, TOO_LONG, pieces, width
from bookkit.formulas.characters import CHARACTERS
from bookkit.formulas.mathml import CannotSet, mathml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from tests.bookkit.tiny_book import build, write
from tests.building import ROOT

READER = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).use(colon_fence_plugin)
READER.use(dollarmath_plugin, allow_labels=True).use(amsmath_plugin)

# ------------------------------------------------------------------------------------------- all of the book


def formulas_of(source: str) -> Iterator[tuple[str, bool]]:
    """Each formula of a page's source, also those in boxes, and whether it stands on its own."""
    for token in flat(READER.parse(source)):
        if token.type.startswith("math_inline"):
            yield token.content, False
        elif token.type in ("math_block", "math_block_label", "amsmath"):
            yield token.content, True
        elif token.type in ("fence", "colon_fence") and (name := re.match(r"\{([\w:-]+)\}", token.info)):
            content = re.sub(r"\A(:\S+:.*\n|---\n(.*\n)*?---\n)*", "", token.content)
            if name[1] == "math":
                yield content, True
            elif name[1] != "code-cell":
                yield from formulas_of(content)


def flat(tokens: list[Token]) -> Iterator[Token]:
    """The tokens with those that they hold."""
    for token in tokens:
        yield token
        yield from flat(token.children or [])


@pytest.fixture(scope="module")
def formulas() -> dict[tuple[str, bool], str]:
    """Every formula of the book, with a page where it is."""
    pages = sorted((ROOT / "book").glob("*.md"))
    return {found: page.name for page in pages for found in formulas_of(page.read_text(encoding="utf-8"))}


def test_every_formula_of_the_book_can_be_set(formulas):
    assert len(formulas) > 1000
    wrong = {}
    for (tex, display), page in formulas.items():
        try:
            mathml(tex, display)
        except CannotSet as reason:
            wrong[page, tex] = str(reason)
    assert wrong == {}


def test_the_font_has_every_character_of_the_formulas(formulas):
    text = "".join("".join(parsed(*formula).itertext()) for formula in formulas)
    assert set(text) - CHARACTERS == set()


def test_the_pieces_of_a_long_formula_are_the_formula(formulas):
    long = [parsed(tex, False) for tex, display in formulas if not display]
    broken = [(formula, pieces(formula)) for formula in long if len(pieces(formula)) > 1]
    assert len(broken) > 20
    for formula, parts in broken:
        assert sum(map(width, formula)) > LONG
        assert "".join(formula.itertext()) == "".join(text for part in parts for text in part.itertext())
        assert all(parts)
    whole = [part for formula in long for part in pieces(formula)]
    too_wide = [part for part in whole if width(part) > TOO_LONG]
    assert len(too_wide) < len(whole) / 100


# ------------------------------------------------------------------------------------------- as TeX sets them


def parsed(tex: str, display: bool = False) -> Element:
    return ElementTree.fromstring(mathml(tex, display))


def shape(element: Element) -> str:
    """An element as its letters in brackets: `sub(W 2)` for an index, none around rows and letters."""
    if not len(element):
        return (element.text or "").strip("\u2061\u2063")
    name = element.tag.removeprefix("m").replace("row", "").replace("ath", "")
    inside = " ".join(filter(None, map(shape, element)))
    return f"{name}({inside})" if name else inside


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\underset{(n,\,K)}{\delta \hat Y}", "under(δ over(Y ˆ) ( n , K ))"),
        (r"\widetilde W_2^\top", "subsup(over(W ~) 2 ⊤)"),
        (r"\lVert W \rVert^2", "‖ W sup(‖ 2)"),
        (r"\bigl(x\bigr)^2", "( x sup() 2)"),
        (r"\left(\frac{a}{b}\right)^2", "sup(( frac(a b) ) 2)"),
        (r"w'", "w ′"),
        (r"w''^2", "sup(w ″ 2)"),
        (r"w'_1", "subsup(w 1 ′)"),
        (r"10{,}000", "10,000"),
        (r"(1{,}5)", "( 1 , 5 )"),
        (r"\underbrace{a + b}_{\text{fit}}", "under(under(a + b ⏟) fit)"),
        (
            r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
            "{ table(tr(td(1) td(x > 0)) tr(td(0) td(x ≤ 0)))",
        ),
        (r"\begin{split} a &= b \\ &= c \end{split}", "table(tr(td(a) td(= b)) tr(td = c))"),
        (r"\sqrt{\tfrac12}", "sqrt(frac(1 2))"),
    ],
)
def test_hard_formulas_have_the_shape_that_tex_gives_them(tex, expected):
    assert shape(parsed(tex)) == expected.replace("td = c", "td(= c)")


@pytest.mark.parametrize(
    ("tex", "n_rows"),
    [
        (r"a \\ b", 2),
        ("a\n\nb\n\nc", 3),
        (r"\begin{aligned} a \\ b \end{aligned} + c", 2),
        (r"\frac{\begin{matrix} a \\ b \end{matrix}}{c}", 2),
        (r"\begin{align} a &= b \\ c &= d \end{align}", 2),
        (r"\begin{equation} a \end{equation}", 0),
        ("a + b", 0),
    ],
)
def test_a_formula_on_its_own_has_lines_where_its_author_breaks_it(tex, n_rows):
    formula = parsed(tex, display=True)
    assert len(list(formula.iter("mtr"))) == n_rows
    assert formula.get("display") == "block"
    assert "(1)" not in formula.itertext()


def test_a_large_bracket_with_an_index_is_in_a_row_of_its_own():
    index = parsed(r"\bigl(x\bigr)^2").find("msup")
    assert index[0].tag == "mrow"
    assert index[0][0].get("minsize")


def test_a_plus_at_the_start_of_a_line_adds_to_the_line_above():
    signs = [sign for sign in parsed(r"a &= b \\ &+ c \\ &- d", True).iter("mo") if sign.text in "+−"]
    assert [sign.get("form") for sign in signs] == ["infix", "infix"]
    assert parsed("-1").find("mo").get("form") is None


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("y = W x + b", ["y = W x + b"]),
        ("aaaaaaaaaaaa = bbbbbbbbbbbb", ["a a a a a a a a a a a a =", "b b b b b b b b b b b b"]),
        ("f(aaaaa = aaaaa) = bbbbbbbbb", ["f ( a a a a a = a a a a a ) =", "b b b b b b b b b"]),
        (
            r"\left(aaaaaaaaaaa = aaaaaaa = bbbbb\right)",
            ["( a a a a a a a a a a a = a a a a a a a = b b b b b )"],
        ),
        ("aaaaaaaaaaaaaaaaaa = -bbbbbbb", ["a a a a a a a a a a a a a a a a a a =", "− b b b b b b b"]),
    ],
)
def test_a_long_formula_may_be_broken_after_a_relation(tex, expected):
    assert list(map(shape, map(row_of, pieces(parsed(tex))))) == expected


def row_of(formula: Element) -> Element:
    formula.tag = "mrow"
    return formula


@pytest.mark.parametrize(
    ("tex", "reason", "place"),
    [
        (r"a + \nosuch b", "nosuch", r"\nosuch b"),
        (r"\frac{a}{b", "", ""),
        (r"a_b_c", "", "_c"),
        (r"\begin{nosuch} a \end{nosuch}", "nosuch", ""),
    ],
)
def test_what_cannot_be_set_is_told_with_its_place(tex, reason, place):
    with pytest.raises(CannotSet) as error:
        mathml(tex, False)
    assert reason in str(error.value)
    assert place in str(error.value)


# ------------------------------------------------------------------------------------------- on the pages

PAGE = r"""# A page about $x_1$

A word ($a$), $n$-fold, **$b$**; $c$ alone, and *$d$ with words*. A {term}`word $e$`, from $f$–$g$.

$$ y = W x + b $$ (eq-line)

See {eq}`eq-line` and {eq}`eq-other`.

```{math}
:label: eq-other
z = 1
```

\begin{align}
p &= q \\
r &= s
\end{align}

| $h$, a cell |
|-------------|
| $i$.        |

A wide piece $\left(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\right) = jjjjjjjjjjjjjjjj$ in a line.
"""
SETTINGS = 'extensions += ["bookkit.formulas"]\nmyst_enable_extensions += ["amsmath"]\nmath_numfig = True\n'


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """A tiny book as pages, as one page and as an EPUB."""
    folder = tmp_path_factory.mktemp("formulas")
    glossary = "# Words\n\n```{glossary}\nword $e$\n  A word.\n```\n"
    write(folder, {"one": PAGE}, {"words": glossary}, SETTINGS)
    for builder in ("html", "singlehtml", "epub"):
        result = build(folder, builder, "-d", str(folder / "doctrees"))
        assert "cannot be set" not in result.stdout
        assert result.returncode == 0, result.stdout
    return folder


@pytest.fixture(scope="module")
def page(book) -> BeautifulSoup:
    return BeautifulSoup((book / "html/one.html").read_text(encoding="utf-8"), "html.parser")


def test_every_formula_of_a_page_is_mathml_and_knows_its_tex(page):
    formulas = page.select(".math")
    assert {formula["data-tex"] for formula in formulas} >= {"x_1", "a", "y = W x + b", "z = 1"}
    assert all(formula.select_one("math") for formula in formulas)
    assert page.select("article math[display=block], div.math math[display=block]")
    assert "mathjax" not in str(page).lower()


def test_the_letters_of_a_formula_are_its_leaves(page):
    letters = page.select_one("#equation-eq-line").select("mi")
    assert [letter.get_text() for letter in letters] == ["y", "W", "x", "b"]


def test_numbers_stand_beside_formulas_and_links_lead_to_them(page):
    for label, number in [("eq-line", "(1.1)"), ("eq-other", "(1.2)")]:
        formula = page.select_one(f"div.math#equation-{label}")
        assert formula.select_one(".eqno").get_text().startswith(number)
        assert formula.select_one(".eqno a.headerlink")["href"] == f"#equation-{label}"
        assert page.select_one(f'p a[href="#equation-{label}"]').get_text() == number
    assert page.select_one("div.amsmath .eqno").get_text().startswith("(1.3)")


def test_a_formula_is_kept_with_what_touches_it(page):
    kept = [re.sub(r"\s", "", span.get_text()) for span in page.select("article .kept, div.body .kept")]
    assert kept == ["(a),", "n-fold,", "b;", "f–", "g.", "h,", "i."]


def test_a_long_formula_may_be_broken_and_what_is_too_wide_scrolls(page):
    formula = page.find(class_="math", attrs={"data-tex": re.compile("jjjj")})
    assert [child.name for child in formula.children] == ["span", "wbr", "math"]
    assert formula.span["class"] == ["wide"]


def test_one_page_and_the_epub_have_the_same_formulas(book, page):
    one = (book / "singlehtml/index.html").read_text(encoding="utf-8")
    n_formulas = len(page.select("div.body math"))
    assert one.count("<math") >= n_formulas > 10
    assert "(1.1)" in one
    epub = ElementTree.parse(book / "epub/one.xhtml")
    formulas = list(epub.iter("{http://www.w3.org/1998/Math/MathML}math"))
    assert len(formulas) == n_formulas


def test_a_formula_that_cannot_be_set_is_a_warning_with_its_page_and_line(tmp_path):
    text = "# One\n\nA line.\n\nA formula $a \\nosuch$.\n\n$$\n\\frac{a\n$$\n\nAnd $✓$.\n"
    write(tmp_path, {"one": text}, {}, SETTINGS)
    log = re.sub(r"\x1b\[[0-9;]*m", "", build(tmp_path, "html").stdout)
    assert re.search(r"one\.md:5: WARNING: This formula cannot be set: .*nosuch", log)
    assert re.search(r"one\.md:7: WARNING: This formula cannot be set: ", log)
    assert re.search(r"one\.md:11: WARNING: The font of the formulas lacks '\\u2713'", log)
    html = (tmp_path / "html/one.html").read_text(encoding="utf-8")
    assert r'<code class="unset">a \nosuch</code>' in html
