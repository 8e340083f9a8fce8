"""What a check found: a fact with a severity, never a print."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.model.resource import ResourceId

Severity = Literal["error", "warning", "info"]


class Finding(Struct, frozen=True, kw_only=True):
    """One finding: `code` is kebab-case and listed in `specs/messages.md`."""

    severity: Severity
    code: str
    message: str
    release: str = ""
    resource: ResourceId | None = None
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """Give `warning: shop: Deployment.apps shop/gitea: message`."""
        parts = [self.severity, self.release, str(self.resource or ""), self.path, self.message]
        return ": ".join(part for part in parts if part)
