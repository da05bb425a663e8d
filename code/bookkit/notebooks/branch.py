"""The branch `notebooks`, from which Colab and Binder open the chapters.

    python -m bookkit.notebooks          put the notebooks of the last build on the branch
    python -m bookkit.notebooks --push   besides, push it to `origin`

The branch holds the notebooks, and beside them what Binder installs. Files and branch that you work on stay
as they are, and where nothing has changed there is no new commit: Binder makes a new image for each.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from bookkit.addresses import NOTEBOOKS, ROOT, STUDENTS, TEACHERS, chapters, notebook

FOR_BINDER = [
    ".binder",
    ".gitattributes",
    "requirements.txt",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "code",
]
HERE, THERE = f"refs/heads/{NOTEBOOKS}", f"refs/remotes/origin/{NOTEBOOKS}"


def git(*arguments: str, check: bool = True, **environment: str) -> str:
    """What git prints, run at the root of the book; empty if it fails and need not succeed."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 and check:
        raise SystemExit(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip() if done.returncode == 0 else ""


def tree(built: Path) -> str:
    """The name that git gives to the contents of the branch, which it now has."""
    paths = [notebook(page, set_) for page in chapters() for set_ in (STUDENTS, TEACHERS)]
    if missing := [path for path in paths if not (built / path).exists()]:
        raise SystemExit(f"{built} lacks {', '.join(missing)}: run `jupyter-book build .` first.")
    tracked = git("ls-files", "-z", "--", *FOR_BINDER).rstrip("\0").split("\0")
    with tempfile.TemporaryDirectory() as elsewhere:
        index = {"GIT_INDEX_FILE": f"{elsewhere}/index"}
        git("add", "--", *tracked, **index)
        git("--work-tree", str(built), "add", "--force", "--", *paths, **index)
        return git("write-tree", **index)


def parent() -> str:
    """The last commit of the branch, here or at `origin`; empty if there is none."""
    here, there = (git("rev-parse", "--verify", "--quiet", name, check=False) for name in (HERE, THERE))
    behind = here and there and not git("rev-list", "-1", here, f"^{there}")
    return there if behind or not here else here


def commit(contents: str) -> str:
    """The commit of the branch with these contents: a new one, unless the last has them already."""
    last = parent()
    if last and git("rev-parse", f"{last}^{{tree}}") == contents:
        return last
    made_from = git("rev-parse", "--short", "HEAD", check=False)
    message = f"Notebooks of {made_from}" if made_from else "Notebooks"
    return git("commit-tree", contents, *(["-p", last] if last else []), "-m", message)


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m bookkit.notebooks", description=__doc__, formatter_class=raw)
    parser.add_argument("--push", action="store_true", help="push the branch to origin")
    options = parser.parse_args(arguments)
    contents = tree(ROOT / "_build" / "notebooks")
    if options.push:
        git("fetch", "--quiet", "origin", f"+{HERE}:{THERE}", check=False)  # it may not be there yet
    tip = commit(contents)
    git("update-ref", HERE, tip)
    print(f"The branch {NOTEBOOKS} is at {tip[:9]}.")
    if options.push:
        git("push", "--quiet", "origin", f"{HERE}:{HERE}")
    return 0
