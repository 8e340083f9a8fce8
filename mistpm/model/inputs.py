"""Inputs completed with what a package's schema says to use where nothing was given."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from typing import Any, Final

_MOST_PLACES: Final = 10_000
_DEEPEST: Final = 64  # schemas may refer to themselves; real inputs are never nested so deeply
_MOST_STEPS: Final = 300_000
"""How many values are looked at or made: a few lines of schema can stand for more than there are atoms."""

_TEXT_OF_A_STEP: Final = 100


def completed(inputs: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Give `inputs` with the `default`s of a JSON Schema (2020-12) filled in; neither is changed.

    A missing property gets its `default`.  A missing object without one is made from the defaults
    of its own properties, if that gives all that it requires: so `tls.enabled` has its default where
    nobody wrote `tls`, and an optional object that cannot be made stays away.  Followed are
    `properties`, `items`, `allOf` and references within the schema; what is given is never replaced.
    An object is not made of a schema within itself, and after 300,000 steps nothing more is filled in.
    """
    result = _Completion(schema).completed(inputs, schema, _DEEPEST)
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
        places = list({id(place): place for place in found if isinstance(place, dict)}.values())
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


_NOTHING: Final = object()


class _Completion:
    """One walk over values and the schemas for them, which ends after `_MOST_STEPS`."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._left = _MOST_STEPS
        self._making: set[int] = set()
        self._parts: dict[int, list[dict[str, Any]]] = {}

    def completed(self, value: Any, schema: Any, depth: int) -> Any:
        """Give `value` with what `schema` fills in; it is not changed itself."""
        self._left -= 1
        if not isinstance(schema, dict) or depth == 0 or self._left < 0:
            return value
        for part in self._parts_of(schema):
            if isinstance(value, dict):
                value = self._with_properties(value, part, depth)
            elif isinstance(value, list) and isinstance(part.get("items"), dict):
                value = [self.completed(item, part["items"], depth - 1) for item in value]
        return value

    def _with_properties(
        self, value: dict[str, Any], schema: dict[str, Any], depth: int
    ) -> dict[str, Any]:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return value
        result = dict(value)
        for name, property_schema in properties.items():
            if self._left < 0:
                break
            if name in result:
                result[name] = self.completed(result[name], property_schema, depth - 1)
            else:
                made = self._made(property_schema, depth - 1)
                if made is not _NOTHING:
                    result[name] = made
        return result

    def _made(self, schema: Any, depth: int) -> Any:
        """Give the value of a property that was not given, or `_NOTHING`."""
        self._left -= 1
        if not isinstance(schema, dict) or depth == 0 or self._left < 0:
            return _NOTHING
        parts = self._parts_of(schema)
        for part in parts:
            if "default" in part:
                self._left -= _size(part["default"])
                if self._left < 0:
                    return _NOTHING
                return self.completed(deepcopy(part["default"]), schema, depth)
        own = {id(part) for part in parts if "properties" in part}
        if not own or own & self._making:
            return _NOTHING
        self._making |= own
        made = self.completed({}, schema, depth)
        self._making -= own
        required = {name for part in parts for name in part.get("required", ())}
        return made if made and required <= made.keys() else _NOTHING

    def _parts_of(self, schema: dict[str, Any]) -> list[dict[str, Any]]:
        if id(schema) not in self._parts:
            self._parts[id(schema)] = _parts(schema, self._root)
        return self._parts[id(schema)]


def _size(value: Any) -> int:
    """Give the steps that copying a value counts for."""
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    return 1 + len(value) // _TEXT_OF_A_STEP if isinstance(value, str) else 1


def _parts(schema: dict[str, Any], root: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a schema and those that hold together with it: its `$ref` and its `allOf`."""
    parts: list[dict[str, Any]] = []
    seen: set[int] = set()
    waiting: deque[Any] = deque([schema])
    while waiting and len(parts) < _DEEPEST:
        part = waiting.popleft()
        if isinstance(part, dict) and id(part) not in seen:
            seen.add(id(part))
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
