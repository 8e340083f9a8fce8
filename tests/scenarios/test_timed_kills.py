"""The program is killed at any moment of any operation, and run again: as if it had not been killed."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from control_plane import ControlPlane
from control_plane_fixtures import make_namespace
from kubernetes_api import KubernetesApi
from made_cluster_shop import ClusterShop

KINDS = ("api/v1/configmaps", "api/v1/secrets", "apis/apps/v1/deployments")
KILLS = 20
MOST_LIVES = 12
"""Each has four operations, each of which is killed, unless it ended before."""


class Life:
    """An environment that is installed, upgraded, rolled back and uninstalled, by commands."""

    def __init__(self, folder: Path, control_plane: ControlPlane, namespace: str) -> None:
        self.shop = ClusterShop(folder, control_plane, namespace)
        self.line = CommandLine(folder, control_plane.kubeconfig())
        self._upgraded_from = 0

    def install(self) -> tuple[str, ...]:
        """Give the command, after writing what is wanted."""
        self._write(
            web={"version": "1.0.0", "inputs": {"image": "fake.test/slow:1s"}},
            front={"package": "toy/apps/front", "bind": {"web": "web"}},
            vault={"package": "toy/apps/vault"},
        )
        return ("install", "--yes")

    def upgrade(self) -> tuple[str, ...]:
        """Give the command: one release changes, one comes, one goes, one stays."""
        self._upgraded_from = self._latest()
        self._write(
            web={"version": "1.1.0", "inputs": {"image": "fake.test/slow:1s", "replicas": 2}},
            vault={"package": "toy/apps/vault"},
            more={"inputs": {"text": "more"}},
        )
        return ("install", "--yes", "--remove-unneeded")

    def rollback(self) -> tuple[str, ...]:
        """Give the command that makes it as it was before the upgrade."""
        return ("rollback", str(self._upgraded_from), "--yes", "--remove-unneeded")

    def uninstall(self) -> tuple[str, ...]:
        """Give the command that takes everything away but the namespace."""
        self._write()
        return ("install", "--yes", "--remove-unneeded")

    def seen(self) -> dict[str, Any]:
        """Give everything that is there, and the files, without what differs from one life to another."""
        found: dict[str, Any] = {}
        for kind in KINDS:
            root, _, plural = kind.rpartition("/")
            listed = self.shop.api.get(f"/{root}/namespaces/{self.shop.namespace}/{plural}")
            for item in listed.body["items"]:
                found[f"{plural} {item['metadata']['name']}"] = _plain(item)
        found["mistpm.yaml"] = self.shop.file.read_text("utf-8")
        found["mistpm.lock"] = self.shop.lock.read_text("utf-8")
        text = json.dumps(found).replace(self.shop.namespace, "LIFE")
        whole: dict[str, Any] = json.loads(text)
        return whole

    def _write(self, **releases: dict[str, Any]) -> None:
        self.shop.write(
            releases={name: self.shop.release(**parts) for name, parts in releases.items()}
        )

    def _latest(self) -> int:
        rows = json.loads(self.line.do("history", "--output", "json"))
        return int(max(row["number"] for row in rows))


def _plain(item: dict[str, Any]) -> Any:
    """Give what was meant to be there."""
    labels = dict(item["metadata"].get("labels") or {})
    labels.pop("mistletoe.dev/tied-to-install-version", None)
    data = item.get("data") or {}
    return {
        "labels": labels,
        "spec": item.get("spec"),
        "data": sorted(data) if item.get("type") == "Opaque" else data,
    }


OPERATIONS: dict[str, Callable[[Life], tuple[str, ...]]] = {
    "install": Life.install,
    "upgrade": Life.upgrade,
    "rollback": Life.rollback,
    "uninstall": Life.uninstall,
}


@contextmanager
def living(folder: Path, control_plane: ControlPlane, name: str) -> Iterator[Life]:
    """Have a life with a folder and namespaces of its own."""
    api = control_plane.api()
    (folder / name).mkdir()
    life = Life(folder / name, control_plane, make_namespace(api, name))
    yield life
    discard(api, life)


def discard(api: KubernetesApi, life: Life) -> None:
    """Delete the namespaces, and wait for nothing."""
    for namespace in (life.shop.namespace, life.shop.state_namespace):
        api.delete(f"/api/v1/namespaces/{namespace}")


@pytest.mark.slow
def test_kills_at_any_time(
    control_plane: ControlPlane,
    folder: Path,
    running_packages: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Twenty of them; the next run takes over at once, and ends as one that was not killed."""
    (folder / "toy").symlink_to(running_packages)
    expected, durations = {}, {}
    with living(folder, control_plane, "timed-whole") as life:
        life.install()
        life.line.do("plan")  # so that no module is compiled when it counts
        for name, operation in OPERATIONS.items():
            command, began = operation(life), time.monotonic()
            life.line.do(*command)
            durations[name] = time.monotonic() - began
            expected[name] = life.seen()
    chance = random.Random(20)  # noqa: S311 - the same each time
    kills: Counter[str] = Counter()
    for number in range(MOST_LIVES):
        if kills.total() >= KILLS:
            break
        with living(folder, control_plane, f"timed-{number}") as life:
            for name, operation in OPERATIONS.items():
                command, moment = operation(life), chance.uniform(0.1, 0.9) * durations[name]
                if life.line.start(*command).is_killed_after(moment):
                    kills[name] += 1
                else:
                    durations[name] = moment  # it was done before: the machine got faster
                life.line.do(*command)

                assert expected[name] == life.seen(), f"{name}, killed after {moment:.2f} s"
    with capsys.disabled():
        sys.stdout.write(f"\nkilled: {dict(kills)}\n")

    assert kills.total() >= KILLS
