"""What an object would roughly look like after applying a manifest, where the server cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_MERGE_KEYS: Final = ("name", "mountPath", "containerPort", "port", "ip", "key")


def overlaid(live: Any, manifest: Any) -> Any:
    """Lay a manifest over a live object: what the manifest does not speak of stays.

    Lists whose items have a name are merged by it; others are as the manifest has them.  Neither
    argument is changed.  What the server would write in its own way (`1000m` as `1`) is shown as it is
    in the manifest, and what an earlier manifest set and this one leaves out stays.
    """
    if isinstance(live, Mapping) and isinstance(manifest, Mapping):
        return {**live, **{key: overlaid(live.get(key), value) for key, value in manifest.items()}}
    if (
        isinstance(live, list)
        and isinstance(manifest, list)
        and (key := _merge_key(live, manifest))
    ):
        wanted = {item[key]: item for item in manifest}
        there = {item[key] for item in live}
        return [
            *(overlaid(item, wanted.get(item[key], {})) for item in live),
            *(item for item in manifest if item[key] not in there),
        ]
    return manifest


def overlaid_definition(live: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the manifest of a CustomResourceDefinition over a live one: its versions are one value, schemas and all."""
    after: dict[str, Any] = overlaid(live, manifest)
    spec, wanted = after.get("spec"), manifest.get("spec")
    if isinstance(spec, Mapping) and isinstance(wanted, Mapping) and "versions" in wanted:
        after["spec"] = {**spec, "versions": wanted["versions"]}
    return after


def _merge_key(live: Sequence[Any], manifest: Sequence[Any]) -> str:
    """Find what the items of both lists are told apart by; empty where nothing does."""
    items = [*live, *manifest]
    for key in _MERGE_KEYS:
        if all(
            isinstance(item, Mapping) and isinstance(item.get(key), str | int) for item in items
        ):
            return key if len({item[key] for item in manifest}) == len(manifest) else ""
    return ""
