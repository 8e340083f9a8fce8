"""What the server would make of an object: a dry run, and what keeps it from running."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Literal

from msgspec import Struct

from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.retrying import classify

Obstacle = Literal["conflict", "refused", "no-namespace", "not-served", "no-right", "unavailable"]
"""Why a dry run gave nothing:

conflict      other field managers own fields that would be set
refused       the server does not take the object as it is: that is the manifest's fault, or a policy's
no-namespace  the namespace is not there, or on its way out
not-served    the kind is not there
no-right      the user may not apply this
unavailable   an admission webhook cannot be asked
"""


class DryRun(Struct, frozen=True, kw_only=True):
    """One answer: the object as it would be, and whether it would be new; or an obstacle with its error."""

    data: dict[str, Any] = {}
    is_new: bool = False
    warnings: tuple[str, ...] = ()
    obstacle: Obstacle | None = None
    error: ApiError | None = None


def dry_run(client: Client, path: str, body: Mapping[str, Any], *, force: bool = False) -> DryRun:
    """Ask the server; raises `ApiError` for what is no matter of this object."""
    try:
        answer = client.apply(path, body, dry_run=True, force=force)
    except ApiError as error:
        obstacle = _obstacle(error)
        if obstacle is None:
            raise
        return DryRun(obstacle=obstacle, error=error)
    return DryRun(
        data=answer.data,
        is_new=answer.status == HTTPStatus.CREATED,
        warnings=answer.warnings,
    )


_NO_DRY_RUN: Final = "does not support dry run"
_ENDING: Final = "because it is being terminated"


def _obstacle(error: ApiError) -> Obstacle | None:
    if error.is_field_conflict:
        return "conflict"
    if error.is_right_missing:
        return "no-right"
    if error.is_not_found:
        return "no-namespace" if error.kind == "namespaces" else "not-served"
    if error.is_forbidden and _ENDING in error.message:
        return "no-namespace"
    if classify(error) == "webhook" or _NO_DRY_RUN in error.message:
        return "unavailable"
    return "refused" if error.status in _FINAL else None


_FINAL: Final = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
}
_NOWHERE: Final = {"", "[]", "<nil>"}
_PREFIX: Final = re.compile(
    r'^(?:\S+ ".*?" is (?:invalid|forbidden)|failed to create typed patch object \(.*?\)): '
)
_VALUE: Final = re.compile(r"&value\.valueUnstructured\{Value:(.*)\}")


def server_words(error: ApiError) -> tuple[str, ...]:
    """Give what the server does not like, one text for each field: `.spec.bogus: field not declared in schema`.

    Of several mistakes in one object the server may tell only some, and in any order: they are sorted.
    """
    if not error.causes:
        return (_PREFIX.sub("", error.message),)
    return tuple(
        sorted(
            _VALUE.sub(r"\1", cause.message)
            if cause.field in _NOWHERE
            else f"{dotted(cause.field)}: " + _VALUE.sub(r"\1", cause.message)
            for cause in error.causes
        )
    )


def dotted(field: str) -> str:
    """Give a path as it is written everywhere else: some answers leave the first dot out."""
    return field if field.startswith(".") else f".{field}"


class Conflict(Struct, frozen=True, kw_only=True):
    """A field that would be set and that another field manager owns."""

    field: str
    manager: str


_CONFLICT: Final = re.compile(r'^conflict with "(?P<manager>[^"]*)"')


def conflicts_of(error: ApiError) -> tuple[Conflict, ...]:
    """Give the conflicts in an answer, sorted by field."""
    found = {
        (cause.field, match["manager"] if match else cause.message)
        for cause in error.causes
        for match in [_CONFLICT.match(cause.message)]
    }
    return tuple(Conflict(field=field, manager=manager) for field, manager in sorted(found))


_FIXED: Final = re.compile(
    r"immutable|updates to \S+ spec for fields other than|updates to \S+ are forbidden"
    r"|may not (?:be )?change|can ?not (?:be )?change"
)


def is_about_fixed_fields(error: ApiError) -> bool:
    """Tell whether the server refuses an object for nothing else than fields that cannot change."""
    return bool(error.causes) and all(_FIXED.search(cause.message) for cause in error.causes)
