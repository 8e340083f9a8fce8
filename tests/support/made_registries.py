"""Registries made by tests: modules in a line, folders, Git repositories, a web server.

folder = RegistryFolder(tmp_path / "r")
folder.add("data/redis", "7.2.1", kubernetes=">=1.30")
folder.index()
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mistpm import document
from mistpm.model.identity import PackageId
from mistpm.package.sections import DESCRIPTOR_SECTION, with_section
from mistpm.registry import Registries
from mistpm.registry.keeper import make_index

EMPTY = b"\0asm\x01\0\0\0"
DATE = "2026-11-21"
REDIS = PackageId("starter/data/redis")


def made_module(package: str, version: str, *, code: bytes = b"", **descriptor: Any) -> bytes:
    """Make a module with a descriptor; `code` makes one that differs from others in nothing else."""
    group, name = package.split("/")
    head = {"apiVersion": "mistpm.dev/v1", "kind": "Package", "group": group, "name": name}
    payload = document.to_json({**head, "version": version, **descriptor})
    return with_section(with_section(EMPTY, "filler", code), DESCRIPTOR_SECTION, payload)


class RegistryFolder:
    """A registry's folder."""

    def __init__(self, path: Path, *, name: str | None = "starter") -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if name is not None:
            self.write("registry.yaml", f"name: {name}\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def add(self, package: str, version: str, **descriptor: Any) -> bytes:
        """Add a module with a descriptor; gives its bytes."""
        return self.put(package, version, made_module(package, version, **descriptor))

    def put(self, package: str, version: str, data: bytes) -> bytes:
        """Add a file where a module belongs."""
        self.write(module_path(package, version), data)
        return data

    def index(self, *, published: str = DATE, replace: bool = False) -> None:
        """Make the index."""
        make_index(self.path, published=published, replace=replace)

    def files(self) -> dict[str, bytes]:
        """Give all files by their path."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in sorted(self.path.rglob("*"))
            if path.is_file()
        }


def versions(opened: Registries) -> list[str]:
    """Give the versions of redis, which most tests are about."""
    return [str(each.version) for each in opened.candidates(REDIS)]


def module_path(package: str, version: str) -> str:
    """Give a module's path in a registry."""
    return f"{package}/{package.split('/')[1]}-{version}.mist-pack.wasm"


def digest(data: bytes) -> str:
    """Give `sha256:…`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, with a committer and a date of our own."""
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Keeper",
        "GIT_AUTHOR_EMAIL": "keeper@example.org",
        "GIT_AUTHOR_DATE": f"{DATE}T12:00:00Z",
        "GIT_COMMITTER_NAME": "Keeper",
        "GIT_COMMITTER_EMAIL": "keeper@example.org",
        "GIT_COMMITTER_DATE": f"{DATE}T12:00:00Z",
    }
    done = subprocess.run(
        ("git", "-C", str(folder), *arguments),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


class GitRegistry:
    """A folder under Git, and the bare repository that it is pushed to."""

    def __init__(self, root: Path, *, name: str | None = "starter", filters: bool = True) -> None:
        self.folder = RegistryFolder(root / "work", name=name)
        self.bare = root / "served.git"
        git(root, "init", "--quiet", "--initial-branch=main", str(self.folder.path))
        git(root, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        git(self.bare, "config", "uploadpack.allowFilter", str(filters).lower())
        git(self.folder.path, "remote", "add", "origin", str(self.bare))

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"file://{self.bare}"

    def entry(self, **options: str) -> dict[str, str]:
        """Give its entry in an environment's file."""
        return {"git": self.url, **options}

    def push(self, *, index: bool = True, amend: bool = False) -> str:
        """Index, commit and push what is there; gives the commit."""
        if index:
            self.folder.index()
        git(self.folder.path, "add", "--all")
        rewriting = ("--amend",) if amend else ()
        git(self.folder.path, "commit", "--quiet", "--allow-empty", "-m", "packages", *rewriting)
        git(self.folder.path, "push", "--quiet", "--force", "origin", "HEAD:main")
        return git(self.folder.path, "rev-parse", "HEAD")


class Request:
    """What came in, and the way to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self.path = handler.path
        self.headers = handler.headers

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer with a whole body."""
        self.start(status, **{"Content-Length": str(len(body)), **headers})
        self.write(body)

    def start(self, status: int, **headers: str) -> None:
        """Send the head of an answer."""
        self._handler.send_response(status)
        for key, value in headers.items():
            self._handler.send_header(key.replace("_", "-"), value)
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        """Send a piece of a body; whoever stopped listening is ignored."""
        try:
            self._handler.wfile.write(data)
            self._handler.wfile.flush()
        except OSError:
            self._handler.close_connection = True

    def hang_up(self) -> None:
        """Break the connection."""
        self._handler.close_connection = True
        self._handler.connection.close()


class WebServer:
    """Serves a folder with ETags; `odd` answers single paths in another way, `seen` is what came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.odd: dict[str, Callable[[Request], None]] = {}
        self.seen: list[str] = []
        self.bodies = 0
        self.connections = 0
        self.stopped = threading.Event()
        self._port_keeper: socket.socket | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                outer.connections += 1
                super().setup()

            def do_GET(self) -> None:
                outer.handle(Request(self))

            def log_message(self, *_arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_arguments: object) -> None:
                pass  # clients that hang up are what some tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    def handle(self, request: Request) -> None:
        """Answer a request."""
        self.seen.append(request.path)
        self.odd.get(request.path, self.serve)(request)

    def serve(self, request: Request) -> None:
        """Answer from the folder."""
        file = self.folder / request.path.lstrip("/")
        if not file.is_file():
            return request.answer(404, b"nothing here")
        data = file.read_bytes()
        tag = f'"{hashlib.md5(data).hexdigest()}"'  # noqa: S324 - a tag, not a secret
        if request.headers["If-None-Match"] == tag:
            return request.answer(304, ETag=tag)
        self.bodies += 1
        if request.path.endswith(".jsonl") and "gzip" in (request.headers["Accept-Encoding"] or ""):
            return request.answer(200, gzip.compress(data), ETag=tag, Content_Encoding="gzip")
        return request.answer(200, data, ETag=tag)

    def wrap(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def start(self) -> WebServer:
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; the port stays taken for as long as this object lives, so that nobody else listens there."""
        self.stopped.set()
        if self._port_keeper is not None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._port_keeper = socket.socket()
        self._port_keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port_keeper.bind(("127.0.0.1", self.port))


@contextmanager
def serving(folder: Path) -> Iterator[WebServer]:
    """Serve a folder while the block runs."""
    server = WebServer(folder).start()
    try:
        yield server
    finally:
        server.stop()
