"""Data that a diff would lose, each loss with the reason: what has to be confirmed, and what plans show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from mistpm.model.change import Change
from mistpm.ops.upgrade.object_change import StepObject, dig, step_object

_STATEFUL_SET: Final = ("apps", "StatefulSet")
_GOES: Final[dict[tuple[str, str], str]] = {
    (
        "",
        "PersistentVolumeClaim",
    ): "what is in its volume goes with it, unless the volume's reclaim policy is `Retain`",
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
    ): "all objects of its kind go with it",
}
"""Kinds that hold data, and what is lost with an object of them."""

_POLICY: Final = "persistentVolumeClaimRetentionPolicy"


def data_losses(changes: Iterable[Change], *, is_cluster: bool) -> tuple[Change, ...]:
    """Give the changes that lose data, each with a reason that says which.

    These are deletions, objects that mistpm itself makes anew (on a cluster only), and claims that go with
    their StatefulSet.  Costs parsing the texts of the three kinds that matter, where they change.
    """
    objects = (
        step_object(change, is_cluster=is_cluster)
        for change in changes
        if (change.resource.group, change.resource.kind) in {*_GOES, _STATEFUL_SET}
    )
    return tuple(losses(objects))


def losses(objects: Iterable[StepObject]) -> Iterator[Change]:
    """Give the changes among objects that lose data: deleted, made anew, or with claims that go.

    Source of the last: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/, whose
    retention policy keeps claims unless it says `Delete`.
    """
    for each in objects:
        change = each.change
        goes = _GOES.get(each.kind)
        if goes and (each.replaced or change.action == "delete"):
            anew = "it is deleted and made anew: " if each.replaced else ""
            yield replace(change, reason=anew + goes)
        elif each.kind == _STATEFUL_SET and (reason := _claims_that_go(each)):
            yield replace(change, reason=reason)


def _claims_that_go(each: StepObject) -> str:
    """Say why claims of a StatefulSet are deleted; empty where they stay."""
    spec, wanted = dig(each.before, "spec"), dig(each.after, "spec")
    policy = dig(spec, _POLICY)
    if (each.replaced or each.change.action == "delete") and policy.get("whenDeleted") == "Delete":
        return f"its volume claims go with it: `{_POLICY}.whenDeleted` is `Delete`"
    before, after = spec.get("replicas", 1), wanted.get("replicas", 1)
    if not isinstance(before, int) or not isinstance(after, int) or after >= before or not wanted:
        return ""
    if dig(wanted, _POLICY).get("whenScaled") == "Delete":
        return (
            f"the volume claims of {before - after} of its {before} Pods go:"
            f" `{_POLICY}.whenScaled` is `Delete`"
        )
    return ""
