"""The small set and its server, for the modules that test where the data come from."""

import threading

import pytest
from nnbook import mnist_files, mnist_source
from torchvision.datasets import MNIST

from tests.nnbook.small_mnist import (
    CHECKSUMS,
    CONTENT,
    N_TEST,
    N_TRAIN,
    NOWHERE,
    RESOURCES,
    Handler,
    Server,
)


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.requests, server.release, server.stalled = [], threading.Event(), threading.Event()
    server.meeting = threading.Barrier(2)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mirrors(server, monkeypatch):
    """Set the mirrors to folders of the server, given by their behaviour."""

    def use(*behaviours: str) -> list[str]:
        urls = [f"http://127.0.0.1:{server.server_port}/{behaviour}/" for behaviour in behaviours]
        monkeypatch.setattr(MNIST, "mirrors", urls)
        return urls

    return use


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder that does not exist yet, dead mirrors, and the small set in place of the full one."""
    monkeypatch.delenv("NNBOOK_DATA", raising=False)
    monkeypatch.setattr(
        mnist_source.platformdirs, "user_cache_path", lambda name, **_: tmp_path / "cache" / name
    )
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(MNIST, "mirrors", [NOWHERE, NOWHERE])
    monkeypatch.setattr(MNIST, "resources", RESOURCES)
    monkeypatch.setitem(mnist_files.SIZES, "full", (N_TRAIN, N_TEST))
    for name, checksum in CHECKSUMS.items():
        monkeypatch.setitem(mnist_files.OFFICIAL, name, checksum)
    mnist_source._search.cache_clear()
    yield tmp_path / "cache" / "nnbook"
    mnist_source._search.cache_clear()


@pytest.fixture
def folder(tmp_path):
    """A folder with a whole set, and no checksums beside it."""
    raw = tmp_path / "folder" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in CONTENT.items():
        (raw / name).write_bytes(content)
    return tmp_path / "folder"
