"""A process in which components run, one at a time; a program.

What wasmtime's binding does not limit, the operating system does: the process bounds its own memory and time, and
whatever happens to it, mistpm lives and says so.  It serves one run after the other on standard input, a socket
(`channel.py` lists the frames), until that ends.  The file imports nothing of mistpm but the engine, by its
path: that saves 70 ms.

The guest runs on a thread whose stack holds it; another thread watches over its time and memory.
"""

from __future__ import annotations

import ctypes
import functools
import json
import os
import runpy
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import wasmtime
from wasmtime import _bindings as native
from wasmtime import _ffi as values
from wasmtime import component as model

HEADER = struct.Struct(">cIQ")
MOST_INSTANCES, MOST_TABLES, MOST_MEMORIES = 1_000, 100, 4
SPARE_BYTES = 256 * 1024 * 1024
"""What may be used besides the guest's memories: for its tables, and for copies of what is exchanged."""

_HOST_INTERFACE = "mistpm:abi/host@1.0.0"
_LEVELS = (b"debug", b"info", b"warning", b"error")
_HOST_BYTES = 8 * 1024 * 1024
_PIECE = 1024 * 1024
_MOST_FRAMES = 50
_LATE_SECONDS = 5.0
_LOOK_SECONDS = 0.05


class EndOfTalkError(Exception):
    """Nobody is on the other side any more."""


class Channel:
    """Frames on a socket: a kind, a length, a number (the fuel that is left), and so many bytes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, kind: bytes, payload: bytes | memoryview, number: int = 0) -> None:
        """Send a frame; waits while the other side does not read."""
        for data in (HEADER.pack(kind, len(payload), number), payload):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]

    def receive(self) -> tuple[bytes, bytes, int]:
        """Give the next frame: its kind, its bytes, its number."""
        kind, size, number = HEADER.unpack(self._read(HEADER.size))
        return kind, self._read(size), number

    def _read(self, size: int) -> bytes:
        whole = bytearray()
        while len(whole) < size:
            piece = os.read(self._descriptor, min(size - len(whole), _PIECE))
            if not piece:
                raise EndOfTalkError
            whole += piece
        return bytes(whole)


class Warden:
    """The thread that ends the guest when its time is up, and the process when it has taken too much memory.

    Each memory has its limit, which is the same everywhere; that all of them together keep to it as well is seen a
    moment later, and only ever ends in an error.
    """

    def __init__(self, engine: wasmtime.Engine) -> None:
        self._engine = engine
        self._changed = threading.Condition()
        self._until: float | None = None
        self._most = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self, seconds: float, most_bytes: int) -> None:
        """Let the guest run for so long, and the process have so much memory."""
        with self._changed:
            self._until = time.monotonic() + seconds
            self._most = most_bytes
            self._changed.notify()

    def stop(self) -> None:
        """Note that no guest runs."""
        with self._changed:
            self._until = None

    def check(self) -> None:
        """End the process if the guest has too much memory."""
        if self._most and data_bytes() > self._most:
            give_up(MemoryError("its memories together are too large"))

    def _watch(self) -> None:
        with self._changed:
            while True:
                if self._until is None:
                    self._changed.wait()
                    continue
                left = self._until - time.monotonic()
                if left <= 0:
                    self._engine.increment_epoch()
                    self._until = None
                else:
                    self._changed.wait(min(left, _LOOK_SECONDS))
                    self.check()


class Run:
    """One run of one export, on an instance made for it; nothing is freed in it."""

    def __init__(
        self, channel: Channel, engine: wasmtime.Engine, warden: Warden, asked: dict[str, Any]
    ) -> None:
        self._channel = channel
        self._engine = engine
        self._warden = warden
        self._asked = asked
        self._store = wasmtime.Store(engine)
        self._kept: list[Any] = []

    def go(self, component: model.Component, given: bytes) -> None:
        """Run it and send how that ended."""
        self._limit()
        with model.Linker(self._engine) as linker:
            self._go(linker, component, given)
        self._store.close()  # not when Python comes to it: it holds the guest's memories
        self._kept.clear()

    def _go(self, linker: model.Linker, component: model.Component, given: bytes) -> None:
        with linker.root() as root:
            with root.add_instance(_HOST_INTERFACE) as host:
                self._define(host, "log", self._log)
                self._define(host, "call", self._call)
            if self._asked["wasi"]:
                self._define_wasi(root, component, given)
        context = self._store._context()  # noqa: SLF001 - the binding's own functions convert whatever comes
        instance = native.wasmtime_component_instance_t()
        failure: Any = native.wasmtime_component_linker_instantiate(
            linker.ptr(), context, component.ptr(), ctypes.byref(instance)
        )
        if failure:
            self._tell(failure, started=False)
            return
        index = component.get_export_index(self._asked["export"])
        called, result = native.wasmtime_component_func_t(), native.wasmtime_component_val_t()
        if index is None or not native.wasmtime_component_instance_get_func(
            ctypes.byref(instance), context, index.ptr(), ctypes.byref(called)
        ):
            raise EndOfTalkError
        text = _string(given)
        failure = native.wasmtime_component_func_call(
            ctypes.byref(called), context, ctypes.byref(text), 1, ctypes.byref(result), 1
        )
        native.wasmtime_component_val_delete(ctypes.byref(text))
        if failure:
            self._tell(failure, started=True)
            return
        self._warden.check()
        kind = b"O" if result.of.result.is_ok else b"E"
        self._channel.send(kind, _view(result.of.result.val.contents.of.string), self._fuel())
        native.wasmtime_component_val_delete(ctypes.byref(result))

    def _limit(self) -> None:
        """Give the guest what it may use."""
        asked = self._asked
        self._store.set_limits(
            memory_size=asked["memory"],
            table_elements=asked["table"],
            instances=MOST_INSTANCES,
            tables=MOST_TABLES,
            memories=MOST_MEMORIES,
        )
        self._store.set_epoch_deadline(1)
        if asked["fuel"] is not None:
            self._store.set_fuel(asked["fuel"])

    def _define_wasi(
        self, root: model.LinkerInstance, component: model.Component, given: bytes
    ) -> None:
        """Offer what the component imports of WASI."""
        wasi = _beside("wasi")["Wasi"](given, self._write)
        for interface, items in _wasi_items(self._engine, component).items():
            with root.add_instance(interface) as instance:
                for name, write in items.items():
                    if write is None:
                        self._define_resource(instance, name, wasi.forget)
                    else:
                        self._define(instance, name, wasi.function(interface, name, write))

    def _define_resource(
        self, instance: model.LinkerInstance, name: str, forget: Callable[[int], None]
    ) -> None:
        """Offer a type of resources: all are the same type, as `wasi.py` says."""

        def drop(_data: Any, _context: Any, number: int) -> int:
            forget(number)
            return 0

        callback = native.wasmtime_component_resource_destructor_t(drop)
        self._kept.append(callback)
        native.wasmtime_component_linker_instance_add_resource(
            *(instance.ptr(), *_name(name), _ANY_RESOURCE.ptr()),
            *(callback, None, _NOTHING_TO_FREE),
        )

    def _define(
        self, host: model.LinkerInstance, name: str, function: Callable[..., str | None]
    ) -> None:
        """Offer a function to the guest, for which all is over where that fails.

        A text that it gives is why the guest is to be ended.
        """

        def call(_data: Any, context: Any, _type: Any, given: Any, *rest: Any) -> int:
            count, results, _ = rest
            try:
                reason = function(context, given[:count], results)
            except BaseException as fault:  # noqa: BLE001 - nothing may leave a callback
                give_up(fault)
            return _error(reason) if reason else 0

        callback = native.wasmtime_component_func_callback_t(call)
        self._kept.append(callback)
        native.wasmtime_component_linker_instance_add_func(
            *(host.ptr(), *_name(name), callback, None, _NOTHING_TO_FREE)
        )

    def _write(self, stream: int, data: bytes) -> None:
        self._channel.send(b"W", data, stream)

    def _log(self, _context: Any, given: Any, _results: Any) -> None:
        level = _LEVELS.index(bytes(_view(given[0].of.enumeration)))
        self._channel.send(b"L", _view(given[1].of.string), level)

    def _call(self, _context: Any, given: Any, results: Any) -> None:
        """Hand a call on, and give the answer; what makes no sense does not get so far."""
        parts = [given[0].of.string, given[1].of.string]
        if given[2].of.option:
            parts.append(given[2].of.option.contents.of.string)
        if sum(part.size for part in parts) > self._asked["request"]:
            _answer(results, 1, f"a request may have {self._asked['request']} bytes".encode())
            return
        alias, inputs, *name = (bytes(_view(part)) for part in parts)
        if not _is_object(inputs):
            _answer(results, 1, b"the inputs are no JSON object")
            return
        document = b'{"op": "call", "alias": %s, "inputs": %s' % (_json(alias), inputs)
        document += b', "name": %s}' % _json(name[0]) if name else b"}"
        self._warden.check()
        self._channel.send(b"R", document, self._fuel())
        kind, body, fuel = self._channel.receive()
        if self._asked["fuel"] is not None:
            self._store.set_fuel(fuel)
        _answer(results, _STATUSES.index(kind), body)

    def _fuel(self) -> int:
        return self._store.get_fuel() if self._asked["fuel"] is not None else 0

    def _tell(self, failure: Any, *, started: bool) -> None:
        """Send why the guest has stopped, or could not be started."""
        trace = native.wasm_frame_vec_t(0, None)
        native.wasmtime_error_wasm_trace(failure, ctypes.byref(trace))
        frames = [_frame(trace.data[n]) for n in range(min(trace.size, _MOST_FRAMES))]
        text = native.wasm_byte_vec_t()
        native.wasmtime_error_message(failure, ctypes.byref(text))
        reason = bytes(_view(text)).decode(errors="replace").strip()
        told = {
            "reason": reason.rpartition("\n")[2].strip(),
            "frames": frames,
            "memory": max(0, data_bytes() - self._asked["before"]),
            "started": started,
        }
        self._channel.send(b"T", json.dumps(told).encode(), self._fuel())


def data_bytes() -> int:
    """Give the memory that this process can write to; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    except OSError:
        return 0


def bound(asked: dict[str, Any]) -> int:
    """Bound this process for one run, and give the memory that it should have at most; 0 where that is not known.

    The system would make a memory's growth fail, which the guest could tell; so its bound is never in the way of the
    limit of each memory.
    """
    signal.setitimer(signal.ITIMER_REAL, max(0.0, asked["seconds"]) + _LATE_SECONDS)
    before = asked["before"] = data_bytes()
    if not before:
        return 0
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = before + MOST_MEMORIES * asked["memory"] + SPARE_BYTES
    if hard == resource.RLIM_INFINITY or most <= hard:
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    return before + int(asked["memory"]) + SPARE_BYTES


def _answer(results: Any, problem: int, body: bytes) -> None:
    """Write the result of a call: the response, or which problem there is."""
    value = _string(body)
    if problem:
        case = native.wasmtime_component_val_t()
        case.kind = values.WASMTIME_COMPONENT_VARIANT
        case.of.variant.discriminant = values.bytes_to_capi(_PROBLEMS[problem])
        case.of.variant.val = native.wasmtime_component_val_new(ctypes.byref(value))
        value = case
    results[0].kind = values.WASMTIME_COMPONENT_RESULT
    results[0].of.result.is_ok = not problem
    results[0].of.result.val = native.wasmtime_component_val_new(ctypes.byref(value))


def _string(text: bytes) -> Any:
    value = native.wasmtime_component_val_t()
    value.kind = values.WASMTIME_COMPONENT_STRING
    value.of.string = values.bytes_to_capi(text)
    return value


def _view(name: Any) -> memoryview:
    """Look at a text where it lies, without a copy."""
    if not name.size:
        return memoryview(b"")
    return memoryview(
        (ctypes.c_char * name.size).from_address(ctypes.addressof(name.data.contents))
    ).cast("B")


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _json(text: bytes) -> bytes:
    return json.dumps(text.decode()).encode()


def _frame(frame: Any) -> str:
    name: Any = native.wasmtime_frame_func_name(frame)
    if name:
        return f"`{bytes(_view(name.contents)[:100]).decode(errors='replace')}`"
    return f"function {native.wasm_frame_func_index(frame)}"


def _name(text: str) -> tuple[Any, int]:
    encoded = text.encode()
    return ctypes.create_string_buffer(encoded), len(encoded)


def _error(reason: str) -> int:
    """Make an error, which wasmtime frees."""
    made = native.wasmtime_error_new(ctypes.create_string_buffer(reason.encode()))
    return ctypes.cast(made, ctypes.c_void_p).value or 0


@functools.cache
def _beside(name: str) -> dict[str, Any]:
    """Load a part of this program that not every run needs."""
    return runpy.run_path(str(Path(__file__).with_name(f"{name}.py")))


@functools.lru_cache(maxsize=16)
def _wasi_items(engine: wasmtime.Engine, component: model.Component) -> Any:
    return _beside("wasi")["items"](engine, component)


@functools.lru_cache(maxsize=16)
def _component(engine: wasmtime.Engine, path: str) -> model.Component:
    return model.Component.deserialize_file(engine, path)


def give_up(fault: BaseException) -> NoReturn:
    """End this process: nobody waits for it any more, or it says what is wrong."""
    if isinstance(fault, EndOfTalkError | ConnectionError):
        os._exit(0)
    os.write(2, f"{type(fault).__name__}: {fault}\n".encode())
    os._exit(1)


def serve(channel: Channel, engine: wasmtime.Engine) -> None:
    """Do one run after the other until nobody asks any more."""
    warden = Warden(engine)
    channel.send(b"H", b"")
    while True:
        _, header, _ = channel.receive()
        asked = json.loads(header)
        _, code, _ = channel.receive()
        _, given, _ = channel.receive()
        component = (
            _component(engine, asked["path"])
            if asked["path"]
            else model.Component.deserialize(engine, code)
        )
        most = bound(asked)
        if asked["export"] is None:
            described = _beside("description")["described"]
            told = dict(zip(("imports", "exports"), described(engine, component), strict=True))
            channel.send(b"D", json.dumps(told).encode())
        else:
            warden.start(asked["seconds"], most)
            Run(channel, engine, warden, asked).go(component, given)
            warden.stop()
        signal.setitimer(signal.ITIMER_REAL, 0)


def main(stack_bytes: int, fuel: int, engine_program: str) -> None:
    """Serve on a thread that has the stack for a guest, with the engine that this program makes."""
    make_engine = runpy.run_path(engine_program)["make_engine"]
    engine = make_engine(stack_bytes, fuel=bool(fuel), components=True)

    def work() -> None:
        try:
            serve(Channel(0), engine)
        except BaseException as fault:  # noqa: BLE001 - told by the one who waits
            give_up(fault)

    threading.stack_size(stack_bytes + _HOST_BYTES)
    guest = threading.Thread(target=work)
    guest.start()
    guest.join()


_STATUSES = b"01234"
_PROBLEMS = (b"", b"bad-request", b"unknown-alias", b"dependency-failed", b"name-taken")
_ANY_RESOURCE = model.ResourceType.host(0)
_NOTHING_TO_FREE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)()

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
