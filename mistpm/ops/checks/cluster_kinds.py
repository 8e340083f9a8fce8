"""Kinds that only a cluster knows: what it serves, and how its definitions say that they look."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.check import CustomKinds, definitions_in, subject_of
from mistpm.errors import TargetError
from mistpm.model.finding import Finding
from mistpm.model.presence import Api, find_kind
from mistpm.model.rendered import Rendered
from mistpm.ops.workspace import Workspace


class ClusterKinds(Struct, frozen=True, kw_only=True):
    """Kinds that a cluster serves, the definitions of those that have one, and what could not be asked."""

    served: tuple[Api, ...] = ()
    definitions: tuple[dict[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()


def ask_for_kinds(workspace: Workspace, rendered: Rendered) -> ClusterKinds:
    """Ask a cluster for the kinds of manifests that neither Kubernetes nor the set itself defines.

    Nothing is asked where the target is a directory, or where there are none; else discovery, and a request
    for each definition.  Never raises for a cluster that does not answer.
    """
    if not workspace.chosen_target.is_cluster:
        return ClusterKinds()
    subjects = [
        subject_of(manifest, release.name)
        for release in rendered.releases
        for manifest in release.manifests
    ]
    own = CustomKinds(definitions_in(subjects))
    foreign = {each.api for each in subjects if not (find_kind(each.api) or own.find(each.api))}
    if not foreign:
        return ClusterKinds()
    cluster = workspace.cluster
    try:
        served = {Api(each.group, each.version, each.kind): each for each in cluster.served()}
        names = {f"{each.plural}.{each.group}" for api, each in served.items() if api in foreign}
        definitions = [cluster.definition(name) for name in sorted(names)]
    except TargetError as error:
        return ClusterKinds(findings=(_unasked(cluster.title, error),))
    return ClusterKinds(
        served=tuple(sorted(foreign & served.keys())),
        definitions=tuple(each for each in definitions if each is not None),
    )


def _unasked(title: str, error: TargetError) -> Finding:
    return Finding(
        severity="info",
        code="not-looked-at",
        message=f"whether the {title} serves kinds that nothing here defines was not looked at:"
        f" {error.message}",
        hint=error.hint,
    )
