"""`mistpm check --cluster` as an operation, on a control plane of 1.36 that mistpm never touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from control_plane import ControlPlane
from old_cluster import CRDS, define, old_control_plane, populate, until_discovered, widget, widgets

from mistpm.errors import UsageError
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.presence import parse_api
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.of_cluster import ClusterCheck, check_cluster_apis
from mistpm.ops.checks.writers import other_writers
from mistpm.ops.options import Options
from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.cluster import ClusterTarget

CIDR = "ServiceCIDR.networking.k8s.io"
GONE = "`networking.k8s.io/v1beta1/ServiceCIDR`"
WROTE = f"wrote it as {GONE}, which Kubernetes 1.37 removed"
DIRECTORY = """\
apiVersion: mistpm.dev/v1
kind: Environment
id: made0000
name: made
target: {directory: out}
"""


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


@pytest.fixture
def check(old: ControlPlane, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, with the kubeconfig of the control plane."""
    monkeypatch.setenv("KUBECONFIG", str(old.kubeconfig()))
    monkeypatch.setenv("MISTPM_CONFIG_DIR", str(folder / "config"))
    return folder


def lines(report: ClusterCheck) -> list[str]:
    """Give findings as they are told, without the days on which the tests run."""
    today = r" \(20(?:2[6-9]|[3-9]\d)-\d\d-\d\d\)"
    return [re.sub(today, "", str(each)) for each in report.findings]


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.usefixtures("check")
def test_what_breaks_with_the_next_minor() -> None:
    """Who wrote which object, whose it is, what was asked for; no environment file is needed."""
    report = check_cluster_apis(Options())

    assert ("cluster test", Minor(36), (Minor(37),)) == (
        report.target,
        report.minor,
        report.minors,
    )
    assert [
        f"error: {CIDR} by-hand: `kubectl apply` {WROTE}",
        f"error: {CIDR} by-helm: `helm` {WROTE}; it belongs to the Helm release `shop/web`",
        f"error: {CIDR} by-kubectl: `kubectl` {WROTE}",
        f"error: {CIDR} long-ago: `kubectl-client-side-apply` (2021-05-02) and `operator`"
        f" (its status, 2022-06-03) {WROTE}",
        f"warning: somebody asked the API server for {GONE} since it started, which Kubernetes 1.37"
        " does not have; it does not count who",
    ] == lines(report)


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.usefixtures("check")
def test_a_finding_says_what_to_do() -> None:
    """Its version, the minors, what to write instead."""
    by_kubectl = next(
        each
        for each in check_cluster_apis(Options()).findings
        if each.resource == ResourceId("networking.k8s.io", "ServiceCIDR", "", "by-kubectl")
    )

    assert (
        Finding(
            severity="error",
            code="removed-api",
            message=by_kubectl.message,
            resource=by_kubectl.resource,
            api_version="networking.k8s.io/v1beta1",
            minors=(Minor(37),),
            hint="let it write `networking.k8s.io/v1/ServiceCIDR`; the object itself stays, and is there in that"
            " version already",
            replacement="networking.k8s.io/v1/ServiceCIDR",
        )
        == by_kubectl
    )


@pytest.mark.cluster
@pytest.mark.slow
def test_an_older_minor_is_asked_for(check: Path) -> None:
    """What is deprecated there is a warning; a directory of the environment here is no cluster to look at."""
    (check / "mistpm.yaml").write_text(DIRECTORY)

    report = check_cluster_apis(Options(), (Minor(35),))

    told = [each for each in report.findings if each.code == "deprecated-api"]
    assert 4 == len(told)
    assert {"warning"} == {each.severity for each in told}
    assert {(Minor(35),)} == {each.minors for each in told}
    assert told[0].message.endswith(
        f"wrote it as {GONE}, which is deprecated since Kubernetes 1.34, and 1.37 does not have it"
    )


@pytest.mark.cluster
@pytest.mark.slow
def test_without_rights(check: Path, old: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was not looked at is in one line for each reason."""
    del check
    monkeypatch.setenv("KUBECONFIG", str(old.kubeconfig("viewer")))

    listing, metrics = check_cluster_apis(Options()).findings

    assert ("info", "not-looked-at") == (listing.severity, listing.code)
    assert "`servicecidrs.networking.k8s.io`" in listing.message
    assert listing.message.endswith(" were not looked at: the right to list is missing")
    assert (
        Finding(
            severity="info",
            code="not-looked-at",
            message="`/metrics` was not looked at: the right to read is missing",
            hint="ask for a role that allows it",
        )
        == metrics
    )


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.usefixtures("check")
def test_custom_kinds(old: ControlPlane) -> None:
    """Versions that their definitions call deprecated, or do not serve any more; they have no minor."""
    api, group = old.api(), "checked.example.org"
    deprecated = {"name": "v1alpha1", "deprecated": True, "deprecationWarning": "use v1"}
    define(api, widgets(group, {"name": "v1alpha1"}))
    for name in ("one", "two"):
        path = f"/apis/{group}/v1alpha1/namespaces/default/widgets/{name}"
        assert api.apply(path, widget(group, name), manager="operator").status == 201
    define(api, widgets(group, deprecated, {"name": "v1"}))
    until_discovered(old, f"{group}/v1/Widget", f"{group}/v1alpha1/Widget")

    report = check_cluster_apis(Options())
    api.delete(f"{CRDS}/widgets.{group}")

    kind = f"Widget.{group}"
    said = (
        f"`operator` wrote it as `{group}/v1alpha1/Widget`, which its definition calls deprecated"
    )
    assert [
        f"warning: {kind} default/one: {said} (it says: use v1)",
        f"warning: {kind} default/two: {said} (it says: use v1)",
        f"info: CustomResourceDefinition.apiextensions.k8s.io widgets.{group}: objects of it may still be stored"
        " as `v1alpha1`, which is deprecated: a definition without that version will be refused",
    ] == [line for line in lines(report) if group in line]
    [first, *_] = [each for each in report.findings if each.code == "deprecated-api"]
    assert (f"{group}/v1/Widget", ()) == (first.replacement, first.minors)


def test_a_directory_is_no_cluster(folder: Path) -> None:
    """Whoever names one is told so."""
    del folder
    with pytest.raises(UsageError) as caught:
        check_cluster_apis(Options(target="directory:out"))

    assert (
        "this needs a cluster, and directory out is none\nhint: name a cluster with --context NAME"
        == str(caught.value)
    )


def test_no_cluster_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a kubeconfig there is nothing to look at."""
    monkeypatch.setenv("KUBECONFIG", str(folder / "none"))

    with pytest.raises(UsageError) as caught:
        check_cluster_apis(Options())

    assert "no-target" == caught.value.reference


@pytest.mark.cluster
@pytest.mark.slow
def test_who_else_writes_what_goes(check: Path, old: ControlPlane) -> None:
    """For plans: managers and objects by API, of what goes between two minors."""
    del check
    cluster = ClusterTarget(connect(environ={"KUBECONFIG": str(old.kubeconfig())}))
    api = parse_api("networking.k8s.io/v1beta1/ServiceCIDR")

    found = other_writers(cluster, "made0000", Minor(36), Minor(37))

    assert [api] == list(found)
    assert [
        ("helm", "by-helm"),
        ("kubectl", "by-kubectl"),
        ("kubectl apply", "by-hand"),
        ("kubectl-client-side-apply", "long-ago"),
        ("operator", "long-ago"),
    ] == [(manager, resource.name) for manager, resource in found[api]]
    assert {} == other_writers(cluster, "made0000", Minor(35), Minor(36))
