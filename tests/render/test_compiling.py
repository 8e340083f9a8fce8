"""Compiling before rendering: everything at once, whatever needs what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from guest_modules import answering, digest, guest, heavy, ok

from mistpm.errors import PackageError
from mistpm.render import Progress
from mistpm.wasm import Runtime


@pytest.fixture(autouse=True)
def _nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the smallest modules compiled like large ones, apart."""
    monkeypatch.setattr("mistpm.wasm.machine_code.compiler.IN_PROCESS_BYTES", 0)


class Heard(Progress):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def compiling(self, total: int) -> None:
        """Keep."""
        self.events.append(f"compiling {total}")

    def compiled(self, package: str) -> None:
        """Keep."""
        self.events.append(f"compiled {package}")

    def rendered(self, release: str) -> None:
        """Keep."""
        self.events.append(f"rendered {release}")


def chain(world: Any, names: str, *, of: str) -> None:
    """Make releases, each of a module of its own, each of which needs the one before."""
    for stage, name in enumerate(names):
        world.package(name, answering(ok(outputs={"of": f"{of} {name}"})))
        edges = {"before": f"install {names[stage - 1]}"} if stage else {}
        world.release(name, stage=stage, edges=edges)


def test_a_whole_chain_is_compiled_before_anything_is_rendered(world: Any) -> None:
    """What is cold is compiled together, although the releases come one after the other."""
    chain(world, "abc", of="cold")
    heard = Heard()
    world.render(progress=heard)

    expected = [
        "compiling 3",
        *(f"compiled starter/test/{name}@1.0.0" for name in "abc"),
        *(f"rendered {name}" for name in "abc"),
    ]
    assert expected == heard.events


def test_what_is_warm_is_not_compiled(world: Any) -> None:
    """With machine code at hand nobody hears of compiling."""
    chain(world, "a", of="warm")
    world.render()
    heard = Heard()
    world.render(progress=heard)

    assert ["rendered a"] == heard.events


def test_what_cannot_be_compiled_fails_for_its_own_release(world: Any) -> None:
    """The others are compiled and rendered; the error is that of the release."""
    chain(world, "a", of="beside")
    world.package("broken", _broken())
    world.release("broken")
    rendered = world.render(keep_going=True)

    [failure] = rendered.failures
    assert ("broken", "invalid-module") == (failure.release, failure.error.reference)
    assert isinstance(failure.error, PackageError)
    assert ["a"] == [release.name for release in rendered.releases]


def _broken() -> bytes:
    """Give a module whose last function has no end."""
    module = answering(ok(outputs={"of": "broken"}))
    at = module.rindex(b"\x0b")
    return module[:at] + b"\x01" + module[at + 1 :]


def test_ready_is_what_needs_no_compiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small module is ready, a large one once its machine code is in the cache."""
    monkeypatch.undo()
    small, large = tmp_path / "small.wasm", tmp_path / "large.wasm"
    small.write_bytes(guest("echo"))
    large.write_bytes(heavy())
    first, second = Runtime(cache=tmp_path / "code"), Runtime(cache=tmp_path / "code")

    assert first.ready(small, digest(guest("echo"))) is not None
    assert first.ready(large, digest(heavy())) is None
    first.load(large, digest(heavy()))
    assert second.ready(large, digest(heavy())) is not None
