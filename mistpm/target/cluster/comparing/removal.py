"""What is deleted, and what stays although it is no longer desired."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mistpm.model.change import Action
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.case import Decision, show
from mistpm.target.cluster.comparing.intent import own_entry
from mistpm.target.cluster.comparing.live import Live, LiveObject, is_in, read_one
from mistpm.target.cluster.comparing.object_step import ObjectStep
from mistpm.target.cluster.comparing.surroundings import is_definition, is_namespace
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.memory.state_layout import OF_LABEL
from mistpm.target.marks import ENVIRONMENT_LABEL
from mistpm.target.protocol import Desired, Permissions

_PARTIAL: Final = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_PAGE: Final = "100"
_NEVER_CONTENT: Final = frozenset(
    {
        ("", "Event"),
        ("events.k8s.io", "Event"),
        ("", "Endpoints"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("coordination.k8s.io", "Lease"),
        ("metrics.k8s.io", "PodMetrics"),
    }
)
"""Kinds that come and go with others."""
_ALWAYS_THERE: Final = frozenset(
    {
        ResourceId("", "ServiceAccount", "", "default"),
        ResourceId("", "ConfigMap", "", "kube-root-ca.crt"),
    }
)
"""What Kubernetes puts into every namespace; given without one."""


class Removing:
    """Decides what becomes of what is no longer wanted."""

    def __init__(
        self,
        client: Client,
        resources: Resources,
        desired: Desired,
        permissions: Permissions,
        *,
        live: Live,
        lines: Mapping[ResourceId, OwnedObject],
        values: Collection[str],
    ) -> None:
        self._client = client
        self._resources = resources
        self._desired = desired
        self._permissions = permissions
        self._live = live
        self._lines = lines
        self._values = values

    def decide(self, wanted: Collection[ResourceId]) -> list[Decision]:
        """Decide about everything that the inventory or its marks say is ours, but for what is wanted.

        Costs a request for each object of the inventory that its kind's list does not have, and what
        `foreign_content` costs for each namespace and CRD that would go.  Raises `ApiError`.
        """
        objects = self._live.objects
        candidates = sorted((set(self._lines) | set(objects)) - set(wanted))
        staying = {objects[each].uid for each in wanted if each in objects}
        found = [
            each
            for each in at_once(self._find, candidates)
            if each is not None
            and each.uid not in staying  # what is served in two groups is one object
            and self._is_ours(each)
        ]
        reasons = {each.resource: self._reason_to_keep(each) for each in found}
        kept = {resource for resource, reason in reasons.items() if reason} | set(wanted)
        going = [each for each in found if not reasons[each.resource]]
        inside = at_once(lambda each: self._content(each, kept), going)
        reasons |= {each.resource: text for each, text in zip(going, inside, strict=True)}
        return [self._decision(each, reasons[each.resource]) for each in found]

    def _find(self, resource: ResourceId) -> LiveObject | None:
        """Find an object that is ours, None where there is none any more."""
        if resource in self._live.objects:
            return self._live.objects[resource]
        line = self._lines[resource]
        absent = LiveObject(
            resource=resource, api_version=line.api_version, uid=line.uid, resource_version=""
        )
        if self._is_silent(resource):
            return absent
        api = self._resources.find(line.api_version, resource.kind) or self._resources.preferred(
            resource.group, resource.kind
        )
        if api is None or not line.uid:
            return None
        try:
            live = read_one(self._client, api, resource)
        except ApiError as error:
            if not error.is_right_missing:
                raise
            return absent
        is_ours = live is not None and live.uid == line.uid and not live.environment
        return live if is_ours else None

    def _is_ours(self, live: LiveObject) -> bool:
        """Tell whether we put an object there.

        Our label alone does not say so: controllers copy labels to what they make, and people copy objects.
        """
        line = self._lines.get(live.resource)
        return bool(live.fields) or (line is not None and line.uid == live.uid)

    def _is_silent(self, resource: ResourceId) -> bool:
        """Tell whether a kind's API does not answer: what there is of it is not known."""
        served = self._resources.preferred(resource.group, resource.kind) is not None
        groups = {each.rpartition("/")[0] for each in self._resources.broken}
        return not served and resource.group in groups

    def _reason_to_keep(self, live: LiveObject) -> str:
        """Say why an object stays, whatever is in it; empty where it goes."""
        release = self._release(live)
        if release and release in self._desired.left_alone:
            return "its release cannot be rendered now"
        if self._is_silent(live.resource):
            return "its API does not answer"
        if live.keep:
            return f"it has the annotation `{live.keep}`"
        if is_namespace(live.resource) and not release and not self._permissions.delete_namespaces:
            return "a namespace is deleted only with `--delete-namespace`"
        return ""

    def _content(self, live: LiveObject, kept: Collection[ResourceId]) -> str:
        """Say what keeps a namespace or a CRD from going: what stays in it, or what others have in it."""
        if not (is_namespace(live.resource) or is_definition(live.resource)) or live.is_terminating:
            return ""
        staying = sorted(each for each in kept if is_in(each, live))
        if staying:
            return f"`{staying[0]}` stays in it"
        found = foreign_content(self._client, self._resources, live, self._desired.environment_id)
        return str(found)

    def _release(self, live: LiveObject) -> str:
        line = self._lines.get(live.resource)
        return live.release or (line.release if line else "")

    def _decision(self, live: LiveObject, kept: str) -> Decision:
        line = self._lines.get(live.resource)
        action: Action = "keep" if kept else "delete"
        data = live.data or None
        why = kept or ("it is being deleted" if live.is_terminating else "")
        step = ObjectStep(
            action=action,
            resource=live.resource,
            api_version=live.api_version,
            release=self._release(live),
            uid=live.uid,
            resource_version=live.resource_version,
            intent=line.intent if line else "",
            fields=live.fields if kept else "",
            revision=live.revision if kept else 0,
            why=why,
        )
        change = show(
            action,
            live.resource,
            step.release,
            before=data,
            after=data if kept else None,
            why=why,
            values=self._values,
        )
        return Decision(step=step, change=change)


class Content(Struct, frozen=True, kw_only=True):
    """What of others lives in a namespace, or is an instance of a CRD: some of it, sorted.

    `has_state` tells that environments are remembered in the namespace, `unseen` why it is not known whether
    there is more.
    """

    found: tuple[ResourceId, ...] = ()
    has_state: bool = False
    unseen: str = ""

    def __str__(self) -> str:
        """Give `it holds `ConfigMap shop/other`, and 2 more`; empty where there is nothing."""
        if not self.found:
            return "mistpm remembers environments in it" if self.has_state else self.unseen
        more = len(self.found) - 1
        return f"it holds `{self.found[0]}`" + (f", and {more} more" if more else "")


def foreign_content(
    client: Client, resources: Resources, live: LiveObject, environment_id: str
) -> Content:
    """Look for objects of others that would go with a namespace or a CRD; nothing for other kinds.

    Ours are left out, and what is owned by another object.  Costs a request for each kind that a
    namespace can hold and 100 objects, several at a time.  Raises `ApiError`.
    """
    sort = (live.resource.group, live.resource.kind)
    if sort == ("", "Namespace"):
        name = live.resource.name
        places = [(api, name) for api in _contained(resources)]
        broken = resources.broken
        unseen = f"`{broken[0]}` does not answer, which may hold objects in it" if broken else ""
    elif sort == ("apiextensions.k8s.io", "CustomResourceDefinition"):
        api = _instances(resources, live.data)
        places, unseen = ([(api, "")] if api else []), ""
    else:
        return Content()
    lists = at_once(lambda place: _others_in(client, *place, environment_id), places)
    return Content(
        found=tuple(sorted(each for content in lists for each in content.found)),
        has_state=any(content.has_state for content in lists),
        unseen=next((content.unseen for content in lists if content.unseen), unseen),
    )


def _contained(resources: Resources) -> Iterable[ApiResource]:
    """Give every kind that a namespace can hold, each in one version."""
    kinds = {(api.group, api.kind) for api in resources.every() if api.namespaced}
    found = (resources.preferred(*kind) for kind in sorted(kinds - _NEVER_CONTENT))
    return [api for api in found if api is not None and "list" in api.verbs]


def _instances(resources: Resources, crd: Mapping[str, Any]) -> ApiResource | None:
    spec = crd.get("spec") or {}
    return resources.preferred(spec.get("group", ""), (spec.get("names") or {}).get("kind", ""))


def _others_in(client: Client, api: ApiResource, namespace: str, environment_id: str) -> Content:
    """List what is of others, as far as that is allowed."""
    found, has_state = [], False
    try:
        for metadata in _metadata(client, api.path(namespace)):
            resource = ResourceId(
                api.group, api.kind, metadata.get("namespace") or "", metadata["name"]
            )
            if OF_LABEL in (metadata.get("labels") or {}):
                has_state = True
            elif not (
                metadata.get("ownerReferences")
                or ResourceId(api.group, api.kind, "", metadata["name"]) in _ALWAYS_THERE
                or _has_our_marks(metadata, environment_id)
            ):
                found.append(resource)
    except ApiError as error:
        if error.is_not_found:
            return Content()
        if error.is_right_missing:
            return Content(unseen=f"you may not list `{api}`, of which others may have some in it")
        raise
    return Content(found=tuple(found), has_state=has_state)


def _metadata(client: Client, path: str) -> Iterator[Mapping[str, Any]]:
    """Give the metadata of all objects of a kind, page by page."""
    query = {"limit": _PAGE}
    while True:
        page = client.request("GET", path, query=query, accept=_PARTIAL).data
        for item in page.get("items") or ():
            yield item["metadata"]
        token = page["metadata"].get("continue")
        if not token:
            return
        query = {"limit": _PAGE, "continue": token}


def _has_our_marks(metadata: Mapping[str, Any], environment_id: str) -> bool:
    """Tell whether we put an object there, as its label says and nobody else could have."""
    label = (metadata.get("labels") or {}).get(ENVIRONMENT_LABEL)
    return label == environment_id and own_entry(metadata) is not None
