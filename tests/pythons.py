"""Which Pythons this machine has. Nothing outside the standard library is needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ASK = "import platform, sys; print(sys.implementation.name, platform.python_version())"


def pythons(wanted: list[str]) -> dict[str, Path]:
    """The newest patch of every minor version that is not too old, by its full version.

    wanted: minor versions such as 3.12; all of them if it is empty.
    Raises SystemExit if one that is wanted is not there.
    """
    newest: dict[tuple[int, ...], tuple[tuple[int, ...], Path]] = {}
    for path in candidates():
        version = version_of(path)
        if version and version[:2] >= OLDEST and version > newest.get(version[:2], ((),))[0]:
            newest[version[:2]] = version, path
    found = {dotted(minor): (dotted(version), path) for minor, (version, path) in sorted(newest.items())}
    if missing := [name for name in wanted if name not in found]:
        raise SystemExit(f"not found: Python {', '.join(missing)}; found: {', '.join(found) or 'none'}")
    return dict(found[name] for name in wanted or found)


def candidates() -> list[Path]:
    """What may be a Python: this one, those of pyenv, on the PATH, and of the launcher on Windows."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [
        Path(getattr(sys, "_base_executable", sys.executable)),
        *sorted(root.glob("versions/*/bin/python")),
    ]
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found += [path for path in Path(folder).glob("python3.*") if re.fullmatch(r"python3\.\d+", path.name)]
    if launcher := shutil.which("py"):
        listed = subprocess.run([launcher, "-0p"], capture_output=True, text=True, check=False).stdout
        found += [Path(path) for path in re.findall(r"\S:\\.*\.exe", listed)]
    return found


def version_of(python: Path) -> tuple[int, ...] | None:
    """The version of a finished release of CPython; None for anything else, such as pyenv's empty shims."""
    try:
        result = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=False)
    except OSError:
        return None
    match = re.fullmatch(r"cpython (\d+)\.(\d+)\.(\d+)", result.stdout.strip())
    return tuple(map(int, match.groups())) if match else None


def dotted(version: tuple[int, ...]) -> str:
    """A version as it is written."""
    return ".".join(map(str, version))
