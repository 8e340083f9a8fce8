"""Asking the API server several things at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from mistpm.parallel import in_parallel

THREADS: Final = 8
"""How many requests are under way at a time: more only wait for the server."""

A = TypeVar("A")
B = TypeVar("B")


def at_once(work: Callable[[A], B], items: Iterable[A], *, threads: int = THREADS) -> list[B]:
    """Do `work` on all items and give the results in their order; the first exception, in that order, ends it."""
    found: list[B] = []
    for outcome in in_parallel(work, items, threads=threads):
        if isinstance(outcome, BaseException):
            raise outcome
        found.append(outcome)
    return found
