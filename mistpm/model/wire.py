"""What documents are made of."""

from __future__ import annotations

from msgspec import Struct


class Wire(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """Base of what is read from and written to documents: camelCase keys, defaults left out."""
