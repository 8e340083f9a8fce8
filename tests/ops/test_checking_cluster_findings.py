"""What is told of who uses which versions, without a cluster."""

from __future__ import annotations

from mistpm.model.finding import Finding
from mistpm.model.kinds import Kind
from mistpm.model.minor import Minor
from mistpm.model.presence import Api, find_kind, parse_api
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.cluster_findings import (
    custom_findings,
    requested_findings,
    told_by_the_server,
    unseen_findings,
    use_findings,
)
from mistpm.target.cluster.evidence import LiveUse, Unseen
from mistpm.target.cluster.evidence_definitions import CustomVersion, LiveDefinition
from mistpm.target.cluster.evidence_requests import RequestedApi

INGRESS = parse_api("extensions/v1beta1/Ingress")
WEB = ResourceId("networking.k8s.io", "Ingress", "shop", "web")
AUDIT = 'the audit log names who: its entries have the annotation `k8s.io/deprecated: "true"`'


def row(api: Api) -> Kind:
    """Give what is known of an API."""
    found = find_kind(api)
    assert found is not None
    return found


def test_gone_already() -> None:
    """What the cluster itself does not have any more breaks nothing that was not broken: a warning."""
    use = LiveUse(resource=WEB, api=INGRESS, manager="kubectl", time="2019-01-02T03:04:05Z")

    [finding] = use_findings([use], {INGRESS: row(INGRESS)}, Minor(30), (Minor(31), Minor(32)))

    assert (
        Finding(
            severity="warning",
            code="removed-api",
            message="`kubectl` (2019-01-02) wrote it as `extensions/v1beta1/Ingress`, which Kubernetes 1.22 removed",
            resource=WEB,
            api_version="extensions/v1beta1",
            minors=(Minor(31), Minor(32)),
            hint="let it write `networking.k8s.io/v1/Ingress`; the object itself stays, and is there in that version"
            " already",
            replacement="networking.k8s.io/v1/Ingress",
        )
        == finding
    )


def test_deprecated_first_and_then_gone() -> None:
    """Over several minors each of both is told for its own."""
    use = LiveUse(resource=WEB, api=INGRESS, manager="")

    told = use_findings([use], {INGRESS: row(INGRESS)}, Minor(20), (Minor(21), Minor(22)))

    assert [
        ("error", "removed-api", (Minor(22),), "`somebody` wrote it as `extensions/v1beta1/Ingress`, which"
         " Kubernetes 1.22 removed"),
        ("warning", "deprecated-api", (Minor(21),), "`somebody` wrote it as `extensions/v1beta1/Ingress`, which is"
         " deprecated since Kubernetes 1.14, and 1.22 does not have it"),
    ] == [(each.severity, each.code, each.minors, each.message) for each in told]  # fmt: skip


def test_objects_of_mistpm() -> None:
    """They have a release, and `mistpm upgrade` is what helps."""
    use = LiveUse(
        resource=WEB,
        api=INGRESS,
        manager="mistpm",
        owner="release `web` of mistpm",
        release="web",
        environment="made0000",
    )

    [finding] = use_findings([use], {INGRESS: row(INGRESS)}, Minor(21), (Minor(22),))

    assert (
        "error: web: Ingress.networking.k8s.io shop/web: `mistpm` wrote it as `extensions/v1beta1/Ingress`, which"
        " Kubernetes 1.22 removed; it belongs to the release `web` of mistpm" == str(finding)
    )
    assert (
        "`mistpm upgrade` moves to a version of its package that writes `networking.k8s.io/v1/Ingress`"
        == finding.hint
    )


def test_nothing_replaces_it() -> None:
    """Then it is said what does the work, where something does."""
    policies = parse_api("policy/v1beta1/PodSecurityPolicy")
    resource = ResourceId("policy", "PodSecurityPolicy", "", "restricted")
    use = LiveUse(resource=resource, api=policies, manager="helm", owner="Helm release `shop/web`")

    [finding] = use_findings([use], {policies: row(policies)}, Minor(24), (Minor(25),))

    assert (
        "nothing replaces it: Pod Security Admission does its work, told by labels on namespaces"
        == finding.hint
    )


def test_requests() -> None:
    """A version that goes is a warning, one that goes later is told, one without an end is Kubernetes' own."""
    requested = [
        RequestedApi(group="", version="v1", plural="endpoints"),
        RequestedApi(
            group="networking.k8s.io", version="v1beta1", plural="servicecidrs", removed="1.37"
        ),
        RequestedApi(group="metrics.k8s.io", version="v1beta1", plural="nodes", removed="1.40"),
    ]

    assert [
        Finding(
            severity="warning",
            code="requested-api",
            message="somebody asked the API server for `networking.k8s.io/v1beta1/ServiceCIDR` since it started,"
            " which Kubernetes 1.37 does not have; it does not count who",
            api_version="networking.k8s.io/v1beta1",
            minors=(Minor(37),),
            hint=AUDIT,
            replacement="networking.k8s.io/v1/ServiceCIDR",
        ),
        Finding(
            severity="info",
            code="requested-api",
            message="somebody asked the API server for `metrics.k8s.io/v1beta1 nodes` since it started, which"
            " Kubernetes 1.40 does not have; it does not count who",
            api_version="metrics.k8s.io/v1beta1",
            hint=AUDIT,
        ),
    ] == list(requested_findings(requested, (Minor(37),)))


def test_a_version_that_is_not_served() -> None:
    """Who wrote in it fails when it writes again; what may be stored in it is in the way of dropping it."""
    old, new = Api("example.org", "v1alpha1", "Widget"), Api("example.org", "v1", "Widget")
    definition = LiveDefinition(
        name="widgets.example.org",
        versions=(
            CustomVersion(api=old, is_served=False, is_deprecated=True),
            CustomVersion(api=new, is_served=True, is_deprecated=False),
        ),
        stored=("v1alpha1", "v1"),
    )
    widget = ResourceId("example.org", "Widget", "shop", "one")
    use = LiveUse(resource=widget, api=old, manager="operator", time="2024-05-06T07:08:09Z")

    assert [
        Finding(
            severity="warning",
            code="version-not-served",
            message="`operator` (2024-05-06) wrote it as `example.org/v1alpha1/Widget`, which its definition does not"
            " serve any more",
            resource=widget,
            api_version="example.org/v1alpha1",
            hint="let it write `example.org/v1/Widget`; the object itself stays, and is there in that version already",
            replacement="example.org/v1/Widget",
        ),
        Finding(
            severity="info",
            code="stored-version-deprecated",
            message="objects of it may still be stored as `v1alpha1`, which is not served any more: a definition"
            " without that version will be refused",
            resource=ResourceId(
                "apiextensions.k8s.io", "CustomResourceDefinition", "", "widgets.example.org"
            ),
            api_version="apiextensions.k8s.io/v1",
            hint="write every object again, so that it is stored in the present version, then take the old one out"
            " of `status.storedVersions`",
        ),
    ] == list(custom_findings([use], [definition]))


def test_what_the_server_warns_of() -> None:
    """Only what nothing else tells."""
    known, other = parse_api("policy/v1beta1/PodSecurityPolicy"), parse_api("policy/v1/Thing")

    assert [
        Finding(
            severity="warning",
            code="deprecated-api",
            message="the API server warns of `policy/v1/Thing`: use v2",
            api_version="policy/v1",
        )
    ] == list(told_by_the_server({known: "old", other: "use v2"}, {known}))


def test_what_was_not_looked_at() -> None:
    """One line for each reason, each thing once."""
    unseen = [
        Unseen(what="pods", why="the right to list is missing"),
        Unseen(what="things.example.org", why="its server does not answer"),
        Unseen(what="jobs.batch", why="the right to list is missing"),
        Unseen(what="pods", why="the right to list is missing"),
    ]

    assert [
        "info: `things.example.org` was not looked at: its server does not answer",
        "info: `jobs.batch`, `pods` were not looked at: the right to list is missing",
    ] == [str(each) for each in unseen_findings(unseen)]
