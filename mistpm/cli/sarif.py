"""Findings in SARIF 2.1.0, which code hosts and editors show beside the lines: `specs/check-command.md#sarif`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mistpm import __version__
from mistpm.model.finding import Finding
from mistpm.ops.checks.checking import CheckReport

VERSION = "2.1.0"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(report: CheckReport) -> dict[str, Any]:
    """Give the log of one run, with one result a finding; what is waived is suppressed.

    What is rendered has no file, so that its results stand where the environment's file asks for it; what is
    about no release stands where that says for which Kubernetes versions it is.
    """
    codes = sorted({finding.code for finding in report.findings})
    return {
        "$schema": _SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "mistpm",
                        "version": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "invocations": [{"executionSuccessful": True}],
                "results": [
                    _result(finding, codes.index(finding.code), report.places)
                    for finding in report.findings
                ],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    words = code.replace("-", " ").capitalize().replace(" api", " API")
    return {"id": code, "shortDescription": {"text": words}}


def _result(finding: Finding, rule: int, places: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    about = ": ".join(
        each for each in (finding.release, str(finding.resource or ""), finding.path) if each
    )
    sentences = (f"{about}: {finding.message}" if about else finding.message, finding.hint)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(each for each in sentences if each)},
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
        "properties": {
            "kubernetes": [str(minor) for minor in finding.minors],
            "apiVersion": finding.api_version,
            "replacement": finding.replacement,
            "release": finding.release,
        },
    }
    if location := _location(finding, places):
        result["locations"] = [location]
    if finding.waived:
        result["suppressions"] = [{"kind": "external", "justification": finding.waived}]
    return result


def _location(finding: Finding, places: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    location: dict[str, Any] = {}
    file, line = finding.file, finding.line
    if not file:
        file, line = places.get(finding.release) or places.get("", ("", 0))
    if file:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
        if line:
            physical["region"] = {"startLine": line}
        location["physicalLocation"] = physical
    if finding.resource is not None:
        name = str(finding.resource)
        location["logicalLocations"] = [
            {"fullyQualifiedName": f"{name}: {finding.path}" if finding.path else name}
        ]
    return location


def _uri(file: str) -> str:
    """Give a relative reference, or a `file` URI where a path is absolute."""
    if file.startswith("/"):
        return f"file://{quote(file)}"
    return quote(file)


def _fingerprint(finding: Finding) -> str:
    """Name a finding by what it is about, so that it stays the same when lines move."""
    parts = (finding.code, finding.release, str(finding.resource or ""), finding.path, finding.file)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
