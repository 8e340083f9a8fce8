"""Guessing what a mistyped name was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 8


def did_you_mean(name: str, known: Iterable[str], *, also: Iterable[str] = ()) -> tuple[str, ...]:
    """Give one line for an error's context: the closest known name, or the known ones if they are few.

    `also` are other ways of writing them, which are not listed.
    """
    import difflib

    names = sorted(known)
    close = difflib.get_close_matches(name, sorted({*names, *also}), n=1)
    if close:
        return (f"did you mean `{close[0]}`?",)
    if not names:
        return ()
    listed = ", ".join(f"`{each}`" for each in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (f"known: {listed}{more}",)
