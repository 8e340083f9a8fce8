"""What a compiled component imports and exports, with the types written as WIT does.

A part of `program.py`, which loads it by its path; it imports nothing of mistpm.
"""

from __future__ import annotations

from typing import Any

import wasmtime
from wasmtime import _bindings as native
from wasmtime import component as model

_WASI = "wasi:"
_MOST_TYPES = 100
_MOST_NAMES = 999
"""In one interface: the time that wasmtime takes to tell them grows with the square of their number."""


def described(
    engine: wasmtime.Engine, component: model.Component
) -> tuple[dict[str, str], dict[str, str]]:
    """Give what a component imports and exports: names, of an interface's functions with it, and types."""
    kind = component.type
    imports, exports = kind.imports(engine), kind.exports(engine)
    return _named(engine, imports), _named(engine, exports)


def _named(engine: wasmtime.Engine, items: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, item in items.items():
        kind = item.ty
        if not isinstance(kind, model.ComponentInstanceType):
            found[name] = _Type().written(kind)
            continue
        count = native.wasmtime_component_instance_type_export_count(kind.ptr(), engine.ptr())
        if name.startswith(_WASI) or count > _MOST_NAMES:
            found[name] = f"an interface of {count} name{'s' if count != 1 else ''}"
        else:
            within = kind.exports(engine)
            found |= {f"{name}#{inner}": _Type().written(each.ty) for inner, each in within.items()}
    return found


class _Type:
    """Writes a type as WIT does, with all that it is made of, up to a point: it may be made of itself many times."""

    def __init__(self) -> None:
        self._left = _MOST_TYPES

    def written(self, kind: Any) -> str:
        self._left -= 1
        if self._left < 0:
            return "…"
        write = self.written
        if isinstance(kind, model.FuncType):
            parameters = ", ".join(f"{name}: {write(each)}" for name, each in kind.params)
            result = kind.result
            return f"func({parameters})" + (f" -> {write(result)}" if result is not None else "")
        if isinstance(kind, model.OptionType):
            return f"option<{write(kind.payload)}>"
        if isinstance(kind, model.ListType):
            return f"list<{write(kind.element)}>"
        if isinstance(kind, model.ResultType):
            ok, err = (write(each) if each else "_" for each in (kind.ok, kind.err))
            return f"result<{ok}, {err}>"
        if isinstance(kind, model.VariantType):
            return f"variant {{{', '.join(map(self._case, kind._cases()))}}}"  # noqa: SLF001 - there is no other way
        if isinstance(kind, model.EnumType):
            return f"enum {{{', '.join(kind.names)}}}"
        return type(kind).__name__.removesuffix("Type").lower()

    def _case(self, case: tuple[str, Any]) -> str:
        name, payload = case
        return f"{name}({self.written(payload)})" if payload else name
