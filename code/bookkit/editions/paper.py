"""What a page is on paper: nothing to click on, every fold open, every question with room for its answer."""

from bs4 import BeautifulSoup
from bs4.element import Tag

# Signs, buttons and notes that serve only who reads in a browser.
ON_SCREEN = [
    *(".headerlink", ".report-link", ".report-line", ".copybtn", ".quiz-verdict", ".genindex-jumpbox"),
    *("button", "input", "script", "template", "noscript", "dialog", "nav", "link", "[hidden]"),
    *(".editions", ".no-paper", ".toctree-wrapper"),
]
PLAIN = {"n", "p", "w", "nn", "nx", "pm"}  # Pygments' names for names, brackets and blanks
WITHOUT_MEANING = ["tabindex", "role", "aria-live", "autocomplete", "loading", "decoding", "fetchpriority"]


def drop_what_needs_a_screen(body: Tag) -> None:
    """Take out what one can only click on, and what says how."""
    for tag in body.select(", ".join(ON_SCREEN)):
        if not tag.decomposed:
            tag.decompose()


def flatten_questions(body: Tag) -> None:
    """Make the questions lists of options, and leave a line for a number."""
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
        fold.attrs = {"class": [*fold.get("class", []), "fold"]} | ({"id": fold["id"]} if fold.get("id") else {})
        if fold.summary:
            fold.summary["class"] = ["admonition-title"]
            fold.summary.name = "p"


def thin_out_code(body: Tag) -> None:
    """Take off what colours code in the colour that it has anyway: most of the elements of a chapter."""
    for span in body.select(".highlight span"):
        if not span.contents:
            span.decompose()
        elif set(span.get("class", [])) <= PLAIN:
            span.unwrap()


def flatten_index(body: Tag) -> None:
    """Make the columns of the general index one list, which the paper breaks as it likes."""
    for table in body.select("table.indextable"):
        table.name, table.attrs = "div", {"class": "indextable"}
        for cell in table.find_all(["tbody", "tr", "td"]):
            cell.unwrap()


def drop_attributes(body: Tag) -> None:
    """Take off what means nothing on paper, and what the theme says of sizes."""
    for tag in body.find_all(True):
        for attribute in [key for key in tag.attrs if key in WITHOUT_MEANING or key.startswith("data-")]:
            if tag.find_parent("svg") is None:
                del tag[attribute]


STEPS = [
    drop_what_needs_a_screen,
    flatten_questions,
    drop_untried,
    open_folds,
    thin_out_code,
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
