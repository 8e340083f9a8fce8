"""The kinds that Kubernetes itself serves, from a table made by `scripts/build_presence.py`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from mistpm.model.minor import Minor

FILE = Path(__file__).with_name("data") / "kinds.json"


class Kind(msgspec.Struct, frozen=True, array_like=True):
    """One kind in one version of its API, a row of the table.

    `plural` is the name in the resource's path, empty for what exists only below another resource
    (`Eviction`); `first` and `removed` are minors (`first` is the table's oldest for what is older,
    `removed` None for what is still there); `enabled` says whether an API server serves it unless
    told otherwise.  `deprecated` is the minor from which it is deprecated, `replacement` the API to
    write instead (`networking.k8s.io/v1/Ingress`), empty where there is none; it may be gone itself
    by then, and have its own.  `planned` is the minor that is to remove it, where that is newer than
    the table: Kubernetes' present plan, which it has moved before.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    first: int
    removed: int | None
    enabled: bool
    deprecated: int | None = None
    replacement: str = ""
    planned: int | None = None

    @property
    def stability(self) -> str:
        """One of `alpha`, `beta` and `stable`, as the version says."""
        return next((word for word in ("alpha", "beta") if word in self.version), "stable")

    def present(self, minor: Minor) -> bool:
        """Tell whether an API server of the minor has this, be it enabled or not."""
        return self.first <= minor.number and not self.gone(minor)

    def gone(self, minor: Minor) -> bool:
        """Tell whether the minor is one that came after this was removed."""
        return self.removed is not None and self.removed <= minor.number

    def served(self, minor: Minor) -> bool:
        """Tell whether an API server of the minor serves this unless told otherwise."""
        return self.enabled and self.present(minor)

    def __str__(self) -> str:
        return "/".join(part for part in (self.group, self.version, self.kind) if part)


class KindTable(msgspec.Struct, frozen=True, kw_only=True):
    """The whole table: the packages that it was made from, the minors that it covers, its rows."""

    sources: tuple[str, ...]
    oldest: int
    newest: int
    kinds: tuple[Kind, ...]


_DECODER: Final = msgspec.json.Decoder(KindTable)
"""Made before there are threads: two that look at a type for the first time crash msgspec 0.22."""


@cache
def kind_table() -> KindTable:
    """Read the table, once per process (under a millisecond)."""
    return _DECODER.decode(FILE.read_bytes())
