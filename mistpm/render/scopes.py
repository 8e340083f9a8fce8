"""Which kinds live in a namespace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mistpm.model.presence import is_namespaced
from mistpm.render.manifests import group_of

CRD_GROUP, CRD_KIND = "apiextensions.k8s.io", "CustomResourceDefinition"


def is_definition(data: dict[str, Any]) -> bool:
    """Tell whether a manifest defines a custom resource."""
    return data["kind"] == CRD_KIND and group_of(data["apiVersion"]) == CRD_GROUP


class Scopes:
    """Scopes of Kubernetes' own kinds, and of those that the environment's own manifests define."""

    def __init__(self, manifests: Iterable[dict[str, Any]]) -> None:
        self._defined: dict[tuple[str, str], bool] = {}
        for data in manifests:
            spec = data.get("spec")
            if is_definition(data) and isinstance(spec, dict):
                names = spec.get("names")
                kind = names.get("kind") if isinstance(names, dict) else None
                key = (str(spec.get("group")), str(kind))
                self._defined[key] = spec.get("scope") == "Namespaced"

    def is_namespaced(self, group: str, kind: str) -> bool | None:
        """Tell whether objects of a kind live in a namespace; None where nothing tells."""
        built_in = is_namespaced(group, kind)
        return self._defined.get((group, kind)) if built_in is None else built_in
