"""What is on the cluster of an environment: one list for each kind, found by label."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.comparing.intent import own_fields, revision_of
from mistpm.target.marks import (
    ENVIRONMENT_LABEL,
    RELEASE_LABEL,
    RUN_VERSION,
    keeping_annotation,
)

PLACES: Final = frozenset({("", "Namespace"), ("apiextensions.k8s.io", "CustomResourceDefinition")})
"""Kinds of objects that take others along when they go."""


class LiveObject(Struct, frozen=True, kw_only=True):
    """One object as it is there; `api_version` is the one in which it was read.

    `environment` and `release` are what its labels say, empty where it has none, `revision` the number of
    the one that wrote it last (0: none), `fields` the digest of the fields that we own, `keep` the annotation that forbids deleting it, `run_version` the version that
    it ran for.  `is_terminating` is also what goes with its namespace or its CRD.  `raw` is the whole object as JSON, kept only where somebody will look into it.
    """

    resource: ResourceId
    api_version: str
    uid: str
    resource_version: str
    environment: str = ""
    release: str = ""
    revision: int = 0
    fields: str = ""
    keep: str = ""
    run_version: str = ""
    is_terminating: bool = False
    raw: bytes = b""

    @property
    def data(self) -> dict[str, Any]:
        """The whole object; empty where it was not kept."""
        return msgspec.json.decode(self.raw, type=dict[str, Any]) if self.raw else {}


class Live(Struct, frozen=True):
    """All objects with the environment's label, and where they could not be looked for.

    `unseen` are kinds (group and kind) with the namespaces that the user may not list them in; the
    namespace is empty for kinds without one.
    """

    objects: dict[ResourceId, LiveObject]
    unseen: frozenset[tuple[str, str, str]]

    def may_hide(self, resource: ResourceId) -> bool:
        """Tell whether a resource may be there unseen."""
        return (resource.group, resource.kind, resource.namespace) in self.unseen


def read_live(
    client: Client,
    kinds: Mapping[ApiResource, Collection[str]],
    environment_id: str,
    *,
    is_settled: Callable[[LiveObject], bool] = lambda _: False,
) -> Live:
    """List the objects of an environment, kind by kind, several kinds at a time.

    `kinds` come with the namespaces that matter: where the user may not list a kind everywhere, these are
    listed one by one.  Costs one request for each kind and 500 objects; of what `is_settled` nothing but
    its identity stays in memory.  Raises `ApiError`, but not for rights that are missing.
    """
    looking = _Looking(client, f"{ENVIRONMENT_LABEL}={environment_id}", is_settled)
    listable = [(api, namespaces) for api, namespaces in kinds.items() if "list" in api.verbs]
    at_once(lambda each: looking.look_for(*each), listable)
    return Live(_with_doomed(looking.objects), frozenset(looking.unseen))


def is_in(resource: ResourceId, place: LiveObject) -> bool:
    """Tell whether a resource lives in a namespace, or is an instance of a CRD: one of `PLACES`."""
    if place.resource.kind == "Namespace":
        return resource.namespace == place.resource.name
    spec = place.data.get("spec") or {}
    kind = (spec.get("names") or {}).get("kind")
    return (resource.group, resource.kind) == (spec.get("group"), kind)


def _with_doomed(objects: dict[ResourceId, LiveObject]) -> dict[ResourceId, LiveObject]:
    """Count as terminating what a namespace or a CRD that is being deleted is about to take along."""
    places = [
        each
        for each in objects.values()
        if each.is_terminating and (each.resource.group, each.resource.kind) in PLACES
    ]
    doomed = {
        each.resource: msgspec.structs.replace(each, is_terminating=True)
        for each in objects.values()
        if any(is_in(each.resource, place) for place in places)
    }
    return objects | doomed


class _Looking:
    """Lists that are being read; several threads add what they find."""

    def __init__(
        self, client: Client, selector: str, is_settled: Callable[[LiveObject], bool]
    ) -> None:
        self._client = client
        self._selector = selector
        self._is_settled = is_settled
        self.objects: dict[ResourceId, LiveObject] = {}
        self.unseen: set[tuple[str, str, str]] = set()

    def look_for(self, api: ApiResource, namespaces: Collection[str]) -> None:
        """List a kind everywhere, or, where that is forbidden, in these namespaces."""
        if self._look(api, ""):
            return
        for namespace in sorted(namespaces) if api.namespaced else [""]:
            if not (namespace and self._look(api, namespace)):
                self.unseen.add((api.group, api.kind, namespace))

    def _look(self, api: ApiResource, namespace: str) -> bool:
        """List one kind in one place; tells whether that is allowed."""
        try:
            for each in _listed(self._client, api, namespace, self._selector):
                kept = msgspec.structs.replace(each, raw=b"") if self._is_settled(each) else each
                self.objects[each.resource] = kept
        except ApiError as error:
            if error.is_right_missing:
                return False
            if not error.is_not_found:  # a kind that is gone since discovery has no objects
                raise
        return True


def _listed(
    client: Client, api: ApiResource, namespace: str, selector: str
) -> Iterator[LiveObject]:
    """List one kind; again in one piece where the pages take longer than the server keeps them."""
    for limit in (500, 0):
        try:
            for page in client.pages(api.path(namespace), limit=limit, labelSelector=selector):
                for item in page.get("items") or ():
                    yield live_object(item, api)
        except ApiError as error:
            if not (error.is_gone and limit):
                raise
        else:
            return


def read_one(client: Client, api: ApiResource, resource: ResourceId) -> LiveObject | None:
    """Read one object, None where it is not there.  Raises `ApiError`."""
    try:
        data = client.get(api.path(resource.namespace, resource.name))
    except ApiError as error:
        if error.is_not_found:
            return None
        raise
    return live_object(data, api)


def live_object(data: Mapping[str, Any], api: ApiResource) -> LiveObject:
    """Read an object, be it an item of a list (which lacks its kind) or an answer of its own."""
    metadata: Mapping[str, Any] = data["metadata"]
    labels = metadata.get("labels") or {}
    annotations = metadata.get("annotations") or {}
    return LiveObject(
        resource=ResourceId(api.group, api.kind, metadata.get("namespace") or "", metadata["name"]),
        api_version=api.api_version,
        uid=metadata.get("uid", ""),
        resource_version=metadata.get("resourceVersion", ""),
        environment=labels.get(ENVIRONMENT_LABEL, ""),
        release=labels.get(RELEASE_LABEL, ""),
        revision=revision_of(labels),
        fields=own_fields(metadata),
        keep=keeping_annotation(annotations),
        run_version=annotations.get(RUN_VERSION, ""),
        is_terminating="deletionTimestamp" in metadata,
        raw=msgspec.json.encode({"apiVersion": api.api_version, "kind": api.kind, **data}),
    )
