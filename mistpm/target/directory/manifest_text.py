"""The text of a manifest: marked with who owns it, the same bytes for the same data."""

from __future__ import annotations

import json
from typing import Any

from mistpm.diff.manifest import in_reading_order
from mistpm.document import dump
from mistpm.target.marks import marked_labels


def manifest_text(data: dict[str, Any], *, environment_id: str, release: str) -> str:
    """Write a manifest with its ownership marks; `release` is empty for a namespace of the host's.

    Keys are sorted, but for those that a reader looks for first; lists stay as they are.
    """
    whole = json.loads(json.dumps(data, sort_keys=True))  # a sorted copy, at the speed of C
    metadata = whole["metadata"]
    metadata["labels"] = marked_labels(
        metadata.get("labels") or {}, environment_id=environment_id, release=release
    )
    return dump(in_reading_order(whole))
