"""The bazaar in a folder: its registry, an environment beside it, nothing installed yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from bazaar import publish_bazaar, write_environment


@pytest.fixture(scope="session")
def bazaar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the registry."""
    return publish_bazaar(tmp_path_factory.mktemp("registries") / "bazaar").folder


@pytest.fixture
def work(folder: Path, bazaar: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of the environment, and make it the current one."""
    work = folder / "work"
    write_environment(work, bazaar)
    monkeypatch.chdir(work)
    return work
