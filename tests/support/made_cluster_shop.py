"""An environment on a cluster, with packages whose objects run, for tests of whole commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from control_plane import ControlPlane
from kubernetes_api import Answer, KubernetesApi, has_condition, is_gone, is_there
from made_shop import Shop
from toy_registry import ToyRegistry, config_map

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ name }}"}
spec:
  replicas: {{ inputs.replicas }}
  progressDeadlineSeconds: 600
  selector: {matchLabels: {app: "{{ name }}"}}
  template:
    metadata: {labels: {app: "{{ name }}"}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "{{ inputs.image }}"}]
"""
WIDGET = """\
apiVersion: "{{ inputs.group }}/v1"
kind: Widget
metadata: {name: "{{ name }}"}
"""
OURS = "ours.example.org"
"""The group of what a package defines."""
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: "{{ name }}"}
stringData: {password: "{{ inputs.password }}", text: "{{ inputs.text }}"}
"""


def publish_running(folder: Path) -> ToyRegistry:
    """Publish packages that run something, keep a secret, or need one another."""
    registry = ToyRegistry(folder)
    for version in ("1.0.0", "1.1.0"):
        registry.publish(
            "apps/web",
            version,
            {
                "config.yaml": config_map(f"version: '{version}'", "text: '{{ inputs.text }}'"),
                "deployment.yaml": DEPLOYMENT,
            },
            inputs={
                "type": "object",
                "properties": {
                    "image": {"type": "string", "default": "example.test/web:1"},
                    "replicas": {"type": "integer", "default": 1},
                    "text": {"type": "string", "default": "hello"},
                },
            },
        )
    registry.publish(
        "apps/vault",
        "1.0.0",
        {"secret.yaml": SECRET},
        inputs={
            "type": "object",
            "properties": {
                "password": {"type": "string", "writeOnly": True, "default": {"generate": 24}},
                "text": {"type": "string", "default": "hello"},
            },
        },
    )
    registry.publish(
        "apps/front",
        "1.0.0",
        {"config.yaml": config_map("at: '{{ dependencies.web.release }}'")},
        dependencies={"web": {"package": "apps/web", "version": "^1"}},
    )
    for version, kubernetes in (("1.0.0", ">=1.28"), ("2.0.0", ">=1.28 !=1.37.1")):
        registry.publish(
            "apps/picky", version, {"config.yaml": config_map()}, kubernetes=kubernetes
        )
    group = {"type": "object", "properties": {"group": {"type": "string"}}}
    registry.publish("apps/thing", "1.0.0", {"widget.yaml": WIDGET}, inputs=group)
    registry.publish(
        "apps/apis",
        "1.0.0",
        {"definition.yaml": yaml.safe_dump(definition(OURS))},
        provides={"apis": [f"{OURS}/v1/Widget"]},
        scope="cluster",
    )
    registry.index()
    return registry


def definition(group: str) -> dict[str, Any]:
    """Give a definition of `Widget`."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Widget", "plural": "widgets"},
            "scope": "Namespaced",
            "versions": [{**version, "schema": {"openAPIV3Schema": anything}}],
        },
    }


class ClusterShop(Shop):
    """A folder with an environment whose target is a control plane.

    What it installs goes to `namespace`, what the cluster remembers of it to `state_namespace`.
    """

    def __init__(self, folder: Path, control_plane: ControlPlane, namespace: str) -> None:
        super().__init__(folder)
        self.api: KubernetesApi = control_plane.api()
        self.namespace = namespace
        self.state_namespace = f"{namespace}-state"
        self.minor = control_plane.minor
        self.context = json.loads(control_plane.kubeconfig().read_text("utf-8"))["current-context"]

    def write(self, **parts: Any) -> None:
        """Write the file: the usual head, and what is given."""
        head = {
            "apiVersion": "mistpm.dev/v1",
            "kind": "Environment",
            "name": "shop",
            "id": f"id-{self.namespace}",
            "kubernetes": self.minor,
            "target": {"context": self.context},
            "state": {"namespace": self.state_namespace},
            "registries": {"toy": {"directory": "../toy"}},
        }
        whole = {key: value for key, value in {**head, **parts}.items() if value is not None}
        self.file.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")

    def release(self, package: str = "toy/apps/web", **rest: Any) -> dict[str, Any]:
        """Give the entry of a release in the namespace of the test."""
        return {"package": package, "namespace": self.namespace, **rest}

    def get(self, kind: str, name: str, *, namespace: str = "") -> Answer:
        """Read an object; `kind` is its plural with what stands before it: `apis/apps/v1/deployments`."""
        root, _, plural = kind.rpartition("/")
        return self.api.get(f"/{root}/namespaces/{namespace or self.namespace}/{plural}/{name}")

    def data(self, name: str) -> dict[str, str]:
        """Give what a ConfigMap holds."""
        found: dict[str, str] = self.get("api/v1/configmaps", name).body["data"]
        return found

    def define(self, group: str) -> None:
        """Let the cluster serve widgets, as somebody else would."""
        path = f"{DEFINITIONS}/widgets.{group}"
        self.api.apply(path, definition(group))
        self.api.wait_for(path, has_condition("Established"))
        self.api.wait_for(f"/apis/{group}/v1/widgets", is_there)

    def undefine(self, group: str) -> None:
        """Let it serve them no more."""
        self.api.undefine(f"widgets.{group}")
        self.api.wait_for(f"/apis/{group}/v1/widgets", is_gone)
        self.api.wait_for(f"/apis/{group}/v1", is_gone)

    def forget(self) -> None:
        """Delete what the cluster remembers."""
        self.api.delete(f"/api/v1/namespaces/{self.state_namespace}")
