"""The user's cache of what registries gave: how large its parts are, and making it smaller."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from mistpm.registry.store import Store
from mistpm.registry.usage import Layout, Usage, remove_entries, usage_of

MODULES: Final = "modules"
CLONES: Final = "git"
INDEXES: Final = "http"
PARTS: Final = (MODULES, CLONES, INDEXES)

_CLONES: Final = Layout(r"[0-9a-f]{32}\.git", folders=True)
_INDEXES: Final = Layout(
    r"[0-9a-f]{32}/registry\.yaml",
    r"[0-9a-f]{32}/index/packages\.jsonl",
    r"[0-9a-f]{32}/index/.+/.+\.jsonl",
)


class Cache:
    """The folder that `Registries` is given as `cache`; it need not exist."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def store(self) -> Store:
        """The modules, by digest."""
        return Store(self._root / MODULES)

    def usage(self) -> dict[str, Usage]:
        """Tell what each part takes: modules, clones of Git registries, indexes from web servers."""
        return {
            MODULES: self.store.usage(),
            CLONES: usage_of(self._root / CLONES, _CLONES),
            INDEXES: usage_of(self._root / INDEXES, _INDEXES),
        }

    def clear(self, parts: Collection[str] = PARTS) -> dict[str, Usage]:
        """Remove everything in these parts; tells how much it was, and what could not be removed.

        Waits for those who are fetching from a Git registry just now.
        """
        remove: dict[str, Callable[[], Usage]] = {
            MODULES: self.store.clear,
            CLONES: self._remove_clones,
            INDEXES: lambda: remove_entries(self._root / INDEXES, _INDEXES),
        }
        return {part: remove[part]() for part in PARTS if part in parts}

    def prune(self, keep: Collection[str]) -> Usage:
        """Remove all modules but those with the digests `keep`; tells how much it was."""
        return self.store.prune(keep)

    def _remove_clones(self) -> Usage:
        from filelock import FileLock

        def locked(clone: Path) -> FileLock:
            return FileLock(clone.with_suffix(".lock"))

        return remove_entries(self._root / CLONES, _CLONES, locked=locked)
