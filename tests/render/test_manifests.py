"""Manifests out of a package's files and objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from guest_modules import answering, ok

from mistpm.errors import RenderError
from mistpm.render.manifests import read_manifests
from mistpm.render.result import Result

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"


def names(**files: str) -> list[str]:
    """Give the names of the manifests in files."""
    found = read_manifests(Result(files=files), package="p@1")
    return [data["metadata"]["name"] for data, _ in found]


def test_a_file_holds_one_document_or_several_or_a_list() -> None:
    """All ways of putting manifests into a file are the same; empty documents are nothing."""
    several = "---\n# nothing\n---\n" + CONFIG % "b" + "\n---\n" + CONFIG % "c" + "\n"

    assert ["a", "b", "c", "d", "e", "f", "g"] == names(
        one=CONFIG % "a",
        several=several,
        sequence=f"[{CONFIG % 'd'}, {CONFIG % 'e'}]",
        wrapped="apiVersion: v1\nkind: List\nitems:\n- " + CONFIG % "f" + "\n- " + CONFIG % "g",
        empty="# nothing\n",
    )


def test_yaml_is_read_as_kubectl_does() -> None:
    """Octals and words for booleans mean what they mean to kubectl."""
    [(data, _)] = read_manifests(
        Result(files={"a": CONFIG % "a" + "\n"}, objects=()), package="p@1"
    )
    [(other, _)] = read_manifests(
        Result(files={"a": "apiVersion: v1\nkind: A\nmetadata: {name: a}\nmode: 0644\non: yes"}),
        package="p@1",
    )

    assert {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}} == data
    assert (420, True) == (other["mode"], other["true"])


def test_every_document_that_is_none_is_told() -> None:
    """All faults come at once, with file and number of the document."""
    good = {"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}
    with pytest.raises(RenderError) as caught:
        read_manifests(
            Result(
                files={
                    "a.yaml": "kind: A",
                    "b.yaml": CONFIG % "b" + "\n---\napiVersion: v1\nkind: 3\n",
                    "c.yaml": "apiVersion: v1\nkind: A\n---\n" + CONFIG % "1",
                },
                objects=(
                    {**good, "metadata": []},
                    {**good, "metadata": {}},
                    {**good, "metadata": {"name": "a", "namespace": 3}},
                ),
            ),
            package="p@1",
        )

    assert "invalid-manifest" == caught.value.reference
    assert (
        "`p@1` made 7 documents that are no Kubernetes manifest\n"
        "  a.yaml: it has no `apiVersion`\n"
        "  b.yaml, document 2: its `kind` is not a text\n"
        "  c.yaml, document 1: it has no `metadata`\n"
        "  c.yaml, document 2: its `metadata.name` is not a text: put it in quotes\n"
        "  objects, number 1: its `metadata` is not a mapping\n"
        "  objects, number 2: it has no `metadata.name`\n"
        "  objects, number 3: its `metadata.namespace` is not a text: put it in quotes\n"
        "hint: this is a fault in the package, or in the inputs that it was given"
        == str(caught.value)
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "a.yaml:1: a bracket is not closed: column 5 of `a: [` (write `]` or `}`)"),
        ("a: 1\na: 2", "a.yaml:2: the key `a` is written twice"),
        ("just text", 'a.yaml: `"just text"` is not a Kubernetes manifest'),
    ],
)
def test_a_file_that_cannot_be_read_is_told(text: str, reason: str) -> None:
    """A file that is no YAML is an error with file and line."""
    with pytest.raises(RenderError) as caught:
        names(**{"a.yaml": text})

    assert (
        f"`p@1` made a file that cannot be read: `a.yaml`\n  {reason}\n"
        "hint: this is a fault in the package, or in the inputs that it was given"
        == str(caught.value)
    )


def test_a_release_makes_a_resource_once(world: Any) -> None:
    """The same resource twice is an error, even in two versions of its API."""
    autoscaler = "{apiVersion: autoscaling/%s, kind: HorizontalPodAutoscaler, metadata: {name: a}}"
    files = {"one.yaml": autoscaler % "v1", "two.yaml": autoscaler % "v2"}
    world.package("web", answering(ok(files)))
    world.release("web", namespace="shop")

    with pytest.raises(RenderError) as caught:
        world.render()

    assert (
        "`web` makes `HorizontalPodAutoscaler.autoscaling shop/a` twice\n"
        "  starter/test/web@1.0.0: one.yaml\n"
        "  starter/test/web@1.0.0: two.yaml\n"
        "hint: where a package is called twice, each call needs a name of its own"
        == str(caught.value)
    )


def test_objects_are_a_file_of_their_own(world: Any) -> None:
    """What a package gives without a file is a file for those who want to see its own."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    world.package("web", answering(ok({"b": CONFIG % "a"}, objects=[pod])))
    world.release("web")
    files = world.render().releases[0].files

    assert ["b", "objects.json"] == list(files)
    assert [pod] == json.loads(files["objects.json"])


DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "shops.example.org"},
    "spec": {
        "group": "example.org",
        "names": {"kind": "Shop", "plural": "shops"},
        "scope": "Cluster",
        "versions": [
            {"name": "v1", "served": True, "storage": True},
            {"name": "v1beta1", "served": True},
            {"name": "v1alpha1", "served": False},
        ],
    },
}


def test_what_a_package_defines_it_provides(world: Any) -> None:
    """A definition whose APIs the descriptor does not provide is an error that names them."""
    world.package("web", answering(ok(objects=[DEFINITION])), provides=("example.org/v1/Shop",))
    world.release("web")

    with pytest.raises(RenderError) as caught:
        world.render()

    assert "undeclared-api" == caught.value.reference
    assert (
        "`web` defines APIs that its package does not say it provides\n"
        "  example.org/v1beta1/Shop\n"
        "hint: the package's descriptor needs `provides: {apis: [example.org/v1beta1/Shop]}`"
        == str(caught.value)
    )


def test_a_mistletoe_package_defines_what_it_likes(world: Any) -> None:
    """A package without a descriptor has no way of declaring."""
    world.package("web", answering(ok(objects=[DEFINITION])), has_descriptor=False)
    world.release("web")

    assert 1 == len(world.render().releases[0].manifests)


@pytest.mark.parametrize("versions", [5, "v1", {"v1": {}}, [1], None])
def test_a_definition_without_a_list_of_versions_defines_nothing(world: Any, versions: Any) -> None:
    """What is no definition is left to those who check manifests."""
    broken = {**DEFINITION, "spec": {**DEFINITION["spec"], "versions": versions}}
    world.package("web", answering(ok(objects=[broken])), provides=())
    world.release("web")

    [release] = world.render().releases

    assert [broken] == [each.data for each in release.manifests]
