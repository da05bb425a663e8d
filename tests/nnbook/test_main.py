import functools
import gzip
import hashlib
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import matplotlib
import numpy
import pytest
import torch
from nnbook import __version__, mnist_files, mnist_source
from nnbook.__main__ import main
from torchvision import __version__ as torchvision_version
from torchvision.datasets import MNIST


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache folder that does not exist yet, dead mirrors, and a full set as large as the subset."""
    monkeypatch.delenv("NNBOOK_DATA", raising=False)
    monkeypatch.setattr(
        mnist_source.platformdirs, "user_cache_path", lambda name, **_: tmp_path / "cache" / name
    )
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:1/"])
    monkeypatch.setitem(mnist_files.SIZES, "full", mnist_files.SIZES["subset"])
    mnist_source._search.cache_clear()
    yield tmp_path / "cache" / "nnbook"
    mnist_source._search.cache_clear()


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror on this machine that serves the subset."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    resources = []
    for name, _ in MNIST.resources:
        content = (mnist_files.SUBSET / "MNIST" / "raw" / name.removesuffix(".gz")).read_bytes()
        file = name.removesuffix(".gz")
        monkeypatch.setitem(mnist_files.OFFICIAL, file, hashlib.sha256(content).hexdigest())
        (folder / name).write_bytes(gzip.compress(content, compresslevel=1))
        resources.append((name, hashlib.md5((folder / name).read_bytes()).hexdigest()))

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_command_shows_the_help(capsys):
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: python -m nnbook")
    assert all(command in out for command in ("data", "info", "NNBOOK_DATA"))
    assert err == ""


def test_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["fetch"])
    assert "invalid choice: 'fetch' (choose from" in capsys.readouterr().err


@pytest.mark.parametrize("named", [True, False])
def test_data_fills_the_folder_once(named, cache, mirror, monkeypatch, capsys):
    folder = cache
    if named:
        folder = cache.with_name("named")
        monkeypatch.setenv("NNBOOK_DATA", str(folder))
    assert main(["data"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith(f"The full MNIST set is now in {folder}.\n")
    assert "100" in err  # the progress bar
    mnist_files.verify(folder)

    monkeypatch.setattr(MNIST, "mirrors", [])
    assert main(["data"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (f"The full MNIST set is already in {folder}, whole.\n", "")


def test_data_without_network_fails_in_one_line(cache, capsys):
    assert main(["data"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("train-images-idx3-ubyte.gz could not be fetched (127.0.0.1:1: ")
    assert err.endswith("then run 'python -m nnbook data'.\n")
    assert err.count("\n") == 1


def test_data_leaves_a_damaged_file_and_says_so(cache, mirror, capsys):
    shutil.copytree(mnist_files.SUBSET, cache)
    labels = cache / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    labels.write_bytes(b"mine")
    assert main(["data"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{labels} has 4 bytes")
    assert labels.read_bytes() == b"mine"


def test_data_has_no_folder_for_the_word_subset(monkeypatch, capsys):
    monkeypatch.setenv("NNBOOK_DATA", "subset")
    assert main(["data"]) == 1
    assert "unset it, or name the folder" in capsys.readouterr().err


def test_info(cache, mirror, capsys):
    """It downloads nothing, even where a download would succeed."""
    assert main(["info"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    printed = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert printed["nnbook"] == __version__
    assert printed["Python"] == sys.version.split()[0]
    assert printed["torchvision"] == torchvision_version
    for module in (torch, numpy, matplotlib):
        assert printed[module.__name__] == module.__version__
    assert printed["device"] == "cpu" or torch.cuda.is_available()
    assert printed["threads"] == str(torch.get_num_threads())
    assert printed["Data:"].startswith("the book's MNIST subset, 4,000 images")
    assert "'python -m nnbook data' fetches it" in out
    assert not cache.exists()


def test_info_tells_the_data_in_use_and_why(cache, monkeypatch, capsys):
    raw = shutil.copytree(mnist_files.SUBSET, cache) / "MNIST" / "raw"
    for name in mnist_files.OFFICIAL:
        checksum = hashlib.sha256((raw / name).read_bytes()).hexdigest()
        monkeypatch.setitem(mnist_files.OFFICIAL, name, checksum)
    assert main(["info"]) == 0
    *_, line, why = capsys.readouterr().out.splitlines()
    assert line == "Data: the full MNIST set, 4,000 images to train and 1,000 to test."
    assert why == "The files are in the cache folder."


def test_errors_of_the_command_are_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("NNBOOK_DATA", str(tmp_path / "absent"))
    command = [sys.executable, "-m", "nnbook", "info"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(
        f"NNBOOK_DATA names {tmp_path / 'absent'}, which holds no folder MNIST/raw"
    )
    assert result.stderr.count("\n") == 1
    assert result.stdout.startswith("nnbook ")
