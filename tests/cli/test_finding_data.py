"""Findings as data."""

from __future__ import annotations

from mistpm.cli.finding_data import findings_data
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.resource import ResourceId


def test_an_entry_for_each_kubernetes_version() -> None:
    """Every entry has every key, in one order."""
    finding = Finding(
        severity="error",
        code="removed-api",
        message="gone",
        resource=ResourceId("extensions", "Ingress", "shop", "web"),
        api_version="extensions/v1beta1",
        minors=(Minor(22), Minor(23)),
        path="spec",
        replacement="networking.k8s.io/v1/Ingress",
        hint="write another",
        file="a.yaml",
        line=3,
    )
    first, second = findings_data([finding])

    assert {
        "severity": "error",
        "code": "removed-api",
        "release": "",
        "resource": {
            "apiVersion": "extensions/v1beta1",
            "kind": "Ingress",
            "namespace": "shop",
            "name": "web",
        },
        "kubernetes": "1.22",
        "path": "spec",
        "message": "gone",
        "replacement": "networking.k8s.io/v1/Ingress",
        "hint": "write another",
        "file": "a.yaml",
        "line": 3,
        "waived": "",
    } == first
    assert {**first, "kubernetes": "1.23"} == second


def test_what_concerns_no_version_and_no_resource() -> None:
    """One entry, whose texts are empty."""
    [entry] = findings_data([Finding(severity="info", code="x", message="y")])

    assert ("", 0, "") == (entry["kubernetes"], entry["line"], entry["file"])
    assert {"apiVersion": "", "kind": "", "namespace": "", "name": ""} == (entry["resource"])
