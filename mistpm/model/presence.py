"""What Kubernetes itself serves at which minor, by exact group, version and kind.

Where the facts come from and what "serves" means: `specs/versions.md#presence`.
"""

from __future__ import annotations

import re
from functools import cache, total_ordering

from mistpm.model.kinds import Kind, kind_table
from mistpm.model.minor import Minor
from mistpm.model.text_types import register

__all__ = [
    "Api",
    "InvalidApiError",
    "Kind",
    "apis",
    "find_kind",
    "is_built_in",
    "is_namespaced",
    "parse_api",
]

_GROUP = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_LABEL = r"[a-z](?:[a-z0-9-]*[a-z0-9])?"
_KIND = r"[A-Z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_API = re.compile(rf"(?:({_GROUP})/({_LABEL})|v1)/({_KIND})")


class InvalidApiError(ValueError):
    """A text names no API; the message is a whole sentence."""


@total_ordering
class Api:
    """One kind in one version of a group, as packages require and provide it.

    Printed as `apps/v1/Deployment`, or `v1/Pod` for the core group, which is the empty text.
    """

    # A plain class: msgspec would read a Struct from a mapping, and this is written as a text.
    __slots__ = ("_key", "group", "kind", "version")

    def __init__(self, group: str, version: str, kind: str) -> None:
        self.group = group
        self.version = version
        self.kind = kind
        self._key = (group, version, kind)

    def __repr__(self) -> str:
        return f"Api({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Api) else NotImplemented

    def __lt__(self, other: Api) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return "/".join(part for part in (self.group, self.version, self.kind) if part)


def parse_api(text: str) -> Api:
    """Read `group/version/Kind`, or `v1/Kind` for the core group.  Raises `InvalidApiError`."""
    match = _API.fullmatch(text)
    if match is None:
        raise InvalidApiError(
            f"`{text}` is not an API; write `group/version/Kind`, such as `apps/v1/Deployment`,"
            " or `v1/Pod` for the core group."
        )
    group, version, kind = match.groups()
    return Api(group or "", version or "v1", kind)


def find_kind(api: Api) -> Kind | None:
    """Give the row of the presence table for an API, or None if Kubernetes never had it."""
    return _by_api().get(api)


def is_built_in(api: Api, minor: Minor) -> bool:
    """Tell whether Kubernetes serves an API at a minor without being told to."""
    kind = find_kind(api)
    return kind is not None and kind.served(minor)


def is_namespaced(group: str, kind: str) -> bool | None:
    """Tell whether objects of a kind live in a namespace; None if it is not Kubernetes' own."""
    return _scopes().get((group, kind))


@cache
def apis(minor: Minor) -> tuple[str, ...]:
    """Give what Kubernetes serves at a minor: every `group/version` and `group/version/Kind`."""
    served = [kind for kind in kind_table().kinds if kind.served(minor)]
    versions = {f"{kind.group}/{kind.version}".lstrip("/") for kind in served}
    return tuple(sorted(versions | {str(kind) for kind in served}))


@cache
def _by_api() -> dict[Api, Kind]:
    return {Api(kind.group, kind.version, kind.kind): kind for kind in kind_table().kinds}


@cache
def _scopes() -> dict[tuple[str, str], bool]:
    return {(kind.group, kind.kind): kind.namespaced for kind in kind_table().kinds}


register(Api, cache(parse_api), "an API such as `apps/v1/Deployment`")
