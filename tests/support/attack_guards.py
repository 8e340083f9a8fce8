"""What stops attacks, each with a way to switch it off, in a process that is thrown away afterwards."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from attack_table import Attack
from msgspec.structs import replace

from mistpm.wasm.component import channel
from mistpm.wasm.guest.memory import GuestMemory
from mistpm.wasm.machine_code import engine

_FAR = 10**9
_PARTS = ("description.py", "wasi.py")
"""Of the program that runs components, beside it."""


def _limit(**limits: int) -> Callable[[Attack], Attack]:
    return lambda attack: replace(attack, limits={**attack.limits, **limits})


def _patched(place: str, value: Any) -> Callable[[Attack], Attack]:
    def off(attack: Attack) -> Attack:
        patch(place, value).start()
        return attack

    return off


def _without_limits_of_sections(attack: Attack) -> Attack:
    patch("mistpm.package.sections._MOST_SECTIONS", _FAR).start()
    return _limit(custom_sections=_FAR)(attack)


def _setting(name: str) -> Callable[[Attack], Attack]:
    def off(attack: Attack) -> Attack:
        patch.dict("mistpm.wasm.machine_code.engine.SETTINGS", {name: True}).start()
        patch(
            "mistpm.wasm.machine_code.compiler.is_small", lambda _module: True
        ).start()  # none from elsewhere
        return attack

    return off


def _rewritten(old: str, new: str) -> Callable[[Attack], Attack]:
    """Have other programs compile and run components: those with something else in one place."""

    def off(attack: Attack) -> Attack:
        folder = Path(tempfile.mkdtemp())
        programs = (Path(engine.__file__), channel.PROGRAM, *map(channel.PROGRAM.with_name, _PARTS))
        texts = [program.read_text(encoding="utf-8") for program in programs]
        assert any(old in text for text in texts)
        for program, text in zip(programs, texts, strict=True):
            (folder / program.name).write_text(text.replace(old, new), encoding="utf-8")
        patch.object(engine, "__file__", str(folder / programs[0].name)).start()
        patch.object(channel, "PROGRAM", folder / programs[1].name).start()
        return attack

    return off


def _together(*guards: Callable[[Attack], Attack]) -> Callable[[Attack], Attack]:
    """Switch several guards off: one that stands behind another stops the same."""

    def off(attack: Attack) -> Attack:
        for guard in guards:
            attack = guard(attack)
        return attack

    return off


_any_values = _patched("mistpm.document.reader.MOST_VALUES", _FAR)


def _untyped(*_arguments: Any, **_named: Any) -> Exception:
    return RuntimeError("an error that nobody has put into words")


def _unchecked(_memory: Any, pointer: int, size: int, _what: str) -> tuple[int, int]:
    return pointer & 0xFFFFFFFF, size & 0xFFFFFFFF


def _run_here(_threads: Any, work: Callable[[], None]) -> None:
    work()


def _nothing(*_arguments: Any, **_named: Any) -> None:
    return None


class _Anything(bytes):
    """Bytes that pass for a text."""

    def decode(self, *_how: Any) -> str:
        return "?"


_read = GuestMemory.read


def _as_anything(memory: GuestMemory, pointer: int, size: int, what: str) -> bytes:
    return _Anything(_read(memory, pointer, size, what))


def _sleep(_wasi: Any, *_waiting: Any) -> int:
    time.sleep(600)
    return 0


def _real_time(_wasi: Any, memory: GuestMemory, _clock: int, _precision: int, result: int) -> int:
    memory.write(result, time.time_ns().to_bytes(8, "little"), "the time")
    return 0


def _real_randomness(_wasi: Any, memory: GuestMemory, start: int, size: int) -> int:
    memory.write(start, os.urandom(size), "random bytes")
    return 0


def _real_variables(_wasi: Any, memory: GuestMemory, count: int, _size: int) -> int:
    memory.write(count, len(os.environ).to_bytes(4, "little"), "a number of texts")
    return 0


def _success(*_arguments: Any) -> int:
    return 0


class _OneForAll:
    """What `threading.local` is not."""

    guest: Any = None


GUARDS: dict[str, Callable[[Attack], Attack]] = {
    # limits
    "time": _limit(seconds=600),
    "calls": _limit(calls=_FAR),
    "requests": _limit(requests=_FAR),
    "depth": _limit(call_depth=150),
    "log": _limit(log_bytes=_FAR),
    "memory": _limit(memory_bytes=4 * 1024**3),
    "output": _limit(output_bytes=_FAR),
    "fuel": lambda attack: replace(attack, limits={}),
    "table": _limit(table_elements=_FAR),
    "tables": _patched("mistpm.wasm.guest.guest.TABLES", 1000),
    "request": _limit(request_bytes=_FAR),
    "response": _limit(response_bytes=_FAR),
    "module": _limit(module_bytes=_FAR),
    "functions": _limit(functions=_FAR),
    "imports": _limit(imports=_FAR),
    "exports": _limit(exports=_FAR),
    "custom-sections": _limit(custom_sections=_FAR),
    "sections": _without_limits_of_sections,
    "compile-time": _limit(compile_seconds=600),
    "compile-memory": _limit(compile_memory_bytes=8 * 1024**3),
    # where things run
    "compiled apart": _patched("mistpm.wasm.machine_code.compiler.is_small", lambda _module: True),
    "large stacks": _patched(
        "mistpm.wasm.guest.threads._HOST_BYTES", 128 * 1024 - 10 * 1024 * 1024
    ),
    "own threads": _patched("mistpm.wasm.guest.threads.GuestThreads.run", _run_here),
    "a guest for each thread": _patched("mistpm.wasm.guest.guest._running", _OneForAll()),
    # which WebAssembly
    "no threads": _setting("wasm_threads"),
    "no 64-bit memory": _setting("wasm_memory64"),
    "one memory": _setting("wasm_multi_memory"),
    "no tail calls": _setting("wasm_tail_call"),
    "no relaxed SIMD": _setting("wasm_relaxed_simd"),
    "no exceptions": _setting("wasm_exceptions"),
    # checks
    "known imports": _patched("mistpm.wasm.abi.form._unknown_imports", _nothing),
    "kinds of imports": _patched(
        "mistpm.wasm.abi.form._after_type", lambda _data, position, _end, _source: position + 2
    ),
    "wanted exports": _patched("mistpm.wasm.abi.form._missing_exports", _nothing),
    "types of exports": _patched("mistpm.wasm.guest.module.wrong_exports", _nothing),
    "bounds": _patched("mistpm.wasm.guest.memory.GuestMemory._check", _unchecked),
    "guests are ended": _patched("mistpm.wasm.guest.guest.Guest.is_over", False),
    "failures are kept": _patched("mistpm.wasm.guest.guest.Guest.fail", _nothing),
    "traps in words": _patched("mistpm.wasm.guest.guest.stopped", _untyped),
    "validation in words": _patched("mistpm.wasm.machine_code.compiler._not_valid", _untyped),
    "sections in bounds": _patched("mistpm.package.sections._truncated", _untyped),
    "numbers in bounds": _patched("mistpm.package.sections._invalid", _untyped),
    "header": _patched("mistpm.package.sections._check_header", _nothing),
    "stopped clock": _patched("mistpm.wasm.guest.wasi.Wasi.clock_time_get", _real_time),
    "seeded randomness": _patched("mistpm.wasm.guest.wasi.Wasi.random_get", _real_randomness),
    "little randomness at once": _patched("mistpm.wasm.guest.wasi.MOST_RANDOM", _FAR),
    "sleep takes no time": _patched("mistpm.wasm.guest.wasi.Wasi.poll_oneoff", _sleep),
    "few at once": _patched("mistpm.wasm.guest.wasi.MOST_VECTORS", _FAR),
    "own variables": _patched("mistpm.wasm.guest.wasi.Wasi.environ_sizes_get", _real_variables),
    "nothing opens": _patched("mistpm.wasm.guest.wasi.Wasi._refused", _success),
    "closed stays closed": _patched("mistpm.wasm.guest.wasi.Wasi.fd_close", _success),
    "answers are text": _patched("mistpm.wasm.guest.memory.GuestMemory.read", _as_anything),
    "file names": _patched("mistpm.render.result._check_names", _nothing),
    "shape of answers": _patched("mistpm.render.result._Answer.wants", _nothing),
    "kinds in answers": _patched("mistpm.render.result._Answer.refuse", _nothing),
    "documents in words": _patched("mistpm.render.result._invalid", _untyped),
    "aliased values": _together(
        _patched("mistpm.document.reader.MOST_ALIASED", 10**12), _any_values
    ),
    "aliased text": _patched("mistpm.document.reader.MOST_ALIASED_TEXT", 10**12),
    "levels of documents": _patched("mistpm.document.reader.DEEPEST", 10**6),
    "faults shown": _patched("mistpm.render.manifests._MOST_SHOWN", _FAR),
    "words shown": _patched("mistpm.render.result._LONGEST_MESSAGE", _FAR),
    "manifests": _patched("mistpm.render.manifests.fault", lambda _data: ""),
    "one amount for all files": _patched("mistpm.document.Amount", _nothing),
    "number of values": _any_values,
    "number of manifests": _patched("mistpm.render.manifests._MOST_MANIFESTS", _FAR),
    "number of warnings": _patched("mistpm.render.result._MOST_WARNINGS", _FAR),
    "digits": _patched("mistpm.document.scalars._MOST_DIGITS", _FAR),
    "words of documents": _patched("mistpm.document.reader._cut", str),
    "pairs in stages": _patched("mistpm.render.stages.MOST_ORDERED", _FAR),
    # descriptors
    "size of descriptors": _patched("mistpm.package.package_file.MOST_DESCRIPTOR", _FAR),
    "levels of descriptors": _patched("mistpm.package.package_file._DEEPEST", _FAR),
    "work of schemas": _patched("mistpm.render.schema.count_steps", _nothing),
    "steps of completion": _patched("mistpm.model.inputs._MOST_STEPS", 10**18),
    "patterns in linear time": _patched("mistpm.render.schema._matches", re.search),
    # components
    "known interfaces": _patched("mistpm.wasm.component.component._unknown_imports", _nothing),
    "types of components": _patched("mistpm.wasm.component_loader.wrong_types", _nothing),
    "traps of components in words": _patched("mistpm.wasm.component.run.trapped", _untyped),
    "levels of components": _patched("mistpm.package.component_sections.DEEPEST", _FAR),
    "number of modules": _patched("mistpm.package.component_sections.MOST_INNER", _FAR),
    "number of memories": _rewritten(
        "MOST_MEMORIES = 1_000, 100, 4", "MOST_MEMORIES = 1_000, 100, 99"
    ),
    "number of instances": _rewritten("MOST_MEMORIES = 1_000,", "MOST_MEMORIES = 1_000_000,"),
    "memories watched together": _rewritten("data_bytes() > self._most", "False"),
    "stack of components": _rewritten(
        "stack_size(stack_bytes + _HOST_BYTES)", "stack_size(262_144)"
    ),
    "levels of inputs": _rewritten("(ValueError, RecursionError)", "ValueError"),
    "words of types": _rewritten("_MOST_TYPES = 100", "_MOST_TYPES = 10**9"),
    "lines are messages": _patched("mistpm.wasm.guest.streams.Lines._take_lines", _nothing),
    "names of WASI": _patched("mistpm.wasm.component.component._MOST_WASI", _FAR),
    "words of components": _patched("mistpm.wasm.component.run._LONGEST_REASON", _FAR),
    "characters are WASI's": _rewritten("code is _CHARACTER", "False"),
    "little written at once": _rewritten("MOST_WRITTEN = 4096", "MOST_WRITTEN = 10**9"),
    "few waited for at once": _rewritten("MOST_WAITED_FOR = 1024", "MOST_WAITED_FOR = 10**9"),
    "no concurrency": _rewritten("async_set(config.ptr(), False)", "async_set(config.ptr(), True)"),
    "digests of machine code": _patched(
        "mistpm.wasm.machine_code.cache._whole", lambda _path: True
    ),
}
