"""What is shown is what is applied: the cluster may change between the two."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from applied_environment import AppliedEnvironment
from kubernetes_api import Answer
from workloads import config_map, deployment

from mistpm.errors import TargetError

MERGE = "application/merge-patch+json"


def installed(environment: AppliedEnvironment, *documents: dict[str, Any]) -> None:
    """Have one release there."""
    environment.apply(environment.desired(environment.release("app", *documents)))


def test_what_changed_since_is_not_overwritten(environment: AppliedEnvironment) -> None:
    """A field that somebody changed after the diff was shown stops the run, which says so."""
    installed(environment, config_map("one", text="old"))
    desired = environment.desired(environment.release("app", config_map("one", text="new")))
    target = environment.target()
    diff = target.diff(desired, environment.permissions)
    path = environment.path("configmaps", "one")
    environment.api.apply(path, config_map("one", added="by hand"), manager="somebody")

    with pytest.raises(TargetError) as raised:
        environment.carry_out(target, desired, diff)

    assert str(raised.value) == (
        f"`ConfigMap {environment.namespace}/one` changed since the changes were shown\n"
        "hint: run the command again to see what would change now"
    )
    data = environment.api.get(path).body["data"]
    assert {"text": "old", "added": "by hand"} == data
    assert "failed" == environment.status()[0]


def test_a_status_that_changed_since_is_no_matter(environment: AppliedEnvironment) -> None:
    """An object of a newer version that would become what was shown is written."""
    installed(environment, deployment("web"))
    desired = environment.desired(environment.release("app", deployment("web", replicas=2)))
    target = environment.target()
    diff = target.diff(desired, environment.permissions)
    path = environment.path("deployments.apps", "web")
    before = environment.api.get(path).body["metadata"]["resourceVersion"]
    change = {"status": {"collisionCount": 1}}
    answer = environment.api.request("PATCH", f"{path}/status", change, content_type=MERGE)
    assert (200, True) == (answer.status, before != answer.body["metadata"]["resourceVersion"])

    environment.carry_out(target, desired, diff)

    assert 2 == environment.api.get(path).body["spec"]["replicas"]


def test_what_others_forced_since(environment: AppliedEnvironment) -> None:
    """A conflict that came up since is not forced."""
    installed(environment, config_map("one", text="old"))
    desired = environment.desired(environment.release("app", config_map("one", text="new")))
    target = environment.target()
    diff = target.diff(desired, environment.permissions)
    path = environment.path("configmaps", "one")
    theirs = config_map("one", text="theirs")
    assert environment.api.apply(path, theirs, manager="somebody", force="true").status == 200

    with pytest.raises(TargetError) as raised:
        environment.carry_out(target, desired, diff)

    assert raised.value.reference == "not-applied"
    assert {"text": "theirs"} == environment.api.get(path).body["data"]


def test_the_other_run_came_first(environment: AppliedEnvironment) -> None:
    """What another run changed since the diff was shown stops this one before it writes anything."""
    desired = environment.desired(environment.release("app", config_map("one")))
    target = environment.target()
    diff = target.diff(desired, environment.permissions)
    installed(environment, config_map("two"))

    with pytest.raises(TargetError) as raised:
        environment.carry_out(target, desired, diff)

    assert str(raised.value) == (
        "the cluster test changed since the changes were shown\n"
        "hint: run the command again to see what would change now"
    )
    assert ["two"] == environment.names("configmaps")


def test_a_diff_of_another_process(environment: AppliedEnvironment) -> None:
    """A diff that was made elsewhere is carried out where it comes out the same here."""
    desired = environment.desired(environment.release("app", config_map("one")))
    diff = environment.target().diff(desired, environment.permissions)

    environment.carry_out(environment.target(), desired, diff)

    assert ["one"] == environment.names("configmaps")


def test_what_others_made_since(environment: AppliedEnvironment) -> None:
    """An object that was to be made, and that somebody made since, stops the run."""
    desired = environment.desired(environment.release("app", config_map("one", text="ours")))
    target = environment.target()
    diff = target.diff(desired, environment.permissions)
    path = environment.path("configmaps", "one")
    environment.api.create(environment.path("configmaps"), config_map("one", more="theirs"))
    environment.api.wait_for(path, _is_older_than_a_second)

    with pytest.raises(TargetError) as raised:
        environment.carry_out(target, desired, diff)

    assert str(raised.value) == (
        f"somebody else made `ConfigMap {environment.namespace}/one` since the changes were shown\n"
        "  what is wanted of it was applied to it, as nothing in it contradicted that\n"
        "hint: run the command again to see what would change now"
    )


def _is_older_than_a_second(answer: Answer) -> bool:
    """Tell whether the server's clock has gone on to another second since an object was made."""
    now = parsedate_to_datetime(answer.headers["Date"])
    return now > datetime.fromisoformat(answer.body["metadata"]["creationTimestamp"])
