"""The host functions of module `mistpm_v1`; the guest's side of the table in `specs/host-abi.md`.

They run on the guest's thread, between WebAssembly frames, and never raise.  A failure is kept on the
guest, whose render raises it when the guest is back, and the guest is ended by a trap: one that went on
could keep everybody waiting until its time is up.

They are defined through wasmtime's C functions, because the Python class around those knows only
exceptions, and keeps them in one variable for all threads: it hands them to whoever asks first.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, cast

import wasmtime
from wasmtime import _bindings as native

from mistpm.errors import RenderError
from mistpm.model.answer import BAD_REQUEST
from mistpm.wasm.guest import Guest, message, running_guest
from mistpm.wasm.memory import GuestMemory

HOST_MODULE = "mistpm_v1"

_I32 = wasmtime.ValType.i32()
_I32_KIND = 0
_ENDED = b"the host has ended this render"
PARAMETERS = {"log": 3, "request": 2, "response": 2}
RESULTS = {"log": 0, "request": 1, "response": 1}


def define_host_functions(linker: wasmtime.Linker) -> None:
    """Offer `log`, `request` and `response` to every module that `linker` makes an instance of."""
    module = HOST_MODULE.encode()
    for name, callback in _CALLBACKS.items():
        signature = wasmtime.FuncType([_I32] * PARAMETERS[name], [_I32] * RESULTS[name])
        native.wasmtime_linker_define_func(
            linker.ptr(),
            ctypes.create_string_buffer(module),
            len(module),
            ctypes.create_string_buffer(name.encode()),
            len(name),
            signature.ptr(),
            callback,
            None,
            _NOTHING_TO_FREE,
        )


def _callback(function: Callable[..., int | None]) -> Any:
    """Make a function callable for WebAssembly: numbers in, one number or none out, or a trap."""

    def call(
        _environment: Any, caller: Any, given: Any, count: int, results: Any, _room: int
    ) -> int:
        numbers = [given[index].of.i32 for index in range(count)]
        result = function(wasmtime.Caller(caller), *numbers)
        if running_guest().is_over:
            trap = native.wasmtime_trap_new(ctypes.create_string_buffer(_ENDED), len(_ENDED))
            return cast("int", ctypes.cast(trap, ctypes.c_void_p).value)
        if result is not None:
            results[0].kind = _I32_KIND
            results[0].of.i32 = result
        return 0

    return native.wasmtime_func_callback_t(call)


def _log(caller: wasmtime.Caller, level: int, pointer: int, size: int) -> None:
    guest = running_guest()
    try:
        guest.budget.take_log(size & 0xFFFFFFFF)
        text = _memory(guest, caller).read(pointer, size, "a log message")
        guest.messages.put((level, text.decode(errors="replace")))
    except BaseException as failure:  # noqa: BLE001 - nothing may leave a callback
        guest.fail(failure)


def _request(caller: wasmtime.Caller, pointer: int, size: int) -> int:
    guest = running_guest()
    try:
        if size & 0xFFFFFFFF > guest.limits.request_bytes:
            guest.response = message(f"a request may have {guest.limits.request_bytes} bytes")
            return BAD_REQUEST
        return guest.ask(_memory(guest, caller).read(pointer, size, "a request"))
    except BaseException as failure:  # noqa: BLE001 - nothing may leave a callback
        guest.fail(failure)
        return BAD_REQUEST


def _response(caller: wasmtime.Caller, pointer: int, room: int) -> int:
    guest = running_guest()
    try:
        part = guest.response[: room & 0xFFFFFFFF]
        _memory(guest, caller).write(pointer, part, "a response")
    except BaseException as failure:  # noqa: BLE001 - nothing may leave a callback
        guest.fail(failure)
    return len(guest.response)


def _memory(guest: Guest, caller: wasmtime.Caller) -> GuestMemory:
    memory = caller.get("memory")
    if not isinstance(memory, wasmtime.Memory):
        raise RenderError("missing-export", f"`{guest.name}` exports no `memory`")
    return GuestMemory(guest.name, caller, memory)


_CALLBACKS = {
    "log": _callback(_log),
    "request": _callback(_request),
    "response": _callback(_response),
}
_NOTHING_TO_FREE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)()
