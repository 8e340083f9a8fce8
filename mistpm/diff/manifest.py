"""A manifest as people read it: what says something first, and nothing that only the server cares for."""

from __future__ import annotations

from typing import Any, Final

from mistpm.document import dump

_FIRST: Final = ("apiVersion", "kind", "metadata")
_FIRST_OF_METADATA: Final = ("name", "namespace", "labels", "annotations")
_OF_THE_SERVER: Final = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_REVISION: Final = "mistletoe.dev/tied-to-install-version"
"""The label with the revision that changed an object last: it follows every change, and is none."""


def meaningful(data: dict[str, Any]) -> dict[str, Any]:
    """Give a live object without what the server and the revision number put there; shares what is left.

    Gone are `status`, the server's own metadata, and labels and annotations that are empty.
    """
    whole = {key: value for key, value in data.items() if key != "status"}
    metadata = {
        key: value
        for key, value in (data.get("metadata") or {}).items()
        if key not in _OF_THE_SERVER
    }
    labels = metadata.get("labels")
    if isinstance(labels, dict):
        metadata["labels"] = {key: value for key, value in labels.items() if key != _REVISION}
    for empty in ("labels", "annotations"):
        if not metadata.get(empty):
            metadata.pop(empty, None)
    whole["metadata"] = metadata
    return whole


def readable(data: dict[str, Any]) -> str:
    """Write what is meaningful in an object as YAML, keys sorted but for those that are looked for first."""
    return dump(in_reading_order(sort_keys(meaningful(data))))


def in_reading_order(data: dict[str, Any]) -> dict[str, Any]:
    """Put what a reader looks for first first; the rest stays in its order."""
    metadata = data.get("metadata")
    if isinstance(metadata, dict):
        data = data | {"metadata": _ahead(metadata, _FIRST_OF_METADATA)}
    return _ahead(data, _FIRST)


def sort_keys(value: Any) -> Any:
    """Give JSON-like data with the keys of all mappings sorted; lists stay as they are."""
    if isinstance(value, dict):
        return {key: sort_keys(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sort_keys(each) for each in value]
    return value


def _ahead(data: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    """Put some keys, those of them that there are, before the others."""
    return {key: data[key] for key in first if key in data} | data
