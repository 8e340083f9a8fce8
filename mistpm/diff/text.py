"""A change as text."""

from __future__ import annotations

from difflib import unified_diff

from mistpm.diff.fields import masked_texts
from mistpm.model.change import Change

_NOTHING = "/dev/null"


def unified(change: Change) -> str:
    """Give a change as a unified diff, empty where the text stays the same.

    What a Secret holds is never in it, only whether it changes.
    """
    before, after = masked_texts(change)
    if before == after:
        return ""
    return "".join(
        unified_diff(
            _lines(before),
            _lines(after),
            fromfile=_NOTHING if before is None else change.place,
            tofile=_NOTHING if after is None else change.place,
        )
    )


def _lines(text: str | None) -> list[str]:
    """Split a text at its line feeds, each line with one at its end."""
    return [f"{line}\n" for line in (text or "").removesuffix("\n").split("\n")] if text else []
