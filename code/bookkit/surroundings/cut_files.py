"""Sphinx extension: a doctree that cannot be read, as a killed build may leave one, is made anew.

Sphinx itself does so with its pickled environment, but not with the doctrees, one for each page.
"""

import pickle
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)


def cut_doctrees(app, env, added, changed, removed) -> list[str]:
    """The pages to be read again for that reason."""
    cut = [name for name in sorted(env.found_docs - added - changed) if not is_readable(env, name)]
    if cut:
        logger.info("What the last build kept of %s cannot be read, so it is made anew.", ", ".join(cut))
    return cut


def is_readable(env, docname: str) -> bool:
    """Whether the page's doctree can be read."""
    try:
        # Not env.get_doctree, which would remember the bytes of the cut file.
        pickle.loads(Path(env.doctreedir, f"{docname}.doctree").read_bytes())
    except Exception:  # whatever a damaged pickle makes of itself
        return False
    return True


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("env-get-outdated", cut_doctrees)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
