"""Sphinx extension: links that open the form for an erratum with chapter and section filled in.

The form is .github/ISSUE_TEMPLATE/erratum.yml; its fields are filled in by their ids.
"""

from urllib.parse import urlencode

from bs4 import BeautifulSoup

from bookkit.pages.html_mends import PARSED

NOT_WORDS = ["section-number", "headerlink"]  # in a heading


def form(repository: str, **fields: str) -> str:
    """The address of the form in the repository of that address, with these fields filled in."""
    return f"{repository}/issues/new?{urlencode({'template': 'erratum.yml', **fields})}"


def add_links(app, soup: BeautifulSoup, context: dict) -> None:
    """Put a flag beside each heading of a page that has a source, and a line at the page's end."""
    article = soup.select_one("article")
    if article is None or article.h1 is None or not context.get("sourcename"):
        return
    repository = app.config.html_theme_options["repository_url"]
    chapter = words(article.h1)
    for heading in article.select("section > h2, section > h3"):
        link = soup.new_tag("a", href=form(repository, chapter=chapter, section=words(heading)))
        link["class"] = "report-link"
        link["aria-label"] = link["title"] = "Report an error in this section"
        heading.append(link)
    line = soup.new_tag("p")
    line["class"] = "report-line"
    link = soup.new_tag("a", href=form(repository, chapter=chapter))
    link.string = "Report an error on this page"
    line.append(link)
    article.append(line)


def words(heading) -> str:
    """The words of a heading, without its number and the sign that links to it."""
    return "".join(text for text in heading.strings if not text.find_parent(class_=NOT_WORDS))


def setup(app):
    """Register the extension with Sphinx."""
    app.connect(PARSED, add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
