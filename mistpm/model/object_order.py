"""Which object waits for which, as data: what `plan` decides and `apply` follows."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.model.resource import ResourceId


class Gate(Struct, frozen=True, order=True):
    """A point in the order that is no object: passed as soon as all that it waits for has happened.

    Gates keep an order small: a thousand objects before a thousand others are two thousand waits
    through a gate, and a million without.  `name` says what has happened then: `shop is ready`.
    """

    name: str

    def __str__(self) -> str:
        return self.name


Node = ResourceId | Gate


class Wait(Struct, frozen=True):
    """Something that must happen first: `on` is written, or is ready (deleted, in an order of deletions).

    For a gate both are the same.
    """

    on: Node
    until: Literal["written", "ready"] = "written"


class ObjectOrder(Struct, frozen=True):
    """What every object and gate waits for; each stands after everything that it waits for.

    Equal input gives the same sequence, so that what may be done at once is begun in the same order.
    """

    waits: dict[Node, tuple[Wait, ...]]
