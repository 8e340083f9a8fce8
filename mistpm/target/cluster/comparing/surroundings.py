"""What an object needs around it: its kind and its namespace, there already or coming in the same run."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.live import Live, LiveObject, read_one
from mistpm.target.cluster.comparing.wanted import Wanted, provided_by
from mistpm.target.cluster.memory.inventory import OwnedObject


class Surroundings:
    """Kinds and namespaces, as the server has them and as the wanted objects bring them."""

    def __init__(
        self, client: Client, resources: Resources, wanted: Mapping[ResourceId, Wanted]
    ) -> None:
        self._client = client
        self._resources = resources
        self._wanted = wanted
        self._provided = provided_by(tuple(wanted.values()))
        self._namespaces: dict[str, LiveObject | None] = {}

    def api(self, api_version: str, kind: str) -> ApiResource | None:
        """Find a kind in exactly this version."""
        return self._resources.find(api_version, kind)

    def any_api(self, resource: ResourceId, api_version: str) -> ApiResource | None:
        """Find a kind in this version, or else in the one that the server prefers."""
        return self.api(api_version, resource.kind) or self._resources.preferred(
            resource.group, resource.kind
        )

    def is_silent(self, api_version: str) -> bool:
        """Tell whether an aggregated API is there, and does not answer."""
        return api_version in self._resources.broken

    def provider(self, api_version: str, kind: str) -> ResourceId | None:
        """Tell which wanted object brings a kind with it."""
        return self._provided.by(api_version, kind)

    def look_for_namespaces(
        self, live: Live, lines: Mapping[ResourceId, OwnedObject], host: Collection[str]
    ) -> frozenset[str]:
        """Find out which namespaces there are, of those that something is to be made in.

        `host` are those that the host makes where they are missing; gives those of them that are there and
        somebody else's.  Costs a request for each namespace that no label tells of.  Raises `ApiError`.
        """
        ours = {each.name: live.objects[each] for each in live.objects if is_namespace(each)}
        lived_in = {
            each.resource.namespace for each in live.objects.values() if not each.is_terminating
        }
        needed = {each.namespace for each in self._wanted if each not in live.objects}
        made = {name for name in host if namespace_id(name) in lines}
        unknown = sorted(((needed | set(host)) - lived_in | made) - set(ours) - {""})
        found = at_once(self._namespace, unknown)
        self._namespaces = dict(zip(unknown, found, strict=True))
        self._namespaces |= {name: each for name, each in ours.items() if each.is_terminating}
        foreign = {
            name
            for name, each in zip(unknown, found, strict=True)
            if each is not None and not each.is_terminating and not _is_line(each, lines)
        }
        return frozenset((foreign | (lived_in - set(ours) - set(unknown))) & set(host))

    def namespace(self, name: str) -> LiveObject | None:
        """Give a namespace that was looked for by name, None where there is none."""
        return self._namespaces.get(name)

    def is_homeless(self, resource: ResourceId) -> bool:
        """Tell whether a resource's namespace is not there, or is being deleted."""
        if resource.namespace not in self._namespaces:
            return False
        live = self._namespaces[resource.namespace]
        return live is None or live.is_terminating

    def _namespace(self, name: str) -> LiveObject | None:
        """Read a namespace; one that may not be read is taken to be there."""
        api = self._resources.find("v1", "Namespace")
        if api is None:
            return None
        try:
            return read_one(self._client, api, namespace_id(name))
        except ApiError as error:
            if not error.is_right_missing:
                raise
            return LiveObject(
                resource=namespace_id(name), api_version="v1", uid="", resource_version=""
            )


def namespace_id(name: str) -> ResourceId:
    """Give a namespace's identity."""
    return ResourceId("", "Namespace", "", name)


def is_namespace(resource: ResourceId) -> bool:
    """Tell whether a resource is a namespace."""
    return (resource.group, resource.kind) == ("", "Namespace")


def is_definition(resource: ResourceId) -> bool:
    """Tell whether a resource is a CRD."""
    return (resource.group, resource.kind) == (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
    )


def _is_line(live: LiveObject, lines: Mapping[ResourceId, OwnedObject]) -> bool:
    """Tell whether the inventory has this very object."""
    line = lines.get(live.resource)
    return line is not None and line.uid == live.uid
