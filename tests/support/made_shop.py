"""An environment on a registry of small packages, for tests of whole operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from desired_states import tree
from toy_registry import ToyRegistry, config_map

from mistpm.model.change import ApplyReport
from mistpm.ops.installing import Consent, carry_out, require_consent
from mistpm.ops.options import Options
from mistpm.ops.proposing import Proposal, Wishes, propose
from mistpm.ops.upgrade.request import UpgradeRequest
from mistpm.ops.upgrade.upgrading import Upgrade, plan_upgrade
from mistpm.ops.workspace import Workspace, open_or_make_workspace, open_workspace

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: '{{ name }}'}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
READING = "meter.example.org/v1/Reading"
DATABASE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "size": {"type": "integer", "default": 1},
        "backup": {"type": "boolean", "default": False},
    },
}
ALL = Consent(yes=True, remove_unneeded=True, delete_data=True)
HEAD = """\
apiVersion: mistpm.dev/v1
kind: Environment
name: shop
id: "000102030405060708090a0b0c0d0e0f"
kubernetes: ">=1.31 <1.33"
target: {directory: ./deploy}
registries: {toy: {directory: ../toy}}
"""


def publish_packages(folder: Path) -> ToyRegistry:
    """Publish an application, its database, what both may need, and packages on their own."""
    registry = ToyRegistry(folder)
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        registry.publish(
            "data/db",
            version,
            {
                "config.yaml": config_map("size: '{{ inputs.size }}'", f"version: '{version}'"),
                "claim.yaml": CLAIM,
                "outputs.json": '{{ {"host": name} | tojson }}',
            },
            description="A database",
            inputs=DATABASE,
            dependencies={
                "backup": {"package": "data/backup", "version": "^1", "when": "inputs.backup"}
            },
        )
    for version in ("1.0.0", "1.1.0"):
        registry.publish(
            "data/backup", version, {"config.yaml": config_map(f"version: '{version}'")}
        )
    for version, kubernetes in (("1.0.0", ">=1.28"), ("1.1.0", ">=1.28"), ("2.0.0", ">=1.34")):
        registry.publish(
            "watch/meter",
            version,
            {"config.yaml": config_map(f"version: '{version}'")},
            kubernetes=kubernetes,
            scope="cluster",
            defaultNamespace="watch",
            provides={"apis": [READING]},
        )
    for version in ("1.0.0", "1.1.0"):
        registry.publish(
            "apps/app",
            version,
            {
                "config.yaml": config_map(
                    "db: {{ (dependencies.db.outputs | default({})).host | default('elsewhere') }}",
                    f"version: '{version}'",
                )
            },
            description="An application",
            dependencies={
                "db": {"package": "data/db", "version": "^1"},
                "meter": {"api": READING, "default": "watch/meter"},
            },
        )
    registry.publish(
        "apps/lonely",
        "1.0.0",
        {
            "config.yaml": config_map(
                "text: '{{ inputs.text }}'{% if inputs.text == 'fail' %}{{ missing.here }}{% endif %}"
            )
        },
        inputs={"type": "object", "properties": {"text": {"type": "string", "default": "hello"}}},
    )
    registry.index()
    return registry


class Shop:
    """A folder with an environment and its target, worked on as commands do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "mistpm.yaml"
        self.lock = folder / "mistpm.lock"
        self.deploy = folder / "deploy"

    def write(self, **parts: Any) -> None:
        """Write the file: the usual head, and what is given."""
        body = yaml.safe_dump(parts, sort_keys=False) if parts else ""
        self.file.write_text(HEAD + body, encoding="utf-8")

    def edit(self, old: str, new: str) -> None:
        """Change the file's text."""
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")

    def open(self, **options: Any) -> Workspace:
        """Open the environment."""
        return open_workspace(Options(**options))

    def propose(self, *, wishes: Wishes | None = None, **options: Any) -> Proposal:
        """Work out what would happen."""
        return propose(self.open(**options), wishes or Wishes())

    def install(self, *, wishes: Wishes | None = None, **options: Any) -> Proposal:
        """Do it, whatever it takes."""
        return self.carry_out(self.open(**options), wishes)[0]

    def carry_out(
        self, workspace: Workspace, wishes: Wishes | None = None, consent: Consent = ALL
    ) -> tuple[Proposal, ApplyReport]:
        """Propose what a workspace asks for, and do it."""
        proposal = propose(workspace, wishes or Wishes())
        require_consent(proposal, consent, lambda _question: False)
        return proposal, carry_out(workspace, proposal, lambda _change: None)

    def upgrade(self, *names: str, **options: Any) -> Upgrade:
        """Upgrade packages, one stage after the other, and give the last plan."""
        while True:
            upgrade = self.plan_upgrade(names=names, **options)
            self.take_step(upgrade)
            if upgrade.following is None:
                return upgrade

    def plan_upgrade(
        self,
        *,
        names: tuple[str, ...] = (),
        goal: str = "",
        goes_on: bool = False,
        allow_downgrade: bool = False,
        cluster_at: str = "",
        **options: Any,
    ) -> Upgrade:
        """Plan an upgrade; `cluster_at` is what somebody says that the cluster runs."""
        request = UpgradeRequest(
            names=names,
            goal=goal,
            goes_on=goes_on,
            allow_downgrade=allow_downgrade,
            cluster_at=cluster_at,
        )
        return plan_upgrade(self.open(**options), request)

    def take_step(self, upgrade: Upgrade, consent: Consent = ALL) -> None:
        """Do what a plan proposes, if anything."""
        if upgrade.proposal is not None:
            require_consent(upgrade.proposal, consent, lambda _question: False)
            carry_out(upgrade.states[0].workspace, upgrade.proposal, lambda _change: None)

    def remembered(self, target: str, **options: Any) -> Workspace:
        """Open what a directory remembers, or make it."""
        return open_or_make_workspace(Options(target=f"directory:{target}", **options))

    def versions(self) -> dict[str, str]:
        """Give what is locked."""
        lockfile = self.open().lockfile
        assert lockfile is not None
        pins = {**lockfile.releases, **lockfile.called}
        return {name: str(pin.version) for name, pin in pins.items() if "jinja" not in name}

    def tree(self) -> dict[str, bytes | None]:
        """Give everything in the target, and the lock."""
        found = tree(self.deploy) if self.deploy.exists() else {}
        return {**found, "lock": self.lock.read_bytes() if self.lock.exists() else None}

    def config(self, release: str) -> dict[str, str]:
        """Give what a release's ConfigMap says in the target."""
        [path] = self.deploy.glob(f"{release}/*-configmap-*.yaml")
        data: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))["data"]
        return data
