"""What an object that was asked to go is still there for."""

from __future__ import annotations

from typing import Any, Final

from mistpm.readiness.live_object import condition, value

_CONTENT: Final = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
)
"""What a namespace says of what holds it, the most telling first."""

_BY_ITSELF: Final = {
    "foregroundDeletion": "what it owns is deleted first",
    "orphan": "what it owns is let go first",
    "kubernetes.io/pvc-protection": "a Pod uses it",
    "kubernetes.io/pv-protection": "a claim uses it",
    "customresourcecleanup.apiextensions.k8s.io": "its custom resources are deleted first",
    "service.kubernetes.io/load-balancer-cleanup": "its load balancer is being removed",
}
"""Kubernetes' own finalizers, in words."""


def why_still_there(data: dict[str, Any]) -> str:
    """Tell what the deletion of an object waits for."""
    for kind in _CONTENT:
        found = condition(data, kind)
        if found is not None and found.status == "True":
            return found.words
    finalizers = value(data, "metadata", "finalizers")
    names = [str(each) for each in finalizers] if isinstance(finalizers, list) else []
    shown = [_BY_ITSELF.get(name, f"finalizer `{name}` is not done") for name in names]
    return "; ".join(shown) or "it is being deleted"
