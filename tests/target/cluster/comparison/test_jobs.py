"""What runs once for each version of its package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kubernetes_api import KubernetesApi, has_condition
from workloads import job

from mistpm.target.cluster.comparing.comparison import Comparison

Shown = Callable[[Comparison], list[str]]


def migration(argument: str = "up", **template: Any) -> dict[str, Any]:
    """Give a Job that runs once per version."""
    data = job("migrate", arguments=(argument,), **template)
    data["metadata"]["annotations"] = {"mistpm.dev/run": "once-per-version"}
    return data


@pytest.mark.slow
def test_versions(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """A Job that ran for a version stays, whatever its manifest says; another version makes it anew."""
    path = f"/apis/batch/v1/namespaces/{environment.namespace}/jobs/migrate"
    first = environment.apply(environment.desired(migration()))
    api.wait_for(path, has_condition("Complete"))
    same = environment.compare(environment.desired(migration("other")))
    api.delete(path, propagationPolicy="Background")
    api.wait_for(path, lambda answer: answer.status == 404)
    expired = environment.compare(environment.desired(migration()))
    environment.apply(environment.desired(migration()))
    still_gone = api.get(path).status
    second = environment.apply(environment.desired(migration(), version="1.1.0"))
    api.wait_for(path, has_condition("Complete"))
    third = environment.apply(environment.desired(migration(), version="1.2.0"))

    assert ["create Job migrate"] == shown(first)
    assert ["unchanged Job migrate"] == shown(same)
    assert ["unchanged Job migrate"] == shown(expired)
    assert "" == expired.steps[0].uid
    assert 404 == still_gone
    assert ["create Job migrate: it was deleted since it was applied"] == shown(second)
    assert ["update Job migrate: is made anew: runs again for 1.2.0"] == shown(third)
    assert third.steps[0].replaces


@pytest.mark.slow
def test_failure(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """A Job that failed is made anew for the same version."""
    path = f"/apis/batch/v1/namespaces/{environment.namespace}/jobs/migrate"
    environment.apply(environment.desired(migration(image="fake.test/crash")))
    api.wait_for(path, has_condition("Failed"))
    comparison = environment.compare(environment.desired(migration()))

    assert ["update Job migrate: is made anew: it failed the last time"] == shown(comparison)
