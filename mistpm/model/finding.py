"""What a check found: a fact with a severity, never a print."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.errors import MistError
from mistpm.model.minor import Minor
from mistpm.model.resource import ResourceId

Severity = Literal["error", "warning", "info"]


class Finding(Struct, frozen=True, kw_only=True):
    """One finding: `code` is kebab-case and listed in `specs/messages.md`.

    `api_version` is what the resource is written in, `minors` the Kubernetes versions at which this holds
    (none where they play no role), `replacement` the API to write instead (`networking.k8s.io/v1/Ingress`).
    `file` and `line` tell where it is written, where that is known; `line` counts from one.  `waived` is
    the reason for which somebody accepted it; what is waived forbids nothing.  `error` is what the finding
    tells of in one line, where that is a whole error.
    """

    severity: Severity
    code: str
    message: str
    release: str = ""
    resource: ResourceId | None = None
    api_version: str = ""
    minors: tuple[Minor, ...] = ()
    path: str = ""
    hint: str = ""
    replacement: str = ""
    file: str = ""
    line: int = 0
    waived: str = ""
    error: MistError | None = None

    def __str__(self) -> str:
        """Give `warning: shop: Deployment.apps shop/gitea: message`."""
        parts = [self.severity, self.release, str(self.resource or ""), self.path, self.message]
        return ": ".join(part for part in parts if part)
