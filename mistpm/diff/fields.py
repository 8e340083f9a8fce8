"""Differences field by field, as data.

Paths are written as the API server writes them: `.spec.template.spec.containers[name="main"].image`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal

from msgspec import Struct

from mistpm.diff.mask import masked
from mistpm.document import load_manifests
from mistpm.errors import DocumentError
from mistpm.model.change import Change

_IDENTITIES: Final = (
    ("name",),
    ("key",),
    ("mountPath",),
    ("devicePath",),
    ("containerPort", "protocol"),
    ("containerPort",),
    ("port", "protocol"),
    ("port",),
    ("ip",),
    ("topologyKey",),
    ("type",),
)
"""What tells the items of a list apart: the first of these that all items have, each its own."""


class FieldChange(Struct, frozen=True, kw_only=True):
    """One field that comes, goes, or gets another value; a mapping that comes or goes is one field."""

    path: str
    action: Literal["add", "remove", "change"]
    before: Any = None
    after: Any = None


def field_changes(before: Any, after: Any, path: str = "") -> tuple[FieldChange, ...]:
    """Compare two JSON-like values, in the order of their sorted paths.

    Items of lists are told apart by their name (or what else identifies them), so that one more
    container is one change.  Lists whose items have no names are compared item by item as long as they
    are of one length, and as a whole otherwise.
    """
    return tuple(_compare(before, after, path))


def is_within(path: str, field: str) -> bool:
    """Tell whether a path leads to a field or to something in it."""
    return path == field or path.startswith((f"{field}.", f"{field}["))


def changed_fields(change: Change) -> tuple[FieldChange, ...]:
    """Give a change field by field, with what is secret masked; nothing where there is nothing to compare.

    A resource that comes or goes is one field, whose path is empty.
    """
    before, after = masked_texts(change)
    try:
        old, new = _read(before), _read(after)
    except DocumentError:
        old, new = before, after
    if old == new:
        return ()
    if old is None or new is None:
        action: Literal["add", "remove"] = "add" if old is None else "remove"
        return (FieldChange(path="", action=action, before=old, after=new),)
    return field_changes(old, new)


def masked_texts(change: Change) -> tuple[str | None, str | None]:
    """Give both texts of a change; those of a Secret without its values."""
    if (change.resource.group, change.resource.kind) == ("", "Secret"):
        return masked(change.before, change.after)
    return change.before, change.after


def _read(text: str | None) -> Any:
    if text is None:
        return None
    manifests = load_manifests(text, origin="change")
    return manifests[0] if len(manifests) == 1 else text


def _compare(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if _is_same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=str):
            yield from _pair(before, after, key, f"{path}.{key}")
        return
    if isinstance(before, list) and isinstance(after, list):
        identity = _identity(before, after)
        if identity is not None:
            old, new = ({_name(each, identity): each for each in side} for side in (before, after))
            if [key for key in old if key in new] == [key for key in new if key in old]:
                for key in sorted(old.keys() | new.keys()):
                    yield from _pair(old, new, key, path + key)
                return
        elif len(before) == len(after) and all(isinstance(each, dict) for each in before + after):
            for at, (left, right) in enumerate(zip(before, after, strict=True)):
                yield from _compare(left, right, f"{path}[{at}]")
            return
    yield FieldChange(path=path, action="change", before=before, after=after)


def _pair(old: dict[Any, Any], new: dict[Any, Any], key: Any, path: str) -> Iterator[FieldChange]:
    if key not in old:
        yield FieldChange(path=path, action="add", after=new[key])
    elif key not in new:
        yield FieldChange(path=path, action="remove", before=old[key])
    else:
        yield from _compare(old[key], new[key], path)


def _is_same(before: Any, after: Any) -> bool:
    """Compare as JSON does: `1` and `1.0` are one number, `1` and `true` are not one value."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(
            _is_same(value, after[key]) for key, value in before.items()
        )
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_is_same, before, after))
    return bool(before == after) and isinstance(before, bool) == isinstance(after, bool)


def _identity(before: list[Any], after: list[Any]) -> tuple[str, ...] | None:
    """Find what tells the items of both lists apart; None where nothing does."""
    items = before + after
    if not items or not all(isinstance(each, dict) for each in items):
        return None
    for keys in _IDENTITIES:
        if all(isinstance(each.get(key), str | int) for each in items for key in keys) and all(
            len({_name(each, keys) for each in side}) == len(side) for side in (before, after)
        ):
            return keys
    return None


def _name(item: dict[str, Any], keys: tuple[str, ...]) -> str:
    """Give `[name="main"]`."""
    return "[" + ",".join(f"{key}={json.dumps(item[key])}" for key in keys) + "]"
