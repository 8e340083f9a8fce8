"""One recorded change of an environment on a cluster, as `mistpm history` lists it."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

RevisionStatus = Literal["applying", "applied", "failed"]
"""`applying` also stays on what was killed: the next run finds it unfinished."""

ROLLBACK: Final = "rollback "
"""What the reason of a rollback begins with; the number of the revision that it goes back to follows."""


class RevisionSummary(Struct, frozen=True, kw_only=True):
    """What is known of a revision without reading what it desired.

    `started` and `ended` are times in UTC (`2026-11-21T17:00:00Z`), `by` who did it (`anna@laptop`),
    `mistpm` the version that did, `reason` the command (`install shop`), `why` what went wrong.
    `releases` are the versions that were desired, by release.
    """

    number: int
    status: RevisionStatus
    started: str
    ended: str = ""
    by: str = ""
    mistpm: str = ""
    reason: str = ""
    why: str = ""
    releases: dict[str, str] = {}

    @property
    def is_unfinished(self) -> bool:
        """Whether it runs now, or was killed."""
        return self.status == "applying"

    @property
    def is_open_rollback(self) -> bool:
        """Whether it is a rollback that did not come to its end: the next one goes on with it."""
        return self.status != "applied" and self.reason.startswith(ROLLBACK)
