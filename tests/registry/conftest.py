"""Registries in folders, and how tests open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from made_registries import GitRegistry, RegistryFolder, WebServer, serving

from mistpm.errors import MistError
from mistpm.model.environment import RegistryEntry
from mistpm.registry import Registries
from mistpm.registry.http_policy import HttpPolicy

Open: TypeAlias = Callable[..., Registries]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep proxies, credentials and git's configuration of this machine out of the tests."""
    for name in (
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")


@pytest.fixture
def folder(tmp_path: Path) -> RegistryFolder:
    """Give an empty registry that calls itself `starter`."""
    return RegistryFolder(tmp_path / "starter")


@pytest.fixture
def web(folder: RegistryFolder) -> Iterator[WebServer]:
    """Serve that folder."""
    with serving(folder.path) as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """Give the seconds that were waited between tries (nobody really waits)."""
    return []


@pytest.fixture
def registries(tmp_path: Path, pauses: list[float]) -> Open:
    """Open registries: `registries(corp={"http": url}, offline=True)`, all with one cache."""

    def open_them(
        *, offline: bool = False, policy: dict[str, Any] | None = None, **entries: dict[str, str]
    ) -> Registries:
        http = HttpPolicy(pause=pauses.append, **(policy or {}))
        return Registries(
            {alias: RegistryEntry(**entry) for alias, entry in entries.items()},
            base=tmp_path,
            cache=tmp_path / "cache",
            offline=offline,
            http=http,
        )

    return open_them


@pytest.fixture
def shown() -> Callable[[MistError, Path], str]:
    """Give an error's reference and whole text, with the tests' folder written as `TMP`."""

    def show(error: MistError, tmp_path: Path) -> str:
        return f"{error.reference}\n{error}".replace(str(tmp_path), "TMP")

    return show


@pytest.fixture
def data(folder: RegistryFolder) -> bytes:
    """Put one package into the registry; gives its module."""
    module = folder.add("data/redis", "7.2.1", code=b"x" * 100_000)
    folder.index()
    return module


@pytest.fixture
def asked(web: WebServer, data: bytes, registries: Open) -> Callable[..., Registries]:
    """Open the served registry as `starter`."""
    assert data

    def open_it(**options: object) -> Registries:
        return registries(starter={"http": web.url}, **options)

    return open_it


@pytest.fixture
def remote(tmp_path: Path) -> GitRegistry:
    """Give a repository with three versions of redis and one of gitea, served with filters."""
    made = GitRegistry(tmp_path)
    for version in ("7.0.0", "7.1.0", "7.2.0"):
        made.folder.add("data/redis", version, code=version.encode() * 5000)
    made.folder.add("apps/gitea", "1.22.0")
    made.push()
    return made
