"""What runs to its end, and Pods by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.readiness import Trouble, assess, trouble

Live = Callable[..., dict[str, Any]]

JOBS = [
    ("", "", "waiting: 0 of 1 Pods are done"),
    (
        "completions: 3",
        "{active: 1, succeeded: 2, startTime: now}",
        "waiting: 2 of 3 Pods are done",
    ),
    ("", "{failed: 2, active: 1}", "waiting: 0 of 1 Pods are done; 2 failed"),
    ("", "conditions: [SuccessCriteriaMet]", "waiting: 0 of 1 Pods are done"),
    ("", "conditions: [Complete]", "ready: it is done"),
    (
        "",
        "conditions: [{Failed BackoffLimitExceeded: Job has reached the specified backoff limit}]",
        "failed: Job has reached the specified backoff limit (BackoffLimitExceeded)",
    ),
    ("suspend: true", "conditions: [Suspended]", "ready: it is suspended"),
    ("suspend: true", "conditions: [Complete]", "ready: it is done"),
]


@pytest.mark.parametrize(("spec", "status", "expected"), JOBS)
def test_a_job(spec: str, status: str, expected: str, live: Live) -> None:
    """Done, not merely started."""
    assert expected == str(assess(live("Job", spec, status)))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [("", "ready: it is scheduled"), ("suspend: true", "ready: it is suspended")],
)
def test_a_cron_job(spec: str, expected: str, live: Live) -> None:
    """It is not waited for."""
    assert expected == str(assess(live("CronJob", spec)))


NODE = "nodeName: n"
PODS = [
    ("just made", "", "phase: Pending", "waiting: it is not scheduled yet"),
    ("gated", "", "{phase: Pending, conditions: [PodScheduled=False SchedulingGated]}",
     "waiting: a scheduling gate holds it back"),
    ("unschedulable", "",
     "{phase: Pending, conditions: [{PodScheduled=False Unschedulable: 0/3 nodes are available}]}",
     "waiting: no node takes it: 0/3 nodes are available"),
    ("init", NODE,
     "{phase: Pending, conditions: [PodScheduled], initContainerStatuses: [{name: migrate, ready: false}]}",
     "waiting: init container `migrate` is not done"),
    ("being made", NODE,
     "{phase: Pending, conditions: [PodScheduled],"
     " containerStatuses: [{name: main, state: {waiting: {reason: ContainerCreating}}}]}",
     "waiting: container `main` is being made"),
    ("not ready", NODE,
     "{phase: Running, conditions: [PodScheduled, Ready=False],"
     " containerStatuses: [{name: main, ready: true}, {name: proxy, ready: false, state: {running: {}}}]}",
     "waiting: container `proxy` is not ready"),
    ("a readiness gate", NODE,
     "{phase: Running, conditions: [PodScheduled, Ready=False], containerStatuses: [{name: main, ready: true}]}",
     "waiting: it is not ready yet"),
    ("ready", NODE, "{phase: Running, conditions: [PodScheduled, Ready]}", "ready: it is ready"),
    ("done", NODE, "phase: Succeeded", "ready: it is done"),
    ("failed", NODE,
     "{phase: Failed, containerStatuses: [{name: main, state: {terminated: {exitCode: 3, reason: Error}}}]}",
     "failed: container `main` failed (exit code 3)"),
    ("evicted", NODE, "{phase: Failed, reason: Evicted, message: The node was low on memory}",
     "failed: Evicted: The node was low on memory"),
    ("failed without a word", NODE, "phase: Failed", "failed: it ended, and does not say why"),
    ("crashes", NODE,
     "{phase: Running, conditions: [PodScheduled], containerStatuses: [{name: main, restartCount: 2,"
     " state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1, reason: Error}}}]}",
     "waiting: container `main` crashes (exit code 1, 2 restarts)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "status", "expected"), [row[1:] for row in PODS], ids=[row[0] for row in PODS]
)
def test_a_pod(spec: str, status: str, expected: str, live: Live) -> None:
    """Ready or done; what may mend is waited for."""
    assert expected == str(assess(live("Pod", spec, status)))


TROUBLES = [
    ("{reason: CrashLoopBackOff}", "crash",
     "container `main` crashes (exit code 137, OOMKilled, 4 restarts)"),
    ("{reason: ImagePullBackOff, message: Back-off pulling image}", "image",
     "the image `a.test/app:1` of container `main` cannot be pulled (ImagePullBackOff: Back-off pulling image)"),
    ("{reason: ErrImagePull, message: 'not found'}", "image",
     "the image `a.test/app:1` of container `main` cannot be pulled (ErrImagePull: not found)"),
    ("{reason: InvalidImageName}", "image-name",
     "the image `a.test/app:1` of container `main` cannot be pulled (InvalidImageName)"),
    ("{reason: CreateContainerConfigError, message: 'secret \"x\" not found'}", "configuration",
     'container `main` cannot be made (CreateContainerConfigError: secret "x" not found)'),
]  # fmt: skip


@pytest.mark.parametrize(("state", "kind", "why"), TROUBLES)
@pytest.mark.parametrize("place", ["containerStatuses", "initContainerStatuses"])
def test_trouble_is_found(place: str, state: str, kind: str, why: str, live: Live) -> None:
    """In containers and in those that go before them, with all that a kubelet says."""
    found = trouble(
        live(
            "Pod",
            NODE,
            f"{{phase: Pending, conditions: [PodScheduled], {place}: [{{name: main, image: 'a.test/app:1',"
            f" restartCount: 4, state: {{waiting: {state}}},"
            " lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}",
        )
    )

    assert found is not None
    assert (kind, why, "main", 4) == (found.kind, found.why, found.container, found.restarts)


@pytest.mark.parametrize(
    "status",
    [
        "phase: Running",
        "{conditions: [PodScheduled=False SchedulingGated]}",
        "containerStatuses: [{name: main, state: {waiting: {reason: ContainerCreating}}}]",
        "containerStatuses: [{name: main, state: {running: {}}}]",
    ],
)
def test_no_trouble_is_none(status: str, live: Live) -> None:
    """What is on its way, and what is held back on purpose."""
    assert trouble(live("Pod", "", status)) is None


def test_a_pod_without_a_node_is_in_trouble_as_a_whole(live: Live) -> None:
    """No container is named."""
    status = "conditions: [{PodScheduled=False Unschedulable: no nodes}]"

    assert Trouble(kind="scheduling", why="no node takes it: no nodes") == trouble(
        live("Pod", "", status)
    )
