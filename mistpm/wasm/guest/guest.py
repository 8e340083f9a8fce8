"""One run of one module, on a thread for guests.

    asking thread          guest thread
    ─────────────          ────────────
    Runtime.generate ────► Guest.run ─ the export ─ mistpm_v1.request ─ answer(document)
    ended.get()      ◄──── Done                                           └─ Runtime.generate, nested

What answers a request runs on the guest's thread, between WebAssembly frames, where nothing may unwind:
whatever it raises is kept, the guest is ended by a trap, and the failure raised where the render was
asked for.  Ctrl-C arrives on the main thread, which runs no guests: there it ends all of them.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import cast

import wasmtime
from msgspec import Struct

from mistpm.errors import RenderError
from mistpm.model.answer import Answer
from mistpm.wasm.abi.form import INITIALIZE
from mistpm.wasm.abi.limits import Budget, size_of
from mistpm.wasm.guest.memory import GuestMemory
from mistpm.wasm.guest.native import Instance
from mistpm.wasm.guest.streams import Lines, Output
from mistpm.wasm.guest.trap import TABLES, ended, out_of_time, stopped, with_words
from mistpm.wasm.guest.wasi import Wasi
from mistpm.wasm.guest.watchdog import ticks

_running = threading.local()


class CommandInput(Struct, frozen=True, kw_only=True):
    """What a command is started with."""

    stdin: bytes = b""
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        """Give the bytes of all of it."""
        texts = (*self.arguments, *(text for pair in self.environment for text in pair))
        return len(self.stdin) + sum(len(text.encode()) for text in texts)


Input = CommandInput | bytes | None
"""What a run takes: a command's input, or the document for an export, or None where it takes nothing."""


class Done(Struct, frozen=True):
    """The guest has ended: with `result`, or because of `failure`."""

    result: bytes = b""
    failure: BaseException | None = None


class Guest:
    """A fresh instance of a module: made, run once and thrown away, all on one guest thread.

    Nothing is freed in it: freeing what Mistletoe's SDK hands out traps with today's allocators, and
    the whole memory goes away at once anyway.
    """

    def __init__(
        self,
        *,
        name: str,
        code: wasmtime.InstancePre,
        engine: wasmtime.Engine,
        budget: Budget,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
        exported: Mapping[int, str],
    ) -> None:
        self.name = name
        self.limits = budget.limits
        self.budget = budget
        self.log = log
        self.ended: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self.failure: BaseException | None = None
        self.exit_code: int | None = None
        self.response = b""
        self._make_wasi: Callable[[], Wasi]
        self._answer = answer
        self._code = code
        self._engine = engine
        self._exported = exported
        self._instance: Instance | None = None
        self._store: wasmtime.Store | None = None
        self._start = threading.Lock()

    def run(self, export: str, given: Input) -> None:
        """Call `export` and send `Done`; never raises."""
        if not self._start.acquire(blocking=False):
            return
        try:
            done = self._run(export, given)
        except BaseException as bug:  # noqa: BLE001 - raised on the thread that waits for it
            done = Done(failure=bug)
        self.ended.put(done)

    def abandon(self) -> bool:
        """Keep a guest that has not started from ever starting; False when it has."""
        return self._start.acquire(blocking=False)

    @property
    def is_over(self) -> bool:
        """Say whether the guest must not go on: the host has ended this render, or it has exited."""
        return self.failure is not None or self.exit_code is not None

    @cached_property
    def wasi(self) -> Wasi:
        """What the guest finds where others find an operating system, made when it looks."""
        return self._make_wasi()

    def fail(self, failure: BaseException) -> None:
        """Keep the host's first failure: it is what the render raises, whatever the guest says."""
        if self.failure is None:
            self.failure = failure

    def ask(self, document: bytes, held: int) -> int:
        """Let the host answer `document`; give the response's length or a negative status.

        Whoever runs meanwhile has the fuel that this guest leaves, and the memory besides what it has
        `held`.  What the host raises is raised.
        """
        self.budget.take_request()
        self.budget.left.memory_bytes -= held
        self._save_fuel()
        try:
            answer = self._answer(document)
        finally:
            self.budget.left.memory_bytes += held
            self._restore_fuel()
        self._check_response(answer)
        self.response = answer.body
        return answer.status or len(answer.body)

    def _run(self, export: str, given: Input) -> Done:
        store = self._store = wasmtime.Store(self._engine)
        caller = getattr(_running, "guest", None)
        _running.guest = self
        lines = Lines(self.budget, self.log)
        try:
            return Done(result=self._call(store, export, given, lines))
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            return Done(failure=with_words(self._stopped(error), lines.finish()))
        except RenderError as error:
            return Done(failure=with_words(error.with_traceback(None), lines.finish()))
        finally:
            _running.guest = caller
            self._save_fuel()
            self._instance = None
            self._store = None
            store.close()

    def _stopped(self, error: wasmtime.Trap | wasmtime.WasmtimeError) -> RenderError:
        """Say why the guest has stopped."""
        if self.exit_code is not None:
            return ended(self.name, self.exit_code)
        size = self._instance.memory().size if self._instance else 0
        allowed = self.budget.left.memory_bytes
        return stopped(self.name, error, self.limits, size, allowed, exported=self._exported)

    def _call(self, store: wasmtime.Store, export: str, given: Input, lines: Lines) -> bytes:
        self._limit(store)
        if isinstance(given, CommandInput):
            output = Output(self.budget, name=self.name)
            self._make_wasi = lambda: Wasi(
                stdin=given.stdin,
                arguments=given.arguments,
                environment=given.environment,
                stdout=output,
                stderr=lines,
            )
            self._start_command(store, export)
            lines.finish()
            return self._text(output.whole())
        self._make_wasi = lambda: Wasi(seed=given or b"", stdout=lines, stderr=lines)
        instance = self._instance = Instance(self._code, store)
        if instance.has(INITIALIZE):
            instance.run(INITIALIZE)
        if given is None:
            pair = instance.call(export)
        else:
            place = instance.call("__mistletoe_alloc", len(given))
            memory = GuestMemory(self.name, instance.memory())
            memory.write(place, given, "the input that `__mistletoe_alloc` made room for")
            pair = instance.call(export, place, len(given))
        memory = GuestMemory(self.name, instance.memory())
        start, size = memory.read_pair(pair, f"the result of `{export}`")
        self.budget.take_output(size, name=self.name)
        lines.finish()
        return self._text(memory.read(start, size, f"the text that `{export}` answers"))

    def _limit(self, store: wasmtime.Store) -> None:
        """Give the store what is left; raises `RenderError` where that is nothing."""
        limits = self.limits
        store.set_limits(
            memory_size=max(0, self.budget.left.memory_bytes),
            table_elements=limits.table_elements,
            instances=1,
            tables=TABLES,
            memories=1,
        )
        seconds = self.budget.seconds_left()
        store.set_epoch_deadline(ticks(seconds))
        self._restore_fuel()
        if seconds <= 0 or self.failure is not None:
            raise out_of_time(self.name, limits)

    def _start_command(self, store: wasmtime.Store, export: str) -> None:
        """Run a command to its end: it returns, or exits with status 0."""
        try:
            self._instance = Instance(self._code, store)
            self._instance.run(export)
        except (wasmtime.Trap, wasmtime.WasmtimeError):
            if self.exit_code != 0 or self.failure is not None:
                raise

    def _save_fuel(self) -> None:
        """Note what is left of the fuel, for those who run next."""
        if self.limits.fuel is not None and self._store is not None:
            self.budget.left.fuel = self._store.get_fuel()

    def _restore_fuel(self) -> None:
        """Go on with what the others have left."""
        if self.limits.fuel is not None and self._store is not None:
            self._store.set_fuel(self.budget.left.fuel)

    def _check_response(self, answer: Answer) -> None:
        """Refuse what is too large for a guest."""
        limit = self.limits.response_bytes
        if len(answer.body) > limit:
            raise RenderError(
                "response-too-large",
                f"`{self.name}` asked for something that takes {len(answer.body)} bytes",
                note=f"the limit `response` is {size_of(limit)} for one of them",
                hint="give it less to do, or tell the package's author",
            )
        if answer.status > 0:
            raise ValueError(f"{answer.status} is no status: 0, or a negative number")

    def _text(self, text: bytes) -> bytes:
        """Give what was answered, which must be UTF-8."""
        try:
            text.decode()
        except UnicodeDecodeError as error:
            raise RenderError(
                "invalid-utf8",
                f"`{self.name}` answered with bytes that are not UTF-8 text",
                context=(f"the first bad byte is number {error.start} of {len(text)}",),
                hint="this is a fault in the package: tell its author",
            ) from None
        return text


def running_guest() -> Guest:
    """Give the guest that runs on this thread, of several the innermost one."""
    return cast("Guest", _running.guest)


def message(text: str) -> bytes:
    """Write the document that goes with a negative status."""
    return json.dumps({"message": text}, ensure_ascii=False).encode()
