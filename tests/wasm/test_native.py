"""The seam to wasmtime's library: what it takes for granted of a package whose version is pinned.

Where one of these fails, another version of wasmtime is installed: `mistpm/wasm/guest/native.py` has to be looked
through, beside `wasmtime.h` of that version, before it is used.
"""

from __future__ import annotations

import ctypes
from importlib.metadata import version
from typing import Any

import pytest
import wasmtime
from wasmtime import _bindings

from mistpm.wasm.guest.native import Caller, Instance, define, host_function

PINNED = "50.0.1"
SIGNATURES = {
    "wasmtime_store_context": (1, "wasmtime_context"),
    "wasmtime_instance_pre_instantiate": (4, "wasmtime_error"),
    "wasmtime_instance_export_get": (5, "c_bool"),
    "wasmtime_caller_export_get": (4, "c_bool"),
    "wasmtime_caller_context": (1, "wasmtime_context"),
    "wasmtime_func_call": (7, "wasmtime_error"),
    "wasmtime_memory_data": (2, "c_ubyte"),
    "wasmtime_memory_data_size": (2, "c_ulong"),
    "wasmtime_linker_define_func_unchecked": (9, "wasmtime_error"),
    "wasmtime_trap_new": (2, "wasm_trap_t"),
}
MODULE = """(module
  (import "host" "twice" (func $twice (param i32 i64) (result i64)))
  (import "host" "end" (func $end))
  (memory (export "memory") 2)
  (func (export "nothing"))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "call") (param i32) (result i32)
    (i32.wrap_i64 (call $twice (local.get 0) (i64.const -3))))
  (func (export "grow") (drop (memory.grow (i32.const 1))))
  (func (export "stop") (call $end))
  (func (export "trap") unreachable))"""


def test_the_version_that_was_looked_through() -> None:
    """It is the one that was read and measured."""
    assert PINNED == version("wasmtime")


@pytest.mark.parametrize("name", SIGNATURES)
def test_functions_have_the_types_that_are_declared(name: str) -> None:
    """The package's own declarations, made from the header, have as many parameters and the same result."""
    function = getattr(_bindings, f"_{name}")

    assert SIGNATURES[name] == (len(function.argtypes), named(function.restype))


def named(kind: Any) -> str:
    """Name a type, of a pointer what it points to."""
    pointed_to = getattr(kind, "_type_", None)
    return str(getattr(pointed_to, "__name__", kind.__name__))


def test_structures_are_as_large_as_is_taken_for_granted() -> None:
    """A raw value has 16 bytes; kinds of values and of exports have the numbers that are used."""
    assert 16 == ctypes.sizeof(_bindings.wasmtime_val_raw_t)
    assert (0, 3) == (wasmtime._ffi.WASMTIME_I32.value, wasmtime._ffi.WASMTIME_EXTERN_MEMORY.value)  # noqa: SLF001


@pytest.fixture
def instance() -> Any:
    """Make an instance with two host functions; what they were given is in `given`."""
    engine = wasmtime.Engine()
    linker, store = wasmtime.Linker(engine), wasmtime.Store(engine)
    given: list[Any] = []

    def twice(caller: Caller, numbers: tuple[int, ...]) -> int:
        given.append((caller.memory(), numbers))
        return -6

    callbacks = (host_function(twice, "iI>I"), host_function(lambda _caller, _numbers: None, ""))
    define(linker, "host", "twice", "iI>I", callbacks[0])
    define(linker, "host", "end", "", callbacks[1])
    made = Instance(linker.instantiate_pre(wasmtime.Module(engine, MODULE)), store)
    yield made, given
    store.close()
    del callbacks


def test_calls(instance: Any) -> None:
    """Numbers go in and come out unsigned; what has no result gives none."""
    made, _ = instance
    made.run("nothing")

    assert 0xFFFFFFFE == made.call("add", 0xFFFFFFFF, -1)


def test_what_is_exported(instance: Any) -> None:
    """Exports are found by name, and nothing else is."""
    made, _ = instance

    assert (True, True, False) == (made.has("add"), made.has("memory"), made.has("other"))
    with pytest.raises(LookupError, match="there is no export `other`"):
        made.run("other")


def test_host_functions(instance: Any) -> None:
    """A host function gets unsigned numbers of both sizes, and sees its caller's memory."""
    made, given = instance

    assert 0xFFFFFFFA == made.call("call", -2)
    assert [(made.memory(), (0xFFFFFFFE, 2**64 - 3))] == given


def test_memory_is_as_it_is_now(instance: Any) -> None:
    """Its size is not remembered from before."""
    made, _ = instance
    before = made.memory().size
    made.run("grow")

    assert (2 * 65536, 3 * 65536) == (before, made.memory().size)


def test_a_host_function_ends_the_guest(instance: Any) -> None:
    """None from a host function is a trap, with the functions that it was called from."""
    made, _ = instance
    with pytest.raises(wasmtime.WasmtimeError) as caught:
        made.run("stop")

    assert "the host has ended this render" == str(caught.value).splitlines()[-1].strip()


def test_traps_are_those_of_wasmtime(instance: Any) -> None:
    """What the guest does wrong has its code and the functions it was in."""
    made, _ = instance
    with pytest.raises(wasmtime.Trap) as caught:
        made.run("trap")

    assert wasmtime.TrapCode.UNREACHABLE == caught.value.trap_code
    assert [6 + 1] == [frame.func_index for frame in caught.value.frames]


def test_wrong_numbers_are_an_error(instance: Any) -> None:
    """The library checks what it is called with: a mistake of ours does not read anything by chance."""
    made, _ = instance
    with pytest.raises(wasmtime.WasmtimeError, match="expected 2 arguments, got 1"):
        made.call("add", 1)
