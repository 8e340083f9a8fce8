"""Writing files so that a reader, or a crash, never sees half of one."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path

_UNFINISHED = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def write_atomically(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` at `path`: a temporary name beside it, flushed to the disk, then renamed.

    A file that is there keeps its permissions, a new one gets `mode`, less what the user's umask takes
    away.  The temporary name is always the same, `.NAME.tmp`, so that the next run writes over what a
    killed one left; who writes holds a lock on it, and others wait.  The folder must exist.  Raises
    `OSError`; then the old content, if any, is still there.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    descriptor = _claim(temporary, mode | stat.S_IWUSR)
    try:
        try:
            os.ftruncate(descriptor, 0)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
            permissions = _permissions(path, os.fstat(descriptor).st_mode & mode)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        # only now: what a killed run leaves under the temporary name must stay writable
        os.fchmod(descriptor, permissions)
    finally:
        os.close(descriptor)


def _claim(path: Path, mode: int) -> int:
    """Open a file that nobody else is writing; one that was renamed or removed meanwhile is not it."""
    while True:
        descriptor = os.open(path, _UNFINISHED, mode)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(descriptor), path.lstat()):
                return descriptor
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _permissions(path: Path, otherwise: int) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return otherwise
