"""StatefulSets whose Pods of the version before cannot start."""

from __future__ import annotations

from typing import Any

import pytest
from applied_environment import AppliedEnvironment
from workloads import WORKS, pod_template

from mistpm.errors import TargetError, TargetTimeoutError


def stateful_set(image: str, **spec: Any) -> dict[str, Any]:
    """Give a StatefulSet of two Pods."""
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "serviceName": "db",
            "replicas": 2,
            "selector": {"matchLabels": {"app": "db"}},
            "template": pod_template("db", image=image),
            **spec,
        },
    }


@pytest.mark.parametrize("broken", ["fake.test/missing", "fake.test/crash"])
def test_a_broken_pod_of_the_version_before_is_replaced(
    environment: AppliedEnvironment, broken: str
) -> None:
    """Kubernetes waits for it for ever; what mends it is applied all the same, and it is said how."""
    with pytest.raises(TargetError) as raised:
        environment.apply(environment.desired(environment.release("app", stateful_set(broken))))
    assert raised.value.reference == "not-applied"

    environment.apply(environment.desired(environment.release("app", stateful_set(WORKS))))

    told = [each.message for each in environment.told if each.phase == "waiting"]
    assert any("Pod `db-0` of the old version cannot start (" in line for line in told)
    assert ["applied StatefulSet db", "ready StatefulSet db"] == environment.events(
        "applied", "ready"
    )


def test_a_pod_that_may_still_get_ready_is_left(environment: AppliedEnvironment) -> None:
    """What is only not ready is not deleted, and it is said that Kubernetes waits for it."""
    stuck = stateful_set("fake.test/stuck")
    environment.apply(environment.desired(environment.release("app", stuck)), wanted=False)
    path = environment.path("pods", "db-0")
    before = environment.api.wait_for(path, lambda answer: answer.status == 200)
    why = (
        "0 of 2 replicas are ready; "
        "Pod `db-0` of the old version is not ready, and Kubernetes does not replace it before"
    )

    with pytest.raises(TargetTimeoutError) as raised:
        environment.apply_until(
            why, environment.desired(environment.release("app", stateful_set(WORKS)))
        )

    assert f"`StatefulSet.apps {environment.namespace}/db`: {why}" == raised.value.context[0]
    uid = before.body["metadata"]["uid"]
    assert uid == environment.api.get(path).body["metadata"]["uid"]
