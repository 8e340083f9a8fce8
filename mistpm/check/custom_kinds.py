"""Kinds that definitions (CustomResourceDefinitions) add to those of Kubernetes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, Final

import msgspec

from mistpm.check.problem import Problem
from mistpm.check.shape import Shape
from mistpm.check.structural import strict_schema, with_defaults
from mistpm.check.subject import Subject
from mistpm.check.untyped import mapping
from mistpm.model.data_path import DataPath
from mistpm.model.presence import Api

GROUP: Final = "apiextensions.k8s.io"
_KEPT_SHAPES: Final = 512


class CustomVersion:
    """One version of a custom kind; `schema` is None where the definition has none that can be used.

    `place` is where the definition has the schema.
    """

    def __init__(
        self, entry: Mapping[str, Any], schema: Any, place: DataPath, *, kind: str, closed: bool
    ) -> None:
        self.place = place
        self.name = str(entry.get("name", ""))
        self.served = entry.get("served") is not False
        self.deprecated = entry.get("deprecated") is True
        self.warning = str(entry.get("deprecationWarning") or "")
        self.schema: Mapping[str, Any] | None = schema if isinstance(schema, Mapping) else None
        self._kind = kind
        self._closed = closed
        self._own_status = "status" in mapping(entry.get("subresources"))

    @cached_property
    def _written(self) -> bytes:
        return msgspec.json.encode(self.schema, order="sorted")

    def complete(self, data: dict[str, Any]) -> dict[str, Any]:
        """Give an object as a server looks at it when it is created: with defaults, without status."""
        if self._own_status and "status" in data:
            data = {key: value for key, value in data.items() if key != "status"}
        if not self.has("default"):
            return data
        made: dict[str, Any] = with_defaults(self.schema, data)
        return made

    def has(self, keyword: str) -> bool:
        """Tell whether a keyword may stand somewhere in the schema, which is then worth a walk."""
        return self.schema is not None and f'"{keyword}"'.encode() in self._written

    @property
    def shape(self) -> Shape | None:
        """Give what objects look like; None where the schema is missing or broken."""
        if self.schema is None:
            return None
        return _shape(self._written, self._kind, self._closed)


class CustomKind:
    """A custom kind; versions by name, in the order of the definition."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        spec = mapping(definition.get("spec"))
        names = mapping(spec.get("names"))
        self.group = str(spec.get("group", ""))
        self.kind = str(names.get("kind", ""))
        self.name = f"{names.get('plural', '')}.{self.group}"
        self.versions = {version.name: version for version in _versions(definition, self.kind)}

    def problems(self, api: Api) -> Iterator[Problem]:
        """Tell whether a version of the kind is there and here to stay."""
        path = ("apiVersion",)
        version = self.versions.get(api.version)
        served = [each for each in self.versions.values() if each.served]
        lasting = [each for each in served if not each.deprecated]
        names = ", ".join(f"`{self.group}/{each.name}`" for each in lasting or served)
        listed = f"there is {names}" if names else ""
        if version is None:
            message = f"the definition of `{self.kind}` has no version `{api.version}`"
            yield Problem(code="version-not-served", path=path, message=message, hint=listed)
        elif not version.served:
            message = f"the definition of `{self.kind}` does not serve its version `{api.version}`"
            yield Problem(code="version-not-served", path=path, message=message, hint=listed)
        elif version.deprecated:
            said = f": {version.warning}" if version.warning else ""
            yield Problem(
                code="deprecated-api",
                path=path,
                message=f"`{api}` is deprecated by its definition{said}",
                hint=listed if lasting else "",
                severity="warning",
            )


class CustomKinds:
    """The kinds that definitions declare; of two definitions of a kind the first one counts.

    Definitions may be of `apiextensions.k8s.io` v1 or v1beta1.  What is broken in them is passed over
    here: it is told where the definition itself is checked.
    """

    def __init__(self, definitions: Iterable[Mapping[str, Any]] = ()) -> None:
        self._kinds: dict[tuple[str, str], CustomKind] = {}
        for definition in definitions:
            kind = CustomKind(definition)
            if kind.group and kind.kind:
                self._kinds.setdefault((kind.group, kind.kind), kind)

    def find(self, api: Api) -> CustomKind | None:
        """Give the custom kind that an API belongs to, whatever its version."""
        return self._kinds.get((api.group, api.kind))

    def nearest(self, api: Api) -> str:
        """Give the kind of an API's group that was probably meant; empty where none looks like it."""
        kinds = sorted(kind for group, kind in self._kinds if group == api.group)
        close = difflib.get_close_matches(api.kind, kinds, n=1)
        return close[0] if close else ""


def is_definition(data: Mapping[str, Any]) -> bool:
    """Tell whether a manifest is a CustomResourceDefinition."""
    group = str(data.get("apiVersion", "")).partition("/")[0]
    return data.get("kind") == "CustomResourceDefinition" and group == GROUP


def definitions_in(subjects: Iterable[Subject]) -> tuple[dict[str, Any], ...]:
    """Give the definitions among subjects, in their order."""
    return tuple(subject.data for subject in subjects if is_definition(subject.data))


def _versions(definition: Mapping[str, Any], kind: str) -> Iterator[CustomVersion]:
    """Give the versions of a definition; in v1beta1 several may share one schema, or have none."""
    spec = mapping(definition.get("spec"))
    is_beta = str(definition.get("apiVersion", "")).endswith("/v1beta1")
    open_by_default = is_beta and spec.get("preserveUnknownFields") is not False
    closed = not (open_by_default or spec.get("preserveUnknownFields") is True)
    shared = mapping(spec.get("validation")).get("openAPIV3Schema")
    entries = spec.get("versions") or [{"name": spec.get("version", "")}]
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            own = mapping(entry.get("schema"))
            schema = own.get("openAPIV3Schema", shared)
            place: DataPath = ("spec", "versions", index, "schema", "openAPIV3Schema")
            if "openAPIV3Schema" not in own:
                place = ("spec", "validation", "openAPIV3Schema")
            complete = {"subresources": spec.get("subresources"), **entry}
            yield CustomVersion(complete, schema, place, kind=kind, closed=closed)


@lru_cache(_KEPT_SHAPES)
def _shape(written: bytes, kind: str, closed: bool) -> Shape | None:
    from jsonschema_rs import ValidationError

    try:
        schema = strict_schema(msgspec.json.decode(written), closed=closed)
        return Shape(schema, kind=kind)
    except (ValidationError, ValueError, TypeError):
        return None
