"""What mistpm keeps on this machine, all of which can be made or fetched again."""

from __future__ import annotations

import shutil
from pathlib import Path

from msgspec import Struct

from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import TargetError, UsageError
from mistpm.ops.did_you_mean import did_you_mean


class CachePart(Struct, frozen=True, kw_only=True):
    """One part of the cache: how many files, how many bytes."""

    part: str
    files: int
    bytes: int


class CacheUsage(Struct, frozen=True, kw_only=True):
    """The cache's folder and its parts."""

    folder: str
    parts: tuple[CachePart, ...]


def cache_usage() -> CacheUsage:
    """Count what the cache holds."""
    folder = cache_folder()
    return CacheUsage(folder=str(folder), parts=tuple(_part(path) for path in _parts(folder)))


def clear_cache(only: str) -> CacheUsage:
    """Delete the cache, or one part of it; gives what was deleted.  Raises `UsageError`, `TargetError`."""
    folder = cache_folder()
    parts = _parts(folder)
    names = [path.name for path in parts]
    if only and only not in names:
        raise UsageError(
            "unknown-part",
            f"the cache has no part `{only}`",
            context=did_you_mean(only, names),
            hint="`mistpm cache show` lists its parts",
        )
    chosen = [path for path in parts if only in {"", path.name}]
    deleted = CacheUsage(folder=str(folder), parts=tuple(_part(path) for path in chosen))
    for path in chosen:
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise TargetError(
                "cache-unwritable",
                f"`{path}` cannot be deleted: {error.strerror}",
                hint="check the folder's permissions",
            ) from error
    return deleted


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _part(path: Path) -> CachePart:
    sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
    return CachePart(part=path.name, files=len(sizes), bytes=sum(sizes))
