"""Doing several slow things at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def in_daemon(work: Callable[[], None]) -> None:
    """Do `work` on a new thread, which the process does not wait for when it ends."""
    Thread(target=work, daemon=True).start()


def in_parallel(
    work: Callable[[A], B],
    items: Iterable[A],
    *,
    threads: int,
    start: Callable[[Callable[[], None]], None] = in_daemon,
) -> Iterator[B | BaseException]:
    """Do `work` on all items; give each result, or the exception that it ended with, in their order.

    `start` gets each thread going.  They are daemons: Ctrl-C need not wait for the network.  (A
    `ThreadPoolExecutor` waits, and the logging that it imports takes longer than a small run.)  Who stops
    asking lets nothing more begin.  A single item is done here.
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
            except BaseException as error:  # noqa: BLE001 - handed over to whoever asks
                outcomes.put((at, error))

    if count == 1:
        run()
    else:
        for _ in range(min(count, threads)):
            start(run)
    found: dict[int, B | BaseException] = {}
    try:
        for at in range(count):
            while at not in found:
                done, outcome = outcomes.get()
                found[done] = outcome
            yield found.pop(at)
    finally:
        pending.clear()
