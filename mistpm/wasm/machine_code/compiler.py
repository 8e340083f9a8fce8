"""Compiling where it can be stopped: in a process of its own, except for the smallest modules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import wasmtime

from mistpm.errors import PackageError
from mistpm.package.sections import is_component, parts
from mistpm.wasm.abi.limit_settings import allow_more
from mistpm.wasm.abi.limits import Limits, size_of
from mistpm.wasm.machine_code import engine as engine_program
from mistpm.wasm.machine_code.engine import NOT_VALID, machine_code

IN_PROCESS_BYTES = 1024
_DATA = 11
_ENVIRONMENT = {"RUST_BACKTRACE": "0"}
"""Writing a backtrace takes memory: with none left, the compiler would hang instead of ending."""


class Compiler:
    """Turns modules into machine code for `engine`, within `limits`.

    A process costs 80 ms beyond the compiling itself.  The worst module found with `IN_PROCESS_BYTES`
    (data not counted) took 0.2 s, so those are compiled here; with 2 KiB it is 2 s, with 4 KiB 20 s
    (loops in loops around many variables).
    """

    def __init__(self, engine: wasmtime.Engine, limits: Limits) -> None:
        self._engine = engine
        self._limits = limits
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self.interruptions = 0

    def compile(self, module: bytes, *, name: str) -> bytes:
        """Give the machine code of `module`, which may be a component.

        Raises `PackageError`: `invalid-module`, `compile-timeout`, `compile-stalled`, `compile-failed`.
        """
        if not is_small(module):
            return self._compile_apart(module, name)
        try:
            return machine_code(self._engine, module)
        except wasmtime.WasmtimeError as error:
            raise _not_valid(name, str(error)) from None

    def interrupt(self) -> None:
        """Kill what is being compiled; those who wait for it get `KeyboardInterrupt`."""
        with self._lock:
            self.interruptions += 1
            for process in self._processes:
                process.kill()
            self._processes.clear()

    def _compile_apart(self, module: bytes, name: str) -> bytes:
        limits = self._limits
        milliseconds = max(1, round(limits.compile_seconds * 1000))
        bounds = (limits.compile_memory_bytes, milliseconds)
        kind = (int(limits.fuel is not None), int(is_component(module)))
        with subprocess.Popen(
            # -P: neither the current folder nor this room is where imports are looked for
            [sys.executable, "-P", str(engine_program.__file__), *map(str, (*bounds, *kind))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_ENVIRONMENT},
            process_group=0,
        ) as process:
            with self._lock:
                self._processes.add(process)
            try:
                code, complaint = process.communicate(module, timeout=limits.compile_patience)
            except subprocess.TimeoutExpired:
                raise _stalled(name, limits) from None
            finally:
                process.kill()
                with self._lock:
                    interrupted = process not in self._processes
                    self._processes.discard(process)
        if interrupted:
            raise KeyboardInterrupt
        text = complaint.decode(errors="replace").strip()
        if process.returncode == NOT_VALID:
            raise _not_valid(name, text)
        if process.returncode == -signal.SIGPROF:
            raise _too_hard(name, limits)
        if process.returncode != 0:
            raise PackageError(
                "compile-failed",
                f"`{name}` could not be compiled: the compiler {_ended(process.returncode)}",
                context=_reason(text),
                note=f"the limit `compile-memory` is {size_of(limits.compile_memory_bytes)}",
                hint="a module this hard to compile may be meant to do harm: do not use it"
                f"{allow_more('compile-memory', limits)}",
            )
        return code


def is_small(module: bytes) -> bool:
    """Say whether compiling `module` takes no process of its own; a component always does."""
    if is_component(module):
        return False
    size = sum(part.end - part.start for part in parts(module) if part.identifier not in {0, _DATA})
    return size <= IN_PROCESS_BYTES


def _too_hard(name: str, limits: Limits) -> PackageError:
    seconds = limits.compile_seconds
    return PackageError(
        "compile-timeout",
        f"compiling `{name}` took more than {seconds:g} s of processor time",
        note=f"the limit `compile-time` is {seconds:g} s for one module, all cores together",
        hint="a module this hard to compile may be meant to do harm: do not use it"
        f"{allow_more('compile-time', limits)}",
    )


def _stalled(name: str, limits: Limits) -> PackageError:
    """Say that time went by without the processor: the machine is too busy, not the module too hard."""
    return PackageError(
        "compile-stalled",
        f"compiling `{name}` was not done after {limits.compile_patience:g} s",
        note=f"the compiler got less than {limits.compile_seconds:g} s of processor time in these",
        hint="this machine is too busy: try again when it has less to do",
    )


def _reason(complaint: str) -> tuple[str, ...]:
    """Give the line that says most: the one about memory, otherwise the last."""
    lines = complaint.splitlines()
    about_memory = [line for line in lines if "memory" in line.lower()]
    return tuple(about_memory[:1] or lines[-1:])


def _ended(status: int) -> str:
    """Say how a process ended: a negative status is the number of a signal."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _not_valid(name: str, text: str) -> PackageError:
    """Say that a module is not valid, in the compiler's words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return PackageError(
        "invalid-module",
        f"`{name}` is not a valid WebAssembly module for packages",
        context=tuple(lines[:4]),
        hint="`specs/host-abi.md` lists which parts of WebAssembly a package may use",
    )
