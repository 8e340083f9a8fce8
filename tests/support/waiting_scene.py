"""A stage for tests of waiting: things are applied in a namespace, and what is told is kept."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

from kubernetes_api import KubernetesApi
from workloads import deployment

from mistpm.model.readiness import ReadinessCondition
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import Resources
from mistpm.target.cluster.watch.expectation import Graces, News
from mistpm.target.cluster.watch.waiting import Readiness
from mistpm.target.marks import ENVIRONMENT_LABEL

ENVIRONMENT = "e1"
SHORT = Graces(image=0, configuration=0, scheduling=0, first_look=0.1, longest_pause=0.2, gap=0)
PATHS = {
    "ConfigMap": "/api/v1/namespaces/{}/configmaps/{}",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{1}",
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets/{}",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments/{}",
    "Job": "/apis/batch/v1/namespaces/{}/jobs/{}",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims/{}",
    "Pod": "/api/v1/namespaces/{}/pods/{}",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets/{}",
    "Service": "/api/v1/namespaces/{}/services/{}",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets/{}",
    "Thing": "/apis/example.test/v1/namespaces/{}/things/{}",
}


class Scene:
    """A namespace in which things are applied and waited for."""

    def __init__(self, api: KubernetesApi, namespace: str, client: Client, graces: Graces) -> None:
        self.api = api
        self.namespace = namespace
        self.news: queue.Queue[News] = queue.Queue()
        self.readiness = Readiness(
            client,
            Resources(client),
            environment_id=ENVIRONMENT,
            tell=self.news.put,
            graces=graces,
        )
        self.told: list[News] = []

    def path(self, manifest: dict[str, Any]) -> str:
        """Give where a manifest's object is."""
        return PATHS[manifest["kind"]].format(self.namespace, manifest["metadata"]["name"])

    def apply(self, manifest: dict[str, Any], *conditions: ReadinessCondition) -> ResourceId:
        """Apply a manifest with the environment's label, and expect it to get ready."""
        metadata = {**manifest["metadata"], "labels": {ENVIRONMENT_LABEL: ENVIRONMENT}}
        answer = self.api.apply(self.path(manifest), {**manifest, "metadata": metadata})
        assert answer.status in {200, 201}, answer.body
        resource = self.resource(manifest)
        self.readiness.expect(resource, answer.body, conditions)
        return resource

    def resource(self, manifest: dict[str, Any]) -> ResourceId:
        """Give a manifest's identity."""
        group = manifest["apiVersion"].rpartition("/")[0]
        has_none = manifest["kind"] == "CustomResourceDefinition"
        namespace = "" if has_none else self.namespace
        return ResourceId(group, manifest["kind"], namespace, manifest["metadata"]["name"])

    def next(self, resource: ResourceId) -> News:
        """Wait until something is told while a resource is waited for, and keep it."""
        try:
            news = self.news.get(timeout=180)
        except queue.Empty:
            raise AssertionError(f"no news of `{resource}` after {self.told}") from None
        self.told.append(news)
        return news

    def end(self, resource: ResourceId) -> News:
        """Wait until it is told how waiting for a resource ended; keeps all that is told before."""
        while True:
            news = self.next(resource)
            if news.resource == resource and news.state != "waiting":
                return news

    def waiting(self, resource: ResourceId, *, until: Callable[[str], bool]) -> str:
        """Wait for a reason to be told."""
        while True:
            news = self.next(resource)
            if news.resource == resource:
                assert "waiting" == news.state, news
                if until(news.why):
                    return news.why


def stateful_set(name: str) -> dict[str, Any]:
    """Give a StatefulSet of two replicas."""
    made = deployment(name, replicas=2)
    del made["spec"]["progressDeadlineSeconds"]
    return made | {"kind": "StatefulSet"}


def daemon_set(name: str) -> dict[str, Any]:
    """Give a DaemonSet."""
    made = stateful_set(name)
    del made["spec"]["replicas"]
    return made | {"kind": "DaemonSet"}


def claim(storage_class: str) -> dict[str, Any]:
    """Give a claim of a storage class, with the class's name."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": storage_class},
        "spec": {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "things.example.test"},
    "spec": {
        "group": "example.test",
        "names": {"kind": "Thing", "plural": "things"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}
