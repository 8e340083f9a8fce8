"""The user's cache of what registries gave: how large its parts are, and making it smaller."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from mistpm.registry.store import Store
from mistpm.registry.usage import Usage, remove_files, unwritable, usage_of

MODULES: Final = "modules"
CLONES: Final = "git"
INDEXES: Final = "http"
PARTS: Final = (MODULES, CLONES, INDEXES)


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
        return {part: usage_of(self._root / part) for part in PARTS}

    def clear(self, parts: Collection[str] = PARTS) -> dict[str, Usage]:
        """Remove everything in these parts; tells how much it was.

        Waits for those who are fetching from a Git registry just now.  Raises `RegistryError`
        (`cache-unwritable`).
        """
        remove: dict[str, Callable[[], Usage]] = {
            MODULES: self.store.clear,
            CLONES: self._remove_clones,
            INDEXES: lambda: remove_files(self._root / INDEXES),
        }
        return {part: remove[part]() for part in PARTS if part in parts}

    def prune(self, keep: Collection[str]) -> Usage:
        """Remove all modules but those with the digests `keep`; tells how much it was."""
        return self.store.prune(keep)

    def _remove_clones(self) -> Usage:
        from filelock import FileLock

        removed = Usage()
        for clone in sorted((self._root / CLONES).glob("*.git")):
            try:
                with FileLock(clone.with_suffix(".lock")):
                    removed += usage_of(clone)
                    shutil.rmtree(clone)
            except OSError as error:
                raise unwritable(clone, error) from error
        return removed
