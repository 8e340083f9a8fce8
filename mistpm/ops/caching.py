"""What mistpm keeps on this machine, all of which can be made or fetched again."""

from __future__ import annotations

from msgspec import Struct

from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import RegistryError, UsageError
from mistpm.ops.checks.memo import CHECKS
from mistpm.ops.did_you_mean import did_you_mean
from mistpm.ops.render_store import RENDERS
from mistpm.registry.cache import PARTS, Cache
from mistpm.registry.usage import Layout, Usage, remove_entries, usage_of

MACHINE_CODE = "machine-code"
"""The part that holds compiled modules."""

MADE = {
    CHECKS: Layout(r"[A-Za-z0-9._-]{1,63}\.json"),
    MACHINE_CODE: Layout(r"[0-9a-f]{16}(-component)?/[0-9a-f]{64}\.code", r"locks/[0-9a-f]{2}"),
    # the second is how answers were kept before each environment had one file for them
    RENDERS: Layout(r"[0-9a-f]{32}\.pack", r"[0-9a-f]{2}/[0-9a-f]{64}"),
}
"""The parts that were made here, and how their files are called; the others are the registries'."""


class CachePart(Struct, frozen=True, kw_only=True):
    """One part of the cache: how many files, how many bytes."""

    part: str
    files: int
    bytes: int


class CacheUsage(Struct, frozen=True, kw_only=True):
    """The cache's folder and its parts; `obstacles` tell what could not be read and what is in the way."""

    folder: str
    parts: tuple[CachePart, ...]
    obstacles: tuple[str, ...] = ()


def cache_usage() -> CacheUsage:
    """Count what the cache holds."""
    folder = cache_folder()
    made = {part: usage_of(folder / part, layout) for part, layout in MADE.items()}
    return _report({**Cache(folder).usage(), **made})


def clear_cache(only: str) -> CacheUsage:
    """Delete the cache, or one part of it; gives what was deleted.

    Only what has a name that mistpm gives is touched, and nothing through a link.  Raises `UsageError`.
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
    for part, layout in MADE.items():
        if part in chosen:
            deleted[part] = remove_entries(folder / part, layout)
    return _report(deleted)


def require_cleared(report: CacheUsage) -> None:
    """Raise `RegistryError` (`cache-not-cleared`) when something is left, after the rest was told."""
    if report.obstacles:
        raise RegistryError(
            "cache-not-cleared",
            "something in the cache could not be deleted",
            context=report.obstacles,
            hint="mend the permissions, or remove it yourself",
        )


def _report(parts: dict[str, Usage]) -> CacheUsage:
    return CacheUsage(
        folder=str(cache_folder()),
        parts=tuple(
            CachePart(part=part, files=usage.files, bytes=usage.size)
            for part, usage in sorted(parts.items())
            if usage.files
        ),
        obstacles=tuple(line for _, usage in sorted(parts.items()) for line in usage.obstacles),
    )
