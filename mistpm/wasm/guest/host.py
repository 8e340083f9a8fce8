"""The functions that a module may import; the guest's side of the tables in `specs/host-abi.md`.

They run on the guest's thread, between WebAssembly frames, and never raise.  A failure is kept on the
guest, whose render raises it when the guest is back, and the guest is ended by a trap: one that went on
could keep everybody waiting until its time is up.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterable
from typing import Any

import wasmtime

from mistpm.errors import RenderError
from mistpm.model.answer import BAD_REQUEST
from mistpm.wasm.abi.imports import HOST_MODULE, IMPORTS, SCRIPT_MODULE, WASI_MODULE
from mistpm.wasm.guest.guest import Guest, message, running_guest
from mistpm.wasm.guest.memory import GuestMemory
from mistpm.wasm.guest.native import Caller, define, host_function

Function = Callable[..., int | None]
"""Takes the guest, its memory and unsigned numbers; gives a number, or None where there is no result."""

_NOT_GRANTED = 1
_HIGHEST_LEVEL = 3
_MOST_TEXT = 1000


def define_imports(linker: wasmtime.Linker, imports: Iterable[tuple[str, str]]) -> None:
    """Offer those of mistpm's functions that are among `imports`, each once."""
    for module, name in sorted(set(imports)):
        if name in IMPORTS.get(module, ()):
            define(linker, module, name, IMPORTS[module][name], _callback(module, name))


@functools.cache
def _callback(module: str, name: str) -> Any:
    """Make a function callable for WebAssembly; it ends the guest whose render is over."""
    function = _function(module, name)

    def call(caller: Caller, numbers: tuple[int, ...]) -> int | None:
        guest = running_guest()
        result: int | None = None
        if not guest.is_over:  # as it is where Ctrl-C has come
            try:
                result = function(guest, _memory(guest, caller), *numbers)
            except BaseException as failure:  # noqa: BLE001 - nothing may leave a callback
                guest.fail(failure)
        return None if guest.is_over else result or 0

    return host_function(call, IMPORTS[module][name])


def _function(module: str, name: str) -> Function:
    """Give what stands behind an import."""
    if module == HOST_MODULE:
        return _HOST[name]
    if module == WASI_MODULE:
        return _exit if name == "proc_exit" else functools.partial(_wasi, name)
    return _abort if module == SCRIPT_MODULE else _not_granted


def _log(guest: Guest, memory: GuestMemory, level: int, pointer: int, size: int) -> None:
    guest.budget.take_log(size)
    text = memory.read(pointer, size, "a log message")
    guest.log(min(max(_signed(level), 0), _HIGHEST_LEVEL), text.decode(errors="replace"))


def _request(guest: Guest, memory: GuestMemory, pointer: int, size: int) -> int:
    if size > guest.limits.request_bytes:
        guest.response = message(f"a request may have {guest.limits.request_bytes} bytes")
        return BAD_REQUEST
    return guest.ask(memory.read(pointer, size, "a request"), len(memory))


def _response(guest: Guest, memory: GuestMemory, pointer: int, room: int) -> int:
    memory.write(pointer, guest.response[:room], "a response")
    return len(guest.response)


def _wasi(name: str, guest: Guest, memory: GuestMemory, *numbers: int) -> int:
    return guest.wasi.function(name)(memory, *numbers)


def _exit(guest: Guest, _memory: GuestMemory, code: int) -> None:
    guest.exit_code = code


def _abort(guest: Guest, memory: GuestMemory, reason: int, *place: int) -> None:
    """End the guest as AssemblyScript's `abort` wants it, which its programs import."""
    file, line, column = place
    where = _script_text(memory, file)
    raise RenderError(
        "guest-trap",
        f"`{guest.name}` stopped: {_script_text(memory, reason) or 'it aborted'}",
        context=(f"in {where}, line {line}, column {column}",) if where else (),
        hint="this is a fault in the package: tell its author",
    )


def _script_text(memory: GuestMemory, pointer: int) -> str:
    """Read a text of AssemblyScript's, UTF-16 with its bytes counted before it; not all of a long one."""
    if not pointer:
        return ""
    size = int.from_bytes(memory.read(pointer - 4, 4, "the length of a text"), "little")
    return memory.read(pointer, min(size, _MOST_TEXT), "a text").decode("utf-16-le", "replace")


def _not_granted(_guest: Guest, memory: GuestMemory, state: int, *_what: int) -> int:
    """Answer Yoke's questions about a cluster as Yoke does where a flight may not ask: an empty text."""
    memory.write(state, struct.pack("<I", _NOT_GRANTED), "the state of a look-up")
    return 0


def _signed(number: int) -> int:
    return number - (1 << 32) if number >> 31 else number


def _memory(guest: Guest, caller: Caller) -> GuestMemory:
    memory = caller.memory()
    if memory is None:
        raise RenderError("missing-export", f"`{guest.name}` exports no `memory`")
    return GuestMemory(guest.name, memory)


_HOST: dict[str, Function] = {"log": _log, "request": _request, "response": _response}
