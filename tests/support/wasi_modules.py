"""Modules for WASI: the committed ones of `tests/guests/commands`, and Go's, built where there is Go."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from guest_modules import FOLDER, assemble

COMMANDS = FOLDER / "commands"

_COMMAND = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  {imports}
  (memory (export "memory") 4)
  (func $write (param $file i32) (param $start i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $start))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $fd_write (local.get $file) (i32.const 0) (i32.const 1) (i32.const 8))))
  {more}
  (func $main (export "_start") {body}))
"""


def committed(name: str) -> bytes:
    """Give `manifest` or `listing`."""
    return (COMMANDS / f"{name}-1.0.0.wasm").read_bytes()


@functools.cache
def go_module(name: str) -> bytes:
    """Build `flight` or `reactor`; skips the test where there is no Go."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go")
    kind = ["-buildmode=c-shared"] if name == "reactor" else []
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.wasm"
        subprocess.run(
            [go, "build", "-trimpath", *kind, "-ldflags=-s -w", "-o", made, "."],
            cwd=COMMANDS / name,
            env={**os.environ, "GOOS": "wasip1", "GOARCH": "wasm", "GOFLAGS": "-mod=mod"},
            check=True,
        )
        return made.read_bytes()


def module(name: str) -> bytes:
    """Give any of them by its name."""
    return go_module(name) if name in {"flight", "reactor"} else committed(name)


def command(body: str, *, imports: str = "", more: str = "") -> bytes:
    """Make a command from WebAssembly text; `$write` takes a file, a place and a size."""
    return assemble(_COMMAND.format(body=body, imports=imports, more=more))


def printing(text: str, *, to: int = 1, code: int | None = None) -> bytes:
    """Make a command that writes a text and ends, by exiting if there is a `code`."""
    encoded = text.encode()
    data = "".join(f"\\{byte:02x}" for byte in encoded)
    leave = "" if code is None else f"(call $exit (i32.const {code})) unreachable"
    return command(
        f"(call $write (i32.const {to}) (i32.const 1024) (i32.const {len(encoded)})) {leave}",
        imports='(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))',
        more=f'(data (i32.const 1024) "{data}")',
    )
