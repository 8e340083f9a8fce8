"""Deletions that lose data."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.model.change import Change

_HOLDS_DATA = {
    ("", "PersistentVolumeClaim"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),  # its custom resources go with it
}


def data_at_risk(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Give the changes that delete what holds data: volume claims and resource definitions.

    The claims of a StatefulSet's `volumeClaimTemplates` are not among them: Kubernetes keeps those.
    """
    return tuple(
        change
        for change in changes
        if change.action == "delete"
        and (change.resource.group, change.resource.kind) in _HOLDS_DATA
    )
