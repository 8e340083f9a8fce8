"""The manifests of a whole environment."""

from __future__ import annotations

from msgspec import Struct

from mistpm.model.finding import Finding
from mistpm.model.resource import RenderedRelease


class Rendered(Struct, frozen=True, kw_only=True):
    """All releases rendered, in plan order, with what was noticed on the way."""

    releases: tuple[RenderedRelease, ...]
    findings: tuple[Finding, ...] = ()
