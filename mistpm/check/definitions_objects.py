"""Objects that are there, held against the schemas that a changed definition has for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from mistpm.check.definitions_schema import Schema, as_object, items, others, properties
from mistpm.check.problem import Problem
from mistpm.check.shape import Shape
from mistpm.check.structural import strict_schema, with_defaults
from mistpm.model.data_path import show_path

_NAMED: Final = 3
"""So many objects are named; of the others it is said how many they are."""


class Survey:
    """What a pass over the objects of a definition finds, without keeping them.

    `schemas` are those that each object will have to fit, once with their defaults; `dropped` are the versions
    that go: who wrote in them is noted.  Rules, and the keys of lists, are left to the API server.  Raises
    `ValueError` or `TypeError` for a schema that is none.
    """

    def __init__(self, kind: str, schemas: Iterable[Schema], dropped: Collection[str]) -> None:
        self._schemas = [as_object(each) for each in schemas]
        self._shapes = [
            (each, Shape(strict_schema(each, closed=False), kind=kind)) for each in self._schemas
        ]
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
            for schema, shape in self._shapes:
                problems = shape.problems(with_defaults(schema, dict(each)))
                if problems:
                    self.invalid.setdefault(name, _first(problems))
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


def _first(problems: tuple[Problem, ...]) -> str:
    """Say one thing that is wrong with an object, and of how many."""
    path = show_path(problems[0].path)
    told = f"{path}: {problems[0].message}" if path else problems[0].message
    return f"{told}; and {len(problems) - 1} more" if problems[1:] else told


def _name(data: Mapping[str, Any]) -> str:
    metadata = data["metadata"]
    namespace = metadata.get("namespace")
    return f"`{namespace}/{metadata['name']}`" if namespace else f"`{metadata['name']}`"


def _lost(value: Any, schema: Schema, path: str) -> Iterator[str]:
    """Give the fields of a value that the server would leave out, as paths that hold for all items of a list."""
    if isinstance(value, list) and schema.get("type") == "array":
        for each in value:
            yield from _lost(each, items(schema), f"{path}[*]")
    if not isinstance(value, Mapping) or schema.get("type") != "object":
        return
    if schema.get("x-kubernetes-embedded-resource"):
        schema = as_object(schema)
    known, rest = properties(schema), others(schema)
    for name, below in value.items():
        inner = known.get(name, rest)
        if inner is None:
            yield f"{path}.{name}" if path else name
        else:
            yield from _lost(below, inner, f"{path}.{name}" if path else name)
