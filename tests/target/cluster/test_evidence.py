"""Who wrote what, asked of a real server that still serves an API which the next minor does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, has_condition
from old_cluster import CRDS, define, old_control_plane, populate, until_discovered, widget, widgets
from scripted_api import Reply, ScriptedApi, scripted_api, status

from mistpm.errors import TargetError
from mistpm.model.presence import Api, parse_api
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.connection import Connection, connect
from mistpm.target.cluster.api.credentials import StoredCredentials
from mistpm.target.cluster.cluster import ClusterTarget
from mistpm.target.cluster.evidence import Evidence, LiveUse, Unseen
from mistpm.target.cluster.evidence_definitions import CustomVersion, LiveDefinition
from mistpm.target.cluster.evidence_requests import RequestedApi

BETA = parse_api("networking.k8s.io/v1beta1/ServiceCIDR")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Give a control plane of 1.36 with objects that several tools wrote."""
    own = old_control_plane(tmp_path_factory.mktemp("old"))
    try:
        own.start()
        populate(own.api())
        yield own
    finally:
        own.close()


def opened(control_plane: ControlPlane, user: str = "admin") -> ClusterTarget:
    """Open a cluster as one of its users."""
    return ClusterTarget(connect(environ={"KUBECONFIG": str(control_plane.kubeconfig(user))}))


def use(name: str, manager: str, **more: Any) -> LiveUse:
    """Give a use of the old version of ServiceCIDR."""
    resource = ResourceId("networking.k8s.io", "ServiceCIDR", "", name)
    return LiveUse(resource=resource, api=BETA, manager=manager, **more)


def days(evidence: Evidence) -> list[tuple[str, str, str, str, str]]:
    """Give uses without the time of the day."""
    return [
        (each.resource.name, each.manager, each.time[:4], each.part, each.owner)
        for each in evidence.uses
    ]


@pytest.mark.cluster
@pytest.mark.slow
def test_who_wrote_what(old: ControlPlane) -> None:
    """Managers with their times, kubectl's annotation, releases of Helm; not who moved on, nor Kubernetes itself."""
    target = opened(old)

    evidence = target.evidence([BETA])

    year = evidence.uses[1].time[:4]
    assert [
        ("by-hand", "kubectl apply", "", "", ""),
        ("by-helm", "helm", year, "", "Helm release `shop/web`"),
        ("by-kubectl", "kubectl", year, "", ""),
        ("long-ago", "kubectl-client-side-apply", "2021", "", ""),
        ("long-ago", "operator", "2022", "status", ""),
    ] == days(evidence)
    assert (6, (), {}) == (evidence.objects, evidence.unseen, evidence.warnings)


@pytest.mark.cluster
@pytest.mark.slow
def test_what_was_asked_for(old: ControlPlane) -> None:
    """The server counts it, and says which minor goes without it; our own lists are not among it."""
    target = opened(old)
    target.evidence([BETA])

    assert (
        RequestedApi(
            group="networking.k8s.io", version="v1beta1", plural="servicecidrs", removed="1.37"
        ),
    ) == target.requested_deprecated()


@pytest.mark.cluster
@pytest.mark.slow
def test_without_rights(old: ControlPlane) -> None:
    """Nothing fails: what was not looked at is told."""
    target = opened(old, "viewer")
    listing = "the right to list is missing"

    assert Evidence(
        unseen=(Unseen(what="servicecidrs.networking.k8s.io", why=listing),)
    ) == target.evidence([BETA])
    assert (
        Unseen(what="/metrics", why="the right to read is missing") == target.requested_deprecated()
    )
    assert (
        Unseen(what="customresourcedefinitions.apiextensions.k8s.io", why=listing)
        == target.definitions()
    )


@pytest.mark.cluster
@pytest.mark.slow
def test_custom_kinds(old: ControlPlane) -> None:
    """Definitions tell which of their versions are deprecated; objects tell who writes them."""
    api, target = old.api(), opened(old)
    group = "evidence.example.org"
    deprecated = {"name": "v1alpha1", "deprecated": True, "deprecationWarning": "use v1"}
    define(api, widgets(group, deprecated, {"name": "v1"}))
    for version, name in (("v1alpha1", "old"), ("v1", "new")):
        body = widget(group, name, version)
        path = f"/apis/{group}/{version}/namespaces/default/widgets/{name}"
        assert 201 == api.apply(path, body, manager="operator").status
    until_discovered(old, f"{group}/v1alpha1/Widget")

    kind = Api(group, "v1alpha1", "Widget")
    definitions = target.definitions()
    evidence = target.evidence([kind])
    objects = [
        each["metadata"]["name"]
        for each in target.custom_objects(target.definition(f"widgets.{group}") or {})
    ]
    api.delete(f"{CRDS}/widgets.{group}")

    assert (
        LiveDefinition(
            name=f"widgets.{group}",
            versions=(
                CustomVersion(api=kind, is_served=True, is_deprecated=True, warning="use v1"),
                CustomVersion(api=Api(group, "v1", "Widget"), is_served=True, is_deprecated=False),
            ),
            stored=("v1",),
        ),
    ) == definitions
    assert [("old", "operator")] == [(each.resource.name, each.manager) for each in evidence.uses]
    assert ["new", "old"] == objects
    assert target.definition(f"widgets.{group}x") is None


@pytest.mark.cluster
@pytest.mark.slow
def test_a_broken_api_does_not_stop_anything(old: ControlPlane) -> None:
    """An aggregated API whose server is down is told where it was asked about, and everything else is found."""
    api = old.api()
    path = "/apis/apiregistration.k8s.io/v1/apiservices/v1.down.example.org"
    service = {"name": "nobody", "namespace": "default"}
    spec: dict[str, Any] = {"group": "down.example.org", "version": "v1", "service": service}
    spec |= {"groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": True}
    body = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.down.example.org"},
        "spec": spec,
    }
    api.apply(path, body)
    api.wait_for(path, has_condition("Available", value="False"))
    wait_until_broken(api)

    evidence = opened(old).evidence([BETA, Api("down.example.org", "v1", "Thing")])
    api.delete(path)

    assert (
        Unseen(what="down.example.org/v1", why="its server does not answer"),
    ) == evidence.unseen
    assert 5 == len(evidence.uses)


def wait_until_broken(api: KubernetesApi) -> None:
    """Wait until discovery knows of the API."""
    api.wait_for(
        "/apis",
        lambda answer: "down.example.org" in {each["name"] for each in answer.body["groups"]},
    )


def discovery(*kinds: tuple[str, str, str]) -> list[Callable[..., Any] | Reply]:
    """Give what a server answers to discovery: kinds as group, version and kind."""
    groups = [
        {
            "metadata": {"name": group},
            "versions": [
                {
                    "version": version,
                    "resources": [
                        {
                            "resource": f"{kind.lower()}s",
                            "responseKind": {"kind": kind},
                            "scope": "Namespaced",
                            "verbs": ["list"],
                        }
                    ],
                }
            ],
        }
        for group, version, kind in kinds
    ]
    listed = {"kind": "APIGroupDiscoveryList"}
    return [Reply(body={**listed, "items": []}), Reply(body={**listed, "items": groups})]


def page(*names: str, token: str = "") -> Reply:
    """Give a page of a list whose objects `operator` wrote in v1beta1."""
    fields = [{"manager": "operator", "apiVersion": "policy/v1beta1", "operation": "Update"}]
    items = [{"metadata": {"name": name, "managedFields": fields}} for name in names]
    return Reply(body={"metadata": {"continue": token}, "items": items})


def target_of(script: ScriptedApi) -> ClusterTarget:
    """Open the server as a cluster."""
    return ClusterTarget(
        Connection(server=script.url, title="cluster made", credentials=StoredCredentials())
    )


BUDGETS = parse_api("policy/v1beta1/PodDisruptionBudget")
SERVED = ("policy", "v1", "PodDisruptionBudget")


def test_one_request_for_each_page() -> None:
    """Only metadata is asked for; the rest of a list whose beginning is too old is had in one piece."""
    gone = status(410, "Expired", "the provided continue parameter is too old")
    steps = (*discovery(SERVED), page("one", token="more"), gone, page("one", "two"))
    with scripted_api(*steps) as script:
        evidence = target_of(script).evidence([BUDGETS])

    root = "/apis/policy/v1/poddisruptionbudgets"
    assert ["one", "two"] == [each.resource.name for each in evidence.uses]
    assert [
        "/api",
        "/apis",
        f"{root}?limit=500",
        f"{root}?limit=500&continue=more",
        f"{root}?limit=0",
    ] == [each.target for each in script.said]
    assert (
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
        == dict(script.said[2].headers)["Accept"]
    )


def test_labels_alone_do_not_make_an_object_ours() -> None:
    """Controllers copy those of a Service to its Endpoints: what counts is who applied it."""
    entry = {"apiVersion": "policy/v1beta1", "operation": "Apply"}
    labels = {"mistpm.dev/environment": "made0000", "mistpm.dev/release": "web"}
    made: list[tuple[str, list[dict[str, str]]]] = [
        ("copied", []),
        ("ours", [{**entry, "manager": "mistpm"}]),
    ]
    items = [
        {
            "metadata": {
                "name": name,
                "labels": labels,
                "managedFields": [{**entry, "manager": "operator"}, *more],
            }
        }
        for name, more in made
    ]
    with scripted_api(*discovery(SERVED), Reply(body={"metadata": {}, "items": items})) as script:
        evidence = target_of(script).evidence([BUDGETS])

    assert [
        ("copied", "operator", "", "", ""),
        ("ours", "mistpm", "release `web` of mistpm", "web", "made0000"),
        ("ours", "operator", "release `web` of mistpm", "web", "made0000"),
    ] == [
        (each.resource.name, each.manager, each.owner, each.release, each.environment)
        for each in evidence.uses
    ]


def test_a_kind_whose_objects_cannot_be_read() -> None:
    """It is told with the server's words, such as those of a webhook that converts and does not answer."""
    words = "conversion webhook for policy/v1, Kind=PodDisruptionBudget failed: no endpoints"
    steps = (*discovery(SERVED), status(500, "InternalError", words))
    with scripted_api(*steps) as script:
        evidence = target_of(script).evidence([BUDGETS])

    assert (Unseen(what="poddisruptionbudgets.policy", why=words),) == evidence.unseen


@pytest.mark.slow
def test_a_server_that_goes_away() -> None:
    """That is an error like everywhere."""
    target = ClusterTarget(
        Connection(
            server="http://127.0.0.1:1", title="cluster gone", credentials=StoredCredentials()
        )
    )

    for ask in (
        lambda: target.evidence([BUDGETS]),
        target.requested_deprecated,
        target.definitions,
    ):
        with pytest.raises(TargetError) as caught:
            ask()

        assert "cluster-unreachable" == caught.value.reference


def test_what_the_server_warns_of() -> None:
    """Where there is no other version to ask in, the server's warning comes with the list."""
    warning = '299 - "policy/v1beta1 PodDisruptionBudget is deprecated"'
    listed = page("one")
    steps = (
        *discovery(("policy", "v1beta1", "PodDisruptionBudget")),
        Reply(200, listed.body, (("Warning", warning),)),
    )
    with scripted_api(*steps) as script:
        evidence = target_of(script).evidence([BUDGETS])

    assert {BUDGETS: "policy/v1beta1 PodDisruptionBudget is deprecated"} == evidence.warnings


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{group="policy",removed_release="1.25",resource="pods",subresource="eviction",version="v1beta1"} 1',
         (RequestedApi(group="policy", version="v1beta1", plural="pods/eviction", removed="1.25"),)),
        ('{group="",removed_release="",resource="endpoints",subresource="",version="v1"} 1',
         (RequestedApi(group="", version="v1", plural="endpoints"),)),
        ('{group="policy",removed_release="1.25",resource="x",subresource="",version="v1beta1"} 0', ()),
    ],
)  # fmt: skip
def test_reading_the_metric(line: str, found: tuple[RequestedApi, ...]) -> None:
    """Among thousands of others, with or without the minor in which it goes."""
    text = f'# HELP other\nother{{a="b"}} 1\napiserver_requested_deprecated_apis{line}\nlast 2\n'
    with scripted_api(Reply(body=text)) as script:
        assert found == target_of(script).requested_deprecated()


def test_annotations_that_cannot_be_read() -> None:
    """What people write there is not always what kubectl writes."""
    key = "kubectl.kubernetes.io/last-applied-configuration"
    texts = ["", "{", "[]", '"x"', '{"apiVersion": 3}', '{"apiVersion": "policy/v1beta1"}']
    items = [
        {"metadata": {"name": f"o{number}", "annotations": {key: text}}}
        for number, text in enumerate(texts)
    ]
    steps = (*discovery(SERVED), Reply(body={"items": items}))
    with scripted_api(*steps) as script:
        assert () == target_of(script).evidence([BUDGETS]).uses
