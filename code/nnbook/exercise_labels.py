"""Which module of `nnbook.check` has the checker of which exercise, told from the sources.

Nothing is imported for it: the build asks at every page, and PyTorch alone takes seconds to load.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "check"
CHECKER = re.compile(r"""^ *@?checker\((?:"([\w-]+)")?""", re.M)


@cache
def labels_by_module() -> dict[str, dict[str, int]]:
    """The modules with checkers, by name, and of each the labels with the lines at which they stand."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.stem not in ("__init__", "verdict") and (places := list(CHECKER.finditer(text))):
            found[path.stem] = {place[1] or "": text.count("\n", 0, place.start()) + 1 for place in places}
    return found
