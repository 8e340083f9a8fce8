"""Modules from many hands in one graph: installed, changed, uninstalled through every room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from desired_states import tree
from transcript import Transcript

NAMESPACES = {"00-namespace-market.yaml", "00-namespace-safe.yaml"}
OWN = {".mistpm", ".mistpm/inventory.yaml", ".mistpm/mistpm.lock", "kustomization.yaml"}
FILES = {
    "audit/31-configmap-default-audit.yaml",
    "audit/31-configmap-default-audit-probe.yaml",
    "crew/00-namespace-crew.yaml",
    "cronjob/57-cronjob.batch-default-cronjob.yaml",
    "ledger/31-configmap-default-ledger.yaml",
    "ledger/31-configmap-default-ledger-probe.yaml",
    "meter/05-customresourcedefinition.apiextensions.k8s.io-readings.meter.example.org.yaml",
    "report/31-configmap-market-report.yaml",
    "shop/31-configmap-market-shop.yaml",
    "shop/31-configmap-market-shop-front-stock.yaml",
    "shop/31-configmap-market-shop-front-stock-large.yaml",
    "shop/31-configmap-market-shop-front-stock-small.yaml",
    "shop/40-service-market-shop-front.yaml",
    "team/00-namespace-team.yaml",
    "team/20-resourcequota-team-pods.yaml",
    "vault/30-secret-safe-vault.yaml",
}


@pytest.fixture
def installed(work: Path) -> Transcript:
    """Install the bazaar."""
    session = Transcript(work)
    assert 0 == session.run("mistpm install --yes"), session.text
    return session


def manifest(session: Transcript, place: str) -> Any:
    """Read a file of the target."""
    return yaml.safe_load((session.folder / "deploy" / place).read_text(encoding="utf-8"))


def data(session: Transcript, release: str, name: str, namespace: str = "default") -> Any:
    """Read the data of a ConfigMap."""
    return manifest(session, f"{release}/31-configmap-{namespace}-{name}.yaml")["data"]


def test_files(installed: Transcript) -> None:
    """Every resource of every package has its file, and there is nothing else."""
    found = tree(installed.folder / "deploy")

    assert {
        *NAMESPACES,
        *OWN,
        *FILES,
        *(place.split("/")[0] for place in FILES),
    } == set(found)


def test_lock(installed: Transcript) -> None:
    """Releases are shared by all that need them, called packages by series, and stages follow."""
    lock = yaml.safe_load((installed.folder / "mistpm.lock").read_text(encoding="utf-8"))

    assert {
        "audit": "bazaar/data/audit",
        "crew": "file/tests/namespace",
        "cronjob": "bazaar/tasks/cronjob",
        "ledger": "bazaar/data/ledger",
        "meter": "bazaar/watch/meter",
        "report": "bazaar/apps/report",
        "shop": "bazaar/apps/shop",
        "team": "bazaar/platform/namespace",
        "vault": "bazaar/data/vault",
    } == {name: release["package"] for name, release in lock["releases"].items()}
    assert {
        "bazaar/engines/jinja@1": "1.0.0",
        "bazaar/lib/front@1": "1.0.0",
        "bazaar/lib/label@1": "1.0.0",
        "bazaar/lib/probe@1": "1.2.0",
        "bazaar/lib/probe@2": "2.0.0",
        "bazaar/lib/stock@1": "1.0.0",
    } == {key: called["version"] for key, called in lock["called"].items()}
    assert [
        ["crew", "cronjob", "meter", "team", "vault"],
        ["audit", "ledger", "report"],
        ["shop"],
    ] == lock["order"]


def test_diamond(installed: Transcript) -> None:
    """Both sides got the outputs of what they share, and hand on outputs of their own."""
    assert "vault.safe:8200" == data(installed, "audit", "audit")["vault"]
    assert "vault.safe:8200" == data(installed, "ledger", "ledger")["vault"]
    assert {"ledger": "ledger", "audit": "vault.safe:8200", "meter": "meter"} == data(
        installed, "shop", "shop", "market"
    )


def test_two_series(installed: Transcript) -> None:
    """Each caller got the series that its range meets, and the outputs of that one."""
    assert ("1.2.0", "2.0.0") == (
        data(installed, "audit", "audit")["probe"],
        data(installed, "ledger", "ledger")["probe"],
    )
    assert {"series": "1.2.0"} == data(installed, "audit", "audit-probe")
    assert {"series": "2.0.0"} == data(installed, "ledger", "ledger-probe")


def test_nested_calls(installed: Transcript) -> None:
    """What is three calls deep is a resource of the release, and has what it was called with."""
    service = manifest(installed, "shop/40-service-market-shop-front.yaml")

    assert ("shop-front", "market") == (
        service["metadata"]["name"],
        service["metadata"]["namespace"],
    )
    assert {"item": "thé"} == data(installed, "shop", "shop-front-stock", "market")
    assert {"text": "large thé"} == data(installed, "shop", "shop-front-stock-large", "market")
    assert {"text": "small thé"} == data(installed, "shop", "shop-front-stock-small", "market")


def test_other_hands(installed: Transcript) -> None:
    """Zig's output reached a template; Mistletoe's packages are what they were given and no more."""
    quota = manifest(installed, "team/20-resourcequota-team-pods.yaml")

    assert {"when": "@daily"} == data(installed, "report", "report", "market")
    assert ("team", {"hard": {"pods": "5"}}) == (quota["metadata"]["namespace"], quota["spec"])
    assert (
        "green" == manifest(installed, "team/00-namespace-team.yaml")["metadata"]["labels"]["team"]
    )
    assert {"app.kubernetes.io/managed-by", "mistletoe.dev/tied-to-install-name"} < set(
        manifest(installed, "crew/00-namespace-crew.yaml")["metadata"]["labels"]
    )


def test_again(installed: Transcript) -> None:
    """A second run finds nothing to do and touches no file."""
    before = tree(installed.folder)
    installed.text = ""

    assert 0 == installed.run("mistpm install --locked")
    assert "\nNothing to do: 18 resources as wanted.\n" in installed.text
    assert before == tree(installed.folder)


def test_input_reaches_the_depth(installed: Transcript) -> None:
    """An input that changes goes through three calls, and changes nothing else."""
    before = tree(installed.folder / "deploy")
    path = installed.folder / "mistpm.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("thé", "maté"), encoding="utf-8")

    assert 0 == installed.run("mistpm install --yes --locked")
    after = tree(installed.folder / "deploy")
    assert {
        ".mistpm/inventory.yaml",
        "shop/31-configmap-market-shop-front-stock.yaml",
        "shop/31-configmap-market-shop-front-stock-large.yaml",
        "shop/31-configmap-market-shop-front-stock-small.yaml",
    } == {place for place in after if after[place] != before.get(place)}
    assert {"text": "small maté"} == data(installed, "shop", "shop-front-stock-small", "market")


def test_uninstall(installed: Transcript) -> None:
    """Without the shop nobody needs its side of the diamond; without anything nothing stays."""
    flags = "--yes --remove-unneeded --delete-data --delete-namespace"

    assert 0 == installed.run(f"mistpm uninstall shop {flags}")
    assert {"report", "cronjob", "team", "crew"} == {
        place.split("/")[0]
        for place in tree(installed.folder / "deploy")
        if "/" in place and not place.startswith(".mistpm")
    }
    assert 0 == installed.run(f"mistpm uninstall report team crew {flags}"), installed.text
    assert {} == tree(installed.folder / "deploy")
