"""Which changes lose data, of everything that a diff says."""

from __future__ import annotations

from typing import Any

from mistpm.model.change import Action, Change
from mistpm.model.resource import ResourceId
from mistpm.ops.upgrade.data_losses import data_losses

ANEW = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: x, annotations: {mistpm.dev/replace: "true"}}
spec: {storageClassName: %s}
"""


def change(kind: str, action: Action, group: str = "", **texts: Any) -> Change:
    """Give a change of an object of a kind."""
    return Change(action=action, resource=ResourceId(group, kind, "", "x"), release="shop", **texts)


def test_what_loses_data() -> None:
    """Deleting volume claims and resource definitions does; changing them, or deleting others, does not."""
    changes = [
        change("PersistentVolumeClaim", "update"),
        change("PersistentVolumeClaim", "delete"),
        change("PersistentVolumeClaim", "keep"),
        change("CustomResourceDefinition", "delete"),
        change("StatefulSet", "delete", "apps"),
        change("ConfigMap", "delete"),
        change("CustomResourceDefinition", "delete", "apiextensions.k8s.io"),
    ]

    assert [
        (
            "PersistentVolumeClaim x",
            "what is in its volume goes with it, unless the volume's reclaim policy is `Retain`",
        ),
        (
            "CustomResourceDefinition.apiextensions.k8s.io x",
            "all objects of its kind go with it",
        ),
    ] == [(str(each.resource), each.reason) for each in data_losses(changes, is_cluster=True)]


def test_what_is_made_anew_loses_data() -> None:
    """On a cluster, where mistpm itself deletes it; who applies files is refused."""
    claim = change("PersistentVolumeClaim", "update", before=ANEW % "a", after=ANEW % "b")

    assert [
        "it is deleted and made anew: what is in its volume goes with it, unless the volume's"
        " reclaim policy is `Retain`"
    ] == [each.reason for each in data_losses([claim], is_cluster=True)]
    assert () == data_losses([claim], is_cluster=False)
