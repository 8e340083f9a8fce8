"""Manifests against versions of Kubernetes: `specs/checks.md`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from mistpm.check.custom_kinds import GROUP, CustomKind, CustomKinds, CustomVersion, is_definition
from mistpm.check.field_history import dated
from mistpm.check.lifecycle import built_in_problems, unknown_kind
from mistpm.check.limits import with_limits
from mistpm.check.list_keys import key_problems
from mistpm.check.names import name_problems
from mistpm.check.problem import Problem
from mistpm.check.schemas import KindSchema, kind_schema
from mistpm.check.services import service_problems
from mistpm.check.shape import Shape
from mistpm.check.structural import LIST_KEYS, RULES
from mistpm.check.subject import Subject
from mistpm.check.workloads import workload_problems
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.presence import Api, find_kind
from mistpm.model.resource import ResourceId

_shapes: Final[dict[tuple[str, str], Shape]] = {}
"""The shapes of Kubernetes' own kinds, by kind and digest: as many as are asked for, at most some thousand."""


def check_manifests(
    subjects: Iterable[Subject],
    minors: Iterable[Minor],
    custom: CustomKinds,
    *,
    provided: Container[Api] = (),
) -> tuple[Finding, ...]:
    """Check manifests at each of `minors`, and give everything that is found, sorted.

    `custom` has the kinds that definitions declare, and `provided` are APIs of which somebody knows
    that they are served.  There is one finding for each resource, code and place, with the minors at
    which it holds.  A schema that several minors share is looked at once; a valid object costs some
    20 us for each that differs, the first of a kind up to 15 ms more.
    """
    subjects = tuple(subjects)
    definitions = {each.resource.name: each for each in subjects if is_definition(each.data)}
    checker = _Checker(tuple(sorted(set(minors))), custom, provided, definitions)
    findings = {finding for subject in subjects for finding in checker.check(subject)}
    return tuple(sorted(findings, key=_order))


class _Form(Struct, frozen=True, kw_only=True):
    """What an API is at the asked minors: what is wrong with it as such, and how its objects look."""

    problems: tuple[tuple[Minor, Problem], ...]
    shapes: tuple[tuple[Shape, tuple[Minor, ...]], ...] = ()
    custom: CustomKind | None = None
    minors: tuple[Minor, ...] = ()
    """Those at which it is there."""


class _Checker:
    """Checks subjects one after the other; what depends on their API alone is worked out once."""

    def __init__(
        self,
        minors: tuple[Minor, ...],
        custom: CustomKinds,
        provided: Container[Api],
        definitions: Mapping[str, Subject],
    ) -> None:
        self._minors = minors
        self._custom = custom
        self._provided = provided
        self._definitions = definitions
        self._forms: dict[Api, _Form] = {}

    def check(self, subject: Subject) -> Iterator[Finding]:
        api = subject.api
        form = self._forms.get(api)
        if form is None:
            form = self._forms[api] = self._form(api)
        found: dict[Problem, list[Minor]] = {}
        for minor, problem in form.problems:
            found.setdefault(problem, []).append(minor)
        for shape, minors in form.shapes:
            for problem in shape.problems(subject.data):
                for minor in minors:
                    told = (
                        dated(problem, api, minor) if problem.code == "invalid-field" else problem
                    )
                    found.setdefault(told, []).append(minor)
        for problem, at in found.items():
            yield subject.finding(problem, tuple(sorted(at)))
        if form.minors or form.custom:
            yield from self._timeless(subject, form)

    def _timeless(self, subject: Subject, form: _Form) -> Iterator[Finding]:
        """Give what is the same at every minor that has the kind."""
        metadata = subject.data.get("metadata")
        named = metadata if isinstance(metadata, dict) else {}
        is_told = named.get("name") is not None and not isinstance(named["name"], str)
        is_made = is_told or bool(named.get("generateName"))
        problems = [
            *name_problems(subject.resource, is_custom=form.custom is not None, is_made=is_made),
            *service_problems(subject.api, subject.data),
            *workload_problems(subject.api, subject.data),
        ]
        if is_definition(subject.data):
            from mistpm.check.custom_mistakes import definition_problems

            problems += definition_problems(subject.data)
        yield from (subject.finding(problem, form.minors) for problem in problems)
        if form.custom is not None:
            yield from self._custom_findings(subject, form.custom)

    def _custom_findings(self, subject: Subject, kind: CustomKind) -> Iterator[Finding]:
        version = kind.versions.get(subject.api.version)
        if version is None or version.schema is None or version.shape is None:
            return  # a broken definition is told where it is itself a subject
        for problem in _custom_problems(version, version.shape, subject):
            if problem.severity == "info":
                yield self._of_definition(kind, version, problem)
            else:
                yield subject.finding(problem, self._minors)

    def _of_definition(self, kind: CustomKind, version: CustomVersion, problem: Problem) -> Finding:
        """Make what is the matter with a rule a finding of its definition, which all its objects share."""
        problem = msgspec.structs.replace(problem, path=(*version.place, *problem.path))
        written = self._definitions.get(kind.name)
        if written is not None:
            return written.finding(problem, self._minors)
        resource = ResourceId(GROUP, "CustomResourceDefinition", "", kind.name)
        made = Subject(data={}, resource=resource, api_version=f"{GROUP}/v1")
        return made.finding(problem, self._minors)

    def _form(self, api: Api) -> _Form:
        row, custom = find_kind(api), self._custom.find(api)
        provided = api in self._provided
        if row is not None:
            problems = self._at_each(
                lambda minor: built_in_problems(row, minor, switched_on=provided)
            )
            present = tuple(minor for minor in self._minors if row.present(minor))
            return _Form(problems=problems, shapes=self._shapes(api), minors=present)
        if custom is not None:
            problems = self._at_each(lambda _minor: custom.problems(api))
            return _Form(problems=problems, custom=custom, minors=self._minors)
        if provided:
            return _Form(problems=(), minors=self._minors)
        return _Form(problems=self._at_each(lambda minor: (self._unknown(api, minor),)))

    def _unknown(self, api: Api, minor: Minor) -> Problem:
        """Tell that nothing has such a kind; where its group is defined here, what was probably meant."""
        problem = unknown_kind(api, minor)
        if not (near := self._custom.nearest(api)):
            return problem
        hint = f"did you mean `{near}`?"
        return msgspec.structs.replace(problem, path=("kind",), hint=hint)

    def _at_each(
        self, problems: Callable[[Minor], Iterable[Problem]]
    ) -> tuple[tuple[Minor, Problem], ...]:
        return tuple((minor, problem) for minor in self._minors for problem in problems(minor))

    def _shapes(self, api: Api) -> tuple[tuple[Shape, tuple[Minor, ...]], ...]:
        """Give how objects look, each form once with the minors that share it."""
        found: dict[str, tuple[KindSchema, list[Minor]]] = {}
        for minor in self._minors:
            schema = kind_schema(api, minor)
            if schema is not None:
                found.setdefault(schema.digest, (schema, []))[1].append(minor)
        return tuple((_shape(api, schema), tuple(minors)) for schema, minors in found.values())


def _shape(api: Api, schema: KindSchema) -> Shape:
    key = (api.kind, schema.digest)
    if key not in _shapes:
        _shapes[key] = Shape(with_limits(schema.document), kind=api.kind)
    return _shapes[key]


def _custom_problems(version: CustomVersion, shape: Shape, subject: Subject) -> Iterator[Problem]:
    """Give what is wrong with a custom resource; rules are for those whose fields are right."""
    data = version.complete(subject.data)
    problems = shape.problems(data)
    yield from problems
    if problems or version.schema is None:
        return
    if version.has(LIST_KEYS):
        yield from key_problems(version.schema, data)
    if version.has(RULES):
        from mistpm.check.rules import rule_problems

        yield from rule_problems(version.schema, data)


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        finding.release,
        finding.file,
        str(finding.resource or ""),
        finding.api_version,
        finding.line,
        finding.path,
        finding.code,
        finding.message,
        finding.minors,
    )
