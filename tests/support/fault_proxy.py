"""A proxy before a control plane that does to requests what a server does not do by itself.

It ends TLS with the control plane's own certificate and hands every request on with the credentials
that came with it, so a client behind it needs nothing but another address.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import unquote

import urllib3
from control_plane import ControlPlane

_BETWEEN_TWO = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "host"}
"""Headers that hold for one connection, not for what goes over it."""


class Request(NamedTuple):
    """A request as it arrived; `target` is the path with the query, unquoted."""

    method: str
    target: str

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


class Fault:
    """What happens to some requests: those whose `METHOD TARGET` a pattern finds.

    The first `skip` of them go through, then `times` are hit (None: all that come).  `hits` counts.
    """

    def __init__(
        self, happen: Happening, pattern: str, *, skip: int = 0, times: int | None = 1
    ) -> None:
        self.happen = happen
        self.hits = 0
        self._pattern = re.compile(pattern)
        self._skip = skip
        self._times = times

    def takes(self, request: Request) -> bool:
        """Tell whether this is one to hit; counts it."""
        if not self._pattern.search(str(request)) or self.hits == self._times:
            return False
        if self._skip:
            self._skip -= 1
            return False
        self.hits += 1
        return True


class FaultProxy:
    """Listens on a free port of 127.0.0.1, from `start` to `close`."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self.requests: list[Request] = []
        self.released = threading.Event()
        """Set to let go what hangs."""
        self._control_plane = control_plane
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        authority = control_plane.folder / "ca.crt"
        self.upstream = urllib3.PoolManager(
            maxsize=64,
            retries=False,
            ssl_context=ssl.create_default_context(cafile=str(authority)),
        )
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self.upstream.clear()

    @property
    def origin(self) -> str:
        """Where requests go on to."""
        return f"https://{self._control_plane.address}"

    def kubeconfig(self, user: str = "admin") -> Path:
        """Write a kubeconfig of one of the control plane's users that leads here."""
        document = json.loads(self._control_plane.kubeconfig(user).read_text("utf-8"))
        document["clusters"][0]["cluster"]["server"] = (
            f"https://127.0.0.1:{self._server.server_port}"
        )
        path = self._control_plane.folder / f"{user}-{self._server.server_port}.kubeconfig"
        path.write_text(json.dumps(document), "utf-8")
        return path

    def inject(
        self, happen: Happening, pattern: str, *, skip: int = 0, times: int | None = 1
    ) -> Fault:
        """Have something happen to requests whose `METHOD TARGET` the pattern finds, from now on."""
        fault = Fault(happen, pattern, skip=skip, times=times)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything through from now on."""
        with self._lock:
            self._faults.clear()

    def count(self, pattern: str) -> int:
        """Count the requests so far whose `METHOD TARGET` the pattern finds."""
        return sum(bool(re.search(pattern, str(each))) for each in self.requests)

    def happening_to(self, request: Request) -> Happening:
        """Note a request, and say what happens to it."""
        with self._lock:
            self.requests.append(request)
            return next((each.happen for each in self._faults if each.takes(request)), hand_on)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), Exchange)
        folder = proxy._control_plane.folder  # noqa: SLF001 - one thing in two classes
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.crt", folder / "server.key")
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away: that is what is tested."""


class Exchange(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: _Server
    connection: ssl.SSLSocket

    def handle_one_request(self) -> None:
        """Read a request of any method and let happen to it what is due."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        request = Request(self.command, unquote(self.path))
        self.server.proxy.happening_to(request)(self)
        self.wfile.flush()

    def ask(self) -> urllib3.BaseHTTPResponse:
        """Hand the request on, and give the answer that begins to come."""
        headers = {
            key: value for key, value in self.headers.items() if key.lower() not in _BETWEEN_TWO
        }
        return self.server.proxy.upstream.request(
            self.command,
            self.server.proxy.origin + self.path,
            body=self.body or None,
            headers=headers,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=5, read=None),
        )

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Answer with a whole body."""
        self.begin(status, {**headers, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
        self.send_response_only(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()

    def reset(self) -> None:
        """End the connection as a machine does that lost it."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


Happening = Callable[[Exchange], None]


def hand_on(exchange: Exchange) -> None:
    """Give the server's answer, as it comes."""
    try:
        answer = exchange.ask()
    except urllib3.exceptions.HTTPError:
        exchange.reset()
        return
    headers = _headers_of(answer)
    if "Content-Length" in answer.headers:
        exchange.answer(answer.status, headers, answer.read())
        return
    exchange.begin(answer.status, headers | {"Transfer-Encoding": "chunked"})
    try:
        while piece := answer.read1(65536):
            exchange.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            exchange.wfile.flush()
    except urllib3.exceptions.HTTPError:
        exchange.reset()
        return
    finally:
        answer.close()
    exchange.wfile.write(b"0\r\n\r\n")


def reset_before(exchange: Exchange) -> None:
    """Lose the connection before the server hears of the request."""
    exchange.reset()


def reset_after(exchange: Exchange) -> None:
    """Have the server do it, and lose the connection before its answer arrives."""
    exchange.ask().read()
    exchange.reset()


def half(exchange: Exchange) -> None:
    """Give half of the answer, then lose the connection."""
    answer = exchange.ask()
    body = answer.read()
    exchange.begin(answer.status, _headers_of(answer) | {"Content-Length": str(len(body))})
    exchange.wfile.write(body[: len(body) // 2])
    exchange.reset()


def hang(exchange: Exchange) -> None:
    """Accept the request and never answer, until the proxy lets go."""
    exchange.server.proxy.released.wait()
    exchange.reset()


def late(seconds: float) -> Happening:
    """Answer only after a while."""

    def happen(exchange: Exchange) -> None:
        exchange.server.proxy.released.wait(seconds)
        hand_on(exchange)

    return happen


def answer(status: int, body: Any, **headers: str) -> Happening:
    """Answer in the server's place; a body that is a text is sent as text, as 429 is."""

    def happen(exchange: Exchange) -> None:
        is_text = isinstance(body, str)
        content = body if is_text else json.dumps(body)
        kind = "text/plain; charset=utf-8" if is_text else "application/json"
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        exchange.answer(status, {"Content-Type": kind} | named, content.encode())

    return happen


def status_document(code: int, reason: str, message: str, **details: Any) -> dict[str, Any]:
    """Give the document with which an API server refuses."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
        "code": code,
    }


def _headers_of(answer: urllib3.BaseHTTPResponse) -> dict[str, str]:
    return {
        key: value
        for key, value in answer.headers.items()
        if key.lower() not in _BETWEEN_TWO | {"content-length"}
    }
