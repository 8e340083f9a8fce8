"""Hiding what a Secret holds."""

from __future__ import annotations

from typing import Any

from mistpm.document import dump, load_manifests
from mistpm.errors import DocumentError

_HIDDEN = "(secret)"
_HIDDEN_BEFORE = "(secret, before)"
_HIDDEN_AFTER = "(secret, after)"
_UNREADABLE = "(not shown: this is no Secret that can be read)\n"
_FIELDS = ("data", "stringData")
_COPY = "kubectl.kubernetes.io/last-applied-configuration"


def masked(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Hide the values in both texts of a Secret; one that changes is told apart, and nothing more.

    A text that is not exactly one Secret is hidden whole.
    """
    old, new = _read(before), _read(after)
    return (
        before and _masked(old, new, _HIDDEN_BEFORE),
        after and _masked(new, old, _HIDDEN_AFTER),
    )


def _read(text: str | None) -> dict[str, Any] | None:
    """Read a Secret, None where there is none that can be read."""
    try:
        manifests = load_manifests(text or "", origin="secret")
    except DocumentError:
        return None
    return manifests[0] if len(manifests) == 1 and _is_secret(manifests[0]) else None


def _is_secret(manifest: dict[str, Any]) -> bool:
    metadata = manifest.get("metadata") or {}
    return (
        manifest.get("kind") == "Secret"
        and isinstance(metadata, dict)
        and isinstance(metadata.get("annotations") or {}, dict)
        and all(isinstance(manifest.get(field) or {}, dict) for field in _FIELDS)
    )


def _masked(secret: dict[str, Any] | None, other: dict[str, Any] | None, changed: str) -> str:
    if secret is None:
        return _UNREADABLE
    shown = dict(secret)
    for field in _FIELDS:
        there = (other or {}).get(field) or {}
        if values := secret.get(field):
            shown[field] = {
                key: changed if key in there and there[key] != value else _HIDDEN
                for key, value in values.items()
            }
    metadata = secret.get("metadata") or {}
    if _COPY in (metadata.get("annotations") or {}):
        annotations = {**metadata["annotations"], _COPY: _HIDDEN}
        shown["metadata"] = {**metadata, "annotations": annotations}
    return dump(shown)
