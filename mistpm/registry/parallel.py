"""Doing several slow things at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Final, TypeVar

from mistpm.errors import MistError

MOST: Final = 32
"""How many things are done at a time: mostly waiting for a server, which is free."""

A = TypeVar("A")
B = TypeVar("B")


def at_once(work: Callable[[A], B], items: Iterable[A]) -> Iterator[B | MistError]:
    """Do `work` on all items; give each result, or the `MistError` that it ended with, in their order.

    The threads are daemons: Ctrl-C need not wait for the network.  (A `ThreadPoolExecutor` waits, and
    the logging that it imports takes longer than a small run.)  Any other exception is raised here.
    """
    pending = deque(enumerate(items))
    count = len(pending)
    outcomes: SimpleQueue[tuple[int, B | BaseException]] = SimpleQueue()

    def run() -> None:
        while True:
            try:
                at, item = pending.popleft()
            except IndexError:
                return
            try:
                outcomes.put((at, work(item)))
            except BaseException as error:  # noqa: BLE001 - handed over, and raised there
                outcomes.put((at, error))

    if count == 1:
        run()
    else:
        for _ in range(min(count, MOST)):
            Thread(target=run, daemon=True).start()
    found: dict[int, B | BaseException] = {}
    try:
        for at in range(count):
            while at not in found:
                done, outcome = outcomes.get()
                found[done] = outcome
            outcome = found.pop(at)
            if isinstance(outcome, BaseException) and not isinstance(outcome, MistError):
                raise outcome
            yield outcome
    finally:
        pending.clear()
