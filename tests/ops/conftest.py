"""A shop in a folder, on a registry beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_shop import Shop, publish_packages


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the registry; it is not changed."""
    return publish_packages(tmp_path_factory.mktemp("registries") / "toy").folder


@pytest.fixture
def shop(folder: Path, packages: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Begin in the folder of an environment without a file, `toy` lying beside it."""
    work = folder / "work"
    work.mkdir()
    (folder / "toy").symlink_to(packages)
    monkeypatch.chdir(work)
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    return Shop(work)
