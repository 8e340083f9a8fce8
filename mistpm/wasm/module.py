"""A module that is compiled, checked and ready to be run as often as wanted."""

from __future__ import annotations

import wasmtime
from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.wasm.form import COMMAND_EXPORTS, EXPORTS, INITIALIZE, REQUIREMENTS, START, Form
from mistpm.wasm.host import define_imports

_SIGNATURES = {
    "__mistletoe_info": "() -> i32",
    "__mistletoe_alloc": "(i32) -> i32",
    "__mistletoe_dealloc": "(i32, i32)",
    "__mistletoe_generate": "(i32, i32) -> i32",
    INITIALIZE: "()",
    START: "()",
    REQUIREMENTS: "(i32, i32) -> i32",
}


class Module(Struct, frozen=True, kw_only=True):
    """A package's code: `name` is for messages, `digest` is that of the file it came from.

    `computes` tells that it can be asked for requirements, `is_command` that it is run from `_start`.
    """

    name: str
    digest: str
    code: wasmtime.InstancePre
    computes: bool = False
    is_command: bool = False

    def __str__(self) -> str:
        """Give the name."""
        return self.name


def link(
    engine: wasmtime.Engine, compiled: wasmtime.Module, form: Form, *, name: str
) -> wasmtime.InstancePre:
    """Join a compiled module with the host functions.

    What wasm-bindgen left behind becomes functions that trap: a render never calls them.  Raises
    `PackageError`: `invalid-export`, `invalid-import`.
    """
    _check_exports(compiled, form, name)
    linker = wasmtime.Linker(engine)
    define_imports(linker, form.imports)
    if form.needs_stubs:
        linker.define_unknown_imports_as_traps(compiled)
    try:
        return linker.instantiate_pre(compiled)
    except wasmtime.WasmtimeError as error:
        raise PackageError(
            "invalid-import",
            f"`{name}` imports what there is only with another type",
            context=(str(error).splitlines()[0],),
            hint="`specs/host-abi.md` lists the host functions",
        ) from None


def _check_exports(compiled: wasmtime.Module, form: Form, name: str) -> None:
    """Refuse exports that are called as the ABI says but are something else."""
    found = {export.name: _described(export.type) for export in compiled.exports}
    wanted = {"memory": "a memory", **_SIGNATURES}
    called = COMMAND_EXPORTS if form.kind == "command" else (*EXPORTS, INITIALIZE, REQUIREMENTS)
    wrong = [
        f"`{export}` is {found[export]}, must be {wanted[export]}"
        for export in called
        if export in found and found[export] != wanted[export]
    ]
    if wrong:
        raise PackageError(
            "invalid-export",
            f"`{name}` is not a package: its exports are not those of the ABI",
            context=tuple(wrong),
            hint="see `specs/host-abi.md` for what each must be",
        )


def _described(kind: object) -> str:
    """Write an export's type: `(i32) -> i32`, `a memory`."""
    if isinstance(kind, wasmtime.FuncType):
        results = ", ".join(map(str, kind.results))
        parameters = ", ".join(map(str, kind.params))
        return f"({parameters})" + (f" -> {results}" if results else "")
    return {
        wasmtime.MemoryType: "a memory",
        wasmtime.TableType: "a table",
        wasmtime.GlobalType: "a global",
    }.get(type(kind), "something else")
