"""Pages run side by side; whatever happens to a kernel, a sentence names page, line and reason."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.bookkit.small_book import add, cell, fails, kept, make, replace, run, succeeds
from tests.building import STRICT, jupyter_book

SLEEP = cell("import time\nfor _ in range(600):\n    time.sleep(0.1)")
DIE = cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
HANG = cell("while True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass")


def kernels(folder: Path) -> list[psutil.Process]:
    """The kernels that run in the folder of a book."""
    found = []
    for process in psutil.process_iter():
        try:
            if "ipykernel_launcher" in process.cmdline() and Path(process.cwd()).is_relative_to(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(condition, seconds=60):
    """Wait until a condition holds."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it does not come about"
        time.sleep(0.1)


@pytest.fixture
def start(book):
    """A function that starts a build of the small book and returns its process; what still runs is ended."""
    started = []

    def begin() -> subprocess.Popen:
        environment = {**os.environ, "PYTHONPATH": str(book / "code"), "NNBOOK_DATA": "subset"}
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen([jupyter_book(), "build", "."], cwd=book, env=environment, **output))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_a_killed_kernel_and_a_hanging_cell_are_told_each_in_a_sentence(book):
    add(book, "page.md", DIE)
    add(book, "figure.md", cell("import time") + "\n\n" + HANG)
    replace(book, "_config.yml", "timeout: 600", "timeout: 3")
    log = fails(make(book))
    assert re.search(r"book/page\.md:\d+: ERROR: the kernel died in this cell, of memory or by a signal", log)
    assert re.search(r"book/figure\.md:\d+: ERROR: this cell takes longer than 3 seconds, the limit", log)
    assert log.rstrip().endswith(
        "Cells failed in book/figure, book/page, as said above; no page was written."
    )
    assert "Traceback" not in log
    assert kernels(book) == []


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_no_kernel_and_goes_on_where_it_was(book, start, ending):
    replace(book, "book/figure.md", "[4, 1, 0, 1, 4]", "[5, 1, 0, 1, 5]")
    add(book, "page.md", SLEEP)
    before = kept(book)
    process = start()
    wait_until(lambda: kept(book) - before)  # the figure has run
    process.send_signal(ending)
    log, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert (
        "Stopped while book/page ran; what had ended is kept, and the next build goes on from there." in log
    )
    assert "Traceback" not in log
    wait_until(lambda: kernels(book) == [])
    replace(book, "book/page.md", SLEEP, "")
    assert "book/figure is run" not in succeeds(make(book, *STRICT))


def test_a_killed_build_leaves_no_kernel_and_no_half_run(book, start):
    add(book, "page.md", SLEEP)
    process, before = start(), kept(book)
    wait_until(lambda: kernels(book))
    process.kill()
    wait_until(lambda: kernels(book) == [])
    assert kept(book) == before
    replace(book, "book/page.md", SLEEP, "")
    succeeds(make(book, *STRICT))


def test_a_second_build_in_the_same_folder_waits_for_the_first(book, start):
    add(book, "page.md", cell("import time\ntime.sleep(3)"))
    both = [start(), start()]
    logs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], logs
    assert sum("Another build is at work" in log for log in logs) == 1
    assert sum("book/page is run" in log for log in logs) == 1
    assert "no targets are out of date" in succeeds(make(book))


def test_a_module_that_changes_while_a_page_runs_is_no_part_of_the_book(book, start):
    module = book / "code/nnbook/extra.py"
    module.write_text("VALUE = 'old'\n")
    flag = book / "flag"
    wait = f"import time, pathlib\nwhile not pathlib.Path({str(flag)!r}).exists():\n    time.sleep(0.05)"
    add(book, "page.md", cell(f"{wait}\nfrom nnbook import extra\nprint(extra.VALUE)"))
    process, before = start(), kept(book)
    wait_until(lambda: kernels(book))
    time.sleep(1)
    module.write_text("VALUE = 'new'\n")
    flag.touch()
    log, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "code/nnbook/extra.py changed while this page ran" in log
    assert kept(book) == before
    module.write_text("VALUE = 'old'\n")
    succeeds(make(book, *STRICT))
    assert "old" in (book / "_build/html/book/page.html").read_text()


def test_pages_run_at_the_same_time(book):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if cores < 2:
        pytest.skip("there is one core")
    meet = (
        "import time\nfrom pathlib import Path\nPath({own!r}).touch()\nbegun = time.time()\n"
        "while not Path({other!r}).exists():\n    assert time.time() - begun < 60\n    time.sleep(0.05)"
    )
    names = [str(book / name) for name in ("one", "two")]
    add(book, "page.md", cell(meet.format(own=names[0], other=names[1])))
    add(book, "figure.md", cell(meet.format(own=names[1], other=names[0])))
    succeeds(make(book))
    assert run(book)[1] == "subset"


def test_two_cold_builds_give_the_same_pages_with_one_worker_and_with_several(book, tmp_path):
    cold = [shutil.copytree(book, tmp_path / name / "book", ignore=lambda *_: ["_build"]) for name in "ab"]
    for folder, workers in zip(cold, ("1", "2"), strict=True):
        replace(folder, "book/page.md", 'print(f"run {time.time_ns()}', 'print(f"run')
        succeeds(make(folder, *STRICT, BOOKKIT_WORKERS=workers))
    files = [path.relative_to(cold[0]) for path in (cold[0] / "_build/html").rglob("*") if path.is_file()]
    assert len(files) > 10
    different = [path for path in files if (cold[0] / path).read_bytes() != (cold[1] / path).read_bytes()]
    assert different == []
