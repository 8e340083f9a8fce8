"""A small WASI (preview 1) in which nothing depends on the machine: `specs/host-abi.md`, "WASI".

Standard input, output and error; arguments and variables; a clock that only sleeping advances; random
bytes that follow from the input.  There are no files and no network: what asks for them hears that it
has named no open file, as it would in an empty sandbox elsewhere.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from mistpm.wasm.abi.imports import IMPORTS, WASI_MODULE
from mistpm.wasm.guest.memory import GuestMemory

SUCCESS, BADF, INVAL, NOSYS, NOTDIR, NOTSOCK, NOTSUP, SPIPE = 0, 8, 28, 52, 54, 57, 58, 70

START = 946_684_800 * 10**9
"""When every clock starts, in nanoseconds since 1970: the first second of the year 2000."""

MOST_VECTORS = 1024
"""Buffers or subscriptions in one call: handling more would take time that no deadline interrupts."""

MOST_RANDOM = 1024 * 1024
"""Random bytes in one call, for the same reason."""

_LATEST = 2**64 - 1
_STDIN = 0
_STREAMS = (0, 1, 2)
_READ, _WRITE, _POLL = 1 << 1, 1 << 6, 1 << 27
_CLOCK, _SUBSCRIPTION, _EVENT = 0, 48, 32


class Stream(Protocol):
    """Where a guest writes to."""

    def take(self, size: int) -> None:
        """Count what comes next, before it is copied; what this raises ends the render."""

    def write(self, data: bytes) -> None:
        """Take what was written."""


class Wasi:
    """What one instance is given, and how far it has come with it.

    Each method is the function of its name: numbers are unsigned, the answer is an error number.  A bad
    pointer raises `RenderError`.  No call takes longer than copying what the guest has memory for.
    """

    def __init__(
        self,
        *,
        arguments: Sequence[str] = (),
        environment: Sequence[tuple[str, str]] = (),
        stdin: bytes = b"",
        seed: bytes = b"",
        stdout: Stream,
        stderr: Stream,
    ) -> None:
        self._arguments = [argument.encode() + b"\0" for argument in arguments]
        self._environment = [f"{name}={value}".encode() + b"\0" for name, value in environment]
        self._stdin = memoryview(stdin)
        self._streams = {1: stdout, 2: stderr}
        self._open = set(_STREAMS)
        self._now = START
        self._drawn = 0
        given = hashlib.sha256()
        for part in (*self._arguments, b"\0", *self._environment, b"\0", stdin, b"\0", seed):
            given.update(part)
        self._seed = given.digest()

    def function(self, name: str) -> Callable[..., int]:
        """Give what answers the function `name`: takes the guest's memory, then its numbers."""
        found: Callable[..., int] | None = getattr(self, name, None)
        return found or (lambda _memory, *numbers: self._refused(name, *numbers))

    def args_sizes_get(self, memory: GuestMemory, count: int, size: int) -> int:
        """Tell how many arguments there are, and their bytes."""
        return _sizes(memory, self._arguments, count, size)

    def args_get(self, memory: GuestMemory, places: int, texts: int) -> int:
        """Write the arguments."""
        return _texts(memory, self._arguments, places, texts)

    def environ_sizes_get(self, memory: GuestMemory, count: int, size: int) -> int:
        """Tell how many variables there are, and their bytes."""
        return _sizes(memory, self._environment, count, size)

    def environ_get(self, memory: GuestMemory, places: int, texts: int) -> int:
        """Write the variables."""
        return _texts(memory, self._environment, places, texts)

    def clock_res_get(self, memory: GuestMemory, clock: int, result: int) -> int:
        """Tell that clocks count nanoseconds."""
        if clock not in range(4):
            return INVAL
        memory.write(result, struct.pack("<Q", 1), "a clock's resolution")
        return SUCCESS

    def clock_time_get(self, memory: GuestMemory, clock: int, _precision: int, result: int) -> int:
        """Tell the time, which is the same in every run."""
        if clock not in range(4):
            return INVAL
        memory.write(result, struct.pack("<Q", self._now), "the time")
        return SUCCESS

    def random_get(self, memory: GuestMemory, start: int, size: int) -> int:
        """Write bytes that follow from the input and from what was drawn before."""
        if size > MOST_RANDOM:
            return INVAL
        self._drawn += 1
        stream = hashlib.shake_256(self._seed + struct.pack("<Q", self._drawn))
        memory.write(start, stream.digest(size), "random bytes")
        return SUCCESS

    def sched_yield(self, _memory: GuestMemory) -> int:
        """Do nothing: nobody else waits."""
        return SUCCESS

    def fd_write(
        self, memory: GuestMemory, file: int, vectors: int, count: int, written: int
    ) -> int:
        """Take what is written to standard output or error."""
        if file not in self._open or file not in self._streams:
            return BADF
        if count > MOST_VECTORS:
            return INVAL
        total = 0
        for start, size in _vectors(memory, vectors, count):
            self._streams[file].take(size)
            self._streams[file].write(memory.read(start, size, "what it writes"))
            total += size
        memory.write(written, struct.pack("<I", total & 0xFFFFFFFF), "how much was written")
        return SUCCESS

    def fd_read(self, memory: GuestMemory, file: int, vectors: int, count: int, read: int) -> int:
        """Give the next bytes of standard input."""
        if file != _STDIN or file not in self._open:
            return BADF
        if count > MOST_VECTORS:
            return INVAL
        total = 0
        for start, size in _vectors(memory, vectors, count):
            part = self._stdin[:size]
            memory.write(start, bytes(part), "what it reads")
            self._stdin = self._stdin[len(part) :]
            total += len(part)
        memory.write(read, struct.pack("<I", total), "how much was read")
        return SUCCESS

    def fd_close(self, _memory: GuestMemory, file: int) -> int:
        """Close a stream."""
        if file not in self._open:
            return BADF
        self._open.remove(file)
        return SUCCESS

    def fd_fdstat_get(self, memory: GuestMemory, file: int, result: int) -> int:
        """Describe a stream: neither a file nor a terminal."""
        if file not in self._open:
            return BADF
        rights = _POLL | (_READ if file == _STDIN else _WRITE)
        memory.write(result, struct.pack("<BxHxxxxQQ", 0, 0, rights, 0), "what a file is")
        return SUCCESS

    def fd_fdstat_set_flags(self, _memory: GuestMemory, file: int, _flags: int) -> int:
        """Let a stream be made non-blocking: none ever blocks."""
        return SUCCESS if file in self._open else BADF

    def fd_filestat_get(self, memory: GuestMemory, file: int, result: int) -> int:
        """Describe a stream: no size, no times."""
        if file not in self._open:
            return BADF
        memory.write(
            result, struct.pack("<QQB7xQQQQQ", 0, file, 0, 1, 0, 0, 0, 0), "a file's facts"
        )
        return SUCCESS

    def poll_oneoff(
        self, memory: GuestMemory, subscriptions: int, events: int, count: int, stored: int
    ) -> int:
        """Tell which events have come.  Streams are always ready; otherwise time passes at once."""
        if not 0 < count <= MOST_VECTORS:
            return INVAL
        whole = memory.read(subscriptions, count * _SUBSCRIPTION, "what it waits for")
        waiting = [_Subscription(part) for part in _parts(whole, _SUBSCRIPTION)]
        ready = [one.event(self._open) for one in waiting if one.tag != _CLOCK]
        if not ready:
            due = [one.due(self._now) for one in waiting]
            self._now = max(self._now, min(due))
            ready = [
                one.event(self._open)
                for one, when in zip(waiting, due, strict=True)
                if when <= self._now
            ]
        memory.write(events, b"".join(ready), "events")
        memory.write(stored, struct.pack("<I", len(ready)), "how many events there are")
        return SUCCESS

    def _refused(self, name: str, *numbers: int) -> int:
        """Answer a function that there is nothing for; all but three name a file first."""
        if name not in IMPORTS[WASI_MODULE] or name in {"proc_exit", "proc_raise"}:
            return NOSYS
        if name == "path_symlink" or numbers[0] not in self._open:
            return BADF
        if name.startswith("path_"):
            return NOTDIR
        if name.startswith("sock_"):
            return NOTSOCK
        if name.startswith("fd_prestat_"):
            return BADF
        return SPIPE if name in {"fd_seek", "fd_tell", "fd_pread", "fd_pwrite"} else NOTSUP


class _Subscription:
    """One thing that a guest waits for; 48 bytes."""

    def __init__(self, data: bytes) -> None:
        self._user, self.tag = struct.unpack_from("<QB", data)
        self._file: int = struct.unpack_from("<I", data, 16)[0]
        self._timeout: int = struct.unpack_from("<Q", data, 24)[0]
        self._is_absolute = bool(struct.unpack_from("<H", data, 40)[0] & 1)

    def due(self, now: int) -> int:
        """Give when it happens."""
        return self._timeout if self._is_absolute else min(_LATEST, now + self._timeout)

    def event(self, opened: set[int]) -> bytes:
        """Write that it has happened; 32 bytes."""
        error = BADF if self.tag != _CLOCK and self._file not in opened else SUCCESS
        return struct.pack("<QHBxxxxxQHxxxxxx", self._user, error, self.tag, 0, 0)


def _sizes(memory: GuestMemory, texts: list[bytes], count: int, size: int) -> int:
    memory.write(count, struct.pack("<I", len(texts)), "a number of texts")
    memory.write(size, struct.pack("<I", sum(map(len, texts))), "a size of texts")
    return SUCCESS


def _texts(memory: GuestMemory, texts: list[bytes], places: int, start: int) -> int:
    pointers = []
    position = start
    for text in texts:
        pointers.append(struct.pack("<I", position & 0xFFFFFFFF))
        position += len(text)
    memory.write(places, b"".join(pointers), "pointers to texts")
    memory.write(start, b"".join(texts), "texts")
    return SUCCESS


def _vectors(memory: GuestMemory, start: int, count: int) -> list[tuple[int, int]]:
    whole = memory.read(start, count * 8, "a list of buffers")
    return [struct.unpack("<II", part) for part in _parts(whole, 8)]


def _parts(data: bytes, size: int) -> list[Any]:
    return [data[index : index + size] for index in range(0, len(data), size)]
