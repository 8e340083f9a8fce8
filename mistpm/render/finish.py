"""From what packages answered to manifests that can be applied.

Done when all packages have run, because custom resources that one release defines tell how those of
another are scoped.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mistpm.errors import RenderError
from mistpm.model.descriptor import Descriptor
from mistpm.model.environment import Patch
from mistpm.model.finding import Finding
from mistpm.model.lockfile import LockedPackage
from mistpm.model.presence import Api
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.model.secrets import SecretInput
from mistpm.render.manifests import Document, identify
from mistpm.render.namespaces import Namespaces
from mistpm.render.patches import apply_patches
from mistpm.render.placement import find_secrets
from mistpm.render.result import Result
from mistpm.render.scopes import Scopes, is_definition


class Answered(Struct, frozen=True, kw_only=True):
    """A release whose package has run: its answer, the manifests in it, and what was noticed."""

    name: str
    namespace: str
    pin: LockedPackage
    descriptor: Descriptor | None
    result: Result
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...] = ()


def finish_release(
    answered: Answered,
    *,
    scopes: Scopes,
    patches: Sequence[Patch],
    issued: Mapping[str, SecretInput],
) -> tuple[RenderedRelease, tuple[Finding, ...]]:
    """Place, patch and check the manifests of one release; raises `RenderError`.

    Each step's own rules are in `specs/rendering.md`, "From answers to manifests".
    """
    namespaces = Namespaces(
        release=answered.name,
        namespace=answered.namespace,
        scopes=scopes,
        descriptor=answered.descriptor,
    )
    documents = namespaces.place(answered.documents)
    documents = apply_patches(documents, patches, release=answered.name)
    _check_definitions(documents, answered)
    manifests = tuple(_manifest(data, origin, issued) for data, origin in documents)
    _check_distinct(manifests, answered.name)
    release = RenderedRelease(
        name=answered.name,
        namespace=answered.namespace,
        package=str(answered.pin.package),
        version=str(answered.pin.version),
        manifests=manifests,
        outputs=answered.result.outputs,
        message=answered.result.message,
        files=_own_files(answered.result),
        readiness=answered.descriptor.readiness if answered.descriptor else (),
    )
    return release, (*answered.findings, *namespaces.findings)


def _own_files(result: Result) -> dict[str, str]:
    """Give the package's files; what it gave without a file becomes one."""
    if not result.objects:
        return result.files
    objects = msgspec.json.format(msgspec.json.encode(result.objects)).decode()
    return {**result.files, "objects.json": f"{objects}\n"}


def _manifest(data: dict[str, Any], origin: str, issued: Mapping[str, SecretInput]) -> Manifest:
    resource = identify(data)
    return Manifest(
        id=resource,
        api_version=data["apiVersion"],
        data=data,
        origin=origin,
        secrets=find_secrets(data, resource, issued),
    )


def _check_definitions(documents: Sequence[Document], answered: Answered) -> None:
    """Refuse custom resources that the package does not say it provides: solving relies on it."""
    if answered.descriptor is None:
        return
    declared = set(answered.descriptor.provides.apis)
    missing = sorted(
        {api for data, _ in documents if is_definition(data) for api in _defined(data)} - declared
    )
    if missing:
        names = ", ".join(str(api) for api in missing)
        raise RenderError(
            "undeclared-api",
            f"`{answered.name}` defines APIs that its package does not say it provides",
            context=tuple(str(api) for api in missing),
            hint=f"the package's descriptor needs `provides: {{apis: [{names}]}}`",
        )


def _defined(data: dict[str, Any]) -> set[Api]:
    """Give the APIs that a custom resource definition makes the cluster serve."""
    spec = data.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return set()
    listed = spec.get("versions")
    versions = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {
        Api(str(spec.get("group")), str(version.get("name")), str(names.get("kind")))
        for version in versions
        if version.get("served", True)
    }


def _check_distinct(manifests: Sequence[Manifest], release: str) -> None:
    seen: dict[ResourceId, Manifest] = {}
    for manifest in manifests:
        other = seen.setdefault(manifest.id, manifest)
        if other is not manifest:
            raise RenderError(
                "duplicate-resource",
                f"`{release}` makes `{manifest.id}` twice",
                context=(other.origin, manifest.origin),
                hint="where a package is called twice, each call needs a name of its own",
            )
