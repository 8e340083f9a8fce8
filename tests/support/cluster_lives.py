"""A life of an environment on a cluster: installed, upgraded, rolled back, uninstalled; with a bit of everything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
from kubernetes_api import KubernetesApi
from workloads import config_map, deployment, job, service

from mistpm.model.environment import SecretSource
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.model.secrets import SecretInput, make_placeholder
from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.cluster import ClusterTarget
from mistpm.target.protocol import Desired, Permissions, Waiting

CONTEXT = "test"


class Life:
    """One environment in a namespace of its own; its state is in another one.

    Everything that is cluster-wide has the namespace in its name, so that lives do not meet.
    """

    def __init__(self, kubeconfig: Path, namespace: str) -> None:
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        self.state_namespace = f"{namespace}-state"
        self.environment_id = f"id-{namespace}"
        self.group = f"{namespace}.example.org"

    def target(self) -> ClusterTarget:
        """Open the target anew, as each command does."""
        os.environ["KUBECONFIG"] = str(self.kubeconfig)
        return ClusterTarget(
            connect(CONTEXT),
            environment_id=self.environment_id,
            state_namespace=self.state_namespace,
        )

    def install(self) -> None:
        """Install both releases."""
        self._apply(self.desired(1))

    def upgrade(self) -> None:
        """Change, add and remove a bit of everything."""
        self._apply(self.desired(2))

    def rollback(self) -> None:
        """Apply the first revision's manifests again."""
        target = self.target()
        desired = msgspec.structs.replace(target.revision(1), reason="rollback 1")
        self._apply(desired)

    def uninstall(self) -> None:
        """Remove everything, the namespace too."""
        self._apply(msgspec.structs.replace(self.desired(1), releases=(), namespaces=(), needs={}))

    def desired(self, version: int) -> Desired:
        """Give what version 1 or 2 of everything wants."""
        secret = make_placeholder(self.environment_id, "data", "", "inputs.password")
        return Desired(
            environment_id=self.environment_id,
            environment_name="life",
            releases=(self._data(version, secret), self._shop(version)),
            namespaces=(self.namespace,),
            needs={"data": (), "shop": ("data",)},
            secrets=(
                SecretInput(
                    placeholder=secret,
                    release="data",
                    path="inputs.password",
                    source=SecretSource(generate=12),
                ),
            ),
            document=b"kind: Environment\n",
            lock=f"version: {version}\n".encode(),
            reason="install" if version == 1 else "upgrade",
        )

    def _data(self, version: int, secret: str) -> RenderedRelease:
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"stores.{self.group}"},
            "spec": {
                "group": self.group,
                "scope": "Namespaced",
                "names": {"plural": "stores", "singular": "store", "kind": "Store"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {
                            "openAPIV3Schema": {
                                "type": "object",
                                "properties": {"size": {"type": "integer"}},
                            }
                        },
                    }
                ],
            },
        }
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": f"life-{self.namespace}"},
            "rules": [
                {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"][:version]}
            ],
        }
        store = {
            "apiVersion": f"{self.group}/v1",
            "kind": "Store",
            "metadata": {"name": "main"},
            "size": version,
        }
        password = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "password"},
            "stringData": {"password": secret},
        }
        return self._release(
            "data",
            version,
            definition,
            role,
            store,
            password,
            config_map("settings", version=str(version)),
        )

    def _shop(self, version: int) -> RenderedRelease:
        migration = job("migrate")
        migration["metadata"]["annotations"] = {"mistpm.dev/run": "once-per-version"}
        extra = config_map("only-first") if version == 1 else config_map("only-second")
        workload = deployment("shop", image=f"example.test/shop:{version}", replicas=version)
        return self._release("shop", version, migration, extra, workload, service("shop"))

    def _release(self, name: str, version: int, *documents: dict[str, Any]) -> RenderedRelease:
        return RenderedRelease(
            name=name,
            namespace=self.namespace,
            package=f"test/life/{name}",
            version=f"{version}.0.0",
            manifests=tuple(self._manifest(each) for each in documents),
        )

    def _manifest(self, data: dict[str, Any]) -> Manifest:
        group = data["apiVersion"].rpartition("/")[0]
        is_wide = data["kind"] in {"ClusterRole", "CustomResourceDefinition"}
        if not is_wide:
            data["metadata"]["namespace"] = self.namespace
        namespace = "" if is_wide else self.namespace
        text = msgspec.json.encode(data).decode()
        placeholder = make_placeholder(self.environment_id, "data", "", "inputs.password")
        return Manifest(
            id=ResourceId(group, data["kind"], namespace, data["metadata"]["name"]),
            api_version=data["apiVersion"],
            data=data,
            origin="test",
            secrets=(placeholder,) if placeholder in text else (),
        )

    def _apply(self, desired: Desired) -> None:
        target = self.target()
        target.state()
        permissions = Permissions(delete_namespaces=not desired.releases)
        diff = target.diff(desired, permissions)
        target.apply(desired, diff, permissions, waiting=Waiting(seconds=300))


def discard(api: KubernetesApi, life: Life) -> None:
    """Have everything of a life deleted, without waiting for it: many would be in each other's way."""
    wide = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    api.delete(f"{wide}/life-{life.namespace}")
    api.delete(f"{definitions}/stores.{life.group}")
    for namespace in (life.namespace, life.state_namespace):
        api.delete(f"/api/v1/namespaces/{namespace}")


def seen(api: KubernetesApi, life: Life) -> dict[str, Any]:
    """Give all objects of a life that are there, without what differs from one time to another.

    Names hold `LIFE` for the namespace; objects that nobody marked are there, too, but for those that
    Kubernetes puts into every namespace. Of the state: how the last revision ended.
    """
    found: dict[str, Any] = {}
    for path in (
        f"/api/v1/namespaces/{life.namespace}/configmaps",
        f"/api/v1/namespaces/{life.namespace}/secrets",
        f"/api/v1/namespaces/{life.namespace}/services",
        f"/apis/apps/v1/namespaces/{life.namespace}/deployments",
        f"/apis/batch/v1/namespaces/{life.namespace}/jobs",
        f"/apis/{life.group}/v1/namespaces/{life.namespace}/stores",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "/api/v1/namespaces",
    ):
        answer = api.get(path)
        for item in answer.body.get("items", ()) if answer.status == 200 else ():
            name = item["metadata"]["name"]
            if "namespaces/" not in path and life.namespace not in name:
                continue
            if name in {"kube-root-ca.crt", life.state_namespace}:
                continue
            found[f"{path.rpartition('/')[2]} {name}".replace(life.namespace, "LIFE")] = _plain(
                item, life
            )
    state = f"/api/v1/namespaces/{life.state_namespace}/configmaps/mistpm-{life.environment_id}"
    found["the record"] = (api.get(state).body.get("data") or {}).get("status", "is not there")
    return found


def _plain(item: dict[str, Any], life: Life) -> Any:
    """Give what was meant to be there: labels, annotations, spec and data; no random values."""
    metadata = item["metadata"]
    annotations = dict(metadata.get("annotations") or {})
    annotations.pop("deployment.kubernetes.io/revision", None)
    labels = {
        key: value
        for key, value in (metadata.get("labels") or {}).items()
        if not key.endswith("tied-to-install-version")
    }
    kept = {key: item[key] for key in ("spec", "data", "rules", "size") if key in item}
    if item.get("kind", "") == "Secret" or "password" in (item.get("data") or {}):
        kept["data"] = sorted(item["data"])
    text = msgspec.json.encode({"labels": labels, "annotations": annotations, **kept}).decode()
    document = msgspec.json.decode(text.replace(life.namespace, "LIFE"))
    spec = document.get("spec") or {}
    for random in ("clusterIP", "clusterIPs", "selector" if "backoffLimit" in spec else "", "uid"):
        spec.pop(random, None)
    if "backoffLimit" in spec:
        spec["template"]["metadata"].pop("labels", None)
    return document
