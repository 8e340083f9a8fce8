"""What a guest may use up: each limit is reached by a guest, and the error names it."""

from __future__ import annotations

from typing import Any

import pytest
from guest_modules import answering, calling

from mistpm.errors import RenderError
from mistpm.wasm import Answer, Budget, Limits, Module, Runtime

PACKAGES_LOG = "hint: a package may log in a loop: tell its author"


def test_call_depth(runtime: Runtime, load: Any, problem: Any) -> None:
    """Packages that call each other for ever are stopped at 32 levels, on an ordinary thread."""
    with problem() as found:
        call_itself(runtime, load("careless"), runtime.budget())
    expected = """\
packages call each other more than 32 levels deep
note: the limit `depth` is 32 nested calls in one render
hint: look for packages that call each other in a circle"""

    assert ("call-depth", expected) == found.shown


def test_number_of_calls(load: Any, problem: Any) -> None:
    """All runs below one top-level render are counted together."""
    few = Runtime(cache=None, limits=Limits(calls=3))
    caller = load(calling(*[{"n": number} for number in range(5)]), into=few)
    callee = load(answering("{}"), into=few)
    budget = few.budget()

    def answer(_document: bytes) -> Answer:
        return Answer(status=0, body=run(few, callee, budget.deeper()))

    with problem() as found:
        few.generate(caller, b"{}", budget=budget, answer=answer, log=ignore)
    expected = """\
one render ran more than 3 modules
note: the limit `calls` is 3 runs, the render itself and all calls counted
hint: a package may call another one in a loop: tell its author"""

    assert ("too-many-calls", expected) == found.shown


def test_log_size(render: Any, problem: Any) -> None:
    """Even empty messages use up the log."""
    with problem() as found:
        render("chatter", b"x" * 20, log_bytes=1000)
    expected = f"""\
one render logged more than 1000 bytes
note: the limit `log` is 1000 bytes; each message counts its own bytes and 16 more
{PACKAGES_LOG}"""

    assert ("log-too-large", expected) == found.shown


def test_log_within_the_limit(render: Any) -> None:
    """A guest may log up to the limit."""
    told: list[str] = []
    render("chatter", b"xx", log_bytes=64, log=lambda _level, text: told.append(text))

    assert ["", "", "", ""] == told


def test_output_size(render: Any, problem: Any) -> None:
    """An answer is not even copied when it is too large."""
    with problem() as found:
        render("big_answer", output_bytes=1_000_000)
    expected = """\
`big_answer.wasm` answered with 10485760 bytes
note: the limit `output` is 1000000 bytes for all answers in one render together
hint: give it less to do, or tell the package's author"""

    assert ("output-too-large", expected) == found.shown


def test_input_size(render: Any, problem: Any) -> None:
    """An input that is too large is refused before anything runs."""
    with problem() as found:
        render("echo", b"x" * 101, input_bytes=100)
    expected = """\
the input of `echo.wasm` has 101 bytes
note: the limit `input` is 100 bytes
hint: give it smaller inputs"""

    assert ("input-too-large", expected) == found.shown


def test_request_size(render: Any) -> None:
    """A request that is too large is the guest's mistake: it gets a status and may go on."""
    assert (
        render("relay", b"x" * 101, request_bytes=100)
        == b'{"message": "a request may have 100 bytes"}'
    )


def test_response_size(render: Any, problem: Any) -> None:
    """A response that is too large for the guest ends the render."""
    with problem() as found:
        render("relay", answer=lambda _: Answer(status=0, body=b"x" * 101), response_bytes=100)
    expected = """\
`relay.wasm` asked for something that takes 101 bytes
note: the limit `response` is 100 bytes for one of them
hint: give it less to do, or tell the package's author"""

    assert ("response-too-large", expected) == found.shown


def test_no_time_left_before_the_start(load: Any, problem: Any) -> None:
    """A guest whose time is already up does not start."""
    none = Runtime(cache=None, limits=Limits(seconds=0.0))
    module = load("echo", into=none)
    with problem() as found:
        run(none, module, none.budget())

    assert ("guest-timeout", "`echo.wasm` did not finish in time") == (
        found.error.reference,
        found.error.message,
    )


def test_largest_stack() -> None:
    """Wasmtime would end the process for a larger stack, so no engine is made with one."""
    with pytest.raises(ValueError, match="a guest's stack has 1 to 2097152 bytes, not 2097153"):
        Runtime(cache=None, limits=Limits(stack_bytes=2 * 1024 * 1024 + 1))


def test_budget_is_shared_but_for_its_depth() -> None:
    """Going deeper changes nothing but the depth: time, calls and log are those of the render."""
    budget = Budget(Limits(calls=2))
    deeper = budget.deeper()
    deeper.take_call()
    budget.take_call()
    with pytest.raises(RenderError, match="one render ran more than 2 modules"):
        deeper.deeper().take_call()

    assert (0, 1, budget.deadline) == (budget.depth, deeper.depth, deeper.deadline)


def call_itself(runtime: Runtime, module: Module, budget: Budget) -> bytes:
    """Run a module that calls itself, without end."""

    def answer(_document: bytes) -> Answer:
        return Answer(status=0, body=call_itself(runtime, module, budget.deeper()))

    return runtime.generate(module, b"{}", budget=budget, answer=answer, log=ignore)


def run(runtime: Runtime, module: Module, budget: Budget) -> bytes:
    """Run a module that calls nobody."""
    return runtime.generate(
        module, b"{}", budget=budget, answer=lambda _: Answer(status=-2, body=b"{}"), log=ignore
    )


def ignore(_level: int, _text: str) -> None:
    """Drop a log message."""
