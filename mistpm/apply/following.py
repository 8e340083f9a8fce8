"""Following an order: several objects at once, until all is ready, something fails, or time runs out."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final

from msgspec import Struct

from mistpm.apply.events import Event, Failure, Outcome
from mistpm.apply.schedule import Schedule
from mistpm.errors import MistError
from mistpm.model.object_order import ObjectOrder
from mistpm.model.resource import ResourceId

_LOOK: Final = 2.0
"""Seconds after which it is looked whether this may still go on, when nothing happens."""


class InterruptedAgain(KeyboardInterrupt):
    """The user pressed Ctrl-C once more, and wants to wait for nothing."""


class _Ended(Struct, frozen=True):
    """What a worker says when it is done with an object; `error` ends everything."""

    resource: ResourceId
    error: BaseException | None = None


class Following:
    """One order being followed.

    `begin` does what is to be done to an object: it is called in a worker thread, up to `limit` at once,
    and raises what ends everything (a failure of one object is told instead).  `hear` gets every event,
    one at a time, in the thread that calls `follow`.  `watch` is called there every few seconds, also
    while nothing happens; it must not block, and raises what ends everything.  `deadline` is on `clock`.
    `is_patient` says whether everything is waited for in the end, or only what others wait for.
    """

    def __init__(
        self,
        order: ObjectOrder,
        begin: Callable[[ResourceId], None],
        *,
        hear: Callable[[Event], None],
        deadline: float,
        watch: Callable[[], None] = lambda: None,
        is_patient: bool = True,
        limit: int = 8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._order = order
        self._schedule = Schedule(order)
        self._begin = begin
        self._hear = hear
        self._deadline = deadline
        self._watch = watch
        self._is_patient = is_patient
        self._limit = limit
        self._clock = clock
        self._inbox: SimpleQueue[Event | _Ended | None] = SimpleQueue()
        self._tasks: SimpleQueue[ResourceId | None] = SimpleQueue()
        self._workers = 0
        self._running: set[ResourceId] = set()
        self._written: set[ResourceId] = set()
        self._unready: set[ResourceId] = set()
        self._ready: set[ResourceId] = set()
        self._failures: dict[ResourceId, Failure] = {}
        self._why: dict[ResourceId, str] = {}
        self._error: BaseException | None = None
        self._is_interrupted = False
        self._is_late = False

    def tell(self, event: Event) -> None:
        """Say what happened, from any thread; never blocks."""
        self._inbox.put(event)

    def follow(self) -> Outcome:
        """Follow the order to its end.

        After a failure all that does not depend on it is still written, and only what that needs is
        waited for.  Time running out, Ctrl-C and an error of `begin` let what is being written end, and
        begin nothing; the error is raised then, like one of `watch`.  A second Ctrl-C is `InterruptedAgain` at once.
        """
        try:
            with self._interruptible():
                while self._goes_on():
                    self._look()
                    self._is_late = self._is_late or self._clock() >= self._deadline
                    self._start()
                    self._take()
        except KeyboardInterrupt as again:
            raise InterruptedAgain from again
        finally:
            for _ in range(self._workers):
                self._tasks.put(None)
        if self._error is not None:
            raise self._error
        while not self._inbox.empty():
            self._take()
        return self._outcome()

    def _goes_on(self) -> bool:
        """Tell whether there is something to begin or to wait for."""
        if self._running:
            return True
        if self.is_stopped:
            return False
        if self._schedule.has_more:
            return True
        return self._waits_for_all and bool(self._unready)

    @property
    def is_stopped(self) -> bool:
        """Tell, also in a worker's thread, whether nothing more begins: what waits for something may give up."""
        return self._is_interrupted or self._is_late or self._error is not None

    @property
    def _waits_for_all(self) -> bool:
        return self._is_patient and not self._failures

    def _look(self) -> None:
        """Find out whether this may still go on."""
        try:
            self._watch()
        except MistError as error:
            self._error = self._error or error

    def _start(self) -> None:
        """Begin what may begin, as far as there are workers."""
        while not self.is_stopped and len(self._running) < self._limit:
            resource = self._schedule.next()
            if resource is None:
                return
            self._running.add(resource)
            if self._workers < len(self._running):
                self._workers += 1
                threading.Thread(target=self._work, daemon=True).start()
            self._tasks.put(resource)

    def _take(self) -> None:
        """Wait for something to happen, and let it have its consequences."""
        if self.is_stopped and not self._running and self._inbox.empty():
            return
        left = _LOOK if self.is_stopped else self._deadline - self._clock()
        try:
            heard = self._inbox.get(timeout=min(max(left, 0), _LOOK))
        except Empty:
            return
        match heard:
            case Event():
                self._note(heard)
                self._hear(heard)
            case _Ended(resource, error):
                self._running.discard(resource)
                self._error = self._error or error

    def _note(self, event: Event) -> None:
        """Let an event have its consequences; what comes after an object's end has none."""
        resource = event.resource
        if resource is None or resource in self._failures or resource in self._ready:
            return
        match event.state:
            case "written":
                self._written.add(resource)
                self._unready.add(resource)
                self._schedule.written(resource)
            case "waiting":
                self._why[resource] = event.why
            case "ready":
                self._written.add(resource)
                self._ready.add(resource)
                self._unready.discard(resource)
                self._schedule.ready(resource)
            case "failed":
                self._unready.discard(resource)
                self._failures[resource] = Failure(
                    resource=resource, why=event.why, context=event.context
                )
                self._schedule.failed(resource)

    def _work(self) -> None:
        """Do what is to be done, object by object, until there is no more."""
        while (resource := self._tasks.get()) is not None:
            error: BaseException | None = None
            try:
                self._begin(resource)
            except BaseException as raised:  # noqa: BLE001 - raised again by `follow`
                error = raised
            self._inbox.put(_Ended(resource, error))

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Have Ctrl-C be noted, so that nothing is lost between two lines, and wake up whoever waits."""
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            yield
            return

        def heard(_number: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, before)
            self._is_interrupted = True
            self._inbox.put(None)

        before = signal.signal(signal.SIGINT, heard)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _outcome(self) -> Outcome:
        objects = [node for node in self._order.waits if isinstance(node, ResourceId)]
        unready = [each for each in objects if self._is_late and each in self._unready]
        return Outcome(
            written=tuple(each for each in objects if each in self._written),
            failures=tuple(self._failures[each] for each in objects if each in self._failures),
            unready={each: self._why.get(each, "") for each in unready},
            untouched=dict(self._schedule.untouched()),
            is_late=self._is_late,
            is_interrupted=self._is_interrupted,
        )
