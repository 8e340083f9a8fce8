"""Keeping records and revisions in the objects of a state namespace (`specs/cluster-state.md`)."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct

from mistpm.errors import TargetError
from mistpm.target.cluster.memory import state_layout as layout
from mistpm.target.cluster.memory.pieces import DamagedError, fingerprint, pack, unpack
from mistpm.target.cluster.memory.record import FORMAT, EnvironmentRecord, read_record, write_record
from mistpm.target.cluster.memory.state_store import StateStore, decoded

_KEY: Final = "gzip"
"""Under which a piece stands in its object, so that everybody sees how to read it."""

_VALUES: Final = {"configmaps": "binaryData", "secrets": "data"}
_KINDS: Final = {"configmaps": "ConfigMap", "secrets": "Secret"}


class KeptRecord(Struct, frozen=True, kw_only=True):
    """A record as it is in the cluster: its ConfigMap, those of its further pieces, a digest of it all."""

    record: EnvironmentRecord
    found: dict[str, Any]
    pieces: tuple[str, ...]
    basis: str


class RecordStore:
    """Where one environment's record and revisions are kept; raises `TargetError` for whatever fails.

    The record is one ConfigMap.  What does not fit into it lies in pieces that are never changed, and
    that it names; so do revisions.  Pieces are written before the record that names them, and removed
    after one that does not.
    """

    def __init__(self, store: StateStore, environment_id: str) -> None:
        self._store = store
        self._id = environment_id
        self._name = layout.state_name(environment_id)

    def read(self) -> KeptRecord | None:
        """Read the record; None where there is none.  Raises `state-damaged`, `state-too-new`."""
        found = self._store.get("configmaps", self._name)
        if found is None:
            return None
        names = tuple((found.get("data") or {}).get("pieces", "").split())
        title = f"what the {self._store.client.title} remembers of the environment `{self._id}`"
        try:
            first = _value(found, "configmaps", f"the ConfigMap `{self._name}`")
            rest = [self._piece("configmaps", name) for name in names]
            record = read_record(unpack([first, *rest]), environment_id=self._id, title=title)
        except DamagedError as error:
            namespace = self._store.namespace
            raise TargetError(
                "state-damaged",
                f"{title} cannot be read",
                context=(f"ConfigMap `{namespace}/{self._name}`: {error}",),
                note="objects that are desired still are known by their labels all the same",
                hint="restore it from a backup of the cluster\n"
                f"or do without its history: `kubectl -n {namespace} delete configmap {self._name}`",
            ) from None
        return KeptRecord(
            record=record,
            found=found,
            pieces=names,
            basis=_basis(first, names),
        )

    def write(self, record: EnvironmentRecord, before: KeptRecord | None) -> KeptRecord:
        """Put a record in the place of another, in one step; raises `target-moved`."""
        first, *rest = pack(write_record(record))
        what = f"what is remembered of the environment `{record.name}`"
        known = before.pieces if before else ()
        names = []
        for index, piece in enumerate(rest, start=1):
            names.append(layout.state_name(self._id, "s", index, fingerprint(piece)))
            if names[-1] not in known:
                self._write_piece("configmaps", names[-1], piece, layout.PIECE)
        latest = record.revisions[-1].summary
        annotations = {
            layout.NAME_ANNOTATION: record.name,
            layout.REMEMBERED_ANNOTATION: "false" if record.document is None else "true",
        }
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": self._metadata(self._name, layout.RECORD, annotations=annotations),
            "data": {
                "format": str(FORMAT),
                "environment": record.name,
                "revision": str(latest.number),
                "status": latest.status,
                "pieces": "\n".join(names),
            },
            "binaryData": {_KEY: base64.b64encode(first).decode()},
        }
        if before is None:
            written = self._store.create("configmaps", body, what=what)
        else:
            written = self._store.replace("configmaps", body, before=before.found, what=what)
        for name in sorted({*known} - {*names}):
            self._store.delete("configmaps", name)
        return KeptRecord(
            record=record,
            found=written,
            pieces=tuple(names),
            basis=_basis(first, names),
        )

    def write_revision(self, number: int, data: bytes) -> tuple[str, ...]:
        """Keep what a revision desired; gives the names of the Secrets that hold it."""
        names = []
        for index, piece in enumerate(pack(data)):
            names.append(layout.state_name(self._id, f"r{number}", index, fingerprint(piece)))
            labels = {layout.REVISION_LABEL: str(number)}
            self._write_piece("secrets", names[-1], piece, layout.REVISION, labels=labels)
        return tuple(names)

    def read_revision(self, names: Iterable[str]) -> bytes:
        """Read what `write_revision` kept; raises `DamagedError`."""
        return unpack(self._piece("secrets", name) for name in names)

    def remove_unnamed(self, kept: KeptRecord) -> None:
        """Remove what the record does not name: old revisions, and what killed runs left."""
        named = {name for each in kept.record.revisions for name in each.pieces} | {*kept.pieces}
        for plural, role in (("secrets", layout.REVISION), ("configmaps", layout.PIECE)):
            for name in self._store.names(plural, layout.selector(self._id, role)):
                if name not in named:
                    self._store.delete(plural, name)

    def forget(self, kept: KeptRecord) -> None:
        """Remove everything, the record last, so that a run that is killed here can be run again."""
        for role in (layout.REVISION, layout.GENERATED):
            for name in self._store.names("secrets", layout.selector(self._id, role)):
                self._store.delete("secrets", name)
        for name in self._store.names("configmaps", layout.selector(self._id, layout.PIECE)):
            self._store.delete("configmaps", name)
        what = f"what is remembered of the environment `{kept.record.name}`"
        self._store.delete_as_read("configmaps", kept.found, what=what)

    def _piece(self, plural: str, name: str) -> bytes:
        """Read a piece, whose name tells what must be in it."""
        called = f"the {_KINDS[plural]} `{self._store.namespace}/{name}`"
        found = self._store.get(plural, name)
        if found is None:
            raise DamagedError(f"{called} is missing")
        data = _value(found, plural, called)
        if not name.endswith(fingerprint(data)):
            raise DamagedError(f"{called} was changed")
        return data

    def _write_piece(
        self,
        plural: str,
        name: str,
        piece: bytes,
        role: str,
        labels: dict[str, str] | None = None,
    ) -> None:
        body = {
            "apiVersion": "v1",
            "kind": _KINDS[plural],
            "immutable": True,
            "metadata": self._metadata(name, role, labels=labels or {}),
            _VALUES[plural]: {_KEY: base64.b64encode(piece).decode()},
        }
        if role == layout.REVISION:
            body["type"] = layout.REVISION_TYPE
        self._store.create(plural, body, what=f"`{name}`")

    def _metadata(self, name: str, role: str, **more: Any) -> dict[str, Any]:
        return layout.state_metadata(name, self._store.namespace, self._id, role, **more)


def _value(found: dict[str, Any], plural: str, called: str) -> bytes:
    data = decoded((found.get(_VALUES[plural]) or {}).get(_KEY))
    if data is None:
        raise DamagedError(f"{called} has no `{_KEY}`")
    return data


def _basis(first: bytes, names: Iterable[str]) -> str:
    return fingerprint(" ".join((fingerprint(first), *names)).encode())
