"""An environment on the shared control plane that is compared, and applied in the simplest way."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi

from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.model.secrets import SecretInput
from mistpm.target.cluster.api.client import Answer, Client
from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.adoption import migrate
from mistpm.target.cluster.comparing.comparison import Comparison, compare
from mistpm.target.cluster.comparing.intent import own_fields
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.secrets.secret_values import SecretValues
from mistpm.target.protocol import Desired, Permissions


class CountingClient(Client):
    """A client that remembers what it asked, `GET /api/v1/configmaps`."""

    asked: list[str]

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Ask, and remember it; what a dry run changes is `DRY`."""
        is_dry = "dryRun" in (options.get("query") or {})
        self.asked.append(f"{'DRY' if is_dry else method} {path}")
        return super().request(method, path, **options)


class ComparedEnvironment:
    """One environment, whose releases live in one namespace; the inventory is kept in memory."""

    def __init__(self, control_plane: ControlPlane, namespace: str) -> None:
        self.namespace = namespace
        self.id = f"id-{namespace}"
        self.owned: tuple[OwnedObject, ...] = ()
        self.revision = 1
        self.secrets: tuple[SecretInput, ...] = ()
        self.environ: dict[str, str] = {}
        self.become(control_plane.kubeconfig())

    def become(self, kubeconfig: Path) -> None:
        """Go on as the user of this kubeconfig."""
        self._kubeconfig = kubeconfig
        self.client = CountingClient(connect(environ={"KUBECONFIG": str(kubeconfig)}))
        self.client.asked = []
        self.resources = Resources(self.client)

    def manifest(self, data: dict[str, Any], *, secrets: tuple[str, ...] = ()) -> Manifest:
        """Give a manifest in the namespace, unless it says where it is (empty: nowhere)."""
        metadata = {"namespace": self.namespace, **data["metadata"]}
        if not metadata["namespace"]:
            del metadata["namespace"]
        group = data["apiVersion"].rpartition("/")[0]
        return Manifest(
            id=ResourceId(group, data["kind"], metadata.get("namespace", ""), metadata["name"]),
            api_version=data["apiVersion"],
            data={**data, "metadata": metadata},
            origin=f"starter/test/app@1.0.0: {metadata['name']}.yaml",
            secrets=secrets,
        )

    def desired(
        self,
        *documents: dict[str, Any] | Manifest,
        release: str = "app",
        version: str = "1.0.0",
        **more: Any,
    ) -> Desired:
        """Give a desired state of one release; without documents, of none."""
        manifests = tuple(
            each if isinstance(each, Manifest) else self.manifest(each) for each in documents
        )
        rendered = RenderedRelease(
            name=release,
            namespace=self.namespace,
            package="starter/test/app",
            version=version,
            manifests=manifests,
        )
        return Desired(
            environment_id=self.id,
            environment_name="shop",
            releases=(rendered,) if manifests else (),
            secrets=self.secrets,
            lock=b"",
            **more,
        )

    def compare(
        self, desired: Desired, *, is_unfinished: bool = False, **permissions: bool
    ) -> Comparison:
        """Compare; what was asked for this is in `client.asked`."""
        self.resources.every()
        self.client.asked.clear()
        values = SecretValues(
            self.client,
            namespace=self.namespace,
            environment_id=self.id,
            base=_HERE,
            secrets=desired.secrets,
            environ=self.environ,
        )
        return compare(
            self.client,
            self.resources,
            desired,
            Permissions(**permissions),
            owned=self.owned,
            secrets=values,
            revision=self.revision,
            is_unfinished=is_unfinished,
        )

    def apply(self, desired: Desired, **permissions: bool) -> Comparison:
        """Compare and carry out, object by object, in the order that is shown."""
        comparison = self.compare(desired, **permissions)
        comparison.require()
        lines = {line.resource: line for line in self.owned}
        for step in comparison.steps:
            line = self._carry_out(step, lines.get(step.resource))
            lines.pop(step.resource, None)
            if line is not None:
                lines[step.resource] = line
        kept = {step.resource for step in comparison.steps if step.action != "delete"}
        self.owned = tuple(line for resource, line in lines.items() if resource in kept)
        self.revision += 1
        return comparison

    def api_of(self, step: ObjectStep) -> ApiResource:
        """Find the kind of a step, which may be new."""
        for _ in range(6000):
            found = self.resources.find(step.api_version, step.resource.kind)
            if found is not None:
                return found
            time.sleep(0.02)
            self.resources.refresh()
        raise AssertionError(step)

    def _carry_out(self, step: ObjectStep, line: OwnedObject | None) -> OwnedObject | None:
        if step.action in {"unchanged", "keep"} and not step.uid:
            return line
        api = self.api_of(step)
        path = api.path(step.resource.namespace, step.resource.name)
        uid, fields, revision = step.uid, step.fields, step.revision
        if step.action == "delete" or step.replaces:
            self.client.delete(path, uid=step.uid)
        if step.replaces or (step.action == "create" and step.uid):
            self._wait_until_gone(path)
        if step.migrates:
            migrate(self.client, api, step.resource)
        if step.action in {"create", "update", "adopt"}:
            assert step.body is not None
            answer = self.client.apply(path, step.body, force=step.force, also=("unserved",))
            metadata = answer.data["metadata"]
            uid, fields, revision = metadata["uid"], own_fields(metadata), self.revision
        return OwnedObject(
            resource=step.resource,
            api_version=step.api_version,
            release=step.release,
            uid=uid,
            intent=step.intent,
            fields=fields,
            revision=revision,
        )

    def _wait_until_gone(self, path: str) -> None:
        KubernetesApi(self._kubeconfig).wait_for(path, lambda answer: answer.status == 404)


_HERE = Path()


@pytest.fixture
def environment(control_plane: ControlPlane, namespace: str) -> ComparedEnvironment:
    """Give an environment whose releases live in this test's namespace."""
    return ComparedEnvironment(control_plane, namespace)


@pytest.fixture
def make_environment() -> Callable[[ControlPlane, str], ComparedEnvironment]:
    """Make an environment in a namespace of any control plane."""
    return ComparedEnvironment


@pytest.fixture
def shown() -> Callable[[Comparison], list[str]]:
    """Give what a comparison says, a line for each change: `update ConfigMap a: why`."""

    def lines(comparison: Comparison) -> list[str]:
        return [
            f"{change.action} {change.resource.kind} {change.resource.name}"
            + (f": {change.reason}" if change.reason else "")
            for change in comparison.diff.changes
        ]

    return lines
