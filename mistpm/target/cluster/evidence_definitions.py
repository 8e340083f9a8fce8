"""The definitions of custom resources on a cluster, and their objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mistpm.model.presence import Api
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.evidence import Unseen

_PATH: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class CustomVersion(Struct, frozen=True, kw_only=True):
    """One version that a definition has; `warning` is what its author says to who uses a deprecated one."""

    api: Api
    is_served: bool
    is_deprecated: bool
    warning: str = ""


class LiveDefinition(Struct, frozen=True, kw_only=True):
    """A definition, without its schemas; `stored` are versions that objects may be stored in."""

    name: str
    versions: tuple[CustomVersion, ...]
    stored: tuple[str, ...]


def read_definitions(client: Client) -> tuple[LiveDefinition, ...] | Unseen:
    """List all definitions, sorted; why not where that may not be.

    Costs a request for each fifty.  Raises `ApiError` where the cluster cannot be reached.
    """
    try:
        items = [item for page in client.pages(_PATH, limit=50) for item in page.get("items") or ()]
    except ApiError as error:
        if error.is_unreachable:
            raise
        why = "the right to list is missing" if error.is_right_missing else error.message
        return Unseen(what="customresourcedefinitions.apiextensions.k8s.io", why=why)
    return tuple(sorted(map(_definition, items), key=lambda each: each.name))


def read_definition(client: Client, name: str) -> dict[str, Any] | None:
    """Read one definition with its schemas and status, None where there is none.  Raises `ApiError`."""
    try:
        found: dict[str, Any] = client.get(f"{_PATH}/{name}")
    except ApiError as error:
        if error.is_not_found:
            return None
        raise
    return found


def custom_objects(client: Client, definition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give all objects of a definition, page by page, in the version that they are stored in if it is served.

    Raises `ApiError`.
    """
    spec = definition["spec"]
    served = [each for each in spec["versions"] if each.get("served")]
    if not served:
        return
    version = next((each for each in served if each.get("storage")), served[0])["name"]
    place = ApiResource(
        group=spec["group"],
        version=version,
        kind=spec["names"]["kind"],
        plural=spec["names"]["plural"],
        namespaced=spec.get("scope") == "Namespaced",
    )
    for page in client.pages(place.path()):
        yield from page.get("items") or ()


def _definition(data: Mapping[str, Any]) -> LiveDefinition:
    spec = data["spec"]
    return LiveDefinition(
        name=data["metadata"]["name"],
        versions=tuple(
            CustomVersion(
                api=Api(spec["group"], each["name"], spec["names"]["kind"]),
                is_served=bool(each.get("served")),
                is_deprecated=bool(each.get("deprecated")),
                warning=each.get("deprecationWarning") or "",
            )
            for each in spec["versions"]
        ),
        stored=tuple((data.get("status") or {}).get("storedVersions") or ()),
    )
