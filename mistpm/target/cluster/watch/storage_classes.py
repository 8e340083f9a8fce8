"""Which storage classes bind a volume only when a Pod needs it."""

from __future__ import annotations

from collections.abc import Container

from mistpm.readiness.live_object import items, text
from mistpm.target.cluster.api.reader import Reader


def late_classes(reader: Reader) -> Container[str]:
    """Ask for the storage classes; where the user may not know them, any may be one of these."""
    answer = reader.read("/apis/storage.k8s.io/v1/storageclasses")
    if answer is None:
        return _Anything()
    return {
        text(each, "metadata", "name")
        for each in items(answer, "items")
        if text(each, "volumeBindingMode") == "WaitForFirstConsumer"
    }


class _Anything(Container[str]):
    """Contains every name."""

    def __contains__(self, _name: object) -> bool:
        return True
