"""Why a live object is not as it was applied: what changed, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mistpm.diff.fields import FieldChange
from mistpm.target.cluster.client import MANAGER
from mistpm.target.cluster.field_sets import paths

DRIFTED: Final = "drifted: "
"""What the reason of a change begins with where nothing else than the cluster changed."""

DELETED: Final = "it was deleted"
REPLACED: Final = "it was deleted and made again"
_MOST: Final = 3


def changed_by_others(live: Mapping[str, Any], changes: Sequence[FieldChange]) -> str:
    """Say which fields are to be set back, and who set them: `.data.color` was changed by `kubectl-edit`.

    `changes` lead from the live object to the wanted one.  Who removed a field is not known.
    """
    entries = live["metadata"].get("managedFields") or ()
    theirs = {
        entry.get("manager", ""): paths(entry.get("fieldsV1") or {})
        for entry in entries
        if entry.get("manager") != MANAGER
    }
    told = [_told(change, theirs) for change in changes[:_MOST]]
    more = len(changes) - len(told)
    return ", ".join(told) + (f", and {more} more" if more else "")


def _told(change: FieldChange, theirs: Mapping[str, Sequence[str]]) -> str:
    if change.action == "add":
        return f"`{change.path}` was removed"
    owners = sorted(
        manager
        for manager, owned in theirs.items()
        if any(_touch(change.path, path) for path in owned)
    )
    verb = "changed" if change.action == "change" else "added"
    return f"`{change.path}` was {verb}" + (f" by `{'`, `'.join(owners)}`" if owners else "")


def _touch(one: str, other: str) -> bool:
    """Tell whether one path leads through the other."""
    return one == other or any(
        longer.startswith((f"{shorter}.", f"{shorter}["))
        for shorter, longer in ((one, other), (other, one))
    )
