"""What is found out about one live object: whether it is ready, and why."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

State = Literal["ready", "waiting", "failed", "deleting"]


class Assessment(Struct, frozen=True, kw_only=True):
    """How far an object is, with the reason in a few words (`2 of 3 replicas are ready`).

    `waiting` may get ready by itself, `failed` will not, `deleting` was asked to go and is still there.
    """

    state: State
    why: str

    def __str__(self) -> str:
        """Give `waiting: 2 of 3 replicas are ready`."""
        return f"{self.state}: {self.why}"


def ready(why: str) -> Assessment:
    """Say that an object does what it is for."""
    return Assessment(state="ready", why=why)


def waiting(why: str) -> Assessment:
    """Say that an object is on its way."""
    return Assessment(state="waiting", why=why)


def failed(why: str) -> Assessment:
    """Say that an object will not get ready by itself."""
    return Assessment(state="failed", why=why)


def deleting(why: str) -> Assessment:
    """Say that an object is on its way out."""
    return Assessment(state="deleting", why=why)
