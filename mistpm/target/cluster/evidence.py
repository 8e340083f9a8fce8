"""Who wrote the objects of a cluster, and in which versions of their APIs.

An object keeps no version of its own: it can be read in all of them.  But the server notes with each field manager
in which version it wrote (`managedFields[].apiVersion`), and kubectl notes what it applied: these are who
breaks when a version goes away.  See `specs/cluster-target.md#evidence`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from mistpm.model.kinds import kind_table
from mistpm.model.presence import Api
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.at_once import at_once
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import ApiResource, Resources
from mistpm.target.cluster.comparing.intent import own_entry
from mistpm.target.marks import ENVIRONMENT_LABEL, RELEASE_LABEL

_METADATA: Final = (
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
)
"""What lists without the objects' content are asked for; aggregated APIs may not know it."""

_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_KUBECTL: Final = "kubectl-client-side-apply"
_CONTROL_PLANE: Final = frozenset(
    {"cloud-controller-manager", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}
)
_SERVER_PREFIX: Final = "api-priority-and-fairness-config-"
"""How the API server calls itself where it writes its own FlowSchemas."""

_FLEETING: Final = frozenset({"Event"})
"""Kinds of which there are many, gone within the hour: nobody has to mend them."""


class LiveUse(Struct, frozen=True, order=True, kw_only=True):
    """One object, and one who wrote it in one version of its API.

    `manager` is the field manager, `time` when it wrote last (`2026-11-21T20:15:00Z`, empty where that is
    not known), `part` the subresource that it wrote (`status`), empty for the object itself.  `owner` says
    whose the object is where it tells (`Helm release `shop/web``); `release` and `environment` are those
    of mistpm's labels, where mistpm itself applied it.
    """

    resource: ResourceId
    api: Api
    manager: str
    time: str = ""
    part: str = ""
    owner: str = ""
    release: str = ""
    environment: str = ""


class Unseen(Struct, frozen=True, order=True, kw_only=True):
    """Something that was not looked at: `what` (`ingresses.networking.k8s.io`), and `why`."""

    what: str
    why: str


class Evidence(Struct, frozen=True, kw_only=True):
    """Who uses versions of APIs, sorted, and what was not looked at.

    `objects` is how many were looked at, `warnings` what the server itself said of the versions that it was
    asked in.
    """

    uses: tuple[LiveUse, ...] = ()
    objects: int = 0
    unseen: tuple[Unseen, ...] = ()
    warnings: dict[Api, str] = {}


def find_evidence(client: Client, resources: Resources, apis: Collection[Api]) -> Evidence:
    """Find the objects that were written in one of these versions, by others than Kubernetes itself.

    An entry of who has written the same object since in another version is left out.  Costs discovery
    and a request for each kind and 500 objects, metadata alone, eight kinds at a time.  What may not be
    read, or whose server does not answer, is told in the answer.  Raises `ApiError` where the
    cluster cannot be reached.
    """
    looking = _Looking(client, frozenset(apis))
    at_once(looking.look_at, _places(resources, looking.apis))
    broken = {
        Unseen(what=version, why="its server does not answer")
        for version in resources.broken
        if version.rpartition("/")[0] in {api.group for api in apis}
    }
    return Evidence(
        uses=tuple(sorted(looking.uses)),
        objects=sum(looking.counts),
        unseen=tuple(sorted(looking.unseen | broken)),
        warnings=looking.warnings,
    )


def _places(resources: Resources, apis: Collection[Api]) -> list[ApiResource]:
    """Choose how to list each kind that may have been written in one of these versions.

    Kubernetes moved kinds from group to group (`extensions/v1beta1/Ingress`), so one is looked for in all of
    its own groups.  A version that is not asked about is preferred: asking for a deprecated one counts as a use.
    """
    kinds = {(api.group, api.kind) for api in apis}
    names = {kind for _, kind in kinds}
    kinds |= {(row.group, row.kind) for row in kind_table().kinds if row.kind in names}
    served: dict[tuple[str, str], list[ApiResource]] = {}
    for each in resources.every():
        if (each.group, each.kind) in kinds and each.kind not in _FLEETING and "list" in each.verbs:
            served.setdefault((each.group, each.kind), []).append(each)
    return [_best(resources, versions, apis) for _, versions in sorted(served.items())]


def _best(resources: Resources, versions: list[ApiResource], apis: Collection[Api]) -> ApiResource:
    preferred = resources.preferred(versions[0].group, versions[0].kind)
    fine = [each for each in versions if Api(each.group, each.version, each.kind) not in apis]
    return next((each for each in fine if each == preferred), (fine or versions)[-1])


class _Looking:
    """Lists that are being read; several threads add what they find."""

    def __init__(self, client: Client, apis: frozenset[Api]) -> None:
        self.apis = apis
        self._client = client
        self.uses: set[LiveUse] = set()
        self.counts: list[int] = []
        self.unseen: set[Unseen] = set()
        self.warnings: dict[Api, str] = {}

    def look_at(self, place: ApiResource) -> None:
        """List a kind everywhere."""
        seen = set()
        try:
            for item in self._items(place):
                seen.add(item["metadata"].get("uid"))
                self.uses.update(_uses(item["metadata"], place, self.apis))
        except ApiError as error:
            if error.is_unreachable:
                raise
            if not error.is_not_found:  # a kind that is gone since discovery has no objects
                why = "the right to list is missing" if error.is_right_missing else error.message
                self.unseen.add(Unseen(what=str(place), why=why))
        self.counts.append(len(seen))

    def _items(self, place: ApiResource) -> Iterator[Mapping[str, Any]]:
        """List in pages, and in one piece where these take longer than the server keeps them."""
        for limit in (500, 0):
            try:
                for page in self._client.answers(place.path(), limit=limit, accept=_METADATA):
                    if page.warnings:
                        api = Api(place.group, place.version, place.kind)
                        self.warnings[api] = page.warnings[0]
                    yield from page.data.get("items") or ()
            except ApiError as error:
                if not (error.is_gone and limit):
                    raise
            else:
                return


def _uses(
    metadata: Mapping[str, Any], place: ApiResource, apis: Collection[Api]
) -> Iterator[LiveUse]:
    """Find who wrote an object in one of these versions."""
    if "deletionTimestamp" in metadata:
        return
    written = [
        each
        for each in metadata.get("managedFields") or ()
        if _api(each.get("apiVersion"), place.kind) in apis
        and not _is_of_the_server(each.get("manager") or "")
        and not _moved_on(each, metadata["managedFields"], place.kind, apis)
    ]
    found = [
        (
            _api(each.get("apiVersion"), place.kind),
            each.get("manager") or "",
            each.get("time") or "",
            each.get("subresource") or "",
        )
        for each in written
    ]
    applied = _last_applied(metadata)
    if applied in apis and not any(
        api == applied and manager == _KUBECTL for api, manager, _, _ in found
    ):
        found.append((applied, "kubectl apply", "", ""))
    environment, release = _marks(metadata)
    for api, manager, time, part in found:
        yield LiveUse(
            resource=ResourceId(
                place.group, place.kind, metadata.get("namespace") or "", metadata["name"]
            ),
            api=api,
            manager=manager,
            time=time,
            part=part,
            owner=_owner(metadata),
            release=release,
            environment=environment,
        )


def _is_of_the_server(manager: str) -> bool:
    """Tell whether a manager is a part of Kubernetes, which moves with the cluster."""
    return manager in _CONTROL_PLANE or manager.startswith(_SERVER_PREFIX)


def _moved_on(
    entry: Mapping[str, Any],
    entries: Collection[Mapping[str, Any]],
    kind: str,
    apis: Collection[Api],
) -> bool:
    """Tell whether who made an entry has written the object since in a version that is not asked about."""
    return any(
        each.get("manager") == entry.get("manager")
        and each.get("subresource") == entry.get("subresource")
        and (each.get("time") or "") > (entry.get("time") or "")
        and _api(each.get("apiVersion"), kind) not in apis
        for each in entries
    )


def _last_applied(metadata: Mapping[str, Any]) -> Api:
    """Give the version in which kubectl applied an object last, as far as its annotation can be read."""
    annotations = metadata.get("annotations") or {}
    try:
        data = msgspec.json.decode(annotations.get(_LAST_APPLIED, ""))
    except msgspec.DecodeError:
        data = None
    found = data if isinstance(data, dict) else {}
    return _api(found.get("apiVersion"), str(found.get("kind")))


def _api(api_version: object, kind: str) -> Api:
    group, _, version = str(api_version or "").rpartition("/")
    return Api(group, version, kind)


def _owner(metadata: Mapping[str, Any]) -> str:
    """Say whose an object is, where it belongs to a release that brings it again."""
    annotations = metadata.get("annotations") or {}
    environment, release = _marks(metadata)
    if environment:
        return f"release `{release}` of mistpm"
    if name := annotations.get("meta.helm.sh/release-name"):
        namespace = annotations.get("meta.helm.sh/release-namespace", "")
        return f"Helm release `{f'{namespace}/' if namespace else ''}{name}`"
    return ""


def _marks(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Give the environment and the release of an object that mistpm applied; empty for others.

    Labels alone do not tell: controllers copy those of a Service to its Endpoints.
    """
    labels = metadata.get("labels") or {}
    if own_entry(metadata) is None or not labels.get(ENVIRONMENT_LABEL):
        return "", ""
    return labels[ENVIRONMENT_LABEL], labels.get(RELEASE_LABEL, "")
