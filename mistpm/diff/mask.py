"""Hiding what is secret: what a Secret holds, and secret values wherever else they turn up."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from mistpm.document import dump, load_manifests
from mistpm.errors import DocumentError

_HIDDEN: Final = "(secret)"
_HIDDEN_BEFORE: Final = "(secret, before)"
_HIDDEN_AFTER: Final = "(secret, after)"
_HIDDEN_WHOLE: Final = {"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": _HIDDEN}
_UNREADABLE: Final = "(not shown: this is no Secret that can be read)\n"
_FIELDS: Final = ("data", "stringData")
_COPY: Final = "kubectl.kubernetes.io/last-applied-configuration"
_SHORTEST: Final = 4
"""Values that are shorter are not looked for: they stand in every other word."""


def masked(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Hide the values in both texts of a Secret; one that changes is told apart, and nothing more.

    A text that is not exactly one Secret is hidden whole.
    """
    old, new = _read(before), _read(after)
    return (
        before and (dump(_masked(old, new, _HIDDEN_BEFORE)) if old is not None else _UNREADABLE),
        after and (dump(_masked(new, old, _HIDDEN_AFTER)) if new is not None else _UNREADABLE),
    )


def masked_objects(
    before: dict[str, Any] | None, after: dict[str, Any] | None, values: Collection[str] = ()
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Hide what is secret in both states of an object, neither of which is changed.

    Of a Secret all values are hidden, as `masked` does it; in every object the secret `values` are, plain or
    as base64, in whatever field or annotation they stand: a variable of a container, a copy that kubectl
    keeps.
    """
    if any(_is_called_secret(each) for each in (before, after) if each is not None):
        old, new = (each if each and _is_secret(each) else None for each in (before, after))
        before, after = (
            before and (_masked(old, new, _HIDDEN_BEFORE) if old else _HIDDEN_WHOLE),
            after and (_masked(new, old, _HIDDEN_AFTER) if new else _HIDDEN_WHOLE),
        )
    pattern = _pattern(values)
    if pattern is None:
        return before, after
    return (
        None if before is None else _without(before, pattern),
        None if after is None else _without(after, pattern),
    )


def _pattern(values: Collection[str]) -> re.Pattern[str] | None:
    """Give what finds any of the values; longer ones come first, as one may hold another."""
    long = {value for value in values if len(value) >= _SHORTEST}
    long |= {base64.b64encode(value.encode()).decode() for value in long}
    long |= {value.replace("\n", "\\n") for value in long}  # as they stand in a copy that is JSON
    words = sorted(long, key=lambda value: (-len(value), value))
    return re.compile("|".join(map(re.escape, words))) if words else None


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(_HIDDEN, value)
    if isinstance(value, Mapping):
        return {key: _without(each, pattern) for key, each in value.items()}
    if isinstance(value, list):
        return [_without(each, pattern) for each in value]
    return value


def _read(text: str | None) -> dict[str, Any] | None:
    """Read a Secret, None where there is none that can be read."""
    try:
        manifests = load_manifests(text or "", origin="secret")
    except DocumentError:
        return None
    return manifests[0] if len(manifests) == 1 and _is_secret(manifests[0]) else None


def _is_secret(manifest: Mapping[str, Any]) -> bool:
    metadata = manifest.get("metadata") or {}
    return (
        _is_called_secret(manifest)
        and isinstance(metadata, dict)
        and isinstance(metadata.get("annotations") or {}, dict)
        and all(isinstance(manifest.get(field) or {}, dict) for field in _FIELDS)
    )


def _is_called_secret(manifest: Mapping[str, Any]) -> bool:
    """Tell whether an object says that it is a Secret, whatever is in it."""
    is_core = "/" not in str(manifest.get("apiVersion", ""))
    return is_core and manifest.get("kind") == "Secret"


def _masked(secret: dict[str, Any], other: dict[str, Any] | None, changed: str) -> dict[str, Any]:
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
    return shown
