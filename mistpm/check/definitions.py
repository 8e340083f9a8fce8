"""What a change of a CustomResourceDefinition does to the objects that are there, and to who uses them.

See `specs/checks.md#definitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mistpm.check.definitions_objects import Survey, named
from mistpm.check.definitions_schema import ANYTHING, Narrowing, Schema, narrowings
from mistpm.check.untyped import mapping, sequence
from mistpm.model.finding import Finding, Severity
from mistpm.model.resource import ResourceId

_HINTS: Final = {
    "required-field-added": "set the field in every object before, or give it a default in the definition",
    "field-dropped": "bring what stands there to where the new version has it, before the definition changes",
    "schema-narrowed": "change the objects that have other values before the definition changes",
    "rule-added": "see before that every object keeps to it; the API server alone can judge that",
}


def definition_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    release: str = "",
    objects: Iterable[Mapping[str, Any]] | None = None,
) -> tuple[Finding, ...]:
    """Find what is dangerous about a definition that changes from `before` to `after`.

    `before` may be the live one with its `status.storedVersions`.  `objects` are those that exist, None where
    nobody can tell; they are read only where some might not be valid any more, one after the other.  A definition
    that stays the same gives nothing.  Costs 5 us for each object, and under a millisecond besides.
    """
    return tuple(_Comparison(before, after, release).findings(objects))


class _Comparison:
    """Two states of one definition."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any], release: str) -> None:
        self._old = _Definition(before)
        self._new = _Definition(after)
        self._release = release
        self._gone = [name for name in self._old.stored if name not in self._new.versions]
        self._unserved = [
            name
            for name in self._old.served
            if name not in self._new.served and name not in self._gone
        ]
        self._narrowings = self._compare_schemas()

    def findings(self, objects: Iterable[Mapping[str, Any]] | None) -> Iterator[Finding]:
        """Put together what is told."""
        yield from self._identity()
        yield from self._conversion()
        for name in self._gone:
            yield self._stored_version_dropped(name)
        survey = self._survey(objects)
        for name in self._unserved:
            yield self._served_version_dropped(name, survey)
        yield from self._storage()
        for narrowing, versions in sorted(self._narrowings.items()):
            yield self._narrowed(narrowing, versions, survey)
        if survey is not None:
            yield from self._existing(survey)

    def _survey(self, objects: Iterable[Mapping[str, Any]] | None) -> Survey | None:
        """Look at the objects, where a change concerns them and the schemas can be used."""
        if objects is None or not (self._narrowings or self._unserved):
            return None
        try:
            survey = Survey(self._new.kind, self._schemas(), self._unserved)
        except (TypeError, ValueError):  # a schema that is none: checking the definition tells it
            return None
        survey.look_at(objects)
        return survey

    def _finding(
        self, *, severity: Severity, code: str, message: str, path: str = "", hint: str = ""
    ) -> Finding:
        return Finding(
            severity=severity,
            code=code,
            message=message,
            release=self._release,
            resource=self._new.resource,
            api_version=self._new.api_version,
            path=path,
            hint=hint,
        )

    def _identity(self) -> Iterator[Finding]:
        old, new = self._old, self._new
        if old.scope != new.scope and old.scope and new.scope:
            yield self._finding(
                severity="error",
                code="scope-changed",
                message=f"its objects are {_SCOPES[new.scope]} now and were {_SCOPES[old.scope]}:"
                " the API server refuses that",
                path="spec.scope",
                hint="copy the objects, delete the definition, and make both anew;"
                " or define another kind",
            )
        if old.kind != new.kind and old.kind and new.kind:
            yield self._finding(
                severity="error",
                code="names-changed",
                message=f"its kind is `{new.kind}` now and was `{old.kind}`: the API server refuses that",
                path="spec.names.kind",
                hint="copy the objects, delete the definition, and make both anew;"
                " or define another kind",
            )
        lost = sorted(old.aliases - new.aliases)
        if lost:
            shown = " and ".join(f"`{name}`" for name in lost)
            yield self._finding(
                severity="info",
                code="names-changed",
                message=f"the {'name' if len(lost) == 1 else 'names'} {shown} for it"
                f" {'goes' if len(lost) == 1 else 'go'} away; scripts with kubectl may use"
                f" {'it' if len(lost) == 1 else 'them'}",
                path="spec.names",
            )

    def _conversion(self) -> Iterator[Finding]:
        old, new = self._old.conversion, self._new.conversion
        if old == new:
            return
        if new == "None":
            yield self._finding(
                severity="warning",
                code="conversion-changed",
                message="no webhook converts between its versions any more: an object that is read in another"
                " version than it is stored in keeps its fields as they are",
                path="spec.conversion",
                hint="before, write every object again in the version that stays stored",
            )
        else:
            yield self._finding(
                severity="info",
                code="conversion-changed",
                message="a webhook converts between its versions now: while it does not answer, objects that are"
                " stored in another version cannot be read",
                path="spec.conversion",
            )

    def _stored_version_dropped(self, name: str) -> Finding:
        return self._finding(
            severity="error",
            code="stored-version-dropped",
            message=f"version `{name}` goes, and objects may still be stored in it: the API server refuses that",
            path="spec.versions",
            hint=f"two steps: first a definition that keeps `{name}` with `served: false` and stores another"
            f" version; then write every object again (a StorageVersionMigration does that), take `{name}` out"
            " of `status.storedVersions`, and come back to this definition",
        )

    def _served_version_dropped(self, name: str, survey: Survey | None) -> Finding:
        writers = sorted(survey.writers.get(name, ())) if survey else []
        told = f"; {' and '.join(writers)} wrote objects in it" if writers else ""
        return self._finding(
            severity="warning",
            code="served-version-dropped",
            message=f"version `{name}` is not served any more: whoever asks for it gets an error{told}",
            path="spec.versions",
            hint=f"let them use `{self._new.group}/{self._new.storage}` before",
        )

    def _storage(self) -> Iterator[Finding]:
        old, new = self._old.storage, self._new.storage
        if old != new and old and old not in self._gone:
            yield self._finding(
                severity="info",
                code="storage-version-changed",
                message=f"objects are stored as `{new}` when they are written the next time, until then as `{old}`",
                path="spec.versions",
                hint=f"before `{old}` can go, every object has to be written again"
                " (a StorageVersionMigration does that)",
            )

    def _compare_schemas(self) -> dict[Narrowing, list[str]]:
        """Compare each version with itself, and what objects are stored in with what they will be read in."""
        old, new = self._old, self._new
        pairs = [(name, name) for name in sorted(set(old.versions) & set(new.versions))]
        if new.storage not in old.versions and new.conversion == "None":
            pairs.append((old.storage, new.storage))
        found: dict[Narrowing, list[str]] = {}
        for was, now in pairs:
            for narrowing in narrowings(old.schema(was), new.schema(now)):
                found.setdefault(narrowing, []).append(now)
        return found

    def _narrowed(
        self, narrowing: Narrowing, versions: list[str], survey: Survey | None
    ) -> Finding:
        is_tried = survey is not None and (survey.total == 0 or narrowing.code != "rule-added")
        named_versions = " and ".join(f"`{name}`" for name in versions)
        return self._finding(
            severity="info" if is_tried else "warning",
            code=narrowing.code,
            message=f"{narrowing.why} (in {named_versions})",
            path=narrowing.path.removeprefix("."),
            hint="" if is_tried else _HINTS[narrowing.code],
        )

    def _schemas(self) -> list[Schema]:
        """Give the schemas that objects will have to fit: of the version that they are read in, and stored in."""
        names = [self._old.storage] if self._old.storage in self._new.versions else []
        if self._new.conversion == "None" and self._new.storage not in names:
            names.append(self._new.storage)
        return [self._new.schema(name) for name in names]

    def _existing(self, survey: Survey) -> Iterator[Finding]:
        if survey.invalid:
            told = named(f"{name} ({why})" for name, why in sorted(survey.invalid.items()))
            yield self._finding(
                severity="error",
                code="existing-object-invalid",
                message=f"{survey.of_all(len(survey.invalid))} would not be valid any more: {told}",
                hint="change them before the definition; afterwards the API server refuses changes of what is not"
                " valid in them, before Kubernetes 1.30 every change",
            )
        for path, names in sorted(survey.losing.items()):
            one = len(names) == 1
            yield self._finding(
                severity="warning",
                code="existing-field-lost",
                message=f"{survey.of_all(len(names))} {'loses' if one else 'lose'} what {'it has' if one else 'they have'}"
                f" there: {named(sorted(names))}",
                path=path,
                hint=_HINTS["field-dropped"],
            )


_SCOPES: Final = {"Namespaced": "in namespaces", "Cluster": "cluster-wide"}


class _Definition:
    """What matters of a definition, be it `v1` or `v1beta1`; what is not as it must be counts as empty."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        spec = mapping(data.get("spec"))
        names = mapping(spec.get("names"))
        self.api_version = str(data.get("apiVersion", ""))
        is_old = self.api_version == "apiextensions.k8s.io/v1beta1"
        only = {"name": spec.get("version"), "served": True, "storage": True}
        versions = [
            mapping(each) for each in sequence(spec.get("versions")) or ([only] if is_old else [])
        ]
        name = str(mapping(data.get("metadata")).get("name", ""))
        self.resource = ResourceId(
            self.api_version.partition("/")[0], "CustomResourceDefinition", "", name
        )
        self.group = str(spec.get("group", ""))
        scope = str(spec.get("scope", "Namespaced" if is_old else ""))
        self.scope = scope if scope in _SCOPES else ""
        self.kind = str(names.get("kind", ""))
        self.conversion = str(mapping(spec.get("conversion")).get("strategy") or "None")
        self.versions = {str(each.get("name", "")): each for each in versions}
        self.served = [name for name, each in self.versions.items() if each.get("served")]
        stores = [name for name, each in self.versions.items() if each.get("storage")]
        self.storage = stores[0] if stores else ""
        said = sequence(mapping(data.get("status")).get("storedVersions"))
        self.stored = [str(each) for each in said] or stores
        self._keeps_all = bool(spec.get("preserveUnknownFields", is_old))
        self._common = mapping(spec.get("validation"))
        self.aliases = {
            str(each)
            for each in (
                names.get("singular") or self.kind.lower(),
                *sequence(names.get("shortNames")),
                *sequence(names.get("categories")),
            )
            if each
        }

    def schema(self, version: str) -> Schema:
        """Give the schema of a version; one that has none allows everything."""
        own = mapping(self.versions.get(version, {}).get("schema"))
        found = (own or self._common).get("openAPIV3Schema")
        if not isinstance(found, Mapping):
            return ANYTHING
        return {**found, **ANYTHING} if self._keeps_all else found
