"""One object that a step changes, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mistpm.check.quantity import quantity
from mistpm.diff.fields import FieldChange, field_changes, is_within, masked_texts
from mistpm.diff.immutable import immutable_changes
from mistpm.document import load_manifests
from mistpm.errors import DocumentError
from mistpm.model.change import Change
from mistpm.target.marks import ONCE_PER_VERSION, REPLACE, RUN

_SIZE: Final = ".spec.resources.requests.storage"
_UPDATES: Final = frozenset({"update", "adopt"})


class StepObject(Struct, frozen=True, kw_only=True):
    """A change with both states as data (empty where there is none), and the fields that differ.

    `fixed` are the paths among them that no update can carry out, `replaced` tells that mistpm itself
    deletes the object and makes it anew.
    """

    change: Change
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    fields: tuple[FieldChange, ...] = ()
    fixed: tuple[str, ...] = ()
    replaced: bool = False

    @property
    def kind(self) -> tuple[str, str]:
        """Its group and its kind."""
        return self.change.resource.group, self.change.resource.kind

    def within(self, *places: str) -> tuple[str, ...]:
        """Give the paths of what differs in any of these fields."""
        return tuple(
            field.path
            for field in self.fields
            if any(is_within(field.path, place) for place in places)
        )


def step_object(change: Change, *, is_cluster: bool) -> StepObject:
    """Read what a change leads from and to; costs parsing both texts."""
    before, after = (_read(text) for text in masked_texts(change))
    if change.action not in _UPDATES or not before or not after:
        return StepObject(change=change, before=before, after=after)
    fields = field_changes(before, after)
    fixed = immutable_changes(change.resource, before, fields) + _shrinking(change, before, after)
    annotations = dig(after, "metadata", "annotations")
    allowed = annotations.get(REPLACE) == "true" or annotations.get(RUN) == ONCE_PER_VERSION
    return StepObject(
        change=change,
        before=before,
        after=after,
        fields=fields,
        fixed=fixed,
        replaced=is_cluster and allowed and (change.replaced or bool(fixed)),
    )


def dig(data: Any, *keys: str) -> Mapping[str, Any]:
    """Give a mapping deep in JSON-like data; empty where there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def items(data: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Give the mappings in a list; none where there is no list."""
    found = data.get(key)
    yield from (
        (each for each in found if isinstance(each, Mapping)) if isinstance(found, list) else ()
    )


def _shrinking(
    change: Change, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[str, ...]:
    """Give the size of a volume claim that gets smaller: volumes only grow."""
    if (change.resource.group, change.resource.kind) != ("", "PersistentVolumeClaim"):
        return ()
    old, new = (
        quantity(dig(state, "spec", "resources", "requests").get("storage"))
        for state in (before, after)
    )
    return (_SIZE,) if old is not None and new is not None and new < old else ()


def _read(text: str | None) -> dict[str, Any]:
    """Read a manifest; empty where there is none, or none that can be read."""
    try:
        manifests = load_manifests(text or "", origin="change")
    except DocumentError:
        return {}
    return manifests[0] if len(manifests) == 1 else {}
