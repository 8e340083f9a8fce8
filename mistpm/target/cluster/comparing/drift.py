"""Why a live object is not as it is wanted, where its manifest does not tell: who changed what, who had it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mistpm.diff.fields import FieldChange, is_within
from mistpm.target.cluster.api.client import MANAGER
from mistpm.target.cluster.comparing.case import Case
from mistpm.target.cluster.comparing.field_sets import paths
from mistpm.target.cluster.comparing.live import LiveObject

DRIFTED: Final = "drifted: "
"""What the reason of a change begins with where nothing else than the cluster changed."""

DELETED: Final = "it was deleted"
REPLACED: Final = "it was deleted and made again"
_MOST: Final = 3


def drift(case: Case, live: LiveObject, changes: Sequence[FieldChange]) -> str:
    """Say what others did to an object since it was applied, if anything."""
    if case.line is None or not case.line.uid:
        return ""
    if not case.is_touched(live):
        if live.revision != case.line.revision:
            return "a run that did not end changed it"
        is_value = case.was_applied and bool(case.wanted.manifest.secrets)
        return "a secret value is another one now" if is_value else ""
    if live.uid != case.line.uid:
        return f"{DRIFTED if case.was_applied else ''}{REPLACED}"
    if case.was_applied:
        return DRIFTED + (_changed_by_others(live.data, changes) or "fields have other owners now")
    return "it was changed since it was applied"


def moving(case: Case, live: LiveObject) -> str:
    """Say that an object moves from one release to another, if so."""
    if live.release == case.wanted.release or not live.environment:
        return ""
    return (
        f"moves here from the release `{live.release}`"
        if live.release
        else "belongs to a release now"
    )


def _changed_by_others(live: Mapping[str, Any], changes: Sequence[FieldChange]) -> str:
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
        if any(is_within(change.path, path) or is_within(path, change.path) for path in owned)
    )
    verb = "changed" if change.action == "change" else "added"
    return f"`{change.path}` was {verb}" + (f" by `{'`, `'.join(owners)}`" if owners else "")
