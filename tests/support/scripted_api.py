"""A web server that answers as a test says: what an API server does at its worst."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, TypeAlias


class Said(NamedTuple):
    """A request as it came in; a body that is not JSON is text."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: Any


class Reply(NamedTuple):
    """An answer; what is no text is sent as JSON."""

    status: int = 200
    body: object = {}
    headers: tuple[tuple[str, str], ...] = ()


Step: TypeAlias = "Reply | Callable[[BaseHTTPRequestHandler], None]"


class ScriptedApi:
    """Gives each request the next of `steps`, the last one for ever; `said` are the requests so far."""

    def __init__(self, port: int, steps: list[Step]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.steps = steps
        self.said: list[Said] = []
        self.over = threading.Event()
        self._lock = threading.Lock()

    def next_step(self, said: Said) -> Step:
        """Record a request and choose its answer."""
        with self._lock:
            self.said.append(said)
            return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


def status(
    code: int, reason: str, message: str, *, after: int | None = None, **details: object
) -> Reply:
    """Give an answer as Kubernetes words failures."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    body |= {"reason": reason, "message": message, "details": details}
    return Reply(code, body, () if after is None else (("Retry-After", str(after)),))


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection instead of answering."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def half(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"a": ')
    handler.close_connection = True


def say_nothing(handler: BaseHTTPRequestHandler) -> None:
    """Keep the connection open without an answer, until the test is over."""
    server: Any = handler.server
    server.script.over.wait()
    handler.close_connection = True


@contextmanager
def scripted_api(*steps: Step) -> Iterator[ScriptedApi]:
    """Serve on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.script = ScriptedApi(server.server_address[1], list(steps))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.script
    finally:
        server.script.over.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    script: ScriptedApi

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away: it would be said while another test listens."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        try:
            data = json.loads(body) if body else None
        except ValueError:
            data = body
        step = server.script.next_step(Said(self.command, self.path, self.headers.items(), data))
        if isinstance(step, Reply):
            self.send(step)
        else:
            step(self)

    def send(self, reply: Reply) -> None:
        """Answer; steps that are functions may call this."""
        is_text = isinstance(reply.body, str)
        content = (
            reply.body.encode() if isinstance(reply.body, str) else json.dumps(reply.body).encode()
        )
        self.send_response(reply.status)
        given = {name for name, _ in reply.headers}
        if "Content-Type" not in given:
            self.send_header("Content-Type", "text/plain" if is_text else "application/json")
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
