"""Sphinx extension: the frame of a page is the book's own, `book/_templates`, and loads what a page uses.

The theme's templates, its style sheets (391 KB), its icon font (800 KB compressed) and its scripts stay
out; what the theme prepares for a page, the contents and the buttons, is taken. One style sheet serves
all pages.
"""

import re
import shutil
from functools import cache
from os.path import relpath
from pathlib import Path

from markupsafe import Markup

from bookkit.addresses import ROOT
from bookkit.look.style_sheet import FOLDER
from bookkit.pages.html_mends import PARSED

TEMPLATES = ROOT / "book/_templates"
STYLE = "_static/book.css"

# Scripts that no page uses: those of the theme, and of extensions whose work the browser or page.js does.
UNUSED = re.compile(
    r"sphinx-book-theme|clipboard|copybutton|design-tabs|togglebutton|thebe|let toggle|kernelName"
    r"|documentation_options|doctools|sphinx_highlight|DOCUMENTATION_OPTIONS"
)
# Scripts that only pages with a certain part use, and that part.
ONLY_WITH = {"quiz.js": "form.quiz"}

# What the theme and the extensions copy into the site for nothing.
NOT_SERVED = [
    *(
        "vendor",
        "scripts",
        "styles",
        "locales",
        "images",
        "copybutton.css",
        "copybutton.js",
        "copybutton_funcs.js",
    ),
    *("clipboard.min.js", "copy-button.svg", "check-solid.svg", "play-solid.svg", "design-tabs.js"),
    *("sphinx-design.min.css", "sphinx-thebe.css", "sphinx-thebe.js", "togglebutton.css", "togglebutton.js"),
    *(
        "exercise.css",
        "proof.css",
        "basic.css",
        "pygments.css",
        "webpack-macros.html",
        "sbt-webpack-macros.html",
    ),
    *("plus.png", "minus.png", "file.png"),
]


@cache
def icon(name: str) -> Markup:
    """A drawing of `book/_style/icons`, to stand in the page; what it means is said beside it."""
    drawing = (FOLDER / "icons" / f"{name}.svg").read_text(encoding="utf-8").strip()
    return Markup(drawing.replace("<svg ", '<svg class="icon" aria-hidden="true" ', 1))


def use_templates(app, config) -> None:
    """Let the book's templates go before the theme's."""
    config.templates_path.insert(0, relpath(TEMPLATES, app.confdir))  # the same wherever the book is


def choose_files(app, pagename, templatename, context, doctree) -> None:
    """Load the book's style sheet alone, and the scripts that the page uses."""
    context["icon"] = icon
    context["css_files"] = [file for file in context["css_files"] if named(file) == STYLE]
    context["script_files"] = [file for file in context["script_files"] if not UNUSED.search(named(file))]


def named(file) -> str:
    """The address of a style sheet or a script, or the text of a script that has none."""
    return str(getattr(file, "filename", None) or getattr(file, "attributes", {}).get("body", file))


def drop_scripts(app, soup, context) -> None:
    """Load no script whose part the page does not have, and none that an extension writes into the page."""
    for script in soup.find_all("script", src=False):
        if UNUSED.search(script.decode()):
            script.decompose()
    for name, part in ONLY_WITH.items():
        if not soup.select_one(part):
            for script in soup.select(f"script[src*='/{name}']"):
                script.decompose()


def clear(app, error) -> None:
    """Take what no page loads out of the site."""
    if error is None and app.builder.format == "html":
        for name in NOT_SERVED:
            path = Path(app.outdir) / "_static" / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("config-inited", use_templates)
    app.connect("html-page-context", choose_files, priority=950)  # after all that add files
    app.connect(PARSED, drop_scripts)
    app.connect("build-finished", clear, priority=940)  # before the files of the site are noted, at 950
    app.add_js_file("page.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
