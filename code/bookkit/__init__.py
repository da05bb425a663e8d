"""What builds the book: Sphinx extensions, side-by-side execution, notebooks and lints.

`_config.yml` names this package as one extension. What chapters and readers import is in `nnbook`, beside it;
`nnbook` imports nothing from here. Each sub-package opens with what it does:

- `surroundings`: what the machine does to a build, said in a sentence;
- `execution`: the cells of the pages are run, kept, and run again when they must be;
- `incremental`: only what a change concerns is read and written again;
- `look`: how the pages look;
- `formulas`: formulas, set when the book is built;
- `figures`: figures that are part of the page;
- `exercises`: exercises with levels, checkers and solutions, none without a part;
- `quizzes`: self-check questions;
- `notebooks`: two notebooks of each chapter, and the buttons that open them;
- `reading`: what helps while one reads: progress, previews, keys, the margin;
- `pages`: what the pages of the site show besides their text, and mends of their HTML;
- `search`: what a reader can find, and how;
- `sharing`: how the book is found and shared, and the page at a wrong address;
- `editions`: the book as a PDF, as an EPUB and as an offline copy, and the links to them;
- `lints`: faults of pages that a machine can see.

Imports run one way: `addresses` and `surroundings` import none of them, `execution` and `incremental` only
these, and the others all four; `look`, `figures` and `sharing` import `pages` too, `search` also `exercises`,
`reading` these and `quizzes`; `lints` and `notebooks` may import any.
"""

PARTS = [
    *("surroundings", "incremental", "execution", "pages", "look", "formulas", "figures"),
    *("exercises", "quizzes", "reading", "search", "lints", "notebooks", "sharing", "editions"),
]


def setup(app) -> dict[str, bool]:
    """Register all parts with Sphinx."""
    for part in PARTS:
        app.setup_extension(f"bookkit.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
