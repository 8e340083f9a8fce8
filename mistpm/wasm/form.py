"""What a module is, read from its bytes before anything is compiled.

A compiler is easily kept busy, so what can be refused by looking is refused here: bytes that are no
core module, too large ones, other kinds of modules, missing exports, imports that nobody provides.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from mistpm.errors import PackageError
from mistpm.package.exports import exported_names
from mistpm.package.sections import Part, parts, read_name, read_u32
from mistpm.wasm.limits import Limits

HOST_MODULE = "mistpm_v1"
HOST_FUNCTIONS = ("log", "request", "response")
EXPORTS = (
    "memory",
    "__mistletoe_info",
    "__mistletoe_alloc",
    "__mistletoe_dealloc",
    "__mistletoe_generate",
)
REQUIREMENTS = "__mistpm_requirements"
"""What a package that computes requirements exports besides."""

_CUSTOM, _IMPORTS, _FUNCTIONS, _EXPORTS = 0, 2, 3, 7
_FUNCTION, _TABLE, _MEMORY, _GLOBAL = range(4)
_MOST_NAMES, _LONGEST_NAME = 10, 100
_BINDGEN = ("__wbindgen_placeholder__", "__wbindgen_externref_xform__")


class Form(Struct, frozen=True, kw_only=True):
    """The names that a module exports, and those that it imports as (module, name)."""

    exports: tuple[str, ...]
    imports: tuple[tuple[str, str], ...]

    @property
    def needs_stubs(self) -> bool:
        """Say whether wasm-bindgen left imports in it that a render never calls."""
        return any(is_bindgen(module) for module, _ in self.imports)


def is_bindgen(module: str) -> bool:
    """Say whether imports from `module` are wasm-bindgen's glue for JavaScript."""
    return module in _BINDGEN or (module.startswith("./") and module.endswith("_bg.js"))


def read_form(data: bytes, *, name: str, limits: Limits) -> Form:
    """Read what `data` exports and imports, and refuse what cannot be a package.

    Raises `PackageError`: `module-too-large`, `wrong-form`, `missing-export`, `unknown-import`, and
    what `mistpm.package.sections.parts` raises.  Reads no code: some microseconds.
    """
    sections = tuple(parts(data, source=name))
    counts = Counter(part.identifier for part in sections)
    _check_size(name, "custom-sections", counts[_CUSTOM], limits.custom_sections)
    by_identifier = {part.identifier: part for part in sections}
    for what, identifier, limit in (
        ("imports", _IMPORTS, limits.imports),
        ("functions", _FUNCTIONS, limits.functions),
        ("exports", _EXPORTS, limits.exports),
    ):
        if part := by_identifier.get(identifier):
            _check_size(name, what, read_u32(data, part.body, part.end, source=name)[0], limit)
    form = Form(
        exports=exported_names(data, source=name),
        imports=_imports(data, by_identifier.get(_IMPORTS), name),
    )
    _check_exports(form, name)
    _check_imports(form, name)
    return form


def _imports(data: bytes, part: Part | None, source: str) -> tuple[tuple[str, str], ...]:
    """Read the names in the import section."""
    if part is None:
        return ()
    count, position = read_u32(data, part.body, part.end, source=source)
    names = []
    for _ in range(count):
        module, position = read_name(data, position, part.end, source=source)
        name, position = read_name(data, position, part.end, source=source)
        position = _after_type(data, position, part.end, source)
        names.append((module, name))
    return tuple(names)


def _after_type(data: bytes, position: int, end: int, source: str) -> int:
    """Skip the type of one import."""
    kind, position = read_u32(data, position, end, source=source)
    if kind == _FUNCTION:
        return read_u32(data, position, end, source=source)[1]
    if kind == _GLOBAL:
        return position + 2
    if kind in {_TABLE, _MEMORY}:
        flags, position = read_u32(data, position + (kind == _TABLE), end, source=source)
        for _ in range(1 + (flags & 1)):
            _, position = read_u32(data, position, end, source=source)
        return position
    raise PackageError(
        "unknown-import",
        f"`{source}` imports something of a kind that packages cannot have (kind {kind})",
        hint="a package may import the functions of `mistpm_v1`, see `specs/host-abi.md`",
    )


def _check_size(name: str, what: str, found: int, limit: int) -> None:
    if found > limit:
        raise PackageError(
            "module-too-large",
            f"`{name}` has {found} {what.replace('-', ' ')}",
            note=f"the limit `{what}` is {limit}",
            hint="build it for size, without debug information",
        )


def _check_exports(form: Form, name: str) -> None:
    """Refuse WASI commands by what they are, other modules by what they lack."""
    missing = [export for export in EXPORTS if export not in form.exports]
    if not missing:
        return
    if "_start" in form.exports and len(missing) >= len(EXPORTS) - 1:
        raise PackageError(
            "wrong-form",
            f"`{name}` is a WASI command (it exports `_start`), which mistpm does not run yet",
            hint="build a library with the exports that `specs/host-abi.md` lists",
        )
    hint = "see `specs/host-abi.md` for what each must do"
    if any(export.startswith(f"{EXPORTS[-1]}_") for export in form.exports):
        hint = (
            "wasm-bindgen has renamed the exports: run its command line tool, or use version 0.2.92"
        )
    raise PackageError(
        "missing-export",
        f"`{name}` is not a package: it does not export {_listed(missing)}",
        hint=hint,
    )


def _check_imports(form: Form, name: str) -> None:
    unknown = [
        f"{module}.{function}"
        for module, function in form.imports
        if not is_bindgen(module) and (module != HOST_MODULE or function not in HOST_FUNCTIONS)
    ]
    if unknown:
        raise PackageError(
            "unknown-import",
            f"`{name}` imports what a package cannot have: {_listed(unknown)}",
            note=f"a package may import {_listed(HOST_FUNCTIONS)} from `{HOST_MODULE}`, nothing else",
            hint="build it without an operating system: no files, no clock, no network",
        )


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """Write names that a stranger chose: not all of many, not the whole of long ones."""
    shown = ", ".join(f"`{name[:_LONGEST_NAME]}`" for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return shown if more <= 0 else f"{shown} and {more} more"
