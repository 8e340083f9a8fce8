"""The content store: modules by the digest of their bytes, in the user's cache."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

from mistpm.atomic import write_atomically
from mistpm.makeshift import MAKESHIFT
from mistpm.registry.usage import Layout, Usage, remove_entries, unwritable, usage_of

_PREFIX: Final = "sha256:"
_SUFFIX: Final = ".wasm"
_LAYOUT: Final = Layout(r"[0-9a-f]{64}\.wasm")
_SMALL: Final = 64 * 1024


def digest_of(data: bytes) -> str:
    """Give `sha256:` and the digest in hexadecimal digits."""
    return _PREFIX + hashlib.sha256(data).hexdigest()


def _digest_in(path: Path, size: int) -> str:
    """Give the digest of a file; a small one is read at once, for which no buffer is made ready."""
    with path.open("rb") as file:
        if size <= _SMALL:
            return digest_of(file.read())
        return _PREFIX + hashlib.file_digest(file, "sha256").hexdigest()


class Store:
    """Modules under `root`, one file each, named by its sha256.

    Files appear whole or not at all (a temporary name, then a rename), so any number of processes may
    share a store.  A file is hashed when it is first taken out in a process, whatever wrote it: 100
    modules of 600 kB cost 60 ms, 100 of 2 kB cost 4 ms.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._verified: set[str] = set()

    def get(self, digest: str, size: int) -> Path | None:
        """Give the file with these bytes, None where it is missing, of another size or damaged."""
        aside = MAKESHIFT.folder
        found = self._found(self._path(digest), digest, size)
        return found or (
            self._found(aside / self._path(digest).name, digest, size) if aside else None
        )

    def _found(self, path: Path, digest: str, size: int) -> Path | None:
        try:
            if path.stat().st_size != size:
                return None
            if digest not in self._verified:
                if _digest_in(path, size) != digest:
                    return None
                self._verified.add(digest)
        except OSError:
            return None
        return path

    def put(self, data: bytes) -> Path:
        """Store a module under its own digest and give its file.

        Writes nothing when it is there already, replaces a damaged file.  Where the store cannot be
        written, the file is one for this run only.  Raises `RegistryError` (`cache-unwritable`) where there
        is no room for that either.
        """
        digest = digest_of(data)
        found = self.get(digest, len(data))
        if found is not None:
            return found
        path = self._path(digest)
        try:
            _write(path, data)
        except OSError as error:
            return self._put_aside(path, data, error)
        return path

    def _put_aside(self, path: Path, data: bytes, why: OSError) -> Path:
        try:
            aside = MAKESHIFT.make(self.root, why) / path.name
            _write(aside, data)
        except OSError as error:
            raise unwritable(path, why) from error
        return aside

    def usage(self) -> Usage:
        """Tell how many files there are, and their size."""
        return usage_of(self.root, _LAYOUT)

    def clear(self) -> Usage:
        """Remove all modules, also what a killed process left half-written; tells how much it was."""
        self._verified.clear()
        return remove_entries(self.root, _LAYOUT)

    def prune(self, keep: Collection[str]) -> Usage:
        """Remove all modules but those with the digests `keep`; tells how much it was."""
        self._verified.clear()
        kept = {self._path(digest) for digest in keep}
        return remove_entries(
            self.root, _LAYOUT, lambda path: path.suffix == _SUFFIX and path not in kept
        )

    def _path(self, digest: str) -> Path:
        return self.root / (digest.removeprefix(_PREFIX) + _SUFFIX)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data, mode=0o444)
