"""Pods of a StatefulSet's old version that never get ready, and that Kubernetes does not replace.

A StatefulSet waits for every Pod to get ready before it goes on, also before it replaces a broken one by
what would mend it.  Kubernetes' own page on StatefulSets ("forced rollback") tells users to delete such
Pods themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mistpm.readiness import Trouble, trouble
from mistpm.readiness.live_object import number, text, value
from mistpm.readiness.pods import pod
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.reader import Reader
from mistpm.target.cluster.watch.workload_pods import old_pods


def replace_stuck_pod(
    client: Client,
    data: dict[str, Any],
    *,
    check: Callable[[], None],
    say: Callable[[str], None],
) -> str:
    """Delete a Pod that keeps a StatefulSet from going on to its newest version.

    `check` is called before, and `say` told.  Gives what there is to be said of what the StatefulSet
    waits for, empty where there is nothing; where the user may not delete the Pod, that somebody has to.  Costs a list of Pods.  Raises what `check` does.
    """
    if not _waits_for_its_pods(data):
        return ""
    for each in old_pods(Reader(client), data):
        if _ordinal(each) < _partition(data) or pod(each).state == "ready":
            continue
        found = trouble(each)
        if found is None:
            return f"{_called(each)} is not ready, and Kubernetes does not replace it before"
        check()
        return _replaced(client, each, found, say)
    return ""


def _waits_for_its_pods(data: Mapping[str, Any]) -> bool:
    """Tell whether this is a StatefulSet that its controller has seen and makes anew Pod by Pod."""
    return (
        text(data, "kind") == "StatefulSet"
        and value(data, "status", "observedGeneration") == value(data, "metadata", "generation")
        and text(data, "status", "updateRevision") != ""
        and text(data, "spec", "updateStrategy", "type") in {"", "RollingUpdate"}
        and text(data, "spec", "podManagementPolicy") in {"", "OrderedReady"}
    )


def _partition(data: Mapping[str, Any]) -> int:
    """Give the number from which on Pods are to be of the newest version."""
    return number(data, "spec", "updateStrategy", "rollingUpdate", "partition")


def _ordinal(data: Mapping[str, Any]) -> int:
    _, _, tail = text(data, "metadata", "name").rpartition("-")
    return int(tail) if tail.isdecimal() else 0


def _called(data: Mapping[str, Any]) -> str:
    return f"Pod `{text(data, 'metadata', 'name')}` of the old version"


def _replaced(
    client: Client, data: Mapping[str, Any], found: Trouble, say: Callable[[str], None]
) -> str:
    metadata = data["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    what = f"{_called(data)} cannot start ({found.why})"
    done = f"{what}, and is deleted, as Kubernetes does not replace it"
    say(done)
    try:
        client.delete(path, uid=metadata["uid"])
    except ApiError as error:
        if error.is_conflict:
            return ""
        return f"{what}, and Kubernetes does not replace it: delete it"
    return done
