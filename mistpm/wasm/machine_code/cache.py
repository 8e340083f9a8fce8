"""Machine code kept on disk, so that a module is compiled once.

    FOLDER/ENGINE-KEY/CODE-DIGEST.code     machine code, then the SHA-256 of its place and itself

Machine code is run as it is: an entry is used only when its digest is right for the place where it
lies, and nobody but the user could have written it.  The digest stands at the end because the loader
maps the file and does not look behind the code.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mistpm.atomic import write_atomically
from mistpm.makeshift import MAKESHIFT

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCKS = "locks"
_DIGEST_BYTES = 32
_ROOT = 0


class CacheEntry(Struct, frozen=True, kw_only=True, order=True):
    """One file of the cache; `used` is when it was last used, in nanoseconds since 1970."""

    used: int
    path: Path
    size: int


class MachineCodeCache:
    """A folder of machine code.  A fault in it means compiling again, never an error.

    `limit_bytes` bounds all entries together, those of other wasmtime versions included; what was
    used longest ago goes first.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = 1024**3) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes

    def find(self, engine_key: str, digest: str) -> Path | None:
        """Give the entry for a code digest, and note its use; costs 0.6 ms a megabyte for its digest."""
        path = self._path(engine_key, digest)
        try:
            whole = _whole(path)
        except OSError:
            return None
        if not whole:
            self.discard(path)
            return None
        with suppress(OSError):
            os.utime(path)
        return path

    def holds(self, engine_key: str, digest: str) -> bool:
        """Say whether there is an entry, good or not: enough to know whether compiling is ahead."""
        return self._path(engine_key, digest).exists()

    def store(self, engine_key: str, digest: str, code: bytes) -> Path | None:
        """Keep `code` and give its entry; None when the folder cannot be written."""
        path = self._path(engine_key, digest)
        try:
            self._make_folder(path.parent)
            write_atomically(path, code + _digest(path, code), mode=0o600)
        except OSError as error:
            MAKESHIFT.note(self.folder, error)
            return None
        self._evict(path)
        return path

    def discard(self, path: Path) -> None:
        """Forget an entry that is of no use."""
        with suppress(OSError):
            path.unlink()

    @contextmanager
    def lock(self, digest: str, seconds: float) -> Iterator[None]:
        """Hold off others that would compile the same module, but no longer than `seconds`.

        There are 256 locks, so that the files need no clearing away; two modules that share one wait
        for each other once.  Without a writable folder nobody waits.
        """
        from filelock import FileLock, Timeout

        folder = self.folder / _LOCKS
        lock = FileLock(folder / digest.removeprefix("sha256:")[:2], timeout=seconds, mode=0o600)
        try:
            self._make_folder(folder)
            lock.acquire()
        except (OSError, Timeout):
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def entries(self) -> tuple[CacheEntry, ...]:
        """Give all entries, the one used longest ago first."""
        found = []
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                facts = path.stat()
                if path.parent.name != _LOCKS:
                    found.append(CacheEntry(used=facts.st_mtime_ns, path=path, size=facts.st_size))
        return tuple(sorted(found))

    def size(self) -> int:
        """Give the bytes that all entries take together."""
        return sum(entry.size for entry in self.entries())

    def clear(self) -> None:
        """Remove everything; raises `OSError` when that cannot be done."""
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def _make_folder(self, folder: Path) -> None:
        """Make a folder of the cache, closed to everybody else."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)

    def _path(self, engine_key: str, digest: str) -> Path:
        return self.folder / engine_key / f"{digest.removeprefix('sha256:')}.code"

    def _evict(self, newest: Path) -> None:
        """Remove what was used longest ago until the rest is within the limit."""
        entries = self.entries()
        size = sum(entry.size for entry in entries)
        for entry in entries:
            if size <= self.limit_bytes:
                return
            if entry.path != newest:
                self.discard(entry.path)
                size -= entry.size


def _whole(path: Path) -> bool:
    """Say whether the entry is what was written, by us; raises `OSError` when there is none."""
    if not all(_is_ours(folder.stat()) for folder in (path.parent, path.parent.parent)):
        return False
    # a pipe in its place is opened without waiting for somebody to write into it
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or not _is_ours(facts):
            return False
        if facts.st_size <= _DIGEST_BYTES:
            return False
        with (
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            memoryview(data) as view,
            view[:-_DIGEST_BYTES] as code,
        ):
            return data[-_DIGEST_BYTES:] == _digest(path, code)


def _is_ours(facts: os.stat_result) -> bool:
    """Say whether nobody but the user or root can have written here."""
    writable_by_others = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return facts.st_uid in {os.getuid(), _ROOT} and not writable_by_others


def _digest(path: Path, code: bytes | memoryview) -> bytes:
    """Digest machine code together with its place, so that no entry passes for another one."""
    digest = hashlib.sha256(f"{path.parent.name}/{path.name}".encode())
    digest.update(code)
    return digest.digest()
