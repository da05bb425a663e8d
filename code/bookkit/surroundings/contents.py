"""Sphinx extension: a page that `_toc.yml` lists and nobody wrote ends the build.

For sphinx-external-toc it is a warning, with which the plain command publishes the book without the page.
"""

import sys
from pathlib import Path


def check_pages(app, config) -> None:
    """End the build if a listed page is no file."""
    missing = [name for name in config.external_site_map if not is_file(Path(app.srcdir, name), config)]
    if missing:
        pages = "a page that is not there" if len(missing) == 1 else "pages that are not there"
        sys.exit(
            f"_toc.yml lists {pages}, {', '.join(missing)}: write what is missing, or take its line out."
        )


def is_file(path: Path, config) -> bool:
    """Whether there is a source at the path, which may lack its suffix."""
    return any(path.with_name(path.name + suffix).is_file() for suffix in ["", *config.source_suffix])


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("config-inited", check_pages, priority=950)  # after sphinx-external-toc has read _toc.yml
    return {"parallel_read_safe": True, "parallel_write_safe": True}
