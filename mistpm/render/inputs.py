"""A package's inputs made ready for it: completed, secrets taken out, checked against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mistpm.errors import DocumentError, Problem
from mistpm.model.inputs import completed
from mistpm.model.secrets import SecretInput
from mistpm.render.schema import Schema
from mistpm.render.secrets import SecretOwner, take_secrets

NAME = "name"
"""The input that the host gives: the name of the release, or of the call."""


class Inputs(Struct, frozen=True, kw_only=True):
    """What a package gets as `data`, the secrets in it, and all that is wrong with it.

    `has_literals` tells that some of the problems are secrets written out.
    """

    data: dict[str, Any]
    secrets: tuple[SecretInput, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_literals: bool = False


def require_fit(inputs: Inputs, *, release: str, package: str) -> None:
    """Raise `DocumentError` (`secret-literal`, `invalid-inputs`) with all that is wrong, if anything is."""
    message = f"the inputs of `{release}` do not fit `{package}`"
    if inputs.has_literals:
        raise DocumentError("secret-literal", message, inputs.problems)
    if inputs.problems:
        raise DocumentError("invalid-inputs", message, inputs.problems)


def prepare_inputs(schema: Schema, given: Mapping[str, Any], owner: SecretOwner) -> Inputs:
    """Complete `given` with defaults, put placeholders for secrets, and check against the schema.

    Never raises for what the user wrote: every problem is in the result, each once, by path.
    """
    name = owner.call or owner.release
    problems: list[Problem] = []
    if given.get(NAME, name) != name:
        problems.append(
            Problem(
                path="inputs.name",
                message=f"is always the {'call' if owner.call else 'release'}'s name, `{name}`",
                hint="leave it out",
            )
        )
    taken = take_secrets(
        schema, completed({**given, NAME: name}, schema.root), given=given, owner=owner
    )
    names_it = any(NAME in part.get("properties", {}) for part in schema.at(()))
    checked = taken.data if names_it else {k: v for k, v in taken.data.items() if k != NAME}
    refused = {problem.path for problem in taken.problems}
    problems += taken.problems
    problems += (found for found in schema.problems(checked) if found.path not in refused)
    return Inputs(
        data=taken.data,
        secrets=taken.secrets,
        problems=tuple(sorted(problems)),
        has_literals=taken.has_literals,
    )
