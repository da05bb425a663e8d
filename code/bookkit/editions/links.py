"""Sphinx extension: the site offers the editions that were made, and says how to make those that were not.

`python -m bookkit.editions` makes them from the site, so they come after it: the next build copies them into
the site, and the directive `editions` links to them. What is not there is not linked to.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookkit.editions.facts import FILES, FOLDER
from bookkit.incremental.whole_book import changed_pages, note_page

WORDS = {"pdf": "PDF", "epub": "EPUB", "offline": "offline copy of the site"}
COMMAND = "python -m bookkit.editions"


class editions(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of the links."""


class Editions(SphinxDirective):
    """The editions directive."""

    def run(self) -> list[nodes.Node]:
        """The place, filled in when the page is written."""
        note_page(self.env, self.name)
        return [editions()]


class LinkEditions(SphinxPostTransform):
    """Put the links in their place."""

    default_priority = 8

    def run(self, **kwargs) -> None:
        """Replace each place by a line."""
        for place in list(self.document.findall(editions)):
            place.replace_self(line(made(self.app), "../" * self.env.docname.count("/")))


def made(app) -> dict[str, Path]:
    """The editions that are there, by name."""
    folder = Path(app.outdir).parent / FOLDER
    return {name: folder / file for name, file in FILES.items() if (folder / file).is_file()}


def line(found: dict[str, Path], up: str) -> nodes.paragraph:
    """What the site says of them; up: the way from the page to the root of the site."""
    text = nodes.paragraph(classes=["editions"])
    if not found:
        text += [nodes.Text("As one file: "), nodes.literal("", COMMAND)]
        text += nodes.Text(
            " makes a PDF, an EPUB and an offline copy, which the next build of the site links to here."
        )
        return text
    text += nodes.Text("The whole book as one file: ")
    for name, path in found.items():
        if name != next(iter(found)):
            text += nodes.Text(" · ")
        text += nodes.reference("", WORDS[name], refuri=f"{up}{FOLDER}/{path.name}")
        text += nodes.Text(f" ({megabytes(path)})")
    return text


def megabytes(path: Path) -> str:
    """The size of a file in words."""
    return f"{path.stat().st_size / 1e6:.1f} MB"


def renew(app, env) -> list[str]:
    """The pages whose links are others now."""
    return changed_pages(env, "editions", repr([(name, megabytes(path)) for name, path in made(app).items()]))


def copy(app, error) -> None:
    """Put the editions into the site."""
    if error is None and app.builder.name == "html":
        target = Path(app.outdir) / FOLDER
        shutil.rmtree(target, ignore_errors=True)
        for path in made(app).values():
            target.mkdir(exist_ok=True)
            shutil.copy2(path, target)


def setup(app) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(editions)
    app.add_directive("editions", Editions)
    app.add_post_transform(LinkEditions)
    app.connect("env-updated", renew)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
