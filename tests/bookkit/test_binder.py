"""Binder, rehearsed: its files make an environment, and a browser runs a chapter there.

Instead of an image there is a new environment. PyTorch and torchvision are in it beforehand, linked from the
environment of the tests, for the build that `.binder/postBuild` asks for is not on the registry from which
tests install; the script meets them and finds that nothing is missing.
"""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import nbformat
import pytest
from bookkit.addresses import NOTEBOOKS
from bs4 import BeautifulSoup

from tests.building import ROOT
from tests.environments import environment_with

CHAPTER = "book/tensors"  # it has figures, runs in seconds, and needs no digits


@dataclass
class Server:
    """JupyterLab as on Binder: its address and folder, and the seconds to make and to start it."""

    address: str
    folder: Path
    made: float
    started: float


@pytest.fixture(scope="module")
def server(clone, tmp_path_factory):
    """JupyterLab in an environment that the branch's .binder/ made; it ends with the tests."""
    begin = time.monotonic()
    folder = tmp_path_factory.mktemp("binder")
    command = [shutil.which("git"), "clone", "--quiet", "--branch", NOTEBOOKS, clone, folder]
    subprocess.run(command, check=True)
    python = environment_with(tmp_path_factory.mktemp("image") / "env", "torch", "torchvision")
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(python.parents[1]),
        "HOME": str(home),
        "NNBOOK_DATA": "subset",
    }
    # The steps of repo2docker, in its order.
    assert (folder / ".binder" / "runtime.txt").read_text() == "python-3.11\n"
    install = [python, "-m", "pip", "install", "--no-cache-dir", "--quiet", "-r", ".binder/requirements.txt"]
    for command in (install, [folder / ".binder" / "postBuild"]):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    made = time.monotonic() - begin

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--allow-root",
        "--IdentityProvider.token=",
    ]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [python.parent / "jupyter", "lab", *options],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    begin, address = time.monotonic(), f"http://127.0.0.1:{port}/"
    try:
        while not answers(f"{address}api"):
            assert process.poll() is None, (home / "log").read_text()[-3000:]
            assert time.monotonic() - begin < 120, "JupyterLab does not answer"
            time.sleep(0.2)
        yield Server(address, folder, made, time.monotonic() - begin)
    finally:
        process.terminate()
        process.wait(30)


def answers(address: str) -> bool:
    """Whether a server answers there."""
    try:
        with urlopen(address, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def path(site) -> str:
    """Where the button for Binder on the chapter's page leads within JupyterLab."""
    page = BeautifulSoup((site / f"{CHAPTER}.html").read_text(encoding="utf-8"), "html.parser")
    (button,) = page.select(".dropdown-launch-buttons a[href*='mybinder.org']")
    (found,) = parse_qs(urlsplit(button["href"]).query)["urlpath"]
    return found


def test_a_browser_opens_a_chapter_and_runs_it(server, browser, path, record_property):
    file = server.folder / path.removeprefix("lab/tree/")
    assert file.is_file()
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        begin = time.monotonic()
        page.goto(server.address + path)
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        page.get_by_text("Python 3", exact=False).first.wait_for()
        opened = time.monotonic() - begin
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        figure = page.locator(".jp-OutputArea-output img, .jp-OutputArea-output svg").first
        figure.wait_for(state="attached", timeout=180_000)
        first = time.monotonic() - begin
        wait_for_the_last_cell(page, file)
        figure.scroll_into_view_if_needed()
        assert figure.is_visible()
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=Path(folder) / "jupyterlab.png")
    cells = [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert [cell.source for cell in cells if not cell.execution_count] == []
    assert [output for output in outputs if output.output_type == "error"] == []
    assert cells[0].outputs == []  # the package is there, so the first cell does nothing
    n_figures = sum("image/svg+xml" in output.get("data", {}) for output in outputs)
    assert n_figures == drawn_figures(file)
    record_property("seconds", f"environment {server.made:.0f}, server {server.started:.0f}, "
                    f"opened {opened:.0f}, first figure {first:.0f}")  # fmt: skip
    print(f"\nenvironment {server.made:.0f} s, server {server.started:.0f} s, from click to the notebook "
          f"{opened:.1f} s, to the first figure {first:.1f} s")  # fmt: skip


def wait_for_the_last_cell(page, file: Path) -> None:
    """Save until the file has run to its end."""
    for _ in range(180):
        page.keyboard.press("Control+s")
        cells = [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
        if cells[-1].execution_count:
            return
        page.wait_for_timeout(1000)
    pytest.fail("the chapter did not run to its end in three minutes")


def drawn_figures(file: Path) -> int:
    """The number of figures that the chapter's cells draw: their captions stand in cells of their own."""
    return sum(cell.source.startswith("**Fig.") for cell in nbformat.read(file, as_version=4).cells)


def test_nothing_of_binder_needs_a_compiler_or_what_builds_the_site():
    files = sorted(path.name for path in (ROOT / ".binder").iterdir())
    assert files == ["postBuild", "requirements.txt", "runtime.txt"]  # no apt.txt, no environment.yml
    assert os.access(ROOT / ".binder" / "postBuild", os.X_OK)
    lines = (ROOT / ".binder" / "requirements.txt").read_text().splitlines()
    names = {line.split("==")[0] for line in lines if not line.startswith("#")}
    assert names == {"jupyterlab", "uv"}
