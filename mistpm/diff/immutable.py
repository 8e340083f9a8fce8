"""Fields that the API server never lets anybody change: an object that needs another value is replaced.

Source: the validation of updates in Kubernetes (`ValidateStatefulSetUpdate` and its kin), which also is what
`cannot change` comes from in the server's own answers.  The table is for what is compared without the
server, and to tell these refusals from others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from mistpm.diff.fields import FieldChange, is_within
from mistpm.model.resource import ResourceId

_IMMUTABLE: Final[dict[str, tuple[str, ...]]] = {
    "ClusterRoleBinding.rbac.authorization.k8s.io": (".roleRef",),
    "CSIDriver.storage.k8s.io": (".spec.attachRequired", ".spec.volumeLifecycleModes"),
    "CustomResourceDefinition.apiextensions.k8s.io": (
        ".spec.group",
        ".spec.scope",
        ".spec.names.kind",
        ".spec.names.plural",
    ),
    "DaemonSet.apps": (".spec.selector",),
    "Deployment.apps": (".spec.selector",),
    "EndpointSlice.discovery.k8s.io": (".addressType",),
    "IngressClass.networking.k8s.io": (".spec.controller",),
    "Job.batch": (
        ".spec.completionMode",
        ".spec.managedBy",
        ".spec.manualSelector",
        ".spec.podFailurePolicy",
        ".spec.selector",
        ".spec.successPolicy",
        ".spec.template",
        ".spec.backoffLimitPerIndex",
    ),
    "PersistentVolumeClaim": (
        ".spec.accessModes",
        ".spec.dataSource",
        ".spec.dataSourceRef",
        ".spec.selector",
        ".spec.storageClassName",
        ".spec.volumeMode",
        ".spec.volumeName",
    ),
    "Pod": (".spec",),
    "PriorityClass.scheduling.k8s.io": (".value", ".preemptionPolicy"),
    "ReplicaSet.apps": (".spec.selector",),
    "ResourceClaim.resource.k8s.io": (".spec",),
    "ResourceClaimTemplate.resource.k8s.io": (".spec",),
    "RoleBinding.rbac.authorization.k8s.io": (".roleRef",),
    "RuntimeClass.node.k8s.io": (".handler",),
    "Secret": (".type",),
    "Service": (".spec.clusterIP",),
    "StatefulSet.apps": (
        ".spec.podManagementPolicy",
        ".spec.selector",
        ".spec.serviceName",
        ".spec.volumeClaimTemplates",
    ),
    "StorageClass.storage.k8s.io": (
        ".parameters",
        ".provisioner",
        ".reclaimPolicy",
        ".volumeBindingMode",
    ),
    "VolumeAttributesClass.storage.k8s.io": (".driverName", ".parameters"),
}
_CHANGEABLE: Final[dict[str, re.Pattern[str]]] = {
    "Pod": re.compile(
        r"\.spec\.(?:(?:initContainers|containers)\[.*\]\.image"
        r"|activeDeadlineSeconds|schedulingGates.*|tolerations.*)"
    ),
}
"""What may be changed all the same within a fixed field: of a Pod that runs, hardly more than its images."""

_SEALED: Final = frozenset({"ConfigMap", "Secret"})
_CONTENTS: Final = (".data", ".binaryData", ".immutable")


def immutable_changes(
    resource: ResourceId, before: dict[str, Any], changes: Iterable[FieldChange]
) -> tuple[str, ...]:
    """Give the paths among `changes` that no update can carry out; `before` is the live object."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    fixed = _IMMUTABLE.get(kind, ())
    if kind in _SEALED and before.get("immutable") is True:
        fixed += _CONTENTS
    changeable = _CHANGEABLE.get(kind)
    return tuple(
        change.path
        for change in changes
        if any(is_within(change.path, each) for each in fixed)
        and not (changeable and changeable.fullmatch(change.path))
    )
