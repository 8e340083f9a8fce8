"""Everything that a web server can do wrong, on a real one."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from made_registries import REDIS, Request, WebServer, digest, module_path, versions

from mistpm.errors import DigestError, MistError, RegistryError
from mistpm.registry import Registries

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]
INDEX = "/index/data/redis.jsonl"
MODULE = "/" + module_path("data/redis", "7.2.1")


def fails(opened: Registries, tmp_path: Path, web: WebServer, shown: Shown) -> str:
    """Give the error's reference and whole text, with the server's port written as `PORT`."""
    with pytest.raises(RegistryError) as found:
        opened.fetch(opened.candidates(REDIS)[0])
    return shown(found.value, tmp_path).replace(str(web.port), "PORT")


def unreachable(
    *why: str, hint: str = "check the address and the network, then run it again"
) -> str:
    """Give the whole text of an error."""
    lines = "".join(f"\n  {line}" for line in ("address: http://127.0.0.1:PORT/", *why))
    return f"registry-unreachable\nthe registry `starter` cannot be reached{lines}\nhint: {hint}"


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_a_server_in_trouble_is_asked_again(
    asked: Open, web: WebServer, pauses: list[float], status: int
) -> None:
    """Waiting gets longer with every try."""
    troubles = [status] * 3

    def troubled(request: Request) -> None:
        if troubles:
            return request.answer(troubles.pop())
        return web.serve(request)

    web.odd[INDEX] = troubled

    assert versions(asked()) == ["7.2.1"]
    assert pauses == [0.5, 1.0, 2.0]


def test_a_server_may_say_when_to_come_back(
    asked: Open, web: WebServer, pauses: list[float]
) -> None:
    """`Retry-After` counts up to a limit; what is no number of seconds does not."""
    says = ["Sat, 21 Nov 2026 12:00:00 GMT", "86400", "3"]

    def busy(request: Request) -> None:
        if says:
            return request.answer(429, Retry_After=says.pop())
        return web.serve(request)

    web.odd[INDEX] = busy

    assert versions(asked()) == ["7.2.1"]
    assert pauses == [3, 20, 2.0]


def test_a_server_that_stays_in_trouble(
    asked: Open, web: WebServer, tmp_path: Path, shown: Shown, pauses: list[float]
) -> None:
    """After the last try the error tells file and status; other files are still asked for."""
    web.odd[INDEX] = lambda request: request.answer(500)
    opened = asked()

    assert fails(opened, tmp_path, web, shown) == unreachable(
        "index/data/redis.jsonl: HTTP 500 Internal Server Error"
    )
    assert len(pauses) == 3
    assert list(opened.packages("starter")) == ["data/redis"]


def test_a_failure_is_remembered_during_a_run(asked: Open, web: WebServer) -> None:
    """What failed once is not tried for again and again."""
    web.odd[INDEX] = lambda request: request.answer(500)
    opened = asked()
    for _ in range(3):
        with pytest.raises(RegistryError):
            versions(opened)

    assert web.seen.count(INDEX) == 4


def test_a_module_that_is_cut_off_is_tried_again(asked: Open, web: WebServer, data: bytes) -> None:
    """A connection that breaks in the middle of a body is noticed."""
    cuts = [1, 50_000]

    def cut(request: Request) -> None:
        if cuts:
            request.start(200, Content_Length=str(len(data)))
            request.write(data[: cuts.pop()])
            return request.hang_up()
        return web.serve(request)

    web.odd[MODULE] = cut
    opened = asked()

    assert opened.fetch(opened.candidates(REDIS)[0]).read_bytes() == data


@pytest.mark.parametrize("encoding", ["Content-Length", "Transfer-Encoding"])
def test_a_module_that_is_always_cut_off(
    asked: Open, web: WebServer, data: bytes, tmp_path: Path, shown: Shown, *, encoding: str
) -> None:
    """After the last try nothing is stored."""

    def cut(request: Request) -> None:
        if encoding == "Content-Length":
            request.start(200, Content_Length=str(len(data)))
            request.write(data[:1000])
        else:
            request.start(200, Transfer_Encoding="chunked")
            request.write(b"3e8\r\n" + data[:1000])
        request.hang_up()

    web.odd[MODULE] = cut
    opened = asked()

    assert fails(opened, tmp_path, web, shown) == unreachable(
        f"{MODULE[1:]}: the connection broke before everything was there"
    )
    assert opened.store.usage().files == 0


def test_a_body_without_a_length(asked: Open, web: WebServer, data: bytes) -> None:
    """Chunks, or a body that ends with the connection, are read like any other."""

    def chunked(request: Request) -> None:
        request.start(200, Transfer_Encoding="chunked")
        for at in range(0, len(data), 3000):
            piece = data[at : at + 3000]
            request.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        request.write(b"0\r\n\r\n")

    web.odd[MODULE] = chunked
    opened = asked()

    assert opened.fetch(opened.candidates(REDIS)[0]).read_bytes() == data


def test_wrong_bytes_are_never_used(asked: Open, web: WebServer, data: bytes) -> None:
    """A module with other bytes is an error of its own, and is not asked for again."""
    other = data[:-1] + b"!"
    web.odd[MODULE] = lambda request: request.answer(200, other)
    opened = asked()
    with pytest.raises(DigestError) as found:
        opened.fetch(opened.candidates(REDIS)[0])

    assert found.value.context[1] == f"found    {digest(other)}"
    assert opened.store.usage().files == 0
    assert web.seen.count(MODULE) == 1


def test_an_endless_module_is_left_after_the_pinned_size(
    asked: Open, web: WebServer, data: bytes
) -> None:
    """No more is read than the index promises, whatever comes."""
    sent = 0

    def endless(request: Request) -> None:
        nonlocal sent
        request.start(200, Content_Length=str(10**12))
        while not web.stopped.is_set() and sent < 10**8:
            request.write(b"\0" * 65536)
            sent += 65536
            if request._handler.close_connection:  # noqa: SLF001 - the test's own server
                break

    web.odd[MODULE] = endless
    opened = asked()
    with pytest.raises(DigestError) as found:
        opened.fetch(opened.candidates(REDIS)[0])

    assert found.value.context[1] == f"found    more than {len(data)} bytes"
    assert sent < 10**8


def test_a_huge_index_is_refused(
    asked: Open, web: WebServer, tmp_path: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index file has a limit of its own, also when it is packed."""
    monkeypatch.setattr("mistpm.registry.http.SMALL_LIMIT", 100)

    expected = """\
too-large
`index/data/redis.jsonl` of the registry `starter` has more than 100 bytes
  address: http://127.0.0.1:PORT/
note: an index line says how many bytes a module has; without one there is a fixed limit
hint: tell the registry's keeper"""

    assert expected == fails(asked(), tmp_path, web, shown)


@pytest.mark.slow
def test_a_silent_server(
    asked: Open, web: WebServer, tmp_path: Path, shown: Shown, pauses: list[float]
) -> None:
    """A server that accepts and then says nothing is given up after a while."""

    def silent(request: Request) -> None:
        web.stopped.wait()
        request.hang_up()

    web.odd[INDEX] = silent
    opened = asked(policy={"silent_seconds": 1.5, "attempts": 2})

    assert fails(opened, tmp_path, web, shown) == unreachable(
        "index/data/redis.jsonl: nothing came for 1.5 seconds"
    )
    assert len(pauses) == 1


def test_a_dripping_server(asked: Open, web: WebServer, tmp_path: Path, shown: Shown) -> None:
    """A body that comes byte by byte ends when the time for a file is over, by the clock."""
    dripped = threading.Event()
    seconds = iter(range(0, 10_000, 40))

    def drip(request: Request) -> None:
        request.start(200, Content_Length="1000")
        while not dripped.wait(0.001):
            request.write(b"x")

    web.odd[MODULE] = drip
    opened = asked(policy={"total_seconds": 100, "clock": lambda: float(next(seconds))})
    text = fails(opened, tmp_path, web, shown)
    dripped.set()

    assert text == unreachable(f"{MODULE[1:]}: not all of it came within 100 seconds")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirections_are_followed(asked: Open, web: WebServer, status: int) -> None:
    """A file may have moved, relatively or elsewhere."""
    web.odd[INDEX] = lambda request: request.answer(status, Location="../moved.jsonl?x=1")
    web.odd["/index/moved.jsonl?x=1"] = lambda request: request.answer(
        200, (web.folder / INDEX[1:]).read_bytes()
    )

    assert versions(asked()) == ["7.2.1"]


def test_a_loop_of_redirections(asked: Open, web: WebServer, tmp_path: Path, shown: Shown) -> None:
    """Going round in circles ends."""
    web.odd[INDEX] = lambda request: request.answer(302, Location=INDEX)

    assert fails(asked(), tmp_path, web, shown) == unreachable(
        f"it redirects more than 5 times, at last to http://127.0.0.1:PORT{INDEX}",
        hint="write the address where the registry is now",
    )
    assert web.seen.count(INDEX) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/x", "http://[::1", "http://x:99999/"]
)
def test_redirections_leave_the_web_never(
    asked: Open, web: WebServer, tmp_path: Path, shown: Shown, location: str
) -> None:
    """Other schemes than http and https are refused."""
    web.odd[INDEX] = lambda request: request.answer(302, Location=location)

    assert fails(asked(), tmp_path, web, shown) == unreachable(
        f"it redirects to {location}", hint="write the address where the registry is now"
    )


def test_nobody_listens(
    registries: Open, web: WebServer, tmp_path: Path, shown: Shown, pauses: list[float]
) -> None:
    """A refused connection is tried again; then everything of that registry fails at once."""
    port = web.port
    web.stop()
    opened = registries(starter={"http": f"http://127.0.0.1:{port}/"})
    with pytest.raises(RegistryError) as found:
        opened.own_name("starter")
    waited = len(pauses)
    with pytest.raises(RegistryError):
        opened.packages("starter")

    assert shown(found.value, tmp_path).replace(str(port), "PORT") == unreachable(
        "registry.yaml: no connection to `127.0.0.1`: Connection refused"
    )
    assert (waited, len(pauses)) == (3, 3)


def test_an_unknown_host(registries: Open) -> None:
    """A host that no name server knows is told by its name."""
    with pytest.raises(RegistryError) as found:
        registries(starter={"http": "http://packages.invalid/"}).own_name("starter")

    assert found.value.context[1] == "registry.yaml: the host `packages.invalid` is not known"


@pytest.mark.parametrize(
    "url",
    ["packages.example.org", "ftp://example.org/", "http://[::1", "http://", "http://x:99999/"],
)
def test_what_is_no_address(registries: Open, url: str) -> None:
    """An address that is none is an error, not a crash."""
    with pytest.raises(RegistryError) as found:
        registries(starter={"http": url}).own_name("starter")

    assert found.value.context[1] == "this is no address that begins with http:// or https://"


def test_a_certificate_that_is_not_trusted(
    registries: Open,
    web: WebServer,
    tmp_path: Path,
    shown: Shown,
    data: bytes,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The certificate's fault is told, and how to trust it; then it works."""
    assert data
    certificate = Path(__file__).parent / "localhost.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    web.wrap(context)
    entry = {"http": f"https://localhost:{web.port}/"}
    with pytest.raises(RegistryError) as found:
        registries(starter=entry).own_name("starter")

    expected = """\
registry-unreachable
the registry `starter` cannot be reached
  address: https://localhost:PORT/
  no secure connection to `localhost`: self-signed certificate
hint: check the address; `SSL_CERT_FILE` can name a file with the certificate authorities that you trust"""

    assert expected == shown(found.value, tmp_path).replace(str(web.port), "PORT")

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert versions(registries(starter=entry)) == ["7.2.1"]


def test_from_https_to_http_never(
    registries: Open, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirection that gives up encryption is refused."""
    certificate = Path(__file__).parent / "localhost.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    web.wrap(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    web.odd["/registry.yaml"] = lambda request: request.answer(302, Location="http://example.org/")
    with pytest.raises(RegistryError) as found:
        registries(starter={"http": f"https://localhost:{web.port}/"}).own_name("starter")

    assert found.value.context[1] == "it redirects to http://example.org/"


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("http://127.0.0.1:{}", "registry.yaml: the proxy failed: Connection refused"),
        ("socks5://127.0.0.1:{}", "registry.yaml: Proxy URL had unsupported scheme socks5"),
    ],
)
def test_a_proxy_that_does_not_work(
    registries: Open, web: WebServer, monkeypatch: pytest.MonkeyPatch, *, proxy: str, why: str
) -> None:
    """The error tells that it is about the proxy."""
    port = web.port
    web.stop()
    monkeypatch.setenv("http_proxy", proxy.format(port))
    with pytest.raises(RegistryError) as found:
        registries(starter={"http": "http://registry.test/"}).own_name("starter")

    assert found.value.context[1].startswith(why)


@pytest.mark.parametrize("status", [401, 403])
def test_a_registry_that_wants_credentials(
    asked: Open, web: WebServer, tmp_path: Path, shown: Shown, status: int
) -> None:
    """The error says where they go."""
    web.odd[INDEX] = lambda request: request.answer(status)
    reason = {401: "Unauthorized", 403: "Forbidden"}[status]

    expected = f"""\
registry-denied
the registry `starter` does not let you in: HTTP {status} {reason}
  address: http://127.0.0.1:PORT/
  file: index/data/redis.jsonl
hint: write user and password for its host into your netrc file"""

    assert expected == fails(asked(), tmp_path, web, shown)
