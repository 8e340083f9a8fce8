"""The cache of all kinds together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_registries import GitRegistry, RegistryFolder, WebServer, digest

from mistpm.model.identity import PackageId
from mistpm.registry import Cache, Registries

Open = Callable[..., Registries]


@pytest.mark.slow
def test_a_cache_is_measured_pruned_and_cleared(
    folder: RegistryFolder, web: WebServer, registries: Open, tmp_path: Path
) -> None:
    """Each part is told apart; after clearing, everything is fetched anew."""
    data = folder.add("data/redis", "7.2.1")
    folder.add("data/redis", "7.2.2")
    folder.index()
    remote = GitRegistry(tmp_path, name="corp")
    remote.folder.add("data/db", "1.0.0")
    remote.push()
    cache = Cache(tmp_path / "cache")
    entries = {"starter": {"http": web.url}, "corp": {"git": remote.url}}

    def run() -> int:
        opened = registries(**entries)
        pins = [
            *opened.candidates(PackageId("starter/data/redis")),
            *opened.candidates(PackageId("corp/data/db")),
        ]
        return len(opened.fetch_all(pins))

    assert {part: usage.files for part, usage in cache.usage().items()} == {
        "modules": 0,
        "git": 0,
        "http": 0,
    }
    assert run() == 3

    usage = cache.usage()

    assert (usage["modules"].files, usage["http"].files) == (3, 2)
    assert usage["git"].size > 0
    assert cache.prune([digest(data)]).files == 2
    assert run() == 3

    removed = cache.clear()

    assert (removed["modules"].files, removed["http"].files) == (3, 2)
    assert sum(usage.size for usage in cache.usage().values()) == 0
    assert run() == 3
