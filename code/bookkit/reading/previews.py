"""Sphinx extension: what a link within the book leads to, written for previews.js, a script for each page.

`_static/previews/PAGE.js` says what a preview shows of each place of a page to which a link may lead: the
formula of an equation, the explanation of a term, a reference, the caption of a figure, the start of an
exercise or of a section, and of the page itself title and description. It is as new as the page.
"""

import json
from collections.abc import Iterator
from copy import copy
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from bookkit.pages.html_mends import PARSED

FOLDER = "_static/previews"
NOT_SHOWN = ".headerlink, .report-link, .exercise-done, .margin-note, .claim-mark, script, button"


def write(app, soup: BeautifulSoup, context: dict) -> None:
    """Write what the places of a page show."""
    docname, article = context.get("pagename"), soup.select_one("article")
    if docname not in app.env.found_docs or article is None:
        return
    found = dict(places(soup, article))
    path = path_of(app, docname)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"nnbookPreviews({json.dumps(docname)}, {json.dumps(found, ensure_ascii=False, indent=0)});\n"
    path.write_text(text, encoding="utf-8")


def path_of(app, docname: str) -> Path:
    """The file with the previews of a page."""
    return Path(app.outdir, FOLDER, f"{docname}.js")


def places(soup: BeautifulSoup, article: Tag) -> Iterator[tuple[str, str]]:
    """The id of each place that a preview can show, and what it shows, as HTML."""
    description = soup.select_one("meta[name=description]")
    if article.h1 and description:
        yield "", f"{title(article.h1)}<p>{BeautifulSoup(description['content'], 'html.parser')}</p>"
    for term in article.select("dt[id^=term-]"):
        if explanation := term.find_next_sibling("dd"):
            yield term["id"], html(explanation.find_all("p", recursive=False)[:1])
    for equation in article.select("div.math[id]"):
        yield equation["id"], html([equation])
    for reference in article.select(".citation[id]"):
        yield reference["id"], html(reference.find_all("p", recursive=False))
    for figure in article.select("figure[id]:has(figcaption)"):
        yield figure["id"], html([figure.figcaption])
    for exercise in article.select("div.exercise[id]"):
        yield exercise["id"], title(exercise.p) + html(exercise.select("section > p")[:1])
    for row in article.select("tr[id]"):
        yield row["id"], rows_from(row)
    for section in article.select("section[id]"):
        heading = section.find(["h2", "h3", "h4"], recursive=False)
        for id_ in ids_of(section) if heading else []:
            yield id_, title(heading) + html(section.find_all("p", recursive=False)[:1])


def ids_of(section: Tag) -> list[str]:
    """The ids under which links reach a section: its own, and those of the empty marks at its start."""
    marks = [mark["id"] for mark in section.find_all("span", id=True, recursive=False) if not mark.contents]
    return [section["id"], *marks]


def rows_from(row: Tag) -> str:
    """A row of a table and those after it up to the next that has an id, as a list."""
    group = [row]
    for following in row.find_next_siblings("tr"):
        if following.has_attr("id"):
            break
        group.append(following)
    lines = [" · ".join(cell.get_text(" ", strip=True) for cell in line.select("td")) for line in group]
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def title(heading: Tag) -> str:
    """A heading as the first line of a preview."""
    return f'<p class="preview-title">{plain(heading).decode_contents().strip()}</p>'


def html(tags: list[Tag]) -> str:
    """Some tags as a preview shows them."""
    return "".join(map(str, map(plain, tags)))


def plain(tag: Tag) -> Tag:
    """A copy of a tag without links, ids and signs: a preview leads nowhere, and an id is given once."""
    found = copy(tag)
    for sign in found.select(NOT_SHOWN):
        sign.decompose()
    for link in found.select("a"):
        link.unwrap()
    for part in [found, *found.select("[id]")]:
        del part["id"]
    return found


def add_script(app, pagename: str, template: str, context: dict, doctree) -> None:
    """Load the script on the pages of the book: those of the machine have no links to show."""
    if doctree is not None:
        app.add_js_file("previews.js", loading_method="defer")


def drop_old(app, error) -> None:
    """Remove the previews of pages that the book has no longer."""
    folder = Path(app.outdir, FOLDER)
    if error is None and app.builder.name == "html":
        for path in list(folder.rglob("*.js")):
            if path.relative_to(folder).with_suffix("").as_posix() not in app.env.found_docs:
                path.unlink()


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", add_script)
    app.connect(PARSED, write, priority=900)  # when the page is as it will be
    app.connect("build-finished", drop_old)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
