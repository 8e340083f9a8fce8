"""Which Pods a workload's readiness depends on: the newest ones that it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mistpm.readiness.live_object import items, text, value
from mistpm.target.cluster.api.reader import Reader

WORKLOADS: Final = {
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("batch", "Job"),
}
"""Group and kind of what runs as Pods."""

_MOST_PODS: Final = "100"
_REVISION: Final = "deployment.kubernetes.io/revision"
_DAEMON_GENERATION: Final = "deprecated.daemonset.template.generation"


def newest_pods(reader: Reader, data: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the Pods of a workload's newest version, by name, without those that are being deleted.

    There are none before its controller has seen that version.  Costs a list of Pods, for a Deployment
    one of ReplicaSets, too; a Pod is its own.
    """
    kind = text(data, "kind")
    if kind == "Pod":
        return [data]
    selector = _selector(value(data, "spec", "selector"))
    namespace = text(data, "metadata", "namespace")
    observed = value(data, "status", "observedGeneration")
    is_unseen = observed != value(data, "metadata", "generation")
    if not selector or not namespace or (text(data, "apiVersion") == "apps/v1" and is_unseen):
        return []
    owner = text(data, "metadata", "uid")
    if kind == "Deployment":
        sets = f"/apis/apps/v1/namespaces/{namespace}/replicasets"
        owner = _newest_set(data, _owned(reader.listed(sets, labelSelector=selector), owner))
    return [each for each in _pods(reader, namespace, selector, owner) if _is_newest(each, data)]


def old_pods(reader: Reader, stateful_set: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the Pods of a StatefulSet that are not of its newest version, by name; costs a list of Pods."""
    selector = _selector(value(stateful_set, "spec", "selector"))
    namespace = text(stateful_set, "metadata", "namespace")
    found = _pods(reader, namespace, selector, text(stateful_set, "metadata", "uid"))
    return [each for each in found if not _is_newest(each, stateful_set)]


def _pods(reader: Reader, namespace: str, selector: str, owner: str) -> list[dict[str, Any]]:
    """Give the Pods that an owner controls and that stay, by name."""
    found = reader.listed(
        f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector, limit=_MOST_PODS
    )
    mine = [
        {"apiVersion": "v1", "kind": "Pod", **each}  # which items of a list do not say
        for each in _owned(found, owner)
    ]
    return sorted(mine, key=lambda each: text(each, "metadata", "name"))


def _owned(found: Iterable[dict[str, Any]], owner: str) -> Iterator[dict[str, Any]]:
    """Give the objects that an owner controls and that stay."""
    for each in found:
        owners = items(each, "metadata", "ownerReferences")
        is_owned = any(one.get("uid") == owner and one.get("controller") for one in owners)
        if is_owned and not value(each, "metadata", "deletionTimestamp"):
            yield each


def _newest_set(deployment: Mapping[str, Any], sets: Iterable[dict[str, Any]]) -> str:
    """Give the uid of a Deployment's newest ReplicaSet, empty where it has none yet."""
    newest = _annotation(deployment, _REVISION)
    for each in sets:
        if _annotation(each, _REVISION) == newest:
            return text(each, "metadata", "uid")
    return ""


def _is_newest(pod: dict[str, Any], workload: dict[str, Any]) -> bool:
    """Tell whether a Pod is of the newest version, as far as its labels tell."""
    if workload["kind"] == "StatefulSet":
        newest = text(workload, "status", "updateRevision")
        return newest in {"", text(pod, "metadata", "labels", "controller-revision-hash")}
    if workload["kind"] == "DaemonSet":
        newest = _annotation(workload, _DAEMON_GENERATION)
        return newest in {"", text(pod, "metadata", "labels", "pod-template-generation")}
    return True


def _annotation(data: Mapping[str, Any], name: str) -> str:
    return text(data, "metadata", "annotations", name)


def _selector(written: Any) -> str:
    """Write a workload's selector as a list's query has it; a ReplicationController has labels only."""
    if not isinstance(written, dict):
        return ""
    labels = written.get("matchLabels") or {}
    expressions = items(written, "matchExpressions")
    if not labels and not expressions:
        labels = written
    parts = [f"{key}={value}" for key, value in sorted(labels.items())]
    for each in expressions:
        key, values = text(each, "key"), ",".join(each.get("values") or ())
        match text(each, "operator"):
            case "In":
                parts.append(f"{key} in ({values})")
            case "NotIn":
                parts.append(f"{key} notin ({values})")
            case "Exists":
                parts.append(key)
            case "DoesNotExist":
                parts.append(f"!{key}")
    return ",".join(parts)
