"""One resource rendered more than once."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.check.problem import Problem
from mistpm.check.subject import Subject
from mistpm.model.finding import Finding
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId


def duplicate_resources(releases: Iterable[RenderedRelease]) -> tuple[Finding, ...]:
    """Find resources that several releases claim, sorted.

    The version of the API that a manifest is written in makes no difference: it is one resource.
    (Two in one release, and definitions that a package does not declare, are errors of rendering.)
    """
    claims: dict[ResourceId, list[tuple[str, Manifest]]] = {}
    for release in releases:
        for manifest in release.manifests:
            claims.setdefault(manifest.id, []).append((release.name, manifest))
    return tuple(
        _finding(resource, claims[resource]) for resource in sorted(claims) if claims[resource][1:]
    )


def duplicate_subjects(subjects: Iterable[Subject]) -> tuple[Finding, ...]:
    """Find resources that are written more than once, sorted: one finding for each place but the first.

    Objects whose name the server makes up are never the same.  Those of several files may be variants that
    are never applied together, which is why that is a warning.
    """
    places: dict[ResourceId, list[Subject]] = {}
    for subject in subjects:
        if subject.resource.name:
            places.setdefault(subject.resource, []).append(subject)
    return tuple(
        _repeated(first, again)
        for resource in sorted(places)
        for first, *others in (sorted(places[resource], key=_place),)
        for again in others
    )


def _place(subject: Subject) -> tuple[str, str, int]:
    return (subject.release, subject.file, subject.line(()))


def _repeated(first: Subject, again: Subject) -> Finding:
    _, file, line = _place(first)
    where = f" in `{file}`" + (f", line {line}" if line else "") if file else ""
    is_certain = first.file == again.file
    problem = Problem(
        code="duplicate-resource",
        path=(),
        message=f"it is written already{where}",
        hint="leave out one of them" + ("" if is_certain else ", if they are applied together"),
        severity="error" if is_certain else "warning",
    )
    return again.finding(problem)


def _finding(resource: ResourceId, claims: list[tuple[str, Manifest]]) -> Finding:
    origins = " and ".join(f"`{name}` ({manifest.origin})" for name, manifest in claims)
    return Finding(
        severity="error",
        code="duplicate-resource",
        message=f"{len(claims)} releases have it: {origins}",
        resource=resource,
        hint="give one of them another namespace, or inputs that name it differently",
    )
