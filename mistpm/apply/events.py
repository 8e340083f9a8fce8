"""What happens to objects while an order is followed, and what has become of them in the end."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.model.resource import ResourceId

State = Literal[
    "written",  # what was to be done to it is done, and now it is waited for
    "waiting",  # it is not ready; `why` says what it waits for
    "ready",
    "failed",  # it could not be written, or will not get ready; `why` says why
    "note",  # something that is worth a line, about no object
]


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened to one object; `context` are further lines about a failure."""

    state: State
    resource: ResourceId | None = None
    why: str = ""
    context: tuple[str, ...] = ()


class Failure(Struct, frozen=True, kw_only=True):
    """An object that failed, and why."""

    resource: ResourceId
    why: str
    context: tuple[str, ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of an order that was followed, each part in the order's sequence.

    `written` are all objects to which was done what was to be done, `unready` those of them that were
    waited for and did not get ready in time, with the last reason.  `untouched` are the objects whose
    turn did not come, each with a few that began and that it waits for.  `is_late` says that time ran out, `is_interrupted` that
    the user stopped it.
    """

    written: tuple[ResourceId, ...] = ()
    failures: tuple[Failure, ...] = ()
    unready: dict[ResourceId, str] = {}
    untouched: dict[ResourceId, tuple[ResourceId, ...]] = {}
    is_late: bool = False
    is_interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """Tell whether everything that was to be done is done, and everything that was waited for is ready."""
        return not (self.failures or self.unready or self.untouched or self.is_interrupted)
