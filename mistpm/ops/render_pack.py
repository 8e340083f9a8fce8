"""Many answers in one file, from which each is read alone.

    8 bytes     how long the index is
    32 bytes    the SHA-256 of the index
    index       for each answer its key (32 bytes), its SHA-256 (32 bytes) and its length (8 bytes)
    answers     one behind the other, in the order of the index

A file for each answer would take ten times as long to write, and five times to read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple

from mistpm.atomic import write_atomically

_HEADER: Final = Struct(">Q32s")
_LINE: Final = Struct(">32s32sQ")
_READING: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_ROOT: Final = 0

OVERHEAD: Final = _LINE.size
"""What an answer takes beside itself."""


class _Place(NamedTuple):
    digest: bytes
    offset: int
    size: int


class RenderPack:
    """The answers of one file as it was when it was opened, whatever happens to its name; thread-safe.

    What is damaged, is no file, or could have been written by somebody else holds nothing.
    """

    def __init__(self, path: Path) -> None:
        self._file = -1
        self._places: dict[bytes, _Place] = {}
        with suppress(OSError):
            # a pipe in its place is opened without waiting for somebody to write into it
            self._file = os.open(path, _READING)
            if _is_ours(path.parent.stat()) and _is_our_file(os.fstat(self._file)):
                self._places = dict(self._index())

    def __del__(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)

    def __iter__(self) -> Iterator[bytes]:
        """Give the keys, in their order."""
        return iter(self._places)

    def read(self, key: bytes) -> bytes | None:
        """Give what was written for a key, exactly; some 10 µs."""
        place = self._places.get(key)
        if place is None:
            return None
        try:
            data = os.pread(self._file, place.size, place.offset)
        except OSError:
            return None
        return data if hashlib.sha256(data).digest() == place.digest else None

    def _index(self) -> Iterator[tuple[bytes, _Place]]:
        """Read where the answers are; nothing where the index is damaged."""
        end = os.fstat(self._file).st_size
        header = os.pread(self._file, _HEADER.size, 0)
        if len(header) != _HEADER.size:
            return
        length, digest = _HEADER.unpack(header)
        offset = _HEADER.size + length
        if offset > end or length % _LINE.size:
            return
        index = os.pread(self._file, length, _HEADER.size)
        if hashlib.sha256(index).digest() != digest:
            return
        for key, digest, size in _LINE.iter_unpack(index):
            if offset + size > end:
                return
            yield key, _Place(digest, offset, size)
            offset += size


def write_pack(path: Path, answers: Iterable[tuple[bytes, bytes]]) -> None:
    """Put answers with their keys into a file that only the user may read, whole or not at all.

    Raises `OSError`.
    """
    kept = tuple(answers)
    index = b"".join(
        _LINE.pack(key, hashlib.sha256(data).digest(), len(data)) for key, data in kept
    )
    header = _HEADER.pack(len(index), hashlib.sha256(index).digest())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and not _is_our_file(path.stat()):
        path.unlink()  # or its permissions would stay
    write_atomically(path, b"".join((header, index, *(data for _, data in kept))), mode=0o600)


def _is_our_file(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and _is_ours(facts)


def _is_ours(facts: os.stat_result) -> bool:
    """Say whether nobody but the user or root can have written here."""
    writable_by_others = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return facts.st_uid in {os.getuid(), _ROOT} and not writable_by_others
