"""Sphinx extension: how to cite the book, by the directive `how-to-cite`, and a link in every footer."""

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from bookkit.incremental.whole_book import changed_pages, note_page
from bookkit.pages.html_mends import PARSED
from bookkit.sharing.edition import Edition, edition

DIRECTIVE = "how-to-cite"
LABEL = "how-to-cite"  # of the section to which the footers link


class how_to_cite(nodes.General, nodes.Element):  # noqa: N801 (docutils writes its nodes so)
    """The place of a citation."""


class HowToCite(SphinxDirective):
    """The place of a citation."""

    def run(self) -> list[nodes.Node]:
        """The place, to be filled when the page is written: by then there may be a new edition."""
        note_page(self.env, DIRECTIVE)
        return [how_to_cite()]


class FillCitations(SphinxPostTransform):
    """Write the citation, in words and for BibTeX."""

    default_priority = 8  # before code is coloured

    def run(self, **kwargs) -> None:
        """Replace each place."""
        for place in list(self.document.findall(how_to_cite)):
            config, known = self.config, edition()
            cited = config.html_title, config.author, config.html_baseurl, known
            text, entry = in_words(*cited), bibtex(*cited)
            block = nodes.literal_block(entry, entry, language="bibtex")
            place.replace_self([nodes.paragraph(text=text), block])


def in_words(title: str, author: str, address: str, edition: Edition) -> str:
    """The citation as a line of a list of sources."""
    day = f" of {edition.day.day} {edition.day:%B %Y}" if edition.day else ""
    return f"{author}, {title}, edition {edition.version}{day}, {address}"


def bibtex(title: str, author: str, address: str, edition: Edition) -> str:
    """The citation as an entry for BibTeX."""
    fields = {"title": f"{{{title}}}", "author": f"{{{author}}}", "edition": edition.version}
    if edition.day:
        fields |= {"year": f"{edition.day.year}", "date": edition.day.isoformat()}
    key = "".join(letter for letter in title.lower() if letter.isalpha())
    lines = [f"  {name} = {{{value}}}" for name, value in {**fields, "url": address}.items()]
    return f"@book{{{key},\n" + ",\n".join(lines) + "\n}"


def renew(app, env) -> list[str]:
    """The pages to write again: with the citation if there is a new edition, all if its place is new."""
    place = env.get_domain("std").labels.get(LABEL)
    before, env.bookkit_cited = getattr(env, "bookkit_cited", place), place
    if before != place:
        return sorted(env.found_docs)
    return changed_pages(env, DIRECTIVE, repr(edition()))


def link_in_footer(app, soup: BeautifulSoup, context: dict) -> None:
    """Link to the section from the last line of the page."""
    lines = soup.select(".bd-footer-content p")
    place = app.env.get_domain("std").labels.get(LABEL)
    if lines and place:
        address = f"{context['pathto'](place[0]).rstrip('#')}#{place[1]}"
        lines[-1].extend([" ", soup.new_tag("a", href=address, string="How to cite"), "."])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_node(how_to_cite)
    app.add_directive(DIRECTIVE, HowToCite)
    app.add_post_transform(FillCitations)
    app.connect("env-updated", renew)
    app.connect(PARSED, link_in_footer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
