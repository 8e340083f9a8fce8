"""Compile one module in a process of its own: module on standard input, machine code on standard output.

A few hundred kilobytes can keep a compiler busy for minutes and fill the memory, and nothing can
interrupt it from within.  So it runs where it can be killed: the parent counts the wall-clock time, the
process bounds its own memory and processor time before it reads the first byte.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import wasmtime

from mistpm.wasm.engine import make_engine

REFUSED = 3


def machine_code(module: bytes, stack_bytes: int) -> bytes:
    """Compile `module`; raises `wasmtime.WasmtimeError` when it is not valid."""
    return bytes(wasmtime.Module(make_engine(stack_bytes), module).serialize())


def main(arguments: list[str]) -> int:
    """Run with STACK_BYTES, MEMORY_BYTES and SECONDS; 3 and a line on standard error: not valid."""
    stack_bytes, memory_bytes, seconds = (int(argument) for argument in arguments)
    _bound(memory_bytes, seconds)
    try:
        code = machine_code(sys.stdin.buffer.read(), stack_bytes)
    except wasmtime.WasmtimeError as error:
        sys.stderr.write(str(error))
        return REFUSED
    sys.stdout.buffer.write(code)
    sys.stdout.buffer.flush()
    return 0


def _bound(memory_bytes: int, seconds: int) -> None:
    """Bound this process's address space and processor time, where the system can."""
    try:
        import resource
    except ImportError:
        return
    processor_seconds = seconds * (os.cpu_count() or 1)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
