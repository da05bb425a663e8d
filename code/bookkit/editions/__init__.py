"""The book as one file, made from the pages of the site: `python -m bookkit.editions`.

- `command`: builds the site and makes the editions that are named;
- `manuscript`, `anchors`, `paper`, `appendices`, `book`: the pages as one book, in which nothing is to be
  clicked, with hints, solutions, answers and the code of the figures at its end;
- `pdf`, `contents`, `browser`: printed by Chromium, with the numbers of its pages;
- `epub`, `package`, `xhtml`: for reading devices;
- `offline`, `zipped`: the site as a zip;
- `facts`, `cover`, `style`: what all of them say of themselves, and how they look;
- `links`: the site offers those that were made.

Two editions of the same site are the same bytes if SOURCE_DATE_EPOCH says when they were made.
"""


def setup(app) -> dict[str, bool]:
    """Register the links with Sphinx."""
    app.setup_extension("bookkit.editions.links")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
