"""What helps while one reads: where one was, what a link leads to, keys, and notes in the margin.

- `progress`: the pages, sections, questions and exercises that count, and the panel that shows what was done;
- `previews`: what links within the book lead to, shown beside them;
- `keys`: the line in the sidebar that leads to the panel and to the list of keys;
- `citations`: what a citation refers to, in the margin beside it;
- `claim_marks`: what a hidden cell claimed and checked, in the margin where it stands.

What a reader does stays in the reader's own browser; nothing is sent, and nothing is loaded from elsewhere.
"""

PARTS = ["progress", "previews", "keys", "citations", "claim_marks"]


def setup(app) -> dict[str, bool]:
    """Register all of them with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.reading.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
