"""The file system under one directory: every access of the directory target, with errors in words."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from mistpm.errors import TargetError

_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_DENIED: Final = {errno.EROFS, errno.EACCES, errno.EPERM}
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
_OPEN_AT_ONCE: Final = 100


class Seen(Struct, frozen=True):
    """What is at a place: a fingerprint to compare, and the bytes if it is an ordinary file.

    The fingerprint is empty where nothing is, and `sha256:` with the digest of an ordinary file.
    """

    fingerprint: str
    data: bytes | None = None

    @property
    def is_folder(self) -> bool:
        """Whether a folder is there, which no file can replace."""
        return self.fingerprint == "folder"


def fingerprint(data: bytes) -> str:
    """Give the fingerprint of an ordinary file with these bytes."""
    return f"sha256:{sha256(data).hexdigest()}"


class Storage:
    """One directory, its places given relative to it; raises `TargetError` only.

    Nothing is followed out of the directory: a symbolic link where a folder belongs is refused, and one
    where a file belongs is something else than that file.
    """

    def __init__(self, root: Path, title: str) -> None:
        self.root = root
        self.title = title

    def exists(self, place: str) -> bool:
        """Tell whether anything at all is at a place."""
        with self.explained():
            return os.path.lexists(self.root / place)

    def is_there(self) -> bool:
        """Tell whether the directory itself exists; raises where it could not be made either."""
        with self.explained():
            if self.root.is_dir():
                return True
            if os.path.lexists(self.root):
                raise TargetError("not-a-directory", f"the {self.title} is not a directory")
            if not self.root.parent.is_dir():
                raise TargetError(
                    "target-missing",
                    f"the {self.title} cannot be made: the folder that it would be in does not exist",
                    hint="make that folder first, or name another target",
                )
        return False

    def look(self, place: str) -> Seen:
        """See what is at a place, without following symbolic links."""
        path = self.root / place
        with self.explained():
            try:
                self._refuse_detour(path.parent)
                mode = path.lstat().st_mode
                if stat.S_ISREG(mode):
                    data = path.read_bytes()
                    return Seen(fingerprint(data), data)
                if stat.S_ISLNK(mode):
                    return Seen(f"link to {path.readlink()}")
            except FileNotFoundError:
                return Seen("")
        return Seen("folder" if stat.S_ISDIR(mode) else "device")

    def make_folder(self, place: str, *, flushed: bool = True) -> bool:
        """Make a folder (or, for `.`, the directory) and tell whether it was not there yet.

        It is `flushed` to the disk at once unless the caller does that later, for many.
        """
        path = self.root / place
        with self.explained():
            if path != self.root:
                self._refuse_detour(path)
            try:
                path.mkdir()
            except FileExistsError:
                return False
            try:
                if flushed:
                    self._flush_folder(path.parent)
            except OSError:
                path.rmdir()
                raise
        return True

    def write(self, places: dict[str, bytes]) -> None:
        """Write new files and flush them to the disk.

        Many are written before the first is flushed, so that the disk is waited for about once.
        """
        with self.explained():
            for batch in _batches(list(places.items())):
                opened: list[int] = []
                try:
                    for place, data in batch:
                        opened.append(os.open(self.root / place, _NEW_FILE, 0o666))
                        rest = memoryview(data)
                        while rest:
                            rest = rest[os.write(opened[-1], rest) :]
                    for descriptor in opened:
                        os.fsync(descriptor)
                finally:
                    for descriptor in opened:
                        os.close(descriptor)

    def rename(self, source: str, target: str) -> None:
        """Move a file in one step over whatever file was there."""
        with self.explained():
            self._refuse_detour((self.root / target).parent)
            (self.root / source).replace(self.root / target)

    def remove(self, place: str) -> None:
        """Remove a file, if it is there."""
        with self.explained(), suppress(FileNotFoundError):
            (self.root / place).unlink()

    def remove_folder(self, place: str) -> None:
        """Remove a folder, if it is there and nothing is in it."""
        with self.explained(), suppress(FileNotFoundError, NotADirectoryError):
            try:
                (self.root / place).rmdir()
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                    raise

    def names(self, folder: str) -> list[str]:
        """List what is in a folder, sorted; nothing where there is no folder."""
        with self.explained(), suppress(FileNotFoundError, NotADirectoryError):
            return sorted(path.name for path in (self.root / folder).iterdir())
        return []

    def flush(self, folder: str) -> None:
        """Flush a folder's list of names to the disk, if it is there."""
        with self.explained(), suppress(FileNotFoundError):
            self._flush_folder(self.root / folder)

    def refuse_read_only(self, folders: set[str]) -> None:
        """Raise where one of these folders, or the next one above that exists, cannot be written to."""
        for folder in sorted(folders):
            path = self.root / folder
            while not path.exists():
                path = path.parent
            if not os.access(path, os.W_OK | os.X_OK):
                raise self._read_only(str(path.relative_to(self.root)))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what the operating system refuses into words."""
        try:
            yield
        except OSError as error:
            place = self._place_of(error)
            if error.errno in _FULL:
                raise TargetError(
                    "disk-full",
                    f"the disk of the {self.title} is full",
                    hint="make room and run the command again",
                ) from error
            if error.errno in _DENIED:
                raise self._read_only(place) from error
            raise TargetError(
                "target-failed",
                f"the {self.title} cannot be read or written: {error.strerror}",
                context=(f"at `{place}`",) if place else (),
            ) from error

    def _read_only(self, place: str) -> TargetError:
        return TargetError(
            "target-read-only",
            f"the {self.title} cannot be written to",
            context=(f"at `{place}`",) if place not in {"", "."} else (),
            hint="change its permissions, or name another target",
        )

    def _place_of(self, error: OSError) -> str:
        """Give the place that an error is about, empty where it does not tell."""
        name = error.filename
        if not isinstance(name, str | os.PathLike):
            return ""
        path = Path(name)
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def _refuse_detour(self, folder: Path) -> None:
        """Raise where a folder is a symbolic link or no folder; the directory itself may be a link."""
        if folder == self.root:
            return
        try:
            mode = folder.lstat().st_mode
        except FileNotFoundError:
            return
        place = str(folder.relative_to(self.root))
        if stat.S_ISLNK(mode):
            raise TargetError(
                "link-in-the-way",
                f"`{place}` in the {self.title} is a symbolic link, which mistpm does not follow",
                hint="move it away; a whole target may be a link, a folder inside may not",
            )
        if not stat.S_ISDIR(mode):
            raise TargetError(
                "file-in-the-way",
                f"`{place}` in the {self.title} is a file, where a folder belongs",
                hint="move it away",
            )

    def _flush_folder(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno != errno.EINVAL:  # some network file systems do not flush folders
                raise
        finally:
            os.close(descriptor)


def _batches(items: list[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    for start in range(0, len(items), _OPEN_AT_ONCE):
        yield items[start : start + _OPEN_AT_ONCE]
