"""Clients of the shared control plane."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from control_plane import ControlPlane

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import connect

Open: TypeAlias = Callable[..., Client]
Write: TypeAlias = Callable[..., Path]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep proxies and kubeconfigs of this machine out of the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def open_client() -> Iterator[Open]:
    """Open clients with a kubeconfig and the arguments of `Client`; they are closed with the test."""
    with ExitStack() as stack:

        def open_it(kubeconfig: Path, **arguments: Any) -> Client:
            connection = connect(environ={"KUBECONFIG": str(kubeconfig)})
            client = Client(connection, **arguments)
            stack.callback(client.close)
            return client

        yield open_it


@pytest.fixture
def client(control_plane: ControlPlane, open_client: Open) -> Client:
    """Give a client of the shared control plane that may do everything."""
    return open_client(control_plane.kubeconfig())


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a kubeconfig into a folder and have `KUBECONFIG` name it, after those written before."""

    def write_it(document: object, name: str = "config") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
        before = os.environ.get("KUBECONFIG")
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join([*filter(None, [before]), str(path)]))
        return path

    return write_it
