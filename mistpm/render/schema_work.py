"""How much work it is to check a value against a schema, found out before it is done.

A few lines of schema can make a validator look at a value more often than there are atoms: by references that
double, by `unevaluatedProperties` within each other, by long lists of alternatives for long lists of values.  A
validator written in Rust is interrupted by nothing, not even Ctrl-C.  So its way is walked here first, with a
count: looking costs more than counting, and what counts too far is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mistpm.model.inputs import referred

MOST_STEPS: Final = 300_000
"""How often a schema may be looked at; 20,000 items with ten properties each need less."""

MOST_BACKTRACKING: Final = 10_000
"""Steps of one pattern that looks around or back; other patterns take time by the length of the text only."""

_IN_PLACE: Final = ("allOf", "anyOf", "oneOf")
_CONDITIONAL: Final = ("if", "then", "else", "not", "contentSchema")
_NAMED: Final = ("dependentSchemas", "dependencies")
_PROPERTIES: Final = ("additionalProperties", "unevaluatedProperties")
_ITEMS: Final = ("items", "contains", "unevaluatedItems")
_LISTS: Final = ("enum", "const", "required", "dependentRequired")
_UNEVALUATED: Final = ("unevaluatedProperties", "unevaluatedItems")
_ELSEWHERE: Final = ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef")
_OF_A_PATTERN: Final = 10
_TEXT_OF_A_STEP: Final = 100


class TooMuchWorkError(Exception):
    """A schema makes more steps than it may, or refers in a way that nobody counts; the text tells which."""


def count_steps(root: dict[str, Any], value: Any) -> int:
    """Give the steps of checking `value` against the schema `root`; raises `TooMuchWorkError`."""
    walk = _Walk(root)
    try:
        walk.look(root, value)
    except RecursionError:
        raise TooMuchWorkError("it refers to itself, or has too many levels") from None
    return walk.steps


class _Walk:
    """One walk on the validator's way, which turns at nothing: no branch is left out."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.steps = 0
        self._root = root
        self._weights: dict[int, int] = {}

    def look(self, schema: Any, value: Any) -> None:
        """Count looking at `value` with a schema and all that it consists of."""
        if not isinstance(schema, Mapping):
            self._take(1)
            return
        self._take(self._weight(schema))
        times = 1
        if any(key in schema for key in _UNEVALUATED) and isinstance(value, dict | list):
            times = 2 + len(value)
        for _ in range(times):
            for part in self._in_place(schema):
                self.look(part, value)
        if isinstance(value, dict):
            self._look_at_properties(schema, value)
        elif isinstance(value, list):
            self._look_at_items(schema, value)
        elif isinstance(value, str) and "pattern" in schema:
            self._take(_OF_A_PATTERN + len(value) // _TEXT_OF_A_STEP)

    def _look_at_properties(self, schema: Mapping[str, Any], value: dict[str, Any]) -> None:
        named = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        others = [schema[key] for key in _PROPERTIES if key in schema]
        for name, each in value.items():
            if name in named:
                self.look(named[name], each)
            self._take(_OF_A_PATTERN * len(patterns))
            for part in patterns.values():
                self.look(part, each)
            for part in others:
                self.look(part, each)
            if "propertyNames" in schema:
                self.look(schema["propertyNames"], name)

    def _look_at_items(self, schema: Mapping[str, Any], value: list[Any]) -> None:
        for part, each in zip(schema.get("prefixItems", ()), value, strict=False):
            self.look(part, each)
        for key in _ITEMS:
            if key in schema:
                for each in value:
                    self.look(schema[key], each)

    def _in_place(self, schema: Mapping[str, Any]) -> Iterator[Any]:
        """Give the schemas that are for the same value."""
        if "$ref" in schema:
            target = referred(schema["$ref"], self._root)
            if target is None:
                raise TooMuchWorkError(f"`{schema['$ref'][:_TEXT_OF_A_STEP]}` leads nowhere in it")
            yield target
        for key in _IN_PLACE:
            yield from schema.get(key, ())
        for key in _CONDITIONAL:
            if key in schema:
                yield schema[key]
        for key in _NAMED:
            named = schema.get(key)
            yield from named.values() if isinstance(named, Mapping) else ()

    def _weight(self, schema: Mapping[str, Any]) -> int:
        """Give the steps of a schema's own words; those that nobody follows here are refused."""
        found = self._weights.get(id(schema))
        if found is None:
            for key in _ELSEWHERE:
                if key in schema:
                    raise TooMuchWorkError(f"`{key}` is not supported")
            found = 1 + len(schema) + sum(_size(schema[key]) for key in _LISTS if key in schema)
            self._weights[id(schema)] = found
        return found

    def _take(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooMuchWorkError(f"it takes more than {MOST_STEPS:,} steps")


def _size(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(map(_size, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    return 1
