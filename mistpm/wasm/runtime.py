"""Loading modules and running them: what the rest of mistpm uses of this room."""

from __future__ import annotations

import hashlib
import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import wasmtime

from mistpm.errors import DigestError, PackageError, RenderError
from mistpm.package.sections import code_digest, without_sections
from mistpm.wasm.cache import MachineCodeCache
from mistpm.wasm.compiler import IN_PROCESS_BYTES, Compiler
from mistpm.wasm.engine import engine_key, make_engine
from mistpm.wasm.form import read_form
from mistpm.wasm.guest import Done, Guest, Request, ending, message
from mistpm.wasm.limits import Answer, Budget, Limits
from mistpm.wasm.module import Module, link
from mistpm.wasm.threads import GuestThreads
from mistpm.wasm.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SEE_OFF_SECONDS = 5.0


class Runtime:
    """One engine with its machine-code cache; all methods may be used from several threads at once.

    `cache` is the folder for machine code; None, or one that cannot be written, means compiling in
    every process.
    """

    def __init__(self, *, cache: Path | None, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._engine = make_engine(self.limits.stack_bytes)
        self._engine_key = engine_key(self._engine)
        self._cache = MachineCodeCache(cache) if cache else None
        self._compiler = Compiler(self.limits)
        self._watchdog = Watchdog(self._engine.increment_epoch)
        self._threads = GuestThreads(self.limits.stack_bytes)
        self._lock = threading.Lock()
        self._guests: set[Guest] = set()
        self._modules: dict[str, wasmtime.InstancePre] = {}
        self._loading: dict[str, threading.Lock] = {}

    def load(self, path: Path, digest: str, *, name: str = "") -> Module:
        """Make the module file at `path` ready to run, compiling it if no machine code is cached.

        `digest` is `sha256:…` over the file; `name` is what messages call it, otherwise the file name.
        Raises `DigestError` when the bytes are others, `PackageError` when they are no package or
        cannot be compiled.  A warm load costs some 2 ms a megabyte, all of it hashing.
        """
        name = name or path.name
        data = self._read(path, name)
        found = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if found != digest:
            raise DigestError(
                "digest-mismatch",
                f"`{name}` is not the file that was promised",
                context=(f"promised {digest}", f"found    {found}"),
                hint="remove it from the cache and fetch it again",
            )
        key = code_digest(data, source=name)
        with self._lock:
            lock = self._loading.setdefault(key, threading.Lock())
        with lock:
            if key not in self._modules:
                form = read_form(data, name=name, limits=self.limits)
                compiled = self._compiled(data, key, name)
                self._modules[key] = link(self._engine, compiled, form, name=name)
        return Module(name=name, digest=digest, code=self._modules[key])

    def budget(self) -> Budget:
        """Give what one top-level render may use up; its time begins now."""
        return Budget(self.limits)

    def generate(
        self,
        module: Module,
        envelope: bytes,
        *,
        budget: Budget,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
    ) -> bytes:
        """Run `__mistletoe_generate` on a fresh instance and give its answer, UTF-8 but else unread.

        `answer` is called on this thread for each request; it may call `generate` with
        `budget.deeper()`.  `log` gets level and text, in order, before the next `answer` or the end.
        What either raises is raised here as soon as the guest has come back.  Raises `RenderError`.
        """
        _check_input(module, envelope, self.limits)
        guest = self._guest(module, budget)
        return self._run(guest, "__mistletoe_generate", envelope, answer, log)

    def info(self, module: Module) -> bytes:
        """Give what `__mistletoe_info` answers; raises `RenderError`."""
        guest = self._guest(module, self.budget())
        return self._run(guest, "__mistletoe_info", None, _no_dependencies, _no_log)

    def interrupt(self) -> None:
        """End all guests and all compiling, from any thread; those who wait get `KeyboardInterrupt`.

        To be called when Ctrl-C arrives while other threads render.
        """
        with self._lock:
            guests = tuple(self._guests)
        for guest in guests:
            guest.fail(KeyboardInterrupt())
        self._watchdog.jump(self.limits.seconds)
        self._compiler.interrupt()

    def _guest(self, module: Module, budget: Budget) -> Guest:
        """Count one more run and make ready for it."""
        budget.take_call()
        return Guest(name=module.name, code=module.code, engine=self._engine, budget=budget)

    def _run(
        self,
        guest: Guest,
        export: str,
        document: bytes | None,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
    ) -> bytes:
        """Run one export on a guest thread and attend to it until it has ended."""
        with self._lock:
            self._guests.add(guest)
        self._watchdog.enter()
        try:
            self._threads.run(lambda: guest.run(export, document))
            done = self._attend(guest, answer, log)
        except BaseException as failure:  # Ctrl-C: no guest may outlive this call
            guest.fail(failure)
            self.interrupt()
            _see_off(guest)
            raise
        finally:
            self._watchdog.leave()
            with self._lock:
                self._guests.discard(guest)
        reason = guest.failure or done.failure
        if reason is not None:
            raise reason
        return done.result

    def _attend(
        self, guest: Guest, answer: Callable[[bytes], Answer], log: Callable[[int, str], None]
    ) -> Done:
        """Answer the guest's requests until it is done; what the host raises is kept on the guest."""
        while True:
            event = guest.events.get()
            reply = ending()
            try:
                while not guest.messages.empty():
                    log(*guest.messages.get())
                if isinstance(event, Request):
                    reply = _checked(answer(event.document), guest)
            except Exception as failure:  # noqa: BLE001 - raised when the guest is back
                guest.fail(failure)
            if isinstance(event, Done):
                return event
            guest.answers.put(reply)

    def _read(self, path: Path, name: str) -> bytes:
        """Read a module file, unless it is larger than any may be."""
        limit = self.limits.module_bytes
        try:
            with path.open("rb") as file:
                data = file.read(limit + 1)
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
                note=f"the limit is {limit} bytes",
                hint="build it for size, without debug information",
            )
        return data

    def _compiled(self, data: bytes, key: str, name: str) -> wasmtime.Module:
        """Take machine code from the cache, or compile and keep it."""
        found = self._cached(key)
        if found is not None:
            return found
        module = without_sections(data, keep=("name",), source=name)
        if self._cache is None or len(module) <= IN_PROCESS_BYTES:
            return self._compile(module, key, name)
        with self._cache.lock(key, self.limits.compile_seconds):
            return self._cached(key) or self._compile(module, key, name)

    def _cached(self, key: str) -> wasmtime.Module | None:
        """Load machine code from the cache; what wasmtime refuses (another processor) is discarded."""
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
        code = self._compiler.compile(module, name=name)
        if self._cache is not None:
            self._cache.store(self._engine_key, key, code)
        return wasmtime.Module.deserialize(self._engine, code)


def _check_input(module: Module, document: bytes, limits: Limits) -> None:
    if len(document) > limits.input_bytes:
        raise RenderError(
            "input-too-large",
            f"the input of `{module.name}` has {len(document)} bytes",
            note=f"the limit is {limits.input_bytes} bytes",
            hint="give it smaller inputs",
        )


def _checked(reply: Answer, guest: Guest) -> Answer:
    """Refuse a response that is too large for a guest."""
    limit = guest.limits.response_bytes
    if len(reply.body) > limit:
        raise RenderError(
            "response-too-large",
            f"`{guest.name}` asked for something that takes {len(reply.body)} bytes",
            note=f"the limit is {limit} bytes for one response",
            hint="give it less to do, or tell the package's author",
        )
    if reply.status > 0:
        raise ValueError(f"{reply.status} is no status: 0, or a negative number")
    return reply


def _no_dependencies(_document: bytes) -> Answer:
    return Answer(status=-2, body=message("there are no dependencies here"))


def _no_log(_level: int, _text: str) -> None:
    return


def _see_off(guest: Guest) -> None:
    """Wait until an interrupted guest is gone; it needs microseconds, so seconds mean a fault."""
    with suppress(queue.Empty):
        while True:
            guest.answers.put(ending())
            if isinstance(guest.events.get(timeout=_SEE_OFF_SECONDS), Done):
                return
