"""Namespaces: who gets the release's, who keeps its own, and who has none."""

from __future__ import annotations

from typing import Any

import pytest
from guest_modules import answering, ok

from mistpm.errors import RenderError


def manifest(kind: str, api: str = "v1", **metadata: Any) -> dict[str, Any]:
    """Make a manifest named `a`."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "a", **metadata}}


def definition(kind: str, scope: str) -> dict[str, Any]:
    """Make the definition of a custom resource of example.org."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.example.org"},
        "spec": {"group": "example.org", "names": {"kind": kind}, "scope": scope, "versions": []},
    }


def rendered(world: Any, *objects: dict[str, Any], **package: Any) -> tuple[list[str], list[str]]:
    """Give the resources of the release `web` in `shop`, and the findings."""
    world.package("web", answering(ok(objects=list(objects))), **package)
    world.release("web", namespace="shop", stage=1)
    found = world.render()
    return [str(m.id) for m in found.releases[-1].manifests], list(map(str, found.findings))


def test_namespaced_kinds_get_the_release_s(world: Any) -> None:
    """What has no namespace, or an empty one, goes to the release's; its own is kept if declared."""
    found, findings = rendered(
        world,
        manifest("Service"),
        manifest("Secret", namespace=""),
        manifest("Role", "rbac.authorization.k8s.io/v1", namespace="kube-system"),
        manifest("Pod", namespace="shop"),
        namespaces=("kube-system",),
    )

    assert [
        "Service shop/a",
        "Secret shop/a",
        "Role.rbac.authorization.k8s.io kube-system/a",
        "Pod shop/a",
    ] == found
    assert [] == findings


def test_cluster_wide_kinds_have_none(world: Any) -> None:
    """A namespace that a kind cannot have is left out, as the API server does, and told once a kind."""
    found, findings = rendered(
        world,
        manifest("Namespace"),
        manifest("ClusterRole", "rbac.authorization.k8s.io/v1", namespace="x"),
    )

    assert ["Namespace a", "ClusterRole.rbac.authorization.k8s.io a"] == found
    assert [
        "info: web: ClusterRole.rbac.authorization.k8s.io x/a: has the namespace `x`, but its kind"
        " has none; it was left out"
    ] == findings


def test_definitions_of_the_environment_tell_scopes(world: Any) -> None:
    """A custom resource that any release of the environment defines is scoped as its definition says."""
    definitions = [definition("Shop", "Cluster"), definition("Till", "Namespaced")]
    world.package("crds", answering(ok(objects=definitions)))
    world.release("crds")
    found, findings = rendered(
        world, manifest("Shop", "example.org/v1"), manifest("Till", "example.org/v1")
    )

    assert (["Shop.example.org a", "Till.example.org shop/a"], []) == (found, findings)


def test_unknown_kinds_say_it_themselves(world: Any) -> None:
    """An unknown kind is namespaced unless it says `namespace: ""`; a finding tells of the guess."""
    found, findings = rendered(
        world,
        manifest("Issuer", "cert-manager.io/v1"),
        manifest("ClusterIssuer", "cert-manager.io/v1", namespace=""),
        manifest("Certificate", "cert-manager.io/v1", namespace="shop"),
    )

    assert [
        "Issuer.cert-manager.io shop/a",
        "ClusterIssuer.cert-manager.io a",
        "Certificate.cert-manager.io shop/a",
    ] == found
    assert [
        "info: web: Issuer.cert-manager.io a: was put into `shop`: nothing tells whether its kind has"
        " a namespace"
    ] == findings


def test_other_namespaces_are_declared(world: Any) -> None:
    """Manifests for namespaces that the descriptor does not declare are an error naming all."""
    with pytest.raises(RenderError) as caught:
        rendered(
            world,
            manifest("Pod", namespace="b"),
            manifest("Service", namespace="a"),
            manifest("Secret", namespace="kube-system"),
            namespaces=("kube-system",),
        )

    assert "namespace-not-declared" == caught.value.reference
    assert (
        "`web` has manifests for namespaces that its package does not declare\n"
        "  Pod b/a\n"
        "  Service a/a\n"
        "note: the release's namespace is `shop`\n"
        "hint: the package's descriptor needs `namespaces: [a, b]`" == str(caught.value)
    )


def test_a_mistletoe_package_cannot_declare(world: Any) -> None:
    """Without a descriptor other namespaces are allowed, and told."""
    found, findings = rendered(world, manifest("Pod", namespace="b"), has_descriptor=False)

    assert ["Pod b/a"] == found
    assert ["info: web: Pod b/a: goes to the namespace `b`, not to the release's"] == findings


def test_the_namespace_is_the_user_s_or_the_package_s(world: Any) -> None:
    """A release without a namespace has its package's default, or `default`."""
    objects = ok(objects=[manifest("Pod")])
    world.package("plain", answering(objects))
    world.package("db", answering({**objects, "x": 1}), default_namespace="databases")
    world.release("plain")
    world.release("db")

    assert ["default", "databases"] == [found.namespace for found in world.render().releases]
