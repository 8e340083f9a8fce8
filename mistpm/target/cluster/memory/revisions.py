"""Revisions: what was desired, as bytes that a cluster keeps."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from mistpm.target.cluster.memory.pieces import DamagedError
from mistpm.target.cluster.memory.record import FORMAT, check_format
from mistpm.target.protocol import Desired


class _Revision(Struct, frozen=True, kw_only=True):
    """A desired state as it is stored: its texts as texts, so that they compress."""

    format: int
    document: str
    lock: str
    desired: Desired


def write_revision(desired: Desired) -> bytes:
    """Give a desired state as bytes, the same for the same; secrets are placeholders in it.

    The packages' own files are left out: manifests were made of them, and nothing applies them.
    """
    releases = tuple(msgspec.structs.replace(each, files={}) for each in desired.releases)
    revision = _Revision(
        format=FORMAT,
        document=desired.document.decode(),
        lock=desired.lock.decode(),
        desired=msgspec.structs.replace(desired, releases=releases, document=b"", lock=b""),
    )
    return msgspec.json.encode(revision, order="deterministic")


def read_revision(data: bytes, *, title: str) -> Desired:
    """Read it; raises `DamagedError`, or `TargetError` `state-too-new`."""
    try:
        check_format(data, title=title)
        revision = msgspec.json.decode(data, type=_Revision)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(str(error)) from None
    return msgspec.structs.replace(
        revision.desired, document=revision.document.encode(), lock=revision.lock.encode()
    )
