"""Checking an environment whose target is a cluster: the cluster knows kinds that nothing else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kubernetes_api import has_condition
from made_cluster_shop import DEFINITIONS, ClusterShop, definition

from mistpm.ops.checks.checking import CheckReport
from mistpm.ops.checks.of_environment import check_environment
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter

STRICT = {
    "type": "object",
    "required": ["spec"],
    "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
}


@pytest.fixture
def group(cluster_shop: ClusterShop) -> Iterator[str]:
    """Give a group of kinds whose widgets need a `spec`; somebody else defines it."""
    name = f"{cluster_shop.namespace}.example.org"
    wanted = definition(name)
    wanted["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = STRICT
    path = f"{DEFINITIONS}/widgets.{name}"
    cluster_shop.api.apply(path, wanted)
    cluster_shop.api.wait_for(path, has_condition("Established"))
    yield name
    cluster_shop.undefine(name)


def check() -> CheckReport:
    """Check the environment here."""
    return check_environment(Options(), (), Reporter())


def test_custom_resources_are_checked_against_the_cluster_s_definitions(
    cluster_shop: ClusterShop, group: str
) -> None:
    """What nobody serves is told apart; proposing leaves the rest to the server's dry run."""
    releases = {
        name: cluster_shop.release("toy/apps/thing", inputs={"group": each})
        for name, each in (("known", group), ("unknown", "nowhere.example.org"))
    }
    cluster_shop.write(releases=releases)

    assert [
        ("known", "error", "missing-field", "spec"),
        ("unknown", "warning", "unknown-kind", "apiVersion"),
    ] == [
        (each.release, each.severity, each.code, each.path)
        for each in check().findings
        if each.code != "unknown-scope"
    ]


def test_a_cluster_that_does_not_answer_hides_nothing(
    cluster_shop: ClusterShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not looked at is told, with the reason."""
    kubeconfig = cluster_shop.folder.parent / "kubeconfig"
    kubeconfig.write_text(
        "clusters: [{name: far, cluster: {server: http://127.0.0.1:1}}]\n"
        "contexts: [{name: far, context: {cluster: far}}]\ncurrent-context: far\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    thing = cluster_shop.release("toy/apps/thing", inputs={"group": "a.example.org"})
    cluster_shop.write(target={"context": "far"}, releases={"thing": thing})

    assert {"not-looked-at", "unknown-kind"} <= {each.code for each in check().findings}
