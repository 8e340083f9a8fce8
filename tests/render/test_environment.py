"""Rendering environments: what packages are given, and what becomes of their answers."""

from __future__ import annotations

from typing import Any

from scripted_modules import INPUT, around, result, scripted

CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"a": "1"}}


def mirror() -> bytes:
    """Make a package whose only output, `given`, is its own input."""
    before, after = around(result(outputs={"given": "HOLE"}))
    return scripted(before, INPUT, after)


def given(world: Any, release: str = "web", **options: Any) -> Any:
    """Give what the package of a release was given."""
    rendered = world.render(**options)
    return next(found for found in rendered.releases if found.name == release).outputs["given"]


def test_a_package_becomes_manifests(world: Any) -> None:
    """Files and objects become manifests with identity, namespace and origin."""
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
    world.package("web", scripted(result({"b.yaml": text}, objects=[CONFIG])))
    world.release("web", namespace="shop")

    [release] = world.render().releases

    assert [
        ("Service shop/web", "starter/test/web@1.0.0: b.yaml"),
        ("ConfigMap shop/web", "starter/test/web@1.0.0: objects"),
    ] == [(str(manifest.id), manifest.origin) for manifest in release.manifests]
    assert {**CONFIG, "metadata": {"name": "web", "namespace": "shop"}} == release.manifests[1].data


def test_a_package_is_given_the_envelope(world: Any) -> None:
    """The input has the document of specs/rendering.md, completed inputs and all."""
    schema = {"type": "object", "properties": {"size": {"type": "integer", "default": 3}}}
    world.package("web", mirror(), inputs=schema, assets={"a.txt": "A"}, default_namespace="apps")
    world.release("web", inputs={"color": "red"})

    document = given(world)
    capabilities = document["mistpm"].pop("capabilities")

    assert {
        "apiVersion": "mistletoe.dev/v1alpha1",
        "kind": "MistInput",
        "data": {"name": "web", "color": "red", "size": 3},
        "mistpm": {
            "abi": 1,
            "release": {"name": "web", "namespace": "apps"},
            "package": {"name": "starter/test/web", "version": "1.0.0"},
            "dependencies": {},
            "assets": {"a.txt": "A"},
        },
    } == document
    assert "1.33" == capabilities["kubernetesVersion"]
    assert {"apps/v1", "apps/v1/Deployment", "v1", "v1/Pod"} <= set(capabilities["apiVersions"])
