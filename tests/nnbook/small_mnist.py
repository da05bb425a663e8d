"""A few noisy images in place of the full set, and a server on this machine in place of MNIST's mirrors."""

import gzip
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

N_TRAIN, N_TEST = 20, 10
NOWHERE = "http://127.0.0.1:1/"  # a port at which nobody listens
FILES = [f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
RETRY = r"run 'python -m nnbook data'"


def small_mnist() -> dict[str, bytes]:
    """The four IDX files of a set of 20 and 10 images, by name."""
    rng = np.random.default_rng(0)
    files = {}
    for part, n in (("train", N_TRAIN), ("t10k", N_TEST)):
        header = bytes([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28])
        files[f"{part}-images-idx3-ubyte"] = header + rng.bytes(n * 28 * 28)
        labels = rng.integers(10, size=n).tolist()
        files[f"{part}-labels-idx1-ubyte"] = bytes([0, 0, 8, 1, 0, 0, 0, n, *labels])
    return files


CONTENT = small_mnist()
ARCHIVES = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENT.items()}
RESOURCES = [(f"{name}.gz", hashlib.md5(ARCHIVES[f"{name}.gz"]).hexdigest()) for name in FILES]
CHECKSUMS = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}


class Handler(BaseHTTPRequestHandler):
    """The first folder of the address says how the server behaves."""

    def do_GET(self):
        behaviour, name = self.path.strip("/").split("/")
        body = ARCHIVES[name]
        self.server.requests.append(self.path)
        if behaviour == "missing":
            self.send_error(404)
            return
        if behaviour == "silent":
            self.hang()
            return
        if behaviour == "slow header":
            self.trickle(b"HTTP/1.0 200 OK and then some more")
            return
        if behaviour == "meet" and "t10k-labels" in name:  # the last file: go on when all processes are here
            self.server.meeting.wait(60)
        self.send_response(200)
        if behaviour != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if behaviour == "endless":
            while not self.server.release.is_set():
                self.wfile.write(bytes(2**20))
        if behaviour == "trickle":
            self.trickle(body)
            return
        if behaviour == "altered":
            body = bytes(len(body))
        stalls = behaviour == "stall" or (behaviour == "stall-at-third" and "t10k-images" in name)
        if behaviour == "cut" or stalls:
            body = body[: len(body) // 2]
        self.wfile.write(body)
        if stalls:
            self.server.stalled.set()
            self.hang()

    def trickle(self, body: bytes):
        """Never silent for long, and never done: half of what it has, over and over, a byte at a time."""
        for byte in body[: len(body) // 2]:
            if self.server.release.wait(0.05):
                return
            self.wfile.write(bytes([byte]))
        self.hang()

    def hang(self):
        if not self.server.release.wait(20):
            self.server.hung_too_long = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    hung_too_long = False

    def handle_error(self, request, client_address):
        pass  # clients that go away in the middle are what the tests are about


def sums_of(files: dict[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in FILES)


def holds_a_whole_set(root: Path) -> bool:
    raw = root / "MNIST" / "raw"
    expected = {**CONTENT, "SHA256SUMS": sums_of(CONTENT).encode()}
    alone = [path.name for path in raw.parent.iterdir()] == ["raw"]
    return alone and {path.name: path.read_bytes() for path in raw.iterdir()} == expected
