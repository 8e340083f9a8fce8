"""A release whose package attacks, a release that is good, and what the attacker may call."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attack_table import Attack, module
from guest_modules import answering, digest, ok
from msgspec import convert
from msgspec.structs import replace

from mistpm.errors import MistError
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import LOCK_VERSION, READERS, LockedEdge, LockedPackage, Lockfile
from mistpm.model.version import parse_version
from mistpm.package import PackageFile, read_package
from mistpm.package.sections import DESCRIPTOR_SECTION
from mistpm.render import render_environment
from mistpm.wasm import Limits, Runtime

GOOD = answering(ok({"a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: good}}"}))
CODE = "machine-code"
RACES = 80
RIGHT, WRONG = (23120).to_bytes(4, "little"), (23128).to_bytes(4, "little")


class AttackWorld:
    """Everything that one attack needs, in one folder."""

    def __init__(self, folder: Path, attack: Attack) -> None:
        self._folder = folder
        self._attack = attack
        self._packages: dict[str, PackageFile] = {}
        self._limits = convert(attack.limits, Limits)
        self._runtime = Runtime(cache=folder / CODE, limits=self._limits)

    def attack(self) -> tuple[str, str]:
        """Carry it out: gives the reference and the text of the error, or an empty one and the answer."""
        try:
            return "", self._run()
        except MistError as error:
            return error.reference, str(error)

    def good(self) -> str:
        """Render the good release, in any time: a busy machine may stop for a second, too."""
        self._runtime.limits = replace(self._limits, seconds=600)
        try:
            return self._render("good")
        finally:
            self._runtime.limits = self._limits

    def _run(self) -> str:
        way = self._attack.run
        if way == "render":
            return self._render("attacker")
        if way == "race":
            return self._race()
        if way == "again":
            return self._again()
        if way.startswith("cache"):
            return self._poison(_POISONS[way.removeprefix("cache ")])
        package = self._file(self._attack.source, module(self._attack.source))
        loaded = self._runtime.load(package.path, package.digest)
        if way == "info":
            return self._runtime.info(loaded).decode()
        return self._runtime.requirements(loaded, b"{}", log=lambda _level, _text: None).decode()

    def _again(self) -> str:
        """Attack twice, the second time in a new runtime: both must end alike."""
        first = self._render("attacker")
        self._runtime = Runtime(cache=self._folder / CODE, limits=self._limits)
        return first if first == self._render("attacker") else "another answer"

    def _race(self) -> str:
        """Attack from some threads while others render what is good: each gets its own end."""
        sys.setswitchinterval(1e-5)
        first = self._render("good")

        def once(number: int) -> str:
            if number % 2:
                return "" if self._render("good") == first else "another answer"
            try:
                return self._render("attacker")
            except MistError as error:
                return str(error)

        with ThreadPoolExecutor(4) as pool:
            found = set(pool.map(once, range(RACES))) - {""}
        if len(found) != 1:
            return f"different ends: {sorted(found)}"
        return found.pop()

    def _poison(self, poison: Callable[[Path, Path], None]) -> str:
        """Render, tamper with the machine code of what was rendered, and render in a new runtime."""
        folder = self._folder / CODE
        before = set(folder.glob("*/*.code"))
        self._render("attacker")
        [entry] = set(folder.glob("*/*.code")) - before
        evil = self._file("evil", module("cache_evil"))
        self._runtime.load(evil.path, evil.digest)
        [other] = set(folder.glob("*/*.code")) - before - {entry}
        poison(entry, other)
        self._runtime = Runtime(cache=folder, limits=self._limits)
        return self._render("attacker")

    def _render(self, release: str) -> str:
        """Render one release; the good one calls nobody."""
        called = {}
        if release == "attacker":
            edges = self._edges()
            called = {
                f"starter/test/{source}@1": self._pin(source, edges)
                for source in self._attack.calls.values()
            }
            pin = self._pin(self._attack.source, edges)
        else:
            pin = self._pin("good", {})
        lock = Lockfile(
            lock_version=LOCK_VERSION,
            mistpm=READERS,
            question="sha256:0",
            kubernetes=("1.34",),
            releases={release: pin},
            called=called,
            order=((release,),),
        )
        rendered = render_environment(
            lock,
            environment_id="5f0c",
            configurations={},
            packages=self._packages,
            guest=self._runtime,
        )
        return str([each.data for one in rendered.releases for each in one.manifests])

    def _edges(self) -> dict[str, LockedEdge]:
        return {
            alias: convert(
                {
                    "use": "call",
                    "requires": f"starter/test/{source} ^1",
                    "target": f"starter/test/{source}@1",
                },
                LockedEdge,
            )
            for alias, source in self._attack.calls.items()
        }

    def _pin(self, source: str, edges: dict[str, LockedEdge]) -> LockedPackage:
        data = GOOD if source == "good" else module(source)
        package = self._file(source, data)
        self._packages[package.digest] = package
        return LockedPackage(
            package=PackageId(f"starter/test/{source}"),
            version=parse_version("1.0.0"),
            digest=package.digest,
            size=len(data),
            dependencies=edges,
        )

    def _file(self, name: str, data: bytes) -> PackageFile:
        path = self._folder / f"{name}.wasm"
        if not path.exists():
            temporary = path.with_suffix(f".{threading.get_ident()}")
            temporary.write_bytes(data)
            temporary.replace(path)
        if DESCRIPTOR_SECTION.encode() in data:
            return read_package(path)
        return PackageFile(
            path=path, digest=digest(data), size=len(data), descriptor=None, assets={}
        )


def _flip(entry: Path, _other: Path) -> None:
    """Change one bit: where the victim's answer is."""
    data = entry.read_bytes()
    assert RIGHT in data
    entry.write_bytes(data.replace(RIGHT, WRONG))


def _exchange(entry: Path, other: Path) -> None:
    entry.write_bytes(other.read_bytes())


def _open(entry: Path, other: Path) -> None:
    _exchange(entry, other)
    entry.chmod(0o666)


def _pipe(entry: Path, _other: Path) -> None:
    entry.unlink()
    os.mkfifo(entry)


_POISONS: dict[str, Callable[[Path, Path], None]] = {
    "flip": _flip,
    "exchange": _exchange,
    "open": _open,
    "pipe": _pipe,
}
