"""Data of any size, in pieces that objects of Kubernetes can hold."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.target.cluster.memory.pieces import LARGEST, DamagedError, fingerprint, pack, unpack


@given(st.binary(max_size=5000), st.integers(min_value=1, max_value=300))
def test_what_was_packed_is_unpacked(data: bytes, largest: int) -> None:
    """Packing loses nothing, and no piece is larger than it may be, nor empty."""
    pieces = pack(data, largest=largest)

    assert data == unpack(pieces)
    assert {True} == {0 < len(piece) <= largest for piece in pieces}


def test_the_same_data_gives_the_same_pieces() -> None:
    """Neither a time nor a name is in the pieces, as gzip has them otherwise (RFC 1952)."""
    data = b"kind: Environment\n" * 100
    [piece] = pack(data)

    assert (piece,) == pack(data)
    assert (b"\0" * 5, fingerprint(piece)) == (piece[3:8], fingerprint(pack(data)[0]))


def test_pieces_stay_below_what_proxies_let_through() -> None:
    """A piece in base64 and what is around it stay below 1 MB."""
    assert LARGEST * 4 / 3 < 1_000_000 - 100_000


def test_everybody_can_read_a_piece() -> None:
    """What is stored is gzip."""
    assert b"lockVersion: 1\n" == gzip.decompress(pack(b"lockVersion: 1\n")[0])


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        (
            (),
            "it cannot be decompressed: Error -5 while decompressing data: incomplete or truncated stream",
        ),
        (
            (b"{}",),
            "it cannot be decompressed: Error -3 while decompressing data: incorrect header check",
        ),
        (
            pack(b"0123456789" * 50, largest=20)[:-1],
            "it cannot be decompressed: Error -5 while decompressing data: incomplete or truncated stream",
        ),
    ],
)
def test_damage_is_told(pieces: tuple[bytes, ...], why: str) -> None:
    """Whatever the pieces hold, reading them ends in a sentence."""
    with pytest.raises(DamagedError) as caught:
        unpack(pieces)

    assert why == str(caught.value)
