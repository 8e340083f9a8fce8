"""What is found about the APIs that manifests are written in, in whole sentences: `specs/checks.md#apis`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.model.finding import Finding
from mistpm.model.presence import parse_api

Checked = Callable[..., tuple[Finding, ...]]
Told = tuple[str, str, str, str]
"""Code, path, message and hint."""


def told(findings: tuple[Finding, ...]) -> list[Told]:
    """Give what is said in findings."""
    return [(each.code, each.path, each.message, each.hint) for each in findings]


def an_object(api_version: str, kind: str, **fields: Any) -> dict[str, Any]:
    """Give an object called `shop`."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "shop"}, **fields}


APIS: tuple[tuple[str, str, str, Told, str], ...] = (
    (
        "gone, with a replacement", "extensions/v1beta1/Ingress", "1.22",
        (
            "removed-api", "apiVersion", "`extensions/v1beta1/Ingress` is gone since Kubernetes 1.22",
            "write it in `networking.k8s.io/v1/Ingress`, which exists since 1.19",
        ),
        "networking.k8s.io/v1/Ingress",
    ),
    (
        "gone, with nothing instead", "policy/v1beta1/PodSecurityPolicy", "1.25",
        (
            "removed-api", "apiVersion",
            "`policy/v1beta1/PodSecurityPolicy` is gone since Kubernetes 1.25", "nothing replaces it: Pod Security Admission does its work, told by labels on namespaces",
        ),
        "",
    ),
    (
        "gone, and so is what replaced it", "flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema", "1.33",
        (
            "removed-api", "apiVersion",
            "`flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema` is gone since Kubernetes 1.26",
            "write it in `flowcontrol.apiserver.k8s.io/v1/FlowSchema`, which exists since 1.29",
        ),
        "flowcontrol.apiserver.k8s.io/v1/FlowSchema",
    ),
    (
        "about to go", "batch/v1beta1/CronJob", "1.24",
        (
            "deprecated-api", "apiVersion",
            "`batch/v1beta1/CronJob` is deprecated since Kubernetes 1.21, and gone in 1.25",
            "write it in `batch/v1/CronJob`, which exists since 1.21",
        ),
        "batch/v1/CronJob",
    ),
    (
        "not there yet", "batch/v1/CronJob", "1.20",
        (
            "api-not-yet", "apiVersion", "`batch/v1/CronJob` exists only since Kubernetes 1.21",
            "before that, it is `batch/v1beta1/CronJob`",
        ),
        "",
    ),
    (
        "switched off", "resource.k8s.io/v1alpha3/DeviceTaintRule", "1.33",
        (
            "api-off-by-default", "apiVersion",
            "an API server serves `resource.k8s.io/v1alpha3/DeviceTaintRule` only where it is"
            " switched on",
            "start the API server with `--runtime-config=resource.k8s.io/v1alpha3=true`, and list"
            " the API under `provided`",
        ),
        "",
    ),
    (
        "unknown in a group of Kubernetes", "apps/v1/Deploymnt", "1.33",
        (
            "unknown-kind", "kind", "Kubernetes has no `apps/v1/Deploymnt`",
            "did you mean `apps/v1/Deployment`?",
        ),
        "",
    ),
    (
        "in another group", "v1/Deployment", "1.33",
        (
            "unknown-kind", "kind", "Kubernetes has no `v1/Deployment`",
            "did you mean `apps/v1/Deployment`?",
        ),
        "",
    ),
    (
        "in a version that there is not", "apps/v3/Deployment", "1.33",
        (
            "unknown-kind", "apiVersion", "Kubernetes has no `apps/v3/Deployment`",
            "did you mean `apps/v1/Deployment`?",
        ),
        "",
    ),
    (
        "unknown", "apps.example.org/v1/Deployment", "1.33",
        (
            "unknown-kind", "apiVersion",
            "nothing tells what `apps.example.org/v1/Deployment` may contain",
            "give its definition (CRD) with it, or list it under `provided`, so that it is checked",
        ),
        "",
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("api", "minor", "expected", "replacement"),
    [case[1:] for case in APIS],
    ids=[case[0] for case in APIS],
)
def test_apis(check: Checked, api: str, minor: str, expected: Told, replacement: str) -> None:
    """What becomes of an API is told with the minor, and what to write instead."""
    api_version, _, kind = api.rpartition("/")
    findings = [
        each
        for each in check(an_object(api_version, kind), at=minor)
        if each.path in {"apiVersion", "kind"}
    ]

    assert [expected] == told(tuple(findings))
    assert [replacement] == [each.replacement for each in findings]


def test_severities(check: Checked) -> None:
    """What still works is a warning; what no server takes is an error."""
    severities = {
        each.code: each.severity
        for manifest, at in (
            (an_object("batch/v1beta1", "CronJob"), "1.24 1.25"),
            (an_object("batch/v1", "CronJob"), "1.20"),
            (an_object("resource.k8s.io/v1alpha3", "DeviceTaintRule"), "1.33"),
            (an_object("apps.example.org/v1", "Deployment"), "1.33"),
        )
        for each in check(manifest, at=at)
        if each.path == "apiVersion"
    }
    expected = {
        "deprecated-api": "warning",
        "removed-api": "error",
        "api-not-yet": "error",
        "api-off-by-default": "warning",
        "unknown-kind": "warning",
    }

    assert expected == severities


def test_what_is_provided(check: Checked) -> None:
    """What somebody knows to be served is neither unknown nor switched off."""
    custom = an_object("apps.example.org/v1", "Deployment")
    alpha = an_object(
        "resource.k8s.io/v1alpha3",
        "DeviceTaintRule",
        spec={"taint": {"key": "a", "effect": "NoExecute"}},
    )
    provided = (
        parse_api("apps.example.org/v1/Deployment"),
        parse_api("resource.k8s.io/v1alpha3/DeviceTaintRule"),
    )

    assert () == check(custom, alpha, provided=provided)
