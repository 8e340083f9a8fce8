"""What is wanted of an object, as it is applied, and the digests that tell whether it is there already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mistpm.diff.manifest import meaningful
from mistpm.model.resource import Manifest
from mistpm.target.cluster.api.client import MANAGER
from mistpm.target.cluster.memory.inventory import digest
from mistpm.target.marks import (
    FORCE_FIELDS,
    ONCE_PER_VERSION,
    REPLACE,
    REVISION_LABEL,
    RUN,
    RUN_VERSION,
    marked_labels,
)


def marked(
    data: Mapping[str, Any], *, environment_id: str, release: str, run_version: str = ""
) -> dict[str, Any]:
    """Give a manifest with the ownership marks; `run_version` is for what runs once per version.

    The label with the revision is not among them, as it is no part of what is wanted (`numbered`).  Labels
    that are no mapping stay as they are: the server refuses them.
    """
    metadata = dict(data["metadata"])
    labels = metadata.get("labels") or {}
    if isinstance(labels, Mapping):
        metadata["labels"] = marked_labels(
            dict(labels), environment_id=environment_id, release=release
        )
    if run_version:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), RUN_VERSION: run_version}
    return {**data, "metadata": metadata}


def numbered(body: Mapping[str, Any], revision: int) -> dict[str, Any]:
    """Give a marked manifest with the label that says which revision changed the object last."""
    metadata = body["metadata"]
    if not isinstance(metadata["labels"], Mapping):
        return dict(body)
    labels = {**metadata["labels"], REVISION_LABEL: f"v{revision}"}
    return {**body, "metadata": {**metadata, "labels": labels}}


def revision_of(labels: Mapping[str, str]) -> int:
    """Read which revision changed an object last; 0 where its labels do not say."""
    number = labels.get(REVISION_LABEL, "").removeprefix("v")
    return int(number) if number.isascii() and number.isdigit() else 0


def intent_digest(body: Mapping[str, Any]) -> str:
    """Give the digest of a marked manifest, placeholders and all."""
    return _digest(body)


def run_digest(package: str, version: str) -> str:
    """Give the digest that stands for having run once for a version, whatever the manifest says."""
    return _digest({"run": ONCE_PER_VERSION, "package": package, "version": version})


def shown(answer: Mapping[str, Any]) -> str:
    """Give the digest of what is meaningful in an object, such as a dry run's answer."""
    return _digest(meaningful(dict(answer)))


def _digest(value: Any) -> str:
    """Give a digest of JSON-like data that does not depend on the order of keys."""
    return digest(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def own_entry(metadata: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Find our own entry in an object's `managedFields`; None where we never applied it."""
    return next(
        (
            entry
            for entry in metadata.get("managedFields") or ()
            if entry.get("manager") == MANAGER
            and entry.get("operation") == "Apply"
            and not entry.get("subresource")
        ),
        None,
    )


def own_fields(metadata: Mapping[str, Any]) -> str:
    """Give the digest of the fields that are ours in an object; empty where none are.

    Whoever changes a field that we own takes it out of our entry, so that an object whose digest stayed
    the same has our values.
    """
    entry = own_entry(metadata)
    return "" if entry is None else _digest(entry.get("fieldsV1") or {})


def runs_once(manifest: Manifest) -> bool:
    """Tell whether an object runs once for each version of its package."""
    return annotation(manifest.data, RUN) == ONCE_PER_VERSION


def may_be_replaced(data: Mapping[str, Any]) -> bool:
    """Tell whether the author allows deleting and making again what cannot be changed."""
    return annotation(data, REPLACE) == "true"


def forced_paths(data: Mapping[str, Any]) -> frozenset[str]:
    """Give the paths that are taken from other managers without asking."""
    return frozenset(each.strip() for each in annotation(data, FORCE_FIELDS).split(",")) - {""}


def annotation(data: Mapping[str, Any], name: str) -> str:
    """Give an annotation of an object, empty where there is none."""
    annotations = data["metadata"].get("annotations") or {}
    return str(annotations.get(name, "")) if isinstance(annotations, Mapping) else ""
