"""What packages answered, kept between runs of mistpm: a module is a function of what it is given.

    FOLDER/KE/KEY    the answer, then the SHA-256 of its key and itself

`KEY` is the digest of everything that decides an answer: `specs/rendering.md`, "The memo".  An answer is
what will be applied, and a package without a schema may put a secret into it: nobody but the user may read
or write here, and what somebody else could have written is not used.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import mistpm

RENDERS = "renders"
"""The part of the cache that holds these."""

_DIGEST_BYTES = 32
_WRITING = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK
_ROOT = 0
_SHARDS = 256
_OURS = ("render", "wasm", "document", "model", "package")


class RenderStore:
    """A folder of answers; a fault in it means running a package again, never an error.

    `limit_bytes` bounds all answers together, roughly: each of 256 folders has its share of it, in which
    what was used longest ago goes first.
    """

    def __init__(self, folder: Path, *, limits: str = "", limit_bytes: int = 128 * 1024**2) -> None:
        self._folder = folder
        self._share = limit_bytes // _SHARDS
        self._circumstances = _circumstances(limits)

    def read(self, key: str) -> bytes | None:
        """Give what was written for a key and note its use; some 0.05 ms."""
        path = self._path(key)
        try:
            if not all(_is_ours(folder.stat()) for folder in (self._folder, path.parent)):
                return None
            # a pipe in its place is opened without waiting for somebody to write into it
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                facts = os.fstat(file.fileno())
                if not stat.S_ISREG(facts.st_mode) or not _is_ours(facts):
                    return None
                whole = file.read()
            data, digest = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
            if digest != _digest(path, data):
                path.unlink()
                return None
            os.utime(path)
        except OSError:
            return None
        return data

    def write(self, key: str, data: bytes) -> None:
        """Keep something for a key; it is not flushed to the disk, because the digest tells what is whole.

        What a killed run leaves has the name under which the next one writes.
        """
        path = self._path(key)
        with suppress(OSError):
            try:
                self._write(path, data)
            except FileNotFoundError:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                self._write(path, data)
            self._evict(path.parent)

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            with os.fdopen(os.open(temporary, _WRITING, mode=0o600), "wb") as file:
                file.write(data + _digest(path, data))
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(f"{self._circumstances}\n{key}".encode()).hexdigest()
        return self._folder / name[:2] / name

    def _evict(self, folder: Path) -> None:
        """Remove what was used longest ago until the folder is within its share."""
        with os.scandir(folder) as found:
            entries = sorted(
                (each.stat().st_mtime_ns, each.stat().st_size, each.path) for each in found
            )
        size = sum(each[1] for each in entries)
        for _, taken, path in entries:
            if size <= self._share:
                return
            Path(path).unlink()
            size -= taken


def _circumstances(limits: str) -> str:
    """Digest what else could change an answer: the limits, the versions of mistpm and wasmtime.

    Of a checkout, in which a version's code changes, also when it did.
    """
    found = hashlib.sha256(f"{mistpm.__version__}\n{limits}\n".encode())
    for line in (*_wasmtime(), *_code()):
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def _wasmtime() -> Iterator[str]:
    """Name the installed wasmtime without importing it."""
    spec = find_spec("wasmtime")
    if spec is not None and spec.origin:
        for folder in sorted(Path(spec.origin).parents[1].glob("wasmtime-*.dist-info")):
            yield folder.name


def _code() -> Iterator[str]:
    here = Path(mistpm.__file__).parent
    for room in _OURS:
        with os.scandir(here / room) as found:
            for each in sorted(found, key=lambda entry: entry.name):
                if each.name.endswith(".py"):
                    facts = each.stat()
                    yield f"{room}/{each.name} {facts.st_size} {facts.st_mtime_ns}"


def _is_ours(facts: os.stat_result) -> bool:
    """Say whether nobody but the user or root can have written here."""
    writable_by_others = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return facts.st_uid in {os.getuid(), _ROOT} and not writable_by_others


def _digest(path: Path, data: bytes) -> bytes:
    """Digest an answer together with its place, so that no entry passes for another one."""
    digest = hashlib.sha256(path.name.encode())
    digest.update(data)
    return digest.digest()
