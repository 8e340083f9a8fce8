"""What extends the API, custom resources, and the questions that come before every rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.readiness import assess

Live = Callable[..., dict[str, Any]]

ROWS = [
    ("CustomResourceDefinition", "", "waiting: its kind is not served yet"),
    ("CustomResourceDefinition", "conditions: [NamesAccepted]", "waiting: its kind is not served yet"),
    ("CustomResourceDefinition", "conditions: [NamesAccepted, Established]", "ready: its kind is served"),
    ("CustomResourceDefinition", "conditions: [{NamesAccepted=False ListKindConflict: 'ThingList is in use'}]",
     "failed: its names are not accepted: ThingList is in use"),
    ("APIService", "", "waiting: nobody has asked it yet"),
    ("APIService", "conditions: [{Available=False MissingEndpoints: no endpoints}]",
     "waiting: it does not answer: no endpoints"),
    ("APIService", "conditions: [Available Passed]", "ready: it answers"),
    ("Namespace", "", "waiting: it is not active yet"),
    ("Namespace", "phase: Active", "ready: it is active"),
    ("Database", "", "ready: it is there"),
    ("Database", "phase: Creating", "ready: it is there"),
    ("Database", "conditions: [Ready]", "ready: it is ready"),
    ("Database", "conditions: [{Ready=False: the disk is being made}]", "waiting: the disk is being made"),
    ("Database", "conditions: [Ready=Unknown Pending]", "waiting: Pending"),
    ("Database", "conditions: [Ready=False]", "waiting: condition `Ready` is `False`"),
    ("Database", "conditions: [{Reconciling: 'moving'}, Ready]", "waiting: moving"),
    ("Database", "conditions: [{Stalled: 'no such class'}, Reconciling]", "failed: it is stalled: no such class"),
    ("Database", "conditions: [Reconciling=False, Stalled=False]", "ready: it is there"),
    ("Database", "{observedGeneration: 1, conditions: [Ready]}",
     "waiting: its controller has not seen the newest version yet"),
    ("Database", "{seen: true, conditions: [Ready]}", "ready: it is ready"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "expected"), ROWS)
def test_what_extends_kubernetes(kind: str, status: str, expected: str, live: Live) -> None:
    """Definitions, aggregated APIs, and the resources that they bring."""
    assert expected == str(assess(live(kind, "", status)))


def test_a_condition_about_an_older_version_is_none(live: Live) -> None:
    """It may say that itself."""
    old = live("Database")
    old["status"]["conditions"] = [{"type": "Ready", "status": "True", "observedGeneration": 1}]

    assert "waiting: its controller has not seen the newest version yet" == str(assess(old))


DELETED = [
    ("Deployment", [], "", "it is being deleted"),
    ("Deployment", ["foregroundDeletion"], "", "what it owns is deleted first"),
    ("PersistentVolumeClaim", ["kubernetes.io/pvc-protection"], "", "a Pod uses it"),
    (
        "Database",
        ["example.test/backup", "foregroundDeletion"],
        "conditions: [Ready]",
        "finalizer `example.test/backup` is not done; what it owns is deleted first",
    ),
    (
        "Namespace",
        [],
        "{phase: Terminating, conditions: [{NamespaceFinalizersRemaining: 'some content has finalizers'},"
        " {NamespaceContentRemaining: 'pods. has 1 resource instances'}]}",
        "some content has finalizers",
    ),
]


@pytest.mark.parametrize(("kind", "finalizers", "status", "why"), DELETED)
def test_what_is_deleted_says_what_holds_it(
    kind: str, finalizers: list[str], status: str, why: str, live: Live
) -> None:
    """Before any other question, in words where Kubernetes' own finalizers are meant."""
    data = live(kind, "", status, deletionTimestamp="2026-01-01T00:00:00Z", finalizers=finalizers)

    assert f"deleting: {why}" == str(assess(data))


@pytest.mark.parametrize("api_version", ["example.test/v1", "v1"])
def test_a_kind_is_known_by_its_group(api_version: str, live: Live) -> None:
    """Somebody else's Deployment has none of the fields that the rule reads."""
    data = live("Deployment", "replicas: 3") | {"apiVersion": api_version}

    assert "ready: it is there" == str(assess(data))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "conditions",
                    "type",
                    "status",
                    "replicas",
                    "containerStatuses",
                    "state",
                    "waiting",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_KINDS = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "Pod",
    "Service",
    "Database",
    "Namespace",
]


@pytest.mark.slow
@given(st.sampled_from(_KINDS), _JSON, _JSON, _JSON)
def test_nothing_that_an_object_holds_is_a_traceback(
    kind: str, metadata: Any, spec: Any, status: Any
) -> None:
    """Custom resources can hold anything, and so can what stands between mistpm and a server."""
    versions = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1"}
    data = {
        "apiVersion": versions.get(kind, "batch/v1" if kind == "Job" else "v1"),
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }

    assert assess(data).why
