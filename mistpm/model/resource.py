"""Kubernetes manifests and what identifies them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.model.readiness import ReadinessCondition


class ResourceId(Struct, frozen=True, order=True):
    """A resource's identity: whatever version of its API a manifest is written in, it is the same resource.

    `group` is empty for the core group, `namespace` is empty for cluster-wide kinds.
    """

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Give `Deployment.apps shop/gitea`, `Namespace shop`."""
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


class Manifest(Struct, frozen=True, kw_only=True):
    """One rendered Kubernetes document.

    `data` is JSON-like and must not be changed; `origin` tells which package and file it came from
    (`starter/apps/gitea@1.2.0: deployment.yaml`).  `secrets` are the placeholders in it, sorted; a
    manifest with some is never written as it is.
    """

    id: ResourceId
    api_version: str
    data: dict[str, Any]
    origin: str
    secrets: tuple[str, ...] = ()


class RenderedRelease(Struct, frozen=True, kw_only=True):
    """What a release's package made of its inputs.

    `files` are the package's own, by relative path and untouched, what it gave without a file as
    `objects.json`: what `render -o raw` shows.  `message` is what the package tells the user, such as
    how to reach what was installed, `readiness` when it says that it is ready.
    """

    name: str
    namespace: str
    package: str
    version: str
    manifests: tuple[Manifest, ...]
    outputs: dict[str, Any] = {}
    message: str = ""
    files: dict[str, str] = {}
    readiness: tuple[ReadinessCondition, ...] = ()
