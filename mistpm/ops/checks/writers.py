"""Who else writes, on a cluster, what an upgrade of Kubernetes takes away: for plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from mistpm.model.kinds import kind_table
from mistpm.model.minor import Minor
from mistpm.model.presence import Api
from mistpm.model.resource import ResourceId

if TYPE_CHECKING:
    from mistpm.target.cluster.cluster import ClusterTarget

Writers: TypeAlias = Mapping[Api, tuple[tuple[str, ResourceId], ...]]
"""Field managers with objects that they wrote, by API."""


def other_writers(
    cluster: ClusterTarget, environment_id: str, start: Minor, goal: Minor
) -> Writers:
    """Find who wrote objects of others in the APIs that are gone on the way from one minor to another.

    Gives field managers with objects, by API, sorted; objects of the environment itself are left out.  What
    may not be read has nobody.  Costs a request for each kind that goes and 500 objects, none where none
    goes.  Raises `TargetError` where the cluster cannot be reached.
    """
    going = [
        Api(row.group, row.version, row.kind)
        for row in kind_table().kinds
        if row.plural and not row.gone(start) and row.gone(goal)
    ]
    found: dict[Api, dict[tuple[str, ResourceId], None]] = {}
    for use in cluster.evidence(going).uses if going else ():
        if use.environment != environment_id or not environment_id:
            found.setdefault(use.api, {})[use.manager, use.resource] = None
    return {api: tuple(sorted(writers)) for api, writers in sorted(found.items())}
