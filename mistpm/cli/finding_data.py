"""Findings as data: the one form that every command prints, `specs/check-command.md#as-data`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId

_NOTHING = ResourceId("", "", "", "")


def findings_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Give an entry for each finding at each Kubernetes version; every entry has every key."""
    return [
        _entry(finding, str(minor) if minor else "")
        for finding in findings
        for minor in finding.minors or (None,)
    ]


def _entry(finding: Finding, kubernetes: str) -> dict[str, Any]:
    resource = finding.resource or _NOTHING
    return {
        "severity": finding.severity,
        "code": finding.code,
        "release": finding.release,
        "resource": {
            "apiVersion": finding.api_version,
            "kind": resource.kind,
            "namespace": resource.namespace,
            "name": resource.name,
        },
        "kubernetes": kubernetes,
        "path": finding.path,
        "message": finding.message,
        "replacement": finding.replacement,
        "hint": finding.hint,
        "file": finding.file,
        "line": finding.line,
        "waived": finding.waived,
    }
