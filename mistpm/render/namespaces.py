"""Which namespace each manifest goes to; the rules are in `specs/rendering.md`, "Namespaces"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mistpm.errors import RenderError
from mistpm.model.descriptor import Descriptor
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId
from mistpm.render.manifests import Document, identify
from mistpm.render.scopes import Scopes


class Namespaces:
    """Gives the manifests of one release their namespaces, and notes what it had to decide.

    `descriptor` is None for a package that cannot declare other namespaces (Mistletoe's).
    """

    def __init__(
        self, *, release: str, namespace: str, scopes: Scopes, descriptor: Descriptor | None
    ) -> None:
        self._release = release
        self._namespace = namespace
        self._scopes = scopes
        self._declared = descriptor.namespaces if descriptor else None
        self._findings: dict[tuple[str, str], Finding] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed, each kind of thing once, in a fixed order."""
        return tuple(finding for _, finding in sorted(self._findings.items()))

    def place(self, documents: Sequence[Document]) -> tuple[Document, ...]:
        """Give the manifests with their namespaces.

        Raises `RenderError` (`namespace-not-declared`) naming every manifest that goes somewhere else
        without the package having said so.
        """
        placed = tuple((self._placed(data), origin) for data, origin in documents)
        others = [
            resource
            for resource in (identify(data) for data, _ in placed)
            if resource.namespace not in {"", self._namespace}
        ]
        if self._declared is None:
            for resource in others:
                self._note(
                    resource,
                    f"goes to the namespace `{resource.namespace}`, not to the release's",
                    code="other-namespace",
                    key=resource.namespace,
                )
        elif undeclared := [r for r in others if r.namespace not in self._declared]:
            names = sorted({resource.namespace for resource in undeclared})
            raise RenderError(
                "namespace-not-declared",
                f"`{self._release}` has manifests for namespaces that its package does not declare",
                context=tuple(str(resource) for resource in undeclared),
                note=f"the release's namespace is `{self._namespace}`",
                hint=f"the package's descriptor needs `namespaces: [{', '.join(names)}]`",
            )
        return placed

    def _placed(self, data: dict[str, Any]) -> dict[str, Any]:
        metadata = dict(data["metadata"])
        resource = identify(data)
        kind = f"{resource.kind}.{resource.group}"
        namespaced = self._scopes.is_namespaced(resource.group, resource.kind)
        says_none = metadata.get("namespace") == ""
        given = metadata.pop("namespace", None)
        if namespaced is False or (namespaced is None and says_none):
            if given:
                self._note(
                    resource,
                    f"has the namespace `{given}`, but its kind has none; it was left out",
                    code="namespace-left-out",
                    key=kind,
                )
        else:
            if namespaced is None and not given:
                self._note(
                    resource,
                    f"was put into `{self._namespace}`: nothing tells whether its kind has a namespace",
                    code="unknown-scope",
                    key=kind,
                    hint='a package says `namespace: ""` where it has none',
                )
            metadata["namespace"] = given or self._namespace
        return {**data, "metadata": metadata}

    def _note(
        self, resource: ResourceId, message: str, *, code: str, key: str, hint: str = ""
    ) -> None:
        finding = Finding(
            severity="info",
            code=code,
            message=message,
            release=self._release,
            resource=resource,
            hint=hint,
        )
        self._findings.setdefault((code, key), finding)
