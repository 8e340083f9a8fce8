"""What a guest can do wrong while it runs: each failure with its reference and its whole text."""

from __future__ import annotations

from typing import Any

import pytest
from guest_modules import guest

from mistpm.errors import RenderError
from mistpm.package.sections import without_sections
from mistpm.wasm import Answer, Budget, Limits, Runtime

FAULT = "hint: this is a fault in the package: tell its author"


def test_trap(render: Any, problem: Any) -> None:
    """A guest that gives up is named, with the function it was in."""
    with problem() as found:
        render("trap")
    expected = f"""\
`trap.wasm` stopped: it reached `unreachable`, as a panic or an abort does
  in `unwrap_failed`
{FAULT}"""

    assert ("guest-trap", expected) == found.shown


def test_backtrace_is_kept(render: Any) -> None:
    """The guest's own functions are there for `-v`, innermost first."""
    with pytest.raises(RenderError) as caught:
        render("trap")

    assert ("`unwrap_failed`", "`generate`") == caught.value.backtrace


def test_functions_without_names_have_numbers(render: Any) -> None:
    """A module without names shows the functions' indices, and what it exports by the export's name."""
    with pytest.raises(RenderError) as caught:
        render(without_sections(guest("trap")), seconds=10)

    assert ("function 4", "`__mistletoe_generate`") == caught.value.backtrace


def test_loop(render: Any, problem: Any) -> None:
    """A guest that never comes back is ended."""
    with problem() as found:
        render("loop", seconds=0.5)
    expected = """\
`loop.wasm` did not finish in time
  in `spin`
note: the limit `time` is 0.5 s for one render with everything it calls
hint: try again; if that does not help the package loops or does too much: tell its author
hint: `--limit time=1s` allows more"""

    assert ("guest-timeout", expected) == found.shown


def test_loop_in_the_start_function(render: Any, problem: Any) -> None:
    """The limit holds from the first instruction, before any export is called."""
    with problem() as found:
        render("start_loop", seconds=0.5)

    assert found.shown[0] == "guest-timeout"


def test_time_is_shared_with_the_callees(load: Any, problem: Any) -> None:
    """One deadline holds for a render with all its calls; the one that runs then is named."""
    limited = Runtime(cache=None, limits=Limits(seconds=0.5))
    caller, callee = load("careless", into=limited), load("loop", into=limited)
    budget = limited.budget()

    def answer(_document: bytes) -> Answer:
        body = limited.generate(
            callee, b"{}", budget=budget.deeper(), answer=answer, log=lambda _level, _text: None
        )
        return Answer(status=0, body=body)

    with problem() as found:
        limited.generate(
            caller, b"{}", budget=budget, answer=answer, log=lambda _level, _text: None
        )
    with problem() as later:
        limited.generate(
            caller, b"{}", budget=budget, answer=answer, log=lambda _level, _text: None
        )

    assert "`loop.wasm` did not finish in time" == found.error.message
    assert "`careless.wasm` did not finish in time" == later.error.message


def test_memory_that_grows(render: Any, problem: Any) -> None:
    """A guest that gets no more memory and gives up is told apart from other traps."""
    with problem() as found:
        render("grow", memory_bytes=4 * 1024 * 1024)
    expected = """\
`grow.wasm` gave up, probably for want of memory
  its memory had grown to 4 MiB
  in `allocate`
note: the limit `memory` is 4 MiB, for a package and those that wait for its answer together
hint: give it less to do, or tell the package's author
hint: `--limit memory=8MiB` allows more"""

    assert ("guest-memory", expected) == found.shown


def test_memory_at_the_start(render: Any, problem: Any) -> None:
    """A guest that begins with more memory than there may be does not begin."""
    with problem() as found:
        render("hungry")
    expected = """\
`hungry.wasm` needs more memory than there may be
  memory minimum size of 16384 pages exceeds memory limits
note: the limit `memory` is 256 MiB, for a package and those that wait for its answer together
hint: tell the package's author
hint: `--limit memory=512MiB` allows more"""

    assert ("guest-memory", expected) == found.shown


def test_table_at_the_start(render: Any, problem: Any) -> None:
    """Tables are memory too."""
    with problem() as found:
        render("wide_table")
    expected = """\
`wide_table.wasm` needs larger tables than there may be
  table minimum size of 10000000 elements exceeds table limits
note: the limit `table` is 100000 elements in each of 10 tables
hint: tell the package's author"""

    assert ("guest-table", expected) == found.shown


def test_recursion(render: Any, problem: Any) -> None:
    """A guest that calls itself for ever runs out of its own stack, not of ours."""
    with problem() as found:
        render("recursion")
    expected = f"""\
`recursion.wasm` ran out of stack
  in `descend`
note: the limit `stack` is 1 MiB; functions that call themselves forever reach any limit
{FAULT}"""

    assert ("guest-stack", expected) == found.shown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "bad_alloc",
            """\
`bad_alloc.wasm` gave a bad pointer for the input that `__mistletoe_alloc` made room for
  2 bytes at 4294967280, but its memory has 65536 bytes""",
        ),
        (
            "bad_pair",
            """\
`bad_pair.wasm` gave a bad pointer for the result of `__mistletoe_generate`
  8 bytes at 65532, but its memory has 65536 bytes""",
        ),
        (
            "bad_text",
            """\
`bad_text.wasm` gave a bad pointer for the text that `__mistletoe_generate` answers
  100 bytes at 65500, but its memory has 65536 bytes""",
        ),
        (
            "bad_request",
            """\
`bad_request.wasm` gave a bad pointer for a request
  100 bytes at 65530, but its memory has 65536 bytes""",
        ),
        (
            "bad_log",
            """\
`bad_log.wasm` gave a bad pointer for a log message
  16 bytes at 4294967295, but its memory has 65536 bytes""",
        ),
        (
            "bad_response",
            """\
`bad_response.wasm` gave a bad pointer for a response
  28 bytes at 65530, but its memory has 65536 bytes""",
        ),
    ],
)
def test_bad_pointers(render: Any, problem: Any, name: str, expected: str) -> None:
    """Pointers are unsigned and checked; a guest that ignores the failure does not get away with it."""
    with problem() as found:
        render(name)

    assert ("invalid-pointer", f"{expected}\n{FAULT}") == found.shown


def test_not_text(render: Any, problem: Any) -> None:
    """An answer has to be UTF-8."""
    with problem() as found:
        render("not_text")
    expected = f"""\
`not_text.wasm` answered with bytes that are not UTF-8 text
  the first bad byte is number 2 of 4
{FAULT}"""

    assert ("invalid-utf8", expected) == found.shown


def test_bindgen_import_is_called(render: Any, problem: Any) -> None:
    """Calling one of wasm-bindgen's imports ends the guest, and only it."""
    with problem() as found:
        render("bindgen_called")
    expected = f"""\
`bindgen_called.wasm` stopped: it called `./shop_bg.js::__wbindgen_throw`, which only a browser has
note: wasm-bindgen's imports are let through because packages do not call them
{FAULT}"""

    assert ("guest-trap", expected) == found.shown


def test_nested_stacks_do_not_add_up(runtime: Runtime, load: Any) -> None:
    """Thirty guests that each use up their stack below one another end in an error, not in a crash."""
    burner, relay = load("recursion"), load("careless")
    failures: list[str] = []

    def descend(budget: Budget) -> None:
        def answer(_document: bytes) -> Answer:
            with pytest.raises(RenderError) as caught:
                runtime.generate(
                    burner, b"{}", budget=budget.deeper(), answer=answer, log=lambda *_: None
                )
            failures.append(caught.value.reference)
            if budget.depth < 30:
                descend(budget.deeper())
            return Answer(status=0, body=b"")

        runtime.generate(relay, b"{}", budget=budget, answer=answer, log=lambda *_: None)

    descend(runtime.budget())

    assert ["guest-stack"] * 31 == failures


def test_an_abort_says_why_and_where(render: Any, problem: Any) -> None:
    """AssemblyScript's programs import `abort`, which gets a message and a place."""
    with problem() as found:
        render("abort")

    assert (
        "guest-trap",
        """\
`abort.wasm` stopped: no cake
  in a.ts, line 3, column 14
hint: this is a fault in the package: tell its author""",
    ) == found.shown


def test_an_abort_without_words(render: Any, problem: Any) -> None:
    """Where it gives no texts there are none to tell; bad pointers are told as such."""
    with problem() as silent:
        render("abort", b"")
    with problem() as wild:
        render("abort", b"123")

    assert "`abort.wasm` stopped: it aborted" == silent.shown[1].splitlines()[0]
    assert (
        "`abort.wasm` gave a bad pointer for the length of a text" == wild.shown[1].splitlines()[0]
    )
