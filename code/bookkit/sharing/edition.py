"""Which edition of the book this is: the version in pyproject.toml, and the day of the last change."""

import os
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bookkit.addresses import ROOT


@dataclass(frozen=True)
class Edition:
    """A version and a day; no day where neither the environment nor the repository knows one."""

    version: str
    day: date | None


def edition(root: Path = ROOT) -> Edition:
    """The edition of the book in a folder."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Edition(project["version"], day_of_last_change(root))


def day_of_last_change(root: Path) -> date | None:
    """The day that SOURCE_DATE_EPOCH names, else that of the last commit: never that of the build."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or of_last_commit(root)
    return datetime.fromtimestamp(int(seconds), UTC).date() if seconds else None


def of_last_commit(root: Path) -> str:
    """When the last commit was made, in seconds since 1970; nothing without git or a repository."""
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
