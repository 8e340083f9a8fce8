"""The labels that tell who owns a resource, and the annotations that say how it is treated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ENVIRONMENT_LABEL: Final = "mistpm.dev/environment"
RELEASE_LABEL: Final = "mistpm.dev/release"
MANAGER_LABEL: Final = "app.kubernetes.io/managed-by"
INSTALL_LABEL: Final = "mistletoe.dev/tied-to-install-name"
REVISION_LABEL: Final = "mistletoe.dev/tied-to-install-version"
"""`v3`: the revision that changed the resource last; clusters only, as it is history."""

KEEP: Final = "mistpm.dev/keep"
"""`"true"`: stays when it is no longer desired."""
HELM_KEEP: Final = "helm.sh/resource-policy"
"""`keep`: means the same, in charts."""
REPLACE: Final = "mistpm.dev/replace"
"""`"true"`: may be deleted and made again where an immutable field changes."""
WAIT: Final = "mistpm.dev/wait"
"""`"false"`: nothing waits for it to get ready."""
FORCE_FIELDS: Final = "mistpm.dev/force-fields"
"""Paths, parted by commas, that are taken from other field managers without asking."""
RUN: Final = "mistpm.dev/run"
ONCE_PER_VERSION: Final = "once-per-version"
"""The value of `RUN` for a Job that runs once for each version of its release's package."""
RUN_VERSION: Final = "mistpm.dev/run-version"
"""The version that such a Job runs for; set by the host."""


def marked_labels(labels: dict[str, str], *, environment_id: str, release: str) -> dict[str, str]:
    """Give a manifest's labels with the ownership marks, sorted; `release` is empty for the host's own."""
    marked = {MANAGER_LABEL: "mistpm", **labels, ENVIRONMENT_LABEL: environment_id}
    if release:
        marked |= {RELEASE_LABEL: release, INSTALL_LABEL: release}
    return dict(sorted(marked.items()))


def keeping_annotation(annotations: Mapping[str, Any]) -> str:
    """Give the annotation that says that an object stays, empty where none does."""
    if annotations.get(KEEP) == "true":
        return f'{KEEP}: "true"'
    return f"{HELM_KEEP}: keep" if annotations.get(HELM_KEEP) == "keep" else ""


def namespace_manifest(name: str) -> dict[str, Any]:
    """Give the manifest of a namespace that the host makes."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
