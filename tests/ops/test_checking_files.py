"""`mistpm check -f`: minors, definitions and waivers, and texts that are nothing in particular."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistpm.model.minor import shown_minors
from mistpm.ops.checks.checking import CheckReport
from mistpm.ops.checks.of_files import check_files
from mistpm.ops.options import Options

ENVIRONMENT = """\
apiVersion: mistpm.dev/v1
kind: Environment
name: shop
kubernetes: ">=1.21 <1.23"
provided: {apis: [meter.example.org/v1/Reading]}
waivers: [{code: removed-api, resource: {kind: Ingress}, reason: we know, until: 2027-01-01}]
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: web}
spec: {backend: {serviceName: web, servicePort: 80}}
"""
READING = "apiVersion: meter.example.org/v1\nkind: Reading\nmetadata: {name: a}\nspec: {value: x}\n"
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: readings.meter.example.org}
spec:
  group: meter.example.org
  scope: Namespaced
  names: {plural: readings, kind: Reading}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {value: {type: integer}}}}
"""


def check(*arguments: str, kubernetes: tuple[str, ...] = (), today: str = "") -> CheckReport:
    """Check files here."""
    return check_files(Options(today=today), arguments, kubernetes)


def codes(report: CheckReport) -> list[str]:
    """Give the codes of what was found, with `-` before those that are waived."""
    return [("-" if each.waived else "") + each.code for each in report.findings]


def test_an_environment_here_says_for_which_versions(folder: Path) -> None:
    """And what is accepted and there already; without one it is the newest version."""
    (folder / "a.yaml").write_text(f"{INGRESS}---\n{READING}", encoding="utf-8")
    alone = check("a.yaml")
    (folder / "mistpm.yaml").write_text(ENVIRONMENT, encoding="utf-8")
    beside = check("a.yaml", today="2026-12-01")

    assert ("1.37", ["removed-api", "unknown-kind"]) == (shown_minors(alone.minors), codes(alone))
    assert ("1.21 and 1.22", ["deprecated-api", "-removed-api"]) == (
        shown_minors(beside.minors),
        codes(beside),
    )
    assert "1.30" == shown_minors(check("a.yaml", kubernetes=("1.30",)).minors)
    assert ["deprecated-api", "removed-api", "waiver-expired"] == sorted(
        codes(check("a.yaml", today="2027-01-02"))
    )


def test_definitions_among_the_files_say_how_custom_resources_look(folder: Path) -> None:
    """In whatever file they stand."""
    (folder / "a.yaml").write_text(READING, encoding="utf-8")
    (folder / "b.yaml").write_text(DEFINITION, encoding="utf-8")
    [finding] = check(".").findings

    assert ("wrong-type", "spec.value", "a.yaml", 4) == (
        finding.code,
        finding.path,
        finding.file,
        finding.line,
    )


def test_nothing_but_unknown_versions(folder: Path) -> None:
    """What needs no version is found all the same."""
    (folder / "a.yaml").write_text(f"{INGRESS}---\n{INGRESS}---\n[", encoding="utf-8")

    assert ["kubernetes-unknown", "duplicate-resource", "invalid-yaml"] == codes(
        check("a.yaml", kubernetes=("1.99",))
    )


FIELDS = st.sampled_from(
    [
        "apiVersion", "kind", "metadata", "name", "namespace", "labels", "spec", "items", "template",
        "containers", "ports", "image", "selector", "matchLabels", "group", "names", "versions",
        "schema", "openAPIV3Schema", "properties", "type", "required", "x-kubernetes-validations",
        "data", "rules", "",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=20,
)
HEADS = st.sampled_from(
    [
        ("v1", "Pod"), ("apps/v1", "Deployment"), ("v1", "List"), ("v1", "ConfigMapList"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("batch/v1", "CronJob"),
        ("networking.k8s.io/v1", "Ingress"), ("meter.example.org/v1", "Reading"),
    ]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(HEADS, st.dictionaries(FIELDS, VALUES, max_size=5)), max_size=4))
def test_any_objects_at_all_are_findings_and_nothing_else(
    folder: Path, objects: list[tuple[tuple[str, str], dict[str, Any]]]
) -> None:
    """Whatever stands where, every object is told of or right, and the same input gives the same findings."""
    documents = [{"apiVersion": api, "kind": kind, **rest} for (api, kind), rest in objects]
    text = "\n---\n".join(json.dumps(each) for each in documents)
    (folder / "a.yaml").write_text(f"{DEFINITION}---\n{text}\n", encoding="utf-8")
    report = check("a.yaml", kubernetes=("1.25,1.37",))

    assert report.findings == check("a.yaml", kubernetes=("1.25,1.37",)).findings


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_at_all(folder: Path, data: bytes) -> None:
    """No text that can be written ends in a traceback."""
    (folder / "a.yaml").write_bytes(data)

    assert check("a.yaml").findings


@pytest.mark.parametrize(
    "text", ["a: &x [*x]\n", "&x {<<: *x}\n", "? [a]\n: b\n", "---\n...\n---\n"]
)
def test_odd_texts(folder: Path, text: str) -> None:
    """YAML that nobody means."""
    (folder / "a.yaml").write_text(text, encoding="utf-8")

    assert check("a.yaml").findings
