"""The schemas, and the whole check, against a real API server: what it accepts they do not refuse."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import jsonschema_rs
import pytest
import yaml
from kubernetes_api import KubernetesApi

from mistpm.check import CustomKinds, check_manifests, subjects_of
from mistpm.check.schemas import kind_schema
from mistpm.model.minors import newest_minor
from mistpm.model.presence import Api, find_kind

Path_: TypeAlias = tuple[str | int, ...]

OBJECTS: list[dict[str, Any]] = list(
    yaml.safe_load_all(Path(__file__).with_name("served_objects.yaml").read_text("utf-8"))
)


def api_of(document: dict[str, Any]) -> Api:
    """Give the API that an object is written in."""
    group, _, version = document["apiVersion"].rpartition("/")
    return Api(group, version, document["kind"])


def collection(api: Api) -> str:
    """Give the path where objects of a kind are created."""
    kind = find_kind(api)
    assert kind is not None
    start = f"/apis/{api.group}/{api.version}" if api.group else f"/api/{api.version}"
    return f"{start}{'/namespaces/default' if kind.namespaced else ''}/{kind.plural}"


def spoiled(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give an object with each field in turn left out, null, of another type, or unknown."""
    for path, value in places(document):
        if path[0] in {"apiVersion", "kind"} or path[:2] == ("metadata", "name") or len(path) < 2:
            continue
        wrong: Any = 1 if isinstance(value, str) else "x"
        for what, new in (("null", None), ("wrong", wrong), ("odd", "xOdd"), ("without", ...)):
            if new == value:
                continue
            changed = copy.deepcopy(document)
            around: Any = changed
            for step in path[:-1]:
                around = around[step]
            if new is not ...:
                around[path[-1]] = new
            elif isinstance(around, dict):
                del around[path[-1]]
            yield f"{what} {'.'.join(map(str, path))}", changed
        if isinstance(value, dict):
            changed = copy.deepcopy(document)
            around = changed
            for step in path:
                around = around[step]
            around["xUnknown"] = 1
            yield f"unknown below {'.'.join(map(str, path))}", changed


def places(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Give every path in an object with the value there."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, below in steps:
        yield (*path, step), below
        if isinstance(below, dict | list):
            yield from places(below, (*path, step))


@pytest.mark.parametrize(
    "document", OBJECTS, ids=lambda each: f"{each['apiVersion']}-{each['kind']}"
)
def test_accepted_by_the_server(api: KubernetesApi, document: dict[str, Any]) -> None:
    """What a server accepts, neither schema nor check refuses; what it cannot even read, both do.

    To the schemas, nearly everything is valid inside the schemas of definitions.
    """
    schema = kind_schema(api_of(document), newest_minor())
    assert schema is not None
    validator = jsonschema_rs.validator_for(schema.document)
    refused, missed = [], []
    for name, changed in [("as it is", document), *spoiled(document)]:
        answer = api.create(
            collection(api_of(document)), changed, dryRun="All", fieldValidation="Strict"
        )
        assert answer.status == 201 or changed is not document, answer.body
        verdicts = {validator.is_valid(changed), not has_errors(changed)}
        if answer.status == 201 and False in verdicts:
            refused.append(name)
        if "openAPIV3Schema" in name:
            verdicts = {not has_errors(changed)}
        if answer.status == 400 and True in verdicts:
            missed.append((name, answer.body["message"]))

    assert [] == refused
    assert [] == missed


def has_errors(document: dict[str, Any]) -> bool:
    """Tell whether the check finds an error in an object."""
    subjects, mistakes = subjects_of(document)
    findings = check_manifests(subjects, [newest_minor()], CustomKinds())
    return any(each.severity == "error" for each in (*mistakes, *findings))
