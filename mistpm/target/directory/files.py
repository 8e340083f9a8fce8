"""The files that a desired state comes to."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mistpm.model.finding import Finding
from mistpm.model.ranks import rank
from mistpm.model.resource import Manifest, RenderedRelease, ResourceId
from mistpm.model.secrets import secret_keys
from mistpm.target.directory.layout import namespace_place, release_places
from mistpm.target.directory.manifest_text import manifest_text
from mistpm.target.marks import namespace_manifest
from mistpm.target.protocol import Desired


class File(Struct, frozen=True, kw_only=True):
    """One resource as a file; `release` is empty for a namespace that the host makes."""

    place: str
    resource: ResourceId
    release: str
    text: str


def desired_files(desired: Desired) -> tuple[File, ...]:
    """Give all files, in the order in which their resources are to be applied.

    No resource may be in it twice (`mistpm.check.duplicate_resources`).
    """
    files = []
    for name in sorted(desired.namespaces):
        text = manifest_text(
            namespace_manifest(name), environment_id=desired.environment_id, release=""
        )
        resource = ResourceId("", "Namespace", "", name)
        files.append(File(place=namespace_place(name), resource=resource, release="", text=text))
    for release in desired.releases:
        files.extend(_release_files(release, desired.environment_id))
    return tuple(files)


def unwritten_secrets(desired: Desired) -> tuple[Finding, ...]:
    """Give a finding for each manifest that holds secret values, with what is to be created instead."""
    return tuple(
        Finding(
            severity="info",
            code="secret-not-written",
            message=_what_to_create(manifest),
            release=release.name,
            resource=manifest.id,
        )
        for release in desired.releases
        for manifest in sorted(release.manifests, key=lambda manifest: manifest.id)
        if manifest.secrets
    )


def _release_files(release: RenderedRelease, environment_id: str) -> list[File]:
    manifests = sorted(
        (manifest for manifest in release.manifests if not manifest.secrets),
        key=lambda manifest: (rank(manifest.id), manifest.id),
    )
    places = release_places(release.name, [manifest.id for manifest in manifests])
    return [
        File(
            place=places[manifest.id],
            resource=manifest.id,
            release=release.name,
            text=manifest_text(manifest.data, environment_id=environment_id, release=release.name),
        )
        for manifest in manifests
    ]


def _what_to_create(manifest: Manifest) -> str:
    filled = secret_keys(manifest.data)
    fields = (manifest.data.get(field) or {} for field in ("data", "stringData"))
    others = sorted({key for field in fields for key in field}.difference(filled))
    text = (
        "it holds secret values and is not written to a directory: "
        f"create it in the namespace `{manifest.id.namespace}` with {_listed('secret', filled)}"
    )
    return f"{text}, and {_listed('other', others)}" if others else text


def _listed(which: str, keys: Sequence[str]) -> str:
    return (
        f"the {which} {'key' if len(keys) == 1 else 'keys'} {', '.join(f'`{key}`' for key in keys)}"
    )
