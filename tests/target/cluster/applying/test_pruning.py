"""Deleting what is no longer wanted, and what stays all the same."""

from __future__ import annotations

from typing import Any

import pytest
from applied_environment import AppliedEnvironment
from kubernetes_api import is_gone, is_there
from workloads import config_map, deployment, service

from mistpm.errors import TargetError, TargetTimeoutError


def held(name: str) -> dict[str, Any]:
    """Give a ConfigMap that does not go until its finalizer is taken away."""
    document = config_map(name)
    document["metadata"]["finalizers"] = ["example.test/held"]
    return document


def test_nothing_goes_before_the_rest_is_there(environment: AppliedEnvironment) -> None:
    """What is no longer wanted is deleted after everything new is ready."""
    environment.apply(environment.desired(environment.release("app", config_map("old"))))

    environment.apply(environment.desired(environment.release("app", deployment("new"))))

    expected = ["applied Deployment new", "ready Deployment new", "deleted ConfigMap old"]
    assert expected == environment.events("applied", "ready", "deleted")


def test_deletions_run_backwards(environment: AppliedEnvironment) -> None:
    """Releases that need others go first, and inside a release Pods before what they use."""
    db = environment.release("db", config_map("db"), deployment("db"))
    shop = environment.release("shop", config_map("shop"), deployment("shop"), service("shop"))
    environment.apply(environment.desired(db, shop, needs={"shop": ("db",)}))

    environment.uninstall()

    assert [
        "deleted Deployment shop",
        "deleted Service shop",
        "deleted ConfigMap shop",
        "deleted Deployment db",
        "deleted ConfigMap db",
    ] == environment.events("deleted")


def test_another_object_in_its_place_stays(environment: AppliedEnvironment) -> None:
    """Only the object that was shown is deleted, not one that somebody made since under its name."""
    environment.apply(environment.desired(environment.release("app", config_map("one"))))
    nothing = environment.desired(lock=b"")
    target = environment.target()
    diff = target.diff(nothing, environment.permissions)
    path = environment.path("configmaps", "one")
    environment.api.delete(path)
    environment.api.create(environment.path("configmaps"), config_map("one", whose="theirs"))

    environment.carry_out(target, nothing, diff)

    assert {"whose": "theirs"} == environment.api.get(path).body["data"]


def test_what_others_put_into_a_namespace_since(environment: AppliedEnvironment) -> None:
    """A namespace that was to go stays with what came into it after the diff was shown."""
    name = f"{environment.namespace}-made"
    environment.apply(environment.desired(environment.release("app"), namespaces=(name,)))
    nothing = environment.desired(lock=b"")
    permissions = type(environment.permissions)(delete_namespaces=True)
    target = environment.target()
    diff = target.diff(nothing, permissions)
    assert ["delete"] == [change.action for change in diff.changes]
    path = f"/api/v1/namespaces/{name}/configmaps"
    assert environment.api.create(path, config_map("theirs")).status == 201

    report = environment.carry_out(target, nothing, diff, permissions)

    assert ([f"kept Namespace {name}"], ()) == (environment.events("kept"), report.changes)
    assert is_there(environment.api.get(f"{path}/theirs"))
    environment.api.delete(f"/api/v1/namespaces/{name}")


def test_what_does_not_go(environment: AppliedEnvironment) -> None:
    """What is still being deleted when time runs out is told with the reason; the next run goes on."""
    environment.apply(environment.desired(environment.release("app", held("stuck"))))

    with pytest.raises(TargetTimeoutError) as raised:
        environment.apply_until(
            "finalizer `example.test/held` is not done", environment.desired(lock=b""), seconds=3
        )

    path = environment.path("configmaps", "stuck")
    stuck = f"`ConfigMap {environment.namespace}/stuck`"
    assert ("not-gone", f"{stuck} did not go from the cluster test within 3 s") == (
        raised.value.reference,
        raised.value.message,
    )
    assert raised.value.context[0] == (
        f"`ConfigMap {environment.namespace}/stuck`: finalizer `example.test/held` is not done"
    )
    _release(environment, path)

    environment.uninstall()

    assert is_gone(environment.api.get(path))


def test_what_is_being_deleted_is_waited_for(environment: AppliedEnvironment) -> None:
    """An object that is wanted again while its predecessor goes is made when that is gone."""
    desired = environment.desired(environment.release("app", held("one")))
    environment.apply(desired)
    path = environment.path("configmaps", "one")
    environment.api.delete(path)
    before = environment.api.get(path).body["metadata"]["uid"]

    environment.on_told = lambda told: (
        _release(environment, path) if told.phase == "waiting" else None
    )
    environment.apply(desired)

    after = environment.api.get(path).body["metadata"]
    assert (True, False) == (before != after["uid"], "deletionTimestamp" in after)
    assert ["waiting ConfigMap one", "applied ConfigMap one", "ready ConfigMap one"] == (
        environment.events("waiting", "applied", "ready")
    )
    _release(environment, path)


def _release(environment: AppliedEnvironment, path: str) -> None:
    """Take the finalizer away."""
    patch = {"metadata": {"finalizers": None}}
    kind = "application/merge-patch+json"
    environment.api.request("PATCH", path, patch, content_type=kind)


def test_what_is_being_deleted_and_does_not_go(environment: AppliedEnvironment) -> None:
    """An object that cannot be made as its predecessor does not go is told with what holds that."""
    desired = environment.desired(environment.release("app", held("one")))
    environment.apply(desired)
    path = environment.path("configmaps", "one")
    environment.api.delete(path)

    with pytest.raises(TargetError) as raised:
        environment.apply_until("the one that is there is being deleted", desired)

    name = f"`ConfigMap {environment.namespace}/one`"
    assert raised.value.context == (
        f"{name}: it is to be made anew, and the one that is there is still being deleted",
        "  its finalizers: `example.test/held`",
        "applied: 0 of 1",
    )
    _release(environment, path)
