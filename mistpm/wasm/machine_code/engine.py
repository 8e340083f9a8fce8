"""The engine: which WebAssembly a package may use, how it is compiled, and compiling in a process apart.

Everything that could make two machines answer differently is off (threads, relaxed SIMD) or pinned
down (the bits of a NaN), and so are the proposals that packages do not need.

Run as a program, this file compiles one module or component: it on standard input, machine code on standard
output.  A few kilobytes can keep a compiler busy for a minute and fill the memory, and nothing stops it
from within, so it runs where it can be killed.  The file imports nothing of mistpm: that saves 70 ms of
the 150 ms which such a process costs.
"""

from __future__ import annotations

import hashlib
import signal
import sys
from contextlib import suppress
from pathlib import Path

import wasmtime
from wasmtime import _bindings as native

SETTINGS: dict[str, bool] = {
    "epoch_interruption": True,
    "cranelift_nan_canonicalization": True,
    "wasm_threads": False,
    "shared_memory": False,
    "wasm_relaxed_simd": False,
    "wasm_memory64": False,
    "wasm_multi_memory": False,
    "wasm_tail_call": False,
    "wasm_exceptions": False,
    "wasm_gc": False,
    "wasm_function_references": False,
    "wasm_stack_switching": False,
    "wasm_wide_arithmetic": False,
    "wasm_custom_page_sizes": False,
    "wasm_component_model": False,
}
"""For core modules; `make_engine` changes what components need otherwise."""
LARGEST_STACK = 2 * 1024 * 1024
NOT_VALID = 3
_EMPTY_MODULE = b"\0asm\1\0\0\0"


def make_engine(
    stack_bytes: int | None = None, *, fuel: bool = False, components: bool = False
) -> wasmtime.Engine:
    """Give an engine whose guests may use `stack_bytes` of the native stack; costs about 2 ms.

    With `fuel` the code counts its instructions, which makes it a half slower.  With `components` it is for
    components instead of core modules.

    Raises `ValueError` above `LARGEST_STACK`, where wasmtime would end the process.
    """
    if stack_bytes is not None and not 0 < stack_bytes <= LARGEST_STACK:
        raise ValueError(f"a guest's stack has 1 to {LARGEST_STACK} bytes, not {stack_bytes}")
    config = wasmtime.Config()
    for name, value in SETTINGS.items():
        setattr(config, name, value)
    if components:
        config.wasm_component_model = True
        config.wasm_multi_memory = True  # what wasmtime puts between components has two
        config.wasm_tail_call = True  # JavaScript's engine has them
        native.wasmtime_config_wasm_component_model_async_set(config.ptr(), False)
        # with it wasmtime 50 ends a guest that lends the host two resources at once
        native.wasmtime_config_concurrency_support_set(config.ptr(), False)
    if stack_bytes is not None:
        config.max_wasm_stack = stack_bytes
    config.consume_fuel = fuel
    return wasmtime.Engine(config)


def engine_key(engine: wasmtime.Engine) -> str:
    """Name the machine code that `engine` makes on this machine; costs 1 ms.

    The code of an empty module says nearly all: wasmtime writes its major version, the settings and
    what the processor can do into it.  The full version is in the name of the installed distribution's
    folder; asking `importlib.metadata` would take 20 ms.
    """
    facts = hashlib.sha256(machine_code(engine, _EMPTY_MODULE))
    for folder in sorted(Path(wasmtime.__file__).parent.parent.glob("wasmtime-*.dist-info")):
        facts.update(folder.name.encode())
    return facts.hexdigest()[:16]


def machine_code(engine: wasmtime.Engine, module: bytes) -> bytes:
    """Compile `module`; raises `wasmtime.WasmtimeError` when it is not valid."""
    return bytes(wasmtime.Module(engine, module).serialize())


def component_code(engine: wasmtime.Engine, component: bytes) -> bytes:
    """Compile `component`; raises `wasmtime.WasmtimeError` when it is not valid."""
    from wasmtime.component import Component

    return bytes(Component(engine, component).serialize())


def main(memory_bytes: int, milliseconds: int, fuel: int, components: int) -> int:
    """Compile what comes in; `NOT_VALID` and the reason on standard error when it is not valid."""
    _bound(memory_bytes, milliseconds / 1000)
    compile_it = component_code if components else machine_code
    try:
        engine = make_engine(fuel=bool(fuel), components=bool(components))
        code = compile_it(engine, sys.stdin.buffer.read())
    except wasmtime.WasmtimeError as error:
        sys.stderr.write(str(error))
        return NOT_VALID
    sys.stdout.buffer.write(code)
    sys.stdout.buffer.flush()
    return 0


def _bound(memory_bytes: int, seconds: float) -> None:
    """Bound this process's memory and processor time, where the system can.

    `SIGPROF` ends it after so many seconds of all cores together.  `RLIMIT_CPU` would do the same, but counts
    whole seconds, and the start of Python with them.
    """
    try:
        import resource
    except ImportError:
        return
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
