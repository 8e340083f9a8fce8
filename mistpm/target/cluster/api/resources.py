"""What an API server serves: kinds, their paths, its own version."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from mistpm.model.minor import InvalidMinorError, Minor, parse_cluster_version, parse_minor
from mistpm.model.version import InvalidVersionError, Version
from mistpm.target.cluster.api.api_error import ApiError, describe
from mistpm.target.cluster.api.client import Client

_SAFE: Final = ":@!$&'()*+,;=~"
"""What may stand in a path as it is; roles may have almost any name."""

_DISCOVERY: Final = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
_AGGREGATED: Final = f"{_DISCOVERY.format('v2')},{_DISCOVERY.format('v2beta1')},application/json"


class ApiResource(Struct, frozen=True, order=True, kw_only=True):
    """A kind that the server serves in one version; `group` is empty for the core group."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """Give `apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "") -> str:
        """Give the path of an object; without `name` of all of them, without `namespace` everywhere."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{place}/{self.plural}" + (f"/{quote(name, safe=_SAFE)}" if name else "")

    def __str__(self) -> str:
        """Give `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


class Resources:
    """The kinds that a server serves, asked for once (two requests); may be used from several threads.

    An aggregated API whose server is down is left out, and in `broken`.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._found: _Found | None = None

    def find(self, api_version: str, kind: str) -> ApiResource | None:
        """Find a kind by exact version, None where it is not served.  Raises `ApiError`."""
        return self._all().by_version.get((api_version, kind))

    def preferred(self, group: str, kind: str) -> ApiResource | None:
        """Find a kind in the version that the server prefers.  Raises `ApiError`."""
        return self._all().by_group.get((group, kind))

    def every(self) -> tuple[ApiResource, ...]:
        """Give every kind in every version, sorted.  Raises `ApiError`."""
        return tuple(sorted(self._all().by_version.values()))

    @property
    def broken(self) -> tuple[str, ...]:
        """The `group/version`s whose servers do not answer, sorted: what they serve is not known."""
        return self._all().broken

    def refresh(self) -> None:
        """Ask again, as after a CRD was made.  Raises `ApiError`."""
        found = self._ask()
        with self._lock:
            self._found = found

    def _all(self) -> _Found:
        with self._lock:
            if self._found is None:
                self._found = self._ask()
            return self._found

    def _ask(self) -> _Found:
        core = self._client.request("GET", "/api", accept=_AGGREGATED).data
        rest = self._client.request("GET", "/apis", accept=_AGGREGATED).data
        found = _Found()
        for each in (core, rest):
            if each.get("kind") == "APIGroupDiscoveryList":
                _add_aggregated(found, each)
            else:
                self._add_one_by_one(found, each)
        found.broken = tuple(sorted(found.broken))
        return found

    def _add_one_by_one(self, found: _Found, listed: Mapping[str, Any]) -> None:
        """Ask for each version by itself: what servers older than 1.27 need."""
        for version in _versions(listed):
            path = f"/apis/{version}" if "/" in version else f"/api/{version}"
            try:
                data = self._client.request("GET", path, patience=0).data
            except ApiError:
                found.broken = (*found.broken, version)
                continue
            group, _, number = version.rpartition("/")
            for each in data.get("resources") or ():
                if "/" not in each["name"]:
                    found.add(
                        ApiResource(
                            group=group,
                            version=number,
                            kind=each["kind"],
                            plural=each["name"],
                            namespaced=each["namespaced"],
                            verbs=tuple(each.get("verbs") or ()),
                        )
                    )


class _Found:
    """What discovery found; versions are added in the server's order of preference."""

    def __init__(self) -> None:
        self.by_version: dict[tuple[str, str], ApiResource] = {}
        self.by_group: dict[tuple[str, str], ApiResource] = {}
        self.broken: tuple[str, ...] = ()

    def add(self, resource: ApiResource) -> None:
        self.by_version.setdefault((resource.api_version, resource.kind), resource)
        self.by_group.setdefault((resource.group, resource.kind), resource)


def _add_aggregated(found: _Found, listed: Mapping[str, Any]) -> None:
    for item in listed.get("items") or ():
        group = item.get("metadata", {}).get("name", "")
        for version in item.get("versions") or ():
            if version.get("freshness") == "Stale":
                name = f"{group}/{version['version']}"
                found.broken = (*found.broken, name)
            for each in _served(version.get("resources") or (), group, version["version"]):
                found.add(each)


def _served(listed: Iterable[Mapping[str, Any]], group: str, version: str) -> Iterator[ApiResource]:
    for each in listed:
        kind = each.get("responseKind") or {}
        if kind.get("kind"):
            yield ApiResource(
                group=group,
                version=version,
                kind=kind["kind"],
                plural=each["resource"],
                namespaced=each.get("scope") == "Namespaced",
                verbs=tuple(each.get("verbs") or ()),
            )


def _versions(listed: Mapping[str, Any]) -> Iterator[str]:
    """Give the versions of an `APIVersions` or `APIGroupList`, preferred ones first."""
    yield from listed.get("versions") or ()
    for group in listed.get("groups") or ():
        names = [each["groupVersion"] for each in group.get("versions") or ()]
        preferred = (group.get("preferredVersion") or {}).get("groupVersion")
        yield from sorted(names, key=lambda name: name != preferred)


def server_minor(client: Client) -> Minor:
    """Ask which minor of Kubernetes the server behaves as.

    Raises `ApiError`, and `TargetError` (`not-kubernetes`) where the server is something else.
    """
    try:
        data = client.get("/version")
    except ApiError as error:
        if not error.is_not_found:
            raise
        raise describe(_not_kubernetes("it does not know this path"), title=client.title) from error
    major = data.get("emulationMajor") or data.get("major")
    minor = data.get("emulationMinor") or data.get("minor")
    try:
        return parse_minor(f"{major}.{str(minor).rstrip('+')}")
    except InvalidMinorError as error:
        raise describe(_not_kubernetes("it names no version"), title=client.title) from error


def server_version(client: Client) -> Version | None:
    """Ask which exact version the server is, None where it does not tell or behaves as another minor.

    Raises `ApiError`.
    """
    data = client.get("/version")
    if data.get("emulationMinor") not in {None, "", data.get("minor")}:
        return None
    try:
        return parse_cluster_version(data.get("gitVersion") or "")
    except InvalidVersionError:
        return None


def _not_kubernetes(why: str) -> ApiError:
    return ApiError(200, "NotKubernetes", why, method="GET", path="/version")
