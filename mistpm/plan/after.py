"""Reading `mistpm.dev/after`: how a package orders the objects of its release (`specs/plan.md#after`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mistpm.errors import PlanError
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId

AFTER: Final = "mistpm.dev/after"
"""The annotation: `Job.batch/migrate, Secret/credentials`."""


def read_after(release: RenderedRelease) -> dict[ResourceId, tuple[ResourceId, ...]]:
    """Give what the objects of a release are to come after, by object; those that say nothing are left out.

    A name means every object of the release that has it, whatever its namespace, unless it says which.
    Raises `PlanError` `unknown-after` where it means none.
    """
    named: dict[str, list[ResourceId]] = {}
    for manifest in release.manifests:
        for name in _names(manifest.id):
            named.setdefault(name, []).append(manifest.id)
    found: dict[ResourceId, tuple[ResourceId, ...]] = {}
    for manifest in release.manifests:
        wanted = _wanted(manifest)
        unknown = [name for name in wanted if name not in named]
        if unknown:
            raise PlanError(
                "unknown-after",
                f"`{manifest.id}` is to come after `{unknown[0]}`, which the release `{release.name}` does not have",
                context=(f"its annotation `{AFTER}` says so", manifest.origin),
                hint="names are `Kind/NAME` or `Kind.group/NAME`, several are separated by commas",
            )
        if wanted:
            found[manifest.id] = tuple(sorted({each for name in wanted for each in named[name]}))
    return found


def _wanted(manifest: Manifest) -> list[str]:
    annotations = (manifest.data.get("metadata") or {}).get("annotations") or {}
    return [name for name in map(str.strip, str(annotations.get(AFTER, "")).split(",")) if name]


def _names(resource: ResourceId) -> Iterator[str]:
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    yield f"{kind}/{resource.name}"
    if resource.namespace:
        yield f"{kind}/{resource.namespace}/{resource.name}"
