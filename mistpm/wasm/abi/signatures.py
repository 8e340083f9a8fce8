"""The types of what a compiled module imports and exports, and those that it must have."""

from __future__ import annotations

from collections.abc import Iterable

import wasmtime

from mistpm.errors import PackageError
from mistpm.wasm.abi.form import COMMAND_EXPORTS, EXPORTS, INITIALIZE, REQUIREMENTS, START, Form
from mistpm.wasm.abi.imports import IMPORTS, is_bindgen

_EXPORTS = {
    "memory": "a memory",
    "__mistletoe_info": "() -> i32",
    "__mistletoe_alloc": "(i32) -> i32",
    "__mistletoe_dealloc": "(i32, i32)",
    "__mistletoe_generate": "(i32, i32) -> i32",
    INITIALIZE: "()",
    START: "()",
    REQUIREMENTS: "(i32, i32) -> i32",
}
_NUMBERS = {"i": "i32", "I": "i64"}


def described(kind: object) -> str:
    """Write a type: `(i32) -> i32`, `a memory`."""
    if isinstance(kind, wasmtime.FuncType):
        return _signature(map(str, kind.params), map(str, kind.results))
    return {
        wasmtime.MemoryType: "a memory",
        wasmtime.TableType: "a table",
        wasmtime.GlobalType: "a global",
    }.get(type(kind), "something else")


def wrong_exports(compiled: wasmtime.Module, form: Form, *, name: str) -> PackageError | None:
    """Refuse exports that are called as the ABI says but are something else."""
    found = {export.name: described(export.type) for export in compiled.exports}
    called = COMMAND_EXPORTS if form.kind == "command" else (*EXPORTS, INITIALIZE, REQUIREMENTS)
    wrong = [
        f"`{export}` is {found[export]}, must be {_EXPORTS[export]}"
        for export in called
        if export in found and found[export] != _EXPORTS[export]
    ]
    if not wrong:
        return None
    return PackageError(
        "invalid-export",
        f"`{name}` is not a package: its exports are not those of the ABI",
        context=tuple(wrong),
        hint="see `specs/host-abi.md` for what each must be",
    )


def wrong_imports(compiled: wasmtime.Module, *, name: str) -> PackageError | None:
    """Refuse imports that there are only with other types; bindgen's may be any functions."""
    wrong = []
    for each in compiled.imports:
        wanted = IMPORTS.get(each.module, {}).get(each.name or "")
        found = described(each.type)
        if wanted is not None and found != _written(wanted):
            wrong.append(f"`{each.module}.{each.name}` is {found}, must be {_written(wanted)}")
        elif is_bindgen(each.module) and not isinstance(each.type, wasmtime.FuncType):
            wrong.append(f"`{each.module}.{each.name}` is {found}, must be a function")
    if not wrong:
        return None
    return PackageError(
        "invalid-import",
        f"`{name}` imports what there is only with another type",
        context=tuple(wrong),
        hint="`specs/host-abi.md` lists the host functions",
    )


def _written(text: str) -> str:
    """Write a type of `mistpm.wasm.abi.imports`: `ii>i` is `(i32, i32) -> i32`."""
    parameters, _, results = text.partition(">")
    return _signature(map(_NUMBERS.__getitem__, parameters), map(_NUMBERS.__getitem__, results))


def _signature(parameters: Iterable[str], results: Iterable[str]) -> str:
    given = ", ".join(results)
    return f"({', '.join(parameters)})" + (f" -> {given}" if given else "")
