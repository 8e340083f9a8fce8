"""A shop in a folder, on a registry beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from control_plane import ControlPlane
from made_cluster_shop import ClusterShop, publish_running
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


@pytest.fixture(scope="session")
def running_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry whose packages run something; it is not changed."""
    return publish_running(tmp_path_factory.mktemp("running") / "toy").folder


@pytest.fixture
def cluster_shop(
    folder: Path,
    running_packages: Path,
    control_plane: ControlPlane,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ClusterShop]:
    """Begin in an empty folder, with the control plane's kubeconfig and `toy` lying beside it."""
    work = folder / "work"
    work.mkdir()
    (folder / "toy").symlink_to(running_packages)
    monkeypatch.chdir(work)
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    monkeypatch.setenv("KUBECONFIG", str(control_plane.kubeconfig()))
    shop = ClusterShop(work, control_plane, namespace)
    yield shop
    shop.forget()
