"""What wasmtime reports about a guest that stopped, in the user's words."""

from __future__ import annotations

import re
from collections.abc import Mapping

import wasmtime
from msgspec import Struct

from mistpm.errors import RenderError
from mistpm.wasm.abi.limit_settings import allow_more
from mistpm.wasm.abi.limits import Limits, size_of

_LONGEST_NAME = 100
_DEEPEST_SHOWN = 50
TABLES = 10
"""How many tables a guest may have; compilers make one or two."""

_TELL = "this is a fault in the package: tell its author"

_WHAT = {
    wasmtime.TrapCode.UNREACHABLE: "it reached `unreachable`, as a panic or an abort does",
    wasmtime.TrapCode.MEMORY_OUT_OF_BOUNDS: "it reached over the end of its memory",
    wasmtime.TrapCode.TABLE_OUT_OF_BOUNDS: "it reached over the end of a table",
    wasmtime.TrapCode.INDIRECT_CALL_TO_NULL: "it called a function that is not there",
    wasmtime.TrapCode.BAD_SIGNATURE: "it called a function with other parameters than it has",
    wasmtime.TrapCode.INTEGER_OVERFLOW: "a number became too large",
    wasmtime.TrapCode.INTEGER_DIVISION_BY_ZERO: "it divided by zero",
    wasmtime.TrapCode.BAD_CONVERSION_TO_INTEGER: "it made an integer of what is none",
}


def stopped(
    name: str,
    error: wasmtime.Trap | wasmtime.WasmtimeError,
    limits: Limits,
    memory_bytes: int,
    allowed_bytes: int,
    *,
    exported: Mapping[int, str],
) -> RenderError:
    """Say why the module `name` stopped, whose memory had grown to `memory_bytes`, and could so far.

    `exported` names functions by their indices, for a module whose name section does not.
    """
    if isinstance(error, wasmtime.WasmtimeError):
        return failed(name, str(error), limits)
    backtrace = tuple(_frame(frame, exported) for frame in error.frames[:_DEEPEST_SHOWN])
    trap = Trap(code=error.trap_code, message=error.message, backtrace=backtrace)
    return trapped(name, trap, limits, memory_bytes, allowed_bytes)


class Trap(Struct, frozen=True, kw_only=True):
    """Why and where a guest stopped; the functions that it was in are written as messages show them."""

    code: wasmtime.TrapCode | None
    message: str
    backtrace: tuple[str, ...]


def trapped(
    name: str, trap: Trap, limits: Limits, memory_bytes: int, allowed_bytes: int
) -> RenderError:
    """Say why the module `name` stopped, as `stopped`."""
    code, backtrace = trap.code, trap.backtrace
    if code is wasmtime.TrapCode.INTERRUPT:
        return out_of_time(name, limits, backtrace)
    if code is wasmtime.TrapCode.STACK_OVERFLOW:
        return RenderError(
            "guest-stack",
            f"`{name}` ran out of stack",
            context=_called_from(backtrace),
            note=f"the limit `stack` is {size_of(limits.stack_bytes)}; functions that call themselves forever reach any limit",
            hint=_TELL,
            backtrace=backtrace,
        )
    if code is wasmtime.TrapCode.OUT_OF_FUEL:
        return RenderError(
            "guest-fuel",
            f"`{name}` ran out of fuel",
            context=_called_from(backtrace),
            note=f"the limit `fuel` is {limits.fuel} instructions for one render with everything it calls",
            hint="allow more, or give it less to do",
            backtrace=backtrace,
        )
    if code is wasmtime.TrapCode.UNREACHABLE and memory_bytes > allowed_bytes // 2:
        return RenderError(
            "guest-memory",
            f"`{name}` gave up, probably for want of memory",
            context=(f"its memory had grown to {size_of(memory_bytes)}", *_called_from(backtrace)),
            note=memory_note(limits),
            hint=f"give it less to do, or tell the package's author{allow_more('memory', limits)}",
            backtrace=backtrace,
        )
    return RenderError(
        "guest-trap",
        f"`{name}` stopped: {_WHAT.get(code, trap.message) if code else trap.message}",
        context=_called_from(backtrace),
        hint=_TELL,
        backtrace=backtrace,
    )


def ended(name: str, code: int) -> RenderError:
    """Say that the module `name` has ended itself before it answered, or because it could not."""
    if code == 0:
        return RenderError(
            "guest-exit",
            f"`{name}` ended before it answered",
            note="its exit status is 0",
            hint=_TELL,
        )
    return RenderError(
        "guest-exit",
        f"`{name}` ended with exit status {code}",
        hint="what it wrote says why; if it does not, tell the package's author",
    )


def with_words(error: RenderError, lines: tuple[str, ...]) -> RenderError:
    """Add the last `lines` that a guest wrote to the error that it ended with."""
    if len(lines) == 1:
        error.context = (*error.context, f"its last words: {lines[0]}")
    elif lines:
        error.context = (*error.context, "its last words:", *(f"  {line}" for line in lines))
    return error


def out_of_time(name: str, limits: Limits, backtrace: tuple[str, ...] = ()) -> RenderError:
    """Say that `name` was running, or about to run, when the time was up."""
    return RenderError(
        "guest-timeout",
        f"`{name}` did not finish in time",
        context=_called_from(backtrace),
        note=f"the limit `time` is {limits.seconds:g} s for one render with everything it calls",
        hint="try again; if that does not help the package loops or does too much: tell its author"
        f"{allow_more('time', limits)}",
        backtrace=backtrace,
    )


def failed(name: str, text: str, limits: Limits) -> RenderError:
    """Say what is not a trap: a stub was called, or no instance could be made within the limits."""
    stub = re.search(r"unknown import: `(.+?)` has not been defined", text)
    if stub:
        return RenderError(
            "guest-trap",
            f"`{name}` stopped: it called `{stub[1]}`, which only a browser has",
            note="wasm-bindgen's imports are let through because packages do not call them",
            hint=_TELL,
        )
    reason = (text.strip() or "no reason given").splitlines()[-1].strip()
    if re.search(r"\bmemory\b.* (exceeds|too high)", reason):
        return RenderError(
            "guest-memory",
            f"`{name}` needs more memory than there may be",
            context=(reason,),
            note=memory_note(limits),
            hint=f"tell the package's author{allow_more('memory', limits)}",
        )
    if re.search(r"\btable\b.* (exceeds|too high)", reason):
        return RenderError(
            "guest-table",
            f"`{name}` needs larger tables than there may be",
            context=(reason,),
            note=f"the limit `table` is {limits.table_elements} elements in each of {TABLES} tables",
            hint="tell the package's author",
        )
    return RenderError(
        "guest-trap", f"`{name}` could not be started", context=(reason,), hint=_TELL
    )


def memory_note(limits: Limits) -> str:
    """Say what the limit `memory` is."""
    return (
        f"the limit `memory` is {size_of(limits.memory_bytes)},"
        " for a package and those that wait for its answer together"
    )


def _called_from(backtrace: tuple[str, ...]) -> tuple[str, ...]:
    return (f"in {backtrace[0]}",) if backtrace else ()


def _frame(frame: wasmtime.Frame, exported: Mapping[int, str]) -> str:
    """Name a function; its name is the package's, and may be as long as it likes."""
    name = frame.func_name or exported.get(frame.func_index)
    return f"`{name[:_LONGEST_NAME]}`" if name else f"function {frame.func_index}"
