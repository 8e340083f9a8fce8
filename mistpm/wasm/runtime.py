"""Loading modules and running them: what the rest of mistpm uses of this room."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mistpm.errors import RenderError
from mistpm.model.answer import UNKNOWN_ALIAS, Answer
from mistpm.wasm.abi.form import REQUIREMENTS, START, computes_nothing
from mistpm.wasm.abi.limits import Budget, Limits, size_of
from mistpm.wasm.component.component import Component
from mistpm.wasm.component.pool import Components
from mistpm.wasm.guest.guest import CommandInput, Guest, Input, message
from mistpm.wasm.guest.threads import GuestThreads
from mistpm.wasm.guest.watchdog import Watchdog
from mistpm.wasm.loader import Loader
from mistpm.wasm.machine_code.cache import MachineCodeCache
from mistpm.wasm.machine_code.engine import make_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistpm.wasm.anatomy import Anatomy
    from mistpm.wasm.guest.module import Module

_SEE_OFF_SECONDS = 0.1
_COMPONENT_INFO = b'{"metadata": {"labels": {"mistletoe.dev/group": "components"}}}'
_COMMAND_INFO = b'{"metadata": {"labels": {"mistletoe.dev/group": "commands"}}}'


class Runtime:
    """One engine with its machine-code cache; all methods may be used from several threads at once.

    `cache` is the folder for machine code; None, or one that cannot be written, means compiling in
    every process.
    """

    def __init__(self, *, cache: Path | None, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._engine = make_engine(self.limits.stack_bytes, fuel=self.limits.fuel is not None)
        self._components = Components(self.limits)
        self._loader = Loader(
            self._engine,
            cache=MachineCodeCache(cache) if cache else None,
            limits=self.limits,
            components=self._components,
        )
        self._watchdog = Watchdog(self._engine.increment_epoch)
        self._threads = GuestThreads(self.limits.stack_bytes)
        self._lock = threading.Lock()
        self._guests: set[Guest] = set()

    def load(self, path: Path, digest: str, *, name: str = "") -> Module:
        """Make the module file at `path` ready to run, compiling it if no machine code is cached.

        `digest` is `sha256:…` over the file; `name` is what messages call it, otherwise the file name.
        Raises `DigestError` when the bytes are others, `PackageError` when they are no package or
        cannot be compiled.  A warm load costs some 2 ms a megabyte, all of it hashing; loading in
        several threads uses several cores, cold or warm.
        """
        return self._loader.load(path, digest, name=name or path.name)

    def ready(self, path: Path, digest: str, *, name: str = "") -> Module | None:
        """Load a module as `load` does, unless it would have to be compiled: then give None, at once."""
        return self._loader.ready(path, digest, name=name or path.name)

    def dissect(self, path: Path, *, name: str = "") -> Anatomy:
        """Tell what the module file at `path` is made of, and everything for which it would be refused.

        Costs compiling it, unless its machine code is cached.  Raises `PackageError` for what is no
        module at all.
        """
        return self._loader.dissect(path, name=name or path.name)

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

        `answer` is called for each request; it may call `generate` with `budget.deeper()`.  `log` gets
        level and text as they come.  Both are called on the guest's thread while this one waits; what
        either raises ends the guest and is raised here.  Raises `RenderError`.
        """
        _check_input(module, envelope, budget.limits)
        if isinstance(module, Component):
            return self._components.render(module, envelope, budget=budget, answer=answer, log=log)
        export = "__mistletoe_generate"
        return self._run(module, export, envelope, budget=budget, answer=answer, log=log)

    def is_command(self, module: Module) -> bool:
        """Say whether a module is a command: for `command` instead of `generate`."""
        return module.is_command

    def is_component(self, module: Module) -> bool:
        """Say whether a module is a component, whose answer may be manifests as a command's may."""
        return isinstance(module, Component)

    def command(
        self,
        module: Module,
        *,
        stdin: bytes,
        arguments: tuple[str, ...],
        environment: tuple[tuple[str, str], ...],
        budget: Budget,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
    ) -> bytes:
        """Run a command on a fresh instance and give what it writes to standard output, as `generate`.

        What it writes to standard error is logged line by line.  One that exits with another status than
        0 has failed (`guest-exit`).
        """
        given = CommandInput(stdin=stdin, arguments=arguments, environment=environment)
        _check_input(module, given, budget.limits)
        return self._run(module, START, given, budget=budget, answer=answer, log=log)

    def requirements(
        self, module: Module, envelope: bytes, *, log: Callable[[int, str], None]
    ) -> bytes:
        """Run `__mistpm_requirements` as `generate` does its export; it may call nothing.

        Raises `RenderError`, and `PackageError` (`missing-export`) where the module has no such export.
        """
        if not module.computes:
            raise computes_nothing(module.name)
        budget = self.budget()
        _check_input(module, envelope, budget.limits)
        answer = _no_dependencies
        if isinstance(module, Component):
            return self._components.requirements(
                module, envelope, budget=budget, answer=answer, log=log
            )
        return self._run(module, REQUIREMENTS, envelope, budget=budget, answer=answer, log=log)

    def info(self, module: Module) -> bytes:
        """Give what `__mistletoe_info` answers, of others where they belong; raises `RenderError`."""
        if isinstance(module, Component):
            return _COMPONENT_INFO
        if module.is_command:
            return _COMMAND_INFO
        host: dict[str, Any] = {"answer": _no_dependencies, "log": _no_log}
        return self._run(module, "__mistletoe_info", None, budget=self.budget(), **host)

    def start(self, work: Callable[[], None]) -> None:
        """Have `work`, which must not raise, done on a guests' thread; returns at once.

        What it runs need not be handed over to another thread, which takes 0.1 ms there and back.
        """
        self._threads.run(work)

    def interrupt(self) -> None:
        """End all guests and all compiling, from any thread; those who wait get `KeyboardInterrupt`.

        To be called when Ctrl-C arrives while other threads render.
        """
        with self._lock:
            for guest in self._guests:
                guest.fail(KeyboardInterrupt())
                guest.budget.interrupt()
        self._watchdog.jump(self.limits.seconds)
        self._components.interrupt()
        self._loader.compiler.interrupt()

    def _run(
        self,
        module: Module,
        export: str,
        given: Input,
        *,
        budget: Budget,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
    ) -> bytes:
        """Count one more run, and run one export on a guest thread until it has ended."""
        budget.take_call()
        guest = Guest(
            name=module.name,
            code=module.code,
            engine=self._engine,
            budget=budget,
            answer=answer,
            log=log,
            exported=module.exported,
        )
        with self._lock:
            if budget.left.interrupted:  # since it was counted: `interrupt` has not seen this guest
                raise KeyboardInterrupt
            self._guests.add(guest)
        self._watchdog.enter()
        try:
            self._threads.run(lambda: guest.run(export, given))
            done = guest.ended.get()
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


def _see_off(guest: Guest) -> None:
    """Wait until an interrupted guest is gone: microseconds, unless the host is answering it just then.

    That is not waited for.  It ends when the host wants to go on, or starts another guest.
    """
    if guest.abandon():
        return
    with suppress(queue.Empty):
        guest.ended.get(timeout=_SEE_OFF_SECONDS)


def _check_input(module: Module, document: bytes | CommandInput, limits: Limits) -> None:
    if len(document) > limits.input_bytes:
        raise RenderError(
            "input-too-large",
            f"the input of `{module.name}` has {len(document)} bytes",
            note=f"the limit `input` is {size_of(limits.input_bytes)}",
            hint="give it smaller inputs",
        )


def _no_dependencies(_document: bytes) -> Answer:
    return Answer(status=UNKNOWN_ALIAS, body=message("there are no dependencies here"))


def _no_log(_level: int, _text: str) -> None:
    return
