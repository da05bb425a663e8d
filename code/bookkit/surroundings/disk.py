"""Sphinx extension: a full disk, or a folder that cannot be written, ends the build with one sentence.

Jupyter Book answers any exception with pages of its own traceback, but lets `sys.exit` pass.
"""

import errno
import os
import sys
from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from tempfile import TemporaryFile

MAKE_ROOM = "make room on that disk"
GIVE_RIGHT = "give yourself the right to read and write there, or build a copy of the book that is yours"
REMEDIES = {
    errno.ENOSPC: MAKE_ROOM,
    errno.EDQUOT: MAKE_ROOM,
    errno.EROFS: "build a copy of the book on a disk that can be written",
    errno.EACCES: GIVE_RIGHT,
    errno.EPERM: GIVE_RIGHT,
    errno.ENOTDIR: "remove the file that stands where a folder should be",
}


def check_writable(outdir: Path, doctreedir: Path) -> None:
    """Write a nameless file into each folder that the build will use, and end the build if one refuses.

    outdir, doctreedir: the folders of the pages and of the doctrees, in `_build`; either may not exist yet.
    """
    for folder in (outdir.parent, outdir, doctreedir):
        there = next(above for above in (folder, *folder.parents) if os.path.lexists(above))
        try:
            with TemporaryFile(dir=there) as file:
                file.write(b"?")
        except OSError as error:
            sys.exit(sentence(OSError(error.errno, error.strerror), there) or str(error))


def sentence(error: BaseException, place: Path) -> str | None:
    """What to say of an error, or None if it is not of this kind.

    place: what is named if the error names no file.
    """
    for cause in causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        if number in REMEDIES:
            # A file that could not be copied is named by its source, whose disk need not be the full one.
            named = None if REMEDIES[number] == MAKE_ROOM else getattr(cause, "filename", None)
            thing = named or f"a file in {place}"
            return (
                f"The build stopped at {thing} ({os.strerror(number)}): {REMEDIES[number]}, then build again."
            )
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and the errors that led to it."""
    seen = []
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is not None and cause not in seen:
            seen.append(cause)
            yield cause
            waiting += [getattr(cause, "orig_exc", None), cause.__cause__, cause.__context__]


def in_a_sentence(build, place: Path):
    """The method that builds, with such an error turned into a sentence."""

    @wraps(build)
    def build_or_exit(*args, **kwargs):
        try:
            return build(*args, **kwargs)
        except Exception as error:
            if words := sentence(error, place):
                sys.exit(words)
            raise

    return build_or_exit


def setup(app):
    """Try the folders, and stand around what is to come."""
    outdir = Path(app.outdir)
    check_writable(outdir, Path(app.doctreedir))
    app.build = in_a_sentence(app.build, outdir.parent)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
