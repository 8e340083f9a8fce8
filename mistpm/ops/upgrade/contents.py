"""What one step of an upgrade plan changes, loses, restarts, and cannot change: `specs/upgrade-plan.md#contents`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from mistpm.check.lifecycle import advice, successor
from mistpm.diff import in_order
from mistpm.diff.manifest import readable
from mistpm.diff.mask import masked_objects
from mistpm.model.change import Action, Change, Diff
from mistpm.model.finding import Finding
from mistpm.model.kinds import kind_table
from mistpm.model.minor import Minor
from mistpm.model.presence import Api, parse_api
from mistpm.model.resource import Manifest, ResourceId
from mistpm.ops.proposing import Proposal
from mistpm.ops.upgrade.data_losses import losses
from mistpm.ops.upgrade.fixed_fields import fixed_fields
from mistpm.ops.upgrade.object_change import dig, step_object
from mistpm.ops.upgrade.plan import Contents, Disappearing
from mistpm.ops.upgrade.restarts import left_running, restarts
from mistpm.target.marks import ONCE_PER_VERSION, RUN, keeping_annotation, namespace_manifest
from mistpm.target.protocol import Desired

_TOO_NEW: Final = "only newer Kubernetes versions have it"
_HOST_NAMESPACE: Final = "a namespace is deleted only with `--delete-namespace`"


def contents_of(
    diff: Diff,
    desired: Desired,
    *,
    is_live: bool,
    is_cluster: bool,
    findings: tuple[Finding, ...] = (),
    disappearing: tuple[Disappearing, ...] = (),
) -> Contents:
    """Say what a diff comes to; `desired` is what it leads to.

    `is_live` tells whether the diff is against what is there, `is_cluster` whether mistpm itself carries it out
    on a cluster: in a directory, whoever applies the files does.  Costs parsing every text that changes.
    """
    objects = tuple(step_object(each, is_cluster=is_cluster) for each in diff.changes)
    replaced, running_on = restarts(objects)
    return Contents(
        diff=diff,
        is_live=is_live,
        data=tuple(losses(objects)),
        restarts=replaced,
        no_restarts=(*running_on, *left_running(objects, desired, replaced)),
        fixed=fixed_fields(objects, is_cluster=is_cluster),
        disappearing=disappearing,
        findings=findings,
    )


def live_contents(proposal: Proposal, *, disappearing: tuple[Disappearing, ...] = ()) -> Contents:
    """Say what a proposal does to its target."""
    return contents_of(
        proposal.diff,
        proposal.desired,
        is_live=True,
        is_cluster=bool(proposal.address),
        findings=proposal.findings,
        disappearing=disappearing,
    )


def rendered_contents(
    before: Desired,
    after: Desired,
    *,
    is_cluster: bool,
    findings: tuple[Finding, ...] = (),
    disappearing: tuple[Disappearing, ...] = (),
) -> Contents:
    """Say what leads from one rendered set to another, without looking at any target.

    What a server or a controller would add is not known then: a field that a manifest leaves out has no
    value.  Secrets are masked as everywhere.
    """
    return contents_of(
        rendered_diff(before, after, is_cluster=is_cluster),
        after,
        is_live=False,
        is_cluster=is_cluster,
        findings=findings,
        disappearing=disappearing,
    )


def disappearing_apis(
    desired: Desired,
    before: Minor,
    after: Minor,
    *,
    others: Mapping[Api, Iterable[tuple[str, ResourceId]]] = {},
) -> tuple[Disappearing, ...]:
    """Give the APIs that a cluster serves at one minor and not at the other, sorted.

    `desired` is the set that is there when the cluster goes up, `others` who else was seen using what.  An
    API that is off by default counts only where somebody uses it.  On the way down, what came with the newer
    minors goes.
    """
    users: dict[Api, list[tuple[str, ResourceId]]] = {}
    for release in desired.releases:
        for manifest in release.manifests:
            users.setdefault(_api(manifest), []).append((release.name, manifest.id))
    found = []
    for kind in kind_table().kinds:
        api = Api(kind.group, kind.version, kind.kind)
        used = tuple(sorted(users.get(api, ())))
        seen = tuple(sorted(set(others.get(api, ()))))
        matters = kind.plural and (kind.enabled or used or seen)
        if matters and kind.present(before) and not kind.present(after):
            instead = successor(kind, after) if kind.gone(after) else None
            found.append(
                Disappearing(
                    api=api,
                    replacement=parse_api(str(instead)) if instead else None,
                    advice=advice(kind, after) if kind.gone(after) else _TOO_NEW,
                    users=used,
                    others=seen,
                )
            )
    return tuple(sorted(found, key=lambda each: each.api))


class _Placed(Struct, frozen=True):
    """A manifest, and where it belongs."""

    manifest: Manifest
    release: str
    version: str


def rendered_diff(before: Desired, after: Desired, *, is_cluster: bool) -> Diff:
    """Compare two rendered sets, in the order of carrying it out; what is equal has no texts."""
    old, new = _by_resource(before), _by_resource(after)
    changes = [
        _change(old.get(resource), each, is_cluster=is_cluster) for resource, each in new.items()
    ]
    changes += [
        _removal(each, after, is_cluster=is_cluster)
        for resource, each in old.items()
        if resource not in new
    ]
    return Diff(changes=in_order(changes, [release.name for release in after.releases]))


def _by_resource(desired: Desired) -> dict[ResourceId, _Placed]:
    found = {}
    for name in desired.namespaces:
        resource = ResourceId("", "Namespace", "", name)
        manifest = Manifest(id=resource, api_version="v1", data=namespace_manifest(name), origin="")
        found[resource] = _Placed(manifest, "", "")
    for release in desired.releases:
        for manifest in release.manifests:
            found[manifest.id] = _Placed(manifest, release.name, release.version)
    return found


def _change(old: _Placed | None, new: _Placed, *, is_cluster: bool) -> Change:
    """Compare one object; on a cluster, what runs once per version is another one only for another version."""
    if old is None:
        return _told("create", new, None, new.manifest)
    is_same = old.manifest.data == new.manifest.data
    runs_again = False
    if is_cluster and _runs_once(new):
        is_same = _runs_once(old) and old.version == new.version
        runs_again = not is_same
    is_moved = bool(old.release) and old.release != new.release
    if is_same and not is_moved:
        return Change(action="unchanged", resource=new.manifest.id, release=new.release)
    reason = f"is made anew: runs again for {new.version}" if runs_again else ""
    reason = f"moves here from the release `{old.release}`" if is_moved else reason
    return _told("update", new, old.manifest, new.manifest, reason, replaced=runs_again)


def _removal(old: _Placed, after: Desired, *, is_cluster: bool) -> Change:
    annotation = keeping_annotation(dig(old.manifest.data, "metadata", "annotations"))
    if not old.release:
        return _told("keep", old, old.manifest, old.manifest, _HOST_NAMESPACE)
    if old.release in after.left_alone:
        return _told("keep", old, old.manifest, old.manifest, "its release cannot be rendered now")
    if is_cluster and annotation:
        reason = f"it has the annotation `{annotation}`"
        return _told("keep", old, old.manifest, old.manifest, reason)
    return _told("delete", old, old.manifest, None)


def _runs_once(placed: _Placed) -> bool:
    return dig(placed.manifest.data, "metadata", "annotations").get(RUN) == ONCE_PER_VERSION


def _told(
    action: Action,
    placed: _Placed,
    before: Manifest | None,
    after: Manifest | None,
    reason: str = "",
    *,
    replaced: bool = False,
) -> Change:
    old, new = masked_objects(
        None if before is None else before.data, None if after is None else after.data
    )
    resource = placed.manifest.id
    return Change(
        action=action,
        resource=resource,
        release=placed.release,
        place=str(resource),
        before=None if old is None else readable(old),
        after=None if new is None else readable(new),
        reason=reason,
        replaced=replaced,
    )


def _api(manifest: Manifest) -> Api:
    group, _, version = manifest.api_version.rpartition("/")
    return Api(group, version, manifest.id.kind)
