"""How the objects of an environment are now, each with the reason: for `mistpm status`."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from mistpm.model.readiness import ReadinessCondition
from mistpm.model.resource import ResourceId
from mistpm.readiness import Assessment, State, assess
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.reader import Reader
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.live import Live, LiveObject, read_live
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.watch.diagnosis import explain, told_of, worst_trouble
from mistpm.target.cluster.watch.expectation import Graces
from mistpm.target.cluster.watch.storage_classes import late_classes
from mistpm.target.cluster.watch.workload_pods import WORKLOADS, newest_pods

_MOST_EXPLAINED: Final = 20
"""Of so many objects that are not ready Pods, warnings and logs are read."""


_ASSUMED: Final = 30.0
"""Seconds: how long trouble has lasted is not known; it is taken as long for images, short for nodes."""


ObservedState = State | Literal["missing", "unknown"]


class Observed(Struct, frozen=True, kw_only=True):
    """How one object is, and why; `context` are lines about one that is not ready.

    `missing` is one that is in the inventory and not there, `unknown` one that the user may not see.
    """

    resource: ResourceId
    release: str
    state: ObservedState
    why: str
    context: tuple[str, ...] = ()


def observe(
    client: Client,
    resources: Resources,
    owned: Iterable[OwnedObject],
    conditions: Mapping[str, tuple[ReadinessCondition, ...]],
    *,
    environment_id: str,
) -> tuple[Observed, ...]:
    """Look at everything that an environment owns, by release and resource.

    `conditions` are those of each release's package.  Costs a list for each kind; for the first
    twenty workloads and others that are not ready, up to six requests each.  Raises `ApiError`.
    """
    lines = sorted(owned, key=lambda each: (each.release, each.resource))
    kinds: dict[ApiResource, set[str]] = {}
    for line in lines:
        api = resources.find(line.api_version, line.resource.kind)
        if api is not None:
            kinds.setdefault(api, set()).add(line.resource.namespace)
    reader = Reader(client)
    assessing = _Assessing(conditions, _late_classes(reader, kinds))
    live = read_live(client, kinds, environment_id, is_settled=assessing.is_settled)
    closer = _looked_into(reader, assessing.unready)
    return tuple(_observed(line, resources, live, assessing.found, closer) for line in lines)


class _Assessing:
    """Assesses objects as they are listed, and keeps those that are not ready; used by several threads."""

    def __init__(
        self,
        conditions: Mapping[str, tuple[ReadinessCondition, ...]],
        late_classes: Container[str],
    ) -> None:
        self._conditions = conditions
        self._late_classes = late_classes
        self.found: dict[ResourceId, Assessment] = {}
        self.unready: dict[ResourceId, dict[str, Any]] = {}

    def is_settled(self, live: LiveObject) -> bool:
        """Assess an object; tells whether nobody will look at it any more."""
        kind = {"apiVersion": live.api_version, "kind": live.resource.kind}
        data = {**live.data, **kind}
        found = assess(
            data, self._conditions.get(live.release, ()), late_classes=self._late_classes
        )
        self.found[live.resource] = found
        if found.state in {"waiting", "failed"}:
            self.unready[live.resource] = data
        return True


def _late_classes(reader: Reader, kinds: Collection[ApiResource]) -> Container[str]:
    has_claims = any((each.group, each.kind) == ("", "PersistentVolumeClaim") for each in kinds)
    return late_classes(reader) if has_claims else ()


class _Closer(Struct, frozen=True, kw_only=True):
    """What looking into an object that is not ready told: lines, and trouble that will not pass."""

    lines: tuple[str, ...]
    trouble: str = ""


def _looked_into(
    reader: Reader, unready: Mapping[ResourceId, dict[str, Any]]
) -> dict[ResourceId, _Closer]:
    """Look into the first objects that are not ready, several at a time."""
    chosen = sorted(unready)[:_MOST_EXPLAINED]

    def look(resource: ResourceId) -> _Closer:
        data = unready[resource]
        is_workload = (resource.group, resource.kind) in WORKLOADS
        pods = newest_pods(reader, data) if is_workload else []
        lines = explain(reader, data, pods)
        worst = worst_trouble(pods)
        if worst is None or not Graces().are_over(worst[1], resource.kind, _ASSUMED):
            return _Closer(lines=lines)
        why = told_of(*worst)
        return _Closer(lines=tuple(each for each in lines if each != why), trouble=why)

    return dict(zip(chosen, at_once(look, chosen), strict=True))


def _observed(
    line: OwnedObject,
    resources: Resources,
    live: Live,
    found: Mapping[ResourceId, Assessment],
    closer: Mapping[ResourceId, _Closer],
) -> Observed:
    assessment = found.get(line.resource)
    looked = closer.get(line.resource)
    state: ObservedState
    if assessment is None:
        state, why = _unseen(line, resources, live)
    elif looked is not None and looked.trouble:
        state, why = "failed", looked.trouble
    else:
        state, why = assessment.state, assessment.why
    return Observed(
        resource=line.resource,
        release=line.release,
        state=state,
        why=why,
        context=looked.lines if looked is not None else (),
    )


def _unseen(
    line: OwnedObject, resources: Resources, live: Live
) -> tuple[Literal["missing", "unknown"], str]:
    """Tell why an object was not found."""
    if resources.find(line.api_version, line.resource.kind) is None:
        if line.api_version in resources.broken:
            return "unknown", f"the server of `{line.api_version}` does not answer"
        return "missing", f"its kind is not served in `{line.api_version}`"
    if live.may_hide(line.resource):
        return "unknown", "you may not list its kind"
    return "missing", "it is not there"
