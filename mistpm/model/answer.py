"""What the host says to a guest that asks for something while it renders."""

from __future__ import annotations

from msgspec import Struct

BAD_REQUEST = -1
"""The request is no JSON, or asks for what there is not; also inputs that the caller itself fixed otherwise."""

UNKNOWN_ALIAS = -2
"""The caller has no dependency of that alias that it may call."""

DEPENDENCY_FAILED = -3
"""The called package refused its inputs, answered with an error, or stopped; the caller may go on without it."""

NAME_TAKEN = -4
"""Another call of the same render has that name."""


class Answer(Struct, frozen=True, kw_only=True):
    """0 and the response, or a negative status and the document `{"message": "..."}`."""

    status: int
    body: bytes
