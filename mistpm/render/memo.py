"""Results that need not be computed twice: a module is a function of what it is given."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mistpm.model.secrets import SecretInput
from mistpm.render.result import Result

LogEntry = tuple[str, int, str]
"""Who logged (`shop -> cache`), the level, the text."""


class Record:
    """What a run of a module did besides answering: names and secrets of its calls, what it logged.

    `is_exact` is False when it was told that a name is taken by somebody else: what it answered then
    depends on calls that others made.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.secrets: dict[str, SecretInput] = {}
        self.log: list[LogEntry] = []
        self.is_exact = True

    def take(self, inner: Record) -> None:
        """Add what a call did that went well."""
        self.names |= inner.names
        self.secrets |= inner.secrets
        self.take_failed(inner)

    def take_failed(self, inner: Record) -> None:
        """Add what remains of a call that failed: its names are free again."""
        self.log += inner.log
        self.is_exact &= inner.is_exact


class Memo:
    """Results by everything that decided them; to be kept for one run of mistpm.

    Rendering an environment again (before and after an upgrade, for another target) runs only what
    has changed.  May be used from several threads.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[Result, Record]] = {}

    def get(self, key: str) -> tuple[Result, Record] | None:
        """Give a result with its record, or None."""
        return self._found.get(key)

    def put(self, key: str, result: Result, record: Record) -> None:
        """Keep a result, unless something else than its key decided it."""
        if record.is_exact:
            self._found[key] = (result, record)


def memo_key(envelope: bytes, digest: str, surroundings: str) -> str:
    """Name a run: the exact envelope, the module, and the digest of all that it may call or be told."""
    found = hashlib.sha256(f"{digest}\n{surroundings}\n".encode())
    found.update(envelope)
    return found.hexdigest()


def digest_of(value: Any) -> str:
    """Give the digest of JSON-like data."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
