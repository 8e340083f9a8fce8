"""Compiling where it can be stopped: in a process of its own, except for the smallest modules."""

from __future__ import annotations

import subprocess
import sys
import threading

import wasmtime

from mistpm.errors import PackageError
from mistpm.wasm.compile import REFUSED, machine_code
from mistpm.wasm.limits import Limits

IN_PROCESS_BYTES = 4096
_MIB = 1024 * 1024


class Compiler:
    """Turns modules into machine code, within `limits`.

    A process costs some 100 ms beyond the compiling itself; a module of up to `IN_PROCESS_BYTES` can
    keep the compiler busy for a fraction of that at worst, so it is compiled in this one.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()

    def compile(self, module: bytes, *, name: str) -> bytes:
        """Give the machine code of `module`.

        Raises `PackageError`: `invalid-module`, `compile-timeout`, `compile-failed`.
        """
        if len(module) > IN_PROCESS_BYTES:
            return self._compile_apart(module, name)
        try:
            return machine_code(module, self._limits.stack_bytes)
        except wasmtime.WasmtimeError as error:
            raise _refused(name, str(error)) from None

    def interrupt(self) -> None:
        """Kill what is being compiled; those who wait for it get `compile-failed`."""
        with self._lock:
            for process in self._processes:
                process.kill()

    def _compile_apart(self, module: bytes, name: str) -> bytes:
        limits = self._limits
        seconds = limits.compile_seconds
        bounds = (limits.stack_bytes, limits.compile_memory_bytes, max(1, round(seconds)))
        with subprocess.Popen(
            # -P: a folder that the user happens to stand in is not where modules come from
            [sys.executable, "-P", "-m", "mistpm.wasm.compile", *map(str, bounds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as process:
            with self._lock:
                self._processes.add(process)
            try:
                code, complaint = process.communicate(module, timeout=seconds)
            except subprocess.TimeoutExpired:
                raise PackageError(
                    "compile-timeout",
                    f"compiling `{name}` took longer than {seconds:g} s",
                    note=f"the limit is {seconds:g} s for one module",
                    hint="a module this hard to compile may be meant to do harm: do not use it",
                ) from None
            finally:
                process.kill()
                with self._lock:
                    self._processes.discard(process)
        text = complaint.decode(errors="replace").strip()
        if process.returncode == REFUSED:
            raise _refused(name, text)
        if process.returncode != 0:
            raise PackageError(
                "compile-failed",
                f"`{name}` could not be compiled: the compiler ended with status {process.returncode}",
                context=tuple(text.splitlines()[-1:]),
                note=f"it may use {limits.compile_memory_bytes // _MIB} MiB of memory",
                hint="a module this hard to compile may be meant to do harm: do not use it",
            )
        return code


def _refused(name: str, text: str) -> PackageError:
    """Say that a module is not valid, in the compiler's words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return PackageError(
        "invalid-module",
        f"`{name}` is not a valid WebAssembly module for packages",
        context=tuple(lines[:4]),
        hint="`specs/host-abi.md` lists which parts of WebAssembly a package may use",
    )
