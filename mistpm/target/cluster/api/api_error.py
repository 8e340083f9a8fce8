"""What went wrong with a request to an API server, and how a user is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Struct

from mistpm.errors import TargetError

_LONGEST: Final = 400
_END: Final = 120


class Cause(Struct, frozen=True, kw_only=True):
    """One of several things that the server did not like: `field` is a path such as `.spec.replicas`."""

    field: str = ""
    reason: str = ""
    message: str = ""


class ApiError(Exception):
    """An API server refused a request, or could not be asked (`status` 0).

    `reason` is Kubernetes' word (`NotFound`, `Conflict`), or `NotKubernetes` where the answer is none of
    an API server, or for status 0 one of `Refused`, `Broken`, `Silent`, `UnknownHost`, `Certificate`,
    `Proxy` and `Address`.  `message` is what was said, on one line.
    `kind`, `group` and `name` are of the object that the server speaks of, where it tells: `kind` is
    the plural.  `retry_after` is how many seconds the server wants to be left alone.  `maybe_done` says
    that an earlier try of the same request got no answer, and so may have been carried out.

    Users never see this: `describe` makes a `TargetError` of it.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        method: str,
        path: str,
        causes: tuple[Cause, ...] = (),
        kind: str = "",
        group: str = "",
        name: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.method = method
        self.path = path
        self.causes = causes
        self.kind = kind
        self.group = group
        self.name = name
        self.retry_after = retry_after
        self.maybe_done = False

    def __str__(self) -> str:
        """Give `PATCH /api/v1/namespaces/shop: 403 Forbidden: …`, for logs."""
        said = f"{self.status} {self.reason}" if self.status else self.reason
        return f"{self.method} {self.path}: {said}: {self.message}"

    @property
    def is_not_found(self) -> bool:
        """Whether there is no such object, or no such API."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def is_unserved(self) -> bool:
        """Whether the server has no such API at all, as opposed to no such object."""
        return self.is_not_found and not self.name

    @property
    def is_conflict(self) -> bool:
        """Whether a 409 was answered: `is_field_conflict`, `is_already_there`, or a stale version or uid."""
        return self.status == HTTPStatus.CONFLICT

    @property
    def is_field_conflict(self) -> bool:
        """Whether other field managers own fields of what was to be applied: they are the `causes`."""
        return self.is_conflict and any(
            each.reason == "FieldManagerConflict" for each in self.causes
        )

    @property
    def is_already_there(self) -> bool:
        """Whether what was to be created exists."""
        return self.is_conflict and self.reason == "AlreadyExists"

    @property
    def is_forbidden(self) -> bool:
        """Whether a 403 was answered: rights that are missing, or a quota, or admission."""
        return self.status == HTTPStatus.FORBIDDEN

    @property
    def is_right_missing(self) -> bool:
        """Whether the user has not the right, as opposed to a quota or admission that forbids."""
        return self.is_forbidden and _RIGHT.search(self.message) is not None

    @property
    def is_unauthorized(self) -> bool:
        """Whether the server does not know the user."""
        return self.status == HTTPStatus.UNAUTHORIZED

    @property
    def is_invalid(self) -> bool:
        """Whether the server finds the object wrong: 422, 400, or 500 for a field that is not known."""
        return self.status in {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        } or is_schema_error(self)

    @property
    def is_gone(self) -> bool:
        """Whether a version of a list or watch is too old to go on from."""
        return self.status == HTTPStatus.GONE

    @property
    def is_unreachable(self) -> bool:
        """Whether there was no answer at all."""
        return self.status == 0


_SCHEMA: Final = ("failed to create typed patch object", "field not declared in schema")
_SCHEMA_START: Final = re.compile(r"failed to create typed patch object \(.*?\): ")


def is_schema_error(error: ApiError) -> bool:
    """Tell whether an object does not fit its schema: server-side apply says so with status 500."""
    return error.status == HTTPStatus.INTERNAL_SERVER_ERROR and any(
        words in error.message for words in _SCHEMA
    )


def from_answer(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> ApiError:
    """Give the error for an answer of status 400 and more; its body may be a Status, or any text."""
    data = _status_object(body)
    details: dict[str, Any] = data.get("details") or {}
    reason = data.get("reason") or _phrase(status)
    message = data.get("message") or _text(body, headers)
    if status < HTTPStatus.BAD_REQUEST:
        reason, message = "NotKubernetes", f"it redirects to {headers.get('Location', 'nowhere')}"
    return ApiError(
        status,
        reason,
        _one_line(message) or reason,
        method=method,
        path=path,
        causes=_causes(details) or _schema_causes(message),
        kind=details.get("kind") or "",
        group=details.get("group") or "",
        name=details.get("name") or "",
        retry_after=_retry_after(headers, details),
    )


def describe(error: ApiError, *, title: str, resource: object = None) -> TargetError:
    """Give the error that a user sees.

    `title` is the connection's, `resource` what the request was about, if it was about one thing.
    """
    about = (str(resource),) if resource else ()
    if error.is_unreachable:
        return TargetError(
            "cluster-unreachable",
            f"the {title} cannot be reached: {error.message}",
            context=about,
            hint=_HINTS.get(error.reason, _CHECK_ADDRESS),
        )
    if error.reason == "NotKubernetes":
        return TargetError(
            "not-kubernetes",
            f"the {title} is not a Kubernetes API server: {error.message}",
            context=(f"asked: {error.method} {error.path}",),
            hint="check the `server` of the context in your kubeconfig",
        )
    right = _RIGHT.search(error.message) if error.is_forbidden else None
    if error.is_unauthorized or (right and right["user"] == _NOBODY):
        return TargetError(
            "cluster-unauthorized",
            f"the {title} does not know who you are",
            context=(f"it said: {error.message}", *about),
            hint="log in again, or renew the credentials of the context in your kubeconfig",
        )
    if right:
        return TargetError(
            "cluster-forbidden",
            f"the {title} does not let `{right['user']}` {_right(right)}",
            context=about,
            hint="ask for a role that allows it",
        )
    what = f"`{resource}`" if resource else f"{error.method} {error.path}"
    said, context = _said(error)
    return TargetError("cluster-refused", f"the {title} refused {what}: {said}", context=context)


_CHECK_ADDRESS: Final = (
    "check that the cluster runs, and the `server` of the context in your kubeconfig"
)
_HINTS: Final = {
    "Certificate": "check the `server` of the context in your kubeconfig; "
    "`certificate-authority` beside it names the authorities that it trusts",
    "Proxy": "check the proxy: `proxy-url` in your kubeconfig, or `HTTPS_PROXY` and `NO_PROXY`",
}
_NOBODY: Final = "system:anonymous"
_RIGHT: Final = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) '
    r'(?:resource "(?P<plural>[^"]*)" in API group "(?P<group>[^"]*)"|path "(?P<path>[^"]*)")'
    r'(?: in the namespace "(?P<namespace>[^"]*)")?'
)


def _right(match: re.Match[str]) -> str:
    """Give `patch `deployments.apps` in the namespace `shop``."""
    if match["path"]:
        return f"{match['verb']} `{match['path']}`"
    plural = f"{match['plural']}.{match['group']}" if match["group"] else match["plural"]
    where = (
        f"in the namespace `{match['namespace']}`" if match["namespace"] else "in the whole cluster"
    )
    return f"{match['verb']} `{plural}` {where}"


def _said(error: ApiError) -> tuple[str, tuple[str, ...]]:
    """Give what the server said without the object's name, and each of several causes apart."""
    causes = tuple(_told(each) for each in error.causes)
    if error.is_field_conflict:
        return "others manage fields of it", causes
    if is_schema_error(error) and causes:
        return "it does not fit its schema", causes
    if error.status == HTTPStatus.UNPROCESSABLE_ENTITY and len(causes) > 1:
        return "it is not valid", causes
    return re.sub(r'^\S+ ".*?" is (?:invalid|forbidden): ', "", error.message), ()


def _told(cause: Cause) -> str:
    return f"{cause.field}: {cause.message}" if cause.field else cause.message


def _causes(details: Mapping[str, Any]) -> tuple[Cause, ...]:
    return tuple(
        Cause(
            field=each.get("field") or "",
            reason=each.get("reason") or "",
            message=_one_line(each.get("message") or ""),
        )
        for each in details.get("causes") or ()
    )


def _schema_causes(message: str) -> tuple[Cause, ...]:
    """Find the fields in what server-side apply says of a schema, on a line each, in no order."""
    start = _SCHEMA_START.match(message)
    if start is None:
        return ()
    lines = message[start.end() :].removeprefix("errors:").strip().splitlines()
    pairs = sorted(line.strip().partition(": ") for line in lines)
    return tuple(Cause(field=field, message=_one_line(why)) for field, _, why in pairs if why)


def _status_object(body: bytes) -> dict[str, Any]:
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return data if isinstance(data, dict) and data.get("kind") == "Status" else {}


def _text(body: bytes, headers: Mapping[str, str]) -> str:
    """Give a body that is no Status, unless it is a page for people."""
    if "html" in headers.get("Content-Type", ""):
        return ""
    return body[: 4 * _LONGEST].decode("utf-8", "replace")


def _one_line(text: str) -> str:
    """Give a text on one line; a long one loses its middle, as the reason stands at the end."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - _END - 1]}…{line[-_END:]}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"


def _retry_after(headers: Mapping[str, str], details: Mapping[str, Any]) -> float | None:
    asked = headers.get("Retry-After", "")
    if asked.isdigit():
        return float(asked)
    seconds = details.get("retryAfterSeconds")
    return float(seconds) if isinstance(seconds, int) and seconds > 0 else None
