"""What the objects of Kubernetes' own kinds may contain, from a file made by `scripts/build_schemas.py`.

Where the schemas come from and what they refuse: `specs/kubernetes-data.md`.
"""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import msgspec

from mistpm.model.minor import Minor
from mistpm.model.presence import Api

FILE = Path(__file__).with_name("data") / "schemas.json"


class KindSchema:
    """What the objects of one kind may contain at one minor.

    `digest` is the same for schemas that refuse the same objects, whatever the minor.
    """

    def __init__(self, name: str, digest: str, minor: Minor) -> None:
        self.digest = digest
        self._name = name
        self._minor = minor

    @cached_property
    def document(self) -> dict[str, Any]:
        """The self-contained JSON schema (2020-12), decoded when it is first asked for (3 ms for Pods)."""
        definitions: dict[str, Any] = {}
        waiting = [self._name]
        while waiting:
            name = waiting.pop()
            if name not in definitions:
                definitions[name] = _definition(name, self._minor)
                waiting += _references(definitions[name])
        return {"$ref": f"#/$defs/{self._name}", "$defs": dict(sorted(definitions.items()))}

    def __repr__(self) -> str:
        return f"KindSchema({self._name!r}, {self.digest!r})"


class _SchemaFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file: every kind and every definition from the minors at which it changed, oldest first.

    A kind has the name of its definition and the digest of all that this needs, both empty from the minor on that has
    no such kind.
    """

    sources: tuple[str, ...]
    minors: tuple[int, ...]
    kinds: dict[str, tuple[tuple[int, str, str], ...]]
    definitions: dict[str, msgspec.Raw]


# Made before there are threads: two that decode into a type for the first time crash msgspec 0.22.
_FILE: Final = msgspec.json.Decoder(_SchemaFile)
_FORMS: Final = msgspec.json.Decoder(tuple[tuple[int, msgspec.Raw], ...])


def schema_minors() -> tuple[Minor, ...]:
    """Give the minors that have schemas, oldest first."""
    return tuple(Minor(number) for number in _file().minors)


@cache
def kind_schema(api: Api, minor: Minor) -> KindSchema | None:
    """Give the schema of a kind at a minor; None if the minor has no such kind, or no schemas."""
    if minor.number not in _file().minors:
        return None
    changes = [row for row in _file().kinds.get(str(api), ()) if row[0] <= minor.number]
    if not changes:
        return None
    _, name, digest = changes[-1]
    return KindSchema(name, digest, minor) if name else None


@cache
def _file() -> _SchemaFile:
    """Read the file, once per process; definitions stay undecoded (a few milliseconds)."""
    return _FILE.decode(FILE.read_bytes())


@cache
def _forms(name: str) -> tuple[tuple[int, msgspec.Raw], ...]:
    """Give the forms of a definition, undecoded, each with the minor from which it holds."""
    return _FORMS.decode(_file().definitions[name])


def _definition(name: str, minor: Minor) -> dict[str, Any]:
    """Decode the form that a definition has at a minor."""
    newest = [form for first, form in _forms(name) if first <= minor.number][-1]
    return msgspec.json.decode(newest, type=dict[str, Any])


def _references(schema: object) -> list[str]:
    """Give the names of the definitions that a schema refers to."""
    if isinstance(schema, list):
        return [name for value in schema for name in _references(value)]
    if not isinstance(schema, dict):
        return []
    target = schema.get("$ref")
    if isinstance(target, str):
        return [target.removeprefix("#/$defs/")]
    return [name for value in schema.values() for name in _references(value)]
