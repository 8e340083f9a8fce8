"""A guest's memory, read and written within its bounds only."""

from __future__ import annotations

import ctypes

from mistpm.errors import RenderError
from mistpm.wasm.guest.native import Memory

_SIGN = 0xFFFFFFFF
_PAIR = 8


class GuestMemory:
    """The memory that a module exports, to be used until the guest runs again and may have moved it.

    Pointers come from the guest as 32-bit numbers and are unsigned.  Every access is checked against the
    memory's size.
    """

    def __init__(self, name: str, memory: Memory) -> None:
        self._name = name
        self._address, self._size = memory

    def __len__(self) -> int:
        """Give the size in bytes."""
        return self._size

    def read(self, pointer: int, size: int, what: str) -> bytes:
        """Copy `size` bytes out; raises `RenderError`: `invalid-pointer`, saying `what` was read."""
        start, size = self._check(pointer, size, what)
        return ctypes.string_at(self._address + start, size) if size else b""

    def write(self, pointer: int, data: bytes, what: str) -> None:
        """Copy `data` in; raises `RenderError`: `invalid-pointer`, saying `what` was written."""
        start, size = self._check(pointer, len(data), what)
        if size:
            ctypes.memmove(self._address + start, data, size)

    def read_pair(self, pointer: int, what: str) -> tuple[int, int]:
        """Read a pointer and a length, little-endian and next to each other."""
        pair = self.read(pointer, _PAIR, what)
        return int.from_bytes(pair[:4], "little"), int.from_bytes(pair[4:], "little")

    def _check(self, pointer: int, size: int, what: str) -> tuple[int, int]:
        start, size, end = pointer & _SIGN, size & _SIGN, self._size
        if start + size > end:
            raise RenderError(
                "invalid-pointer",
                f"`{self._name}` gave a bad pointer for {what}",
                context=(f"{size} bytes at {start}, but its memory has {end} bytes",),
                hint="this is a fault in the package: tell its author",
            )
        return start, size
