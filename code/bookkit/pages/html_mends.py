"""Mend the pages as Sphinx writes them.

Each function of `MENDS` cures one fault of the theme or of an extension in a page's parsed HTML. The comment
above it names the fault, the package and the file. A mend whose fault is gone can go too:
tests/site/test_site.py tells whether it is.
"""

from bs4 import BeautifulSoup
from bs4.dammit import EntitySubstitution
from bs4.element import Script
from bs4.formatter import HTMLFormatter


# sphinx-exercise 1.2.1, directive.py: the body of every exercise has the id "exercise-content", that of
# every solution "solution-content".
def drop_repeated_ids(soup):
    """Let the bodies of exercises and solutions go without an id; theirs are on the boxes around them."""
    for body in soup.select("#exercise-content, #solution-content"):
        del body["id"]


# sphinx-togglebutton 0.4.5, togglebutton.js: a dropdown folds by script. Without scripts it stays open, a
# link to what is inside shows nothing, and the button has no focus ring. A browser does all of this for
# <details>.
def fold_without_scripts(soup):
    """Make hints and solutions, whose class is `dropdown`, folds that the browser itself opens and closes."""
    for box in soup.select("div.admonition.dropdown"):
        box.name = "details"
        box.find(class_="admonition-title", recursive=False).name = "summary"


# sphinx 7.4.7, sphinx_highlight.js, and the book's own scripts: a browser that forbids storage (as with
# cookies blocked) throws at the word localStorage, which would stop them, and with them the search and
# the button for the colours.
STORAGE = """
(() => {
  try {
    localStorage.setItem("nnbook-test", "");
    localStorage.removeItem("nnbook-test");
  } catch {
    const methods = {
      getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; },
      setItem(key, value) { this[key] = String(value); },
      removeItem(key) { delete this[key]; },
    };
    Object.defineProperty(window, "localStorage", { value: Object.create(methods), configurable: true });
  }
})();
"""


def do_without_storage(soup):
    """Let what a browser will not store be kept as long as the page is open."""
    charset = soup.select_one("head > meta[charset]")
    if charset and not soup.select_one("head > script[data-storage]"):
        script = soup.new_tag("script")
        script["data-storage"] = "of the page"
        script.append(Script(STORAGE))
        charset.insert_after(script)


# WCAG 2.5.3: who speaks to the computer says what is seen. myst-nb 1.4.0 names each "Show code cell
# source" "Toggle hidden content".
def say_what_is_seen(soup):
    """Name folds by the words on them."""
    for control in soup.select("summary[aria-label]"):
        del control["aria-label"]


# docutils 0.21.2, _html_base.py: a reference has the role doc-biblioentry, which is deprecated and not
# allowed in the list around it.
def renew_roles(soup):
    """Make each reference an item of its list."""
    for entry in soup.select("[role=doc-biblioentry]"):
        entry["role"] = "listitem"


# myst-parser 3.0.1, sphinx_.py: an amsmath block has a random id, so the link beside its number breaks,
# and the page changes, with each build.
def keep_permalinks(soup):
    """Name the amsmath blocks of a page by their order in it."""
    for number, block in enumerate(soup.select("div.amsmath[id]"), 1):
        block["id"] = f"equation-amsmath-{number}"
        for link in block.select("a.headerlink"):
            link["href"] = f"#{block['id']}"


# An event for those who add to a page: its parsed HTML, and what its template was given.
PARSED = "bookkit-page-parsed"

MENDS = [
    drop_repeated_ids,
    fold_without_scripts,
    do_without_storage,
    say_what_is_seen,
    renew_roles,
    keep_permalinks,
]


# How a page is written: as people write HTML, with no slash in <br> and no value where presence says it all.
PLAIN = HTMLFormatter(
    EntitySubstitution.substitute_xml, void_element_close_prefix=None, empty_attributes_are_booleans=True
)


class MendingTemplates:
    """The templates of a builder, whose pages come out mended: each is parsed once, before it is written."""

    def __init__(self, app):
        """Take the templates of the builder in use."""
        self.app, self.templates = app, app.builder.templates

    def render(self, template: str, context: dict) -> str:
        """A page as the templates make it, mended."""
        html = self.templates.render(template, context)
        if not template.endswith(".html"):
            return html
        soup = BeautifulSoup(html, "html.parser")
        for mend in MENDS:
            mend(soup)
        self.app.emit(PARSED, soup, context)
        return soup.decode(formatter=PLAIN)

    def __getattr__(self, name: str):
        """All else is as the builder's templates have it."""
        return getattr(self.templates, name)


def mend_as_written(app) -> None:
    """Have every page of the site mended when it is written."""
    if app.builder.format == "html":
        app.builder.templates = MendingTemplates(app)


def setup(app):
    """Connect the mends to the build."""
    app.add_event(PARSED)
    app.connect("builder-inited", mend_as_written)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
