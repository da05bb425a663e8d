"""Sphinx extension: what the cover has and no other page: no sidebar at first, and the times of the parts.

- `reading-time`: how long the chapters take to read to which the text beside it links.
"""

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookkit.incremental.whole_book import changed_pages, note_page
from bookkit.pages.html_mends import PARSED
from bookkit.pages.times import minutes_to_read

DIRECTIVE = "reading-time"


class reading_time(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of a reading time."""


class ReadingTime(SphinxDirective):
    """The place of a reading time, filled when all pages are read."""

    def run(self) -> list[nodes.Node]:
        """The place."""
        note_page(self.env, DIRECTIVE)
        return [reading_time()]


class FillReadingTimes(SphinxPostTransform):
    """Say how long the pages take to read that are linked in what surrounds the place."""

    default_priority = 8  # before references are resolved

    def run(self, **kwargs) -> None:
        """Replace each place by a line."""
        for place in list(self.document.findall(reading_time)):
            linked = [link["reftarget"] for link in place.parent.findall(pending_xref)]
            folder = self.env.docname.rpartition("/")[0]
            known = [minutes_to_read(self.env, f"{folder}/{name}".lstrip("/")) for name in linked]
            minutes = sum(filter(None, known))
            place.replace_self(
                nodes.paragraph(text=f"About {in_words(minutes)} to read", classes=[DIRECTIVE])
            )


def in_words(minutes: int) -> str:
    """A time in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or hours == 0))


def renew_times(app, env) -> list[str]:
    """The pages that say how long others take, if one of those has become longer or shorter."""
    return changed_pages(
        env, DIRECTIVE, repr([minutes_to_read(env, name) for name in sorted(env.found_docs)])
    )


def dress(app, soup: BeautifulSoup, context: dict) -> None:
    """Give the cover a class of its own, its road the numbers, and close its sidebar at first."""
    if soup.body and context.get("pagename") == app.config.root_doc:
        soup.body["class"] = [*soup.body.get("class", []), "cover"]
        for stop in soup.select(".cover-stop"):
            stop["style"] = f"--read: {float(stop.p.get_text().rstrip(' %'))}%"
        for sidebar in soup.select("#pst-primary-sidebar"):
            sidebar["class"] = [*sidebar.get("class", []), "pst-sidebar-hidden"]


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_node(reading_time)
    app.add_directive(DIRECTIVE, ReadingTime)
    app.add_post_transform(FillReadingTimes)
    app.connect("env-updated", renew_times)
    app.connect(PARSED, dress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
