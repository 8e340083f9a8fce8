"""Solving from a web server that is far away: `python -m benchmarks.distant [--latency MS]`.

Each request is answered after the same time, however many there are.  Counted is what reaches the server;
beside it the same question from a source that is not told beforehand what will be asked for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mistpm.model.descriptor import Candidate
from mistpm.model.environment import RegistryEntry
from mistpm.model.identity import PackageId
from mistpm.model.minor import parse_minor
from mistpm.model.presence import Api
from mistpm.model.question import Question, Wanted
from mistpm.registry import Registries
from mistpm.resolve import resolve
from mistpm.resolve.world.source import CandidateSource

SHAPES = ((5, 6), (5, 30), (10, 10), (20, 2))
"""Levels, and packages in each of them."""


class OneByOne:
    """Registries that do not hear beforehand what will be asked for."""

    def __init__(self, registries: Registries) -> None:
        self._registries = registries

    def candidates(self, package: PackageId) -> Sequence[Candidate]:
        """Give every version of a package."""
        return self._registries.candidates(package)

    def providers(self, api: Api) -> Sequence[PackageId]:
        """Give packages that provide an API."""
        return self._registries.providers(api)


def files(depth: int, width: int) -> dict[str, bytes]:
    """Make an index in which each package requires two of the next level."""
    found = {"/registry.yaml": b"name: far\n", "/index/packages.jsonl": b""}
    for level in range(depth):
        for number in range(width):
            steps = range(2) if level < depth - 1 else ()
            below = {
                f"d{step}": {"package": f"x/p{level + 1}-{(number + step) % width}"}
                for step in steps
            }
            name = f"p{level}-{number}"
            head = {"apiVersion": "mistpm.dev/v1", "kind": "Package", "group": "x", "name": name}
            line = {
                "descriptor": {**head, "version": "1.0.0", "dependencies": below},
                "digest": f"sha256:{hashlib.sha256(name.encode()).hexdigest()}",
                "size": 1,
            }
            found[f"/index/x/{name}.jsonl"] = json.dumps(line).encode()
    return found


@contextmanager
def serving(content: dict[str, bytes], seconds: float, seen: list[str]) -> Iterator[str]:
    """Serve files, each answer after the same time; what is asked for is added to `seen`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            seen.append(self.path)
            time.sleep(seconds)
            body = content.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def measure(depth: int, width: int, seconds: float, *, told: bool) -> tuple[int, float]:
    """Solve once with an empty cache; gives the requests and the milliseconds."""
    question = Question(
        releases=tuple(
            Wanted(name=f"r{n}", package=PackageId(f"far/x/p0-{n}")) for n in range(width)
        ),
        minors=(parse_minor("1.33"),),
    )
    seen: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(files(depth, width), seconds, seen) as url,
    ):
        entries = {"far": RegistryEntry(http=url)}
        registries = Registries(entries, base=Path(folder), cache=Path(folder))
        source: CandidateSource = registries if told else OneByOne(registries)
        begin = time.perf_counter()
        resolution = resolve(question, source)
        elapsed = time.perf_counter() - begin
    assert len(resolution.releases) == depth * width
    return len(seen), elapsed * 1000


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds per request")
    latency = parser.parse_args().latency
    print(f"{latency:g} ms for each request\n")
    print("levels  packages  requests  told beforehand  round trips  one by one  round trips")
    for depth, width in SHAPES:
        requests, together = measure(depth, width, latency / 1000, told=True)
        _, alone = measure(depth, width, latency / 1000, told=False)
        print(
            f"{depth:6}  {depth * width:8}  {requests:8}  {together:12.0f} ms  {together / latency:11.1f}"
            f"  {alone:7.0f} ms  {alone / latency:11.1f}"
        )


if __name__ == "__main__":
    main()
