"""What a cluster remembers of one environment, made in a namespace of a real one."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import desired_states as states
from kubernetes_api import KubernetesApi

from mistpm import __version__
from mistpm.model.resource import ResourceId
from mistpm.model.revision import RevisionSummary
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory.inventory import OwnedObject, digest
from mistpm.target.cluster.memory.state import (
    ClusterState,
)
from mistpm.target.protocol import Desired

ID = states.ID
RECORD = f"mistpm-{ID}"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEPLOYMENT = ResourceId("apps", "Deployment", "shop", "shop")
OWNED = OwnedObject(
    resource=DEPLOYMENT, api_version="apps/v1", release="shop", uid="1a", revision=1
)


def state_of(client: Client, namespace: str, **arguments: Any) -> ClusterState:
    """Give the state of the environment that most tests are about, at noon."""
    arguments = {
        "environment_id": ID,
        "by": "anna@laptop",
        "now": lambda: NOON,
        **arguments,
    }
    return ClusterState(client, namespace=namespace, **arguments)


def apply(state: ClusterState, desired: Desired, *inventory: OwnedObject) -> int:
    """Begin and finish a revision."""
    state.read()
    number = state.begin(desired, inventory)
    state.finish(number, inventory)
    return number


def names(api: KubernetesApi, namespace: str) -> set[str]:
    """Give the names of all that the state namespace holds, but what every namespace has."""
    found = {
        each["metadata"]["name"]
        for plural in ("configmaps", "secrets")
        for each in api.get(f"/api/v1/namespaces/{namespace}/{plural}").body["items"]
    }
    return found - {"kube-root-ca.crt"}


def record_of(api: KubernetesApi, namespace: str, name: str = RECORD) -> dict[str, Any]:
    """Give the ConfigMap with the record."""
    body: dict[str, Any] = api.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}").body
    return body


def summary(number: int, **fields: Any) -> RevisionSummary:
    """Give what is known of a revision of `INSTALLED`."""
    fields = {
        "status": "applied",
        "started": "2026-11-21T12:00:00Z",
        "ended": "2026-11-21T12:00:00Z",
        "by": "anna@laptop",
        "mistpm": __version__,
        "releases": {"db": "1.0.0", "shop": "1.0.0", "metrics": "1.0.0"},
        **fields,
    }
    return RevisionSummary(number=number, **fields)


def large(count: int, length: int = 3000) -> tuple[Desired, tuple[OwnedObject, ...]]:
    """Give many objects that do not compress, and what is owned then."""
    generator = random.Random(4711)  # noqa: S311 - not for secrets
    manifests = [
        states.manifest(
            "ConfigMap", f"app-{index}", data={"key": generator.randbytes(length).hex()}
        )
        for index in range(count)
    ]
    owned = tuple(
        OwnedObject(
            resource=each.id,
            api_version="v1",
            release="shop",
            uid=f"{generator.getrandbits(128):032x}",
            intent=digest(each.id.name.encode()),
            fields=digest(each.id.name.encode() * 2),
            revision=1,
        )
        for each in manifests
    )
    return states.desired(states.release("shop", *manifests), environment=b"{}"), owned
