"""Objects of a step that no update can bring where they should be, and the ways out."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Final

from mistpm.diff.fields import is_within
from mistpm.ops.upgrade.object_change import StepObject
from mistpm.ops.upgrade.plan import FixedFields
from mistpm.target.marks import REPLACE

_DOWN: Final = "it is not there until its new Pods are ready"
_COSTS: Final[dict[tuple[str, str], str]] = {
    (
        "",
        "PersistentVolumeClaim",
    ): "what is in the volume is lost, unless the volume's reclaim policy is `Retain`",
    ("", "Pod"): _DOWN,
    ("", "Secret"): "a Pod that starts meanwhile waits for it",
    ("", "ConfigMap"): "a Pod that starts meanwhile waits for it",
    ("", "Service"): "it gets another address, and nobody reaches it meanwhile",
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
    ): "all objects of its kind are deleted with it",
    ("apps", "DaemonSet"): _DOWN,
    ("apps", "Deployment"): _DOWN,
    ("apps", "ReplicaSet"): _DOWN,
    (
        "apps",
        "StatefulSet",
    ): f"{_DOWN}; its volume claims stay as they are, with their size and class",
    ("batch", "Job"): "it runs again",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "its rights are missing meanwhile",
    ("rbac.authorization.k8s.io", "RoleBinding"): "its rights are missing meanwhile",
    ("storage.k8s.io", "StorageClass"): "volumes that exist stay as they are",
}
"""What deleting an object and making it anew costs."""

_OF_PODS: Final = ".spec.selector"


def fixed_fields(objects: Iterable[StepObject], *, is_cluster: bool) -> tuple[FixedFields, ...]:
    """Give the objects with changes to fields that cannot be changed; each with the way out in words."""
    return tuple(
        FixedFields(
            resource=each.change.resource,
            release=each.change.release,
            paths=each.fixed,
            way_out=_on_a_cluster(each) if is_cluster else _in_files(each),
            is_replaced=each.replaced,
        )
        for each in objects
        if each.fixed or each.change.replaced
    )


def _on_a_cluster(each: StepObject) -> str:
    cost = _cost(each)
    if each.replaced:
        return f"mistpm deletes it and makes it anew, as its annotations allow: {cost}"
    keeping = " and its data moved first" if _holds_data(each) else ""
    return (
        f'the annotation `{REPLACE}: "true"` allows deleting it and making it anew: {cost}.'
        f" Otherwise `patches:` can keep the fields as they are, or the object gets another name{keeping}"
    )


def _in_files(each: StepObject) -> str:
    """Say it for who applies the files: that is not mistpm, and its annotations mean nothing there."""
    resource = each.change.resource
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    words = ["kubectl", "delete", kind.lower(), resource.name]
    words += ["--namespace", resource.namespace] if resource.namespace else []
    keeps_pods = resource.kind == "StatefulSet" and not any(
        is_within(path, _OF_PODS) for path in each.fixed
    )
    words += ["--cascade=orphan"] if keeps_pods else []
    cost = (
        "its Pods run on meanwhile, and its volume claims stay as they are"
        if keeps_pods
        else _cost(each)
    )
    return (
        f"whoever applies the files is refused until the object is deleted: `{shlex.join(words)}`; {cost}."
        " Otherwise `patches:` can keep the fields as they are"
    )


def _cost(each: StepObject) -> str:
    return _COSTS.get(each.kind, "it is not there for a moment")


def _holds_data(each: StepObject) -> bool:
    return each.change.resource.kind in {"PersistentVolumeClaim", "CustomResourceDefinition"}
