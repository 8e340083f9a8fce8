"""Waiting on a real control plane: ready, failed early, gone, and always with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import is_there
from waiting_scene import DEFINITION, ENVIRONMENT, Scene, claim, daemon_set, stateful_set
from workloads import config_map, deployment, job, pod_template, service

from mistpm.model.readiness import ReadinessCondition
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.watch.expectation import Graces, News
from mistpm.target.marks import ENVIRONMENT_LABEL

Set = Callable[..., Scene]


def test_what_is_ready_at_once_is_told_at_once(scene: Set) -> None:
    """In the calling thread, without watching anything."""
    stage = scene()
    resource = stage.apply(config_map("settings", a="b"))

    assert [News(resource=resource, state="ready", why="it is there")] == [stage.news.get_nowait()]


def test_what_wants_no_waiting_is_not_waited_for(scene: Set) -> None:
    """However it is; nothing is asked for."""
    stage = scene()
    manifest = service("public", kind="LoadBalancer")
    manifest["metadata"]["annotations"] = {"mistpm.dev/wait": "false"}
    resource = stage.apply(manifest)

    assert [News(resource=resource, state="ready", why="it is not waited for")] == [
        stage.news.get_nowait()
    ]


def test_several_kinds_get_ready(scene: Set) -> None:
    """Each when it is; an update is waited for again."""
    stage = scene()
    manifests = [
        deployment("web", replicas=2),
        stateful_set("db"),
        daemon_set("agent"),
        job("migrate"),
        service("public", kind="LoadBalancer"),
        claim("standard"),
        claim("on-demand"),
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, **pod_template("p")}
        | {"metadata": {"name": "p"}},
    ]
    resources = [stage.apply(each) for each in manifests]
    ends: dict[str, str] = {}
    while len(ends) < len(resources):
        news = stage.news.get(timeout=180)
        if news.state != "waiting":
            ends[f"{news.resource.kind} {news.resource.name}"] = f"{news.state}: {news.why}"
    address = ends.pop("Service public")

    assert {
        "Deployment web": "ready: 2 of 2 replicas are ready",
        "StatefulSet db": "ready: 2 of 2 replicas are ready",
        "DaemonSet agent": "ready: 1 of 1 Pods are ready",
        "Job migrate": "ready: it is done",
        "PersistentVolumeClaim standard": "ready: it has a volume",
        "PersistentVolumeClaim on-demand": "ready: it gets a volume with the first Pod that needs it",
        "Pod p": "ready: it is ready",
    } == ends
    assert address.startswith("ready: its address is ")

    changed = stage.apply(deployment("web", replicas=2, image="example.test/app:2"))

    assert "2 of 2 replicas are ready" == stage.end(changed).why
    assert (changed, "waiting") == (stage.told[0].resource, stage.told[0].state)


@pytest.mark.parametrize("make", [deployment, stateful_set, daemon_set])
def test_ready_means_that_only_new_pods_are_there(make: Callable[..., Any], scene: Set) -> None:
    """At the moment when it is told, after each of several changes in a row."""
    stage = scene()
    selector = {"labelSelector": "app=web"}
    for image in ("fake.test/slow:1s", "example.test/app:2", "example.test/app:3"):
        manifest = make("web")
        (container,) = manifest["spec"]["template"]["spec"]["containers"]
        container["image"] = image
        news = stage.end(stage.apply(manifest))
        pods = stage.api.get(f"/api/v1/namespaces/{stage.namespace}/pods", **selector).body["items"]

        assert "ready" == news.state
        assert {image} == {
            pod["spec"]["containers"][0]["image"]
            for pod in pods
            if "deletionTimestamp" not in pod["metadata"]
        }
        assert all(
            {"type": "Ready", "status": "True"}.items() <= each.items()
            for pod in pods
            for each in pod["status"]["conditions"]
            if each["type"] == "Ready" and "deletionTimestamp" not in pod["metadata"]
        )


def test_an_image_that_is_missing_is_a_failure(scene: Set) -> None:
    """Told with the Pod and its trouble; its warnings would say the same again."""
    stage = scene()
    resource = stage.apply(deployment("web", image="fake.test/missing"))
    news = stage.end(resource)
    pod = pod_of(stage, "web")
    trouble = (
        "the image `fake.test/missing` of container `main` cannot be pulled (ImagePullBackOff: "
        'Back-off pulling image "fake.test/missing": ErrImagePull: fake.test/missing: not found)'
    )

    assert ("failed", f"Pod `{pod}`: {trouble}", ()) == (news.state, news.why, news.context)


def test_a_crash_is_a_failure_with_the_last_lines_of_the_log(scene: Set) -> None:
    """Ten of them, without what a terminal would obey."""
    stage = scene()
    lines = [f"line {number}" for number in range(12)] + ["\x1b[31mpanic\x1b[0m: no database"]
    resource = stage.apply(deployment("web", image="fake.test/crash:3", arguments=tuple(lines)))
    news = stage.end(resource)
    pod = pod_of(stage, "web")

    assert ("failed", f"Pod `{pod}`: container `main` crashes (exit code 3, 5 restarts)") == (
        news.state,
        news.why,
    )
    assert (
        "container `main` logged at last:",
        *(f"  line {number}" for number in range(3, 12)),
        "   [31mpanic [0m: no database",
    ) == news.context[-11:]


def test_what_no_node_takes_is_a_failure_in_the_end(scene: Set) -> None:
    """Only after a grace, as nodes may be added; until then the reason is told."""
    patient = scene(Graces(scheduling=600, first_look=0.1, longest_pause=0.2, gap=0))
    manifest = deployment("web", nodeSelector={"disk": "none"})
    resource = patient.apply(manifest)
    why = patient.waiting(resource, until=lambda why: "are ready; Pod" in why)
    hasty = scene()
    hasty.apply(manifest)
    news = hasty.end(resource)

    assert "no node takes it: 0/1 nodes are available" in why
    assert ("failed", True) == (news.state, "no node takes it: " in news.why)
    assert [] == [line for line in patient.readiness.explain(resource) if line in why]


def test_a_job_that_fails_is_told_with_its_log(scene: Set) -> None:
    """The Job itself says that it failed, its Pod why."""
    stage = scene()
    news = stage.end(stage.apply(job("migrate", image="fake.test/crash", arguments=("no table",))))

    assert ("failed", True) == (news.state, news.why.endswith("(BackoffLimitExceeded)"))
    assert ("container `main` logged at last:", "  no table") == news.context[-2:]
    assert news.context[0].endswith("container `main` failed (exit code 1)")


def test_no_progress_is_a_failure(scene: Set) -> None:
    """As the Deployment's own deadline says."""
    stage = scene()
    news = stage.end(stage.apply(deployment("web", image="fake.test/stuck", deadline=8)))

    assert (
        "failed",
        "its rollout made no progress within 8 s; 0 of 1 replicas are ready",
    ) == (news.state, news.why)
    assert news.context[0].endswith("container `main` is not ready")


def test_the_pods_of_an_older_version_do_not_count(scene: Set) -> None:
    """What mends an installation that failed is not stopped by what it mends."""
    stage = scene()
    failed = stage.end(stage.apply(deployment("web", image="fake.test/missing")))
    mended = stage.end(stage.apply(deployment("web", image="fake.test/slow:2s")))

    assert ("failed", "ready") == (failed.state, mended.state)


def test_why_no_pod_can_be_made_is_told(scene: Set) -> None:
    """A quota, here; for a StatefulSet only an event tells it."""
    stage = scene()
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none"},
        "spec": {"hard": {"pods": "0"}},
    }
    path = f"/api/v1/namespaces/{stage.namespace}/resourcequotas/none"
    stage.api.apply(path, quota)
    stage.api.wait_for(path, lambda answer: "hard" in answer.body.get("status", {}))
    web = stage.apply(deployment("web"))
    told = stage.waiting(web, until=lambda why: "exceeded quota" in why)
    database = stage.apply(stateful_set("db"))
    forbidden = (
        "0 of 2 replicas are ready; FailedCreate: "  # the event may come before that is counted
    )
    told_of_database = stage.waiting(database, until=lambda why: why.startswith(forbidden))

    assert told.startswith("0 of 1 replicas are updated; Pods cannot be made: ")
    assert "exceeded quota" in told_of_database


def test_what_a_package_says_is_waited_for(scene: Set) -> None:
    """A custom resource gets ready when its controller says so, in the package's words."""
    stage = scene()
    made = stage.end(stage.apply(DEFINITION))
    stage.api.wait_for(f"/apis/example.test/v1/namespaces/{stage.namespace}/things", is_there)
    thing = {"apiVersion": "example.test/v1", "kind": "Thing", "metadata": {"name": "x"}}
    up = ReadinessCondition(kind="Thing", json_path="{.status.phase}", value="Up")
    resource = stage.apply(thing, up)
    why = stage.waiting(resource, until=bool)
    stage.api.request(
        "PATCH",
        f"{stage.path(thing)}/status",
        {"status": {"phase": "Up"}},
        content_type="application/merge-patch+json",
    )
    news = stage.end(resource)

    assert "its kind is served" == made.why
    assert ("`{.status.phase}` is not there yet", "`{.status.phase}` is `Up`") == (why, news.why)


def test_what_is_deleted_by_somebody_is_a_failure(scene: Set) -> None:
    """It will not get ready."""
    stage = scene()
    manifest = deployment("web", image="fake.test/stuck")
    resource = stage.apply(manifest)
    stage.waiting(resource, until=bool)
    stage.api.delete(stage.path(manifest))
    news = stage.end(resource)

    assert ("failed", "it was deleted") == (news.state, news.why)


def test_what_was_deleted_is_waited_for(scene: Set) -> None:
    """What is gone at once, what a finalizer holds, what another one has taken the place of."""
    stage = scene()
    gone, held, replaced = config_map("gone"), config_map("held"), config_map("replaced")
    held["metadata"]["finalizers"] = ["example.test/hold"]
    answers = {}
    for each in (gone, held, replaced):
        each["metadata"]["labels"] = {ENVIRONMENT_LABEL: ENVIRONMENT}
        answers[each["metadata"]["name"]] = stage.api.apply(stage.path(each), each).body
        stage.api.delete(stage.path(each))
    stage.api.apply(stage.path(replaced), replaced)
    for each in (gone, held, replaced):
        stage.readiness.expect_gone(stage.resource(each), answers[each["metadata"]["name"]])
    told = [stage.news.get_nowait() for _ in range(3)]

    assert [
        ("gone", "gone", "it is gone"),
        ("held", "waiting", "finalizer `example.test/hold` is not done"),
        ("replaced", "gone", "it is gone"),
    ] == [(each.resource.name, each.state, each.why) for each in told]

    stage.api.request(
        "PATCH",
        stage.path(held),
        {"metadata": {"finalizers": None}},
        content_type="application/merge-patch+json",
    )

    assert "gone" == stage.end(stage.resource(held)).state


def test_less_is_told_where_less_may_be_read(
    scene: Set, control_plane: ControlPlane, open_client: Callable[..., Client]
) -> None:
    """Without rights to watch, or to read Pods, events and logs, only the object itself says how it is."""
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "getter"},
        "rules": [
            {
                "apiGroups": ["", "apps"],
                "resources": ["deployments", "persistentvolumeclaims"],
                "verbs": ["get"],
            }
        ],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "getter"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "getter"},
        "subjects": [{"kind": "User", "name": "developer"}],
    }
    stage = scene(client=open_client(control_plane.kubeconfig("developer")))
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{stage.namespace}"
    stage.api.apply(f"{rbac}/roles/getter", role)
    stage.api.apply(f"{rbac}/rolebindings/getter", binding)
    stage.api.wait_until_allowed("developer", "get deployments.apps", namespace=stage.namespace)
    web = stage.end(stage.apply(deployment("web", image="fake.test/slow:1s")))
    volume = stage.end(stage.apply(claim("on-demand")))
    broken = stage.end(stage.apply(deployment("broken", image="fake.test/missing", deadline=3)))

    assert "ready" == web.state
    assert "ready" == volume.state
    assert (
        "failed",
        "its rollout made no progress within 3 s; 0 of 1 replicas are ready",
        (),
    ) == (broken.state, broken.why, broken.context)


def test_nothing_is_told_after_closing(scene: Set) -> None:
    """And nothing is waited for."""
    stage = scene()
    resource = stage.apply(deployment("web", image="fake.test/slow:1s"))
    stage.readiness.close()
    while not stage.news.empty():
        stage.news.get_nowait()
    stage.api.wait_for(
        stage.path(deployment("web")),
        lambda answer: answer.body["status"].get("availableReplicas") == 1,
    )
    stage.readiness.expect(resource, stage.api.get(stage.path(deployment("web"))).body)

    assert stage.news.empty()


def pod_of(stage: Scene, name: str) -> str:
    """Give the name of the only Pod of an application."""
    answer = stage.api.get(
        f"/api/v1/namespaces/{stage.namespace}/pods", labelSelector=f"app={name}"
    )
    (pod,) = answer.body["items"]
    return str(pod["metadata"]["name"])
