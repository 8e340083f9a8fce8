"""Asking registries for several things at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from mistpm.errors import MistError
from mistpm.parallel import in_parallel

MOST: Final = 32
"""How many things are done at a time: mostly waiting for a server, which is free."""

A = TypeVar("A")
B = TypeVar("B")


def at_once(work: Callable[[A], B], items: Iterable[A]) -> Iterator[B | MistError]:
    """Do `work` on all items; give each result, or the `MistError` that it ended with, in their order.

    Any other exception is raised here.
    """
    for outcome in in_parallel(work, items, threads=MOST):
        if isinstance(outcome, BaseException) and not isinstance(outcome, MistError):
            raise outcome
        yield outcome
