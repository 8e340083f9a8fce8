"""The kinds of registries, and how an entry of `mistpm.yaml` becomes one."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from mistpm.model.environment import RegistryEntry
from mistpm.registry.cache import CLONES, INDEXES
from mistpm.registry.directory import DirectoryTree
from mistpm.registry.http_policy import HttpPolicy
from mistpm.registry.place import Place, without_credentials
from mistpm.registry.protocol import Registry
from mistpm.registry.store import Store
from mistpm.registry.tree import Tree
from mistpm.registry.tree_registry import TreeRegistry

_REMOTE: Final = re.compile(r"[^/]*:")


def is_remote(address: str) -> bool:
    """Tell what git does not take for a path: `https://…`, `git@host:…`."""
    return bool(_REMOTE.match(address))


def open_registry(
    alias: str,
    entry: RegistryEntry,
    *,
    base: Path,
    cache: Path,
    store: Store,
    offline: bool,
    http: HttpPolicy,
) -> Registry:
    """Give the registry of an entry; nothing is read yet.  Relative paths start in `base`.

    A kind is imported when there is an entry of it: some need libraries that take their time.
    """
    address = entry.directory or entry.git or entry.http
    place = Place(alias=alias, address=without_credentials(address))
    tree: Tree
    if entry.directory:
        tree = DirectoryTree(place, base / _expanded(address))
    elif entry.git:
        from mistpm.registry.git import GitTree

        url = address
        if not is_remote(address):
            url = str((base / _expanded(address)).resolve())
        tree = GitTree(place, url=url, ref=entry.ref, path=entry.path, cache=cache / CLONES)
    else:
        from mistpm.registry.http import HttpTree

        tree = HttpTree(place, address, cache / INDEXES, http)
    return TreeRegistry(tree.remembered() if offline else tree, store)


def _expanded(path: str) -> Path:
    """Give a path whose `~` stands for a home; that of nobody stays as it is, and is not found."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)
