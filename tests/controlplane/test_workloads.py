"""What runs on the fake nodes: Pods that work, and every way in which they do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from kubernetes_api import Answer, KubernetesApi, has_condition, is_gone
from workloads import deployment, job, pod_template


@pytest.fixture
def deployments(namespace: str) -> str:
    """Give the path of the Deployments of the test's namespace."""
    return f"/apis/apps/v1/namespaces/{namespace}/deployments"


@pytest.fixture
def jobs(namespace: str) -> str:
    """Give the path of the Jobs of the test's namespace."""
    return f"/apis/batch/v1/namespaces/{namespace}/jobs"


@pytest.fixture
def pods(namespace: str) -> str:
    """Give the path of the Pods of the test's namespace."""
    return f"/api/v1/namespaces/{namespace}/pods"


def test_deployment(api: KubernetesApi, deployments: str, pods: str) -> None:
    """A Deployment gets available, and rolls out another image."""
    api.apply(f"{deployments}/web", deployment("web", replicas=3, image="example.test/app:1"))
    api.wait_for(f"{deployments}/web", has_condition("Available"))

    api.apply(f"{deployments}/web", deployment("web", replicas=3, image="example.test/app:2"))
    api.wait_for(f"{deployments}/web", _is_rolled_out(generation=2, replicas=3))

    api.wait_for(
        pods, lambda answer: _images(answer) == ["example.test/app:2"] * 3
    )  # the others are gone, and all are ready
    api.wait_for(pods, lambda answer: all(_is_ready(pod) for pod in answer.body["items"]))


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("fake.test/missing", "ImagePullBackOff"),
        ("fake.test/crash", "CrashLoopBackOff"),
        ("fake.test/stuck", None),
    ],
)
def test_deployment_that_fails(
    api: KubernetesApi, deployments: str, pods: str, image: str, reason: str | None
) -> None:
    """A Deployment that does not get ready passes its deadline; its container says what is wrong."""
    api.apply(f"{deployments}/web", deployment("web", deadline=1, image=image))

    api.wait_for(
        f"{deployments}/web",
        has_condition("Progressing", value="False", reason="ProgressDeadlineExceeded"),
    )

    (pod,) = api.wait_for(pods, _has_started).body["items"]
    state = pod["status"]["containerStatuses"][0]["state"]
    assert reason == state.get("waiting", {}).get("reason")


def _has_started(answer: Answer) -> bool:
    """Tell that the only Pod of a list has containers: on a busy machine its deadline may be over before."""
    pods = answer.body["items"]
    return bool(pods) and all("containerStatuses" in pod["status"] for pod in pods)


def test_slow(api: KubernetesApi, deployments: str, pods: str) -> None:
    """A Deployment of slow containers is not available, and then is: its Pods are, after some seconds."""
    api.apply(f"{deployments}/web", deployment("web", image="fake.test/slow:3s"))

    api.wait_for(f"{deployments}/web", has_condition("Available"))

    (pod,) = api.get(pods).body["items"]
    assert _seconds_until(pod, "Ready") >= 3


def test_job(api: KubernetesApi, jobs: str) -> None:
    """A Job completes."""
    api.apply(f"{jobs}/migrate", job("migrate"))

    api.wait_for(f"{jobs}/migrate", has_condition("Complete"))


@pytest.mark.parametrize("policy", ["Never", "OnFailure"])
def test_job_that_fails(api: KubernetesApi, jobs: str, policy: str) -> None:
    """A Job fails when its Pods have, or their containers more often than it allows."""
    failing = job("migrate", image="fake.test/crash:3", restartPolicy=policy)
    api.apply(f"{jobs}/migrate", failing)

    api.wait_for(f"{jobs}/migrate", has_condition("Failed", reason="BackoffLimitExceeded"))


def test_events_and_logs(api: KubernetesApi, deployments: str, pods: str, namespace: str) -> None:
    """A container that crashes has an exit code, a log, and a warning among the events."""
    lines = ("connecting", "no database")
    api.apply(f"{deployments}/web", deployment("web", image="fake.test/crash:3", arguments=lines))
    api.wait_for(pods, lambda answer: _waiting(answer) == ["CrashLoopBackOff"])
    (pod,) = api.get(pods).body["items"]
    warnings = f"/api/v1/namespaces/{namespace}/events?fieldSelector=type%3DWarning"
    events = api.wait_for(warnings, lambda answer: answer.body["items"] != [])

    name = pod["metadata"]["name"]
    ended = pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"]
    log = api.get(f"{pods}/{name}/log").body
    tail = api.get(f"{pods}/{name}/log", tailLines="1").body
    assert (3, "connecting\nno database\n", "no database\n") == (ended, log, tail)
    assert ("BackOff", f"Back-off restarting failed container main in pod {name}") == (
        events.body["items"][0]["reason"],
        events.body["items"][0]["message"],
    )


def test_log_of_what_never_started(api: KubernetesApi, deployments: str, pods: str) -> None:
    """A container without an image has no log."""
    api.apply(f"{deployments}/web", deployment("web", image="fake.test/missing"))
    api.wait_for(pods, lambda answer: _waiting(answer) == ["ImagePullBackOff"])
    (pod,) = api.get(pods).body["items"]

    answer = api.get(f"{pods}/{pod['metadata']['name']}/log")

    assert answer.status == 400
    assert "is waiting to start: trying and failing to pull image" in answer.body["message"]


def test_init_containers(api: KubernetesApi, pods: str) -> None:
    """Nothing begins before the init containers are through."""
    for name, image in (("held", "fake.test/stuck"), ("late", "fake.test/slow:3s")):
        template = pod_template("web", initContainers=[{"name": "wait", "image": image}])
        template["metadata"]["name"] = name
        api.create(pods, {"apiVersion": "v1", "kind": "Pod", **template})

    api.wait_for(f"{pods}/held", has_condition("Initialized", value="False"))
    late = api.wait_for(f"{pods}/late", has_condition("Ready"))

    assert _waiting(api.get(pods)) == ["PodInitializing"]
    assert _seconds_until(late.body, "Initialized") >= 3


def test_unschedulable(api: KubernetesApi, deployments: str, pods: str) -> None:
    """A Pod that selects a node which is not there waits, and says for what."""
    api.apply(f"{deployments}/web", deployment("web", nodeSelector={"disk": "fast"}))

    answer = api.wait_for(pods, lambda answer: _conditions(answer, "PodScheduled") != [])

    (condition,) = _conditions(answer, "PodScheduled")
    assert ("False", "Unschedulable") == (condition["status"], condition["reason"])
    assert condition["message"] == (
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
    )


def test_unkillable(api: KubernetesApi, pods: str) -> None:
    """A Pod that does not end stays until it is forced."""
    template = pod_template("web", image="fake.test/unkillable")
    template["metadata"]["name"] = "web"
    template["spec"]["terminationGracePeriodSeconds"] = 1
    api.create(pods, {"apiVersion": "v1", "kind": "Pod", **template})
    api.wait_for(f"{pods}/web", has_condition("Ready"))

    api.delete(f"{pods}/web")
    assert "deletionTimestamp" in api.get(f"{pods}/web").body["metadata"]
    api.delete(f"{pods}/web", gracePeriodSeconds=0)

    api.wait_for(f"{pods}/web", is_gone)


@pytest.mark.parametrize("storage_class", [None, "standard", "on-demand"])
def test_stateful_set(api: KubernetesApi, namespace: str, storage_class: str | None) -> None:
    """The volumes of a StatefulSet are made, at once or for its Pods, and go with their claims."""
    sets = f"/apis/apps/v1/namespaces/{namespace}/statefulsets"
    claims = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    api.apply(f"{sets}/db", _stateful_set("db", storage_class))
    api.wait_for(f"{sets}/db", lambda answer: answer.body["status"].get("readyReplicas") == 2)

    (one, two) = api.get(claims).body["items"]
    volume = f"/api/v1/persistentvolumes/{one['spec']['volumeName']}"
    assert ("Bound", "Bound") == (one["status"]["phase"], two["status"]["phase"])
    assert (storage_class or "standard") == api.get(volume).body["spec"]["storageClassName"]
    api.delete(f"{sets}/db")
    api.delete(f"{claims}/{one['metadata']['name']}")
    api.wait_for(volume, is_gone)


def test_claim_that_waits_for_a_pod(api: KubernetesApi, namespace: str) -> None:
    """A claim on demand stays pending while no Pod needs it."""
    claims = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    api.create(claims, _claim("data", "on-demand"))
    events = f"/api/v1/namespaces/{namespace}/events"

    answer = api.wait_for(events, lambda answer: answer.body["items"] != [])

    assert "WaitForFirstConsumer" == answer.body["items"][0]["reason"]
    assert "Pending" == api.get(f"{claims}/data").body["status"]["phase"]


def test_daemon_set(api: KubernetesApi, namespace: str) -> None:
    """A DaemonSet has a Pod on every node."""
    sets = f"/apis/apps/v1/namespaces/{namespace}/daemonsets"
    api.create(
        sets,
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "agent"},
            "spec": {
                "selector": {"matchLabels": {"app": "agent"}},
                "template": pod_template("agent"),
            },
        },
    )

    api.wait_for(f"{sets}/agent", lambda answer: answer.body["status"].get("numberReady") == 1)


def _claim(name: str, storage_class: str | None) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": spec,
    }


def _stateful_set(name: str, storage_class: str | None) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": {
            "replicas": 2,
            "serviceName": name,
            "selector": {"matchLabels": {"app": name}},
            "template": pod_template(name),
            "volumeClaimTemplates": [_claim("data", storage_class)],
        },
    }


def _is_rolled_out(*, generation: int, replicas: int) -> Callable[[Answer], bool]:
    wanted = {"observedGeneration": generation, "updatedReplicas": replicas, "replicas": replicas}
    return lambda answer: wanted.items() <= answer.body["status"].items()


def _images(answer: Answer) -> list[str]:
    return [pod["spec"]["containers"][0]["image"] for pod in answer.body["items"]]


def _seconds_until(pod: dict[str, Any], name: str) -> float:
    """Give how long it took from a Pod's start to a condition, by the control plane's own clock."""
    (at,) = [each for each in pod["status"]["conditions"] if each["type"] == name]
    began, came = pod["status"]["startTime"], at["lastTransitionTime"]
    return (datetime.fromisoformat(came) - datetime.fromisoformat(began)).total_seconds()


def _is_ready(pod: dict[str, Any]) -> bool:
    return has_condition("Ready")(Answer(200, pod, {}))


def _conditions(answer: Answer, name: str) -> list[dict[str, Any]]:
    return [
        condition
        for pod in answer.body["items"]
        for condition in pod["status"].get("conditions", [])
        if condition["type"] == name
    ]


def _waiting(answer: Answer) -> list[str]:
    return [
        status["state"]["waiting"]["reason"]
        for pod in answer.body["items"]
        for status in pod["status"].get("containerStatuses", [])
        if "waiting" in status["state"]
    ]
