"""The seam to wasmtime's own library, where its Python package stands in the way.

Three things cannot be done well through the package's classes.  A host function that ends its guest
can do so only by raising, and what is raised is kept in one variable for all threads, to be handed to
whoever asks first.  A call looks up and converts the types of its parameters every time, which takes ten
times as long as the call.  And an export is found only by making objects of all of them.

So instances are made, called and looked into through the C functions of `wasmtime.h`, here and nowhere
else.  The package's private names that this needs are `_bindings` and two `_from_ptr`; its version is
pinned, and `tests/wasm/test_native.py` says what no longer holds when another one is tried.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple, cast

import wasmtime
from wasmtime import _bindings

c = cast("Any", _bindings)
"""Generated from `wasmtime.h`: the structures, and the library itself."""

_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_size_t
_I32 = 0
_MEMORY = 3
_MASK = 0xFFFFFFFF
_TYPES = {"i": wasmtime.ValType.i32, "I": wasmtime.ValType.i64}
_RAW = {"i": "I12x", "I": "Q8x"}
_ARGUMENTS: Final = tuple(c.wasmtime_val_t * count for count in range(3))
_RESULT: Final = c.wasmtime_val_t * 1
_MEMORY_NAME = b"memory"
_ENDED = b"the host has ended this render"

_CALLBACK = ctypes.CFUNCTYPE(_SIZE, _POINTER, _POINTER, _POINTER, _SIZE)
_NOTHING_TO_FREE = ctypes.CFUNCTYPE(None, _POINTER)()


def _slow(name: str, result: Any, *parameters: Any) -> Any:
    """Declare a C function that may run a guest: other Python threads go on meanwhile."""
    return ctypes.CFUNCTYPE(result, *parameters)((name, c.dll))


def _quick(name: str, result: Any, *parameters: Any) -> Any:
    """Declare a C function that returns at once: handing over to another thread would take longer."""
    return ctypes.PYFUNCTYPE(result, *parameters)((name, c.dll))


_instantiate = _slow(
    "wasmtime_instance_pre_instantiate", _POINTER, _POINTER, _POINTER, _POINTER, _POINTER
)
_call_function = _slow(
    *("wasmtime_func_call", _POINTER),
    *(_POINTER, _POINTER, _POINTER, _SIZE, _POINTER, _SIZE, _POINTER),
)
_FIND = (_POINTER, _POINTER, ctypes.c_char_p, _SIZE, _POINTER)
_instance_export = _quick("wasmtime_instance_export_get", ctypes.c_bool, *_FIND)
_caller_export = _quick("wasmtime_caller_export_get", ctypes.c_bool, *_FIND[1:])
_caller_context = _quick("wasmtime_caller_context", _POINTER, _POINTER)
_store_context = _quick("wasmtime_store_context", _POINTER, _POINTER)
_memory_data = _quick("wasmtime_memory_data", _POINTER, _POINTER, _POINTER)
_memory_size = _quick("wasmtime_memory_data_size", _SIZE, _POINTER, _POINTER)
_new_trap = _quick("wasmtime_trap_new", _POINTER, ctypes.c_char_p, _SIZE)
_define = _quick(
    *("wasmtime_linker_define_func_unchecked", _POINTER, _POINTER),
    *(ctypes.c_char_p, _SIZE, ctypes.c_char_p, _SIZE, _POINTER),
    *(_CALLBACK, _POINTER, type(_NOTHING_TO_FREE)),
)


class Memory(NamedTuple):
    """Where a guest's memory begins, and its bytes: true until the guest runs again."""

    address: int
    size: int


class Instance:
    """A fresh instance of `code`, to be used on one thread, as long as `store` is open.

    What is called must have been checked by `mistpm.wasm.abi.signatures`.  Making an instance and calling it
    raise `wasmtime.Trap` and `wasmtime.WasmtimeError`.
    """

    def __init__(self, code: wasmtime.InstancePre, store: wasmtime.Store) -> None:
        self._context = _store_context(store.ptr())
        self._instance = c.wasmtime_instance_t()
        self._memory: Any = None
        trap = _POINTER()
        error = _instantiate(
            code.ptr(), self._context, ctypes.byref(self._instance), ctypes.byref(trap)
        )
        _check(error, trap)

    def has(self, export: str) -> bool:
        """Say whether something is exported by this name."""
        return self._find(export.encode()) is not None

    def run(self, export: str) -> None:
        """Call an export without parameters and result."""
        self._call(export, (), 0)

    def call(self, export: str, *numbers: int) -> int:
        """Call an export with up to two i32 and give its i32, unsigned."""
        return self._call(export, numbers, 1)

    def memory(self) -> Memory:
        """Give the memory as it is now."""
        if self._memory is None:
            self._memory = self._find(_MEMORY_NAME)
        return _seen(self._context, self._memory)

    def _call(self, export: str, numbers: tuple[int, ...], room: int) -> int:
        found = self._find(export.encode())
        if found is None:
            raise LookupError(f"there is no export `{export}`")
        given = _ARGUMENTS[len(numbers)]()
        for index, number in enumerate(numbers):
            given[index].kind = _I32
            given[index].of.i32 = number
        results, trap = _RESULT(), _POINTER()
        error = _call_function(
            *(self._context, ctypes.byref(found.of)),
            *(given, len(numbers), results, room, ctypes.byref(trap)),
        )
        _check(error, trap)
        return int(results[0].of.i32) & _MASK

    def _find(self, name: bytes) -> Any:
        found = c.wasmtime_extern_t()
        is_there = _instance_export(
            *(self._context, ctypes.byref(self._instance), name, len(name), ctypes.byref(found))
        )
        return found if is_there else None


class Caller:
    """The guest that has called a host function; to be used until that returns."""

    def __init__(self, pointer: int) -> None:
        self._pointer = pointer

    def memory(self) -> Memory | None:
        """Give the memory as it is now, or None where the guest exports none."""
        found = c.wasmtime_extern_t()
        is_there = _caller_export(
            *(self._pointer, _MEMORY_NAME, len(_MEMORY_NAME), ctypes.byref(found))
        )
        if not is_there or found.kind != _MEMORY:
            return None
        return _seen(_caller_context(self._pointer), found)


HostFunction = Callable[[Caller, tuple[int, ...]], int | None]
"""Takes who calls and unsigned numbers; gives a number (0 where there is no result), None to end the guest.

It must not raise: what it raised would be printed, and the guest would go on with nothing.
"""


def host_function(function: HostFunction, signature: str) -> Any:
    """Make `function` callable for guests, by a `signature` as `mistpm.wasm.abi.imports` writes them.

    Whoever defines it for a linker keeps it as long as the linker's instances live.
    """
    parameters, _, results = signature.partition(">")
    raw = struct.Struct("<" + "".join(_RAW[kind] for kind in parameters))

    def call(_environment: Any, caller: int, values: int, _room: int) -> int:
        given = ctypes.string_at(values, raw.size) if raw.size else b""
        answer = function(Caller(caller), raw.unpack(given))
        if answer is None:
            return int(_new_trap(_ENDED, len(_ENDED)))
        if results:
            ctypes.c_int64.from_address(values).value = answer
        return 0

    return _CALLBACK(call)


def define(linker: wasmtime.Linker, module: str, name: str, signature: str, callback: Any) -> None:
    """Offer what `host_function` made of the same `signature` as the import `module.name`."""
    parameters, _, results = signature.partition(">")
    kind = wasmtime.FuncType(
        [_TYPES[letter]() for letter in parameters], [_TYPES[letter]() for letter in results]
    )
    encoded = [part for text in (module.encode(), name.encode()) for part in (text, len(text))]
    error = _define(linker.ptr(), *encoded, kind.ptr(), callback, None, _NOTHING_TO_FREE)
    _check(error, _POINTER())


def _seen(context: int, memory: Any) -> Memory:
    place = ctypes.byref(memory.of)
    return Memory(_memory_data(context, place) or 0, _memory_size(context, place))


def _check(error: int | None, trap: ctypes.c_void_p) -> None:
    """Raise what a C function has given instead of a result, as wasmtime's own classes."""
    if error is not None:
        found = ctypes.cast(error, ctypes.POINTER(c.wasmtime_error_t))
        raise wasmtime.WasmtimeError._from_ptr(found)  # noqa: SLF001 - there is no public way
    if trap.value is not None:
        reason = ctypes.cast(trap, ctypes.POINTER(c.wasm_trap_t))
        raise wasmtime.Trap._from_ptr(reason)  # noqa: SLF001 - there is no public way
