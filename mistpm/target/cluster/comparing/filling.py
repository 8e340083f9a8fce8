"""Secrets whose manifests hold placeholders: where values come from, and whether a live one has them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mistpm.model.finding import Finding
from mistpm.model.resource import Manifest


class Values(Protocol):
    """The values behind placeholders; `SecretValues` has them."""

    @property
    def hidden(self) -> tuple[str, ...]:
        """What must not be shown anywhere."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed about their sources."""

    def prepare(self, pairs: Iterable[tuple[Manifest, Mapping[str, Any] | None]]) -> None:
        """Get all values for some manifests with their live objects; raises `TargetError`."""

    def fill(self, manifest: Manifest, live: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give a manifest's data as it is to be applied."""


def holds(live: Mapping[str, Any], filled: Mapping[str, Any]) -> bool:
    """Tell whether a live Secret has every value of a filled one."""
    there = live.get("data") or {}
    wanted = filled.get("data") or {}
    return all(key in there and _bytes(there[key]) == _bytes(wanted[key]) for key in wanted)


def _bytes(value: object) -> bytes | None:
    try:
        return base64.b64decode("".join(str(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return None
