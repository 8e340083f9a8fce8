"""A module that is compiled, checked and ready to be run as often as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import wasmtime
from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.wasm.abi.form import Form
from mistpm.wasm.abi.signatures import wrong_exports, wrong_imports
from mistpm.wasm.guest.host import define_imports


class Module(Struct, frozen=True, kw_only=True):
    """A package's code: `name` is for messages, `digest` is that of the file it came from.

    `code` is what an instance is made of, a `wasmtime.InstancePre`; of a component its machine code.
    `computes` tells that it can be asked for requirements, `is_command` that it is run from `_start`.
    `exported` names the functions that it exports, by their indices.
    """

    name: str
    digest: str
    code: Any
    computes: bool = False
    is_command: bool = False
    exported: Mapping[int, str] = {}

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
    if wrong := wrong_exports(compiled, form, name=name):
        raise wrong
    linker = wasmtime.Linker(engine)
    define_imports(linker, form.imports)
    if form.needs_stubs:
        linker.define_unknown_imports_as_traps(compiled)
    try:
        return linker.instantiate_pre(compiled)
    except wasmtime.WasmtimeError as error:
        raise wrong_imports(compiled, name=name) or PackageError(
            "invalid-import",
            f"`{name}` cannot be joined with what it imports",
            context=(str(error).splitlines()[0],),
            hint="`specs/host-abi.md` lists the host functions",
        ) from None
