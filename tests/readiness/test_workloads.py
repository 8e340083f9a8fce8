"""Deployments, ReplicaSets, StatefulSets and DaemonSets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.readiness import assess

Live = Callable[..., dict[str, Any]]

DEPLOYMENTS = [
    ("just made", "replicas: 3", "", "waiting: its controller has not seen it yet"),
    (
        "changed a moment ago",
        "replicas: 1",
        "{observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1}",
        "waiting: its controller has not seen the newest version yet",
    ),
    ("no replicas yet", "replicas: 3", "seen: true", "waiting: 0 of 3 replicas are updated"),
    (
        "replicas left out are one",
        "",
        "{seen: true, replicas: 1, updatedReplicas: 1}",
        "waiting: 0 of 1 replicas are ready",
    ),
    (
        "half updated",
        "replicas: 3",
        "{seen: true, replicas: 4, updatedReplicas: 2, readyReplicas: 4, availableReplicas: 4}",
        "waiting: 2 of 3 replicas are updated",
    ),
    (
        "old ones are still there",
        "replicas: 3",
        "{seen: true, replicas: 5, updatedReplicas: 3, readyReplicas: 5, availableReplicas: 5}",
        "waiting: 2 replicas are still of the old version",
    ),
    (
        "two of three",
        "replicas: 3",
        "{seen: true, replicas: 3, updatedReplicas: 3, readyReplicas: 2, availableReplicas: 2}",
        "waiting: 2 of 3 replicas are ready",
    ),
    (
        "ready for too short a time",
        "{replicas: 2, minReadySeconds: 10}",
        "{seen: true, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 1}",
        "waiting: 1 of 2 replicas are available",
    ),
    (
        "a quota forbids Pods",
        "replicas: 2",
        "{seen: true, conditions: [{ReplicaFailure FailedCreate: 'exceeded quota: small'}]}",
        "waiting: 0 of 2 replicas are updated; Pods cannot be made: exceeded quota: small",
    ),
    (
        "without Available",
        "replicas: 1",
        "{seen: true, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,"
        " conditions: [Available=False]}",
        "waiting: it is not available yet",
    ),
    (
        "the rollout goes on",
        "replicas: 1",
        "{seen: true, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,"
        " conditions: [Available, Progressing ReplicaSetUpdated]}",
        "waiting: its rollout is not done yet",
    ),
    (
        "done",
        "replicas: 3",
        "{seen: true, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3,"
        " conditions: [Available, Progressing NewReplicaSetAvailable]}",
        "ready: 3 of 3 replicas are ready",
    ),
    (
        "done, without a deadline",
        "{replicas: 1, progressDeadlineSeconds: 2147483647}",
        "{seen: true, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,"
        " conditions: [Available]}",
        "ready: 1 of 1 replicas are ready",
    ),
    (
        "none are wanted",
        "replicas: 0",
        "{seen: true, conditions: [Available, Progressing NewReplicaSetAvailable]}",
        "ready: 0 of 0 replicas are ready",
    ),
    (
        "no progress",
        "{replicas: 2, progressDeadlineSeconds: 30}",
        "{seen: true, replicas: 2, updatedReplicas: 2, readyReplicas: 1,"
        " conditions: [Progressing=False ProgressDeadlineExceeded]}",
        "failed: its rollout made no progress within 30 s; 1 of 2 replicas are ready",
    ),
    (
        "all is there, whatever is said of the deadline",
        "replicas: 1",
        "{seen: true, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,"
        " conditions: [Available, Progressing=False ProgressDeadlineExceeded]}",
        "ready: 1 of 1 replicas are ready",
    ),
    ("paused", "{replicas: 2, paused: true}", "seen: true", "ready: its rollout is paused"),
]


@pytest.mark.parametrize(
    ("spec", "status", "expected"),
    [row[1:] for row in DEPLOYMENTS],
    ids=[row[0] for row in DEPLOYMENTS],
)
def test_a_deployment(spec: str, status: str, expected: str, live: Live) -> None:
    """All new replicas are available, and no old ones are left."""
    assert expected == str(assess(live("Deployment", spec, status)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-05-01T10:00:29Z", "failed: its rollout made no progress within 30 s"),
        ("2026-05-01T10:00:30Z", "waiting: 1 replica is still of the old version"),
        ("2026-05-01T10:00:31Z", "waiting: 1 replica is still of the old version"),
    ],
)
def test_the_deadline_of_an_earlier_rollout(written: str, expected: str, live: Live) -> None:
    """What the rollout before ran into is no failure of this one; who writes the status writes no rollout."""
    made = live(
        "Deployment",
        "{replicas: 1, progressDeadlineSeconds: 30}",
        "{seen: true, replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,"
        " conditions: [Available, Progressing=False ProgressDeadlineExceeded]}",
        managedFields=[
            {"manager": "mistpm", "operation": "Apply", "time": written},
            {"manager": "mistpm", "operation": "Apply", "time": "2026-05-01T09:00:00Z"},
            {
                "manager": "kube-controller-manager",
                "operation": "Update",
                "subresource": "status",
                "time": "2026-05-01T10:00:40Z",
            },
        ],
    )
    made["status"]["conditions"][1]["lastUpdateTime"] = "2026-05-01T10:00:30Z"

    assert str(assess(made)).startswith(expected)


REPLICA_SETS = [
    ("replicas: 2", "", "waiting: its controller has not seen it yet"),
    ("replicas: 2", "{seen: true, replicas: 2}", "waiting: 0 of 2 replicas are ready"),
    (
        "replicas: 2",
        "{seen: true, replicas: 2, readyReplicas: 2, availableReplicas: 1}",
        "waiting: 1 of 2 replicas are available",
    ),
    (
        "replicas: 1",
        "{seen: true, replicas: 2, readyReplicas: 2, availableReplicas: 2}",
        "waiting: 1 replica is too many",
    ),
    (
        "replicas: 1",
        "{seen: true, conditions: [{ReplicaFailure FailedCreate: 'no service account'}]}",
        "waiting: 0 of 1 replicas are ready; Pods cannot be made: no service account",
    ),
    (
        "replicas: 2",
        "{seen: true, replicas: 2, readyReplicas: 2, availableReplicas: 2}",
        "ready: 2 of 2 replicas are ready",
    ),
]


@pytest.mark.parametrize(("spec", "status", "expected"), REPLICA_SETS)
@pytest.mark.parametrize("kind", ["ReplicaSet", "ReplicationController"])
def test_a_replica_set(kind: str, spec: str, status: str, expected: str, live: Live) -> None:
    """As many as are wanted, available; of an older kind what it does not say is not asked for."""
    if kind == "ReplicationController" and not status:
        expected = "waiting: 0 of 2 replicas are ready"

    assert expected == str(assess(live(kind, spec, status)))


STATEFUL_SETS = [
    ("just made", "replicas: 3", "", "waiting: its controller has not seen it yet"),
    ("one of three", "replicas: 3", "{seen: true, replicas: 2, readyReplicas: 1}",
     "waiting: 1 of 3 replicas are ready"),
    ("scaled down", "replicas: 1", "{seen: true, replicas: 3, readyReplicas: 3}",
     "waiting: 2 replicas are too many"),
    ("ready for too short a time", "{replicas: 1, minReadySeconds: 5}",
     "{seen: true, replicas: 1, readyReplicas: 1, updatedReplicas: 1}",
     "waiting: 0 of 1 replicas are available"),
    ("half updated", "replicas: 2",
     "{seen: true, replicas: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b}",
     "waiting: 1 of 2 replicas are updated"),
    ("updated, not recorded", "replicas: 2",
     "{seen: true, replicas: 2, readyReplicas: 2, updatedReplicas: 2, currentRevision: a, updateRevision: b}",
     "waiting: its update is not done yet"),
    ("done", "replicas: 2",
     "{seen: true, replicas: 2, readyReplicas: 2, updatedReplicas: 2, currentRevision: b, updateRevision: b}",
     "ready: 2 of 2 replicas are ready"),
    ("none are wanted", "replicas: 0", "{seen: true, currentRevision: a, updateRevision: a}",
     "ready: 0 of 0 replicas are ready"),
    ("a partition, not reached", "{replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}",
     "{seen: true, replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: a, updateRevision: b}",
     "waiting: 1 of 2 replicas are updated"),
    ("a partition, reached", "{replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}",
     "{seen: true, replicas: 3, readyReplicas: 3, updatedReplicas: 2, currentRevision: a, updateRevision: b}",
     "ready: 3 of 3 replicas are ready; those below 1 are not updated (partition)"),
    ("OnDelete, not ready", "{replicas: 2, updateStrategy: {type: OnDelete}}",
     "{seen: true, replicas: 2, readyReplicas: 1}", "waiting: 1 of 2 replicas are ready"),
    ("OnDelete, old ones", "{replicas: 2, updateStrategy: {type: OnDelete}}",
     "{seen: true, replicas: 2, readyReplicas: 2, currentRevision: a, updateRevision: b}",
     "ready: 2 of 2 replicas are ready; each is updated when it is deleted"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "status", "expected"),
    [row[1:] for row in STATEFUL_SETS],
    ids=[row[0] for row in STATEFUL_SETS],
)
def test_a_stateful_set(spec: str, status: str, expected: str, live: Live) -> None:
    """All replicas are ready, and updated as far as its strategy says."""
    assert expected == str(assess(live("StatefulSet", spec, status)))


DAEMON_SETS = [
    ("just made", "", "", "waiting: its controller has not seen it yet"),
    ("no nodes", "", "{seen: true, desiredNumberScheduled: 0}", "ready: 0 of 0 Pods are ready"),
    ("not there", "", "{seen: true, desiredNumberScheduled: 3, currentNumberScheduled: 1}",
     "waiting: 1 of 3 Pods are there"),
    ("not updated", "",
     "{seen: true, desiredNumberScheduled: 3, currentNumberScheduled: 3, updatedNumberScheduled: 2}",
     "waiting: 2 of 3 Pods are updated"),
    ("not ready", "",
     "{seen: true, desiredNumberScheduled: 3, currentNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2}",
     "waiting: 2 of 3 Pods are ready"),
    ("not available", "",
     "{seen: true, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1}",
     "waiting: 0 of 1 Pods are available"),
    ("done", "",
     "{seen: true, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberReady: 1,"
     " numberAvailable: 1}",
     "ready: 1 of 1 Pods are ready"),
    ("OnDelete, old ones", "updateStrategy: {type: OnDelete}",
     "{seen: true, desiredNumberScheduled: 1, currentNumberScheduled: 1, numberReady: 1, numberAvailable: 1}",
     "ready: 1 of 1 Pods are ready"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "status", "expected"),
    [row[1:] for row in DAEMON_SETS],
    ids=[row[0] for row in DAEMON_SETS],
)
def test_a_daemon_set(spec: str, status: str, expected: str, live: Live) -> None:
    """A Pod on every node that should have one."""
    assert expected == str(assess(live("DaemonSet", spec, status)))
