"""The schemas of Kubernetes' own kinds: which there are, what they refuse, and that they stand alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.check.schemas import FILE, KindSchema, kind_schema, schema_minors
from mistpm.model.kinds import Kind, kind_table
from mistpm.model.minors import Minor, known_minors
from mistpm.model.presence import Api, parse_api

KEYWORDS = {
    *("$ref", "$defs", "type", "properties", "additionalProperties", "items", "required"),
    *("enum", "pattern"),
}


def api_of(kind: Kind) -> Api:
    """Give the API that a row of the presence table is about."""
    return Api(kind.group, kind.version, kind.kind)


def schema(api: str, minor: int) -> KindSchema:
    """Give the schema of an API at a minor, which must have one."""
    found = kind_schema(parse_api(api), Minor(minor))
    assert found is not None
    return found


def at_minors(api: str) -> list[int]:
    """Give the minors at which an API has a schema."""
    return [each.number for each in schema_minors() if kind_schema(parse_api(api), each)]


def mistakes(data: dict[str, Any], minor: int = 37) -> list[str]:
    """Give the paths at which an object is refused."""
    group, _, version = data["apiVersion"].rpartition("/")
    found = kind_schema(Api(group, version, data["kind"]), Minor(minor))
    assert found is not None
    return sorted(
        ".".join(map(str, each.instance_path))
        for each in jsonschema_rs.validator_for(found.document).iter_errors(data)
    )


def keywords(value: Any) -> Iterator[str]:
    """Give the keywords that a schema uses."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            for each in below.values() if key in {"properties", "$defs"} else (below,):
                yield from keywords(each)


def references(value: Any) -> Iterator[str]:
    """Give what a schema refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix("#/$defs/")
        for below in value.values():
            yield from references(below)


def test_minors() -> None:
    """All minors that the presence table knows have schemas."""
    assert known_minors() == schema_minors()


def test_every_kind_has_a_schema() -> None:
    """A kind has a schema exactly where the presence table has it; one's end the documents hide."""
    hidden = {("policy/v1beta1/Eviction", 22), ("policy/v1beta1/Eviction", 23)}
    hidden.add(("policy/v1beta1/Eviction", 24))
    differing = {
        (str(kind), minor.number)
        for kind in kind_table().kinds
        for minor in schema_minors()
        if kind.present(minor) != (kind_schema(api_of(kind), minor) is not None)
    }

    assert hidden == differing


@pytest.mark.parametrize(
    ("api", "first", "last"),
    [
        ("v1/Pod", 16, 37),
        ("batch/v1/CronJob", 21, 37),
        ("batch/v1beta1/CronJob", 16, 24),
        ("networking.k8s.io/v1/Ingress", 19, 37),
        ("extensions/v1beta1/Ingress", 16, 21),
        ("policy/v1beta1/PodSecurityPolicy", 16, 24),
        ("resource.k8s.io/v1/DeviceTaintRule", 37, 37),
    ],
)
def test_kinds_come_and_go(api: str, first: int, last: int) -> None:
    """A kind has schemas from the minor that brought it to the one before its removal."""
    assert list(range(first, last + 1)) == at_minors(api)


@pytest.mark.parametrize(
    "api",
    [
        "apps.example.org/v1/Deployment",
        "apps/v2/Deployment",
        "apps/v1beta1/Deployment",
        "v1/List",
        "v1/ConfigMapList",
        "monitoring.coreos.com/v1/ServiceMonitor",
    ],
)
def test_exact_names(api: str) -> None:
    """A kind is looked up by its exact group, version and name; lists have no schema of their own."""
    assert [] == at_minors(api)


def test_minor_without_schemas() -> None:
    """A minor older or newer than the file has no schemas."""
    assert kind_schema(parse_api("v1/Pod"), Minor(15)) is None
    assert kind_schema(parse_api("v1/Pod"), Minor(38)) is None


@cache
def newest_documents() -> dict[str, dict[str, Any]]:
    """Give the document of every kind of the newest minor."""
    found = {
        str(kind): kind_schema(api_of(kind), schema_minors()[-1]) for kind in kind_table().kinds
    }
    return {name: each.document for name, each in found.items() if each is not None}


@pytest.mark.slow
def test_documents_stand_alone() -> None:
    """A document has what it refers to and nothing else, and uses a handful of keywords."""
    for document in newest_documents().values():
        reached = {document["$ref"].removeprefix("#/$defs/")}
        waiting = list(reached)
        while waiting:
            new = set(references(document["$defs"][waiting.pop()])) - reached
            reached |= new
            waiting += new

        assert sorted(reached) == list(document["$defs"])
    assert KEYWORDS == {key for each in newest_documents().values() for key in keywords(each)}


@pytest.mark.slow
def test_documents_are_schemas() -> None:
    """Every document of the newest minor compiles, and refuses an object that is all wrong."""
    for document in newest_documents().values():
        assert not jsonschema_rs.validator_for(document).is_valid({"metadata": 1})


@pytest.mark.slow
@given(st.sampled_from(kind_table().kinds), st.sampled_from(schema_minors()))
def test_digests_tell_documents_apart(kind: Kind, minor: Minor) -> None:
    """A kind's schemas of two minors in a row have equal digests exactly if they are equal."""
    older = kind_schema(api_of(kind), minor)
    newer = kind_schema(api_of(kind), Minor(minor.number + 1))
    if older is not None and newer is not None:
        assert (older.digest == newer.digest) == (older.document == newer.document)


def test_documents_are_decoded_when_asked_for() -> None:
    """A digest costs no document."""
    kind_schema.cache_clear()
    found = schema("apps/v1/Deployment", 30)

    assert 12 == len(found.digest)
    assert "document" not in vars(found)
    assert found is schema("apps/v1/Deployment", 30)


def test_most_kinds_rarely_change() -> None:
    """Objects of stable kinds need no look for each minor, and the file stays small."""
    digests = {schema("v1/ConfigMap", each.number).digest for each in schema_minors()}

    assert 6 > len(digests)
    assert FILE.stat().st_size < 800_000


POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "web"}]},
}


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, []),
        ({"status": {"conditions": [{}], "containerStatuses": None}}, []),
        ({"metadata": {"name": "web", "creationTimestamp": None, "labels": None}}, []),
        ({"metadata": {"name": "web", "labels": {"tier": 3}}}, ["metadata.labels.tier"]),
        ({"metadata": {"name": "web", "managedFields": [{"fieldsV1": {"f:spec": {}}}]}}, []),
        ({"spec": {"containers": []}}, []),
        ({"spec": {}}, ["spec"]),
        ({"spec": {"containers": None}}, ["spec.containers"]),
        ({"spec": {"containers": [{"name": "web", "imagee": "web"}]}}, ["spec.containers.0"]),
        ({"spec": {"containers": [{"image": "web"}]}}, ["spec.containers.0"]),
        ({"spec": POD["spec"] | {"hostNetwork": "yes"}}, ["spec.hostNetwork"]),
        ({"spec": POD["spec"] | {"priority": "2"}}, ["spec.priority"]),
        ({"spec": POD["spec"] | {"priority": 2.0}}, []),
        ({"spec": POD["spec"] | {"priority": 2.5}}, ["spec.priority"]),
        ({"spec": POD["spec"] | {"overhead": {"cpu": 1.5, "memory": "1Gi"}}}, []),
        ({"spec": POD["spec"] | {"overhead": {"cpu": "much"}}}, ["spec.overhead.cpu"]),
        ({"specc": {}}, [""]),
    ],
)
def test_pod(change: dict[str, Any], refused: list[str]) -> None:
    """Unknown and missing fields and wrong types are refused, where an API server refuses them."""
    assert refused == mistakes(POD | change)


@pytest.mark.parametrize(
    "quantity",
    ["1", "0.5", ".5", "1.", "100m", "1Gi", "1Ki", "2e3", "2E-3", "5E", "-1", "+3n", 1, 1.5, None],
)
def test_quantities(quantity: Any) -> None:
    """A quantity is a number, or a text with a suffix of its own."""
    assert [] == mistakes(POD | {"spec": POD["spec"] | {"overhead": {"cpu": quantity}}})


@pytest.mark.parametrize("quantity", ["", "Gi", "1gi", "1 Gi", "1GB", "1.2.3", "1e", "ten", True])
def test_no_quantities(quantity: Any) -> None:
    """What an API server cannot read as a quantity is refused."""
    found = mistakes(POD | {"spec": POD["spec"] | {"overhead": {"cpu": quantity}}})

    assert ["spec.overhead.cpu"] == found


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("", True),
        ("aGVsbG8=", True),
        ("aGVsbG8h\n", True),
        ("aGVs\r\nbG8=", True),
        ("YQ==", True),
        ("hello", False),
        ("aGVsbG8", False),
        ("aGVs bG8=", False),
        ("a-_=", False),
    ],
)
def test_base64(text: str, *, valid: bool) -> None:
    """The data of a Secret must be base64, in which line ends do not count."""
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"key": text}}

    assert ([] if valid else ["data.key"]) == mistakes(secret)


@pytest.mark.parametrize(
    ("api", "field", "text", "minors"),
    [
        ("v1/Pod", "restartPolicy", "Never", range(16, 38)),
        ("v1/Pod", "restartPolicy", "", range(16, 38)),
        ("v1/Pod", "restartPolicy", None, range(16, 38)),
        ("v1/Pod", "restartPolicy", "never", range(0)),
        ("v1/PersistentVolumeClaim", "accessModes", ["ReadWriteMany"], range(16, 38)),
        ("v1/PersistentVolumeClaim", "accessModes", ["ReadWriteOncePod"], range(22, 38)),
        ("v1/PersistentVolumeClaim", "accessModes", ["rwx"], range(0)),
        ("v1/PersistentVolumeClaim", "volumeMode", "Block", range(16, 38)),
        ("v1/Service", "externalTrafficPolicy", "Local", range(16, 38)),
        ("v1/Service", "externalTrafficPolicy", "local", range(0)),
    ],
)
def test_texts_that_a_field_may_have(api: str, field: str, text: Any, minors: range) -> None:
    """A field with a fixed choice has one of it, an empty text or nothing, as of each minor."""
    version, kind = api.split("/")
    spec = {**(POD["spec"] if kind == "Pod" else {}), field: text}
    data = {"apiVersion": version, "kind": kind, "spec": spec}

    assert list(minors) == [each for each in range(16, 38) if not mistakes(data, each)]


@pytest.mark.parametrize(
    ("time", "valid"),
    [
        ("2026-01-31T12:00:00Z", True),
        ("2026-01-31T12:00:00.123456+01:00", True),
        ("2026-01-31", False),
        ("", False),
    ],
)
def test_times(time: str, *, valid: bool) -> None:
    """A time is written as RFC 3339 has it."""
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "spec": {"renewTime": time},
    }

    assert ([] if valid else ["spec.renewTime"]) == mistakes(lease)


@pytest.mark.parametrize("port", [80, "http"])
def test_int_or_string(port: int | str) -> None:
    """What may be a number or a name is either, in objects of every minor."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "spec": {"ports": [{"port": 80, "targetPort": port}]},
    }

    assert [] == [each for minor in range(16, 38) for each in mistakes(service, minor)]


@pytest.mark.parametrize(
    ("data", "minors"),
    [
        ({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}, range(16, 38)),
        (
            {
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "spec": {"selector": {}, "template": {"spec": {"containers": [{"name": "a"}]}}},
            },
            range(16, 38),
        ),
        (
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "roleRef": {"kind": "Role", "name": "reader"},
            },
            range(16, 38),
        ),
        (
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {}},
            range(16, 38),
        ),
        (
            {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "spec": {
                    "template": {"spec": {"containers": [{"name": "a"}]}},
                    "podFailurePolicy": {
                        "rules": [
                            {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [1]}},
                            {"action": "Count", "onPodConditions": [{"type": "DisruptionTarget"}]},
                        ]
                    },
                },
            },
            range(25, 38),
        ),
    ],
)
def test_documents_that_demand_too_much(data: dict[str, Any], minors: range) -> None:
    """What Kubernetes' documents call required, but no API server asks for, may be missing."""
    assert [] == [(minor, each) for minor in minors for each in mistakes(data, minor)]


@pytest.mark.slow
def test_fields_come_and_go() -> None:
    """A field is known from the minor that brought it until the one that took it away."""
    newer = POD | {"spec": POD["spec"] | {"hostUsers": False}}
    older = POD | {"metadata": {"name": "web", "clusterName": "here"}}

    assert list(range(25, 38)) == [each for each in range(16, 38) if not mistakes(newer, each)]
    assert list(range(16, 25)) == [each for each in range(16, 38) if not mistakes(older, each)]


def test_free_form() -> None:
    """What a definition, a revision or a patch carries may have any shape."""
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.org",
            "names": {"kind": "Thing", "plural": "things"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {
                                "$ref": {"type": "string", "default": [1], "enum": [{}, None]},
                                "list": {"type": "array", "items": {"type": "string"}},
                                "free": {"x-kubernetes-preserve-unknown-fields": True},
                                "map": {"additionalProperties": True},
                            },
                        }
                    },
                }
            ],
        },
    }
    revision = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "data": {"any": [1, None]}}

    assert [] == mistakes(definition) + mistakes(revision)
