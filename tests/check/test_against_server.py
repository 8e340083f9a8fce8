"""The checks and a real API server on the same objects: `specs/checks.md#a-second-opinion`."""

from __future__ import annotations

from typing import Any

import pytest
from custom_corpus import BAD, FIELDS, GOOD, RULE, TAKEN, cluster, definition, definition_of
from kubernetes_api import Answer, KubernetesApi, has_condition
from object_corpus import edge_objects, flawed_objects, good_objects

from mistpm.check import CustomKinds, check_manifests, subjects_of
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor, minor_of, parse_cluster_version
from mistpm.model.presence import find_kind, parse_api

NOT_READ = ("cannot be handled as", "strict decoding error")
"""What a server says of an object that does not have the form of its kind."""

pytestmark = pytest.mark.usefixtures("control_plane")


def running(api: KubernetesApi) -> Minor:
    """Give the minor that the server runs."""
    return minor_of(parse_cluster_version(api.get("/version").body["gitVersion"]))


def checked(
    data: dict[str, Any], minor: Minor, definitions: tuple[dict[str, Any], ...] = ()
) -> list[Finding]:
    """Give the errors that the checks find."""
    subjects, findings = subjects_of(data)
    findings += check_manifests(subjects, [minor], CustomKinds(definitions))
    return [finding for finding in findings if finding.severity == "error"]


def refused(api: KubernetesApi, data: dict[str, Any], namespace: str) -> Answer | None:
    """Give the server's refusal of an object, or None where it would take it."""
    kind = find_kind(parse_api(f"{data['apiVersion']}/{data['kind']}"))
    assert kind is not None
    group = f"/apis/{data['apiVersion']}" if kind.group else f"/api/{data['apiVersion']}"
    place = f"{group}/namespaces/{namespace}" if kind.namespaced else group
    answer = api.create(f"{place}/{kind.plural}", data, dryRun="All", fieldValidation="Strict")
    return None if answer.status < 300 else answer


def test_what_the_server_takes(api: KubernetesApi, namespace: str) -> None:
    """Nothing is wrong with objects that a strict server takes."""
    minor = running(api)
    found = [
        (data["kind"], refused(api, data, namespace), checked(data, minor))
        for data in good_objects()
    ]

    assert [(data["kind"], None, []) for data in good_objects()] == found


def test_what_the_server_refuses(api: KubernetesApi, namespace: str) -> None:
    """Everything that a strict server refuses is found, under the code that the corpus names."""
    minor = running(api)
    expected, found = [], []
    for flaw, data in flawed_objects():
        expected.append((flaw.kind, flaw.path, True, [flaw.code]))
        codes = [finding.code for finding in checked(data, minor)]
        found.append((flaw.kind, flaw.path, refused(api, data, namespace) is not None, codes))

    assert expected == found


@pytest.mark.slow
def test_odd_values_everywhere(api: KubernetesApi, namespace: str) -> None:
    """No value that the server takes is called an error, and none that it cannot read is passed over.

    One thing apart: a list where a text in base64 belongs is taken for the bytes themselves.
    """
    minor = running(api)
    called_errors, passed_over = [], []
    for path, value, data in edge_objects():
        answer, findings = refused(api, data, namespace), checked(data, minor)
        if answer is None and findings and not (path[0] == "data" and isinstance(value, list)):
            called_errors.append((data["kind"], path, value, findings[0].message))
        if answer is not None and not findings:
            said = str(answer.body)
            if any(words in said for words in NOT_READ):
                passed_over.append((data["kind"], path, value, said))

    assert ([], []) == (called_errors, passed_over)


CUSTOM_GROUP = "/apis/pg.example.org/v1"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def test_custom_resources(api: KubernetesApi, namespace: str) -> None:
    """A server that has the definition takes the good custom resources and refuses the others."""
    minor, custom = running(api), definition(rules=(RULE,))
    api.apply(f"{DEFINITIONS}/clusters.pg.example.org", custom, force="true")
    api.wait_for(f"{DEFINITIONS}/clusters.pg.example.org", has_condition("Established"))
    place = f"{CUSTOM_GROUP}/namespaces/{namespace}/clusters"
    api.wait_for(place, lambda answer: answer.status == 200)
    broken = ({"from": 2, "until": 1},)
    specs = [*GOOD, *(spec for spec, _ in BAD), *broken]
    expected = [*([True] * len(GOOD)), *([False] * (len(BAD) + len(broken)))]
    found = []
    for spec in specs:
        resource = cluster(**spec)
        answer = api.create(place, resource, dryRun="All", fieldValidation="Strict")
        found.append((spec, answer.status < 300, not checked(resource, minor, (custom,))))

    assert list(zip(specs, expected, expected, strict=True)) == found


INVALID = (400, 422)


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    """Give a definition a name that nothing on the server has, so that it is refused for what it says only."""
    data["metadata"]["name"] = "oddities.pg.example.org"
    data["spec"]["names"] = {"plural": "oddities", "kind": "Oddity"}
    return data


def test_definitions(api: KubernetesApi) -> None:
    """A server refuses every definition in which an error is found."""
    minor = running(api)
    expected, found = [], []
    for field, told in FIELDS:
        data = renamed(definition_of(size=field))
        answer = api.create(DEFINITIONS, data, dryRun="All", fieldValidation="Strict")
        errors = [finding.code for finding in checked(data, minor)]
        if errors:
            expected.append((told, True))
            found.append((told, answer.status in INVALID))

    assert expected == found


@pytest.mark.parametrize("field", TAKEN)
def test_odd_definitions(api: KubernetesApi, field: dict[str, Any]) -> None:
    """In what a server takes no error is found, however odd it looks."""
    data = renamed(definition_of(size=field))
    answer = api.create(DEFINITIONS, data, dryRun="All", fieldValidation="Strict")

    assert (201, []) == (answer.status, checked(data, running(api)))
