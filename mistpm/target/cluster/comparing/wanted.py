"""The objects that a desired state comes to, marked, and what they provide for each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.target.cluster.comparing.intent import intent_digest, marked, run_digest, runs_once
from mistpm.target.marks import namespace_manifest
from mistpm.target.protocol import Desired

_CRD = ("apiextensions.k8s.io", "CustomResourceDefinition")
_API_SERVICE = ("apiregistration.k8s.io", "APIService")


class Wanted(Struct, frozen=True, kw_only=True):
    """One object that should be there; `release` is empty for a namespace that the host makes.

    `body` is the manifest with its marks, placeholders still in it, `intent` what the inventory remembers of
    it.  `run_version` is for what runs once per version, else empty.
    """

    manifest: Manifest
    release: str
    body: dict[str, Any]
    intent: str
    run_version: str = ""

    @property
    def resource(self) -> ResourceId:
        """What it is."""
        return self.manifest.id


def wanted_objects(desired: Desired) -> tuple[Wanted, ...]:
    """Give every object of a desired state, the host's namespaces first."""
    host = [
        _wanted(_namespace(name), "", desired.environment_id, run_version="", intent="")
        for name in desired.namespaces
    ]
    return (*host, *(each for release in desired.releases for each in _of(release, desired)))


def _of(release: RenderedRelease, desired: Desired) -> Iterator[Wanted]:
    for manifest in release.manifests:
        once = runs_once(manifest)
        yield _wanted(
            manifest,
            release.name,
            desired.environment_id,
            run_version=release.version if once else "",
            intent=run_digest(release.package, release.version) if once else "",
        )


def _wanted(
    manifest: Manifest, release: str, environment_id: str, *, run_version: str, intent: str
) -> Wanted:
    body = marked(
        manifest.data, environment_id=environment_id, release=release, run_version=run_version
    )
    return Wanted(
        manifest=manifest,
        release=release,
        body=body,
        intent=intent or intent_digest(body),
        run_version=run_version,
    )


def _namespace(name: str) -> Manifest:
    return Manifest(
        id=ResourceId("", "Namespace", "", name),
        api_version="v1",
        data=namespace_manifest(name),
        origin="",
    )


class Provided(Struct, frozen=True, kw_only=True):
    """Which APIs the wanted objects bring with them: kinds by CRDs, whole versions by APIServices."""

    kinds: dict[tuple[str, str], ResourceId]
    versions: dict[str, ResourceId]

    def by(self, api_version: str, kind: str) -> ResourceId | None:
        """Tell which wanted object provides a kind; None where none does."""
        return self.kinds.get((api_version, kind)) or self.versions.get(api_version)


def provided_by(wanted: tuple[Wanted, ...]) -> Provided:
    """Look for CRDs and APIServices."""
    kinds: dict[tuple[str, str], ResourceId] = {}
    versions: dict[str, ResourceId] = {}
    for each in wanted:
        spec = each.manifest.data.get("spec")
        sort = (each.resource.group, each.resource.kind)
        if not isinstance(spec, dict):
            continue
        if sort == _CRD:
            kinds |= dict.fromkeys(_kinds(spec), each.resource)
        elif sort == _API_SERVICE:
            versions[f"{spec.get('group', '')}/{spec.get('version', '')}"] = each.resource
    return Provided(kinds=kinds, versions=versions)


def _kinds(spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the kinds that a CRD serves, as far as it is one."""
    names, listed = spec.get("names"), spec.get("versions")
    if isinstance(names, dict) and isinstance(listed, list):
        for version in listed:
            if isinstance(version, dict) and version.get("served", True):
                yield f"{spec.get('group', '')}/{version.get('name', '')}", str(names.get("kind"))
