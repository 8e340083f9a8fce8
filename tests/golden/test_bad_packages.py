"""Packages and registries that are broken, damaged, or lie, as a user meets them."""

from __future__ import annotations

import errno
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from guest_modules import answering, assemble, err, guest, ok
from toy_registry import ToyRegistry, config_map
from transcript import Transcript

from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.keeper import make_index
from mistpm.wasm import Limits


@pytest.fixture
def registry(folder: Path) -> ToyRegistry:
    """Make a registry called `mine` next to the session's folder."""
    return ToyRegistry(folder / "mine", name="mine")


@pytest.fixture
def here(session: Transcript, registry: ToyRegistry) -> Transcript:
    """Begin a session in an environment that knows the registry `mine`."""
    session.run('mistpm init --kubernetes ">=1.31 <1.33"')
    session.run("mistpm registry add mine ../mine")
    session.text = ""
    assert registry.folder.exists()
    return session


def install(session: Transcript, name: str, module: bytes) -> None:
    """Put a module into a file and install it by its path."""
    (session.folder / f"{name}-1.0.0.mist-pack.wasm").write_bytes(module)
    session.run(f"mistpm install {name} -p ./{name}-1.0.0.mist-pack.wasm --yes")


def test_files_that_are_no_packages(here: Transcript) -> None:
    """Not WebAssembly, cut off, without exports, of another form."""
    install(here, "text", b"hello, world")
    install(here, "empty", b"")
    install(here, "truncated", guest("echo")[:-5])
    install(here, "bare", assemble("(module)"))
    install(here, "clock", guest("clock"))
    install(here, "command", guest("command"))
    here.expect("not-a-package")


def test_guests_that_fail(here: Transcript) -> None:
    """A refusal, a trap, a loop, garbage."""
    install(here, "refusing", answering(err("the input `host` is missing"), name="refusing"))
    install(here, "garbage", answering("{not: [valid", name="garbage"))
    install(here, "climbing", answering(ok({"../../etc/passwd": config_map()}), name="climbing"))
    install(here, "nameless", answering(ok({"a.yaml": "kind: ConfigMap\n"}), name="nameless"))
    here.expect("failing-guests")


def test_an_api_that_nobody_provides(here: Transcript, registry: ToyRegistry) -> None:
    """The packages that would provide it are named."""
    api = {"api": "queue.example.org/v1/Queue"}
    registry.publish("apps/worker", "1.0.0", {"a.yaml": config_map()}, dependencies={"queue": api})
    registry.publish(
        "data/queue",
        "1.0.0",
        {"a.yaml": config_map()},
        provides={"apis": ["queue.example.org/v1/Queue"]},
    )
    registry.index()
    here.run("mistpm add worker -p mine/apps/worker")
    here.run("mistpm install --yes")
    here.run("mistpm add queue -p mine/data/queue")
    here.run("mistpm install --yes")
    here.expect("api-nobody-provides")


def test_two_releases_with_one_resource(here: Transcript, registry: ToyRegistry) -> None:
    """Both are named, and where each came from."""
    registry.publish("apps/fixed", "1.0.0", {"a.yaml": config_map(name="settings")})
    registry.index()
    here.run("mistpm add one -p mine/apps/fixed")
    here.run("mistpm add two -p mine/apps/fixed")
    here.run("mistpm install --yes")
    here.expect("one-resource-twice")


def test_a_published_version_that_changed(here: Transcript, registry: ToyRegistry) -> None:
    """Other bytes than were locked are never used."""
    place = registry.publish("apps/thing", "1.0.0", {"a.yaml": config_map("value: one")})
    registry.index()
    here.run("mistpm add thing -p mine/apps/thing")
    here.run("mistpm lock")
    place.chmod(0o644)
    place.write_bytes(place.read_bytes() + b"\x00\x05\x04junk")
    here.run("mistpm install --yes")
    make_index(registry.folder, published="2026-02-01", replace=True)
    here.run("mistpm install --yes")
    here.run("mistpm registry index ../mine --check")
    here.expect("changed-version")


def test_an_index_that_lies(here: Transcript, registry: ToyRegistry) -> None:
    """The module's own descriptor must say what the index says."""
    registry.publish("apps/thing", "1.0.0", {"a.yaml": config_map()}, kubernetes=">=1.40")
    registry.index()
    index = registry.folder / "index" / "apps" / "thing.jsonl"
    line = json.loads(index.read_text())
    del line["descriptor"]["kubernetes"]
    index.write_text(json.dumps(line) + "\n")
    here.run("mistpm add thing -p mine/apps/thing")
    here.run("mistpm install --yes")
    index.write_text("{broken\n")
    here.run("mistpm info mine/apps/thing")
    here.expect("lying-index")


def test_registries_that_cannot_be_reached(
    here: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed port, an error of the server, no repository; the other registry works on."""
    impatient = HttpPolicy(backoff=0)
    monkeypatch.setattr("mistpm.registry.registries.HttpPolicy", lambda: impatient)

    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    here.replace(address, "http://broken.example.org/")
    try:
        here.run(f"mistpm registry add broken {address}")
        here.run("mistpm registry add closed http://127.0.0.1:9/")
        here.run("mistpm registry add git ../no-such-repository --kind git")
        here.run("mistpm registry list")
    finally:
        server.shutdown()
        server.server_close()
    here.expect("unreachable-registries")


def publish_guest(registry: ToyRegistry, session: Transcript, name: str) -> None:
    """Publish a `.wat` guest as a package with a descriptor, and add it."""
    module = registry.folder.parent / f"{name}.wasm"
    module.write_bytes(guest(name))
    registry.publish(f"apps/{name}", "1.0.0", module=module)
    registry.index()
    session.run(f"mistpm add {name} -p mine/apps/{name}")


def test_guests_that_trap_or_loop(
    here: Transcript, registry: ToyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trap names the package; a loop ends at the deadline."""
    publish_guest(registry, here, "trap")
    here.run("mistpm install --yes")
    here.run("mistpm remove trap")
    publish_guest(registry, here, "loop")
    monkeypatch.setattr("mistpm.wasm.runtime.Limits", lambda: Limits(seconds=0.5))
    here.run("mistpm install --yes")
    here.expect("trap-and-loop")


@pytest.mark.parametrize(
    ("code", "name"), [(errno.EROFS, "read-only-target"), (errno.ENOSPC, "disk-full")]
)
def test_a_target_that_cannot_be_written(
    here: Transcript,
    registry: ToyRegistry,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    name: str,
) -> None:
    """Nothing is half-written, and the next run does the whole."""
    registry.publish("apps/thing", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    here.run("mistpm add thing -p mine/apps/thing")
    here.run("mistpm lock")
    here.run("mistpm plan")

    def refuse(*_arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", refuse)
        here.run("mistpm install --yes")
    assert not (here.folder / "deploy").exists()
    here.run("mistpm install --yes")
    here.expect(name)


def test_a_target_that_is_no_folder(here: Transcript, registry: ToyRegistry) -> None:
    """A file where the directory should be."""
    registry.publish("apps/thing", "1.0.0", {"a.yaml": config_map()})
    registry.index()
    here.run("mistpm add thing -p mine/apps/thing")
    (here.folder / "deploy").write_text("a file\n")
    here.run("mistpm install --yes")
    here.expect("target-is-a-file")
