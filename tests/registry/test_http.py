"""Registries on a real web server, with everything that such a server can do wrong."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from made_registries import RegistryFolder, Request, WebServer, digest, module_path, serving

from mistpm.errors import DigestError, MistError, RegistryError
from mistpm.model.identity import PackageId
from mistpm.registry import Registries

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]
REDIS = PackageId("starter/data/redis")
INDEX = "/index/data/redis.jsonl"
MODULE = "/" + module_path("data/redis", "7.2.1")


@pytest.fixture
def data(folder: RegistryFolder) -> bytes:
    """Put one package into the registry; gives its module."""
    module = folder.add("data/redis", "7.2.1", code=b"x" * 100_000)
    folder.index()
    return module


@pytest.fixture
def asked(web: WebServer, data: bytes, registries: Open) -> Callable[..., Registries]:
    """Open the served registry as `starter`."""
    assert data

    def open_it(**options: object) -> Registries:
        return registries(starter={"http": web.url}, **options)

    return open_it


def versions(opened: Registries) -> list[str]:
    """Give the versions of redis."""
    return [str(each.version) for each in opened.candidates(REDIS)]


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


def test_a_package_is_found_and_fetched(asked: Open, data: bytes, web: WebServer) -> None:
    """Only registry.yaml, the package's index file and its module are asked for."""
    opened = asked()
    (pin,) = opened.candidates(REDIS)

    assert opened.own_name("starter") == "starter"
    assert opened.fetch(pin).read_bytes() == data
    assert sorted(web.seen) == [MODULE, INDEX, "/registry.yaml"]


def test_what_did_not_change_is_not_sent_again(
    asked: Open, web: WebServer, folder: RegistryFolder
) -> None:
    """A second run asks with the ETag; a changed index comes whole."""
    versions(asked())
    first = web.bodies
    versions(asked())

    assert (first, web.bodies) == (2, 2)

    folder.add("data/redis", "7.2.2")
    folder.index()

    assert versions(asked()) == ["7.2.1", "7.2.2"]
    assert web.bodies == 3


def test_a_date_stands_in_for_a_missing_tag(asked: Open, web: WebServer, data: bytes) -> None:
    """A server without ETags is asked with the date that it gave."""
    assert data
    body = (web.folder / INDEX[1:]).read_bytes()
    date = "Sat, 21 Nov 2026 12:00:00 GMT"
    sent: list[str | None] = []

    def dated(request: Request) -> None:
        sent.append(request.headers["If-Modified-Since"])
        if sent[-1] == date:
            return request.answer(304)
        return request.answer(200, body, Last_Modified=date)

    web.odd[INDEX] = dated
    versions(asked())

    assert versions(asked()) == ["7.2.1"]
    assert sent == [None, date]


def test_a_damaged_cache_is_not_used(asked: Open, tmp_path: Path) -> None:
    """A cached index whose bytes changed is fetched again; offline it counts as never fetched."""
    versions(asked())
    (cached,) = (tmp_path / "cache/http").glob(f"*{INDEX}")
    cached.write_bytes(cached.read_bytes()[:-5])

    with pytest.raises(RegistryError) as found:
        versions(asked(offline=True))

    assert found.value.reference == "not-fetched"
    assert versions(asked()) == ["7.2.1"]
    assert versions(asked(offline=True)) == ["7.2.1"]


def test_offline_asks_nobody(asked: Open, web: WebServer, tmp_path: Path, shown: Shown) -> None:
    """The cached index answers; what never came is an error that says so."""
    opened = asked()
    pin = opened.candidates(REDIS)[0]
    before = list(web.seen)
    offline = asked(offline=True)

    assert offline.candidates(REDIS) == opened.candidates(REDIS)
    with pytest.raises(RegistryError) as found:
        offline.fetch(pin)
    assert web.seen == before

    expected = """\
not-fetched
`data/redis/redis-7.2.1.mist-pack.wasm` was never fetched, and --offline keeps mistpm from fetching it now
  registry: `starter` at http://127.0.0.1:PORT/
hint: run it once without --offline"""

    assert expected == shown(found.value, tmp_path).replace(str(web.port), "PORT")

    path = opened.fetch(pin)

    assert asked(offline=True).fetch(pin) == path


def test_that_a_file_is_absent_is_remembered(registries: Open, web: WebServer, data: bytes) -> None:
    """A registry without registry.yaml works offline, too."""
    assert data
    (web.folder / "registry.yaml").unlink()
    opened = registries(mine={"http": web.url})

    assert opened.own_name("mine") == "mine"

    opened.candidates(PackageId("mine/data/redis"))
    offline = registries(mine={"http": web.url}, offline=True)

    assert offline.own_name("mine") == "mine"
    assert len(offline.candidates(PackageId("mine/data/redis"))) == 1


def test_a_name_that_is_known_is_not_asked_for(asked: Open, web: WebServer) -> None:
    """Naming packages needs no network once a registry was seen."""
    versions(asked())
    web.seen.clear()

    assert asked().own_name("starter") == "starter"
    assert web.seen == []


def test_a_registry_that_renames_itself_is_told_once(
    asked: Open, folder: RegistryFolder, web: WebServer, tmp_path: Path, shown: Shown
) -> None:
    """The name identifies packages, so a new one is an error; the next run knows it."""
    versions(asked())
    folder.write("registry.yaml", "name: started\n")
    with pytest.raises(RegistryError) as found:
        versions(asked())

    expected = """\
registry-renamed
the registry `starter` called itself `starter`, and now it calls itself `started`
  address: http://127.0.0.1:PORT/
note: the name is part of every package's identity, so these are other packages now
hint: if that is right, run it again: from now on it is known by its new name"""

    assert expected == shown(found.value, tmp_path).replace(str(web.port), "PORT")
    assert asked().own_name("starter") == "started"
    assert len(asked().candidates(PackageId("started/data/redis"))) == 1


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


def test_a_silent_server(
    asked: Open, web: WebServer, tmp_path: Path, shown: Shown, pauses: list[float]
) -> None:
    """A server that accepts and then says nothing is given up after a while."""

    def silent(request: Request) -> None:
        web.stopped.wait(10)
        request.hang_up()

    web.odd[INDEX] = silent
    opened = asked(policy={"silent_seconds": 0.05, "attempts": 2})

    assert fails(opened, tmp_path, web, shown) == unreachable(
        "index/data/redis.jsonl: nothing came for 0.05 seconds"
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


def test_an_absent_package(asked: Open, web: WebServer, tmp_path: Path, shown: Shown) -> None:
    """The list of packages tells that there is an index, and what was perhaps meant."""
    with pytest.raises(RegistryError) as found:
        asked().candidates(PackageId("starter/data/rediss"))

    expected = """\
package-not-found
the registry `starter` has no package `data/rediss`
  address: http://127.0.0.1:PORT/
  did you mean `data/redis`?
hint: `mistpm search` lists its packages"""

    assert expected == shown(found.value, tmp_path).replace(str(web.port), "PORT")


def test_a_registry_without_an_index(
    folder: RegistryFolder, web: WebServer, registries: Open, tmp_path: Path, shown: Shown
) -> None:
    """Nobody can list a web server's files; the error says so."""
    folder.add("data/redis", "7.2.1")
    opened = registries(starter={"http": web.url})

    expected = """\
registry-without-index
the registry `starter` has no index
  address: http://127.0.0.1:PORT/
note: a web server cannot list its files, so a registry on one needs `index/`
hint: check the address; a keeper makes the index with `mistpm registry index DIR`"""

    for ask in (lambda: opened.candidates(REDIS), lambda: opened.packages("starter")):
        with pytest.raises(RegistryError) as found:
            ask()

        assert expected == shown(found.value, tmp_path).replace(str(web.port), "PORT")


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


def test_credentials_come_from_the_url_or_from_netrc(
    web: WebServer, data: bytes, registries: Open, tmp_path: Path
) -> None:
    """They are sent to the registry's own host, not to where it redirects, and shown nowhere."""
    assert data
    sent: dict[str, str | None] = {}

    def keep(request: Request) -> None:
        sent[request.path] = request.headers["Authorization"]
        web.serve(request)

    with serving(web.folder) as other:
        other.odd[INDEX] = keep
        web.odd["/registry.yaml"] = keep
        web.odd[INDEX] = lambda request: request.answer(302, Location=other.url + INDEX[1:])
        versions(registries(starter={"http": f"http://bob:pa%20ss@127.0.0.1:{web.port}"}))

        assert sent == {"/registry.yaml": "Basic Ym9iOnBhIHNz", INDEX: None}

        (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password apple\n")
        (tmp_path / "netrc").chmod(0o600)
        versions(registries(starter={"http": web.url}))

        assert sent == {"/registry.yaml": "Basic ZXZlOmFwcGxl", INDEX: None}


def test_credentials_are_in_no_message(web: WebServer, registries: Open, data: bytes) -> None:
    """User and password of a URL, and what a query may hold, are blotted out."""
    assert data
    web.odd["/registry.yaml?key=hidden"] = lambda request: request.answer(418)
    opened = registries(starter={"http": f"http://bob:hush@127.0.0.1:{web.port}/?key=hidden"})
    with pytest.raises(RegistryError) as found:
        opened.own_name("starter")

    assert found.value.context == (
        f"address: http://***@127.0.0.1:{web.port}/?***",
        "registry.yaml: HTTP 418 I'm a Teapot",
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


def test_proxies_come_from_the_environment(
    registries: Open, web: WebServer, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`http_proxy` with credentials is used, but not for hosts in `no_proxy`."""
    assert data
    sent: list[tuple[str, str | None]] = []

    def proxy(request: Request) -> None:
        sent.append((request.path, request.headers["Proxy-Authorization"]))
        request.path = request.path.removeprefix("http://registry.test")
        web.serve(request)

    for path in ("/registry.yaml", INDEX):
        web.odd[f"http://registry.test{path}"] = proxy
    monkeypatch.setenv("http_proxy", f"http://bob:hush@127.0.0.1:{web.port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert versions(registries(starter={"http": "http://registry.test/"})) == ["7.2.1"]
    assert dict(sent) == {
        "http://registry.test/registry.yaml": "Basic Ym9iOmh1c2g=",
        f"http://registry.test{INDEX}": "Basic Ym9iOmh1c2g=",
    }
    sent.clear()

    assert versions(registries(starter={"http": web.url})) == ["7.2.1"]
    assert sent == []


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


def test_a_base_path_and_odd_versions(
    folder: RegistryFolder, registries: Open, tmp_path: Path
) -> None:
    """The registry may lie deeper on its server; a `+` in a version is escaped."""
    data = folder.add("data/redis", "7.2.1+build.3")
    folder.index()
    with serving(tmp_path) as web:
        opened = registries(starter={"http": f"{web.url}starter"})
        web.odd[f"/starter/{module_path('data/redis', '7.2.1%2Bbuild.3')}"] = lambda request: (
            request.answer(200, data)
        )

        assert opened.fetch(opened.candidates(REDIS)[0]).read_bytes() == data


def test_many_packages_are_read_in_few_round_trips(
    folder: RegistryFolder, web: WebServer, registries: Open
) -> None:
    """Reading ahead follows dependencies, several files at a time, and asks for each file once."""
    for at in range(30):
        below = {"next": {"package": f"data/p{at + 10}"}} if at < 20 else {}
        folder.add(f"data/p{at}", "1.0.0", dependencies=below)
    folder.index()
    opened = registries(starter={"http": web.url})
    opened.read_ahead([PackageId(f"starter/data/p{at}") for at in range(10)])
    before = len(web.seen)
    for at in range(30):
        assert len(opened.candidates(PackageId(f"starter/data/p{at}"))) == 1

    assert len(web.seen) == before
    assert sorted(set(web.seen)) == sorted(web.seen)


def test_connections_are_used_again(
    folder: RegistryFolder, web: WebServer, registries: Open
) -> None:
    """One file after the other comes on one connection, whatever the answers are."""
    for at in range(10):
        folder.add(f"data/p{at}", "1.0.0")
    folder.index()
    opened = registries(starter={"http": web.url})
    opened.own_name("starter")
    for at in range(10):
        package = PackageId(f"starter/data/p{at}")
        opened.fetch(opened.candidates(package)[0])
        with pytest.raises(RegistryError):
            opened.candidates(PackageId(f"{package}-gone"))

    assert len(web.seen) > 30
    assert web.connections == 1


def test_a_mended_registry_file_is_read_again(
    asked: Open, folder: RegistryFolder, web: WebServer
) -> None:
    """A registry.yaml that could not be used does not stay in the way."""
    assert web.port
    folder.write("registry.yaml", "name: [")
    with pytest.raises(RegistryError):
        asked().own_name("starter")
    folder.write("registry.yaml", "name: starter")

    assert asked().own_name("starter") == "starter"


def test_reading_ahead_raises_nothing(web: WebServer, data: bytes, registries: Open) -> None:
    """What fails ahead fails again when it is asked for."""
    assert data
    opened = registries(starter={"http": web.url})
    opened.read_ahead([REDIS, PackageId("starter/data/nope"), PackageId("nowhere/data/x")])

    assert versions(opened) == ["7.2.1"]
    for package in ("starter/data/nope", "nowhere/data/x"):
        with pytest.raises(RegistryError):
            opened.candidates(PackageId(package))
