"""What is checked: one manifest, with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from msgspec import Struct

from mistpm.check.problem import Problem, show_value
from mistpm.model.data_path import DataPath, show_path
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.presence import Api, is_namespaced
from mistpm.model.resource import Manifest, ResourceId

LineOf = Callable[[DataPath], int | None]
"""Tells the line in which the value at a path begins, None where nothing is there."""

_API_VERSION: Final = re.compile(
    r"(?:([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)/)?([a-z](?:[a-z0-9-]*[a-z0-9])?)"
)


class Subject(Struct, frozen=True, kw_only=True):
    """One manifest to be checked; `data` is JSON-like and is not changed.

    `release` renders it, or it is written in `file`, where `line_of` knows the lines.
    """

    data: dict[str, Any]
    resource: ResourceId
    api_version: str
    release: str = ""
    file: str = ""
    line_of: LineOf | None = None

    @property
    def api(self) -> Api:
        """The API in which it is written."""
        return Api(self.resource.group, self.api_version.rpartition("/")[2], self.resource.kind)

    def line(self, path: DataPath) -> int:
        """Give the line of a path, or of the innermost thing around it; 0 where nothing is known."""
        if self.line_of is None:
            return 0
        lines = (self.line_of(path[:size]) for size in range(len(path), -1, -1))
        return next((line for line in lines if line is not None), 0)

    def finding(self, problem: Problem, minors: tuple[Minor, ...] = ()) -> Finding:
        """Make a problem of this subject a finding."""
        return Finding(
            severity=problem.severity,
            code=problem.code,
            message=problem.message,
            release=self.release,
            resource=self.resource if self.resource.kind else None,
            api_version=self.api_version,
            minors=minors,
            path=show_path(problem.path),
            hint=problem.hint,
            replacement=problem.replacement,
            file=self.file,
            line=self.line(problem.path),
        )


def subject_of(manifest: Manifest, release: str) -> Subject:
    """Make a subject of what a release renders."""
    return Subject(
        data=manifest.data,
        resource=manifest.id,
        api_version=manifest.api_version,
        release=release,
    )


def subjects_of(
    document: Any, *, release: str = "", file: str = "", line_of: LineOf | None = None
) -> tuple[tuple[Subject, ...], tuple[Finding, ...]]:
    """Make subjects of one document of a file, and tell what in it is no object.

    A `List`, or the list of a kind, gives its items, at any depth.  Nothing (an empty document) gives
    nothing.
    """
    subjects: list[Subject] = []
    findings: list[Finding] = []
    for data, place in _objects(document):
        below = None if line_of is None else partial(_line_below, line_of, place)
        subject = _subject(data, release, file, below)
        mistakes = tuple(_mistakes(data))
        findings += (subject.finding(mistake) for mistake in mistakes)
        if not mistakes:
            subjects.append(subject)
    return tuple(subjects), tuple(findings)


def _line_below(line_of: LineOf, place: DataPath, path: DataPath) -> int | None:
    return line_of((*place, *path))


def _objects(document: Any) -> Iterator[tuple[Any, DataPath]]:
    """Give what is in a document, lists taken apart, in the order of writing."""
    waiting: list[tuple[Any, DataPath]] = [] if document is None else [(document, ())]
    while waiting:
        data, place = waiting.pop()
        items = _items(data)
        if items is None:
            yield data, place
            continue
        filled = [_filled(item, data) for item in items]
        waiting += reversed([(item, (*place, "items", i)) for i, item in enumerate(filled)])


def _items(data: Any) -> list[Any] | None:
    """Give the items of a list, None for anything else."""
    if not isinstance(data, dict) or not str(data.get("kind", "")).endswith("List"):
        return None
    items = data.get("items")
    if items is None and set(data) <= {"apiVersion", "items", "kind", "metadata"}:
        return []
    return items if isinstance(items, list) and "spec" not in data else None


def _filled(item: Any, around: dict[str, Any]) -> Any:
    """Give an item what the list of its kind says once for all."""
    kind = str(around["kind"]).removesuffix("List")
    if not kind or not isinstance(item, dict) or "kind" in item or "apiVersion" in item:
        return item
    return {"apiVersion": around.get("apiVersion"), "kind": kind, **item}


def _subject(data: Any, release: str, file: str, line_of: LineOf | None) -> Subject:
    """Read what identifies an object; what is missing or no text is empty."""
    given = data if isinstance(data, dict) else {}
    kind = _text(given, "kind")
    api_version = _text(given, "apiVersion")
    group = api_version.rpartition("/")[0]
    metadata = given.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    namespace = "" if is_namespaced(group, kind) is False else _text(named, "namespace")
    return Subject(
        data=given,
        resource=ResourceId(group, kind, namespace, _text(named, "name")),
        api_version=api_version,
        release=release,
        file=file,
        line_of=line_of,
    )


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _mistakes(data: Any) -> Iterator[Problem]:
    """Tell why something is no object of Kubernetes."""
    if not isinstance(data, dict):
        message = f"a Kubernetes object must be a mapping, not {show_value(data)}"
        yield Problem(code="wrong-type", path=(), message=message)
        return
    for key in ("apiVersion", "kind"):
        value = data.get(key)
        if value is None or value == "":
            yield Problem(code="missing-field", path=(key,), message=f"`{key}` is missing")
        elif not isinstance(value, str):
            message = f"`{key}` must be a text, not {show_value(value)}"
            yield Problem(code="wrong-type", path=(key,), message=message)
        elif key == "apiVersion" and not _API_VERSION.fullmatch(value):
            message = f"`apiVersion` must be `GROUP/VERSION`, or `v1`, not {show_value(value)}"
            yield Problem(code="invalid-value", path=(key,), message=message)
