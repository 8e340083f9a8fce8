"""Sentences of several facts and a conclusion, in lines that can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

_WIDTH: Final = 100
"""What does not fit is broken between facts, and within one where it goes on with "which"."""


class Fact(Struct, frozen=True, kw_only=True):
    """What is said in one breath: `pieces` that go on from each other.

    `asks` is who asks, empty for other facts; `again` leaves that out, since the fact before says it.
    """

    pieces: tuple[str, ...]
    asks: str = ""
    again: bool = False


def sentence(begin: str, facts: Sequence[Fact], conclusion: str) -> Iterator[str]:
    """Give the lines of "`begin` a, b and c, `conclusion`"."""
    told = list(_with_asks_joined(facts))
    whole = ", ".join((begin + _joined([", ".join(fact) for fact in told]), conclusion))
    if not told:
        yield begin + conclusion
    elif len(whole) <= _WIDTH:
        yield whole
    else:
        for number, fact in enumerate(told):
            start = begin if number == 0 else "  and " if number == len(told) - 1 else "  "
            yield from _broken(start, fact)
        yield f"  {conclusion}"


def _joined(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _with_asks_joined(facts: Sequence[Fact]) -> Iterator[tuple[str, ...]]:
    """Put "mistpm.yaml asks for x" and "for y" together where nothing else is said of them."""
    waiting: tuple[str, ...] = ()
    for fact in facts:
        if fact.again and len(fact.pieces) == len(waiting) == 1:
            waiting = (f"{waiting[0]} and {fact.pieces[0]}",)
        else:
            if waiting:
                yield waiting
            waiting = fact.pieces
    if waiting:
        yield waiting


def _broken(start: str, pieces: Sequence[str]) -> Iterator[str]:
    """Give the lines of one fact, each ending with a comma."""
    line = start + pieces[0]
    for piece in pieces[1:]:
        if len(line) + len(piece) > _WIDTH:
            yield f"{line},"
            line = f"    {piece}"
        else:
            line += f", {piece}"
    yield f"{line},"
