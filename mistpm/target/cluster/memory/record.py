"""All that a cluster remembers of one environment but its revisions' contents (`specs/cluster-state.md#record`)."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from mistpm.errors import TargetError
from mistpm.model.revision import RevisionSummary
from mistpm.target.cluster.memory.inventory import OwnedObject, in_inventory_order
from mistpm.target.cluster.memory.pieces import DamagedError

FORMAT: Final = 1
"""Version of the record's and the revisions' format."""

MOST_REVISIONS: Final = 10


class StoredRevision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A revision in the record: what it is, and the Secrets with what it desired, in order.

    `wants_nothing` says that it uninstalls everything.
    """

    summary: RevisionSummary
    pieces: tuple[str, ...]
    wants_nothing: bool = False


class EnvironmentRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The record: `document` is the environment where no file holds it.

    There is at least one revision; they stand oldest first.
    """

    format: int
    id: str
    name: str
    document: str | None = None
    lock: str | None = None
    revisions: Annotated[tuple[StoredRevision, ...], Meta(min_length=1)]
    inventory: tuple[OwnedObject, ...] = ()

    @property
    def latest(self) -> RevisionSummary:
        """The newest revision."""
        return self.revisions[-1].summary


class _Format(Struct, frozen=True):
    """As much as every version of a stored document has."""

    format: int


def write_record(record: EnvironmentRecord) -> bytes:
    """Give the record's bytes; the inventory is sorted."""
    inventory = in_inventory_order(record.inventory)
    record = msgspec.structs.replace(record, inventory=inventory)
    return msgspec.json.encode(record, order="deterministic")


def read_record(data: bytes, *, environment_id: str, title: str) -> EnvironmentRecord:
    """Read the record of an environment; raises `DamagedError`, or `TargetError` `state-too-new`."""
    try:
        check_format(data, title=title)
        record = msgspec.json.decode(data, type=EnvironmentRecord)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(str(error)) from None
    if record.id != environment_id:
        raise DamagedError(f"it is of the environment with the id `{record.id}`")
    return record


def check_format(data: bytes, *, title: str) -> None:
    """Raise `TargetError` `state-too-new` for what this mistpm cannot read; msgspec's errors for no document."""
    found = msgspec.json.decode(data, type=_Format).format
    if found > FORMAT:
        raise TargetError(
            "state-too-new",
            f"{title} was written by a newer mistpm",
            context=(f"it has the format {found}; this mistpm reads {FORMAT}",),
            hint="update mistpm",
        )


def kept_revisions(revisions: tuple[StoredRevision, ...]) -> tuple[StoredRevision, ...]:
    """Give those that are not too old: the newest, and always the last one that was applied."""
    kept = revisions[-MOST_REVISIONS:]
    applied = [each for each in revisions if each.summary.status == "applied"]
    if applied and applied[-1] not in kept:
        kept = (applied[-1], *kept[1:])
    return kept
