"""Upgrades of a real cluster: planned, packages first, the control plane started as another minor, gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from control_plane import ControlPlane
from made_cluster_shop import ClusterShop
from toy_registry import ToyRegistry

from mistpm.errors import PlanError, ResolutionError, UsageError
from mistpm.model.minor import Minor
from mistpm.ops.status import status

BETA = "--runtime-config=networking.k8s.io/v1beta1=true"
RANGES = "/apis/networking.k8s.io/{}/servicecidrs"
"""Ranges of addresses for services: beta up to 1.36, stable from 1.33 on."""


def service_range(version: str, addresses: str) -> str:
    """Give the template of a range of addresses, in a version of its API."""
    return (
        f"apiVersion: networking.k8s.io/{version}\n"
        "kind: ServiceCIDR\nmetadata: {name: '{{ name }}'}\n"
        f"spec: {{cidrs: ['{addresses}']}}\n"
    )


def publish(folder: Path) -> None:
    """Publish a package whose first version uses the beta API, and says so, and one that says nothing."""
    registry = ToyRegistry(folder)
    for package, old, addresses in (
        ("net/ranges", "<1.37", "10.99.0.0/24"),
        ("net/silent", "*", "10.98.0.0/24"),
    ):
        for version, api, kubernetes in (("1.0.0", "v1beta1", old), ("2.0.0", "v1", ">=1.33")):
            registry.publish(
                package,
                version,
                {"range.yaml": service_range(api, addresses)},
                kubernetes=kubernetes,
            )
    registry.index()


@pytest.fixture
def old_cluster(start_control_plane: Callable[..., ControlPlane]) -> ControlPlane:
    """Start a control plane as 1.36 with the old API switched on."""
    return start_control_plane(minor="1.36", arguments=[f"-apiserver-argument={BETA}"])


@pytest.fixture
def shop(folder: Path, old_cluster: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> ClusterShop:
    """Install first versions on it, which newer ones could follow."""
    publish(folder / "toy")
    work = folder / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("KUBECONFIG", str(old_cluster.kubeconfig()))
    return ClusterShop(work, old_cluster, "upgrades")


def install_old(shop: ClusterShop, package: str = "net/ranges", **parts: object) -> None:
    """Install the first version, and then ask for no version in particular."""
    entry = {"package": f"toy/{package}"}
    shop.write(releases={"ranges": {**entry, "version": "=1.0.0"}}, **parts)
    shop.install()
    shop.write(releases={"ranges": entry}, **parts)
    shop.install()


def served(shop: ClusterShop, version: str) -> int:
    """Give the status with which the object is answered in a version of its API."""
    return shop.api.get(f"{RANGES.format(version)}/ranges").status


def test_packages_move_before_the_cluster_does(
    shop: ClusterShop, old_cluster: ControlPlane
) -> None:
    """The version that uses an old API goes while that is there still, and nothing ever breaks."""
    install_old(shop)
    assert (200, 200) == (served(shop, "v1beta1"), served(shop, "v1"))
    begun = shop.plan_upgrade(goal="1.37")
    shop.take_step(begun)
    waiting = shop.plan_upgrade(goes_on=True)
    old_cluster.restart_as("1.37")
    shop.minor = "1.37"
    last = shop.plan_upgrade(goes_on=True)
    shop.take_step(last)

    packages, cluster = begun.plan.steps
    assert ("packages", "kubernetes") == (packages.kind, cluster.kind)
    assert [("ranges", "1.0.0", "2.0.0")] == [
        (move.node, move.before, move.after) for move in packages.moves
    ]
    assert {"ranges": ("1.0.0 supports Kubernetes <1.37, not 1.37",)} == packages.reasons
    assert waiting.is_silent
    assert waiting.is_written
    assert (Minor(36), Minor(37)) == (cluster.before, cluster.after)
    assert None is last.following
    assert 'kubernetes: ">=1.37 <1.38"\n' in shop.file.read_text("utf-8")
    assert "goal" not in shop.file.read_text("utf-8")
    assert (404, 200) == (served(shop, "v1beta1"), served(shop, "v1"))
    [release] = status(shop.open()).releases
    assert ("as wanted", "ready") == (release.state, release.health)


def test_without_a_plan_it_breaks(shop: ClusterShop, old_cluster: ControlPlane) -> None:
    """The same cluster upgraded by itself: what is installed cannot even be looked at; the plan mends it."""
    install_old(shop)
    old_cluster.restart_as("1.37")
    with pytest.raises(PlanError) as outside:
        shop.propose()
    shop.edit("kubernetes: '1.36'", "kubernetes: '>=1.36'")
    shop.edit("package: toy/net/ranges", "package: toy/net/ranges\n    version: =1.0.0")
    with pytest.raises(ResolutionError) as unsolvable:
        shop.propose()
    shop.edit("\n    version: =1.0.0", "")
    shop.edit("kubernetes: '>=1.36'", "kubernetes: '1.36'")
    mending = shop.plan_upgrade(goal="1.37")
    shop.take_step(mending)

    assert "cluster-outside" == outside.value.reference
    assert "version-conflict" == unsolvable.value.reference
    assert ["packages"] == [step.kind for step in mending.plan.steps]
    assert (404, 200) == (served(shop, "v1beta1"), served(shop, "v1"))
    [release] = status(shop.open()).releases
    assert ("as wanted", "ready") == (release.state, release.health)


def test_what_packages_do_not_say_is_seen_in_what_they_render(
    shop: ClusterShop, old_cluster: ControlPlane
) -> None:
    """A version that claims to support everything, and uses an API that goes, moves before that goes."""
    install_old(shop, "net/silent")
    begun = shop.plan_upgrade(goal="1.37")
    shop.take_step(begun)
    old_cluster.restart_as("1.37")
    shop.take_step(shop.plan_upgrade(goes_on=True))

    assert ["packages", "kubernetes"] == [step.kind for step in begun.plan.steps]
    assert [
        "warning: ranges: toy/net/silent 1.0.0 says that it supports Kubernetes 1.37, and renders"
        " ServiceCIDR.networking.k8s.io ranges (networking.k8s.io/v1beta1) in an API that is not there"
    ] == list(map(str, begun.plan.findings))
    assert (404, 200) == (served(shop, "v1beta1"), served(shop, "v1"))
    [release] = status(shop.open()).releases
    assert ("as wanted", "ready") == (release.state, release.health)


def test_a_cluster_may_be_elsewhere_than_expected(
    shop: ClusterShop, old_cluster: ControlPlane
) -> None:
    """Beyond the goal that is a mistake, with a way on."""
    install_old(shop)
    shop.file.write_text(shop.file.read_text("utf-8") + "goal: {kubernetes: '1.36'}\n", "utf-8")
    old_cluster.restart_as("1.37")
    with pytest.raises(UsageError) as beyond:
        shop.plan_upgrade(goes_on=True)
    shop.edit("goal: {kubernetes: '1.36'}", "goal: {kubernetes: '1.37'}")
    arrived = shop.plan_upgrade(goes_on=True)
    shop.take_step(arrived)

    assert (
        "the cluster test runs Kubernetes 1.37, and the goal of the upgrade that is under way is 1.36\n"
        "hint: `mistpm upgrade --kubernetes 1.37` makes everything fit that version"
    ) == str(beyond.value)
    assert [("ranges", "2.0.0")] == [
        (each.node, each.after) for each in arrived.plan.steps[0].moves
    ]
    with pytest.raises(UsageError) as over:
        shop.plan_upgrade(goes_on=True)
    assert "nothing-to-continue" == over.value.reference


def test_what_others_write_is_part_of_the_plan(shop: ClusterShop) -> None:
    """Whoever wrote in an API that goes with the cluster's step is named there, our own objects are not."""
    install_old(shop)
    body = yaml.safe_load(service_range("v1beta1", "10.97.0.0/24"))
    body["metadata"]["name"] = "theirs"
    shop.api.create(RANGES.format("v1beta1"), body, fieldManager="helm")

    _, cluster = shop.plan_upgrade(goal="1.37").plan.steps

    [gone] = [each for each in cluster.contents.disappearing if each.others]
    assert ("networking.k8s.io/v1beta1/ServiceCIDR", "networking.k8s.io/v1/ServiceCIDR") == (
        str(gone.api),
        str(gone.replacement),
    )
    assert [("helm", "ServiceCIDR.networking.k8s.io theirs")] == [
        (manager, str(resource)) for manager, resource in gone.others
    ]
