"""Objects that are there, held against the schemas that a changed definition has for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from mistpm.check.definitions_schema import Schema, as_object, items, others, properties, texts
from mistpm.check.field_path import show_path
from mistpm.check.shape import Shape

_NAMED: Final = 3
"""So many objects are named; of the others it is said how many they are."""

_AS_THEY_ARE: Final = (
    "enum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "pattern",
    "uniqueItems",
)


class Survey:
    """What a pass over the objects of a definition finds, without keeping them.

    `schemas` are those that each object will have to fit, `dropped` the versions that go: who wrote in
    them is noted.
    """

    def __init__(self, kind: str, schemas: Iterable[Schema], dropped: Collection[str]) -> None:
        self._schemas = [as_object(each) for each in schemas]
        self._shapes = [Shape(_document(each), kind=kind) for each in self._schemas]
        self._dropped = dropped
        self.total = 0
        self.invalid: dict[str, str] = {}
        self.losing: dict[str, list[str]] = {}
        self.writers: dict[str, set[str]] = {}

    def look_at(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Look at objects, each as the server gives it."""
        for each in objects:
            self.total += 1
            name = _name(each)
            for shape in self._shapes:
                if name not in self.invalid and (problems := shape.problems(dict(each))):
                    first = problems[0]
                    path = show_path(first.path)
                    self.invalid[name] = f"{path}: {first.message}" if path else first.message
            for path in {path for schema in self._schemas for path in _lost(each, schema, "")}:
                self.losing.setdefault(path, []).append(name)
            self._note_writers(each)

    def _note_writers(self, data: Mapping[str, Any]) -> None:
        for entry in data["metadata"].get("managedFields") or ():
            version = str(entry.get("apiVersion", "")).rpartition("/")[2]
            if version in self._dropped and entry.get("manager"):
                self.writers.setdefault(version, set()).add(f"`{entry['manager']}`")

    def of_all(self, number: int) -> str:
        """Give `3 of 5,000 existing objects`, `the one existing object`."""
        if self.total == 1:
            return "the one existing object"
        return f"{number:,} of {self.total:,} existing objects"


def named(names: Iterable[str]) -> str:
    """Name the first few, and count the others."""
    found = list(names)
    rest = len(found) - _NAMED
    if rest <= 0:
        return ", ".join(found)
    return f"{', '.join(found[:_NAMED])} and {rest:,} {'other' if rest == 1 else 'others'}"


def _name(data: Mapping[str, Any]) -> str:
    metadata = data["metadata"]
    namespace = metadata.get("namespace")
    return f"`{namespace}/{metadata['name']}`" if namespace else f"`{metadata['name']}`"


def _lost(value: Any, schema: Schema, path: str) -> Iterator[str]:
    """Give the fields of a value that the server would leave out, as paths that hold for all items of a list."""
    if isinstance(value, list):
        for each in value:
            yield from _lost(each, items(schema), f"{path}[*]")
    if not isinstance(value, Mapping):
        return
    if schema.get("x-kubernetes-embedded-resource"):
        schema = as_object(schema)
    known, rest = properties(schema), others(schema)
    for name, below in value.items():
        inner = known.get(name, rest)
        if inner is None:
            yield f"{path}.{name}" if path else name
        elif inner.get("properties") or inner.get("items") or inner.get("additionalProperties"):
            yield from _lost(below, inner, f"{path}.{name}" if path else name)


def _document(schema: Schema) -> dict[str, Any]:
    """Write a structural schema as one of JSON (2020-12) that lets unknown fields be.

    Rules, formats and the keys of lists are not in it; a field with a default need not be there.
    """
    if schema.get("x-kubernetes-embedded-resource"):
        schema = as_object(schema)
    written = {key: schema[key] for key in _AS_THEY_ARE if key in schema}
    if types := _types(schema):
        written["type"] = types
    if schema.get("nullable") and isinstance(written.get("enum"), list):
        written["enum"] = [*written["enum"], None]
    for limit, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if limit in schema:
            written[strict if schema.get(strict) else limit] = schema[limit]
    if schema.get("x-kubernetes-list-type") == "set":
        written["uniqueItems"] = True
    return written | _content(schema)


def _content(schema: Schema) -> dict[str, Any]:
    """Write what a schema says of what is in its values."""
    known = properties(schema)
    written: dict[str, Any] = {
        "properties": {name: _document(each) for name, each in known.items()},
        "required": [
            name for name in texts(schema.get("required")) if "default" not in known.get(name, {})
        ],
    }
    for keyword in ("additionalProperties", "items", "not"):
        if isinstance(schema.get(keyword), Mapping):
            written[keyword] = _document(schema[keyword])
    for keyword in ("allOf", "anyOf", "oneOf"):
        if isinstance(schema.get(keyword), list):
            branches = [each for each in schema[keyword] if isinstance(each, Mapping)]
            written[keyword] = [_document(each) for each in branches]
    return {keyword: below for keyword, below in written.items() if below}


def _types(schema: Schema) -> list[str]:
    if schema.get("x-kubernetes-int-or-string"):
        types = ["integer", "string"]
    elif schema.get("type"):
        types = [str(schema["type"])]
    else:
        return []
    return [*types, "null"] if schema.get("nullable") else types
