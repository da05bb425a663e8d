"""Faults that take longer than a test may, injected one after the other: `python -m tests.faults`.

Each is a function with the decorator `fault`, which gets a folder of its own, does harm in it, and raises
AssertionError if the book takes it badly; what it returns is shown as what happened. Words after the command
choose the faults whose names contain one of them.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.building import ROOT, STRICT

FAULTS: dict[str, Callable[[Path], str]] = {}


class CannotTry(Exception):
    """This machine lets nobody do such harm; the message says why."""


def fault(name: str) -> Callable:
    """Enter a function into the table under this name."""

    def enter(function: Callable[[Path], str]) -> Callable[[Path], str]:
        FAULTS[name] = function
        return function

    return enter


def small_book(folder: Path) -> Path:
    """The small book of the tests in a folder, with the settings and the package of the book itself."""
    book = shutil.copytree(ROOT / "tests/bookkit/small", folder / "book")
    for name in ("_config.yml", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, book)
    for name in ("book/_static", "book/_style", "book/_templates", "code"):
        shutil.copytree(ROOT / name, book / name)
    return book


def run(command: list, folder: Path, prefix: str = "", **environment: str) -> tuple[int, str]:
    """Run a command of this Python in a folder; its exit status and what it said.

    prefix: shell commands that come first, in a name space of their own, where root can mount disks.
    """
    if prefix:
        if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
            raise CannotTry("only root may mount a disk")
        command = ["unshare", "-m", "sh", "-ec", f'{prefix}; exec "$@"', "sh", *command]
    result = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NNBOOK_DATA": "subset", "PYTHONPATH": str(folder / "code"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return result.returncode, re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)


def build(book: Path, *options: str, prefix: str = "", **environment: str) -> tuple[int, str]:
    """Build a book; see `run`."""
    return run(
        [Path(sys.executable).with_name("jupyter-book"), "build", ".", *options], book, prefix, **environment
    )


def one_sentence(status: int, said: str, words: str) -> str:
    """Assert that a command failed without a traceback, its last line being a sentence with these words."""
    last = said.rstrip().splitlines()[-1]
    assert status == 1, f"exit status {status}"
    assert "Traceback" not in said, f"a traceback: {last}"
    assert words in last, last
    assert last.endswith("."), last
    return last


def succeeds(status: int, said: str) -> None:
    """Assert that a command did."""
    assert status == 0, f"exit status {status}: {said.rstrip().splitlines()[-1]}"


@fault("the disk is full, at nine moments of a build")
def full_disk(folder: Path) -> str:
    """A disk of too few bytes for `_build`; then one that is large enough."""
    book, seen = small_book(folder), []
    (book / "_build").mkdir()
    for size in ["64k", "300k", "1m", "2m", "4m", "6m", "8m", "9m", "10m"]:
        status, said = build(book, *STRICT, prefix=f"mount -t tmpfs -o size={size} disk {book / '_build'}")
        if status:
            one_sentence(status, said, "No space left on device): make room on that disk")
        seen.append(f"{size} {status}")
    assert sum(entry.endswith(" 1") for entry in seen) > 3, seen
    succeeds(*build(book, *STRICT))
    return f"one sentence each; with room, 0 ({', '.join(seen)})"


@fault("the clone is read-only, with and without _build")
def read_only_clone(folder: Path) -> str:
    """The whole folder of the book is mounted read-only."""
    book = small_book(folder)
    mount = f"mount --bind {book} {book}; mount -o remount,bind,ro {book}; cd {book}"
    one_sentence(*build(book, prefix=mount), "Read-only file system")
    succeeds(*build(book, *STRICT))
    said = one_sentence(*build(book, prefix=mount), "Read-only file system")
    succeeds(*build(book, *STRICT))
    return said


@fault("the home folder is read-only")
def read_only_home(folder: Path) -> str:
    """Matplotlib, IPython and Jupyter keep files there."""
    book, home = small_book(folder), folder / "home"
    home.mkdir()
    mount = f"mount --bind {home} {home}; mount -o remount,bind,ro {home}"
    unset = {"XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": "", "MPLCONFIGDIR": ""}
    status, said = build(book, *STRICT, prefix=mount, HOME=str(home), **unset)
    succeeds(status, said)
    assert "atplotlib created" not in (book / "_build/html/book/figure.html").read_text()
    return "0, and nothing of it on a page"


class Trickle(BaseHTTPRequestHandler):
    """Sends a byte a second."""

    def do_GET(self) -> None:
        """Promise an archive, and never be done with it."""
        self.send_response(200)
        self.send_header("Content-Length", "9912422")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"?")
                time.sleep(1)
        except OSError:  # the client has gone
            pass

    def log_message(self, *_) -> None:
        """Say nothing."""


@fault("both mirrors send a byte a second")
def trickle(folder: Path) -> str:
    """With the limits that are in the package."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Trickle) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        program = (
            "import sys, nnbook.__main__ as main; from torchvision.datasets import MNIST; "
            f"MNIST.mirrors = 2 * ['http://127.0.0.1:{server.server_port}/']; sys.exit(main.main(['data']))"
        )
        start = time.monotonic()
        result = run(
            [sys.executable, "-c", program],
            ROOT,
            NNBOOK_DATA=str(folder / "digits"),
            no_proxy="127.0.0.1",
        )
        took = time.monotonic() - start
        server.shutdown()
    one_sentence(*result, "timed out, with 1")
    assert took < 60, f"{took:.0f} s"
    assert not (folder / "digits").exists()
    return f"one sentence after {took:.0f} s"


@fault("a build is killed at eight moments")
def killed(folder: Path) -> str:
    """Each is followed by a build that must succeed."""
    book, command = (
        small_book(folder),
        [Path(sys.executable).with_name("jupyter-book"), "build", ".", *STRICT],
    )
    for seconds in range(2, 18, 2):
        environment = {**os.environ, "NNBOOK_DATA": "subset", "PYTHONPATH": str(book / "code")}
        shutil.rmtree(book / "_build", ignore_errors=True)
        with subprocess.Popen(
            command, cwd=book, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
        succeeds(*build(book, *STRICT))
    return "the next is right"


def main(words: list[str]) -> int:
    """Inject the chosen faults and print the table.

    words: parts of the names of the faults; none for all.
    Returns 1 if the book took one badly, else 0.
    """
    chosen = {name: inject for name, inject in FAULTS.items() if not words or any(w in name for w in words)}
    status = 0
    print("| Fault | What happened | |\n|---|---|---|", flush=True)
    for name, inject in chosen.items():
        with tempfile.TemporaryDirectory(prefix="fault-") as folder:
            try:
                happened, mark = inject(Path(folder)), "pass"
            except CannotTry as reason:
                happened, mark = str(reason), "not tried"
            except AssertionError as error:
                happened, mark, status = str(error) or traceback.format_exc(limit=-1), "FAIL", 1
        print(f"| {name} | {' '.join(happened.split())[:300]} | {mark} |", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
