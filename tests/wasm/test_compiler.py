"""Compiling in a process of its own, which is killed when it takes too much."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from guest_modules import answering, guest, heavy

from mistpm.package.sections import encode_u32
from mistpm.wasm.abi.limits import Limits
from mistpm.wasm.machine_code import engine as engine_program
from mistpm.wasm.machine_code.compiler import IN_PROCESS_BYTES, Compiler, is_small
from mistpm.wasm.machine_code.engine import engine_key, machine_code, make_engine

ENGINE = make_engine()
MIB = 1024 * 1024


def section(identifier: int, body: bytes) -> bytes:
    """Make one section."""
    return bytes((identifier,)) + encode_u32(len(body)) + body


def bomb(size: int) -> bytes:
    """Make a module of about `size` bytes that keeps the compiler busy: loops in loops, many variables."""
    variables = size // 16
    use = b"".join(
        b"\x20" + encode_u32(number) + b"\x41\x01\x6a\x21" + encode_u32(number)
        for number in range(variables)
    )
    loops = (size - len(use)) // 8
    body = b"\x01" + encode_u32(variables) + b"\x7f" + b"\x03\x40" * loops + use
    body += b"\x20\x00\x0d\x00\x0b" * loops + b"\x0b"
    code = b"\x01" + encode_u32(len(body)) + body
    return (
        b"\0asm\1\0\0\0"
        + section(1, b"\x01\x60\x00\x00")
        + section(3, b"\x01\x00")
        + section(10, code)
    )


def test_both_ways_make_the_same_code() -> None:
    """A process apart makes the machine code that this process would make, byte for byte."""
    assert machine_code(ENGINE, heavy()) == Compiler(ENGINE, Limits()).compile(heavy(), name="x")


def test_what_is_small() -> None:
    """Only code counts: a package with a long text is still small."""
    assert is_small(guest("echo"))
    assert is_small(answering("x" * 10_000))
    assert not is_small(heavy())
    assert not is_small(bomb(IN_PROCESS_BYTES + 100))


def test_time_limit(problem: Any) -> None:
    """A module that would take the processor for minutes is given up, however long that takes by the clock."""
    with problem() as found:
        Compiler(ENGINE, Limits(compile_seconds=0.2)).compile(bomb(16_000), name="bomb.wasm")
    expected = """\
compiling `bomb.wasm` took more than 0.2 s of processor time
note: the limit `compile-time` is 0.2 s for one module, all cores together
hint: a module this hard to compile may be meant to do harm: do not use it
hint: `--limit compile-time=0.4s` allows more"""

    assert ("compile-timeout", expected) == found.shown


def test_no_processor_time(problem: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a busy machine gave the compiler nothing to compile with is no fault of the module."""
    program = folder / "pauses.py"
    program.write_text("import signal\n\nsignal.pause()\n", encoding="utf-8")
    monkeypatch.setattr(engine_program, "__file__", str(program))
    monkeypatch.setattr(Limits, "compile_patience", 0.1)
    with problem() as found:
        Compiler(ENGINE, Limits()).compile(heavy(), name="good.wasm")
    expected = """\
compiling `good.wasm` was not done after 0.1 s
note: the compiler got less than 120 s of processor time in these
hint: this machine is too busy: try again when it has less to do"""

    assert ("compile-stalled", expected) == found.shown


@pytest.mark.slow
def test_memory_limit(problem: Any) -> None:
    """A module that would fill the memory ends its own process, not this one."""
    limits = Limits(compile_memory_bytes=100 * MIB, compile_seconds=600)
    with problem() as found:
        Compiler(ENGINE, limits).compile(bomb(8_000), name="bomb.wasm")

    assert "compile-failed" == found.error.reference
    assert found.error.message.startswith("`bomb.wasm` could not be compiled: the compiler ")
    assert "memory" in found.error.context[0]
    assert "the limit `compile-memory` is 100 MiB" == found.error.note


def test_interrupt() -> None:
    """Those who wait for a compiler are told at once when it is interrupted."""
    compiler = Compiler(ENGINE, Limits())
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            compiler.compile(bomb(16_000), name="bomb.wasm")
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is what is expected
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while not raised:
        compiler.interrupt()
        thread.join(timeout=0.01)

    assert [KeyboardInterrupt] == [type(error) for error in raised]


@pytest.mark.parametrize("functions", [0, 200])
def test_bad_module_is_refused(functions: int, problem: Any) -> None:
    """Small or not, what is not valid is refused with the compiler's reason."""
    module = heavy(functions).replace(b"\x41\x80\x08\x0b", b"\x42\x80\x08\x0b")
    with problem() as found:
        Compiler(ENGINE, Limits()).compile(module, name="bad.wasm")

    assert is_small(module) is (functions == 0)
    assert "`bad.wasm` is not a valid WebAssembly module for packages" == found.error.message
    assert "type mismatch: expected i32, found i64" in found.error.context[-1]


def test_engine_key_depends_on_nothing_but_the_engine() -> None:
    """Two engines of one kind share machine code; the stack's size does not matter to it."""
    assert engine_key(make_engine()) == engine_key(make_engine(2 * MIB))
