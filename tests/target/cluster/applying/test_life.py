"""What becomes of an environment on a real control plane, from the first run to the last."""

from __future__ import annotations

from typing import Any

import pytest
from applied_environment import AppliedEnvironment, annotated
from kubernetes_api import is_gone
from workloads import config_map, custom_definition, deployment, job, service

from mistpm.target.cluster.api.client import Client


def shop(environment: AppliedEnvironment, text: str = "one", *more: dict[str, Any]) -> Any:
    """Give two releases, of which one needs the other."""
    return environment.desired(
        environment.release("db", deployment("db"), service("db")),
        environment.release("shop", config_map("shop", text=text), deployment("shop"), *more),
        needs={"shop": ("db",)},
    )


def test_a_whole_life(environment: AppliedEnvironment) -> None:
    """Installed, nothing to do, changed, pruned, uninstalled: and nothing is left, not even the state."""
    environment.apply(shop(environment, "one", config_map("old")))

    assert environment.events("applied", "ready") == [
        "applied Service db",
        "ready Service db",
        "applied Deployment db",
        "ready Deployment db",
        *environment.events("applied", "ready")[4:],
    ]
    assert ("applied", "") == environment.status()

    again = environment.apply(shop(environment, "one", config_map("old")))

    assert ((), []) == (again.changes, environment.told)

    changed = environment.apply(shop(environment, "two"))

    assert [("update", "shop"), ("delete", "old")] == [
        (change.action, change.resource.name) for change in changed.changes
    ]
    assert ["applied ConfigMap shop", "deleted ConfigMap old"] == environment.events(
        "applied", "deleted"
    )

    environment.uninstall()

    kinds = ("deployments.apps", "services", "configmaps", "replicasets.apps")
    assert [[]] * 4 == [environment.names(kind) for kind in kinds]
    for plural in ("configmaps", "secrets"):
        path = f"/api/v1/namespaces/{environment.state_namespace}/{plural}"
        left = environment.api.get(path, labelSelector="mistpm.dev/state").body["items"]
        assert left == []


def test_nothing_to_do_costs_a_list_for_each_kind(
    environment: AppliedEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty objects of one kind that are there cost as many requests as one."""
    many = environment.release("many", *(config_map(f"n{number}") for number in range(40)))
    environment.apply(environment.desired(many))
    asked: list[str] = []
    request = Client.request

    def counted(client: Client, method: str, path: str, **options: Any) -> Any:
        asked.append(f"{method} {path}")
        return request(client, method, path, **options)

    monkeypatch.setattr(Client, "request", counted)
    environment.apply(environment.desired(many))
    state = f"/api/v1/namespaces/{environment.state_namespace}/configmaps/mistpm-{environment.id}"

    assert ["GET /api", "GET /apis", f"GET {state}", "GET /api/v1/configmaps"] == sorted(
        asked, key=lambda line: ("/api/v1" in line, "state" not in line, line)
    )


def test_what_needs_a_definition_waits_for_it(environment: AppliedEnvironment) -> None:
    """A definition and instances of it in one run; they go before it does."""
    group = f"{environment.namespace}.example.org"
    environment.apply(environment.desired(*_operator(environment, group)))

    told = environment.events("applied", "ready")
    assert told.index(f"ready CustomResourceDefinition things.{group}") < told.index(
        "applied Thing one"
    )

    environment.uninstall()

    told = environment.events("deleted")
    assert told.index("deleted Thing one") < told.index("deleted Deployment operator")
    assert f"deleted CustomResourceDefinition things.{group}" == told[-1]


def test_a_namespace_of_the_hosts(environment: AppliedEnvironment) -> None:
    """A missing namespace is made first, and goes only where that is allowed."""
    name = f"{environment.namespace}-made"
    one = config_map("one")
    one["metadata"]["namespace"] = name
    desired = environment.desired(environment.release("app", one), namespaces=(name,))
    environment.apply(desired)

    assert ["applied Namespace " + name, "applied ConfigMap one"] == environment.events("applied")

    environment.uninstall()

    assert [f"kept Namespace {name}"] == environment.events("kept")

    environment.uninstall(delete_namespaces=True)

    assert [f"deleted Namespace {name}"] == environment.events("deleted")
    assert is_gone(environment.api.get(f"/api/v1/namespaces/{name}"))


def test_a_release_that_is_left_alone(environment: AppliedEnvironment) -> None:
    """What cannot be rendered now stays as it is, and is still owned afterwards."""
    one = environment.release("one", config_map("one"))
    two = environment.release("two", config_map("two"))
    environment.apply(environment.desired(one, two))

    environment.apply(environment.desired(one, left_alone=("two",), lock=b"other\n"))

    assert ["one", "two"] == environment.names("configmaps")

    environment.apply(environment.desired(one))

    assert ["one"] == environment.names("configmaps")


def test_a_job_runs_once_per_version(environment: AppliedEnvironment) -> None:
    """A migration does not run again for the same version, though other things change."""
    migration = annotated(job("migrate"), run="once-per-version")
    environment.apply(
        environment.desired(environment.release("app", migration, config_map("one", a="1")))
    )
    before = environment.api.get(environment.path("jobs.batch", "migrate")).body["metadata"]["uid"]

    environment.apply(
        environment.desired(environment.release("app", migration, config_map("one", a="2")))
    )

    path = environment.path("jobs.batch", "migrate")
    assert before == environment.api.get(path).body["metadata"]["uid"]


def _operator(environment: AppliedEnvironment, group: str) -> tuple[Any, ...]:
    definition = custom_definition(group, {"type": "object"})
    thing = {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "one"}}
    return (environment.release("operator", thing, definition, deployment("operator")),)


def test_a_package_orders_its_objects(environment: AppliedEnvironment) -> None:
    """A migration that says what it comes before is done when that begins, and what stays is looked at, too."""
    web = annotated(deployment("web"), after="Job.batch/migrate")
    environment.apply(environment.desired(environment.release("app", web, job("migrate"))))

    expected = ["applied Job migrate", "ready Job migrate", "applied Deployment web"]
    assert expected == environment.events("applied", "ready")[:3]

    web = annotated(deployment("web", replicas=2), after="Job.batch/migrate")
    environment.apply(environment.desired(environment.release("app", web, job("migrate"))))

    assert ["unchanged Job migrate", "applied Deployment web", "ready Deployment web"] == (
        environment.events("unchanged", "applied", "ready")
    )


def test_instances_of_a_definition_that_changes(environment: AppliedEnvironment) -> None:
    """A field that the definition gets in the same run is written, however long the server takes to know it."""
    group = f"{environment.namespace}.example.org"
    (release,) = _operator(environment, group)
    environment.apply(environment.desired(release))
    (definition,) = [
        each.data for each in release.manifests if each.id.kind == "CustomResourceDefinition"
    ]
    version = definition["spec"]["versions"][0]
    schema = {"type": "object", "properties": {"size": {"type": "integer"}}}
    changed = {
        **definition,
        "spec": {
            **definition["spec"],
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    changed["metadata"] = {**changed["metadata"], "namespace": ""}
    thing = {
        "apiVersion": f"{group}/v1",
        "kind": "Thing",
        "metadata": {"name": "one"},
        "size": 3,
    }

    environment.apply(environment.desired(environment.release("operator", changed, thing)))

    path = f"/apis/{group}/v1/namespaces/{environment.namespace}/things/one"
    assert 3 == environment.api.get(path).body["size"]
    environment.uninstall()
