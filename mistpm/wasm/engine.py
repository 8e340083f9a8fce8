"""The engine's settings: what WebAssembly a package may use, and how it is compiled.

Code compiled with other settings does not load, so they are part of the machine-code cache's key.
Everything that could make two machines answer differently is off (threads, relaxed SIMD) or pinned
down (the bits of a NaN); so are the proposals that packages do not need.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import wasmtime

_EMPTY_MODULE = b"\0asm\1\0\0\0"

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


def make_engine(stack_bytes: int) -> wasmtime.Engine:
    """Give an engine whose guests may use `stack_bytes` of the native stack; costs about 2 ms."""
    config = wasmtime.Config()
    for name, value in SETTINGS.items():
        setattr(config, name, value)
    config.max_wasm_stack = stack_bytes
    return wasmtime.Engine(config)


def engine_key(engine: wasmtime.Engine) -> str:
    """Name the machine code that `engine` makes on this machine; costs 1 ms.

    The code of an empty module says all: wasmtime writes its major version, the settings and what the
    processor can do into it.  The full version comes from the name of the installed distribution's
    folder, because looking it up with `importlib.metadata` takes 20 ms.
    """
    facts = hashlib.sha256(wasmtime.Module(engine, _EMPTY_MODULE).serialize())
    for folder in sorted(Path(wasmtime.__file__).parent.parent.glob("wasmtime-*.dist-info")):
        facts.update(folder.name.encode())
    return facts.hexdigest()[:16]
