"""What packages answered, kept between runs of mistpm: a module is a function of what it is given.

    FOLDER/ENVIRONMENT.pack    the answers of one environment

A key is the digest of everything that decides an answer: `specs/rendering.md`, "The memo".  An answer is
what will be applied, and a package without a schema may put a secret into it: nobody but the user may read
or write here, and what somebody else could have written is not used.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import mistpm
from mistpm.ops.render_pack import OVERHEAD, RenderPack, write_pack

RENDERS: Final = "renders"
"""The part of the cache that holds these."""

_SUFFIX: Final = ".pack"
_OURS: Final = ("document", "model", "package", "render", "wasm")
_LIBRARIES: Final = ("msgspec-", "pyyaml-", "wasmtime-")


class RenderStore:
    """A file of answers in a folder; a fault in it means running a package again, never an error.

    `limit_bytes` bounds all files together, of which the one used longest ago goes first.  A file may have half
    of it; there what this run did not use goes first, the oldest before the others.  Thread-safe.  Of two runs
    that keep something at the same moment one may lose what is new.
    """

    def __init__(
        self, folder: Path, environment: str, *, limits: str = "", limit_bytes: int = 128 * 1024**2
    ) -> None:
        self._path = folder / f"{hashlib.sha256(environment.encode()).hexdigest()[:32]}{_SUFFIX}"
        self._limits = limits
        self._limit = limit_bytes
        self._used: dict[bytes, None] = {}
        self._new: dict[bytes, bytes] = {}
        self._room = limit_bytes // 2
        self._lock = threading.Lock()

    def read(self, key: str) -> bytes | None:
        """Give what was kept for a key; some 20 µs."""
        with self._lock:
            name = self._name(key)
            data = self._pack.read(name)
            if data is not None:
                self._used[name] = None
        return data

    def write(self, key: str, data: bytes) -> None:
        """Take something for a key, until `keep` is called; what could not be kept is not taken."""
        with self._lock:
            self._room -= len(data) + OVERHEAD
            if self._room >= 0:
                self._new[self._name(key)] = data

    def keep(self) -> None:
        """Write what was taken, in one file with what was there."""
        with self._lock:
            chosen = dict(self._chosen()) if self._new else {}
            if not chosen.keys() & self._new.keys():
                return
            with suppress(OSError):
                write_pack(self._path, chosen.items())
                self._evict()
            self._used |= dict.fromkeys(self._new)
            self._new.clear()
            self._room = self._limit // 2
            self._pack = RenderPack(self._path)

    @cached_property
    def _pack(self) -> RenderPack:
        """What was kept before; to open it is a use."""
        with suppress(OSError):
            os.utime(self._path)
        return RenderPack(self._path)

    def _name(self, key: str) -> bytes:
        circumstances = _circumstances(mistpm.__version__, self._limits)
        return hashlib.sha256(circumstances + key.encode()).digest()

    def _chosen(self) -> Iterator[tuple[bytes, bytes]]:
        """Give what this run has used, what is new, and others as far as they fit.

        Others are those that are there by now: another run may have kept some.
        """
        there = RenderPack(self._path)
        room = self._limit // 2
        for name in dict.fromkeys((*self._used, *self._new, *there)):
            data = self._new.get(name) or self._pack.read(name) or there.read(name)
            if data is None:
                continue
            room -= len(data) + OVERHEAD
            if room < 0:
                return
            yield name, data

    def _evict(self) -> None:
        """Remove the files that were used longest ago until the rest is within the limit."""
        with os.scandir(self._path.parent) as found:
            entries = sorted(
                (each.stat().st_mtime_ns, each.stat().st_size, each.path)
                for each in found
                if each.name.endswith(_SUFFIX)
            )
        size = sum(each[1] for each in entries)
        for _, taken, path in entries:
            if size > self._limit and path != str(self._path):
                Path(path).unlink()
                size -= taken


@cache
def _circumstances(version: str, limits: str) -> bytes:
    """Digest what else could change an answer: the limits, the versions of mistpm and of what it uses.

    Of a checkout, in which a version's code changes, also when it did.
    """
    facts = (version, sys.version, limits, *libraries(), *code())
    return hashlib.sha256("\n".join(facts).encode()).digest()


def libraries() -> Iterator[str]:
    """Name what is installed, with its version, without importing it."""
    spec = find_spec("wasmtime")
    if spec is not None and spec.origin:
        with os.scandir(Path(spec.origin).parents[1]) as found:
            yield from sorted(e.name for e in found if e.name.lower().startswith(_LIBRARIES))


def code() -> Iterator[str]:
    """Name the files of the rooms that rendering passes through, with their sizes and times; 1 ms."""
    here = Path(mistpm.__file__).parent
    folders = [str(here / room) for room in _OURS]
    while folders:
        with os.scandir(folders.pop()) as found:
            for each in sorted(found, key=lambda entry: entry.name):
                if each.is_dir():
                    folders.append(each.path)
                elif each.name.endswith(".py"):
                    facts = each.stat()
                    yield f"{each.path} {facts.st_size} {facts.st_mtime_ns}"
