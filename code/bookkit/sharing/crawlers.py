"""Sphinx extension: what no reader reads: the list of all pages, for search engines, and the front door.

The front door is the page at the site's root; it leads on to the cover and says of itself what that says.
"""

import posixpath
from pathlib import Path
from xml.sax.saxutils import escape

from bs4 import BeautifulSoup, SoupStrainer

from bookkit.pages.html_mends import PLAIN

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={start}">
{head}
</head>
<body><main><p><a href="{start}">{title}</a></p></main></body>
</html>
"""
SHARED = (
    "title, meta[name=description], meta[property], meta[name^=twitter], link[rel=canonical], link[rel=icon]"
)


def sitemap(addresses: list[str]) -> str:
    """The pages at these addresses, as search engines read it."""
    lines = [f"<url><loc>{escape(address)}</loc></url>" for address in addresses]
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">'
    return "\n".join([start, *lines, "</urlset>", ""])


def robots(site: str) -> str:
    """All may read everything, and here is the list of it."""
    return f"User-agent: *\nAllow: /\nSitemap: {site}sitemap.xml\n"


# sphinx-external-toc 1.1.0, events.py: the page at the site's root, which leads on to the first, has no
# title, no language and no link.
def front_door(cover: str, start: str) -> str:
    """The page at the site's root; cover: the HTML of the page to which it leads, at the address `start`."""
    head = BeautifulSoup(cover, "html.parser", parse_only=SoupStrainer(["title", "meta", "link"]))
    shown = head.select(SHARED)
    for icon in head.select("link[rel=icon]"):
        icon["href"] = posixpath.normpath(posixpath.join(posixpath.dirname(start), icon["href"]))
    lines = [tag.decode(formatter=PLAIN) for tag in shown]
    return FRONT_DOOR.format(start=start, head="\n".join(lines), title=escape(head.title.get_text()))


def write_files(app, error) -> None:
    """Write what stands beside the pages, if the build got that far."""
    if error is not None or app.builder.name != "html":
        return
    outdir, site, root = Path(app.outdir), app.config.html_baseurl, app.config.root_doc
    start = app.builder.get_target_uri(root)
    pages = [site + app.builder.get_target_uri(name) for name in app.env.collect_relations()]
    (outdir / "sitemap.xml").write_text(sitemap(pages), encoding="utf-8")
    (outdir / "robots.txt").write_text(robots(site), encoding="utf-8")
    (
        outdir / ".nojekyll"
    ).touch()  # else GitHub leaves out folders whose names begin with _, if it serves a branch
    if root != "index":
        cover = (outdir / start).read_text(encoding="utf-8")
        (outdir / "index.html").write_text(front_door(cover, start), encoding="utf-8")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect(
        "build-finished", write_files, priority=900
    )  # after the extensions that still write files then
    return {"parallel_read_safe": True, "parallel_write_safe": True}
