"""Runtimes, and modules to run in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from guest_modules import digest, guest

from mistpm.wasm import Answer, Module, Runtime


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    """Give a runtime with default limits and without a cache."""
    return Runtime(cache=None)


Load = Callable[..., Module]
Render = Callable[..., bytes]


@pytest.fixture
def load(runtime: Runtime, tmp_path: Path) -> Load:
    """Load a guest by name, or a module's bytes, into a runtime."""

    def load_it(module: str | bytes, into: Runtime = runtime) -> Module:
        data = guest(module) if isinstance(module, str) else module
        name = f"{module}.wasm" if isinstance(module, str) else "made.wasm"
        path = tmp_path / name
        path.write_bytes(data)
        return into.load(path, digest(data))

    return load_it


@pytest.fixture
def render(runtime: Runtime, load: Load) -> Render:
    """Load a guest and run it once; requests are answered with `unknown alias` unless `answer` is given."""

    def render_it(
        module: str | bytes,
        envelope: bytes = b"{}",
        *,
        within: Runtime = runtime,
        answer: Callable[[bytes], Answer] = unknown_alias,
        log: Callable[[int, str], None] = ignore,
    ) -> bytes:
        loaded = load(module, within)
        return within.generate(loaded, envelope, budget=within.budget(), answer=answer, log=log)

    return render_it


def unknown_alias(_document: bytes) -> Answer:
    """Answer as render does when an alias is not known."""
    return Answer(status=-2, body=b'{"message": "unknown alias"}')


def ignore(_level: int, _text: str) -> None:
    """Drop a log message."""
