"""What a step does to a real cluster: against what is there, with the defaults that the server gave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from applied_environment import AppliedEnvironment, annotated
from control_plane import ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi
from made_cluster_shop import ClusterShop
from workloads import config_map, deployment, job, pod_template

from mistpm.cli.application import run
from mistpm.diff.fields import changed_fields
from mistpm.model.change import Diff
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId
from mistpm.ops.proposing import propose
from mistpm.ops.upgrade.contents import contents_of, live_contents
from mistpm.ops.upgrade.plan import Contents
from mistpm.target.cluster.comparing.refusals import ChangesRefusedError
from mistpm.target.protocol import Desired, Permissions


@pytest.fixture
def environment(
    control_plane: ControlPlane, api: KubernetesApi, namespace: str
) -> Iterator[AppliedEnvironment]:
    """Give an environment whose namespace is there already; its state is removed with it."""
    made = AppliedEnvironment(control_plane, api, namespace)
    yield made
    api.delete(f"/api/v1/namespaces/{made.state_namespace}")


def live(environment: AppliedEnvironment, desired: Desired) -> Contents:
    """Give what applying would do, also where the cluster refuses some of it."""
    try:
        diff = environment.target().diff(desired, Permissions())
    except ChangesRefusedError as error:
        diff = error.diff or Diff(changes=())
    return contents_of(diff, desired, is_live=True, is_cluster=True)


def stateful_set(service: str, image: str = "example.test/app:1", **spec: Any) -> dict[str, Any]:
    """Give a StatefulSet without Pods."""
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {
            "replicas": 0,
            "serviceName": service,
            "selector": {"matchLabels": {"app": "db"}},
            "template": pod_template("db", image=image),
            **spec,
        },
    }


def test_what_restarts(environment: AppliedEnvironment) -> None:
    """Only what really differs counts: no default of the server's is a change of a template."""
    reader = deployment("reader")
    [container] = reader["spec"]["template"]["spec"]["containers"]
    container["envFrom"] = [{"configMapRef": {"name": "shop"}}]
    state = [config_map("shop", a="1"), reader, deployment("web"), deployment("same")]
    environment.apply(environment.desired(environment.release("shop", *state)), wanted=False)
    state[0] = config_map("shop", a="2")
    state[2] = deployment("web", image="example.test/app:2")
    contents = live(environment, environment.desired(environment.release("shop", *state)))

    assert ["shop", "web"] == [each.resource.name for each in contents.diff.having("update")]
    assert [
        (
            "web",
            ('.spec.template.spec.containers[name="main"].image',),
            "its Pods are replaced a few at a time",
        )
    ] == [(each.resource.name, each.paths, each.how) for each in contents.restarts]
    assert [
        ("reader", "variables from `ConfigMap shop` keep their values until it is restarted")
    ] == [(each.resource.name, each.how) for each in contents.no_restarts]
    assert ((), ()) == (contents.data, contents.fixed)


def test_what_the_cluster_refuses_has_a_way_out(environment: AppliedEnvironment) -> None:
    """The fields that cannot change are named before anything is applied, and nothing else of the object."""
    release = environment.release("shop", stateful_set("a"), job("once"))
    environment.apply(environment.desired(release), wanted=False)
    after = environment.release("shop", stateful_set("b"), job("once", image="example.test/app:2"))
    contents = live(environment, environment.desired(after))

    assert [
        ("StatefulSet", (".spec.serviceName",)),
        ("Job", ('.spec.template.spec.containers[name="main"].image',)),
    ] == [(each.resource.kind, each.paths) for each in contents.fixed]
    assert () == contents.restarts


def test_what_may_be_made_anew_restarts(environment: AppliedEnvironment) -> None:
    """With the annotation mistpm does it, and the plan says that its Pods end."""
    before, after = (annotated(stateful_set(name), replace="true") for name in ("a", "b"))
    environment.apply(environment.desired(environment.release("shop", before)), wanted=False)
    contents = live(environment, environment.desired(environment.release("shop", after)))

    assert [(".spec.serviceName",)] == [each.paths for each in contents.fixed]
    assert ["it is deleted and made anew: all its Pods end before new ones start"] == [
        each.how for each in contents.restarts
    ]
    assert contents.diff.changes[0].replaced


@pytest.mark.parametrize("is_allowed", [True, False])
def test_defaults_of_what_must_be_replaced_are_no_losses(
    environment: AppliedEnvironment, *, is_allowed: bool
) -> None:
    """They come back by themselves: only what the manifest says otherwise, or does not say any more, is told."""
    more = {"replace": "true"} if is_allowed else {}
    before, after = (annotated(stateful_set(name), **more) for name in ("a", "b"))
    before["spec"]["minReadySeconds"] = 5
    environment.apply(environment.desired(environment.release("shop", before)), wanted=False)
    [change] = live(
        environment, environment.desired(environment.release("shop", after))
    ).diff.changes

    assert [
        (".spec.minReadySeconds", "remove", 5, None),
        (".spec.serviceName", "change", "a", "b"),
    ] == [(each.path, each.action, each.before, each.after) for each in changed_fields(change)]


def pods(environment: AppliedEnvironment, app: str) -> set[str]:
    """Give the Pods of a workload, each by its identity."""
    found = environment.api.get(environment.path("pods"), labelSelector=f"app={app}").body["items"]
    return {pod["metadata"]["uid"] for pod in found if "deletionTimestamp" not in pod["metadata"]}


def test_what_is_said_of_restarts_comes_true(environment: AppliedEnvironment) -> None:
    """After the step the Pods are others where the plan says so, and the same where it says that."""
    reader = deployment("reader")
    [container] = reader["spec"]["template"]["spec"]["containers"]
    container["envFrom"] = [{"configMapRef": {"name": "shop"}}]
    new, by_hand = "example.test/app:2", {"type": "OnDelete"}
    before = [
        config_map("shop", a="1"),
        reader,
        deployment("web"),
        deployment("paused"),
        stateful_set("db", replicas=1, updateStrategy=by_hand),
    ]
    after = [
        config_map("shop", a="2"),
        reader,
        deployment("web", image=new),
        deployment("paused", image=new),
        stateful_set("db", image=new, replicas=1, updateStrategy=by_hand),
    ]
    after[3]["spec"]["paused"] = True
    apps = ("reader", "web", "paused", "db")
    environment.apply(environment.desired(environment.release("shop", *before)))
    old = {app: pods(environment, app) for app in apps}
    wanted = environment.desired(environment.release("shop", *after))
    contents = live(environment, wanted)

    assert ["web"] == [each.resource.name for each in contents.restarts]
    assert ["paused", "db", "reader"] == [each.resource.name for each in contents.no_restarts]

    environment.apply(wanted, wanted=False)
    eventually(lambda: len(now := pods(environment, "web")) == 1 and not now & old["web"])

    assert {app: old[app] for app in apps if app != "web"} == {
        app: pods(environment, app) for app in apps if app != "web"
    }


OTHER = [
    {"op": "replace", "path": "/spec/selector/matchLabels/app", "value": "other"},
    {"op": "replace", "path": "/spec/template/metadata/labels/app", "value": "other"},
]


def test_a_plan_shows_what_cannot_be_changed(
    cluster_shop: ClusterShop, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no error that ends everything: the plan is shown, with the way out, and forbids to begin."""
    cluster_shop.write(releases={"web": cluster_shop.release()})
    cluster_shop.install()
    patches = [{"select": {"kind": "Deployment"}, "json": OTHER}]
    cluster_shop.write(releases={"web": cluster_shop.release(patches=patches)})
    proposal = propose(cluster_shop.open(), is_for_show=True)
    resource = ResourceId("apps", "Deployment", cluster_shop.namespace, "web")

    assert [
        Finding(
            severity="error",
            code="must-be-replaced",
            message="must be replaced: `.spec.selector.matchLabels.app` cannot change",
            release="web",
            resource=resource,
            hint="allow deleting and making again with the annotation"
            ' `mistpm.dev/replace: "true"`, by `patches:`',
        )
    ] == [each for each in proposal.findings if each.severity == "error"]
    assert [(resource, (".spec.selector.matchLabels.app",))] == [
        (each.resource, each.paths) for each in live_contents(proposal).fixed
    ]

    with pytest.raises(ChangesRefusedError):
        propose(cluster_shop.open())
    code = run(["upgrade", "--plan"])
    shown = capsys.readouterr().out

    assert 65 == code
    assert "CANNOT BE CHANGED IN PLACE\n" in shown
