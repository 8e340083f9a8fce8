"""Proving to later runs on this machine that this one is dead.

Whoever holds a lease holds the lock of a file, too, that carries the holding's random name.  The system
lets go of it the moment the process ends, however it ends.  So a file that is there and not locked is
that of a dead process.  No file proves nothing: the holder may be on another machine, or in a copy of
this one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from pathlib import Path

_OWN_ONLY = 0o700
_OPEN = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


class SignOfLife:
    """Is seen until `end` or `abandon`, or until the process ends.

    Where no file can be locked it is never seen.  `name` consists of letters and digits, and nobody else
    uses it.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = contextlib.ExitStack()
        with contextlib.suppress(OSError), contextlib.ExitStack() as undone:
            path = _path(name)
            descriptor = os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o600)
            undone.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._lock = undone.pop_all()

    def end(self) -> None:
        """Take it away."""
        clear(self._name)
        self._lock.close()

    def abandon(self) -> None:
        """Leave it as a process does that dies, for whoever finds what it stands for."""
        self._lock.close()


def is_surely_dead(name: str) -> bool:
    """Tell whether the process that made the sign of this name was on this machine, and has ended."""
    try:
        descriptor = os.open(_path(name), _OPEN)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def clear(name: str) -> None:
    """Remove the sign that a dead process left, if there is one."""
    with contextlib.suppress(OSError):
        _path(name).unlink()


def _path(name: str) -> Path:
    """Give the file of a sign, in a folder that only this user can write into; raises `OSError` where that cannot be."""
    folder = Path(tempfile.gettempdir()) / f"mistpm-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(_OWN_ONLY)
    found = folder.lstat()
    is_own = found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == _OWN_ONLY
    if not stat.S_ISDIR(found.st_mode) or not is_own or not name.isalnum():
        raise PermissionError
    return folder / name
