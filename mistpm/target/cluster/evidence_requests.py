"""Deprecated APIs that an API server was asked for since it started, as it counts them itself."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.evidence import Unseen

_METRIC: Final = re.compile(
    r"^apiserver_requested_deprecated_apis\{([^}]*)\} (?!0(?:\.0*)?$)", re.MULTILINE
)
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')


class RequestedApi(Struct, frozen=True, order=True, kw_only=True):
    """One deprecated resource that somebody asked for; the server does not say who.

    `plural` is the resource's name in paths, with the subresource where one was meant (`pods/eviction`),
    `removed` the minor that goes without it (`1.37`), empty where none is known.
    """

    group: str
    version: str
    plural: str
    removed: str = ""


def requested_deprecated(client: Client) -> tuple[RequestedApi, ...] | Unseen:
    """Read the server's metric `apiserver_requested_deprecated_apis`, sorted; why not where that may not be.

    With several API servers it is that of the one that answers.  Costs one request, of some megabytes.
    Raises `ApiError` where the cluster cannot be reached.
    """
    try:
        answer = client.request("GET", "/metrics", accept="text/plain")
    except ApiError as error:
        if error.is_unreachable:
            raise
        why = "the right to read is missing" if error.is_right_missing else error.message
        return Unseen(what="/metrics", why=why)
    return tuple(sorted(_requested(match[1]) for match in _METRIC.finditer(str(answer.data))))


def _requested(labels: str) -> RequestedApi:
    found = dict(_LABEL.findall(labels))
    parts = (found.get("resource", ""), found.get("subresource", ""))
    return RequestedApi(
        group=found.get("group", ""),
        version=found.get("version", ""),
        plural="/".join(part for part in parts if part),
        removed=found.get("removed_release", ""),
    )
