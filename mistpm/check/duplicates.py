"""One resource rendered more than once."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.model.finding import Finding
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId


def duplicate_resources(releases: Iterable[RenderedRelease]) -> tuple[Finding, ...]:
    """Find resources that several releases claim, sorted.

    The version of the API that a manifest is written in makes no difference: it is one resource.
    (Two in one release, and definitions that a package does not declare, are errors of rendering.)
    """
    claims: dict[ResourceId, list[tuple[str, Manifest]]] = {}
    for release in releases:
        for manifest in release.manifests:
            claims.setdefault(manifest.id, []).append((release.name, manifest))
    return tuple(
        _finding(resource, claims[resource]) for resource in sorted(claims) if claims[resource][1:]
    )


def _finding(resource: ResourceId, claims: list[tuple[str, Manifest]]) -> Finding:
    origins = " and ".join(f"`{name}` ({manifest.origin})" for name, manifest in claims)
    return Finding(
        severity="error",
        code="duplicate-resource",
        message=f"{len(claims)} releases have it: {origins}",
        resource=resource,
        hint="give one of them another namespace, or inputs that name it differently",
    )
