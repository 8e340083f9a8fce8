"""WebAssembly text of components with the parts that all have left out.

`(;host;)` stands for the import of mistpm's functions, a memory of 2 pages with an allocator, and `log` and `call`
lowered to it; `(;main;)` for the imports of the module that does the work; `(;exports;)` for instantiating that and
exporting its `render`, `(;lifted;)` for the latter alone, and `(;requirements;)` for exporting its `requirements` as well.

In the module `log` is `(level, text, size)`, and `call` is `(alias, size, inputs, size, is there a name, name, size, place
for the result)`.
"""

from __future__ import annotations

from guest_modules import FOLDER, assemble

_HOST = """(type $host (instance
    (type $level' (enum "debug" "info" "warning" "error"))
    (export "level" (type $level (eq $level')))
    (export "log" (func (param "level" $level) (param "message" string)))
    (type $call-error' (variant
      (case "bad-request" string)
      (case "unknown-alias" string)
      (case "dependency-failed" string)
      (case "name-taken" string)))
    (export "call-error" (type $call-error (eq $call-error')))
    (export "call" (func (param "alias" string) (param "inputs" string) (param "name" (option string))
      (result (result string (error $call-error)))))))
  (import "mistpm:abi/host@1.0.0" (instance $host (type $host)))
  (core module $libc
    (memory (export "memory") 2)
    (global $top (mut i32) (i32.const 65536))
    ;; frees nothing; takes another page where it has no more room
    (func (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.set $top (i32.add (local.get $start) (local.get $size)))
      (block $enough
        (br_if $enough (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $enough (i32.ne (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16))))))
        unreachable)
      (memory.copy (local.get $start) (local.get $old) (local.get $had))
      (local.get $start)))
  (core instance $libc (instantiate $libc))
  (core func $log (canon lower (func $host "log") (memory (core memory $libc "memory"))))
  (core func $call (canon lower (func $host "call")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))"""
_MAIN = """(import "libc" "memory" (memory $memory 1))
    (import "host" "log" (func $log (param i32 i32 i32)))
    (import "host" "call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32)))"""
_LIFTED = """(func (export "{name}") (param "input" string) (result (result string (error string)))
    (canon lift (core func $main "{name}")
      (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))"""
_RENDER = _LIFTED.format(name="render")
_EXPORTS = (
    """(core instance $main (instantiate $main
    (with "libc" (instance $libc))
    (with "host" (instance (export "log" (func $log)) (export "call" (func $call))))))
  """
    + _RENDER
)

_PARTS = {
    "(;host;)": _HOST,
    "(;main;)": _MAIN,
    "(;exports;)": _EXPORTS,
    "(;lifted;)": _RENDER,
    "(;requirements;)": _LIFTED.format(name="requirements"),
}


def whole(text: str) -> str:
    """Give the text with everything in it."""
    for name, part in _PARTS.items():
        text = text.replace(name, part)
    return text


def component_guest(name: str) -> bytes:
    """Give the component of `NAME.wat` in `tests/guests/components`."""
    return made((FOLDER / "components" / f"{name}.wat").read_text(encoding="utf-8"))


def made(text: str) -> bytes:
    """Give the component that a text with these parts left out stands for."""
    return assemble(whole(text))
