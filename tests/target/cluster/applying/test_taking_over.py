"""Objects and fields of others: taken over only where that is allowed, and then whole."""

from __future__ import annotations

import pytest
from applied_environment import AppliedEnvironment
from workloads import config_map, deployment

from mistpm.errors import TargetError


def test_what_kubectl_made_is_taken_over(environment: AppliedEnvironment) -> None:
    """Fields that kubectl applied become ours: what the manifest does not have goes."""
    path = environment.path("configmaps", "one")
    theirs = config_map("one", text="theirs", more="theirs")
    environment.api.apply(path, theirs, manager="kubectl")
    desired = environment.desired(environment.release("app", config_map("one", text="ours")))
    with pytest.raises(TargetError) as raised:
        environment.apply(desired)
    assert raised.value.reference == "resource-not-owned"

    environment.apply(desired, adopt=True)

    found = environment.api.get(path).body
    managers = {entry["manager"] for entry in found["metadata"]["managedFields"]}
    assert ({"text": "ours"}, {"mistpm"}) == (found["data"], managers)
    assert environment.apply(desired).changes == ()


def test_fields_of_others_are_taken_only_by_force(environment: AppliedEnvironment) -> None:
    """Who scales a Deployment keeps that, until somebody says otherwise."""
    desired = environment.desired(environment.release("app", deployment("web")))
    environment.apply(desired)
    path = environment.path("deployments.apps", "web")
    theirs = {"spec": {"replicas": 2}}
    kind = "application/merge-patch+json"
    environment.api.request("PATCH", path, theirs, content_type=kind, query={"fieldManager": "me"})
    with pytest.raises(TargetError) as raised:
        environment.apply(desired)
    assert raised.value.reference == "field-conflicts"
    assert 2 == environment.api.get(path).body["spec"]["replicas"]

    environment.apply(desired, force_conflicts=True)

    assert 1 == environment.api.get(path).body["spec"]["replicas"]
    assert environment.apply(desired).changes == ()


def test_a_namespace_that_goes_under_us(environment: AppliedEnvironment) -> None:
    """What cannot be written because somebody deletes the namespace is told; the next run makes all anew."""
    name = f"{environment.namespace}-made"
    first, second = config_map("first"), deployment("second")
    for each in (first, second):
        each["metadata"]["namespace"] = name
    desired = environment.desired(
        environment.release("one", first),
        environment.release("two", second),
        namespaces=(name,),
        needs={"two": ("one",)},
    )
    path = f"/api/v1/namespaces/{name}"

    held = f"{path}/configmaps/held"
    stays = config_map("held")
    stays["metadata"]["finalizers"] = ["example.test/held"]  # or it might be gone too soon

    def delete_it() -> None:
        environment.on_told = lambda _told: None
        environment.api.apply(held, stays)
        assert environment.api.delete(path).status == 200

    environment.on_told = lambda told: (
        delete_it() if told.resource and told.resource.name == "first" else None
    )
    with pytest.raises(TargetError) as raised:
        environment.apply(desired)
    environment.api.request(
        "PATCH",
        held,
        {"metadata": {"finalizers": None}},
        content_type="application/merge-patch+json",
    )
    assert raised.value.reference == "not-applied"
    assert raised.value.context[0] == (
        f"`Deployment.apps {name}/second`: refused: .metadata.namespace: "
        f"namespace {name} is being terminated"
    )

    environment.apply(desired)

    assert "Active" == environment.api.get(path).body["status"]["phase"]
    assert "data" not in environment.api.get(f"{path}/configmaps/first").body
    environment.uninstall(delete_namespaces=True)
