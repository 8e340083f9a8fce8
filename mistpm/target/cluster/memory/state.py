"""What a cluster remembers of an environment: who owns what, what was desired, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mistpm import __version__
from mistpm.errors import TargetError
from mistpm.model.revision import RevisionStatus, RevisionSummary
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.memory import state_layout as layout
from mistpm.target.cluster.memory.author import this_user
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.memory.pieces import DamagedError
from mistpm.target.cluster.memory.record import (
    FORMAT,
    EnvironmentRecord,
    StoredRevision,
    kept_revisions,
)
from mistpm.target.cluster.memory.record_store import KeptRecord, RecordStore
from mistpm.target.cluster.memory.revisions import read_revision, write_revision
from mistpm.target.cluster.memory.state_store import StateStore, unchecked
from mistpm.target.protocol import Desired, TargetState

_LONGEST_WHY: Final = 2000


class Remembered(Struct, frozen=True, kw_only=True):
    """What is remembered of an environment; all empty where nothing is.

    `basis` is a digest of it.  `latest` tells how the last run ended: `is_unfinished` where it was
    killed, or runs now.
    """

    state: TargetState = TargetState()
    inventory: tuple[OwnedObject, ...] = ()
    latest: RevisionSummary | None = None
    basis: str = ""

    @property
    def next_number(self) -> int:
        """The number that `begin` will give."""
        return self.latest.number + 1 if self.latest else 1


class RememberedEnvironment(Struct, frozen=True, kw_only=True, order=True):
    """One environment of a state namespace; `is_remembered` says that its document is kept there."""

    name: str
    id: str
    is_remembered: bool


class ClusterState:
    """What is remembered of one environment, in one namespace.

    Each change is one replacement of its record, refused where somebody else replaced it since it was
    read; so a run may be killed anywhere, and two runs never mix.

    `check` is called before every write (`EnvironmentLease.check`).  `by` is who is noted as the
    author of revisions.  Every method raises `TargetError` for what cannot be read or written.
    """

    def __init__(
        self,
        client: Client,
        *,
        namespace: str,
        environment_id: str,
        check: Callable[[], None] = unchecked,
        by: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(tz=UTC),
    ) -> None:
        self._store = RecordStore(StateStore(client, namespace, check=check), environment_id)
        self._id = environment_id
        self._by = by
        self._now = now
        self._kept: KeptRecord | None = None

    def read(self) -> Remembered:
        """Read what is remembered: one request, and one more for each further half megabyte."""
        kept = self._kept = self._store.read()
        if kept is None:
            return Remembered()
        record = kept.record
        return Remembered(
            state=TargetState(
                environment_id=record.id,
                environment_name=record.name,
                environment=_encoded(record.document),
                lock=_encoded(record.lock),
                owned=tuple(each.owned for each in record.inventory),
            ),
            inventory=record.inventory,
            latest=record.latest,
            basis=kept.basis,
        )

    def begin(self, desired: Desired, inventory: Iterable[OwnedObject]) -> int:
        """Note, before the first change, what is desired and all that may be owned from now on.

        `inventory` is the old one united with what will be applied.  Gives the number of the revision.
        Goes on from what `read` saw: raises `target-moved` where that is not so any more.
        """
        before = self._kept.record if self._kept else None
        number = before.latest.number + 1 if before else 1
        summary = RevisionSummary(
            number=number,
            status="applying",
            started=self._time(),
            by=self._by or this_user(),
            mistpm=__version__,
            reason=desired.reason,
            releases={each.name: each.version for each in desired.releases},
        )
        revision = StoredRevision(
            summary=summary,
            pieces=self._store.write_revision(number, write_revision(desired)),
            wants_nothing=not desired.releases and not desired.left_alone,
        )
        record = EnvironmentRecord(
            format=FORMAT,
            id=self._id,
            name=desired.environment_name,
            document=desired.document.decode() if desired.is_remembered else None,
            lock=desired.lock.decode() or None,
            revisions=kept_revisions((*(before.revisions if before else ()), revision)),
            inventory=tuple(inventory),
        )
        self._kept = self._store.write(record, self._kept)
        self._store.remove_unnamed(self._kept)
        return number

    def finish(self, number: int, inventory: Iterable[OwnedObject]) -> None:
        """Note that the revision that `begin` gave is applied, and what is owned now.

        Where nothing is desired and nothing owned any more, nothing is remembered either.
        """
        kept, record = self._ended(number, "applied", tuple(inventory))
        if record.revisions[-1].wants_nothing and not record.inventory:
            self._store.forget(kept)
            self._kept = None
        else:
            self._kept = self._store.write(record, kept)

    def fail(self, number: int, why: str, inventory: Iterable[OwnedObject] | None = None) -> None:
        """Note that the revision that `begin` gave failed; `inventory` is what is owned, as far as that is known."""
        objects = None if inventory is None else tuple(inventory)
        kept, record = self._ended(number, "failed", objects, why=why[:_LONGEST_WHY])
        self._kept = self._store.write(record, kept)

    def revisions(self) -> tuple[RevisionSummary, ...]:
        """Give the revisions that are kept, oldest first; nothing that they desired is read."""
        self.read()
        return tuple(each.summary for each in self._stored())

    def load(self, number: int) -> Desired:
        """Read what a revision desired; one request for each half megabyte.

        Raises `TargetError`: `unknown-revision`, `revision-damaged`, `state-too-new`.
        """
        if self._kept is None:
            self.read()
        name = self._kept.record.name if self._kept else self._id
        title = f"revision {number} of the environment `{name}`"
        found = next((each for each in self._stored() if each.summary.number == number), None)
        if found is None:
            known = ", ".join(str(each.summary.number) for each in self._stored())
            raise TargetError(
                "unknown-revision",
                f"there is no {title}",
                context=(f"there are: {known}",) if known else (),
                hint="`mistpm history` lists them; old ones are not kept",
            )
        try:
            return read_revision(self._store.read_revision(found.pieces), title=title)
        except DamagedError as error:
            raise TargetError(
                "revision-damaged",
                f"{title} cannot be read",
                context=(str(error),),
                hint="`mistpm history` lists the others",
            ) from None

    def _stored(self) -> tuple[StoredRevision, ...]:
        return self._kept.record.revisions if self._kept else ()

    def _ended(
        self,
        number: int,
        status: RevisionStatus,
        inventory: tuple[OwnedObject, ...] | None,
        *,
        why: str = "",
    ) -> tuple[KeptRecord, EnvironmentRecord]:
        """Give the record as it is, and with the end of its newest revision."""
        kept = self._kept
        if kept is None or kept.record.latest.number != number:
            raise RuntimeError(f"revision {number} was not begun here")
        record = kept.record
        *earlier, newest = record.revisions
        summary = replace(newest.summary, status=status, ended=self._time(), why=why)
        return kept, replace(
            record,
            revisions=(*earlier, replace(newest, summary=summary)),
            inventory=record.inventory if inventory is None else inventory,
        )

    def _time(self) -> str:
        return self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def environments(client: Client, namespace: str) -> tuple[RememberedEnvironment, ...]:
    """List the environments that a state namespace remembers, by name; one request.

    None where there is no such namespace.  Raises `TargetError`.
    """
    found = []
    selector = f"{layout.ROLE_LABEL}={layout.RECORD}"
    for metadata in StateStore(client, namespace).metadata("configmaps", selector):
        annotations = metadata.get("annotations") or {}
        found.append(
            RememberedEnvironment(
                name=annotations.get(layout.NAME_ANNOTATION, ""),
                id=metadata["labels"].get(layout.OF_LABEL, ""),
                is_remembered=annotations.get(layout.REMEMBERED_ANNOTATION) == "true",
            )
        )
    return tuple(sorted(found))


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
