"""New environments, and a copy of the repository to install from, for tests of what others install."""

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.building import ROOT

SOMEONE = {  # who commits in tests
    f"GIT_{role}_{part}": "test@test.example"
    for role in ("AUTHOR", "COMMITTER")
    for part in ("NAME", "EMAIL")
}


def copy_of_repository(folder: Path, branch: str) -> Path:
    """A repository whose branch holds the files as they are here now, committed or not."""
    git = shutil.which("git")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    commit = ["-c", "commit.gpgsign=false", "commit", "-qm", "The book"]
    for command in (["init", "-q", "-b", branch], ["add", "--all"], commit):
        subprocess.run([git, *command], cwd=folder, env=os.environ | SOMEONE, check=True)
    return folder


def notebooks_command(folder: Path, *options: str) -> subprocess.CompletedProcess:
    """Run `python -m bookkit.notebooks` in a copy of the repository and return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "bookkit.notebooks", *options],
        cwd=folder,
        env=os.environ | SOMEONE | {"PYTHONPATH": str(folder / "code")},
        capture_output=True,
        text=True,
        check=False,
    )


def environment_with(folder: Path, *packages: str) -> Path:
    """A new environment that has these packages, and what they need, from the environment of the tests.

    Their files are linked, not downloaded: the very builds that the site was made with. Returns its Python.
    """
    venv.create(folder, with_pip=True)
    (target,) = (folder / "lib").glob("python3.*/site-packages")
    for path in [*target.glob("setuptools*"), *target.glob("pkg_resources*")]:  # torch has its own
        shutil.rmtree(path)
    for name in closure(packages):
        for file in distribution(name).files or []:
            source, place = Path(file.locate()), Path(os.path.normpath(target / file))
            if source.is_file() and place.is_relative_to(folder) and "__pycache__" not in file.parts:
                place.parent.mkdir(parents=True, exist_ok=True)
                link(source, place)
    return folder / "bin" / "python"


def link(source: Path, place: Path) -> None:
    """One file in two places; a copy where the two are on different disks, or where it is a script."""
    if place.exists():
        return
    if place.parent.name == "bin":  # its first line names the environment
        place.write_bytes(source.read_bytes().replace(sys.prefix.encode(), str(place.parent.parent).encode()))
        place.chmod(0o755)
        return
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)


def closure(packages: tuple[str, ...]) -> set[str]:
    """The names of packages and of all that they need, as far as it is installed here."""
    found, waiting = set(), list(packages)
    while waiting:
        name = waiting.pop()
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:  # needed elsewhere, on another system
            continue
        if (key := name.lower().replace("_", "-")) not in found:
            found.add(key)
            required = [Requirement(need) for need in needs]
            waiting += [
                need.name for need in required if not need.marker or need.marker.evaluate({"extra": ""})
            ]
    return found
