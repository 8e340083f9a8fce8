"""From a package's file to code that can run, by way of the machine-code cache."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING

import wasmtime

from mistpm.errors import DigestError, PackageError
from mistpm.package.sections import code_digest, is_component, without_sections
from mistpm.wasm.abi.form import REQUIREMENTS, Form, check_sections, examine, read_form
from mistpm.wasm.abi.limits import size_of
from mistpm.wasm.abi.signatures import wrong_exports, wrong_imports
from mistpm.wasm.component_loader import ComponentLoader
from mistpm.wasm.guest.module import Module, link
from mistpm.wasm.machine_code.compiler import Compiler, is_small
from mistpm.wasm.machine_code.engine import engine_key

if TYPE_CHECKING:
    from pathlib import Path

    from mistpm.wasm.abi.limits import Limits
    from mistpm.wasm.anatomy import Anatomy
    from mistpm.wasm.component.pool import Components
    from mistpm.wasm.machine_code.cache import MachineCodeCache


class Loader:
    """Loads modules for one engine; packages with the same code share it, in memory and on disk."""

    def __init__(
        self,
        engine: wasmtime.Engine,
        *,
        cache: MachineCodeCache | None,
        limits: Limits,
        components: Components,
    ) -> None:
        self.compiler = Compiler(engine, limits)
        self._components = ComponentLoader(self.compiler, components, cache=cache, limits=limits)
        self._engine = engine
        self._engine_key = engine_key(engine)
        self._cache = cache
        self._limits = limits
        self._lock = threading.Lock()
        self._loaded: dict[str, tuple[wasmtime.InstancePre, Form]] = {}
        self._loading: dict[str, threading.Lock] = {}

    def load(self, path: Path, digest: str, *, name: str) -> Module:
        """Do what `Runtime.load` says."""
        interruptions = self.compiler.interruptions
        data = self._read(path, name)
        _check_digest(data, digest, name)
        if is_component(data):
            return self._components.load(data, digest, name=name)
        return self._module(data, code_digest(data, source=name), digest, name, interruptions)

    def ready(self, path: Path, digest: str, *, name: str) -> Module | None:
        """Do what `Runtime.ready` says."""
        interruptions = self.compiler.interruptions
        data = self._read(path, name)
        _check_digest(data, digest, name)
        if is_component(data):
            is_cold = self._components.is_cold(data, name=name)
            return None if is_cold else self._components.load(data, digest, name=name)
        key = code_digest(data, source=name)
        if self._is_cold(data, key, name):
            return None
        return self._module(data, key, digest, name, interruptions)

    def _module(self, data: bytes, key: str, digest: str, name: str, interruptions: int) -> Module:
        """Make a core module ready; compile it, once, where there is no machine code."""
        with self._lock:
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            if self.compiler.interruptions != interruptions:
                raise KeyboardInterrupt  # while this thread waited for another one that was compiling
            if key in self._loaded:
                check_sections(data, name=name, limits=self._limits)
            else:
                form = read_form(data, name=name, limits=self._limits)
                compiled = self._machine_code(data, key, name)
                self._loaded[key] = link(self._engine, compiled, form, name=name), form
        code, form = self._loaded[key]
        is_command = form.kind == "command"
        return Module(
            name=name,
            digest=digest,
            code=code,
            computes=REQUIREMENTS in form.exports and not is_command,
            is_command=is_command,
            exported=form.functions,
        )

    def dissect(self, path: Path, *, name: str) -> Anatomy:
        """Do what `Runtime.dissect` says."""
        from mistpm.wasm.anatomy import dissect

        data = self._read(path, name)
        if is_component(data):
            return self._components.dissect(data, name=name)
        form, refusals = examine(data, name=name, limits=self._limits)
        if any(error.reference == "module-too-large" for error in refusals):
            return dissect(data, form, None, refusals, name=name)
        try:
            compiled = self._machine_code(data, code_digest(data, source=name), name)
        except PackageError as error:
            return dissect(data, form, None, (*refusals, error), name=name)
        wrong = (wrong_exports(compiled, form, name=name), wrong_imports(compiled, name=name))
        refusals = (*refusals, *(error for error in wrong if error))
        return dissect(data, form, compiled, refusals, name=name)

    def _read(self, path: Path, name: str) -> bytes:
        """Read a module file, unless it is larger than any may be."""
        limit = self._limits.module_bytes
        try:
            with path.open("rb") as file:
                # no more room than is needed: making and freeing it takes longer than reading
                size = min(limit, os.fstat(file.fileno()).st_size)
                data = file.read(size + 1)
                if len(data) > size:
                    data += file.read(limit - size)
        except OSError as error:
            raise PackageError(
                "module-unreadable",
                f"`{name}` cannot be read: {error.strerror}",
                context=(str(path),),
                hint="fetch it again",
            ) from None
        if len(data) > limit:
            raise PackageError(
                "module-too-large",
                f"`{name}` has more than {limit} bytes",
                note=f"the limit `module` is {size_of(limit)}",
                hint="build it for size, without debug information",
            )
        return data

    def _is_cold(self, data: bytes, key: str, name: str) -> bool:
        """Say whether a module would have to be compiled, in a process of its own."""
        if key in self._loaded or (self._cache and self._cache.holds(self._engine_key, key)):
            return False
        return not is_small(without_sections(data, source=name))

    def _machine_code(self, data: bytes, key: str, name: str) -> wasmtime.Module:
        """Take machine code from the cache, or compile and keep it.

        Processes that want the same module wait for the first, except for the smallest: compiling
        those is faster than waiting.
        """
        found = self._cached(key)
        if found is not None:
            return found
        module = without_sections(data, keep=("name",), source=name)
        if self._cache is None or is_small(module):
            return self._compile(module, key, name)
        with self._cache.lock(key, self._limits.compile_patience):
            return self._cached(key) or self._compile(module, key, name)

    def _cached(self, key: str) -> wasmtime.Module | None:
        """Load machine code from the cache; what wasmtime does not accept is forgotten."""
        path = self._cache.find(self._engine_key, key) if self._cache else None
        if self._cache is None or path is None:
            return None
        try:
            return wasmtime.Module.deserialize_file(self._engine, str(path))
        except (wasmtime.WasmtimeError, UnicodeEncodeError):
            self._cache.discard(path)
            return None

    def _compile(self, module: bytes, key: str, name: str) -> wasmtime.Module:
        """Compile, keep the machine code where that is possible, and load it."""
        code = self.compiler.compile(module, name=name)
        if self._cache is not None:
            self._cache.store(self._engine_key, key, code)
        return wasmtime.Module.deserialize(self._engine, code)


def _check_digest(data: bytes, digest: str, name: str) -> None:
    """Refuse bytes that are not those which were locked."""
    found = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if found != digest:
        raise DigestError(
            "digest-mismatch",
            f"`{name}` is not the file that was promised",
            context=(f"promised {digest}", f"found    {found}"),
            hint="remove it from the cache and fetch it again",
        )
