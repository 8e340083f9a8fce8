"""Runtimes, modules to run in them, and what goes wrong, as (reference, text)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from guest_modules import digest, guest

from mistpm.errors import MistError
from mistpm.wasm import Answer, Limits, Module, Runtime


class Problem:
    """The error of a `with problem() as found:` block."""

    error: MistError

    @property
    def shown(self) -> tuple[str, str]:
        """Give the reference and the whole text."""
        return self.error.reference, str(self.error)


class Render(Protocol):
    """Loads a guest by name, or a module's bytes, and runs it once."""

    def __call__(
        self,
        module: str | bytes,
        envelope: bytes = b"{}",
        *,
        answer: Callable[[bytes], Answer] = ...,
        log: Callable[[int, str], None] = ...,
        **limits: Any,
    ) -> bytes:
        """Give the raw result; `limits` differ from the defaults."""


class Load(Protocol):
    """Loads a guest by name, or a module's bytes."""

    def __call__(self, module: str | bytes, *, into: Runtime | None = None) -> Module:
        """Give the module, loaded into `into` or the shared runtime."""


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    """Give a runtime with default limits and without a cache, shared by all tests."""
    return Runtime(cache=None)


@pytest.fixture
def load(runtime: Runtime, tmp_path: Path) -> Load:
    """Load a guest."""

    def load_it(module: str | bytes, *, into: Runtime | None = None) -> Module:
        data = guest(module) if isinstance(module, str) else module
        path = tmp_path / (f"{module}.wasm" if isinstance(module, str) else "made.wasm")
        path.write_bytes(data)
        return (into or runtime).load(path, digest(data))

    return load_it


@pytest.fixture
def render(runtime: Runtime, load: Load) -> Render:
    """Load and run a guest; a request is answered with an unknown alias."""

    def render_it(
        module: str | bytes,
        envelope: bytes = b"{}",
        *,
        answer: Callable[[bytes], Answer] = unknown_alias,
        log: Callable[[int, str], None] = ignore,
        **limits: Any,
    ) -> bytes:
        within = Runtime(cache=None, limits=Limits(**limits)) if limits else runtime
        loaded = load(module, into=within)
        return within.generate(loaded, envelope, budget=within.budget(), answer=answer, log=log)

    return render_it


@pytest.fixture
def problem() -> Callable[[], Any]:
    """Catch a `MistError` to look at it."""

    @contextmanager
    def catch() -> Iterator[Problem]:
        found = Problem()
        with pytest.raises(MistError) as caught:
            yield found
        found.error = caught.value

    return catch


def unknown_alias(_document: bytes) -> Answer:
    """Answer as render does when an alias is not known."""
    return Answer(status=-2, body=b'{"message": "unknown alias"}')


def ignore(_level: int, _text: str) -> None:
    """Drop a log message."""
