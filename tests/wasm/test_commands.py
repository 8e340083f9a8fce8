"""Commands and reactors: what they are given, how they end, real compilers' modules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from guest_modules import digest
from wasi_modules import command, module, printing

from mistpm.wasm import Answer, Limits, Runtime


@pytest.fixture
def run(runtime: Runtime, tmp_path: Path) -> Callable[..., bytes]:
    """Run a command once."""

    def run_it(
        data: bytes,
        *,
        stdin: bytes = b"",
        arguments: tuple[str, ...] = ("shop",),
        environment: tuple[tuple[str, str], ...] = (),
        log: Callable[[int, str], None] = lambda _level, _text: None,
        **limits: Any,
    ) -> bytes:
        within = Runtime(cache=None, limits=Limits(**limits)) if limits else runtime
        path = tmp_path / "made.wasm"
        path.write_bytes(data)
        return within.command(
            within.load(path, digest(data)),
            stdin=stdin,
            arguments=arguments,
            environment=environment,
            budget=within.budget(),
            answer=lambda _document: Answer(status=-2, body=b"{}"),
            log=log,
        )

    return run_it


def test_standard_output_is_the_answer(run: Any) -> None:
    """What is written to standard output is given, all of it, as it is."""
    assert "grün\n".encode() == run(printing("grün\n"))


@pytest.mark.parametrize("code", [None, 0])
def test_returning_and_exiting_are_the_same(run: Any, code: int | None) -> None:
    """A program that exits with status 0 has done its work, as one that returns."""
    assert b"done" == run(printing("done", code=code))


def test_standard_error_is_logged_by_lines(run: Any) -> None:
    """Each line is a message, the last one too if it does not end; bytes that are no text are replaced."""
    told: list[tuple[int, str]] = []
    run(printing("one\r\ntwo\n\nthree", to=2), log=lambda *entry: told.append(entry))

    assert [(1, "one"), (1, "two"), (1, ""), (1, "three")] == told


def test_a_failure_shows_the_last_words(run: Any, problem: Any) -> None:
    """Another status than 0 is an error, which tells the last lines that were written."""
    words = "".join(f"line {number}\n" for number in range(30)) + "x" * 1000
    with problem() as found:
        run(printing(words, to=2, code=3))
    lines = "\n".join(f"    line {number}" for number in range(11, 30))

    assert (
        "guest-exit",
        f"""\
`made.wasm` ended with exit status 3
  its last words:
{lines}
    {"x" * 300}…
hint: what it wrote says why; if it does not, tell the package's author""",
    ) == found.shown


def test_output_that_is_no_text(run: Any, problem: Any) -> None:
    """Standard output is text."""
    body = "(i32.store8 (i32.const 1024) (i32.const 255)) (call $write (i32.const 1) (i32.const 1024) (i32.const 1))"
    with problem() as found:
        run(command(body))

    assert "invalid-utf8" == found.error.reference


def test_a_program_must_export_its_start(load: Any, problem: Any) -> None:
    """What uses WASI is a program that wants another name for where it begins."""
    from guest_modules import assemble

    with problem() as found:
        load(
            assemble(
                '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))'
                ' (memory (export "memory") 1) (func (export "start")))'
            )
        )

    assert (
        "missing-export",
        """\
`made.wasm` is not a package: it does not export `__mistletoe_info`, `__mistletoe_alloc`, `__mistletoe_dealloc`, \
`__mistletoe_generate`
hint: a program for WASI exports `_start`, and is run from there; what others export is in `specs/host-abi.md`""",
    ) == found.shown


def test_a_command_must_export_its_memory(load: Any, problem: Any) -> None:
    """Without it nothing can be exchanged."""
    from guest_modules import assemble

    with problem() as found:
        load(assemble('(module (func (export "_start")))'))

    assert (
        "missing-export",
        """\
`made.wasm` is not a package: it does not export `memory`
hint: see `specs/host-abi.md` for what each must do""",
    ) == found.shown


def test_start_of_another_type(load: Any, problem: Any) -> None:
    """`_start` takes nothing and gives nothing."""
    from guest_modules import assemble

    with problem() as found:
        load(assemble('(module (memory (export "memory") 1) (func (export "_start") (param i32)))'))

    assert ("`_start` is (i32), must be ()",) == found.error.context


def test_a_wasi_function_of_another_type(load: Any, problem: Any) -> None:
    """Functions have the types of WASI preview 1."""
    with problem() as found:
        load(
            command("", imports='(import "wasi_snapshot_preview1" "proc_exit" (func (param i64)))')
        )

    assert (
        "invalid-import",
        """\
`made.wasm` imports what there is only with another type
  `wasi_snapshot_preview1.proc_exit` is (i64), must be (i32)
hint: `specs/host-abi.md` lists the host functions""",
    ) == found.shown


def test_no_information_of_a_command(runtime: Runtime, load: Any) -> None:
    """A command is not run to say what it is."""
    assert b"commands" in runtime.info(load(printing("nothing", code=1)))


def test_input_that_is_too_large(run: Any, problem: Any) -> None:
    """Standard input, arguments and variables are one input."""
    with problem() as found:
        run(
            printing(""),
            stdin=b"12345",
            arguments=("abc",),
            environment=(("ab", "c"),),
            input_bytes=10,
        )

    assert "the input of `made.wasm` has 11 bytes" == found.error.message


@pytest.mark.parametrize("name", ["manifest", "listing", "flight"])
@pytest.mark.slow
def test_real_compilers(run: Any, name: str) -> None:
    """C, Rust and Go start up, read, write, look at the clock, sleep, draw random bytes."""
    first = run(module(name), stdin=b'{"replicas":2}', environment=(("NAMESPACE", "web"),))

    assert b"shop" in first
    assert first == run(module(name), stdin=b'{"replicas":2}', environment=(("NAMESPACE", "web"),))


def test_the_c_command(run: Any) -> None:
    """A program with a libc finds its arguments, variables, input, clock and dependency."""
    found = run(module("manifest"), stdin=b'{"a":1}', environment=(("YOKE_NAMESPACE", "web"),))

    assert (
        found.decode()
        == """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data:
  inputs: '{"a":1}'
  arguments: '1'
  namespace: web
  time: '946684800'
  status: '-2'
"""
    )


def test_random_order_follows_from_the_input(run: Any) -> None:
    """A hash map is ordered by random bytes: alike for equal inputs, otherwise for others."""
    found = [run(module("listing"), stdin=stdin) for stdin in (b"{}", b"{}", b'{"a":1}')]

    assert found[0] == found[1] != found[2]


@pytest.mark.slow
def test_a_reactor_of_go(runtime: Runtime, load: Any, problem: Any) -> None:
    """A library with a runtime of its own is initialized, logs, writes, calls, and panics in words."""
    made = load(module("reactor"))
    told: list[tuple[int, str]] = []

    def render(envelope: bytes) -> bytes:
        return runtime.generate(
            made,
            envelope,
            budget=runtime.budget(),
            answer=lambda document: Answer(status=0, body=document),
            log=lambda *entry: told.append(entry),
        )

    answer = render(b'{"data": {"name": "shop"}}')

    assert b'"answer":{"alias":"cache","op":"call"},"status":0' in answer
    assert [(1, "rendering shop"), (1, "written, not logged")] == told
    with problem() as found:
        render(b'{"data": {"panic": true}}')

    assert "guest-trap" == found.error.reference
    assert "  panic: told to" in found.error.context
