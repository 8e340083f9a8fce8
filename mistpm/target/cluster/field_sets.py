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
    return union(one or {_SELF: {}}, other or {_SELF: {}})


def difference(one: FieldSet, other: FieldSet) -> dict[str, Any]:
    """Give the fields of the first set that are not in the other one."""
    rest: dict[str, Any] = {}
    for key, value in one.items():
        if key not in other:
            rest[key] = dict(value)
        elif below := difference(value or {_SELF: {}}, other[key] or {_SELF: {}}):
            rest[key] = {} if below == {_SELF: {}} else below
    return rest


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


def without(value: Any, fields: FieldSet) -> Any:
    """Give an object, or a part of it, without the fields of a set; the argument is not changed.

    A mapping or list is taken away where the set has it itself and nothing else is left in it.
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
        if _is_leaf(below) or (not (kept := without(rest[name], below)) and _SELF in below):
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
        elif not _is_leaf(below):
            kept = without(item, below)
            if _SELF not in below or set(kept) - _key_names(fields, item, at):
                rest.append(kept)
    return rest


def _is_leaf(fields: FieldSet) -> bool:
    return not fields or fields.keys() == {_SELF}


def _is_item(key: str, item: Any, at: int) -> bool:
    """Tell whether a step of a set leads to this item of a list."""
    sort, _, name = key.partition(":")
    if sort == "k" and isinstance(item, Mapping):
        return all(item.get(each, value) == value for each, value in json.loads(name).items())
    if sort == "v":
        return bool(json.loads(name) == item)
    return sort == "i" and int(name) == at


def _key_names(fields: FieldSet, item: Any, at: int) -> set[str]:
    """Give what the item is found by: these fields alone are nothing that is left of it."""
    key = next(each for each in fields if _is_item(each, item, at))
    return set(json.loads(key.removeprefix("k:"))) if key.startswith("k:") else set()


def set_of(entries: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the fields of several entries of `managedFields` together."""
    fields: dict[str, Any] = {}
    for entry in entries:
        fields = union(fields, entry.get("fieldsV1") or _EMPTY)
    return fields
