"""Results that need not be computed twice: a module is a function of what it is given."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from mistpm.model.secrets import SecretInput
from mistpm.render.result import Result

LogEntry = tuple[str, int, str]
"""Who logged (`shop -> cache`), the level, the text."""


class Record:
    """What a run of a module did besides answering: names and secrets of its calls, what it logged.

    `is_exact` is False when it was told that a name is taken by somebody else: what it answered then
    depends on calls that others made.  `failed_calls` tells which of its own calls failed, and why.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.secrets: dict[str, SecretInput] = {}
        self.log: list[LogEntry] = []
        self.is_exact = True
        self.failed_calls: list[tuple[str, str]] = []

    def take(self, inner: Record) -> None:
        """Add what a call did that went well."""
        self.names |= inner.names
        self.secrets |= inner.secrets
        self.take_failed(inner)

    def take_failed(self, inner: Record) -> None:
        """Add what remains of a call that failed: its names are free again."""
        self.log += inner.log
        self.is_exact &= inner.is_exact


class MemoStore(Protocol):
    """Where results outlive a run of mistpm; a fault in it means running again, never an error."""

    def read(self, key: str) -> bytes | None:
        """Give what was written for a key, exactly, or None."""

    def write(self, key: str, data: bytes) -> None:
        """Take something for a key."""

    def keep(self) -> None:
        """Let what was taken outlive this run."""


class Memo:
    """Results by everything that decided them; kept for one run of mistpm, or longer in a `store`.

    Rendering an environment again (before and after an upgrade, for another target) runs only what
    has changed.  May be used from several threads.
    """

    def __init__(self, store: MemoStore | None = None) -> None:
        self._found: dict[str, tuple[Result, Record]] = {}
        self._store = store

    def get(self, key: str, *, lasting: bool = False) -> tuple[Result, Record] | None:
        """Give a result with its record, or None; `lasting` looks into the store too."""
        if key not in self._found and lasting and self._store:
            found = _decoded(self._store.read(key))
            if found is None:
                return None
            self._found[key] = found
        return self._found.get(key)

    def put(self, key: str, result: Result, record: Record, *, lasting: bool = False) -> None:
        """Keep a result, unless something else than its key decided it; `lasting` in the store too."""
        if not record.is_exact:
            return
        self._found[key] = (result, record)
        if lasting and self._store and (data := _encoded(result, record)):
            self._store.write(key, data)

    def keep(self) -> None:
        """Let what was put into the store outlive this run; cheap where that is nothing."""
        if self._store:
            self._store.keep()


class _Kept(Struct, frozen=True):
    """A result and its record, as they are stored."""

    result: Result
    names: tuple[str, ...]
    secrets: tuple[SecretInput, ...]
    log: tuple[LogEntry, ...]


_DECODER: Final = msgspec.msgpack.Decoder(_Kept)
"""Made here, before there are threads: two that look at a type for the first time crash msgspec 0.22."""


def _encoded(result: Result, record: Record) -> bytes:
    """Write a result; nothing where it would not come back as it is (NaN, numbers of more than 64 bits)."""
    kept = _Kept(
        result, tuple(sorted(record.names)), tuple(record.secrets.values()), tuple(record.log)
    )
    try:
        data = msgspec.msgpack.encode(kept)
        return data if _DECODER.decode(data) == kept else b""
    except (msgspec.MsgspecError, OverflowError, TypeError, ValueError, RecursionError):
        return b""


def _decoded(data: bytes | None) -> tuple[Result, Record] | None:
    if data is None:
        return None
    try:
        kept = _DECODER.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    record = Record()
    record.names = set(kept.names)
    record.secrets = {secret.placeholder: secret for secret in kept.secrets}
    record.log = list(kept.log)
    return kept.result, record


def memo_key(envelope: bytes, digest: str, surroundings: str) -> str:
    """Name a run: the exact envelope, the module, and the digest of all that it may call or be told."""
    found = hashlib.sha256(f"{digest}\n{surroundings}\n".encode())
    found.update(envelope)
    return found.hexdigest()


def digest_of(value: Any) -> str:
    """Give the digest of JSON-like data."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
