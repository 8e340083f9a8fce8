"""What goes wrong while an environment is applied: what is told, what is done all the same, what is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from applied_environment import AppliedEnvironment, annotated
from kubernetes_api import is_gone, is_there
from workloads import HELD, config_map, custom_definition, deployment, job, let_go, service

from mistpm.errors import TargetError, TargetTimeoutError


def test_a_failure_is_told_early(environment: AppliedEnvironment) -> None:
    """What depends on what failed is not begun, all else is written; mended, the next run does the rest."""
    shop = environment.release("shop", config_map("shop"))
    blog = environment.release("blog", config_map("blog"))
    needs: dict[str, tuple[str, ...]] = {"shop": ("db",)}
    environment.apply(environment.desired(environment.release("old", config_map("old"))))
    broken = environment.release(
        "db", deployment("db", image="fake.test/crash", arguments=("no disk",)), service("db")
    )

    with pytest.raises(TargetError) as raised:
        environment.apply(environment.desired(blog, broken, shop, needs=needs))

    error = raised.value
    db = f"`Deployment.apps {environment.namespace}/db`"
    lines = list(error.context)
    pod = next(line for line in lines if "no disk" in line)
    assert ("not-applied", 74, f"{db} failed in the cluster test") == (
        error.reference,
        error.exit_code,
        error.message,
    )
    assert lines[0].startswith(f"`Deployment.apps {environment.namespace}/db`: Pod `db-")
    assert lines.index(pod) < lines.index(
        f"`ConfigMap {environment.namespace}/shop` was not begun: "
        f"it waits for `Deployment.apps {environment.namespace}/db`"
    )
    assert "applied: 3 of 4" == lines[-1]
    assert error.hint == (
        "mend what is named and run the same command again: it goes on where this one stopped"
    )
    assert ["blog", "old"] == environment.names("configmaps")
    assert ("failed", f"{db} failed in the cluster test") == environment.status()

    mended = environment.release("db", deployment("db"), service("db"))
    environment.apply(environment.desired(blog, mended, shop, needs=needs))

    assert ["blog", "shop"] == environment.names("configmaps")
    assert ("applied", "") == environment.status()


def test_time_runs_out(environment: AppliedEnvironment) -> None:
    """What is not ready in time is told with what it waits for; its dependants are not begun."""
    db = environment.release("db", deployment("db", image="fake.test/stuck"))
    shop = environment.release("shop", config_map("shop"))

    with pytest.raises(TargetTimeoutError) as raised:
        environment.apply_until(
            "0 of 1 replicas are ready",
            environment.desired(db, shop, needs={"shop": ("db",)}),
            seconds=5,
        )

    error = raised.value
    name = f"`Deployment.apps {environment.namespace}/db`"
    assert ("not-ready", 75, f"{name} did not get ready in the cluster test within 5 s") == (
        error.reference,
        error.exit_code,
        error.message,
    )
    assert (
        f"`Deployment.apps {environment.namespace}/db`: 0 of 1 replicas are ready"
        == (error.context[0])
    )
    assert error.context[-2:] == (
        f"`ConfigMap {environment.namespace}/shop` was not begun: "
        f"it waits for `Deployment.apps {environment.namespace}/db`",
        "applied: 1 of 2",
    )
    assert error.hint == (
        "run the same command again: it goes on where this one stopped\n"
        "`--timeout` allows more time"
    )


def test_a_run_goes_on_where_the_last_one_stopped(environment: AppliedEnvironment) -> None:
    """What is there and was not ready is waited for, though it need not be written again."""
    db = environment.release("db", deployment("db", schedulingGates=[HELD]))
    shop = environment.release("shop", config_map("shop"))
    desired = environment.desired(db, shop, needs={"shop": ("db",)})
    with pytest.raises(TargetTimeoutError):
        environment.apply_until("0 of 1 replicas are ready", desired)

    environment.on_told = lambda told: (
        let_go(environment.api, environment.path("pods")) if told.phase == "waiting" else None
    )
    environment.apply(desired)

    expected = ["unchanged Deployment db", "ready Deployment db", "applied ConfigMap shop"]
    assert expected == environment.events("unchanged", "ready", "applied")[:3]


def test_not_waiting_still_waits_for_what_is_needed(environment: AppliedEnvironment) -> None:
    """Without waiting a release still begins when what it needs is ready, and nothing is waited for at the end."""
    db = environment.release("db", deployment("db", image="fake.test/slow:1s"))
    shop = environment.release("shop", deployment("shop", image="fake.test/stuck"))

    environment.apply(environment.desired(db, shop, needs={"shop": ("db",)}), wanted=False)

    expected = ["applied Deployment db", "ready Deployment db", "applied Deployment shop"]
    assert expected == environment.events("applied", "ready")


def test_what_the_server_refuses_at_last(environment: AppliedEnvironment) -> None:
    """A refusal that no dry run foresaw is a failure of that object, in the server's words."""
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few"},
        "spec": {"hard": {"count/services": "0"}},
    }
    desired = environment.desired(
        environment.release("app", config_map("one"), service("web"), deployment("web"))
    )
    target = environment.target()
    diff = target.diff(desired, environment.permissions)
    assert environment.api.create(environment.path("resourcequotas"), quota).status == 201
    environment.api.wait_for(
        environment.path("resourcequotas", "few"), lambda answer: bool(answer.body["status"])
    )

    with pytest.raises(TargetError) as raised:
        environment.carry_out(target, desired, diff)

    web = f"{environment.namespace}/web"
    assert str(raised.value) == (
        f"`Service {web}` failed in the cluster test\n"
        f"  `Service {web}`: refused: exceeded quota: few, "
        "requested: count/services=1, used: count/services=0, limited: count/services=0\n"
        f"  `Deployment.apps {web}` was not begun: it waits for `Service {web}`\n"
        "  applied: 1 of 3\n"
        "hint: mend what is named and run the same command again: it goes on where this one stopped"
    )
    assert is_gone(environment.api.get(environment.path("deployments.apps", "web")))


def test_a_stage_that_is_refused_is_not_begun(environment: AppliedEnvironment) -> None:
    """What waits for a new namespace is checked together: one mistake, and none of it is written."""
    name = f"{environment.namespace}-new"
    good, bad = config_map("good"), config_map("bad")
    bad["data"] = {"not a key": "x"}
    for each in (good, bad):
        each["metadata"]["namespace"] = name

    with pytest.raises(TargetError) as raised:
        environment.apply(
            environment.desired(environment.release("app", good, bad), namespaces=(name,))
        )

    assert "manifest-refused" == raised.value.reference
    assert "cluster test: the cluster refuses some manifests" == raised.value.message
    assert raised.value.context[0].startswith(f"ConfigMap {name}/bad: .data[not a key]: ")
    assert is_there(environment.api.get(f"/api/v1/namespaces/{name}"))
    assert is_gone(environment.api.get(f"/api/v1/namespaces/{name}/configmaps/good"))
    assert ("failed", raised.value.message) == environment.status()

    environment.uninstall(delete_namespaces=True)

    assert is_gone(environment.api.get(f"/api/v1/namespaces/{name}"))


def test_a_migration_that_fails_runs_again(environment: AppliedEnvironment) -> None:
    """A Job that runs once for a version and failed is made anew by the next run, and then not again."""
    broken = annotated(job("migrate", image="fake.test/crash"), run="once-per-version")
    with pytest.raises(TargetError) as raised:
        environment.apply(environment.desired(environment.release("app", broken)))
    assert raised.value.reference == "not-applied"
    path = environment.path("jobs.batch", "migrate")
    failed = environment.api.get(path).body["metadata"]["uid"]

    mended = annotated(job("migrate"), run="once-per-version")
    environment.apply(environment.desired(environment.release("app", mended)))

    done = environment.api.get(path).body["metadata"]["uid"]
    assert failed != done
    assert environment.apply(environment.desired(environment.release("app", mended))).changes == ()

    environment.api.delete(path, propagationPolicy="Foreground")
    environment.api.wait_for(path, is_gone)

    desired = environment.desired(environment.release("app", mended, config_map("one")))
    environment.apply(desired)

    assert is_gone(environment.api.get(path))


def test_instances_that_their_new_definition_refuses(environment: AppliedEnvironment) -> None:
    """Instances of a definition of the same run are checked together when that is served."""
    group = f"{environment.namespace}.example.org"
    schema = {"type": "object", "properties": {"size": {"type": "integer", "maximum": 5}}}
    definition = custom_definition(group, schema)
    small, large = (
        {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": name}, "size": size}
        for name, size in (("a-small", 1), ("b-large", 9))
    )

    with pytest.raises(TargetError) as raised:
        environment.apply(environment.desired(environment.release("app", definition, small, large)))

    assert ("manifest-refused", 1) == (raised.value.reference, len(raised.value.context))
    assert raised.value.context[0].startswith(
        f"Thing.{group} {environment.namespace}/b-large: .size: "
    )
    things = environment.api.get(f"/apis/{group}/v1/namespaces/{environment.namespace}/things")
    assert things.body["items"] == []
    environment.uninstall()


@pytest.mark.parametrize("replicas", [1, 3])
def test_going_back_after_a_deadline(environment: AppliedEnvironment, replicas: int) -> None:
    """That the rollout before made no progress is no failure of the one that goes back."""
    good = deployment("db", replicas=replicas, deadline=2)
    stuck = deployment("db", replicas=replicas, deadline=2, image="fake.test/stuck")
    environment.apply(environment.desired(environment.release("db", good)))
    with pytest.raises(TargetError) as raised:
        environment.apply(environment.desired(environment.release("db", stuck)))
    assert "its rollout made no progress within 2 s" in raised.value.context[0]

    environment.apply(environment.desired(environment.release("db", good)))

    assert ["applied Deployment db", "ready Deployment db"] == environment.events(
        "applied", "ready", "failed"
    )
    assert ("applied", "") == environment.status()


def test_not_waiting_leaves_alone_what_does_not_change(environment: AppliedEnvironment) -> None:
    """Without waiting a run ends when all is written that changes, whoever needs that."""
    db, stuck = deployment("db"), deployment("db", image="fake.test/stuck")
    shop, blog = config_map("shop"), config_map("blog")
    needs: dict[str, tuple[str, ...]] = {"shop": ("db",), "blog": ("shop",)}

    def apply(db: dict[str, Any], *, wanted: bool = True) -> None:
        releases = [
            environment.release(each["metadata"]["name"], each) for each in (db, shop, blog)
        ]
        environment.apply(environment.desired(*releases, needs=needs), wanted=wanted)

    apply(db)
    apply(stuck, wanted=False)
    assert ["applied Deployment db"] == environment.events("applied", "ready")
    assert ("applied", "") == environment.status()

    apply(deployment("db", image="fake.test/stuck:2"), wanted=False)
    assert ["applied Deployment db"] == environment.events("applied", "ready")


def test_what_does_not_change_is_not_told_as_not_begun(environment: AppliedEnvironment) -> None:
    """Only what had to be written is missing where a run did not come to its end."""
    shop, blog = config_map("shop"), config_map("blog", text="old")
    needs: dict[str, tuple[str, ...]] = {"shop": ("db",), "blog": ("shop",)}

    def apply(image: str, text: str, seconds: float = 900) -> None:
        releases = [
            environment.release("db", deployment("db", image=image)),
            environment.release("shop", shop),
            environment.release("blog", {**blog, "data": {"text": text}}),
        ]
        environment.apply(environment.desired(*releases, needs=needs), seconds=seconds)

    apply("example.test/app:1", "old")
    with pytest.raises(TargetError) as raised:
        apply("fake.test/missing", "new")
    again = raised.value
    with pytest.raises(TargetError) as raised:
        apply("fake.test/missing", "old")

    db = f"`Deployment.apps {environment.namespace}/db`"
    assert (
        f"`ConfigMap {environment.namespace}/blog` was not begun: it waits for {db}",
        "applied: 1 of 2",
    ) == again.context[-2:]
    assert not [each for each in again.context if "/shop`" in each]
    assert not [each for each in raised.value.context if "was not begun" in each]
