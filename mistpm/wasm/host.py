"""The host functions of module `mistpm_v1`; the guest's side of the table in `specs/host-abi.md`.

They run on the guest's thread, between WebAssembly frames, so they never raise: wasmtime keeps a
callback's exception in one variable for all threads and hands it to whoever asks first.  A failure is
kept on the guest, which gets a status and goes on; the render raises it when the guest is back.
"""

from __future__ import annotations

import wasmtime

from mistpm.errors import RenderError
from mistpm.model.answer import BAD_REQUEST
from mistpm.wasm.guest import Guest, message, running_guest
from mistpm.wasm.memory import GuestMemory

HOST_MODULE = "mistpm_v1"

_I32 = wasmtime.ValType.i32()
PARAMETERS = {"log": 3, "request": 2, "response": 2}
RESULTS = {"log": 0, "request": 1, "response": 1}


def define_host_functions(linker: wasmtime.Linker) -> None:
    """Offer `log`, `request` and `response` to every module that `linker` makes an instance of."""
    for name, function in (("log", _log), ("request", _request), ("response", _response)):
        signature = wasmtime.FuncType([_I32] * PARAMETERS[name], [_I32] * RESULTS[name])
        linker.define_func(HOST_MODULE, name, signature, function, access_caller=True)


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
