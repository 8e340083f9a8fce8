"""What checking found last, so that checking the same manifests again costs a digest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

import mistpm
from mistpm.atomic import write_atomically
from mistpm.model.finding import Finding

CHECKS = "checks"
"""The part of the cache that holds these."""

_MOST_KEPT = 32
"""Answers, enough for all states of a long upgrade at once."""


class _Kept(msgspec.Struct, frozen=True):
    digest: str
    findings: tuple[Finding, ...]


class CheckMemo:
    """The findings of an environment's last checks, in one file; a fault in it means checking again."""

    def __init__(self, folder: Path, environment_id: str) -> None:
        self._path = folder / CHECKS / f"{environment_id}.json"

    def findings(
        self, question: Iterable[Any], check: Callable[[], tuple[Finding, ...]]
    ) -> tuple[Finding, ...]:
        """Give what `check` finds; it is not called where the same question was answered before.

        `question` is all that decides the answer, as values that msgspec can write.
        """
        digest = _digest(question)
        kept = self._read()
        for each in kept:
            if each.digest == digest:
                return each.findings
        found = check()
        self._write((_Kept(digest, found), *kept[: _MOST_KEPT - 1]))
        return found

    def _read(self) -> tuple[_Kept, ...]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=tuple[_Kept, ...])
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return ()

    def _write(self, kept: tuple[_Kept, ...]) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, msgspec.json.encode(kept))


def _digest(question: Iterable[Any]) -> str:
    found = hashlib.sha256()
    for part in (*_code(), *question):
        found.update(msgspec.json.encode(part))
        found.update(b"\n")
    return found.hexdigest()


def _code() -> Iterator[Any]:
    """Give what tells one version of the checks from another, in a checkout that changes too."""
    yield mistpm.__version__
    here = Path(mistpm.__file__).parent
    for folder in ("check", "check/data", "model/data"):
        for path in sorted((here / folder).glob("*.*")):
            status = path.stat()
            yield [path.name, status.st_size, status.st_mtime_ns]
