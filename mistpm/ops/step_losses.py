"""Data that a step would lose, each loss with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from mistpm.check import data_at_risk
from mistpm.model.change import Change
from mistpm.ops.step_object import StepObject, dig

_CLAIM: Final = "PersistentVolumeClaim"
_GOES: Final = {
    _CLAIM: "what is in its volume goes with it, unless the volume's reclaim policy is `Retain`",
    "CustomResourceDefinition": "all objects of its kind go with it",
}
_POLICY: Final = "persistentVolumeClaimRetentionPolicy"


def losses(objects: Iterable[StepObject]) -> Iterator[Change]:
    """Give the changes that lose data: deletions, objects made anew, claims that go with their StatefulSet.

    Source of the last: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/, whose
    retention policy keeps claims unless it says `Delete`.
    """
    for each in objects:
        change = each.change
        if each.replaced or change.action == "delete":
            as_deletion = replace(change, action="delete")
            if data_at_risk((as_deletion,)):
                anew = "it is deleted and made anew: " if each.replaced else ""
                yield replace(change, reason=anew + _GOES[change.resource.kind])
                continue
        if each.kind == ("apps", "StatefulSet") and (reason := _claims_that_go(each)):
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
