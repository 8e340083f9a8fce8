"""The presence table against what real API servers say they serve."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from control_plane import MINORS, ControlPlane
from kubernetes_api import KubernetesApi

from mistpm.model.kinds import Kind, kind_table
from mistpm.model.minor import parse_minor

EVERYTHING = {
    "1.34": ("ClusterTrustBundle",),
    "1.35": ("ClusterTrustBundle", "PodCertificateRequest", "StorageVersionMigrator"),
    "1.36": ("ClusterTrustBundle", "PodCertificateRequest", "StorageVersionMigrator"),
    "1.37": (
        *("CompositePodGroup", "EvictionRequestAPI", "GenericWorkload"),
        "TopologyAwareWorkloadScheduling",
    ),
}
"""What has to be switched on, beside all APIs, to have every API."""

FORGOTTEN = {
    "1.34": {
        "certificates.k8s.io/v1alpha1/PodCertificateRequest",
        "storage.k8s.io/v1alpha1/VolumeAttributesClass",
        "storagemigration.k8s.io/v1alpha1/StorageVersionMigration",
    },
    "1.35": {"scheduling.k8s.io/v1alpha1/Workload"},
    "1.36": {"scheduling.k8s.io/v1alpha2/PodGroup", "scheduling.k8s.io/v1alpha2/Workload"},
    "1.37": set[str](),
}
"""Alphas that were there, but that a server built as 1.37 has no code for when it acts as an older one."""

OPTIONS = {
    *("v1/NodeProxyOptions", "v1/PodAttachOptions", "v1/PodExecOptions"),
    *("v1/PodPortForwardOptions", "v1/PodProxyOptions", "v1/ServiceProxyOptions"),
}
"""Parameters of requests, which discovery names as if they were objects."""


def discovered(api: KubernetesApi) -> dict[str, set[tuple[str, bool]]]:
    """Give each API that a server serves, with the plurals and scopes of its resources."""
    groups = api.get("/apis").body["groups"]
    paths = [f"/apis/{each['groupVersion']}" for group in groups for each in group["versions"]]
    found: dict[str, set[tuple[str, bool]]] = {}
    for path in ("/api/v1", *paths):
        answer = api.get(path).body
        for resource in answer["resources"]:
            owner = f"{resource.get('group', '')}/{resource.get('version', '')}".strip("/")
            name = f"{owner or answer['groupVersion']}/{resource['kind']}"
            found.setdefault(name, set()).add((resource["name"], resource["namespaced"]))
    return found


def assert_same(
    kinds: list[Kind], served: dict[str, set[tuple[str, bool]]], *, missing: set[str]
) -> None:
    """Tell where a server and the table differ."""
    assert sorted({str(kind) for kind in kinds} - missing) == sorted(served.keys() - OPTIONS)
    for kind in kinds:
        if kind.plural and str(kind) not in missing:
            assert (kind.plural, kind.namespaced) in served[str(kind)]


@pytest.mark.parametrize("minor", MINORS)
def test_everything(start_control_plane: Callable[..., ControlPlane], minor: str) -> None:
    """A server with all APIs on serves exactly what the table says to be present."""
    gates = ",".join(f"{name}=true" for name in EVERYTHING[minor])
    arguments = ("--runtime-config=api/all=true", f"--feature-gates={gates}")
    server = start_control_plane(
        minor=minor, nodes=0, arguments=[f"-apiserver-argument={each}" for each in arguments]
    )
    kinds = [kind for kind in kind_table().kinds if kind.present(parse_minor(minor))]

    assert_same(kinds, discovered(server.api()), missing=FORGOTTEN[minor])


def test_unless_told_otherwise(start_control_plane: Callable[..., ControlPlane]) -> None:
    """A server that was told nothing serves exactly what the table says to be enabled."""
    server = start_control_plane(minor=MINORS[0], nodes=0)
    for minor in MINORS:
        if minor != server.minor:
            server.restart_as(minor)
        kinds = [kind for kind in kind_table().kinds if kind.served(parse_minor(minor))]

        assert_same(kinds, discovered(server.api()), missing=set())
