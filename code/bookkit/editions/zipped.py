"""Zips that are the same bytes whenever they are made of the same files."""

import zipfile
from datetime import datetime
from pathlib import Path


class Zip:
    """A zip that is written; all its files are of one time."""

    def __init__(self, target: Path, made: datetime):
        """Begin the file; the time of zips is counted in steps of two seconds, from 1980."""
        self.file = zipfile.ZipFile(target, "w")
        self.time = max(made.timetuple()[:6], (1980, 1, 1, 0, 0, 0))

    def add(self, name: str, contents: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
        """Add a file that all may read."""
        info = zipfile.ZipInfo(name, self.time)
        info.compress_type, info.external_attr, info.create_system = how, 0o644 << 16, 3
        self.file.writestr(info, contents, compresslevel=9)

    def __enter__(self):
        """The zip, to add to."""
        return self

    def __exit__(self, *error) -> None:
        """End the file."""
        self.file.close()
