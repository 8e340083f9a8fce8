"""Changing many files as if at once (`specs/directory-target.md#journal`).

What is to be written lies ready in `.mistpm/next` before a journal there says so.  From then on the
change happens: by the run that prepared it, or by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from mistpm.errors import TargetError
from mistpm.target.directory.layout import OWN_FOLDER, is_place
from mistpm.target.directory.storage import Storage, fingerprint

if TYPE_CHECKING:
    from filelock import FileLock

NEXT: Final = f"{OWN_FOLDER}/next"
_LOCK: Final = "lock"
_JOURNAL: Final = "journal"
_UNFINISHED: Final = "journal.part"
_ATTEMPTS: Final = 100


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Put `data` at a place, or remove what is there (`data` is None).

    `before` is the fingerprint of what is there now.
    """

    place: str
    before: str
    data: bytes | None


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One operation in the journal; `ready` names the file in `.mistpm/next`, empty for a removal."""

    place: str
    before: str
    after: str = ""
    ready: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether it stays within the directory, as everything that mistpm writes does."""
        return is_place(self.place) and (self.ready.isdigit() or not self.ready)


class Journal:
    """The one way of changing a directory; `patience` is how many seconds another run is waited for."""

    def __init__(self, storage: Storage, *, patience: float) -> None:
        self._storage = storage
        self._patience = patience

    @property
    def is_pending(self) -> bool:
        """Whether some run left something behind, if only an empty folder, or is busy."""
        return self._storage.exists(NEXT) or (
            self._storage.exists(OWN_FOLDER) and not self._storage.names(OWN_FOLDER)
        )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out; what a killed one left is finished, or discarded, before anything else.

        Raises `TargetError` `target-busy` when another run does not end.
        """
        made = self._storage.make_folder(".")
        try:
            lock = self._acquired()
            try:
                self._recover()
                yield
            finally:
                try:
                    self._tidy()
                finally:
                    lock.release()
        finally:
            self._storage.remove_folder(OWN_FOLDER)
            if made:
                self._storage.remove_folder(".")

    def change(self, operations: list[Operation], progress: Callable[[str], None]) -> None:
        """Carry out operations in their order; `progress` gets each place when it is done.

        To be called within `held`.  An error before the journal is complete changes nothing.
        """
        self._storage.refuse_read_only({_folder(operation.place) for operation in operations})
        entries = []
        ready = {}
        for number, operation in enumerate(operations):
            if operation.data is None:
                entry = _Entry(place=operation.place, before=operation.before)
            else:
                entry = _Entry(
                    place=operation.place,
                    before=operation.before,
                    after=fingerprint(operation.data),
                    ready=f"{number:06}",
                )
                ready[f"{NEXT}/{entry.ready}"] = operation.data
            entries.append(entry)
        self._storage.write(ready)
        self._storage.write({f"{NEXT}/{_UNFINISHED}": msgspec.json.encode(entries)})
        self._storage.flush(NEXT)
        self._storage.rename(f"{NEXT}/{_UNFINISHED}", f"{NEXT}/{_JOURNAL}")
        self._storage.flush(NEXT)
        self._perform(entries, progress)

    def _perform(self, entries: list[_Entry], progress: Callable[[str], None]) -> None:
        """Do what the journal says; what was done before is passed over."""
        for entry in entries:
            if entry.ready:
                self._put(entry)
            else:
                self._remove(entry)
            progress(entry.place)
        for folder in sorted({".", *(_folder(entry.place) for entry in entries)}):
            self._storage.flush(folder)
        self._storage.remove(f"{NEXT}/{_JOURNAL}")

    def _put(self, entry: _Entry) -> None:
        ready = f"{NEXT}/{entry.ready}"
        if self._storage.exists(ready):
            self._expect(entry)
            self._storage.make_folder(_folder(entry.place), flushed=False)
            self._storage.rename(ready, entry.place)

    def _remove(self, entry: _Entry) -> None:
        self._expect(entry)
        self._storage.remove(entry.place)
        folder = _folder(entry.place)
        if folder not in {".", OWN_FOLDER}:
            self._storage.remove_folder(folder)

    def _expect(self, entry: _Entry) -> None:
        """Raise where something else than the journal knows of came to a place."""
        if self._storage.look(entry.place).fingerprint not in {"", entry.before, entry.after}:
            raise TargetError(
                "file-in-the-way",
                f"`{entry.place}` in the {self._storage.title} was changed while mistpm was writing",
                hint="move it away and run the command again; what was begun is finished then",
            )

    def _recover(self) -> None:
        """Finish what a journal says; without one, nothing had happened yet."""
        seen = self._storage.look(f"{NEXT}/{_JOURNAL}")
        if not seen.fingerprint:
            self._discard()
            return
        try:
            entries = msgspec.json.decode(seen.data or b"", type=list[_Entry])
        except (msgspec.DecodeError, UnicodeDecodeError):
            entries = []
        if not entries or not all(entry.is_sound for entry in entries):
            raise TargetError(
                "invalid-journal",
                f"a run that was cut short left a journal in the {self._storage.title} that cannot be used",
                hint=f"remove `{NEXT}`, take the rest from version control, and run the command again",
            )
        self._perform(entries, lambda _place: None)

    def _discard(self) -> None:
        for name in self._storage.names(NEXT):
            if name != _LOCK:
                self._storage.remove(f"{NEXT}/{name}")

    def _acquired(self) -> FileLock:
        """Take the lock; its file lies in the folder that goes away with the run."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._storage.root / NEXT / _LOCK, timeout=self._patience)
        for _ in range(_ATTEMPTS):
            try:
                self._storage.make_folder(OWN_FOLDER)
                self._storage.make_folder(NEXT)
                with self._storage.explained():
                    lock.acquire()
            except TargetError as error:
                if isinstance(error.__cause__, Timeout):
                    break
                # A run that ended may have taken the folders away in between.
                if not isinstance(error.__cause__, FileNotFoundError):
                    self._storage.remove_folder(NEXT)
                    raise
            else:
                return lock
        raise TargetError(
            "target-busy",
            f"another run of mistpm is writing to the {self._storage.title}",
            hint="wait until it is done and run the command again",
        )

    def _tidy(self) -> None:
        """Leave nothing behind, but a journal that is not done yet."""
        if not self._storage.exists(f"{NEXT}/{_JOURNAL}"):
            self._discard()
            self._storage.remove(f"{NEXT}/{_LOCK}")
            self._storage.remove_folder(NEXT)


def _folder(place: str) -> str:
    return place.rpartition("/")[0] or "."
