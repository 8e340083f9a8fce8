"""The processes in which components run: started, used again, ended."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import MsgspecError
from msgspec.json import decode, encode

from mistpm.errors import PackageError
from mistpm.wasm.abi.limits import Budget, Limits
from mistpm.wasm.component.channel import ComponentProcess, LostProcessError
from mistpm.wasm.component.component import RENDER, REQUIREMENTS, Component, Described
from mistpm.wasm.component.run import MOST_TOLD, Answered, Answering, ComponentRun, Logging, ask

_START_SECONDS = 60.0
_DESCRIBING: dict[str, object] = {
    "export": None,
    "seconds": _START_SECONDS,
    "memory": 0,
    "memories": 0,
}


class Components:
    """Runs components, each in a process; all methods may be used from several threads at once.

    A process that has done its work well is used again, any other is ended.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._idle: list[ComponentProcess] = []
        self._busy: dict[ComponentProcess, Budget | None] = {}
        weakref.finalize(self, _close, self._idle)

    def describe(self, code: bytes | str, *, name: str) -> Described:
        """Give the types of what a compiled component imports and exports; raises `PackageError`."""
        until = time.monotonic() + _START_SECONDS
        try:
            with self._process(None) as process:
                ask(process, _DESCRIBING, code, b"", until)
                header = process.header(until)
                told = process.read(min(header.size, MOST_TOLD), until)
                return decode(told, type=Described)
        except (LostProcessError, TimeoutError, MsgspecError) as error:
            raise PackageError(
                "component-unloadable",
                f"`{name}` cannot be loaded",
                context=(str(error),),
                hint="try again; `mistpm cache clear` forgets what was compiled",
            ) from None

    def render(
        self, component: Component, given: bytes, *, budget: Budget, answer: Answering, log: Logging
    ) -> bytes:
        """Run `render` on an instance made for it and give its answer; a reason for none as a result document.

        Raises `RenderError`, and what `answer` and `log` raise.  Costs 0.1 s for a process if none is idle.
        """
        found = self._run(component, RENDER, given, budget=budget, answer=answer, log=log)
        if not found.is_error:
            return found.text
        refused = {"result": "Err", "message": found.text.decode()}
        return encode(
            {"apiVersion": "mistletoe.dev/v1alpha1", "kind": "MistResult", "data": refused}
        )

    def requirements(
        self, component: Component, given: bytes, *, budget: Budget, answer: Answering, log: Logging
    ) -> bytes:
        """Run `requirements`, as `render` does its export; a reason for none becomes the document's `error`."""
        found = self._run(component, REQUIREMENTS, given, budget=budget, answer=answer, log=log)
        if not found.is_error:
            return found.text
        error = found.text.decode() or "it gives no reason"
        return encode({"apiVersion": "mistpm.dev/v1", "kind": "Requirements", "error": error})

    def _run(
        self,
        component: Component,
        export: str,
        given: bytes,
        *,
        budget: Budget,
        answer: Answering,
        log: Logging,
    ) -> Answered:
        budget.take_call()
        run = ComponentRun(component, budget, answer=answer, log=log)
        try:
            with self._process(budget) as process:
                return run.go(process, export, given)
        except LostProcessError as error:
            raise run.lost(error) from None

    def interrupt(self) -> None:
        """End whatever runs; those who wait for it get `KeyboardInterrupt`."""
        with self._lock:
            for process, budget in self._busy.items():
                process.kill()
                if budget:
                    budget.interrupt()
            self._busy.clear()

    @contextmanager
    def _process(self, budget: Budget | None) -> Iterator[ComponentProcess]:
        """Give a process that is ready; raises `KeyboardInterrupt` where `interrupt` has ended it."""
        process = self._take(budget)
        try:
            process.wait_until_ready(time.monotonic() + _START_SECONDS)
            yield process
        except BaseException as error:
            with self._lock:
                interrupted = process not in self._busy
                self._busy.pop(process, None)
            process.close()
            if interrupted and isinstance(error, LostProcessError):
                raise KeyboardInterrupt from None
            raise
        with self._lock:
            again = process in self._busy
            self._busy.pop(process, None)
            if again:
                self._idle.append(process)
        if not again:
            process.close()

    def _take(self, budget: Budget | None) -> ComponentProcess:
        """Give an idle process, or start one."""
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.alive:
                    self._busy[process] = budget
                    return process
                process.close()
        process = ComponentProcess(self._limits.stack_bytes, fuel=self._limits.fuel is not None)
        with self._lock:
            self._busy[process] = budget
        return process


def _close(processes: list[ComponentProcess]) -> None:
    for process in processes:
        process.close()
