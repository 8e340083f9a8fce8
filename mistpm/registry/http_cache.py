"""What a web server said last about each index file, to ask again only whether it changed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from mistpm.atomic import write_atomically
from mistpm.makeshift import MAKESHIFT
from mistpm.registry.store import digest_of


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was: `present` is False for one that the server did not have."""

    present: bool
    etag: str = ""
    modified: str = ""
    digest: str = ""
    body: bytes = b""

    @property
    def conditions(self) -> dict[str, str]:
        """Give the headers that ask whether this is still so."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


_DECODER: Final = msgspec.json.Decoder(Remembered)
"""Made before there are threads: two that look at a type for the first time crash msgspec 0.22."""


class HttpCache:
    """Files of one registry, by their path; each is a line of JSON, then the body."""

    def __init__(self, root: Path, address: str) -> None:
        self.folder = root / hashlib.sha256(address.encode()).hexdigest()[:32]

    def get(self, path: str) -> Remembered | None:
        """Give what was remembered, None where nothing was, or where it is damaged."""
        try:
            head, _, body = (self.folder / path).read_bytes().partition(b"\n")
            found = _DECODER.decode(head)
        except (OSError, msgspec.DecodeError):
            return None
        if found.digest != digest_of(body):
            return None
        return msgspec.structs.replace(found, body=body)

    def put(self, path: str, answer: Remembered) -> None:
        """Remember an answer; where that cannot be done, it is asked for again next time."""
        head = msgspec.structs.replace(answer, body=b"")
        place = self.folder / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, msgspec.json.encode(head) + b"\n" + answer.body)
        except OSError as error:
            MAKESHIFT.note(self.folder, error)
