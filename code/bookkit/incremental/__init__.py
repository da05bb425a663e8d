"""Only what a change concerns is read and written again, and yet a build sees what a fresh one would see.

Sphinx reads the pages whose files have changed. These are the gaps that it leaves:

- a page that had a warning says nothing in the next build, which then passes: `again` has it read anew;
- so does a page that was to be written when a build ended early;
- a page is not written again when what it points to has moved, has another number or title, or is gone:
  `references` finds those pages;
- a change in the settings, in the sources of the bibliography or in this package changes any page: all are
  read anew; a change in a style or a script changes the addresses under which pages load it: all are written;
- a page that shows something of all others, a list or a report, is written in each build or never:
  `whole_book` says when it must be.
"""

PARTS = ["again", "references"]


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.incremental.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
