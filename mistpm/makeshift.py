"""A makeshift for the cache where it cannot be written: a folder that lives as long as the process."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path


class Makeshift:
    """What is used instead of a cache that is read-only, full, or nowhere; a process has one, `MAKESHIFT`.

    `trouble` says in a line why it is needed, and is empty while it is not.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self.trouble = ""

    @property
    def folder(self) -> Path | None:
        """The folder, None while nobody needed it."""
        return self._folder

    def note(self, place: Path, error: OSError) -> None:
        """Hear that something could not be written at a place; the first time is what is told."""
        with self._lock:
            if not self.trouble:
                self.trouble = f"`{place}` cannot be written: {error.strerror or error}"

    def make(self, place: Path, error: OSError) -> Path:
        """Give the folder, because `place` cannot be written; raises `OSError` where it cannot be made."""
        self.note(place, error)
        with self._lock:
            if self._folder is None:
                from tempfile import mkdtemp

                self._folder = Path(mkdtemp(prefix="mistpm-"))
            return self._folder

    def discard(self) -> None:
        """Remove the folder, and forget why it was needed."""
        with self._lock:
            folder, self._folder, self.trouble = self._folder, None, ""
        if folder is not None:
            from shutil import rmtree

            with suppress(OSError):
                rmtree(folder)


MAKESHIFT = Makeshift()
