"""What a page is on paper: nothing to click on, every fold open, every question with room for its answer."""

from bs4 import BeautifulSoup
from bs4.element import Tag

# Signs, buttons and notes that serve only who reads in a browser.
ON_SCREEN = [
    *(".headerlink", ".report-link", ".report-line", ".copybtn", ".quiz-verdict", ".genindex-jumpbox"),
    *(".backrefs", ".quiz-progress"),
    *("button", "input", "script", "template", "noscript", "dialog", "nav", "link", "[hidden]"),
    *(".editions", ".cover-enter", ".cover-picture", ".toctree-wrapper", ".pst-js-only", ".margin-note"),
    ".drawing > .narrow",
]
# What Pygments calls the words of code that are set apart: of the language, new names, comments, strings.
SET_APART = {"k", "kn", "kc", "ow", "kd", "bp", "nf", "nc", "nd"} | {"c", "c1", "cm", "sd", "gp"}
SET_APART |= {"s", "s1", "s2", "sa", "se"}
SHORT = 16  # lines
WITHOUT_MEANING = [
    "tabindex",
    "role",
    "aria-live",
    "aria-controls",
    "autocomplete",
    "loading",
    "decoding",
    "fetchpriority",
]


def drop_what_needs_a_screen(body: Tag) -> None:
    """Take out what one can only click on, and what says how."""
    for tag in body.select(", ".join(ON_SCREEN)):
        if not tag.decomposed:
            tag.decompose()


def flatten_forms(body: Tag) -> None:
    """Make questions lists of options, without a field for a number, and tabs boxes below each other."""
    for label in body.select("label"):
        if label.find_parent("form") is None:  # of tabs
            label.name, label.attrs = "p", {"class": "tab-title"}
    for form in body.select("form"):
        form.name, form.attrs = "div", {"class": form.get("class", [])}
        for label in form.select("label"):
            label.name, label.attrs = "span", {}
        if not form.select(".quiz-option"):
            for options in form.select(".quiz-options"):
                options.decompose()


def drop_untried(body: Tag) -> None:
    """Take out what the checker said of an exercise that nobody has tried yet."""
    for output in body.select(".exercise .cell_output"):
        if output.get_text().strip().startswith("✗"):
            output.decompose()


def open_folds(body: Tag) -> None:
    """Make every fold that is left a box whose title is a line."""
    for fold in body.select("details"):
        fold.name = "div"
        fold.attrs = {"class": [*fold.get("class", []), "fold"]} | (
            {"id": fold["id"]} if fold.get("id") else {}
        )
        if fold.summary:
            fold.summary["class"] = ["admonition-title"]
            fold.summary.name = "p"


def thin_out_code(body: Tag) -> None:
    """Take off what code is marked with and shows nothing: most of the elements of a chapter."""
    for span in body.select(".highlight span"):
        classes = span.get("class", [])
        if not span.contents:
            span.decompose()
        elif not SET_APART & set(classes) and not any(name.startswith("-") for name in classes):
            span.unwrap()


def keep_short_cells_whole(body: Tag) -> None:
    """Mark the cells that are short enough to stand on one page as a whole, and outputs that are."""
    for box in body.select(".cell, .cell_output"):
        lines = sum(block.get_text().strip().count("\n") + 1 for block in box.find_all("pre"))
        if lines <= SHORT:
            box["class"] = [*box["class"], "short"]


def name_terms(body: Tag) -> None:
    """Mark the links to the glossary: they are many, and look like the text around them."""
    for term in body.select("a > .std-term"):
        term.parent["class"] = [*term.parent.get("class", []), "to-term"]


def draw_plainly(body: Tag) -> None:
    """Take off the filters of images, which only change their ink on dark grounds."""
    for drawing in body.select(".drawing svg"):
        for tag in drawing.find_all("filter"):
            tag.decompose()
        for tag in drawing.find_all(attrs={"filter": True}):
            del tag["filter"]


def flatten_index(body: Tag) -> None:
    """Make the columns of the general index one list, which the paper breaks as it likes."""
    for table in body.select("table.indextable"):
        table.name, table.attrs = "div", {"class": "indextable"}
        for cell in table.find_all(["tbody", "tr", "td"]):
            cell.unwrap()


def drop_attributes(body: Tag) -> None:
    """Take off what means nothing on paper, and what the theme says of sizes."""
    for tag in body.find_all(True):
        if tag.get("role") == "img":  # which says that it is described
            continue
        for attribute in [key for key in tag.attrs if key in WITHOUT_MEANING or key.startswith("data-")]:
            del tag[attribute]
        if tag.get("style", "").startswith("--"):  # a value for a rule that only the site has
            del tag["style"]


STEPS = [
    drop_what_needs_a_screen,
    flatten_forms,
    drop_untried,
    open_folds,
    thin_out_code,
    keep_short_cells_whole,
    name_terms,
    draw_plainly,
    flatten_index,
    drop_attributes,
]


def for_paper(body: Tag) -> None:
    """Do all of it to a page, after what goes to the end of the book was taken out."""
    for step in STEPS:
        step(body)


def new(html: str) -> Tag:
    """A tag from its HTML."""
    return BeautifulSoup(html, "html.parser").find(True).extract()
