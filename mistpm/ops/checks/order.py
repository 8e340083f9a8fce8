"""Putting findings together: the same one at several Kubernetes versions is one, and all have an order."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from mistpm.model.finding import Finding
from mistpm.model.minor import Minor


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Make one finding of those that differ in their minors alone, where the first of them stood."""
    minors: dict[Finding, set[Minor]] = {}
    for finding in findings:
        minors.setdefault(replace(finding, minors=()), set()).update(finding.minors)
    return tuple(replace(finding, minors=tuple(sorted(found))) for finding, found in minors.items())


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by file and line, then release, resource and path."""
    return tuple(sorted(findings, key=_key))


def _key(finding: Finding) -> tuple[str, int, str, str, str, str, str]:
    return (
        finding.file,
        finding.line,
        finding.release,
        str(finding.resource or ""),
        finding.path,
        finding.code,
        finding.message,
    )
