"""Sets of fields as `managedFields` has them (`fieldsV1`).

A set is a tree: `f:NAME` is a field, `k:{…}` an item of a list by its keys, `v:…` an item by its value,
`i:…` one by its place.  An empty tree is the field itself, and so is `.` beside other entries.
Source: the `FieldsV1` format of structured-merge-diff.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

FieldSet = Mapping[str, Any]

_SELF: Final = "."
_EMPTY: Final[FieldSet] = {}


def union(one: FieldSet, other: FieldSet) -> dict[str, Any]:
    """Give the fields of either set."""
    merged = {key: dict(value) for key, value in one.items()}
    for key, value in other.items():
        merged[key] = _joined(merged[key], value) if key in merged else dict(value)
    return merged


def _joined(one: FieldSet, other: FieldSet) -> dict[str, Any]:
    if not one and not other:
        return {}
    return union(_whole(one), _whole(other))


def difference(one: FieldSet, other: FieldSet) -> dict[str, Any]:
    """Give the fields of the first set that are not in the other one.

    Of what the other set has nothing at all, the first has all: what stands below it and is in neither
    goes with it.
    """
    rest: dict[str, Any] = {}
    for key, value in one.items():
        if key not in other:
            rest[key] = {} if _SELF in value else difference(value, {})
        elif key != _SELF and (below := difference(_whole(value), _whole(other[key]))):
            rest[key] = below
    return rest


def _whole(fields: FieldSet) -> FieldSet:
    """Write a field that has nothing below it as one that is in the set itself."""
    return fields or {_SELF: {}}


def paths(fields: FieldSet) -> tuple[str, ...]:
    """Give the outermost fields of a set, as the API server writes paths, sorted."""
    return tuple(sorted(_paths(fields, "")))


def _paths(fields: FieldSet, path: str) -> Iterator[str]:
    for key, value in fields.items():
        if key == _SELF:
            yield path
        else:
            below = path + _step(key)
            yield from _paths(value, below) if value else iter((below,))


def _step(key: str) -> str:
    """Give `.spec`, `[name="main"]`, `[="value"]` or `[0]`."""
    sort, _, name = key.partition(":")
    if sort == "f":
        return f".{name}"
    if sort == "k":
        keys = json.loads(name)
        return "[" + ",".join(f"{each}={json.dumps(keys[each])}" for each in sorted(keys)) + "]"
    return f"[={name}]" if sort == "v" else f"[{name}]"


def lacking(value: Any, fields: FieldSet) -> dict[str, Any]:
    """Give the fields of a set that a manifest, or a part of one, does not have."""
    rest: dict[str, Any] = {}
    for key, below in fields.items():
        parts = _parts(value, key)
        if key == _SELF or (parts and not below):
            continue
        if not parts:
            rest[key] = {} if _SELF in below else dict(below)
        elif inner := lacking(parts[0], below):
            rest[key] = inner
    return rest


def _parts(value: Any, key: str) -> list[Any]:
    """Give what a step of a set leads to: one value, or none."""
    if isinstance(value, Mapping):
        name = key.removeprefix("f:")
        return [value[name]] if name in value else []
    if isinstance(value, list):
        return [item for at, item in enumerate(value) if _is_item(key, item, at)]
    return []


def without(value: Any, fields: FieldSet) -> Any:
    """Give an object, or a part of it, without the fields of a set; the argument is not changed.

    What has nothing below it in the set goes whole; a mapping or list that the set has itself goes where
    nothing is left in it.
    """
    if isinstance(value, Mapping):
        return _mapping_without(value, fields)
    if isinstance(value, list):
        return _list_without(value, fields)
    return value


def _mapping_without(value: Mapping[str, Any], fields: FieldSet) -> dict[str, Any]:
    rest = dict(value)
    for key, below in fields.items():
        name = key.removeprefix("f:")
        if key == _SELF or name not in rest:
            continue
        kept = without(rest[name], below) if below else None
        if not below or (not kept and _SELF in below):
            del rest[name]
        else:
            rest[name] = kept
    return rest


def _list_without(value: list[Any], fields: FieldSet) -> list[Any]:
    rest = []
    for at, item in enumerate(value):
        below = next((each for key, each in fields.items() if _is_item(key, item, at)), None)
        if below is None:
            rest.append(item)
        elif below:
            rest.append(without(item, below))
    return rest


def _is_item(key: str, item: Any, at: int) -> bool:
    """Tell whether a step of a set leads to this item of a list."""
    sort, _, name = key.partition(":")
    if sort == "k" and isinstance(item, Mapping):
        return all(item.get(each, value) == value for each, value in json.loads(name).items())
    if sort == "v":
        return bool(json.loads(name) == item)
    return sort == "i" and int(name) == at


def set_of(entries: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the fields of several entries of `managedFields` together."""
    fields: dict[str, Any] = {}
    for entry in entries:
        fields = union(fields, entry.get("fieldsV1") or _EMPTY)
    return fields
