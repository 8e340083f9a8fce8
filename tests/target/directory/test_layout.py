"""Which file a resource is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.model.resource import ResourceId
from mistpm.target.directory.layout import (
    file_name,
    is_place,
    namespace_place,
    release_folder,
    release_places,
)

RBAC = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("expected", "resource"),
    [
        ("54-deployment.apps-shop-gitea.yaml", ResourceId("apps", "Deployment", "shop", "gitea")),
        ("31-configmap-shop-gitea.yaml", ResourceId("", "ConfigMap", "shop", "gitea")),
        ("00-namespace-shop.yaml", ResourceId("", "Namespace", "", "shop")),
        (
            f"26-clusterrole.{RBAC}-system%3a%41dmin.yaml",
            ResourceId(RBAC, "ClusterRole", "", "system:Admin"),
        ),
        (
            "70-widget.example.org-shop-%c3%a4.yaml",
            ResourceId("example.org", "Widget", "shop", "ä"),
        ),
        (
            "70-service.serving.knative.dev-a-b.yaml",
            ResourceId("serving.knative.dev", "Service", "a", "b"),
        ),
    ],
)
def test_file_names(expected: str, resource: ResourceId) -> None:
    """A name has rank, kind, group, namespace and name, in lower case and with reserved characters escaped."""
    assert expected == file_name(resource)


def test_long_names_are_cut() -> None:
    """What is too long ends in a digest of the whole identity, so that names stay different."""
    names = [file_name(ResourceId("apps", "Deployment", "shop", "a" * 200 + end)) for end in "bc"]

    assert [
        f"54-deployment.apps-shop-{'a' * 78}-{digest}.yaml"
        for digest in ("963f612cad99", "a610c8e7fe36")
    ] == names
    assert {120} == {len(name) for name in names}


def test_ambiguous_names_carry_a_digest() -> None:
    """Two resources of a release whose names would be equal both carry a digest; others do not."""
    resources = [
        ResourceId("", "ConfigMap", "a", "b-c"),
        ResourceId("", "ConfigMap", "a-b", "c"),
        ResourceId("", "ConfigMap", "a", "c"),
    ]

    assert [
        "shop/31-configmap-a-b-c-7fb92c703175.yaml",
        "shop/31-configmap-a-b-c-c635c788f11e.yaml",
        "shop/31-configmap-a-c.yaml",
    ] == list(release_places("shop", resources).values())


@pytest.mark.parametrize(
    ("expected", "release"),
    [
        ("shop", "shop"),
        ("shop.v2", "shop.v2"),
        ("kustomization%2eyaml", "kustomization.yaml"),
        ("00-namespace-shop%2eyml", "00-namespace-shop.yml"),
        ("%63on", "con"),
        ("%6cpt1.old", "lpt1.old"),
        ("console", "console"),
        ("yaml", "yaml"),
    ],
)
def test_release_folders(expected: str, release: str) -> None:
    """A folder has its release's name, unless that could be a file of ours or a device."""
    assert expected == release_folder(release)


@pytest.mark.parametrize(
    "text", ["a.yaml", "shop/a.yaml", ".mistpm/inventory.yaml", "..a/b", "a/..b"]
)
def test_places(text: str) -> None:
    """A file here or one folder down is a place."""
    assert is_place(text)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "/a", "../a", "a/..", "./a", "a/.", "a/b/c", "a\\b", "a/../b", "a\0", "a/"],
)
def test_no_places(text: str) -> None:
    """What leads outside, or deeper than mistpm writes, is none."""
    assert not is_place(text)


LABELS = st.from_regex(r"[a-c]([a-c-]{0,3}[a-c])?", fullmatch=True)
NAMES = st.one_of(LABELS, st.text("aAbB:-.é", min_size=1, max_size=5), st.just("n" * 253))
RESOURCES = st.builds(
    ResourceId,
    st.sampled_from(["", "apps", "a.b", "a.b-c"]),
    st.sampled_from(["ConfigMap", "Deployment", "Configmap"]),
    st.one_of(st.just(""), LABELS, st.just("n" * 63)),
    NAMES,
)


@pytest.mark.slow
@given(st.sets(RESOURCES, max_size=8))
def test_different_resources_have_different_files(resources: set[ResourceId]) -> None:
    """No two resources share a file, upper and lower case being the same; every file is a place."""
    places = release_places("shop", sorted(resources))

    assert len(resources) == len({place.casefold() for place in places.values()})
    assert all(is_place(place) and place.isascii() for place in places.values())
    assert all(len(place) <= len("shop/") + 120 for place in places.values())


@pytest.mark.slow
@given(st.sets(RESOURCES, max_size=8), RESOURCES)
def test_adding_a_resource_renames_no_unambiguous_file(
    resources: set[ResourceId], added: ResourceId
) -> None:
    """Another resource changes no name, unless its own name would be the same."""
    before = release_places("shop", sorted(resources))
    after = release_places("shop", sorted({*resources, added}))

    assert all(
        after[resource] == place
        for resource, place in before.items()
        if file_name(resource) != file_name(added)
    )


def test_namespaces_of_the_host() -> None:
    """A namespace that the host makes lies at the top."""
    assert "00-namespace-shop.yaml" == namespace_place("shop")
