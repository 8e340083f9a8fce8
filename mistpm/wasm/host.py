"""The functions that a module may import; the guest's side of the tables in `specs/host-abi.md`.

They run on the guest's thread, between WebAssembly frames, and never raise.  A failure is kept on the
guest, whose render raises it when the guest is back, and the guest is ended by a trap: one that went on
could keep everybody waiting until its time is up.

They are defined through wasmtime's C functions, because the Python class around those knows only
exceptions, and keeps them in one variable for all threads: it hands them to whoever asks first.
"""

from __future__ import annotations

import ctypes
import functools
import struct
from collections.abc import Callable, Iterable
from typing import Any, cast

import wasmtime
from wasmtime import _bindings as native

from mistpm.errors import RenderError
from mistpm.model.answer import BAD_REQUEST
from mistpm.wasm.guest import Guest, message, running_guest
from mistpm.wasm.imports import HOST_MODULE, IMPORTS, WASI_MODULE
from mistpm.wasm.memory import GuestMemory

Function = Callable[..., int | None]
"""Takes the guest, its memory and unsigned numbers; gives a number, or None where there is no result."""

_ENDED = b"the host has ended this render"
_I32, _I64 = 0, 1
_TYPES = {"i": wasmtime.ValType.i32, "I": wasmtime.ValType.i64}
_NOT_GRANTED = 1


def define_imports(linker: wasmtime.Linker, imports: Iterable[tuple[str, str]]) -> None:
    """Offer those of mistpm's functions that are among `imports`, each once."""
    for module, name in sorted(set(imports)):
        if name not in IMPORTS.get(module, ()):
            continue
        parameters, _, results = IMPORTS[module][name].partition(">")
        signature = wasmtime.FuncType(
            [_TYPES[kind]() for kind in parameters], [_TYPES[kind]() for kind in results]
        )
        native.wasmtime_linker_define_func(
            linker.ptr(),
            ctypes.create_string_buffer(module.encode()),
            len(module),
            ctypes.create_string_buffer(name.encode()),
            len(name),
            signature.ptr(),
            _callback(module, name),
            None,
            _NOTHING_TO_FREE,
        )


@functools.cache
def _callback(module: str, name: str) -> Any:
    """Make a function callable for WebAssembly: numbers in, one number or none out, or a trap."""
    function = _function(module, name)
    result_kind = _I64 if IMPORTS[module][name].endswith(">I") else _I32

    def call(
        _environment: Any, caller: Any, given: Any, count: int, results: Any, room: int
    ) -> int:
        guest = running_guest()
        result: int | None = None
        try:
            memory = _memory(guest, wasmtime.Caller(caller))
            result = function(guest, memory, *(_number(given[index]) for index in range(count)))
        except BaseException as failure:  # noqa: BLE001 - nothing may leave a callback
            guest.fail(failure)
        if guest.is_over:
            trap = native.wasmtime_trap_new(ctypes.create_string_buffer(_ENDED), len(_ENDED))
            return cast("int", ctypes.cast(trap, ctypes.c_void_p).value)
        if room:
            results[0].kind = result_kind
            if result_kind == _I64:
                results[0].of.i64 = result or 0
            else:
                results[0].of.i32 = result or 0
        return 0

    return native.wasmtime_func_callback_t(call)


def _number(value: Any) -> int:
    """Read a parameter as what it is: unsigned."""
    if value.kind == _I64:
        return cast("int", value.of.i64) & 0xFFFFFFFFFFFFFFFF
    return cast("int", value.of.i32) & 0xFFFFFFFF


def _function(module: str, name: str) -> Function:
    """Give what stands behind an import."""
    if module == HOST_MODULE:
        return _HOST[name]
    if module == WASI_MODULE:
        return _exit if name == "proc_exit" else functools.partial(_wasi, name)
    return _not_granted


def _log(guest: Guest, memory: GuestMemory, level: int, pointer: int, size: int) -> None:
    guest.budget.take_log(size)
    text = memory.read(pointer, size, "a log message")
    guest.messages.put((_signed(level), text.decode(errors="replace")))


def _request(guest: Guest, memory: GuestMemory, pointer: int, size: int) -> int:
    if size > guest.limits.request_bytes:
        guest.response = message(f"a request may have {guest.limits.request_bytes} bytes")
        return BAD_REQUEST
    return guest.ask(memory.read(pointer, size, "a request"))


def _response(guest: Guest, memory: GuestMemory, pointer: int, room: int) -> int:
    memory.write(pointer, guest.response[:room], "a response")
    return len(guest.response)


def _wasi(name: str, guest: Guest, memory: GuestMemory, *numbers: int) -> int:
    return guest.wasi.function(name)(memory, *numbers)


def _exit(guest: Guest, _memory: GuestMemory, code: int) -> None:
    guest.exit_code = code


def _not_granted(_guest: Guest, memory: GuestMemory, state: int, *_what: int) -> int:
    """Answer Yoke's questions about a cluster as Yoke does where a flight may not ask: an empty text."""
    memory.write(state, struct.pack("<I", _NOT_GRANTED), "the state of a look-up")
    return 0


def _signed(number: int) -> int:
    return number - (1 << 32) if number >> 31 else number


def _memory(guest: Guest, caller: wasmtime.Caller) -> GuestMemory:
    memory = caller.get("memory")
    if not isinstance(memory, wasmtime.Memory):
        raise RenderError("missing-export", f"`{guest.name}` exports no `memory`")
    return GuestMemory(guest.name, caller, memory)


_HOST: dict[str, Function] = {"log": _log, "request": _request, "response": _response}
_NOTHING_TO_FREE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)()
