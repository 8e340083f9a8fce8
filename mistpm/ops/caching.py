"""What mistpm keeps on this machine, all of which can be made or fetched again."""

from __future__ import annotations

from msgspec import Struct

from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import UsageError
from mistpm.ops.checks.memo import CHECKS
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.render_store import RENDERS
from mistpm.registry.cache import PARTS, Cache
from mistpm.registry.usage import Usage, remove_files, usage_of

MACHINE_CODE = "machine-code"
"""The part that holds compiled modules."""

MADE = (CHECKS, MACHINE_CODE, RENDERS)
"""The parts that were made here; the others are the registries'."""


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
    made = {part: usage_of(folder / part) for part in MADE}
    return _report({**Cache(folder).usage(), **made})


def clear_cache(only: str) -> CacheUsage:
    """Delete the cache, or one part of it; gives what was deleted.

    Nothing else that lies in its folder is touched.  Raises `UsageError`, `RegistryError`.
    """
    names = (*PARTS, *MADE)
    if only and only not in names:
        raise UsageError(
            "unknown-part",
            f"the cache has no part `{only}`",
            context=did_you_mean(only, names),
            hint="`mistpm cache show` lists its parts",
        )
    chosen = (only,) if only else names
    folder = cache_folder()
    deleted = Cache(folder).clear([part for part in chosen if part in PARTS])
    for part in MADE:
        if part in chosen:
            deleted[part] = remove_files(folder / part)
    return _report(deleted)


def _report(parts: dict[str, Usage]) -> CacheUsage:
    return CacheUsage(
        folder=str(cache_folder()),
        parts=tuple(
            CachePart(part=part, files=usage.files, bytes=usage.size)
            for part, usage in sorted(parts.items())
            if usage.files
        ),
    )
