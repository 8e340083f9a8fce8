"""Findings in SARIF 2.1.0."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import replace

from mistpm.cli.sarif import sarif
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.checking import CheckReport

INGRESS = ResourceId("extensions", "Ingress", "shop", "web")
FINDINGS = (
    Finding(
        severity="error",
        code="removed-api",
        message="it is gone",
        resource=INGRESS,
        api_version="extensions/v1beta1",
        minors=(Minor(22), Minor(23)),
        replacement="networking.k8s.io/v1/Ingress",
        hint="write `networking.k8s.io/v1`",
        file="old files/web#1.yaml",
        line=2,
    ),
    Finding(
        severity="warning",
        code="deprecated-api",
        message="it is going",
        resource=INGRESS,
        path="spec.rules",
        file="/abs/web.yaml",
        waived="until the move",
    ),
    Finding(severity="info", code="renders-differently", message="other", release="shop"),
    Finding(severity="error", code="removed-api", message="x", release="pulled-in"),
    Finding(severity="error", code="kubernetes-unknown", message="Kubernetes `1.99` is not known"),
)
REPORT = CheckReport(
    minors=(Minor(22), Minor(23)),
    findings=FINDINGS,
    places={"": ("mistpm.yaml", 4), "shop": ("mistpm.yaml", 9), "pulled-in": ("mistpm.yaml", 9)},
)
URI = re.compile(r"(?:file:///)?[A-Za-z0-9._~%/:@!$&'()*+,;=-]+")


def test_a_result_says_where_and_what() -> None:
    """All minors are in one result; the place is a URI and a line, and the resource's name."""
    run = sarif(REPORT)["runs"][0]

    assert {
        "ruleId": "removed-api",
        "ruleIndex": 2,
        "level": "error",
        "message": {
            "text": "Ingress.extensions shop/web: it is gone\nwrite `networking.k8s.io/v1`"
        },
        "partialFingerprints": {
            "finding/v1": run["results"][0]["partialFingerprints"]["finding/v1"]
        },
        "properties": {
            "kubernetes": ["1.22", "1.23"],
            "apiVersion": "extensions/v1beta1",
            "replacement": "networking.k8s.io/v1/Ingress",
            "release": "",
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "old%20files/web%231.yaml"},
                    "region": {"startLine": 2},
                },
                "logicalLocations": [{"fullyQualifiedName": "Ingress.extensions shop/web"}],
            }
        ],
    } == run["results"][0]


def test_what_is_waived_is_suppressed() -> None:
    """With the reason."""
    result = sarif(REPORT)["runs"][0]["results"][1]

    assert [{"kind": "external", "justification": "until the move"}] == result["suppressions"]
    assert (
        "file:///abs/web.yaml"
        == (result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    )


def test_what_is_rendered_stands_where_it_is_asked_for() -> None:
    """A release of the file has a line, one that is pulled in that of what needs it, and anything else that of the versions."""
    third, fourth, fifth = sarif(REPORT)["runs"][0]["results"][2:]

    for result, line in ((third, 9), (fourth, 9), (fifth, 4)):
        place = {"artifactLocation": {"uri": "mistpm.yaml"}, "region": {"startLine": line}}

        assert [{"physicalLocation": place}] == result["locations"]


def test_what_has_no_file_has_no_place() -> None:
    """Where files are checked, a version that nobody knows stands in none of them."""
    *_, last = sarif(replace(REPORT, places={}))["runs"][0]["results"]

    assert "locations" not in last


def check_log(log: Any) -> None:
    """Hold a log to the rules of SARIF 2.1.0 for what is in ours (sections 3.13, 3.18, 3.19, 3.27 to 3.30, 3.49)."""
    assert "2.1.0" == log["version"]
    assert log.keys() <= {"$schema", "version", "runs"}
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    rules = [rule["id"] for rule in driver["rules"]]
    assert driver["name"]
    assert len(rules) == len(set(rules))
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert all(each["executionSuccessful"] in {True, False} for each in run["invocations"])
    for result in run["results"]:
        assert result["ruleId"] == rules[result["ruleIndex"]]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        assert all(isinstance(each, str) for each in result["partialFingerprints"].values())
        for each in result.get("suppressions", ()):
            assert each["kind"] in {"inSource", "external"}
        for location in result.get("locations", ()):
            assert location.keys() <= {"physicalLocation", "logicalLocations"}
            physical = location.get("physicalLocation")
            if physical:
                assert URI.fullmatch(physical["artifactLocation"]["uri"])
                assert physical.get("region", {"startLine": 1})["startLine"] >= 1


def test_the_log_keeps_the_rules_of_the_format() -> None:
    """Also without any finding, and after a way through JSON."""
    for report in (REPORT, CheckReport(minors=(), findings=())):
        check_log(json.loads(json.dumps(sarif(report))))


def test_fingerprints_do_not_depend_on_lines() -> None:
    """And tell findings apart."""
    prints = [
        each["partialFingerprints"]["finding/v1"] for each in sarif(REPORT)["runs"][0]["results"]
    ]

    assert 5 == len(set(prints))
