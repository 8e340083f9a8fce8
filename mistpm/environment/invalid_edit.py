"""Edits that would leave a file that is not valid any more."""

from __future__ import annotations

import msgspec

from mistpm.errors import DocumentError


def invalid_edit(title: str, error: DocumentError) -> DocumentError:
    """Give the error for an edit whose result has an error; lines of a text that nobody has are not told."""
    return DocumentError(
        "invalid-edit",
        f"`{title}` would not be valid any more, so it is left as it is",
        tuple(msgspec.structs.replace(each, file="", line=0) for each in error.problems),
    )
