"""Objects that others hold back: their fields, webhooks, definitions, finalizers, namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from applied_environment import AppliedEnvironment
from fault_proxy import FaultProxy, answer, late
from kubernetes_api import KubernetesApi, is_gone, is_there
from made_cluster_shop import DEFINITIONS, definition
from workloads import config_map, custom_definition, deployment

from mistpm.errors import TargetError
from mistpm.model.progress import Progress

MERGE = "application/merge-patch+json"
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


def test_fields_of_others(environment: AppliedEnvironment) -> None:
    """Fields that others own are listed by object, field and manager, and nothing at all is changed."""
    before = environment.release("app", config_map("one", text="old"), deployment("web"))
    environment.apply(environment.desired(before))
    path = environment.path("deployments.apps", "web")
    scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 3}}
    environment.api.apply(path, scaled, manager="autoscaler", force="true")
    one = environment.path("configmaps", "one")
    mine = config_map("one", text="mine", more="mine")
    environment.api.apply(one, mine, manager="kubectl", force="true")
    versions = [
        environment.api.get(each).body["metadata"]["resourceVersion"] for each in (path, one)
    ]
    after = environment.release(
        "app",
        config_map("one", text="new", more="new"),
        config_map("two"),
        deployment("web", replicas=2),
    )

    with pytest.raises(TargetError) as raised:
        environment.apply(environment.desired(after))

    name = environment.namespace
    assert str(raised.value) == (
        "cluster test: other field managers own fields that would be set\n"
        f"  ConfigMap {name}/one: `.data.more` is owned by `kubectl`\n"
        f"  ConfigMap {name}/one: `.data.text` is owned by `kubectl`\n"
        f"  Deployment.apps {name}/web: `.spec.replicas` is owned by `autoscaler`\n"
        "hint: take the fields with `--force-conflicts`, or leave them out with `patches:`"
    )
    assert versions[1] == environment.api.get(one).body["metadata"]["resourceVersion"]
    assert 3 == environment.api.get(path).body["spec"]["replicas"]
    assert ["one"] == environment.names("configmaps")
    assert ("applied", "") == environment.status()

    environment.apply(environment.desired(after), force_conflicts=True)

    assert {"text": "new", "more": "new"} == environment.api.get(one).body["data"]
    assert 2 == environment.api.get(path).body["spec"]["replicas"]


@pytest.fixture
def foreign_webhook(api: KubernetesApi, namespace: str) -> Iterator[str]:
    """Have somebody's webhook, which is not there, asked about every ConfigMap of the namespace."""
    name = f"gate-{namespace}"
    service = {"namespace": namespace, "name": "nobody", "path": "/check"}
    rule = {
        "operations": ["*"],
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["configmaps"],
    }
    webhook = {
        "name": "configuration.example.test",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "clientConfig": {"service": service},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "rules": [rule],
    }
    api.create(WEBHOOKS, {"metadata": {"name": name}, "webhooks": [webhook]})
    probe = f"/api/v1/namespaces/{namespace}/configmaps/probe"
    while api.apply(probe, config_map("probe"), dryRun="All").status != 500:
        pass  # webhooks work a moment after they are made
    yield f"{WEBHOOKS}/{name}"
    api.delete(f"{WEBHOOKS}/{name}")


def test_a_webhook_of_others_that_is_down(
    environment: AppliedEnvironment, foreign_webhook: str
) -> None:
    """Nothing that we do mends it: the error says so in the server's words; what it is not asked about is done."""
    desired = environment.desired(
        environment.release("app", config_map("one")), environment.release("web", deployment("web"))
    )

    diff = environment.target().diff(desired, environment.permissions)

    assert ["diff-approximate"] == [each.code for each in diff.findings]

    with pytest.raises(TargetError) as raised:
        environment.apply(desired)

    name = f"`ConfigMap {environment.namespace}/one`"
    assert str(raised.value) == (
        f"{name} failed in the cluster test\n"
        f'  {name}: refused: failed calling webhook "configuration.example.test": failed to call webhook: '
        f'Post "https://nobody.{environment.namespace}.svc:443/check?timeout=10s": service "nobody" not found\n'
        "  applied: 1 of 2\n"
        "hint: mend what is named and run the same command again: it goes on where this one stopped"
    )
    assert ["web"] == environment.names("deployments.apps")

    environment.api.delete(foreign_webhook)
    probe = environment.path("configmaps", "probe")
    while environment.api.apply(probe, config_map("probe"), dryRun="All").status == 500:
        pass
    environment.apply(desired)

    assert ["one"] == environment.names("configmaps")


def test_a_definition_that_is_slow_to_be_served(
    behind_proxy: AppliedEnvironment, proxy: FaultProxy
) -> None:
    """Instances are tried again for as long as their API is not served, and it is said what is waited for."""
    group = f"{behind_proxy.namespace}.example.org"
    kind = definition(group)
    kind["metadata"]["namespace"] = ""
    widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "one"}}
    proxy.inject(late(1), "^PATCH .*customresourcedefinitions")
    unserved = proxy.inject(answer(404, "404 page not found\n"), "^PATCH .*/widgets/", times=4)

    behind_proxy.apply(behind_proxy.desired(behind_proxy.release("app", kind, widget)))

    path = f"/apis/{group}/v1/namespaces/{behind_proxy.namespace}/widgets/one"
    waited = {
        each.message
        for each in behind_proxy.told
        if each.phase == "waiting" and each.resource and each.resource.kind == "Widget"
    }
    assert is_there(behind_proxy.api.get(path))
    assert 4 == unserved.hits
    assert f"`{group}/v1` is not served yet" in waited

    behind_proxy.uninstall()

    assert is_gone(behind_proxy.api.get(f"{DEFINITIONS}/widgets.{group}"))


def test_instances_are_checked_however_late_they_are_served(
    behind_proxy: AppliedEnvironment, proxy: FaultProxy
) -> None:
    """What their new definition refuses is known before the first of them is written."""
    group = f"{behind_proxy.namespace}.example.org"
    schema = {"type": "object", "properties": {"size": {"type": "integer", "maximum": 5}}}
    small, large = (
        {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": name}, "size": size}
        for name, size in (("a-small", 1), ("b-large", 9))
    )
    unserved = proxy.inject(answer(404, "404 page not found\n"), "^PATCH .*/things/", times=3)
    release = behind_proxy.release("app", custom_definition(group, schema), small, large)

    with pytest.raises(TargetError) as raised:
        behind_proxy.apply(behind_proxy.desired(release))

    assert ("manifest-refused", 3) == (raised.value.reference, unserved.hits)
    assert 0 == proxy.count("^PATCH (?!.*dryRun).*/things/")
    behind_proxy.uninstall()


def test_a_definition_that_somebody_deleted(environment: AppliedEnvironment) -> None:
    """Its instances went with it, though some may still be listed: they are made anew, after it."""
    group = f"{environment.namespace}.example.org"
    kind = definition(group)
    kind["metadata"]["namespace"] = ""
    widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "one"}}
    desired = environment.desired(environment.release("app", kind, widget))
    environment.apply(desired)
    environment.api.delete(f"{DEFINITIONS}/widgets.{group}")
    target = environment.target()

    diff = target.diff(desired, environment.permissions)

    assert ["CustomResourceDefinition", "Widget"] == [
        change.resource.kind for change in diff.having("create")
    ]

    environment.carry_out(target, desired, diff)

    assert [f"applied CustomResourceDefinition widgets.{group}", "applied Widget one"] == (
        environment.events("applied")
    )
    environment.uninstall()


def stuck(environment: AppliedEnvironment, name: str) -> str:
    """Have an object of the environment that is being deleted and cannot go; give its path."""
    path = environment.path("configmaps", name)
    held = {"metadata": {"finalizers": ["example.test/held"]}}
    environment.api.request("PATCH", path, held, content_type=MERGE)
    environment.api.delete(path)
    return path


def let_go(environment: AppliedEnvironment, path: str) -> None:
    """Have it go."""
    free: dict[str, Any] = {"metadata": {"finalizers": None}}
    environment.api.request("PATCH", path, free, content_type=MERGE)


def test_an_object_that_goes_and_is_wanted(environment: AppliedEnvironment) -> None:
    """One that is being deleted is waited for, not written into, and made anew."""
    desired = environment.desired(environment.release("app", config_map("one", text="old")))
    environment.apply(desired)
    path = stuck(environment, "one")
    uid = environment.api.get(path).body["metadata"]["uid"]

    def hear(told: Progress) -> None:
        if told.phase == "waiting" and told.resource:
            assert "the one that is there is being deleted" == told.message
            let_go(environment, path)

    environment.on_told = hear
    environment.apply(
        environment.desired(environment.release("app", config_map("one", text="new")))
    )

    made = environment.api.get(path).body
    assert uid != made["metadata"]["uid"]
    assert {"text": "new"} == made["data"]


def test_an_object_that_never_goes(environment: AppliedEnvironment) -> None:
    """When time is over, what holds it is named; once it is gone the same command does the rest."""
    desired = environment.desired(environment.release("app", config_map("one"), config_map("two")))
    environment.apply(desired)
    path = stuck(environment, "one")

    with pytest.raises(TargetError) as raised:
        environment.apply_until("the one that is there is being deleted", desired)

    name = f"`ConfigMap {environment.namespace}/one`"
    assert str(raised.value) == (
        f"{name} failed in the cluster test\n"
        f"  {name}: it is to be made anew, and the one that is there is still being deleted\n"
        "    its finalizers: `example.test/held`\n"
        "  applied: 0 of 1\n"
        "hint: mend what is named and run the same command again: it goes on where this one stopped"
    )

    let_go(environment, path)
    environment.apply(desired)

    assert ["one", "two"] == environment.names("configmaps")


def test_an_object_that_does_not_go_when_it_should(environment: AppliedEnvironment) -> None:
    """Removing waits for what holds it, says so, and stays responsible until it is gone."""
    both = environment.desired(environment.release("app", config_map("one"), config_map("two")))
    environment.apply(both)
    path = environment.path("configmaps", "one")
    held = {"metadata": {"finalizers": ["example.test/held"]}}
    environment.api.request("PATCH", path, held, content_type=MERGE)
    only = environment.desired(environment.release("app", config_map("two")))

    with pytest.raises(TargetError) as raised:
        environment.apply_until("finalizer `example.test/held` is not done", only)

    assert "not-gone" == raised.value.reference
    assert any("example.test/held" in line for line in raised.value.context)
    assert environment.status()[0] == "failed"

    environment.on_told = lambda told: (
        let_go(environment, path) if told.phase == "deleting" else None
    )
    environment.apply(only)

    assert is_gone(environment.api.get(path))
    assert ("applied", "") == environment.status()


def test_a_namespace_that_is_deleted_under_us(environment: AppliedEnvironment) -> None:
    """What cannot be made in it any more is told in the server's words; the next run makes it all anew."""
    name = f"{environment.namespace}-own"
    root = f"/api/v1/namespaces/{name}"
    first = environment.release("first", in_namespace(name, config_map("first")))
    rest = [in_namespace(name, config_map(f"number-{number}")) for number in range(5)]
    after = environment.release("after", *rest, in_namespace(name, deployment("web")))
    desired = environment.desired(
        first,
        after,
        needs={"after": ("first",)},
        namespaces=(name,),
        document=b"kind: Environment\n",
    )

    held = f"{root}/configmaps/held"

    def hear(told: Progress) -> None:
        if told.phase == "applied" and told.resource and told.resource.name == "first":
            environment.api.apply(held, with_finalizer(config_map("held")))
            environment.api.delete(root)

    environment.on_told = hear
    with pytest.raises(TargetError) as raised:
        environment.apply(desired)
    let_go(environment, held)

    assert "not-applied" == raised.value.reference
    assert any(f"namespace {name} is being terminated" in line for line in raised.value.context)
    assert "failed" == environment.status()[0]

    environment.on_told = lambda _told: None
    environment.apply(desired)

    assert {"first", *(f"number-{number}" for number in range(5))} <= {
        item["metadata"]["name"] for item in environment.api.get(f"{root}/configmaps").body["items"]
    }
    assert ("applied", "") == environment.status()

    environment.uninstall(delete_namespaces=True)

    assert is_gone(environment.api.get(root))


def with_finalizer(document: dict[str, Any]) -> dict[str, Any]:
    """Have a manifest's object stay, when it is deleted, until somebody lets it go."""
    metadata = {**document["metadata"], "finalizers": ["example.test/held"]}
    return {**document, "metadata": metadata}


def in_namespace(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """Put a manifest into another namespace."""
    return {**document, "metadata": {**document["metadata"], "namespace": name}}
