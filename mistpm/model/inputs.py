"""Inputs completed with what a package's schema says to use where nothing was given."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from typing import Any, Final

_MOST_PLACES: Final = 10_000
_DEEPEST: Final = 64  # schemas may refer to themselves; real inputs are never nested so deeply


def completed(inputs: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Give `inputs` with the `default`s of a JSON Schema (2020-12) filled in; neither is changed.

    A missing property gets its `default`.  A missing object without one is made from the defaults
    of its own properties, if that gives all that it requires: so `tls.enabled` has its default where
    nobody wrote `tls`, and an optional object that cannot be made stays away.  Followed are
    `properties`, `items`, `allOf` and references within the schema; what is given is never replaced.
    """
    result = _completed(inputs, schema, schema, _DEEPEST)
    return result if isinstance(result, dict) else inputs


def is_secret(path: str, schema: dict[str, Any]) -> bool:
    """Tell whether a schema says `writeOnly` of an input, `tls.key`, or of something it lies in."""
    places = [schema]
    for name in path.split("."):
        found = [
            part["properties"][name]
            for place in places
            for part in _parts(place, schema)
            if name in part.get("properties", {})
        ]
        places = [place for place in found if isinstance(place, dict)]
        if any(part.get("writeOnly") for place in places for part in _parts(place, schema)):
            return True
    return False


def secret_paths(schema: dict[str, Any]) -> frozenset[str]:
    """Give the paths of what a schema says `writeOnly` of, `tls.key`; what is in a list has none.

    A schema that refers to itself has no end of paths; the shallowest are looked at.
    """
    found: set[str] = set()
    waiting: deque[tuple[tuple[str, ...], Any]] = deque([((), schema)])
    for _ in range(_MOST_PLACES):
        if not waiting:
            break
        path, place = waiting.popleft()
        for part in _parts(place, schema):
            if path and part.get("writeOnly"):
                found.add(".".join(path))
            properties = part.get("properties")
            if isinstance(properties, dict):
                waiting += [((*path, name), each) for name, each in properties.items()]
    return frozenset(found)


def _completed(value: Any, schema: Any, root: dict[str, Any], depth: int) -> Any:
    if not isinstance(schema, dict) or depth == 0:
        return value
    for part in _parts(schema, root):
        if isinstance(value, dict):
            value = _with_properties(value, part, root, depth)
        elif isinstance(value, list) and isinstance(part.get("items"), dict):
            value = [_completed(item, part["items"], root, depth - 1) for item in value]
    return value


def _with_properties(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], depth: int
) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return value
    result = dict(value)
    for name, property_schema in properties.items():
        if name in result:
            result[name] = _completed(result[name], property_schema, root, depth - 1)
        else:
            made = _made(property_schema, root, depth - 1)
            if made is not _NOTHING:
                result[name] = made
    return result


_NOTHING: Final = object()


def _made(schema: Any, root: dict[str, Any], depth: int) -> Any:
    """Give the value of a property that was not given, or `_NOTHING`."""
    if not isinstance(schema, dict) or depth == 0:
        return _NOTHING
    parts = _parts(schema, root)
    for part in parts:
        if "default" in part:
            return _completed(deepcopy(part["default"]), schema, root, depth)
    made = _completed({}, schema, root, depth)
    required = {name for part in parts for name in part.get("required", ())}
    return made if made and required <= made.keys() else _NOTHING


def _parts(schema: dict[str, Any], root: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a schema and those that hold together with it: its `$ref` and its `allOf`."""
    parts: list[dict[str, Any]] = []
    waiting: list[Any] = [schema]
    while waiting and len(parts) < _DEEPEST:
        part = waiting.pop(0)
        if isinstance(part, dict) and part not in parts:
            parts.append(part)
            if "$ref" in part:
                waiting.append(referred(part["$ref"], root))
            all_of = part.get("allOf")
            waiting.extend(all_of if isinstance(all_of, list) else ())
    return parts


def referred(reference: Any, root: dict[str, Any]) -> Any:
    """Follow a reference within the schema (`#/$defs/port`); None where it leads nowhere."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    place: Any = root
    for part in reference[1:].split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        place = place.get(key) if isinstance(place, dict) else None
    return place
