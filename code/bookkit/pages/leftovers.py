"""Sphinx extension: the site holds what this build made of this book, and nothing else.

Sphinx leaves the pages, sources and images of a page that was dropped, MyST-NB the report on a cell that
failed once; and neither notices a file of the site that was changed or deleted since.
"""

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from sphinx.util import logging

MANIFEST = "site.json"
SHARED = ["_images", "_downloads"]  # the folders of files that pages link to

logger = logging.getLogger(__name__)


def write_anew_what_was_changed(app, config) -> None:
    """Have every page written unless each file of the site is as the last build left it."""
    manifest, outdir = Path(app.doctreedir, MANIFEST), Path(app.outdir)
    if not manifest.exists():
        return
    try:
        written = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError:  # cut
        written = {"": ""}
    changed = [name for name, checksum in written.items() if checksum_of(outdir / name) != checksum]
    if changed:
        logger.info(
            "The site is not as the last build left it (%s, say): all pages are written anew.", changed[0]
        )
        app.bookkit_memory.before["written"] = False


def checksum_of(path: Path) -> str | None:
    """The checksum of a file, None if there is none."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def tidy_up(app, error) -> None:
    """Remove what this build does not own, and note what it does."""
    if error is None and app.builder.name == "html":
        outdir = Path(app.outdir)
        remove_dropped_pages(outdir, app.env.found_docs)
        shutil.rmtree(outdir / "reports", ignore_errors=True)  # no cell failed, or no page would be written
        remove_unused_files(outdir)
        files = {path.relative_to(outdir).as_posix(): checksum_of(path) for path in files_in(outdir)}
        Path(app.doctreedir, MANIFEST).write_text(json.dumps(files), encoding="utf-8")


def remove_dropped_pages(outdir: Path, docnames: set[str]) -> None:
    """Remove the sources, and with each its page, that belong to no page of the book."""
    sources = outdir / "_sources"
    for source in list(files_in(sources)):
        page = source.relative_to(sources).with_suffix("")
        docname = page.as_posix()
        if (
            docname not in docnames and page.with_suffix("").as_posix() not in docnames
        ):  # page.md, page.md.txt
            source.unlink()
            (outdir / f"{docname}.html").unlink(missing_ok=True)
            logger.info("Removed the page %s from the site, for the book has it no longer.", docname)


def remove_unused_files(outdir: Path) -> None:
    """Remove images and downloads to which no page links."""
    linked = re.compile(rf"(?:{'|'.join(SHARED)})/[^\"'\s<>)?#&]+")
    used = set()
    for page in outdir.rglob("*.html"):
        used.update(map(unquote, linked.findall(page.read_text(encoding="utf-8"))))
    for folder in SHARED:
        for path in list(files_in(outdir / folder)):
            if path.relative_to(outdir).as_posix() not in used:
                path.unlink()


def files_in(folder: Path) -> Iterator[Path]:
    """All files in a folder and its folders."""
    return (path for path in folder.rglob("*") if path.is_file())


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("config-inited", write_anew_what_was_changed)
    app.connect("build-finished", tidy_up, priority=950)  # after all that write into the site
    return {"parallel_read_safe": True, "parallel_write_safe": True}
