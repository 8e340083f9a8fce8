"""Packages whose definitions change, on a real cluster with objects of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from control_plane import ControlPlane
from made_cluster_shop import ClusterShop
from old_cluster import until_discovered, widget, widgets
from toy_registry import ToyRegistry

from mistpm.errors import CheckError, TargetError

GROUP = "upgraded.example.org"
SMALL = {
    "type": "object",
    "properties": {
        "spec": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}}}
    },
}
OLD = {"name": "v1alpha1"}
NEW = {"name": "v1"}


def small(version: Mapping[str, Any]) -> dict[str, Any]:
    """Give a version that takes no size above nine."""
    return {**version, "schema": {"openAPIV3Schema": SMALL}}


@pytest.fixture
def shop(
    folder: Path,
    control_plane: ControlPlane,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ClusterShop]:
    """Install the first of three versions of a package, and let somebody make an object of 15."""
    registry = ToyRegistry(folder / "toy")
    for version, versions in (
        ("1.0.0", [OLD]),
        ("2.0.0", [small(OLD), small(NEW)]),
        ("3.0.0", [small(NEW)]),
    ):
        registry.publish(
            "apps/kinds",
            version,
            {"definition.yaml": yaml.safe_dump(widgets(GROUP, *versions))},
            provides={"apis": [f"{GROUP}/{each['name']}/Widget" for each in versions]},
            scope="cluster",
        )
    registry.index()
    work = folder / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("KUBECONFIG", str(control_plane.kubeconfig()))
    shop = ClusterShop(work, control_plane, namespace)
    want(shop, "1.0.0")
    shop.install()
    until_discovered(control_plane, f"{GROUP}/v1alpha1/Widget")
    path = f"/apis/{GROUP}/v1alpha1/namespaces/{namespace}/widgets/theirs"
    assert shop.api.apply(path, widget(GROUP, "theirs", size=15)).status == 201
    yield shop
    shop.api.undefine(f"widgets.{GROUP}")
    shop.forget()


def want(shop: ClusterShop, version: str, **parts: Any) -> None:
    """Ask for one version."""
    entry = {"package": "toy/apps/kinds", "version": f"={version}"}
    shop.write(releases={"kinds": entry}, **parts)


def test_an_object_that_would_not_be_valid(shop: ClusterShop) -> None:
    """It is found before anything is changed, unless somebody says that it may be so."""
    want(shop, "2.0.0")
    with pytest.raises(CheckError) as caught:
        shop.propose()
    waiver = {"code": "existing-object-invalid", "reason": "nobody uses it", "until": "2999-01-01"}
    want(shop, "2.0.0", waivers=[waiver])
    proposal = shop.propose()

    definition = f"kinds: CustomResourceDefinition.apiextensions.k8s.io widgets.{GROUP}"
    assert (
        "a finding forbids applying\n"
        f"  error: {definition}: the one existing object would not be valid any more: `{shop.namespace}/theirs`"
        " (spec.size: `size` must be at most 9, not `15`) (change them before the definition; afterwards the API"
        " server refuses changes of what is not valid in them, before Kubernetes 1.30 every change)\n"
        "hint: nothing was changed; the inputs, `patches:` or another version of the package mend it"
        == str(caught.value)
    )
    told = [each for each in proposal.findings if each.release == "kinds"]
    assert [
        ("info", "storage-version-changed", ""),
        ("info", "schema-narrowed", ""),
        ("error", "existing-object-invalid", "nobody uses it"),
    ] == [(each.severity, each.code, each.waived) for each in told]


def test_a_version_goes_that_objects_are_stored_in(shop: ClusterShop) -> None:
    """The server refuses it, and the way to it is told."""
    want(shop, "3.0.0")

    with pytest.raises(TargetError) as caught:
        shop.propose()

    assert "manifest-refused" == caught.value.reference
    assert "v1alpha1 was previously a storage version" in caught.value.context[0]
    assert (
        "two steps: first a definition that keeps `v1alpha1` with `served: false` and stores another version; then"
        " write every object again (a StorageVersionMigration does that), take `v1alpha1` out of"
        " `status.storedVersions`, and come back to this definition"
    ) in caught.value.hint.splitlines()
