"""Asking a module what it requires: the same conventions, on an export of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from computing_modules import LOOP, TRAP, computing, requiring
from guest_modules import FOLDER, assemble

from mistpm.wasm import Limits, Runtime

TELL = "this is a fault in the package: tell its author"


def ask(
    runtime: Runtime,
    module: Any,
    envelope: bytes = b"{}",
    log: Callable[[int, str], None] = lambda _level, _text: None,
) -> bytes:
    """Run the export."""
    return runtime.requirements(module, envelope, log=log)


def test_the_answer_depends_on_the_input(runtime: Runtime, load: Any) -> None:
    """A guest gets the input byte for byte; what it gives back is given back."""
    module = load(computing(('"storage":"s3"', requiring(store="data/minio ^5")), "nothing"))

    assert module.computes
    assert ask(runtime, module, b'{"storage":"s3"}') == requiring(store="data/minio ^5").encode()
    assert ask(runtime, module, b'{"storage":"local"}') == b"nothing"


def test_every_question_is_a_new_instance(runtime: Runtime, load: Any) -> None:
    """Asked twice, it answers the same."""
    module = load(computing(("a", "one"), "other"))

    assert [b"one", b"other", b"one"] == [ask(runtime, module, text) for text in (b"a", b"b", b"a")]


def test_a_module_without_the_export(runtime: Runtime, load: Any, problem: Any) -> None:
    """A descriptor that promises what the module does not have is the author's mistake."""
    module = load("echo")
    with problem() as found:
        ask(runtime, module)

    assert not module.computes
    assert (
        "missing-export",
        f"`echo.wasm` says `computed: true`, and does not export `__mistpm_requirements`\nhint: {TELL}",
    ) == found.shown


def test_an_export_of_another_type(load: Any, problem: Any) -> None:
    """The export must be what the ABI says, even in a package that is only rendered."""
    text = (FOLDER / "echo.wat").read_text(encoding="utf-8").rstrip()
    with problem() as found:
        load(assemble(f'{text[:-1]} (func (export "__mistpm_requirements") (param i64)))'))

    assert (
        "invalid-export",
        """\
`made.wasm` is not a package: its exports are not those of the ABI
  `__mistpm_requirements` is (i64), must be (i32, i32) -> i32
hint: see `specs/host-abi.md` for what each must be""",
    ) == found.shown


def test_a_loop_ends(load: Any, problem: Any) -> None:
    """Time is limited as in a render."""
    few = Runtime(cache=None, limits=Limits(seconds=0.3))
    module = load(computing(LOOP), into=few)
    with problem() as found:
        ask(few, module)

    assert "guest-timeout" == found.error.reference


def test_a_trap(runtime: Runtime, load: Any, problem: Any) -> None:
    """What stops it is told as in a render."""
    module = load(computing(TRAP))
    with problem() as found:
        ask(runtime, module)

    assert (
        "guest-trap",
        f"""\
`made.wasm` stopped: it reached `unreachable`, as a panic or an abort does
  in `answer`
hint: {TELL}""",
    ) == found.shown


def test_too_much_input(load: Any, problem: Any) -> None:
    """The input is limited."""
    few = Runtime(cache=None, limits=Limits(input_bytes=10))
    module = load(computing("{}"), into=few)
    with problem() as found:
        ask(few, module, b"x" * 11)

    assert "input-too-large" == found.error.reference


def test_nothing_can_be_called(runtime: Runtime, load: Any) -> None:
    """Dependencies are not chosen yet, so a request is turned down; what is logged arrives."""
    text = (FOLDER / "curious.wat").read_text(encoding="utf-8").rstrip()
    asking = text.replace('"__mistletoe_generate"', '"unused"').replace(
        '(func (export "__mistletoe_info") (result i32)',
        """\
(func (export "__mistletoe_info") (result i32) (i32.const 0))
  (func (export "__mistletoe_generate") (param i32 i32) (result i32) (i32.const 0))
  (func (export "__mistpm_requirements") (param i32 i32) (result i32)""",
    )

    assert ask(runtime, load(assemble(asking))) == b'{"message": "there are no dependencies here"}'


@pytest.mark.parametrize("answer", ["", "x" * 100_000])
def test_any_answer_is_given_back(runtime: Runtime, load: Any, answer: str) -> None:
    """Reading it is not the runtime's business."""
    assert ask(runtime, load(computing(answer))) == answer.encode()
