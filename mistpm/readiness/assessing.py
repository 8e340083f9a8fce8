"""Whether a live object is ready: `specs/readiness.md`.

The order of the questions and the rules for Kubernetes' own kinds follow kstatus
(`sigs.k8s.io/cli-utils/pkg/kstatus`); where a rule differs, its docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any, Final

from mistpm.model.readiness import ReadinessCondition
from mistpm.readiness import extensions, jobs, pods, services, workloads
from mistpm.readiness.assessment import Assessment, deleting, failed, ready, waiting
from mistpm.readiness.conditions import concerns, meets
from mistpm.readiness.deletion import why_still_there
from mistpm.readiness.live_object import condition, text, value

Rule = Callable[[dict[str, Any]], Assessment]

_RULES: Final[dict[tuple[str, str], Rule]] = {
    ("", "Namespace"): extensions.namespace,
    ("", "PersistentVolume"): services.volume,
    ("", "Pod"): pods.pod,
    ("", "ReplicationController"): workloads.replica_set,
    ("", "Service"): services.service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): extensions.custom_resource_definition,
    ("apiregistration.k8s.io", "APIService"): extensions.api_service,
    ("apps", "DaemonSet"): workloads.daemon_set,
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "ReplicaSet"): workloads.replica_set,
    ("apps", "StatefulSet"): workloads.stateful_set,
    ("autoscaling", "HorizontalPodAutoscaler"): services.autoscaler,
    ("batch", "CronJob"): jobs.cron_job,
    ("batch", "Job"): jobs.job,
    ("networking.k8s.io", "Ingress"): services.ingress,
}

_CLAIM: Final = ("", "PersistentVolumeClaim")
_OBSERVED: Final = {"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"}
"""Kinds of `apps` whose controller always says what it has seen: without that it has seen nothing."""


def assess(
    data: dict[str, Any],
    conditions: Iterable[ReadinessCondition] = (),
    *,
    late_classes: Container[str] = (),
) -> Assessment:
    """Tell how far a live object is, and why.

    `conditions` are those of the package that it belongs to; the ones that concern it must hold as
    well, and stand in for the general rule where the kind has none of its own.  `late_classes` are
    storage classes that bind a volume only when a Pod needs it.  Nothing is raised, whatever the
    object holds; a condition in CEL costs 0.4 s once per process.
    """
    if value(data, "metadata", "deletionTimestamp"):
        return deleting(why_still_there(data))
    own = [each for each in conditions if concerns(each, data)]
    key = (text(data, "apiVersion").rpartition("/")[0], text(data, "kind"))
    seen = _unseen(data, key) or _signals(data)
    if seen is not None:
        return seen
    if key == _CLAIM:
        found = services.volume_claim(data, late_classes)
    elif key in _RULES:
        found = _RULES[key](data)
    else:
        found = ready("it is there") if own else _general(data)
    for each in own:
        if found.state != "ready":
            break
        found = meets(each, data)
    return found


def _unseen(data: dict[str, Any], key: tuple[str, str]) -> Assessment | None:
    """Wait where the status is about an older version of the object."""
    observed = value(data, "status", "observedGeneration")
    if observed is None:
        if key[0] == "apps" and key[1] in _OBSERVED:
            return waiting("its controller has not seen it yet")
        return None
    if observed != value(data, "metadata", "generation"):
        return waiting("its controller has not seen the newest version yet")
    return None


def _signals(data: dict[str, Any]) -> Assessment | None:
    """Heed the two conditions that controllers of any kind may set while something is abnormal."""
    stalled = condition(data, "Stalled")
    if stalled is not None and stalled.status == "True" and not stalled.is_stale:
        return failed(f"it is stalled: {stalled.words}")
    reconciling = condition(data, "Reconciling")
    if reconciling is not None and reconciling.status == "True":
        return waiting(reconciling.words)
    return None


def _general(data: dict[str, Any]) -> Assessment:
    """Heed a condition `Ready`; what has none is ready by being there."""
    found = condition(data, "Ready")
    if found is None:
        return ready("it is there")
    if found.is_stale:
        return waiting("its controller has not seen the newest version yet")
    return ready("it is ready") if found.status == "True" else waiting(found.words)
