"""A server that goes away, is busy, or refuses for a moment: a run waits for it and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from control_plane_fixtures import make_namespace
from fault_proxy import (
    FaultProxy,
    Happening,
    answer,
    half,
    late,
    reset_after,
    reset_before,
    status_document,
)
from kubernetes_api import Answer
from workloads import config_map, deployment

from mistpm.errors import TargetError
from mistpm.model.progress import Progress
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.retrying import Patience

RACE = status_document(
    409,
    "Conflict",
    'Operation cannot be fulfilled on resourcequotas "limit": the object has been modified; '
    "please apply your changes to the latest version and try again",
    name="limit",
    kind="resourcequotas",
)
UNAVAILABLE = status_document(
    503, "ServiceUnavailable", "the server is currently unable to handle the request"
)
NO_LEADER = status_document(500, "InternalError", "etcdserver: leader changed")
WRITES = "^PATCH (?!.*dryRun).*/configmaps/"
MANY = [f"number-{number:02}" for number in range(20)]


def once(work: Callable[[], None]) -> Callable[[Progress], None]:
    """Do something when the first object is told to be applied."""
    calls = count()

    def hear(told: Progress) -> None:
        if told.phase == "applied" and next(calls) == 0:
            work()

    return hear


def install_many(environment: AppliedEnvironment) -> None:
    """Apply a release of many objects, and one that needs it."""
    many = environment.release("many", *map(config_map, MANY))
    after = environment.release("after", config_map("after"), deployment("web"))
    environment.apply(environment.desired(many, after, needs={"after": ("many",)}), seconds=120)


def on_its_own(control_plane: ControlPlane) -> AppliedEnvironment:
    """Give an environment on a control plane that the test may harm."""
    api = control_plane.api()
    return AppliedEnvironment(control_plane, api, make_namespace(api, "shop"))


def test_a_server_that_is_killed_in_the_middle(own_control_plane: ControlPlane) -> None:
    """Killed while objects are written, started again: the run goes on by itself to its end."""
    environment = on_its_own(own_control_plane)
    starting = threading.Thread(target=own_control_plane.start)

    def kill() -> None:
        own_control_plane.kill()
        starting.start()

    environment.on_told = once(kill)
    install_many(environment)
    starting.join()

    assert ["after", *MANY] == environment.names("configmaps")
    assert ("applied", "") == environment.status()
    assert any("trying again in" in note for note in environment.notes)
    assert (
        environment.target()
        .diff(environment.target().revision(1), environment.permissions)
        .is_empty
    )


def test_a_server_that_hangs_in_the_middle(own_control_plane: ControlPlane) -> None:
    """A server that stops answering and comes back is waited for."""
    environment = on_its_own(own_control_plane)
    waking = threading.Timer(1, own_control_plane.resume)

    def pause() -> None:
        own_control_plane.pause()
        waking.start()

    environment.on_told = once(pause)
    install_many(environment)
    waking.join()

    assert ["after", *MANY] == environment.names("configmaps")
    assert ("applied", "") == environment.status()


def test_a_server_that_does_not_come_back(
    own_control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that stays away ends the run with what was tried; when it is back, the next run does the rest."""
    environment = on_its_own(own_control_plane)
    many = environment.desired(environment.release("many", *map(config_map, MANY)))
    hasty = partial(Client, patience=Patience(seconds=1))  # a minute otherwise
    environment.on_told = once(own_control_plane.kill)
    with monkeypatch.context() as patched:
        patched.setattr("mistpm.target.cluster.cluster.Client", hasty)
        with pytest.raises(TargetError) as raised:
            environment.apply(many)

    assert "cluster-unreachable" == raised.value.reference

    own_control_plane.start()

    assert ("applying", "") == environment.status()

    environment.on_told = lambda _told: None
    environment.apply(many)

    assert MANY == environment.names("configmaps")
    assert ("applied", "") == environment.status()


@pytest.mark.parametrize(
    ("fault", "noted"),
    [
        (
            answer(429, "Too many requests, please try again later.", Retry_After="1"),
            "429 Too Many",
        ),
        (answer(409, RACE), "409 Conflict"),
        (answer(503, UNAVAILABLE), "503 ServiceUnavailable"),
        (answer(503, "<html>", Content_Type="text/html"), "503 Service Unavailable"),
        (answer(500, NO_LEADER), "500 InternalError"),
        (answer(504, "gateway"), "504 Gateway Timeout"),
        (reset_before, "broke"),
        (reset_after, "broke"),
        (half, "broke"),
        (late(1), ""),
    ],
    ids=[
        "429",
        "quota race",
        "503",
        "503 of a gateway",
        "500",
        "504",
        "reset",
        "lost",
        "half",
        "late",
    ],
)
def test_what_passes_by_itself(
    behind_proxy: AppliedEnvironment, proxy: FaultProxy, fault: Happening, noted: str
) -> None:
    """What a server says when it is busy, starts, or elects a leader is tried again, which can be seen."""
    faults = [
        proxy.inject(fault, WRITES, times=6),
        proxy.inject(fault, "^GET .*/configmaps", times=1),
        proxy.inject(fault, "^PATCH .*dryRun", times=2),
    ]
    one, two = (config_map(name) for name in ("one", "two"))
    behind_proxy.apply(behind_proxy.desired(behind_proxy.release("app", one, two)))
    changed = config_map("one", text="new")
    behind_proxy.apply(behind_proxy.desired(behind_proxy.release("app", changed, two)))

    assert ["one", "two"] == behind_proxy.names("configmaps")
    assert {"text": "new"} == behind_proxy.api.get(behind_proxy.path("configmaps", "one")).body[
        "data"
    ]
    assert all(each.hits for each in faults)
    assert [] == [note for note in behind_proxy.notes if noted not in note]
    assert bool(noted) == bool(behind_proxy.notes)


def test_what_does_not_pass(behind_proxy: AppliedEnvironment, proxy: FaultProxy) -> None:
    """An error of the server that nothing says would pass is told at once, in its own words."""
    broken = answer(500, status_document(500, "InternalError", "no space for this object"))
    fault = proxy.inject(broken, f"{WRITES}one", times=None)
    one, two = (config_map(name) for name in ("one", "two"))
    desired = behind_proxy.desired(behind_proxy.release("app", one, two))

    with pytest.raises(TargetError) as raised:
        behind_proxy.apply(desired)

    name = f"`ConfigMap {behind_proxy.namespace}/one`"
    assert str(raised.value) == (
        f"{name} failed in the cluster test\n"
        f"  {name}: refused: no space for this object\n"
        "  applied: 1 of 2\n"
        "hint: mend what is named and run the same command again: it goes on where this one stopped"
    )
    assert 1 == fault.hits
    assert ["two"] == behind_proxy.names("configmaps")


def test_a_quota_that_is_full(environment: AppliedEnvironment) -> None:
    """A quota that does not allow any more is no race: it is told in the server's words, with what is done."""
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "limit"},
        "spec": {"hard": {"count/configmaps": "2"}},
    }
    environment.api.apply(environment.path("resourcequotas", "limit"), quota)
    environment.api.wait_for(environment.path("resourcequotas", "limit"), is_counted)
    one, two = (config_map(name) for name in ("one", "two"))
    desired = environment.desired(environment.release("app", one, two))

    with pytest.raises(TargetError) as raised:
        environment.apply(desired)

    [there] = environment.names("configmaps")  # beside that of Kubernetes itself
    missing = ({"one", "two"} - {there}).pop()
    name = f"`ConfigMap {environment.namespace}/{missing}`"
    assert str(raised.value) == (
        f"{name} failed in the cluster test\n"
        f"  {name}: refused: exceeded quota: limit, requested: count/configmaps=1, "
        "used: count/configmaps=2, limited: count/configmaps=2\n"
        "  applied: 1 of 2\n"
        "hint: mend what is named and run the same command again: it goes on where this one stopped"
    )
    # two writers may meet where the quota counts, which is tried again; that it is full is not
    assert [] == [note for note in environment.notes if "409 Conflict" not in note]

    quota["spec"] = {"hard": {"count/configmaps": "3"}}
    environment.api.apply(environment.path("resourcequotas", "limit"), quota)
    environment.api.wait_for(environment.path("resourcequotas", "limit"), is_counted)
    environment.apply(desired)

    assert ["one", "two"] == environment.names("configmaps")


def is_counted(answer: Answer) -> bool:
    """Tell that a quota knows what it allows, and what there is."""
    status = answer.body.get("status") or {}
    return status.get("hard") == answer.body["spec"]["hard"] and bool(status.get("used"))
