"""What caches take of the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from mistpm.errors import RegistryError


class Usage(Struct, frozen=True, kw_only=True):
    """How much of the disk something takes, or took before it was removed."""

    files: int = 0
    size: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(files=self.files + other.files, size=self.size + other.size)


def usage_of(folder: Path) -> Usage:
    """Add up the files below a folder; one that does not exist holds nothing."""
    return sum((_one(path) for path in _files(folder)), Usage())


def remove_files(folder: Path, goes: Callable[[Path], bool] = lambda _path: True) -> Usage:
    """Remove the files below a folder for which `goes` is true; tells how much it was.

    Folders stay, so that a process that is about to write into one still can.  Raises `RegistryError`
    (`cache-unwritable`).
    """
    removed = Usage()
    for path in _files(folder):
        if goes(path):
            size = _one(path)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(path, error) from error
            removed += size
    return removed


def unwritable(path: Path, error: OSError) -> RegistryError:
    """Give the error for a cache that cannot be written to."""
    return RegistryError(
        "cache-unwritable",
        f"the cache cannot be written: {error.strerror or error}",
        context=(f"file: {path}",),
        hint="free some space or mend the permissions; `MISTPM_CACHE_DIR` names another folder",
    )


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _one(path: Path) -> Usage:
    try:
        return Usage(files=1, size=path.stat().st_size)
    except OSError:
        return Usage()
