"""The labels that tell who owns a resource."""

from __future__ import annotations

from typing import Any, Final

ENVIRONMENT_LABEL: Final = "mistpm.dev/environment"
RELEASE_LABEL: Final = "mistpm.dev/release"
MANAGER_LABEL: Final = "app.kubernetes.io/managed-by"
INSTALL_LABEL: Final = "mistletoe.dev/tied-to-install-name"


def marked_labels(labels: dict[str, str], *, environment_id: str, release: str) -> dict[str, str]:
    """Give a manifest's labels with the ownership marks, sorted; `release` is empty for the host's own."""
    marked = {MANAGER_LABEL: "mistpm", **labels, ENVIRONMENT_LABEL: environment_id}
    if release:
        marked |= {RELEASE_LABEL: release, INSTALL_LABEL: release}
    return dict(sorted(marked.items()))


def namespace_manifest(name: str) -> dict[str, Any]:
    """Give the manifest of a namespace that the host makes."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
