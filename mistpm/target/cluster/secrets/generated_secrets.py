"""Secrets that were generated: made once, kept in one Secret of the state namespace."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Mapping
from typing import Any, Final

from mistpm.target.cluster.memory import state_layout as layout
from mistpm.target.cluster.memory.state_store import StateStore, decoded

_LETTERS: Final = string.ascii_letters + string.digits


def generate(length: int) -> bytes:
    """Make a random value of letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length)).encode()


class GeneratedSecrets:
    """The kept values of one environment by their placeholders; raises `TargetError` for whatever fails."""

    def __init__(self, store: StateStore, environment_id: str) -> None:
        self._store = store
        self._id = environment_id
        self._name = layout.state_name(environment_id, "generated")
        self._found: dict[str, Any] | None = None

    def read(self) -> dict[str, bytes]:
        """Give all values that are kept."""
        self._found = self._store.get("secrets", self._name)
        values = (self._found or {}).get("data") or {}
        return {name: decoded(value) or b"" for name, value in values.items()}

    def add(self, values: Mapping[str, bytes]) -> None:
        """Keep more values; goes on from what `read` saw: raises `target-moved` where that is not so any more."""
        found = self._found or {}
        added = {name: base64.b64encode(value).decode() for name, value in values.items()}
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": layout.GENERATED_TYPE,
            "metadata": layout.state_metadata(
                self._name, self._store.namespace, self._id, layout.GENERATED
            ),
            "data": dict(sorted({**(found.get("data") or {}), **added}.items())),
        }
        what = "what is kept of generated secrets"
        if self._found is None:
            self._found = self._store.create("secrets", body, what=what)
        else:
            self._found = self._store.replace("secrets", body, before=found, what=what)
