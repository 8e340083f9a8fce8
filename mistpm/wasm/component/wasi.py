"""WASI 0.2 for components, in which nothing depends on the machine: `specs/host-abi.md`, "WASI for components".

A part of `program.py`, which loads it by its path; it imports nothing of mistpm.  Output is logged, a clock moves by
waiting only, random bytes follow from the input.  All other functions answer by their type alone, as a system would
in which there is nothing: no arguments, variables, files, sockets or terminals.
"""

from __future__ import annotations

import ctypes
import hashlib
import struct
from collections.abc import Callable
from typing import Any

import wasmtime
from wasmtime import _bindings as native
from wasmtime import _ffi as values
from wasmtime import component as model

START = 946_684_800 * 10**9
"""When every clock starts, in nanoseconds since 1970: the first second of the year 2000, as in preview 1."""
MOST_WRITTEN = 4096
"""Bytes that a guest may write at once; it is told so, and what writes more does not keep to WASI."""
MOST_RANDOM = 1024 * 1024
MOST_WAITED_FOR = 1024

_READY, STDOUT, STDERR = 0, 1, 2
"""The numbers of resources: in which there is nothing, of streams; those after them are moments that are waited for."""
_NOTHING = object()
"""Stands for the answer of a system in which there is nothing, of any type."""
_REFUSALS = (
    "closed",
    "unsupported",
    "not-supported",
    "access-denied",
    "HTTP-request-denied",
    "denied",
)
"""How WASI's functions say that there is no such thing, the best way first."""
_MOST_PARTS = 200
_LATEST = 2**64 - 1
_SECOND = 10**9
_VALUE = native.wasmtime_component_val_t
_SIZE, _PLACE = ctypes.sizeof(_VALUE), _VALUE.of.offset
_SIMPLE: dict[Any, tuple[Any, str, Any]] = {
    model.Bool: (values.WASMTIME_COMPONENT_BOOL, "boolean", False),
    model.S8: (values.WASMTIME_COMPONENT_S8, "s8", 0),
    model.U8: (values.WASMTIME_COMPONENT_U8, "u8", 0),
    model.S16: (values.WASMTIME_COMPONENT_S16, "s16", 0),
    model.U16: (values.WASMTIME_COMPONENT_U16, "u16", 0),
    model.S32: (values.WASMTIME_COMPONENT_S32, "s32", 0),
    model.U32: (values.WASMTIME_COMPONENT_U32, "u32", 0),
    model.S64: (values.WASMTIME_COMPONENT_S64, "s64", 0),
    model.U64: (values.WASMTIME_COMPONENT_U64, "u64", 0),
    model.F32: (values.WASMTIME_COMPONENT_F32, "f32", 0.0),
    model.F64: (values.WASMTIME_COMPONENT_F64, "f64", 0.0),
    model.Char: (values.WASMTIME_COMPONENT_CHAR, "character", 0),
}
_CHARACTER = values.WASMTIME_COMPONENT_CHAR
_FIELDS = {kind.value: field for kind, field, _ in _SIMPLE.values()}

Writer = Callable[[Any, Any, Any], None]
"""Writes a value of one type: takes the place, the value, and the context of the store."""
Function = Callable[[Any, Any, Any], str | None]
"""Answers a guest: takes a context, what is given, and the place for the result; gives why the guest is to be ended."""


def items(
    engine: wasmtime.Engine, component: model.Component
) -> dict[str, dict[str, Writer | None]]:
    """Give by interface what a component imports of WASI: what writes a function's result, None for a resource.

    Costs some 20 µs a function, so callers keep it.
    """
    found: dict[str, dict[str, Writer | None]] = {}
    for interface, item in component.type.imports(engine).items():
        kind = item.ty
        if interface.startswith("wasi:") and isinstance(kind, model.ComponentInstanceType):
            found[interface] = {
                name: _Types().result_of(each.ty) if isinstance(each.ty, model.FuncType) else None
                for name, each in kind.exports(engine).items()
                if isinstance(each.ty, model.FuncType | model.ResourceType)
            }
    return found


class Wasi:
    """What one instance is given, and how far it has come with it.

    `write` takes what it writes to standard output (1) and error (2).
    """

    def __init__(self, seed: bytes, write: Callable[[int, bytes], None]) -> None:
        self._seed = hashlib.sha256(seed).digest()
        self._write = write
        self._now = START
        self._drawn = 0
        self._waits = STDERR
        self._due: dict[int, int] = {}
        self._answers: dict[str, Callable[..., Any]] = {
            "cli/exit#exit": self._exit,
            "cli/exit#exit-with-code": self._exit,
            "cli/stdout#get-stdout": lambda: STDOUT,
            "cli/stderr#get-stderr": lambda: STDERR,
            "clocks/monotonic-clock#now": lambda: self._now,
            "clocks/monotonic-clock#resolution": lambda: 1,
            "clocks/monotonic-clock#subscribe-duration": lambda wait: self._wait(self._now + wait),
            "clocks/monotonic-clock#subscribe-instant": self._wait,
            "clocks/wall-clock#now": lambda: divmod(self._now, _SECOND),
            "clocks/wall-clock#resolution": lambda: (0, 1),
            "io/poll#[method]pollable.block": lambda one: self._pass([one]),
            "io/poll#[method]pollable.ready": lambda one: self._due.get(one, 0) <= self._now,
            "io/poll#poll": self._pass,
            "io/streams#[method]output-stream.blocking-flush": self._take,
            "io/streams#[method]output-stream.blocking-write-and-flush": self._take,
            "io/streams#[method]output-stream.blocking-write-zeroes-and-flush": self._take_zeroes,
            "io/streams#[method]output-stream.check-write": self._room,
            "io/streams#[method]output-stream.flush": self._take,
            "io/streams#[method]output-stream.write": self._take,
            "io/streams#[method]output-stream.write-zeroes": self._take_zeroes,
            "random/insecure#get-insecure-random-bytes": self._draw,
            "random/insecure#get-insecure-random-u64": lambda: self._numbers(1)[0],
            "random/insecure-seed#insecure-seed": lambda: self._numbers(2),
            "random/random#get-random-bytes": self._draw,
            "random/random#get-random-u64": lambda: self._numbers(1)[0],
        }

    def function(self, interface: str, name: str, write: Writer) -> Function:
        """Give what answers a function; `write` writes its result."""
        plain = interface.removeprefix("wasi:").partition("@")[0]
        answer = self._answers.get(f"{plain}#{name}")

        def call(context: Any, given: Any, results: Any) -> str | None:
            try:
                if answer is None:
                    value = _NOTHING
                    for each in given:
                        _let_go(each, context)
                else:
                    value = answer(*(_read(each, context) for each in given))
                write(results, value, context)
            except _EndedError as end:
                return str(end)
            except (ArithmeticError, LookupError, TypeError, ValueError):
                return f"it called `{interface}#{name}`, which has another type in WASI"
            return None

        return call

    def forget(self, number: int) -> None:
        """Note that the guest has dropped something."""
        self._due.pop(number, None)

    def _exit(self, status: int) -> None:
        raise _EndedError(f"exit status {int(status)}")

    def _room(self, stream: int) -> Any:
        return MOST_WRITTEN if stream in {STDOUT, STDERR} else _NOTHING

    def _take(self, stream: int, data: bytes = b"") -> Any:
        if stream not in {STDOUT, STDERR}:
            return _NOTHING
        if data:
            self._write(stream, data)
        return None

    def _take_zeroes(self, stream: int, size: int) -> Any:
        _check_size(size)
        return self._take(stream, bytes(size))

    def _wait(self, due: int) -> int:
        self._waits += 1
        self._due[self._waits] = min(due, _LATEST)
        return self._waits

    def _pass(self, waited: list[int]) -> list[int]:
        """Tell which of these have come; if none has, time passes at once until one does."""
        if not waited:
            raise _EndedError("it waits for nothing")
        due = [self._due.get(one, 0) for one in waited]
        self._now = max(self._now, min(due))
        return [index for index, when in enumerate(due) if when <= self._now]

    def _draw(self, size: int) -> bytes:
        if not 0 <= size <= MOST_RANDOM:
            raise _EndedError(
                f"it asked for {size} random bytes, where {MOST_RANDOM} can be had at once"
            )
        self._drawn += 1
        return hashlib.shake_256(self._seed + struct.pack("<Q", self._drawn)).digest(size)

    def _numbers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}Q", self._draw(8 * count))


class _EndedError(Exception):
    """The guest is to be ended; the text says why."""


def _read(value: Any, context: Any) -> Any:
    """Read what a guest gives: numbers, bytes, lists; resources as their numbers, results as 1 for an error."""
    kind = value.kind
    if kind in _FIELDS:
        return getattr(value.of, _FIELDS[kind])
    if kind == values.WASMTIME_COMPONENT_RESOURCE.value:
        return _number(value.of.resource, context)
    if kind == values.WASMTIME_COMPONENT_RESULT.value:
        return not value.of.result.is_ok
    if kind != values.WASMTIME_COMPONENT_LIST.value:
        raise TypeError
    found = value.of.list
    if found.size and found.data[0].kind == values.WASMTIME_COMPONENT_U8.value:
        _check_size(found.size)
        return ctypes.string_at(found.data, found.size * _SIZE)[_PLACE::_SIZE]
    if found.size > MOST_WAITED_FOR:
        raise _EndedError(
            f"it waits for {found.size} things, where {MOST_WAITED_FOR} are allowed at once"
        )
    return [_read(found.data[index], context) for index in range(found.size)]


def _let_go(value: Any, context: Any) -> None:
    """Give back what was lent and is not looked at: wasmtime ends a guest when something lent remains."""
    if value.kind == values.WASMTIME_COMPONENT_RESOURCE.value:
        _number(value.of.resource, context)
    elif value.kind == values.WASMTIME_COMPONENT_OPTION.value and value.of.option:
        _let_go(value.of.option.contents, context)


def _check_size(size: int) -> None:
    if size > MOST_WRITTEN:
        raise _EndedError(f"it wrote {size} bytes, where {MOST_WRITTEN} were allowed at once")


def _number(resource: Any, context: Any) -> int:
    found = ctypes.POINTER(native.wasmtime_component_resource_host_t)()
    _check(native.wasmtime_component_resource_any_to_host(context, resource, ctypes.byref(found)))
    number = int(native.wasmtime_component_resource_host_rep(found))
    native.wasmtime_component_resource_host_delete(found)
    return number


def _check(error: Any) -> None:
    """End the guest where wasmtime has no room for another resource, or does not know one."""
    if error:
        text = native.wasm_byte_vec_t()
        native.wasmtime_error_message(error, ctypes.byref(text))
        native.wasmtime_error_delete(error)
        raise _EndedError(values.to_str(text))


class _Types:
    """Makes writers for types, up to a point: one may be made of itself many times.

    A writer that fails must not have told a place's kind: wasmtime frees what stands there by that.
    """

    def __init__(self) -> None:
        self._left = _MOST_PARTS

    def result_of(self, function: model.FuncType) -> Writer:
        """Give what writes the result of a function, if it has one."""
        result = function.result
        if result is None:
            return lambda _place, _value, _context: None
        write = self.writer(result)
        return lambda place, value, context: write(place[0], value, context)

    def writer(self, kind: Any) -> Writer:
        """Give what writes values of a type; for what WASI 0.2 does not have it raises `TypeError` when it is used."""
        self._left -= 1
        make = _MAKERS.get(type(kind))
        return make(self, kind) if make and self._left >= 0 else _unknown

    def simple(self, kind: Any) -> Writer:
        """Write a number, a truth value or a character."""
        code, field, none = _SIMPLE[type(kind)]

        def write(place: Any, value: Any, _context: Any) -> None:
            if code is _CHARACTER and value is not _NOTHING:
                raise TypeError
            setattr(place.of, field, none if value is _NOTHING else value)
            place.kind = code

        return write

    def text(self, _kind: Any) -> Writer:
        """Write an empty text: there is no other."""

        def write(place: Any, value: Any, _context: Any) -> None:
            if value is not _NOTHING:
                raise TypeError
            place.kind = values.WASMTIME_COMPONENT_STRING
            place.of.string = values.bytes_to_capi(b"")

        return write

    def list(self, kind: Any) -> Writer:
        """Write bytes, or a list; by far the most are empty."""
        is_bytes = isinstance(kind.element, model.U8)
        element = None if is_bytes else self.writer(kind.element)

        def write(place: Any, value: Any, context: Any) -> None:
            if value is _NOTHING:
                native.wasmtime_component_vallist_new_empty(ctypes.byref(place.of.list))
            elif element is None:
                _write_bytes(place.of.list, value)
            else:
                made = (_VALUE * len(value))()
                for index, each in enumerate(value):
                    element(made[index], each, context)
                native.wasmtime_component_vallist_new(ctypes.byref(place.of.list), len(value), made)
            place.kind = values.WASMTIME_COMPONENT_LIST

        return write

    def tuple(self, kind: Any) -> Writer:
        """Write a tuple."""
        elements = [self.writer(each) for each in kind.elements]

        def write(place: Any, value: Any, context: Any) -> None:
            given = [_NOTHING] * len(elements) if value is _NOTHING else value
            made = (_VALUE * len(elements))()
            for index, (element, each) in enumerate(zip(elements, given, strict=True)):
                element(made[index], each, context)
            native.wasmtime_component_valtuple_new(
                ctypes.byref(place.of.tuple), len(elements), made
            )
            place.kind = values.WASMTIME_COMPONENT_TUPLE

        return write

    def record(self, kind: Any) -> Writer:
        """Write a record; its fields are given in their order."""
        fields = [(name.encode(), self.writer(each)) for name, each in kind.fields]

        def write(place: Any, value: Any, context: Any) -> None:
            given = [_NOTHING] * len(fields) if value is _NOTHING else value
            made = (native.wasmtime_component_valrecord_entry_t * len(fields))()
            for index, ((name, field), each) in enumerate(zip(fields, given, strict=True)):
                field(made[index].val, each, context)
                made[index].name = values.bytes_to_capi(name)
            native.wasmtime_component_valrecord_new(
                ctypes.byref(place.of.record), len(fields), made
            )
            place.kind = values.WASMTIME_COMPONENT_RECORD

        return write

    def option(self, _kind: Any) -> Writer:
        """Write that there is nothing."""

        def write(place: Any, value: Any, _context: Any) -> None:
            if value is not _NOTHING:
                raise TypeError
            place.kind = values.WASMTIME_COMPONENT_OPTION
            place.of.option = None

        return write

    def result(self, kind: Any) -> Writer:
        """Write a value, or of nothing the error."""
        ok, err = (self.writer(each) if each else None for each in (kind.ok, kind.err))

        def write(place: Any, value: Any, context: Any) -> None:
            is_ok = value is not _NOTHING
            place.of.result.val = _boxed(ok if is_ok else err, value, context)
            place.of.result.is_ok = is_ok
            place.kind = values.WASMTIME_COMPONENT_RESULT

        return write

    def variant(self, kind: Any) -> Writer:
        """Write the case that says that there is nothing."""
        cases = kind.cases
        name, payload = min(cases, key=lambda case: _rank(case[0]))
        inner = self.writer(payload) if payload else None

        def write(place: Any, value: Any, context: Any) -> None:
            if value is not _NOTHING:
                raise TypeError
            place.of.variant.val = _boxed(inner, value, context)
            place.of.variant.discriminant = values.bytes_to_capi(name.encode())
            place.kind = values.WASMTIME_COMPONENT_VARIANT

        return write

    def enum(self, kind: Any) -> Writer:
        """Write the name that says that there is nothing."""
        name = min(kind.names, key=_rank).encode()

        def write(place: Any, value: Any, _context: Any) -> None:
            if value is not _NOTHING:
                raise TypeError
            place.kind = values.WASMTIME_COMPONENT_ENUM
            place.of.enumeration = values.bytes_to_capi(name)

        return write

    def flags(self, _kind: Any) -> Writer:
        """Write that no flag is set."""

        def write(place: Any, value: Any, _context: Any) -> None:
            if value is not _NOTHING:
                raise TypeError
            place.kind = values.WASMTIME_COMPONENT_FLAGS
            native.wasmtime_component_valflags_new_empty(ctypes.byref(place.of.flags))

        return write

    def own(self, _kind: Any) -> Writer:
        """Write a resource; all are of one type, the guest keeps them apart by its own."""

        def write(place: Any, value: Any, context: Any) -> None:
            number = _READY if value is _NOTHING else value
            if not isinstance(number, int):
                raise TypeError
            host = native.wasmtime_component_resource_host_new(True, number, 0)
            found = ctypes.POINTER(native.wasmtime_component_resource_any_t)()
            error: Any = native.wasmtime_component_resource_host_to_any(
                context, host, ctypes.byref(found)
            )
            native.wasmtime_component_resource_host_delete(host)
            _check(error)
            place.kind = values.WASMTIME_COMPONENT_RESOURCE
            place.of.resource = found

        return write


def _unknown(_place: Any, _value: Any, _context: Any) -> None:
    raise TypeError


def _rank(name: str) -> int:
    return _REFUSALS.index(name) if name in _REFUSALS else len(_REFUSALS)


def _boxed(write: Writer | None, value: Any, context: Any) -> Any:
    """Give a value in memory of wasmtime's; None where there is none."""
    if write is None:
        return None
    made = _VALUE()
    write(made, value, context)
    return native.wasmtime_component_val_new(ctypes.byref(made))


def _write_bytes(place: Any, data: bytes) -> None:
    """Write a list of bytes, each of which is a value to wasmtime."""
    whole = bytearray(_SIZE * len(data))
    whole[::_SIZE] = bytes([values.WASMTIME_COMPONENT_U8.value]) * len(data)
    whole[_PLACE::_SIZE] = data
    made = (_VALUE * len(data)).from_buffer(whole)
    native.wasmtime_component_vallist_new(ctypes.byref(place), len(data), made)


_MAKERS: dict[Any, Callable[[_Types, Any], Writer]] = {
    **dict.fromkeys(_SIMPLE, _Types.simple),
    model.String: _Types.text,
    model.ListType: _Types.list,
    model.TupleType: _Types.tuple,
    model.RecordType: _Types.record,
    model.OptionType: _Types.option,
    model.ResultType: _Types.result,
    model.VariantType: _Types.variant,
    model.EnumType: _Types.enum,
    model.FlagsType: _Types.flags,
    model.OwnType: _Types.own,
}
