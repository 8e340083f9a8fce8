"""What changes of definitions do to custom resources: those of a diff, with the cluster's objects where there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mistpm.check.definitions import definition_changes
from mistpm.document import load_manifests
from mistpm.errors import TargetError
from mistpm.model.change import Change
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId

if TYPE_CHECKING:
    from mistpm.target.cluster.cluster import ClusterTarget

_DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")


def definition_safety(
    changes: Iterable[Change], cluster: ClusterTarget | None = None
) -> tuple[Finding, ...]:
    """Find what is dangerous about the definitions that change, sorted by definition.

    With a cluster its objects are looked at, except those that the same changes write or delete.  Costs
    nothing where no definition changes, with a cluster a request for each one that does, and one for each
    500 objects of those that allow less than before.  Raises `TargetError` where the cluster cannot be
    reached; what it does not let one read is in the findings.
    """
    every = tuple(changes)
    written = {each.resource for each in every if each.action in {"update", "adopt", "delete"}}
    findings: list[Finding] = []
    for change in sorted(every, key=lambda each: each.resource):
        is_definition = (change.resource.group, change.resource.kind) == _DEFINITION
        if is_definition and change.action in {"update", "adopt"}:
            findings += _of_one(change, cluster, written)
    return tuple(findings)


def _of_one(
    change: Change, cluster: ClusterTarget | None, written: Collection[ResourceId]
) -> tuple[Finding, ...]:
    before, after = _read(change.before), _read(change.after)
    if cluster is None:
        return definition_changes(before, after, release=change.release)
    try:
        live = cluster.definition(change.resource.name) or before
        objects = _others(cluster, live, written)
        return definition_changes(live, after, release=change.release, objects=objects)
    except TargetError as error:
        if error.reference == "cluster-unreachable":
            raise
        unseen = Finding(
            severity="info",
            code="not-looked-at",
            message=f"what is there of it was not looked at: {error.message}",
            release=change.release,
            resource=change.resource,
        )
        return (*definition_changes(before, after, release=change.release), unseen)


def _others(
    cluster: ClusterTarget, definition: Mapping[str, Any], written: Collection[ResourceId]
) -> Iterator[dict[str, Any]]:
    """Give the objects of a definition that are not written or deleted anyway."""
    spec = definition["spec"]
    for each in cluster.custom_objects(definition):
        metadata = each["metadata"]
        namespace = metadata.get("namespace") or ""
        resource = ResourceId(spec["group"], spec["names"]["kind"], namespace, metadata["name"])
        if resource not in written:
            yield each


def _read(text: str | None) -> Mapping[str, Any]:
    manifests = load_manifests(text or "", origin="")
    return manifests[0] if manifests else {}


def ways_out(changes: Iterable[Change], cluster: ClusterTarget) -> tuple[str, ...]:
    """Give the hints for definitions that cannot become what is wanted at once, sorted; see `definition_safety`."""
    findings = definition_safety(changes, cluster)
    return tuple(sorted({each.hint for each in findings if each.severity == "error"}))
