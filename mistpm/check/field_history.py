"""At which minors a kind had a field, found by comparing its schemas: what came, and what went."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from mistpm.check.problem import Problem
from mistpm.check.schemas import kind_schema, schema_minors
from mistpm.model.data_path import DataPath
from mistpm.model.minor import Minor
from mistpm.model.presence import Api


@cache
def minors_with(api: Api, path: DataPath) -> tuple[Minor, ...]:
    """Give the minors at which objects of a kind may have a field, oldest first.

    The schema of every minor is looked into (3 ms each), so this is for fields that are in question.
    """
    found: dict[str, bool] = {}
    minors = []
    for minor in schema_minors():
        schema = kind_schema(api, minor)
        if schema is None:
            continue
        if schema.digest not in found:
            found[schema.digest] = _has(schema.document, path)
        if found[schema.digest]:
            minors.append(minor)
    return tuple(minors)


def dated(problem: Problem, api: Api, minor: Minor) -> Problem:
    """Say of a field that a minor does not have when there is one; the problem as it is if it never was.

    No field has ever gone and come again.
    """
    minors = minors_with(api, problem.path)
    later = [each for each in minors if each > minor]
    earlier = [each for each in minors if each < minor]
    if later:
        when = f"before Kubernetes {later[0]}"
        hint = f"leave it out, or ask for Kubernetes {later[0]} or newer"
    elif earlier:
        when = f"after Kubernetes {earlier[-1]}"
        hint = "leave it out"
    else:
        return problem
    return msgspec.structs.replace(problem, message=f"{problem.message} {when}", hint=hint)


def _has(document: dict[str, Any], path: DataPath) -> bool:
    """Tell whether a schema names the field at a path."""
    schema: Any = document
    for step in path:
        schema = _resolved(document, schema)
        if isinstance(step, int):
            schema = schema.get("items")
        elif step in schema.get("properties", {}):
            schema = schema["properties"][step]
        else:
            schema = schema.get("additionalProperties")
        if not isinstance(schema, dict):
            return False
    return True


def _resolved(document: dict[str, Any], schema: Any) -> dict[str, Any]:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema if isinstance(schema, dict) else {}
