"""Checks over all manifests, and over changes."""

from __future__ import annotations

from mistpm.check import duplicate_resources
from mistpm.model.finding import Finding
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId

CONFIG = ResourceId("", "ConfigMap", "shop", "settings")


def release(name: str, *resources: ResourceId, api_version: str = "v1") -> RenderedRelease:
    """Give a release that renders these resources."""
    return RenderedRelease(
        name=name,
        namespace="shop",
        package="starter/test/app",
        version="1.0.0",
        manifests=tuple(
            Manifest(
                id=resource,
                api_version=api_version,
                data={},
                origin=f"starter/test/{name}@1.0.0: {resource.name}.yaml",
            )
            for resource in resources
        ),
    )


def test_two_releases_with_one_resource() -> None:
    """Both are named, with where each came from; another version of the API makes no difference."""
    releases = [
        release("shop", CONFIG, ResourceId("", "ConfigMap", "shop", "other")),
        release("blog", CONFIG, api_version="v2"),
        release("wiki", CONFIG),
    ]
    finding = Finding(
        severity="error",
        code="duplicate-resource",
        message="3 releases have it: `shop` (starter/test/shop@1.0.0: settings.yaml) and "
        "`blog` (starter/test/blog@1.0.0: settings.yaml) and "
        "`wiki` (starter/test/wiki@1.0.0: settings.yaml)",
        resource=CONFIG,
        hint="give one of them another namespace, or inputs that name it differently",
    )

    assert (finding,) == duplicate_resources(releases)


def test_resources_that_differ() -> None:
    """Another group, kind, namespace or name is another resource."""
    resources = [
        CONFIG,
        ResourceId("example.org", "ConfigMap", "shop", "settings"),
        ResourceId("", "Secret", "shop", "settings"),
        ResourceId("", "ConfigMap", "blog", "settings"),
        ResourceId("", "ConfigMap", "shop", "others"),
    ]

    assert () == duplicate_resources(
        [release(f"r{number}", resource) for number, resource in enumerate(resources)]
    )


def test_findings_are_sorted() -> None:
    """Findings come by resource, whatever the order of releases."""
    early, late = ResourceId("", "A", "", "x"), ResourceId("", "B", "", "x")
    found = duplicate_resources([release("a", late, early), release("b", early, late)])

    assert [early, late] == [finding.resource for finding in found]
