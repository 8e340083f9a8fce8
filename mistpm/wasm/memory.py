"""A guest's memory, read and written within its bounds only."""

from __future__ import annotations

import ctypes

import wasmtime

from mistpm.errors import RenderError

_SIGN = 0xFFFFFFFF
_PAIR = 8


class GuestMemory:
    """The memory that a module exports, seen from one store or host call.

    Pointers come from the guest as signed 32-bit numbers and are unsigned.  Every access is checked
    against the memory's present size, because wasmtime's own accessors follow Python's slices: they
    count negative numbers from the end and cut what reaches over it.
    """

    def __init__(
        self, name: str, store: wasmtime.Store | wasmtime.Caller, memory: wasmtime.Memory
    ) -> None:
        self._name = name
        self._store = store
        self._memory = memory

    def __len__(self) -> int:
        """Give the present size in bytes."""
        return self._memory.data_len(self._store)

    def read(self, pointer: int, size: int, what: str) -> bytes:
        """Copy `size` bytes out; raises `RenderError`: `invalid-pointer`, saying `what` was read."""
        start, size = self._check(pointer, size, what)
        return ctypes.string_at(self._address(start), size) if size else b""

    def write(self, pointer: int, data: bytes, what: str) -> None:
        """Copy `data` in; raises `RenderError`: `invalid-pointer`, saying `what` was written."""
        start, size = self._check(pointer, len(data), what)
        if size:
            ctypes.memmove(self._address(start), data, size)

    def read_pair(self, pointer: int, what: str) -> tuple[int, int]:
        """Read a pointer and a length, little-endian and next to each other."""
        pair = self.read(pointer, _PAIR, what)
        return int.from_bytes(pair[:4], "little"), int.from_bytes(pair[4:], "little")

    def _address(self, start: int) -> int:
        return ctypes.addressof(self._memory.data_ptr(self._store).contents) + start

    def _check(self, pointer: int, size: int, what: str) -> tuple[int, int]:
        start, size, end = pointer & _SIGN, size & _SIGN, len(self)
        if start + size > end:
            raise RenderError(
                "invalid-pointer",
                f"`{self._name}` gave a bad pointer for {what}",
                context=(f"{size} bytes at {start}, but its memory has {end} bytes",),
                hint="this is a fault in the package: tell its author",
            )
        return start, size
