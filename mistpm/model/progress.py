"""What happens while a proposal is carried out, as it happens."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.model.resource import ResourceId

Phase = Literal[
    "locked",  # the environment is ours; the message says from whom it was taken over
    "applied",  # written; `message` is the action: create, update, adopt
    "unchanged",  # seen, and not written
    "waiting",  # not ready yet; the message says what is waited for
    "ready",
    "failed",  # will not get ready; the message says why
    "deleting",  # asked to go; the message says what it waits for
    "deleted",
    "kept",  # no longer desired, and left there
    "note",  # something worth a line: a retry, a watch that began again (only shown under -v)
]


class Progress(Struct, frozen=True, kw_only=True):
    """One thing that happened to one resource; `resource` is None where it is about none."""

    phase: Phase
    resource: ResourceId | None = None
    release: str = ""
    message: str = ""


def unheard(_progress: Progress) -> None:
    """Hear nothing."""
