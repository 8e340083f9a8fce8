"""The manifests of a whole environment."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mistpm.errors import MistError
from mistpm.model.finding import Finding
from mistpm.model.ranges import Range
from mistpm.model.resource import RenderedRelease
from mistpm.model.secrets import SecretInput

WARNING = 2
"""The level of what a guest logs from which on it is a finding of the release that was rendered."""


class RenderFailure(Struct, frozen=True, kw_only=True):
    """A release that could not be rendered."""

    release: str
    error: MistError


class Rendered(Struct, frozen=True, kw_only=True):
    """All releases rendered, in plan order, with what was noticed on the way.

    `secrets` are all inputs that placeholders stand for, by placeholder; `failures` are the releases
    that are missing because rendering was to go on without them, `kubernetes` what each release's package
    supports, where it says so, `inputs` what each was given (of secrets: where they come from).
    """

    releases: tuple[RenderedRelease, ...]
    findings: tuple[Finding, ...] = ()
    secrets: tuple[SecretInput, ...] = ()
    failures: tuple[RenderFailure, ...] = ()
    kubernetes: dict[str, Range] = {}
    inputs: dict[str, dict[str, Any]] = {}
