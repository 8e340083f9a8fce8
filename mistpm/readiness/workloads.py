"""When what keeps Pods running is ready: kstatus' rules, with the exceptions that each one names."""

from __future__ import annotations

from typing import Any, Final

from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.live_object import (
    condition,
    has_condition,
    last_written,
    number,
    text,
    value,
)

_NO_DEADLINE: Final = 2**31 - 1
"""A Deployment with this deadline has no condition `Progressing`."""
_TOO_LATE: Final = "ProgressDeadlineExceeded"
_ENDED: Final = ("NewReplicaSetAvailable", _TOO_LATE)


def deployment(data: dict[str, Any]) -> Assessment:
    """Wait for the new replicas to be available and for the old ones to be gone.

    A paused one is not waited for: somebody wants it to stay as it is.  What is all there is ready
    whatever is said of its deadline, and a deadline of an earlier rollout is not one of this.
    """
    if value(data, "spec", "paused") is True:
        return ready("its rollout is paused")
    found = _rollout(data)
    if found.state == "ready" or not _is_too_late(data):
        return found
    seconds = number(data, "spec", "progressDeadlineSeconds", default=600)
    wanted = number(data, "spec", "replicas", default=1)
    current = _replicas(data, "readyReplicas", wanted, "ready")
    why = f"its rollout made no progress within {seconds} s; {current}"
    return failed(_with_failure(data, why))


def _rollout(data: dict[str, Any]) -> Assessment:
    """Tell how far a rollout is, its deadline left aside."""
    wanted = number(data, "spec", "replicas", default=1)
    current = _replicas(data, "readyReplicas", wanted, "ready")
    total = number(data, "status", "replicas")
    updated = number(data, "status", "updatedReplicas")
    if updated < wanted:
        return _still(data, _replicas(data, "updatedReplicas", wanted, "updated"))
    if total > updated:
        return waiting(f"{_counted(total - updated)} still of the old version")
    if number(data, "status", "readyReplicas") < wanted:
        return _still(data, current)
    if number(data, "status", "availableReplicas") < wanted:
        return waiting(_replicas(data, "availableReplicas", wanted, "available"))
    if not has_condition(data, "Available"):
        return waiting("it is not available yet")
    has_deadline = number(data, "spec", "progressDeadlineSeconds") != _NO_DEADLINE
    progressing = condition(data, "Progressing")
    if has_deadline and progressing is not None and progressing.reason not in _ENDED:
        return waiting("its rollout is not done yet")
    return ready(current)


def _is_too_late(data: dict[str, Any]) -> bool:
    """Tell whether the rollout that goes on now ran into its deadline.

    Back to a ReplicaSet that is there, the controller leaves the condition of the rollout before until
    something moves, although it has seen the new version: so it counts only if it is younger than the
    last write.  Both times are whole seconds, and no deadline is shorter than one.
    """
    progressing = condition(data, "Progressing")
    if progressing is None or progressing.reason != _TOO_LATE:
        return False
    return not progressing.updated or progressing.updated > last_written(data)


def replica_set(data: dict[str, Any]) -> Assessment:
    """Wait for as many replicas as are wanted; a ReplicationController has the same fields."""
    wanted = number(data, "spec", "replicas", default=1)
    total = number(data, "status", "replicas")
    if total > wanted:
        return waiting(f"{_counted(total - wanted)} too many")
    for field, word in (("readyReplicas", "ready"), ("availableReplicas", "available")):
        if number(data, "status", field) < wanted:
            return _still(data, _replicas(data, field, wanted, word))
    return ready(_replicas(data, "readyReplicas", wanted, "ready"))


def stateful_set(data: dict[str, Any]) -> Assessment:
    """Wait for the replicas to be ready, and of the newest revision as far as the update goes.

    With `OnDelete` somebody deletes Pods to update them, so older ones are not waited for; with a
    partition only the replicas from it on are updated.
    """
    wanted = number(data, "spec", "replicas", default=1)
    total = number(data, "status", "replicas")
    current = _replicas(data, "readyReplicas", wanted, "ready")
    if total > wanted:
        return waiting(f"{_counted(total - wanted)} too many")
    if number(data, "status", "readyReplicas") < wanted:
        return waiting(current)
    patient = number(data, "spec", "minReadySeconds") > 0
    if patient and number(data, "status", "availableReplicas") < wanted:
        return waiting(_replicas(data, "availableReplicas", wanted, "available"))
    if text(data, "spec", "updateStrategy", "type") == "OnDelete":
        return ready(f"{current}; each is updated when it is deleted")
    partition = number(data, "spec", "updateStrategy", "rollingUpdate", "partition")
    updated = max(wanted - partition, 0)
    if number(data, "status", "updatedReplicas") < updated:
        return waiting(_replicas(data, "updatedReplicas", updated, "updated"))
    if partition:
        return ready(f"{current}; those below {partition} are not updated (partition)")
    if text(data, "status", "currentRevision") != text(data, "status", "updateRevision"):
        return waiting("its update is not done yet")
    return ready(current)


def daemon_set(data: dict[str, Any]) -> Assessment:
    """Wait for a Pod on every node that should have one, with `OnDelete` of whatever revision."""
    wanted = number(data, "status", "desiredNumberScheduled")
    fields = [
        ("currentNumberScheduled", "there"),
        ("numberReady", "ready"),
        ("numberAvailable", "available"),
    ]
    if text(data, "spec", "updateStrategy", "type") != "OnDelete":
        fields.insert(1, ("updatedNumberScheduled", "updated"))
    for field, word in fields:
        found = number(data, "status", field)
        if found < wanted:
            return waiting(f"{found} of {wanted} Pods are {word}")
    return ready(f"{wanted} of {wanted} Pods are ready")


def _replicas(data: dict[str, Any], field: str, wanted: int, word: str) -> str:
    return f"{number(data, 'status', field)} of {wanted} replicas are {word}"


def _counted(count: int) -> str:
    return "1 replica is" if count == 1 else f"{count} replicas are"


def _still(data: dict[str, Any], why: str) -> Assessment:
    return waiting(_with_failure(data, why))


def _with_failure(data: dict[str, Any], why: str) -> str:
    """Add why Pods cannot even be made (a quota, an admission webhook, no service account)."""
    failure = condition(data, "ReplicaFailure")
    if failure is None or failure.status != "True":
        return why
    return f"{why}; Pods cannot be made: {failure.words}"
