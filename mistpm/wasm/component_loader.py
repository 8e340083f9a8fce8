"""From a component's bytes to what can run, by way of the machine-code cache."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from mistpm.errors import PackageError
from mistpm.package.sections import code_digest, without_sections
from mistpm.wasm.component.component import (
    CALL,
    REQUIREMENTS,
    Component,
    Described,
    check_component,
    examine_component,
    is_wasi,
    wrong_types,
)
from mistpm.wasm.machine_code.engine import engine_key, make_engine

if TYPE_CHECKING:
    from pathlib import Path

    from mistpm.wasm.abi.limits import Limits
    from mistpm.wasm.anatomy import Anatomy
    from mistpm.wasm.component.pool import Components
    from mistpm.wasm.machine_code.cache import MachineCodeCache
    from mistpm.wasm.machine_code.compiler import Compiler

_NAMES = ("name", "component-name")


class ComponentLoader:
    """Loads components; those with the same code share it, in memory and on disk."""

    def __init__(
        self,
        compiler: Compiler,
        components: Components,
        *,
        cache: MachineCodeCache | None,
        limits: Limits,
    ) -> None:
        self._compiler = compiler
        self._components = components
        self._cache = cache
        self._limits = limits
        self._lock = threading.Lock()
        self._loaded: dict[str, tuple[bytes | str, Described]] = {}
        self._loading: dict[str, threading.Lock] = {}

    def load(self, data: bytes, digest: str, *, name: str) -> Component:
        """Make a component ready to run, as `Runtime.load` says of modules."""
        interruptions = self._compiler.interruptions
        check_component(data, name=name, limits=self._limits)
        key = code_digest(data, source=name)
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            if self._compiler.interruptions != interruptions:
                raise KeyboardInterrupt  # while this thread waited for another one that was compiling
            if key not in self._loaded:
                self._loaded[key] = self._load(data, key, name)
        code, described = self._loaded[key]
        if wrong := wrong_types(described, name=name):
            raise wrong
        return Component(
            name=name,
            digest=digest,
            code=code,
            may_call=CALL in described.imports,
            wasi=any(map(is_wasi, described.imports)),
            computes=REQUIREMENTS in described.exports,
        )

    def is_cold(self, data: bytes, *, name: str) -> bool:
        """Say whether a component would have to be compiled."""
        key = code_digest(data, source=name)
        held = self._cache is not None and self._cache.holds(self._engine_key, key)
        return key not in self._loaded and not held

    def dissect(self, data: bytes, *, name: str) -> Anatomy:
        """Tell what a component is made of, as `Runtime.dissect` says."""
        from mistpm.wasm.anatomy import dissect_component

        form, refusals = examine_component(data, name=name, limits=self._limits)
        described = Described(
            imports=dict.fromkeys(form.imports, ""), exports=dict.fromkeys(form.exports, "")
        )
        if not any(error.reference == "module-too-large" for error in refusals):
            try:
                _, described = self._load(data, code_digest(data, source=name), name)
            except PackageError as error:
                refusals = (*refusals, error)
            else:
                wrong = wrong_types(described, name=name)
                refusals = (*refusals, wrong) if wrong and not refusals else refusals
        return dissect_component(data, form, described, refusals, name=name)

    def _load(self, data: bytes, key: str, name: str) -> tuple[bytes | str, Described]:
        """Give the machine code, or the file with it, and its types; compile where there is none.

        Processes that want the same component wait for the first, as for modules.
        """
        if self._cache is None:
            return self._compile(data, key, name)
        found = self._cached(key, name)
        if found is not None:
            return found
        with self._cache.lock(key, self._limits.compile_patience):
            return self._cached(key, name) or self._compile(data, key, name)

    def _cached(self, key: str, name: str) -> tuple[str, Described] | None:
        """Take machine code from the cache; what wasmtime does not accept is forgotten."""
        path = self._cache.find(self._engine_key, key) if self._cache else None
        if self._cache is None or path is None or not _is_text(path):
            return None
        try:
            return str(path), self._components.describe(str(path), name=name)
        except PackageError:
            self._cache.discard(path)
            return None

    def _compile(self, data: bytes, key: str, name: str) -> tuple[bytes | str, Described]:
        """Compile, and keep the machine code where that is possible."""
        component = without_sections(data, keep=_NAMES, source=name)
        code = self._compiler.compile(component, name=name)
        path = self._cache.store(self._engine_key, key, code) if self._cache else None
        kept = str(path) if path and _is_text(path) else code
        return kept, self._components.describe(kept, name=name)

    @cached_property
    def _engine_key(self) -> str:
        """Name the machine code of components on this machine; costs 3 ms."""
        engine = make_engine(fuel=self._limits.fuel is not None, components=True)
        return f"{engine_key(engine)}-component"


def _is_text(path: Path) -> bool:
    """Say whether wasmtime can be given a path: it takes UTF-8 only."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
