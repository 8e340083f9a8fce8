"""What applying would do, resource by resource, and what it did."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId

Action = Literal["create", "update", "unchanged", "adopt", "delete", "keep"]
"""`keep` is for what is no longer desired and stays all the same, by a rule or for lack of a flag."""


class Change(Struct, frozen=True, kw_only=True):
    """One resource's difference between what is desired and what is there.

    `place` is where the target keeps it (a file's path in a directory).  `before` and `after` are its
    text there, None where it does not exist; `reason` tells why, where the action alone does not.
    `replaced` tells of an update that it takes deleting the object and making it anew, `flags` which flags
    allow it where it is not allowed without.
    """

    action: Action
    resource: ResourceId
    release: str
    place: str = ""
    before: str | None = None
    after: str | None = None
    reason: str = ""
    replaced: bool = False
    flags: tuple[str, ...] = ()


class Diff(Struct, frozen=True, kw_only=True):
    """Everything that applying would do, in the order of doing it; what is shown is what is applied.

    `basis` is a digest of what the target remembered when this was computed: where it remembers
    something else by now, nothing is done that is not in the diff.  `is_unfinished` tells that the last run
    did not end well, so that applying waits even where it changes nothing.
    """

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...] = ()
    basis: str = ""
    is_unfinished: bool = False

    def having(self, *actions: Action) -> tuple[Change, ...]:
        """Give the changes with one of these actions."""
        return tuple(change for change in self.changes if change.action in actions)

    @property
    def is_empty(self) -> bool:
        """Tell whether applying would change no resource; the lock may still be remembered anew."""
        return not self.having("create", "update", "adopt", "delete")


class ApplyReport(Struct, frozen=True, kw_only=True):
    """What applying did: the changes carried out, and what was noticed."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...] = ()
