"""The text of a manifest: marked with who owns it, the same bytes for the same data."""

from __future__ import annotations

from typing import Any, Final

from mistpm.document import dump

ENVIRONMENT_LABEL: Final = "mistpm.dev/environment"
RELEASE_LABEL: Final = "mistpm.dev/release"
MANAGER_LABEL: Final = "app.kubernetes.io/managed-by"
INSTALL_LABEL: Final = "mistletoe.dev/tied-to-install-name"

_FIRST: Final = ("apiVersion", "kind", "metadata")
_FIRST_OF_METADATA: Final = ("name", "namespace", "labels", "annotations")


def manifest_text(data: dict[str, Any], *, environment_id: str, release: str) -> str:
    """Write a manifest with its ownership marks; `release` is empty for a namespace of the host's.

    Keys are sorted, but for those that a reader looks for first; lists stay as they are.
    """
    metadata = dict(data["metadata"])
    labels = {MANAGER_LABEL: "mistpm", **(metadata.get("labels") or {})}
    labels[ENVIRONMENT_LABEL] = environment_id
    if release:
        labels |= {RELEASE_LABEL: release, INSTALL_LABEL: release}
    metadata["labels"] = labels
    whole = {key: _sorted(value) for key, value in _in_order(data, _FIRST)}
    whole["metadata"] = {
        key: _sorted(value) for key, value in _in_order(metadata, _FIRST_OF_METADATA)
    }
    return dump(whole)


def namespace_manifest(name: str) -> dict[str, Any]:
    """Give the manifest of a namespace that the host makes."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _in_order(data: dict[str, Any], first: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(key, data[key]) for key in first if key in data] + [
        (key, data[key]) for key in sorted(data) if key not in first
    ]


def _sorted(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _sorted(data[key]) for key in sorted(data)}
    if isinstance(data, list | tuple):
        return [_sorted(item) for item in data]
    return data
