"""The command: it builds the site, which takes seconds if nothing has changed, and makes editions of it."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bookkit.addresses import ROOT
from bookkit.editions import epub, offline, pdf
from bookkit.editions.book import book
from bookkit.editions.browser import NoBrowser
from bookkit.editions.facts import FILES, FOLDER, facts
from bookkit.editions.manuscript import NoSite


def main(arguments: list[str] | None = None) -> int | str:
    """Make the editions that the command line names; returns what sys.exit takes."""
    parser = argparse.ArgumentParser("python -m bookkit.editions", description=__doc__)
    parser.add_argument("editions", nargs="*", metavar="pdf | epub | offline", help="all, if none is named")
    parser.add_argument("--site", type=Path, help="a site that is built already, instead of _build/html")
    options = parser.parse_args(arguments)
    wanted = options.editions or list(FILES)
    if unknown := set(wanted) - set(FILES):
        return f"There is no edition {', '.join(sorted(unknown))}: choose among {', '.join(FILES)}."
    try:
        return make(wanted, options.site or built_site())
    except Hindered as error:
        return str(error)


class Hindered(Exception):
    """Something stands in the way; the message is a sentence."""


def built_site() -> Path:
    """The site of this folder, built now."""
    command = shutil.which(
        "jupyter-book", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    if command is None:
        raise Hindered("There is no jupyter-book here: `pip install -r requirements.txt` installs it.")
    if subprocess.run([command, "build", "."], cwd=ROOT, check=False).returncode:
        raise Hindered("The site was not built, as said above; no edition was made.")
    return ROOT / "_build/html"


def make(wanted: list[str], site: Path) -> int:
    """Make editions of a site; they go beside it."""
    folder = site.resolve().parent / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        start, target = time.monotonic(), folder / FILES[name]
        part = target.with_suffix(".part" + target.suffix)
        said = write(name, site, part)
        part.replace(target)
        took = time.monotonic() - start
        print(f"{target}: {said}, {target.stat().st_size / 1e6:.1f} MB, {took:.0f} s", flush=True)
    return 0


def write(name: str, site: Path, target: Path) -> str:
    """Write one edition; returns what there is to say of it."""
    try:
        match name:
            case "pdf":
                return pdf.write(book(site), target)
            case "epub":
                return epub.write(book(site), target)
            case _:
                return offline.write(site, facts(), target)
    except (NoSite, NoBrowser) as error:
        raise Hindered(str(error)) from error
