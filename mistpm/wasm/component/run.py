"""One run of one component: what is said to its process and what comes back, until it has answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeVar

import wasmtime
from msgspec import MsgspecError, Struct
from msgspec.json import decode

from mistpm.errors import RenderError
from mistpm.model.answer import Answer
from mistpm.wasm.abi.limit_settings import allow_more
from mistpm.wasm.abi.limits import Budget, size_of
from mistpm.wasm.component.channel import ComponentProcess, Header, LostProcessError
from mistpm.wasm.component.component import Component
from mistpm.wasm.guest.streams import Lines
from mistpm.wasm.guest.trap import (
    Trap,
    ended,
    failed,
    memory_note,
    out_of_time,
    trapped,
    with_words,
)

GRACE = 2.0
"""How much later than its deadline a process is given up: until then it ends the guest itself, and says where."""
MOST_TOLD = 1024 * 1024
_ESCAPED = 6
_LONGEST_REASON = 500
"""A reason may have names in it that are the package's."""
_STDOUT, _STDERR = _STREAMS = (1, 2)
_NONSENSE = "it says what nobody understands"
_EXIT = re.compile(r"exit status (\d{1,3})")
T = TypeVar("T")

Answering = Callable[[bytes], Answer]
Logging = Callable[[int, str], None]


class Answered(Struct, frozen=True, kw_only=True):
    """What a component has answered: the text, or its reason for having none."""

    text: bytes
    is_error: bool


class _Stopped(Struct, frozen=True, kw_only=True):
    """What a process tells of a guest that has stopped, or was not `started`; `memory` is what it used, about."""

    reason: str
    frames: tuple[str, ...]
    memory: int
    started: bool


class ComponentRun:
    """A run of `component` within `budget`; `answer` and `log` are called on this thread."""

    def __init__(
        self, component: Component, budget: Budget, *, answer: Answering, log: Logging
    ) -> None:
        self._component = component
        self._budget = budget
        self._limits = budget.limits
        self._answer = answer
        self._log = log
        self._lines = {stream: Lines(budget, log) for stream in _STREAMS}
        self._memory = max(0, budget.left.memory_bytes)
        if component.may_call:  # the other half is for those that it calls
            self._memory //= 2

    def go(self, process: ComponentProcess, export: str, given: bytes) -> Answered:
        """Run an export and give what it answers.

        Raises `RenderError` with the last words that it wrote to standard error, what `answer` and `log` raise,
        `LostProcessError` where the process ends.
        """
        try:
            answered = self._go(process, export, given)
        except RenderError as error:
            raise with_words(error, self._finish_lines()) from None
        self._finish_lines()
        return answered

    def _go(self, process: ComponentProcess, export: str, given: bytes) -> Answered:
        seconds = self._budget.seconds_left()
        if seconds <= 0:
            raise out_of_time(self._component.name, self._limits)
        fuel = self._budget.left.fuel if self._limits.fuel is not None else None
        asked = {
            "export": export,
            "seconds": seconds,
            "memory": self._memory,
            "table": self._limits.table_elements,
            "request": self._limits.request_bytes,
            "fuel": fuel,
            "wasi": self._component.wasi,
        }
        until = self._budget.deadline + GRACE
        try:
            ask(process, asked, self._component.code, given, until)
            while True:
                header = process.header(until)
                if header.kind == b"L":
                    self._take_log(process, header, until)
                elif header.kind == b"W":
                    self._take_output(process, header, until)
                elif header.kind == b"R":
                    self._take_request(process, header, until)
                else:
                    return self._end(process, header, until)
        except TimeoutError:
            raise out_of_time(self._component.name, self._limits) from None

    def lost(self, error: LostProcessError) -> RenderError:
        """Say why there is no process any more."""
        name = self._component.name
        if self._budget.seconds_left() <= 0:
            return out_of_time(name, self._limits)
        if "memory" in error.reason.lower():
            return RenderError(
                "guest-memory",
                f"`{name}` needs more memory than there may be",
                context=(error.reason,),
                note=memory_note(self._limits),
                hint=f"tell the package's author{allow_more('memory', self._limits)}",
            )
        return RenderError(
            "guest-process",
            f"the process of `{name}` has ended before it answered",
            context=(error.reason,),
            hint="try again; if that does not help it is a fault in the package or in wasmtime: tell the author",
        )

    def _take_log(self, process: ComponentProcess, header: Header, until: float) -> None:
        self._budget.take_log(header.size)
        text = process.read(header.size, until)
        self._log(header.number, text.decode(errors="replace"))

    def _take_output(self, process: ComponentProcess, header: Header, until: float) -> None:
        lines = self._lines.get(header.number)
        if lines is None:
            raise LostProcessError(_NONSENSE)
        lines.take(header.size)
        lines.write(process.read(header.size, until))

    def _finish_lines(self) -> tuple[str, ...]:
        self._lines[_STDOUT].finish()
        return self._lines[_STDERR].finish()

    def _take_request(self, process: ComponentProcess, header: Header, until: float) -> None:
        """Answer a request; whoever runs meanwhile has the memory and the fuel that this guest leaves."""
        if header.size > _ESCAPED * self._limits.request_bytes + MOST_TOLD:
            raise LostProcessError("it makes a larger request than it may")
        self._budget.take_request()
        document = process.read(header.size, until)
        left = self._budget.left
        left.memory_bytes -= self._memory
        self._set_fuel(header)
        reply = self._checked(self._answer(document))
        left.memory_bytes += self._memory
        process.send(b"%d" % -reply.status, _body(reply), until, left.fuel)

    def _checked(self, reply: Answer) -> Answer:
        limit = self._limits.response_bytes
        if len(reply.body) > limit:
            raise RenderError(
                "response-too-large",
                f"`{self._component.name}` asked for something that takes {len(reply.body)} bytes",
                note=f"the limit `response` is {size_of(limit)} for one of them",
                hint="give it less to do, or tell the package's author",
            )
        return reply

    def _end(self, process: ComponentProcess, header: Header, until: float) -> Answered:
        self._set_fuel(header)
        if header.kind in {b"O", b"E"}:
            self._budget.take_output(header.size, name=self._component.name)
            text = process.read(header.size, until)
            _check(text.decode)
            return Answered(text=text, is_error=header.kind == b"E")
        if header.kind == b"T" and header.size <= MOST_TOLD:
            told = process.read(header.size, until)
            raise self._stopped(_check(lambda: decode(told, type=_Stopped)))
        raise LostProcessError(_NONSENSE)

    def _set_fuel(self, header: Header) -> None:
        """Take over what is left of the fuel, which cannot be more than there was."""
        left = self._budget.left
        left.fuel = min(left.fuel, header.number)

    def _stopped(self, found: _Stopped) -> RenderError:
        name = self._component.name
        reason = found.reason
        if status := _EXIT.fullmatch(reason):
            return ended(name, int(status[1]))
        if len(reason) > _LONGEST_REASON:
            reason = f"{reason[:_LONGEST_REASON]}…"
        kind, _, words = reason.partition(": ")
        code = _CODES.get(words) if kind == "wasm trap" else None
        if code is None and not found.started:
            return failed(name, reason, self._limits)
        trap = Trap(code=code, message=reason, backtrace=found.frames)
        return trapped(name, trap, self._limits, found.memory, self._memory)


def _check(read: Callable[[], T]) -> T:
    """Read what a process has said; raises `LostProcessError` where that cannot be."""
    try:
        return read()
    except (MsgspecError, UnicodeDecodeError):
        raise LostProcessError(_NONSENSE) from None


def ask(
    process: ComponentProcess,
    asked: dict[str, object],
    code: bytes | str,
    given: bytes,
    until: float,
) -> None:
    """Send what is wanted of a component, the code (or where it lies), and the input."""
    path = code if isinstance(code, str) else None
    process.send(b"J", json.dumps({**asked, "path": path}).encode(), until)
    process.send(b"C", b"" if isinstance(code, str) else code, until)
    process.send(b"I", given, until)


def _body(reply: Answer) -> bytes:
    """Give the response, or of a refusal the message."""
    if not reply.status:
        return reply.body
    return decode(reply.body, type=dict[str, str])["message"].encode()


_CODES = {
    "wasm `unreachable` instruction executed": wasmtime.TrapCode.UNREACHABLE,
    "out of bounds memory access": wasmtime.TrapCode.MEMORY_OUT_OF_BOUNDS,
    "undefined element: out of bounds table access": wasmtime.TrapCode.TABLE_OUT_OF_BOUNDS,
    "uninitialized element": wasmtime.TrapCode.INDIRECT_CALL_TO_NULL,
    "indirect call type mismatch": wasmtime.TrapCode.BAD_SIGNATURE,
    "integer overflow": wasmtime.TrapCode.INTEGER_OVERFLOW,
    "integer divide by zero": wasmtime.TrapCode.INTEGER_DIVISION_BY_ZERO,
    "invalid conversion to integer": wasmtime.TrapCode.BAD_CONVERSION_TO_INTEGER,
    "call stack exhausted": wasmtime.TrapCode.STACK_OVERFLOW,
    "interrupt": wasmtime.TrapCode.INTERRUPT,
    "all fuel consumed by WebAssembly": wasmtime.TrapCode.OUT_OF_FUEL,
}
"""How wasmtime writes a trap; the binding gives no codes for those of components."""
