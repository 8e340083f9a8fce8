"""Registries on a real web server: cached, offline, renamed, redirected, with credentials."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from made_registries import (
    REDIS,
    RegistryFolder,
    Request,
    WebServer,
    module_path,
    serving,
    versions,
)

from mistpm.errors import MistError, RegistryError
from mistpm.model.identity import PackageId
from mistpm.registry import Registries
from mistpm.registry.parallel import at_once

Open = Callable[..., Registries]
Shown = Callable[[MistError, Path], str]
INDEX = "/index/data/redis.jsonl"
MODULE = "/" + module_path("data/redis", "7.2.1")


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


@pytest.mark.slow
def test_many_packages_are_read_in_few_round_trips(
    folder: RegistryFolder, web: WebServer, registries: Open
) -> None:
    """What is expected comes at once, and each file is asked for once; nothing else is."""
    for at in range(30):
        below = {"next": {"package": "data/more"}}
        folder.add(f"data/p{at}", "1.0.0", dependencies=below)
    folder.add("data/more", "1.0.0")
    folder.index()
    opened = registries(starter={"http": web.url})
    opened.own_name("starter")
    packages = [PackageId(f"starter/data/p{at}") for at in range(30)]
    meeting = threading.Barrier(30)

    def meet(request: Request) -> None:
        meeting.wait(120)
        web.serve(request)

    web.odd = {f"/index/data/p{at}.jsonl": meet for at in range(30)}
    opened.expect(packages)
    before = len(web.seen)
    for package in packages:
        assert len(opened.candidates(package)) == 1

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


def test_expecting_raises_nothing(web: WebServer, data: bytes, registries: Open) -> None:
    """What fails ahead fails again when it is asked for, without asking the server again."""
    assert data
    opened = registries(starter={"http": web.url})
    web.odd["/index/data/odd.jsonl"] = lambda request: request.answer(500)
    opened.expect(
        [
            PackageId("starter/data/odd"),
            PackageId("starter/data/nope"),
            PackageId("nowhere/data/x"),
            REDIS,
        ]
    )
    tried = len(web.seen)

    assert versions(opened) == ["7.2.1"]
    for package in ("starter/data/odd", "nowhere/data/x"):
        with pytest.raises(RegistryError):
            opened.candidates(PackageId(package))
    assert tried == len(web.seen)
    with pytest.raises(RegistryError):
        opened.candidates(PackageId("starter/data/nope"))
    assert ["/index/packages.jsonl"] == web.seen[tried:]


def test_two_threads_ask_once(web: WebServer, data: bytes, registries: Open) -> None:
    """Who comes second waits for what the first one gets."""
    assert data
    opened = registries(starter={"http": web.url})

    assert [["7.2.1"]] * 20 == list(at_once(lambda _: versions(opened), range(20)))
    assert sorted(set(web.seen)) == sorted(web.seen)
